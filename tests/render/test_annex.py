"""The annex table, row by row."""

import csv
from dataclasses import replace
from io import StringIO

from validator.render.tables.annex import render
from validator.report.model import Report


def table(report: Report, lang: str = "zh") -> list[list[str]]:
    return list(csv.reader(StringIO(render(report, lang))))  # type: ignore[arg-type]


def test_the_table(report: Report) -> None:
    assert table(report) == [
        ["序号", "投资者名称", "配售对象名称", "申购价格", "拟申购数量", "备注"],
        ["1", "V001", "P00001", "50.10", "900000", "无效报价（最高报价高于最低报价的120%；低于最低拟申购数量）"],
        ["2", "V002", "P00002", "50.20", "10000000", "无效报价（列入限制名单）"],
        ["3", "V003", "P00003", "51.38", "15000000", "有效报价（超过申购数量上限，有效数量 1,400万股）"],
        ["4", "V004", "P00004", "50.00", "14000000", "有效报价（待核）"],
        ["5", "V003", "P00005", "58.42", "12000000", "高价剔除"],
        ["6", "V004", "P00006", "46.07", "5405000", "低价未入围"],
    ]


def test_in_english(report: Report) -> None:
    assert table(report, "en")[1][5] == "invalid (prices more than 20% apart; below the minimum quantity)"


def test_what_would_be_a_formula_is_text(report: Report) -> None:
    hostile = replace(report.bids[0], investor='=cmd|"/c calc"!A1', placee="@SUM(A1)\u202e")
    row = table(replace(report, bids=(hostile,)))[1]
    assert row[1] == '\'=cmd|"/c calc"!A1'
    assert row[2] == "'@SUM(A1)\\u202e"


def test_a_bid_without_price_and_owner_is_still_a_row(report: Report) -> None:
    bare = replace(report.bids[0], investor=None, placee=None, price=None, quantity=None, fate=None, live=True)
    assert table(replace(report, bids=(bare,), findings=()))[1] == ["1", "", "", "", "", ""]
