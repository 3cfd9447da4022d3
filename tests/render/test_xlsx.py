"""The workbook, read back with another library than the one that wrote it."""

from dataclasses import replace
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from dsl.diagnostics import DiagnosticError
from validator.render.xlsx import render
from validator.report import Both, Issue, Report


def opened(report: Report, lang: str = "zh") -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(render(report, lang)))  # type: ignore[arg-type]


def test_the_sheets(report: Report) -> None:
    wanted = ["概要", "无效报价清单", "全部发现", "初步询价报价情况", "逐笔结果", "读不进来的内容", "逐条规则"]
    assert opened(report).sheet_names == wanted
    assert opened(report, "en").sheet_names[1] == "invalid bids"


def test_the_annex_has_numbers_as_numbers(report: Report) -> None:
    rows = opened(report).get_sheet_by_name("初步询价报价情况").to_python()
    assert rows[0] == ["序号", "投资者名称", "配售对象名称", "申购价格", "拟申购数量", "备注"]
    assert rows[3] == [3.0, "V003", "P00003", 51.38, 15_000_000.0, "有效报价（超过申购数量上限，有效数量 1,400万股）"]


def test_the_invalid_bids_stand_alone_with_their_reasons(report: Report) -> None:
    rows = opened(report).get_sheet_by_name("无效报价清单").to_python()
    assert [(r[2], r[5]) for r in rows[1:]] == [
        ("P00001", "无效报价（最高报价高于最低报价的120%；低于最低拟申购数量）"),
        ("P00002", "无效报价（列入限制名单）"),
    ]


def test_a_finding_keeps_its_exact_figures(report: Report) -> None:
    rows = opened(report).get_sheet_by_name("全部发现").to_python()
    minimum = dict(zip(rows[0], rows[5], strict=True))
    assert minimum["规则编号"] == "inquiry.quantity-minimum"
    assert minimum["数据（元、股）"] == "quantity = 900000; minimum_quantity = 1000000"
    assert minimum["差额"] == "-100000"
    assert minimum["条款"] == "初步询价及推介公告 三(四)6(4)"


def test_hostile_names_are_texts(report: Report) -> None:
    hostile = replace(report.bids[0], investor="=1+1", placee="http://example.com\u202e\x00")
    rows = opened(replace(report, bids=(hostile,))).get_sheet_by_name("初步询价报价情况").to_python()
    assert rows[1][1:3] == ["=1+1", "http://example.com\\u202e\\u0000"]
    assert b"<f>" not in render(replace(report, bids=(hostile,)), "zh")


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert render(report, "zh") == render(report, "zh")


def test_more_rows_than_a_sheet_holds_are_refused(report: Report) -> None:
    issue = Issue("unreadable", "bids", 2, None, None, Both("空", "empty"))
    with pytest.raises(DiagnosticError, match="too-many-rows: the sheet `读不进来的内容` would have 1,048,576 rows; Excel holds 1,048,575"):
        render(replace(report, intake=(issue,) * 1_048_576), "zh")
