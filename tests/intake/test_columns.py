"""The column reader and the cell reader are one: whatever a column holds, both give the same values and the same refusals."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.quantities import Unit
from tests.intake.test_cells import READ, REFUSED, find
from tests.proofs.size import size
from validator.intake.cells.cell import Unreadable, read_cell, text_of
from validator.intake.cells.column import dtype_of, read_column
from validator.intake.cells.plain_cell import plain_reader
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

VOCABULARY = load_vocabulary(rules_folder())
FIELDS = {
    "price": [None, "元/股"],
    "quantity": [None, "万股", "百万股"],
    "declared_assets": [None, "万元", "亿元"],
    "elimination_share": [None, "%", "‰"],
    "online_multiple": [None, "倍"],
    "sequence": [None],
    "established": [None],
    "submitted_at": [None],
    "amended": [None],
    "placee_type": [None],
    "asset_report_seal": [None],
    "placee": [None],
}

digits = st.text("0123456789", min_size=1, max_size=21)
numbers = st.one_of(
    digits,
    st.builds("{}.{}".format, digits, digits),
    st.builds("{:,}".format, st.integers(0, 10**15)),
    st.builds("{:,.3f}".format, st.integers(0, 10**9)),
    st.decimals(0, 10**7, places=4).map(str),
    st.floats(0, 10**9).map(text_of),
    st.builds("{}{}".format, digits, st.sampled_from(["元", "万股", "%", " 股", "E3", "e-2", "."])),
)
moments = st.builds(
    "{:04}{}{:02}{}{:02}{}{:02}:{:02}:{:02}{}".format,
    st.integers(1988, 2101),
    st.sampled_from("-/"),
    st.integers(0, 13),
    st.sampled_from("-/"),
    st.integers(0, 32),
    st.sampled_from([" ", "T", "  ", "x"]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
    st.sampled_from(["", ".152", ":152", ".1", ".1520", ".1521", ",152", "Z", ".000+08:00"]),
)
days = st.builds(
    "{:04}-{:02}-{:02}{}".format, st.integers(1988, 2101), st.integers(0, 13), st.integers(0, 32), st.sampled_from(["", " 00:00:00"])
)
words = st.sampled_from(
    [str(c) for _, _, c, *_ in (*READ, *REFUSED) if isinstance(c, str) and len(c) < 99] + ["是", "true", "TRUE", "1", "无", "私募基金"]
)
wild = st.text(max_size=8)
padded = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "　", "\t"]),
    st.one_of(numbers, moments, days, words, wild),
    st.sampled_from(["", " ", "\xa0"]),
)
cells = st.one_of(st.none(), numbers, moments, days, words, wild, padded)


def by_cell(texts: list[str | None], name: str, unit: Unit | None) -> tuple[list[object], list[tuple[int, str]]]:
    held = find(VOCABULARY, name)
    values: list[object] = []
    refused: list[tuple[int, str]] = []
    for at, text in enumerate(texts):
        try:
            values.append(read_cell(text, held, VOCABULARY.schema.units, unit, VOCABULARY.aliases.get((held.entity, name))))
        except Unreadable as reason:
            values.append(None)
            refused.append((at, reason.en))
    return values, refused


def by_column(texts: list[str | None], name: str, unit: Unit | None) -> tuple[list[object], list[tuple[int, str]]]:
    held = find(VOCABULARY, name)
    column = read_column(
        pl.Series("x", texts, dtype=pl.String), held, VOCABULARY.schema.units, unit, VOCABULARY.aliases.get((held.entity, name), {})
    )
    assert column.values.dtype == dtype_of(held)
    return column.values.to_list(), [(b.index, b.reason.en) for b in column.bad]


@pytest.mark.proof
@pytest.mark.parametrize(("name", "unit"), [(n, u) for n, units in FIELDS.items() for u in units])
@given(texts=st.lists(cells, max_size=30))
@settings(max_examples=size(2_000, usual=150), deadline=None)
def test_a_column_reads_as_its_cells_do(name: str, unit: str | None, texts: list[str | None]) -> None:
    of = VOCABULARY.schema.units[unit] if unit else None
    assert by_column(texts, name, of) == by_cell(texts, name, of)


@pytest.mark.parametrize(("name", "unit", "cell"), [c[:3] for c in (*READ, *REFUSED)], ids=lambda value: str(value)[:40])
def test_every_form_of_a_cell_reads_alike_in_a_column(name: str, unit: str | None, cell: object) -> None:
    if isinstance(cell, list | dict):
        return
    of = VOCABULARY.schema.units[unit] if unit else None
    for texts in ([text_of(cell)], ["1", text_of(cell), "25.31", "0.00000000001"]):
        assert by_column(texts, name, of) == by_cell(texts, name, of)


def test_a_column_of_nothing_is_empty(vocabulary: Vocabulary) -> None:
    for name in FIELDS:
        assert by_column([], name, None) == ([], [])
        assert by_column([None, " "], name, None) == ([None, None], [])


def test_the_largest_figures_do_not_wrap_around() -> None:
    texts = ["100000000000000", "99999999999999.9999", "100000000000000.0001", "9223372036854775807", "922337203685477580.7", "1" * 30]
    values, refused = by_column(texts, "declared_assets", None)
    assert values == [10**18, 10**18 - 1, None, None, None, None]
    assert [at for at, _ in refused] == [2, 3, 4, 5]


def by_plain_reader(text: str, name: str) -> None:
    """Where the plain reader answers, the cell reader gives the same, of the same type."""
    held = find(VOCABULARY, name)
    aliases = VOCABULARY.aliases.get((held.entity, name), {})
    found = plain_reader(held, aliases)(text)
    if found is not None:
        wanted = read_cell(text, held, VOCABULARY.schema.units, None, aliases)
        assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize("name", FIELDS)
@given(texts=st.lists(cells, max_size=30))
@settings(max_examples=150, deadline=None)
def test_what_is_plain_reads_as_a_cell_does(name: str, texts: list[str | None]) -> None:
    for text in texts:
        if text is not None:
            by_plain_reader(text, name)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "text",
    [
        *(str(c) for _, _, c, *_ in (*READ, *REFUSED) if isinstance(c, str)),
        *("", ".", ".5", "5.", "+5", "-0", "1_000", "１２", "²", "0" * 30, "999999999999999999", "2026-W14-1", "20260331", "2026-03-31"),
        *("2026-03-31 24:00:00", "2026-03-31 09:30:00+08", "2026-03-31 09:30:00.12+", "2026-03-31T09:30:00", "1989-12-31", "2100-01-01"),
        *("1989-12-31 23:59:59", "2100-01-01 00:00:00", "P1 ", "\u115f", "x\u200b", "P\x00", "TRUE", "True", "Y", "甲", "甲\u3000"),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_a_hostile_text_is_plain_only_if_it_reads_so(name: str, text: str) -> None:
    by_plain_reader(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [("price", "51.38"), ("quantity", "14000000"), ("submitted_at", "2026-03-31 09:30:00.152"), ("amended", "否"), ("placee", "甲一号")],
)
def test_what_programs_write_is_plain(name: str, text: str) -> None:
    held = find(VOCABULARY, name)
    assert plain_reader(held, {})(text) == read_cell(text, held, VOCABULARY.schema.units)
