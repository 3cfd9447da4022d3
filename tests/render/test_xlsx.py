"""The workbook, read back with other libraries than the one that wrote it, and its parts as XML."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter
from python_calamine import CalamineWorkbook

from dsl.diagnostics import DiagnosticError
from validator.bilingual import Both
from validator.intake.issue import Issue
from validator.render.phrases.say import Lang
from validator.render.xlsx import render
from validator.render.xlsx.row_height import lines
from validator.render.xlsx.sheets import Column, Table
from validator.render.xlsx.write import write
from validator.report.model import Report, attestation_mark

SHEETS = ["概要", "无效报价清单", "全部发现", "初步询价报价情况", "报价统计", "读不进来的内容", "裁定", "逐条规则", "条款改动"]
DECISION = {
    "rule": "inquiry.price-spread",
    "subject": "V004",
    "outcome": "holds",
    "name": "王",
    "at": "2026-03-31",
    "remark": "",
    "used": "closed",
}


def opened(report: Report, lang: Lang = "zh", *, bids: bool = False) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(render(report, lang, bids=bids)))


def rows(report: Report, sheet: str, lang: Lang = "zh", *, bids: bool = False) -> list[list[Any]]:
    return opened(report, lang, bids=bids).get_sheet_by_name(sheet).to_python()


def styled(report: Report, lang: Lang = "zh", *, bids: bool = False) -> Any:
    return openpyxl.load_workbook(BytesIO(render(report, lang, bids=bids)))


def test_the_sheets(report: Report) -> None:
    assert opened(report).sheet_names == SHEETS
    assert opened(report, "en").sheet_names[1] == "invalid bids"
    assert opened(report, bids=True).sheet_names == [*SHEETS[:5], "逐笔结果", *SHEETS[5:]]


def test_what_has_no_rows_has_no_sheet(report: Report) -> None:
    bare = replace(report, bids=(), findings=(), intake=(), terms={})
    assert opened(bare).sheet_names == ["概要", "全部发现", "裁定", "逐条规则"]


def test_the_annex_has_numbers_as_numbers(report: Report) -> None:
    table = rows(report, "初步询价报价情况")
    assert table[0] == ["序号", "投资者名称", "配售对象名称", "申购价格（元/股）", "拟申购数量（股）", "备注"]
    assert table[3] == [3.0, "V003", "P00003", 51.38, 15_000_000.0, "有效报价（超过申购数量上限，有效数量 1,400万股）"]


def test_names_stand_in_the_annex_and_codes_bid_by_bid(report: Report) -> None:
    named = replace(report, bids=(replace(report.bids[2], investor_name="某基金", placee_name="某基金一号", placee_type="公募基金"),))
    assert rows(named, "初步询价报价情况")[1][1:3] == ["某基金", "某基金一号"]
    table = rows(named, "逐笔结果", bids=True)
    assert dict(zip(table[0], table[1], strict=True)) == {
        "序号": 1.0,
        "投资者代码": "V003",
        "配售对象代码": "P00003",
        "申报序号": 3.0,
        "申购价格（元/股）": 51.38,
        "拟申购数量（股）": 15_000_000.0,
        "有效数量（股）": 14_000_000.0,
        "结果": "有效报价",
        "配售对象类型": "公募基金",
    }


def test_codes_stay_texts(report: Report) -> None:
    coded = replace(report, bids=(replace(report.bids[0], investor="0012", placee="000001", investor_name="007"),))
    assert rows(coded, "逐笔结果", bids=True)[1][1:3] == ["0012", "000001"]
    assert rows(coded, "初步询价报价情况")[1][1] == "007"
    assert styled(coded, bids=True)["逐笔结果"]["B2"].number_format == "@"


def test_the_invalid_bids_stand_alone_with_their_reasons(report: Report) -> None:
    assert [(r[2], r[5]) for r in rows(report, "无效报价清单")[1:]] == [
        ("P00001", "无效报价（最高报价高于最低报价的120%；低于最低拟申购数量）"),
        ("P00002", "无效报价（列入限制名单）"),
    ]


def test_a_finding_keeps_its_exact_figures(report: Report) -> None:
    table = rows(report, "全部发现")
    minimum = dict(zip(table[0], table[5], strict=True))
    assert minimum["规则编号"] == "inquiry.quantity-minimum"
    assert minimum["数据"] == "拟申购数量 = 900000股；最低拟申购数量 = 1000000股"
    assert (minimum["差额"], minimum["单位"]) == (-100_000.0, "股")
    assert minimum["条款"] == "初步询价及推介公告 三(四)6(4)"


def test_the_statistics(report: Report) -> None:
    """Remaining: 51.38 x 1,400万, 50.00 x 1,400万, 46.07 x 540.5万; 1668328350 / 33405000 = 49.942474…"""
    bids = tuple(replace(b, placee_type="公募基金" if b.price == "50" else "保险资金", investor_type="证券公司") for b in report.bids)
    wanted_head = ["分类", "类型", "投资者（家）", "配售对象（个）", "拟申购总量（股）", "报价中位数（元/股）", "报价加权平均数（元/股）"]
    assert rows(replace(report, bids=bids), "报价统计") == [
        wanted_head,
        ["网下全部", "网下全部投资者", 2.0, 3.0, 33_405_000.0, 50.0, 49.9425],
        ["网下全部", "公募基金等六类", "", "", "", 49.5, 49.4],
        ["配售对象类型", "保险资金", 2.0, 2.0, 19_405_000.0, 48.725, 49.901],
        ["配售对象类型", "公募基金", 1.0, 1.0, 14_000_000.0, 50.0, 50.0],
        ["网下投资者类型", "证券公司", 2.0, 3.0, 33_405_000.0, 50.0, 49.9425],
    ]


def test_every_rule_stands_with_its_clause_and_what_came_of_it(report: Report) -> None:
    counted = replace(report, by_rule={"inquiry.price-spread": {"holds": 2, "violated": 1}}, lacking={"registration.csa-deadline": ("x",)})
    table = rows(counted, "逐条规则")
    by_id = {r[-1]: dict(zip(table[0], r, strict=True)) for r in table[1:]}
    assert set(by_id) == set(report.rules)
    spread = by_id["inquiry.price-spread"]
    assert (spread["条款"], spread["后果"], spread["依据"]) == ("初步询价及推介公告 三(四)5", "拒收", "未核实")
    assert (spread["通过"], spread["违反"], spread["出错"]) == (2.0, 1.0, 0.0)
    assert by_id["pricing-basis.retention"]["人工确认"] == "待确认"
    assert by_id["registration.csa-deadline"]["未提供的栏目"] == "x"


def test_changed_terms_intake_and_decisions(report: Report) -> None:
    decided = replace(report, decisions=(DECISION,))
    assert rows(decided, "条款改动")[1:] == [["报价个数上限", "5", "3"]]
    assert rows(decided, "changed terms", "en")[1:] == [["maximum_prices", "5", "3"]]
    assert rows(decided, "读不进来的内容")[1:] == [["报价", 13.0, "申购价格", "五十一", "读不出数"]]
    spread = ["inquiry.price-spread", "最高报价高于最低报价的120%", "V004", "通过", "王", "2026-03-31", "", "待核事项已了结", ""]
    assert rows(decided, "裁定")[1] == spread
    mark = attestation_mark("301666", "pricing-basis.retention")
    assert rows(decided, "裁定")[2] == ["pricing-basis.retention", "定价依据存档二十年", "301666", "", "", "", "", "", mark]


PRINTED = {"zh": {"全部发现": "J", "裁定": "H", "逐条规则": "K"}, "en": {"findings": "J", "decisions": "H", "rules": "K"}}
"""Up to the source of a rule, up to the signature; what is to filter by stands to the right of it and stays on the screen."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_can_be_filtered_scrolled_and_printed(report: Report, lang: Lang) -> None:
    book = styled(replace(report, decisions=(DECISION,)), lang, bids=True)
    for number, sheet in enumerate(book):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one page is what is meant where it is not said
        last = PRINTED.get(lang, {}).get(sheet.title) or get_column_letter(sheet.max_column)
        assert sheet.print_area.split("!")[1] == f"$A$1:${last}${sheet.max_row}"
        upto, columns = column_index_from_string(last), sheet.column_dimensions.values()  # one of these is a run of columns of one width
        width = sum(c.width * (min(c.max, upto) - c.min + 1) for c in columns if c.min <= upto)
        assert width <= 170  # characters, which A4 on its side holds at three quarters of their size
        if number:
            assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
            assert sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
            assert all(sheet.column_dimensions[c.column_letter].width >= 8 for c in sheet[1])


def test_prices_and_quantities_look_like_it(report: Report) -> None:
    sheet = styled(report)["初步询价报价情况"]
    assert [sheet.cell(4, c).number_format for c in (1, 4, 5)] == ["0_m", "#,##0.00##_m", "#,##0_m"]
    assert styled(report)["报价统计"]["F2"].number_format == "#,##0.0000_m"


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://example.com",
    "{=1}",
    "1e5",
    "TRUE",
    "#REF!",
    "_x0041_",
    "a]]>b",
    "<t>&amp;",
    "'x",
    "<r>",
    "<r>&</r>",
    "<r><t>1</t></r>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_texts(report: Report, text: str) -> None:
    bid = replace(report.bids[0], investor=text, placee_name=text, placee_type=text)
    data = render(replace(report, offering=text, bids=(bid,), terms={text: {"value": text, "default": None}}), "zh")
    shown = text.replace("\t", "\\t")
    book = openpyxl.load_workbook(BytesIO(data))
    cell = book["初步询价报价情况"]["B2"]
    assert (cell.data_type, cell.value, cell.hyperlink, cell.quotePrefix) == ("s", shown, None, True)
    calamine = CalamineWorkbook.from_filelike(BytesIO(data))
    assert calamine.get_sheet_by_name("初步询价报价情况").to_python()[1][2] == shown


def test_no_part_holds_a_formula_or_a_link(report: Report) -> None:
    hostile = replace(report.bids[0], investor="=1+1", placee="=HYPERLINK(1)")
    with ZipFile(BytesIO(render(replace(report, bids=(hostile,)), "zh"))) as parts:
        for part in parts.namelist():
            text = parts.read(part).decode()
            ElementTree.fromstring(text)
            assert not re.search(r"<f[ >]|<hyperlink|TargetMode|<externalReference", text), part


def test_what_cannot_be_seen_is_shown(report: Report) -> None:
    hostile = replace(report.bids[0], investor="V\u202e\x00\n1", placee="P\ud800")
    assert rows(replace(report, bids=(hostile,)), "初步询价报价情况")[1][1:3] == ["V\\u202e\\u0000\\n1", "P\\ud800"]


def test_the_summary_keeps_its_lines(report: Report) -> None:
    said = [cell for row in rows(report, "概要") for cell in row if cell]
    assert "低于最低拟申购数量\ninquiry.quantity-minimum" in said
    assert said[0] == "规矩 校验报告  301666"


def test_a_long_text_is_cut_and_the_book_stays_whole(report: Report) -> None:
    long = replace(report, bids=(replace(report.bids[0], placee="长" * 40_000),))
    text = rows(long, "初步询价报价情况")[1][2]
    assert (len(text), text[-1]) == (16_000, "…")


def test_a_number_that_excel_would_round_is_a_text() -> None:
    column = Column("n", "count", 20, (999_999_999_999_999, 1_234_567_890_123_456, None, -1))
    sheet = CalamineWorkbook.from_filelike(BytesIO(write([Table("t", (column,))], "x"))).get_sheet_by_name("t")
    assert [r[0] for r in sheet.to_python()] == ["n", 999_999_999_999_999.0, "1234567890123456", "", -1.0]


def test_what_is_no_number_is_a_text_in_a_column_of_numbers_too() -> None:
    column = Column("n", "figure", 20, ("-0.0100", "9.3", "1e3", "nan", "=1+1", "1/3"))
    sheet = CalamineWorkbook.from_filelike(BytesIO(write([Table("t", (column,))], "x"))).get_sheet_by_name("t")
    assert [r[0] for r in sheet.to_python()] == ["n", -0.01, 9.3, "1e3", "nan", "=1+1", "1/3"]


def test_more_columns_than_letters() -> None:
    columns = tuple(Column(f"c{n}", "integer", 8, (n,)) for n in range(60))
    assert openpyxl.load_workbook(BytesIO(write([Table("t", columns)], "x")))["t"]["BH2"].value == 59


@pytest.mark.parametrize(
    ("text", "room", "wanted"),
    [
        ("", 10, 1),
        ("abc", 10, 1),
        ("汉字汉字汉", 10, 1),
        ("汉字汉字汉字", 10, 2),
        ("a\nb", 10, 2),
        ("a\n\nb", 10, 3),
        ("x" * 45, 10, 4),  # eight digits are as wide as nine letters: 40
        ("abcdef, ghijkl", 10, 2),  # a word stays whole
        ("汉字a", 5, 1),
        ("汉字汉ab", 6, 2),
        ("abc汉字汉字", 6, 2),
    ],
)
def test_rows_are_as_high_as_their_texts(text: str, room: int, wanted: int) -> None:
    assert lines(text, room) == wanted


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert render(report, "zh") == render(report, "zh")


def test_more_rows_than_a_sheet_holds_are_refused(report: Report) -> None:
    issue = Issue("unreadable", "bids", 2, None, None, Both("空", "empty"))
    with pytest.raises(DiagnosticError, match="too-many-rows: the sheet `读不进来的内容` would have 1,048,576 rows; Excel holds 1,048,575"):
        render(replace(report, intake=(issue,) * 1_048_576), "zh")
