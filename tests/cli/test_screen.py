"""Where a text is broken into lines: names of a list and clauses stay whole, and no mark begins a line that should end one."""

import pytest
from rich.cells import cell_len

from validator.render.pages.blocks import Column, Note, Table
from validator.render.terminal import draw

TEXTS = [
    ("资产规模报告、成立日期、资产规模估值日期", 28, ["资产规模报告、成立日期、", "资产规模估值日期"]),
    ("inquiry 特别提示二、三(四)6(7)、三(五)11", 24, ["inquiry 特别提示二、", "三(四)6(7)、三(五)11"]),
    ("应回拨34350.65万股(不含限售)", 13, ["应回拨", "34350.65万股", "(不含限售)"]),
    ("第一项目,第二项", 8, ["第一项", "目,第二", "项"]),  # the comma stays with what stands before it
    ("a rule\nrule.id-that-is-long", 10, ["a rule", "rule.id-th", "at-is-long"]),
    ("长长长长长", 4, ["长长", "长长", "长"]),
]


@pytest.mark.parametrize(("text", "width", "lines"), TEXTS)
def test_a_text_is_broken_where_a_reader_would(text: str, width: int, lines: list[str]) -> None:
    assert draw([Note(text)], width=width).splitlines() == lines


@pytest.mark.parametrize(("text", "width", "lines"), TEXTS)
def test_a_cell_is_broken_as_a_note_is(text: str, width: int, lines: list[str]) -> None:
    assert draw([Table((Column("", wide=True),), ((text,),))], width=width).splitlines() == lines


def test_nothing_is_lost_and_no_line_is_too_long() -> None:
    text = "深圳证券交易所首次公开发行证券发行与承销业务实施细则(2025年修订)、《网下发行实施细则》等（深证上〔2025〕267号），见 https://example.com/a/b"
    for width in range(2, 80):
        lines = draw([Note(text)], width=width).splitlines()
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert max(map(cell_len, lines)) <= width
