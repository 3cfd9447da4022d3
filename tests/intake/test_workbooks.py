"""Workbooks as Excel and others write them: formulas, merged and hidden cells, doubles, dates, codes that are numbers."""

import json
from collections.abc import Callable

import pytest
import xlsxwriter

from dsl.diagnostics import DiagnosticError
from tests.intake.makers import repacked, said, sheet, xlsx
from validator.intake import read_book
from validator.intake.book.book import Book
from validator.vocabulary.vocabulary import Vocabulary


def bids(vocabulary: Vocabulary, build: Callable[[xlsxwriter.Workbook], None], change: Callable[[bytes], bytes] = lambda d: d) -> Book:
    return read_book(("b.xlsx", repacked(xlsx(build), {"xl/worksheets/sheet1.xml": change})), vocabulary)


def test_formulas_count_by_their_stored_result(vocabulary: Vocabulary) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("报价")
        page.write_row(0, 0, ["配售对象代码", "配售对象名称", "申购价格", "申报序号"])
        page.write_row(1, 0, ["P1", "甲"])
        page.write_formula(1, 2, "=5+5.5", None, 10.5)
        page.write_row(2, 0, ["P2"])
        page.write_formula(2, 1, '="名"&"称"', None, "名称")
        page.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        page.write_row(3, 0, ["P3"])
        page.write_formula(3, 1, "=A4", None, "")
        page.write_formula(3, 2, "=SUM(A1:A2)", None, "")

    # A sheet that was written by a program and never opened has no stored results.
    book = bids(vocabulary, build, lambda d: d.replace(b"<f>SUM(A1:A2)</f><v></v>", b"<f>SUM(A1:A2)</f>"))
    assert said(book) == [
        ("unreadable", "bids", 3, "申购价格", "#DIV/0!"),
        ("unreadable", "bids", 4, "申购价格", "=SUM(A1:A2)"),
        ("unreadable", "bids", 4, "配售对象名称", "=A4"),
    ]
    assert [i.message.zh for i in book.issues[:2]] == ["申购价格“#DIV/0!”是公式的错误值", "申购价格“=SUM(A1:A2)”是没有结果的公式"]
    assert book.frames["bid"]["price"].to_list() == [105_000, None, None]
    assert book.frames["placee"]["placee_name"].to_list() == ["甲", "名称", None]


def test_merged_cells_count_for_their_first_cell_and_are_said(vocabulary: Vocabulary) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("报价")
        page.write_row(0, 0, ["投资者代码", "配售对象代码", "申购价格"])
        page.merge_range(1, 0, 2, 0, "V1")
        page.write_row(1, 1, ["P1", 10])
        page.write_row(2, 1, ["P2", 11])

    book = bids(vocabulary, build)
    assert said(book) == [("merged-cells", "bids", 2, None, "A2:A3"), ("missing-key", "bids", 3, "投资者代码", None)]
    assert book.frames["placee"]["^investor"].to_list() == [0, None]


def test_hidden_rows_and_sheets_are_read_and_said(vocabulary: Vocabulary) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet([["说明"]], "首页")(book)
        page = book.add_worksheet("报价")
        page.write_row(0, 0, ["配售对象代码", "申购价格"])
        page.write_row(1, 0, ["P1", 10])
        page.write_row(2, 0, ["P2", 11])
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(7, None, None, {"hidden": True})
        page.hide()

    book = read_book(("b.xlsx", xlsx(build)), vocabulary)
    assert [(i.code, i.table, i.row) for i in book.issues] == [
        ("unknown-table", "", None),
        ("hidden-rows", "bids", 3),
        ("hidden-sheet", "bids", None),
    ]
    assert book.frames["bid"].height == 2


def test_the_rows_of_a_sheet_are_those_that_excel_shows(vocabulary: Vocabulary) -> None:
    rows = [[], [], [None, None, "配售对象代码", "申购价格"], [None, None, "P1", "x"], [], [None, None, "P2", "y"], [None, None, " ", None]]
    book = bids(vocabulary, sheet(rows))
    assert said(book) == [
        ("blank-rows", "bids", 5, None, None),
        ("unreadable", "bids", 4, "申购价格", "x"),
        ("unreadable", "bids", 6, "申购价格", "y"),
    ]


def test_doubles_are_read_by_their_shortest_decimal_or_their_15_digits(vocabulary: Vocabulary) -> None:
    rows = [["配售对象代码", "申购价格", "拟申购数量(万股)"], ["P1", 51.38, 1400], ["P2", 0.3, 570.5]]
    book = bids(
        vocabulary, sheet(rows), lambda d: d.replace(b">51.38<", b">51.380000000000003<").replace(b">0.3<", b">0.30000000000000004<")
    )
    assert said(book) == [("rounded-number", "bids", 3, "申购价格", "0.30000000000000004")]
    assert book.frames["bid"].select("price", "quantity").rows() == [(513_800, 14_000_000), (3_000, 5_705_000)]


def test_dates_of_excel(vocabulary: Vocabulary) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        day, clock = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss.000"))
        page = book.add_worksheet("报价")
        page.write_row(0, 0, ["配售对象代码", "成立日期", "申报时间"])
        for at, (days, moment) in enumerate([(46111, 46111.61750175926), (0, 0.5), (46111.5, 46111), (None, 46111.6175017592)], 1):
            page.write_string(at, 0, f"P{at}")
            page.write(at, 1, days, day)
            page.write(at, 2, moment, clock)
        page.write(5, 0, "P5")
        page.write(5, 1, 46111)
        page.write(5, 2, 46111, day)

    book = bids(vocabulary, build)
    assert book.frames["placee"]["established"].to_list() == [20542, None, None, None, None]
    assert book.frames["bid"]["submitted_at"].to_list() == [1_774_882_152_152, None, 20542 * 86_400_000, 1_774_882_152_152, None]
    assert [(i.row, i.column, i.text, i.message.en.split("` ")[1]) for i in book.issues] == [
        (3, "成立日期", "00:00:00", "is not a date"),
        (4, "成立日期", "2026-03-30 12:00:00", "is not a date"),
        (6, "成立日期", "46111", "is a number, not a date (give the cell a date format in Excel)"),
        (3, "申报时间", "12:00:00", "is not a moment"),
        (6, "申报时间", "2026-03-30", "has no time of day"),
    ]


def test_codes_that_lost_their_zeros_are_said(vocabulary: Vocabulary) -> None:
    rows = [
        ["配售对象代码", "证券账户", "缴款证券代码"],
        ["P1", 800_000_000, "001386"],
        ["P2", "0800000001", 1386],
        ["P3", 899_000_000, 301_666],
    ]
    book = bids(vocabulary, sheet(rows, "payments"))
    assert [(*s, i.message.en) for s, i in zip(said(book), book.issues, strict=True)] == [
        (
            "lost-zeros",
            "payments",
            3,
            "缴款证券代码",
            "1386",
            "1 codes are numbers of fewer than 6 digits (the first is 1386): leading zeros may be lost; read as they are",
        ),
        (
            "lost-zeros",
            "payments",
            2,
            "证券账户",
            "800000000",
            "2 codes are numbers of fewer than 10 digits (the first is 800000000): leading zeros may be lost; read as they are",
        ),
    ]
    assert book.frames["payment"]["payment_offering"].to_list() == ["001386", "1386", "301666"]


def test_a_number_beyond_what_excel_keeps_is_no_code(vocabulary: Vocabulary) -> None:
    rows = [["配售对象代码", "银行账户"], ["P1", 62_220_000_000_000_123], ["P2", 622_200_000_000_001]]
    book = bids(vocabulary, sheet(rows, "placees"))
    assert [(i.code, i.row, i.message.zh) for i in book.issues] == [
        ("unreadable", 2, "银行账户“62220000000000120”是超过15位的数字,电子表格不能完整保存")
    ]
    assert book.frames["placee"]["bank_account"].to_list() == [None, "622200000000001"]


def test_the_same_long_number_in_json_is_exact(vocabulary: Vocabulary) -> None:
    data = json.dumps([{"placee": "P1", "bank_account": 62_220_000_000_000_123}]).encode()
    book = read_book(("placees.json", data), vocabulary)
    assert book.frames["placee"]["bank_account"].to_list() == ["62220000000000123"]
    assert book.issues == ()


def test_workbooks_of_other_writers_are_read(vocabulary: Vocabulary) -> None:
    """Prefixed XML and absolute paths of parts, as some libraries write them."""
    plain = xlsx(sheet([["配售对象代码", "申购价格"], ["P1", 10], ["P2", 11]]))
    tags = (
        b"worksheet",
        b"sheetData",
        b"row",
        b"c",
        b"v",
        b"f",
        b"dimension",
        b"sheetViews",
        b"sheetView",
        b"sheetFormatPr",
        b"pageMargins",
    )

    def prefixed(data: bytes) -> bytes:
        for tag in tags:
            for end in (b" ", b">", b"/>"):
                data = data.replace(b"<" + tag + end, b"<x:" + tag + end).replace(b"</" + tag + b">", b"</x:" + tag + b">")
        return data.replace(b"xmlns=", b"xmlns:x=").replace(b'<x:row r="3"', b'<x:row hidden="1" r="3"')

    absolute = {
        "xl/_rels/workbook.xml.rels": lambda d: d.replace(b'"worksheets/', b'"/xl/worksheets/'),
        "xl/worksheets/sheet1.xml": prefixed,
    }
    book = read_book(("b.xlsx", repacked(plain, absolute)), vocabulary)
    assert book.frames["bid"]["price"].to_list() == [100_000, 110_000]
    assert said(book) == [("hidden-rows", "bids", 3, None, None)]


def test_what_lies_under_a_merged_cell_is_not_read_and_ranges_that_overlap_are_refused(vocabulary: Vocabulary) -> None:
    rows = [["配售对象代码", "配售对象名称", "申购价格"], ["P1", "甲", 10], ["P2", "乙", 11], ["P3", "丙", 12]]

    def with_ranges(*ranges: str) -> bytes:
        cells = "".join(f'<mergeCell ref="{r}"/>' for r in ranges)
        more = f'</sheetData><mergeCells count="{len(ranges)}">{cells}</mergeCells>'.encode()
        return repacked(xlsx(sheet(rows)), {"xl/worksheets/sheet1.xml": lambda d: d.replace(b"</sheetData>", more)})

    book = read_book(("b.xlsx", with_ranges("B2:B1048576")), vocabulary)
    assert said(book) == [("merged-cells", "bids", 2, None, "B2:B1048576")]
    assert book.frames["placee"]["placee_name"].to_list() == ["甲", None, None]
    with pytest.raises(DiagnosticError) as refused:
        read_book(("b.xlsx", with_ranges(*["A1:C4"] * 1_000)), vocabulary)
    assert "merged cells overlap" in str(refused.value.diagnostics[0])
