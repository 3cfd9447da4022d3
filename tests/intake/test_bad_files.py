"""The bad files that officers hand in, one line each: refused, or which finding, and what it costs. All else is read as in the clean book.

A small book of three bids; each line damages it in one way. `said` is everything that intake says; `lost` names every cell that is not what
the clean book has, and nothing may be lost beside it.
"""

import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter

import validator
from dsl.diagnostics import DiagnosticError
from tests.intake.makers import link_in_zip, parquet, repacked, said, sheet, xlsx, zipped
from validator.intake import read_book
from validator.intake.book.book import Book
from validator.render import json as as_json
from validator.render.pages.report import summary
from validator.render.tables import annex
from validator.vocabulary.vocabulary import Vocabulary

HEAD = (
    "投资者代码",
    "投资者名称",
    "配售对象代码",
    "配售对象名称",
    "证券账户",
    "成立日期",
    "申购价格",
    "拟申购数量(万股)",
    "申报时间",
    "申报序号",
)
ROWS = (
    ("V1", "甲公司", "P1", "甲一号", "0800000001", "2020-01-02", "10.01", "100", "2026-03-30 10:00:00.000", "1"),
    ("V1", "甲公司", "P2", "甲二号", "0800000002", "2021-03-04", "10.02", "200", "2026-03-30 10:00:01.000", "2"),
    ("V2", "乙公司", "P3", "乙一号", "0800000003", "2022-05-06", "10.03", "300", "2026-03-30 10:00:02.000", "3"),
)
OFFERING = {
    "offering": "301999",
    "board": "szse-chinext",
    "launched": "2026-03-24",
    "inquiry_date": "2026-03-30",
    "t_day": "2026-04-03",
    "minimum_quantity": "100万股",
    "quantity_step": "10万股",
    "maximum_quantity": "1400万股",
    "elimination_share": "3%",
    "elimination_bound": "at_most",
}
Row = tuple[str, ...]


def of(*rows: Row, head: Row = HEAD) -> bytes:
    return ("\n".join(",".join(row) for row in (head, *rows)) + "\n").encode()


def with_cell(column: str, text: str) -> bytes:
    """The book with another text in the second bid's cell."""
    at = HEAD.index(column)
    return of(ROWS[0], (*ROWS[1][:at], text, *ROWS[1][at + 1 :]), ROWS[2])


def without(column: str, row: Row) -> Row:
    return tuple(cell for name, cell in zip(HEAD, row, strict=True) if name != column)


def workbook(change: Callable[[xlsxwriter.Workbook, "xlsxwriter.worksheet.Worksheet"], None], first: int = 0) -> bytes:
    """The book as a sheet from row `first` on, and what is done to it then."""

    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("报价")
        for at, row in enumerate((HEAD, *ROWS), first):
            page.write_row(at, 0, row)
        change(book, page)

    return xlsx(build)


def merged(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    page.merge_range(1, 1, 2, 1, "甲公司")
    page.merge_range(2, 3, 3, 3, "甲二号")  # the sheet still holds 乙一号 below: what Excel does not show is not read


def hidden_rows(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    page.set_row(2, None, None, {"hidden": True})


def hidden_sheet(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    book.add_worksheet("首页").activate()
    page.hide()


def cached(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    page.write_formula(2, 6, "=10+0.02", None, 10.02)


def not_cached(data: bytes) -> bytes:
    return repacked(data, {"xl/worksheets/sheet1.xml": lambda d: d.replace(b"<f>10+0.02</f><v>10.02</v>", b"<f>10+0.02</f>")})


def day_zero(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    page.write_number(2, 5, 1, book.add_format({"num_format": "yyyy-mm-dd"}))


def numbers(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    page.write_number(2, 4, 800000002)


def two_sheets(book: xlsxwriter.Workbook, page: "xlsxwriter.worksheet.Worksheet") -> None:
    book.add_worksheet("bids").write_row(0, 0, HEAD)


def long_cell() -> bytes:
    text = bytes(random.Random(1).choices(b"abcdefghijklmnopqrstuvwxyz", k=50_000_000))  # random: it must not pack like a bomb
    cell = b'<c r="D3" t="inlineStr"><is><t>' + text + b"</t></is></c>"
    plain = workbook(lambda book, page: None)
    return repacked(plain, {"xl/worksheets/sheet1.xml": lambda d: re.sub(rb'<c r="D3"[^>]*>.*?</c>', lambda m: cell, d, count=1)})


@dataclass(frozen=True)
class Bad:
    """A file and what becomes of it: `refused` with a code and words, or read with what is `said` and the cells that are `lost`."""

    file: str
    make: Callable[[], bytes]
    refused: tuple[str, str] | None = None
    said: tuple[tuple[str, str, int | None, str | None, str | None], ...] = ()
    lost: frozenset[tuple[str, str, str]] = frozenset()
    unknown: tuple[str, ...] = ()


def refused(file: str, make: Callable[[], bytes], code: str, words: str) -> Bad:
    return Bad(file, make, (code, words))


def read(
    file: str, make: Callable[[], bytes], *notes: tuple[str, int | None, str | None, str | None], lost: str = "", unknown: str = ""
) -> Bad:
    """`notes` are of the table of bids; `lost` names cells as `bid P2/2 price`."""
    cells = frozenset((e, i, f) for e, i, f in (cell.split(" ") for cell in lost.split(", ") if cell))
    return Bad(file, make, None, tuple((c, "bids", r, k, t) for c, r, k, t in notes), cells, tuple(unknown.split()))


def every(entity: str, ids: Iterable[str], field: str) -> str:
    return ", ".join(f"{entity} {id_} {field}" for id_ in ids)


PLACEES, BIDS = ("P1", "P2", "P3"), ("P1/1", "P2/2", "P3/3")
ALL_PRICES, NO_P2 = every("bid", BIDS, "price"), "placee P2 ^, bid P2/2 ^"

BAD: dict[str, Bad] = {
    "empty": refused("bids.csv", lambda: b"", "empty-file", "the file is empty"),
    "an empty sheet": refused("bids.xlsx", lambda: xlsx(sheet([])), "empty-file", "every sheet of the workbook is empty"),
    "header only": read(
        "bids.csv",
        of,
        ("no-records", None, None, None),
        lost=", ".join([every("investor", ("V1", "V2"), "^"), every("placee", PLACEES, "^"), every("bid", BIDS, "^")]),
    ),
    "an unknown header": read("bids.csv", lambda: of(*((*r, "x") for r in ROWS), head=(*HEAD, "内部备注")), unknown="内部备注"),
    "a misspelt header": read(
        "bids.csv", lambda: of(*ROWS).replace("申购价格".encode(), "申购价恪".encode()), lost=ALL_PRICES, unknown="申购价恪"
    ),
    "no known header": refused("bids.csv", lambda: b"a,b\n1,2\n", "foreign-schema", "no column of `bids` is known: `a`, `b`"),
    "two headers of one name": read(
        "bids.csv",
        lambda: of(*((*r, "10.00") for r in ROWS), head=(*HEAD, "申购价格（元/股）")),
        ("duplicate-header", 1, "申购价格", None),
        ("duplicate-header", 1, "申购价格（元/股）", None),
        lost=ALL_PRICES,
    ),
    "GB18030": read("bids.csv", lambda: of(*ROWS).decode().encode("gb18030")),
    "UTF-16": refused("bids.csv", lambda: of(*ROWS).decode().encode("utf-16"), "wrong-encoding", "the file is in UTF-16"),
    "neither UTF-8 nor GB18030": refused(
        "bids.csv", lambda: of(*ROWS) + b"\xff\xff\n", "wrong-encoding", "neither UTF-8 nor GB18030 (line 5)"
    ),
    "merged cells": read(
        "bids.xlsx",
        lambda: workbook(merged),
        ("merged-cells", 2, None, "B2:B3"),
        ("merged-cells", 3, None, "D3:D4"),
        lost="placee P3 placee_name",
    ),
    "blank rows": read("bids.csv", lambda: of(ROWS[0], ("",) * 10, ("", " ", "　"), *ROWS[1:]), ("blank-rows", 3, None, None)),
    "hidden rows": read("bids.xlsx", lambda: workbook(hidden_rows), ("hidden-rows", 3, None, None)),
    "a hidden sheet": read("bids.xlsx", lambda: workbook(hidden_sheet), ("hidden-sheet", None, None, None)),
    "a blank sheet beside": read("bids.xlsx", lambda: workbook(lambda book, page: book.add_worksheet("Sheet2"))),
    "blank rows above the header": read("bids.xlsx", lambda: workbook(lambda book, page: None, first=3)),
    "a formula with its result": read("bids.xlsx", lambda: workbook(cached)),
    "a formula without a result": read(
        "bids.xlsx", lambda: not_cached(workbook(cached)), ("unreadable", 3, "申购价格", "=10+0.02"), lost="bid P2/2 price"
    ),
    "text in a number": read(
        "bids.csv", lambda: with_cell("申购价格", "十元"), ("unreadable", 3, "申购价格", "十元"), lost="bid P2/2 price"
    ),
    "a price of five decimals": read(
        "bids.csv", lambda: with_cell("申购价格", "10.02001"), ("unreadable", 3, "申购价格", "10.02001"), lost="bid P2/2 price"
    ),
    "a negative quantity": read(
        "bids.csv",
        lambda: with_cell("拟申购数量(万股)", "-200"),
        ("unreadable", 3, "拟申购数量(万股)", "-200"),
        lost="bid P2/2 quantity",
    ),
    "a date of 1899": read(
        "bids.csv", lambda: with_cell("成立日期", "1899-12-30"), ("unreadable", 3, "成立日期", "1899-12-30"), lost="placee P2 established"
    ),
    "a date of Excel's first days": read(
        "bids.xlsx", lambda: workbook(day_zero), ("unreadable", 3, "成立日期", "1900-01-01"), lost="placee P2 established"
    ),
    "a moment of 1899": read(
        "bids.csv",
        lambda: with_cell("申报时间", "1899-12-30 10:00:01"),
        ("unreadable", 3, "申报时间", "1899-12-30 10:00:01"),
        lost="bid P2/2 submitted_at",
    ),
    "a key that stands twice": read(
        "bids.csv",
        lambda: of(*ROWS, ROWS[1]),
        ("duplicate-key", 3, "配售对象代码", "P2/2"),
        ("duplicate-key", 5, "配售对象代码", "P2/2"),
        lost="bid P2/2#2 ^",
    ),
    "a bid that names no placee": read(
        "bids.csv",
        lambda: with_cell("配售对象代码", ""),
        ("missing-key", 3, "配售对象代码", None),
        lost=f"{NO_P2}, bid ?/2 ^",
    ),
    "a bid without its placee": Bad(
        "book.zip",
        lambda: zipped({"bids.csv": of(*ROWS), "placees.csv": "配售对象代码\nP1\nP3\n"}),
        None,
        (("orphan", "bids", 3, "配售对象代码", "P2"),),
        frozenset({("placee", "P2", "^"), ("bid", "P2/2", "^placee")}),
    ),
    "two sheets of one name": refused(
        "bids.xlsx", lambda: workbook(two_sheets), "duplicate-table", "two tables hold bids: `报价` and `bids`"
    ),
    "a cell of 50 MB": refused(
        "bids.csv", lambda: with_cell("配售对象名称", "x" * 50_000_000), "file-refused", "a line is longer than 1,048,576 bytes"
    ),
    "a cell of 50 MB in a workbook": read(
        "bids.xlsx", long_cell, ("unreadable", 3, "配售对象名称", "dwtgmlqucavltalsfyxa"), lost="placee P2 placee_name"
    ),
    "a zip of a zip": refused(
        "book.zip",
        lambda: zipped({"bids.csv": of(*ROWS), "more.zip": zipped({"a.csv": "a"})}),
        "file-refused",
        "another archive: `more.zip`",
    ),
    "a zip with ../": refused(
        "book.zip", lambda: zipped({"../bids.csv": of(*ROWS)}), "file-refused", "the entry `../bids.csv` points outside the archive"
    ),
    "a zip with a link": refused("book.zip", link_in_zip, "file-refused", "the entry `bids.csv` is a link or a device"),
    "a zip of 10,000 entries": refused(
        "book.zip", lambda: zipped({f"{i}.csv": "" for i in range(10_000)}), "file-refused", "the archive has 10,000 entries"
    ),
    "a zip of ratio 1,000": refused(
        "book.zip", lambda: zipped({"bids.csv": of(*ROWS) + b"\n" * 20_000_000}), "file-refused", "unpacks to more than 250 times its size"
    ),
    "a parquet of a foreign schema": refused(
        "bids.parquet", lambda: parquet(x=[1], y=["a"]), "foreign-schema", "no column of `bids` is known: `x`, `y`"
    ),
    "a code that lost its zeros": read(
        "bids.xlsx",
        lambda: workbook(numbers),
        ("lost-zeros", 3, "证券账户", "800000002"),
        lost="placee P2 securities_account",
    ),
    "control and bidi characters": read(
        "bids.csv", lambda: with_cell("配售对象名称", "甲\u202e二\x07号\u200b"), lost="placee P2 placee_name"
    ),
    "hidden characters in a price": read(
        "bids.csv", lambda: with_cell("申购价格", "10.02\u200b"), ("unreadable", 3, "申购价格", "10.02\u200b"), lost="bid P2/2 price"
    ),
    "a cell that starts with =": read("bids.csv", lambda: with_cell("配售对象名称", "=cmd|'/C calc'!A0"), lost="placee P2 placee_name"),
    "a cell of a workbook that starts with =": read(
        "bids.xlsx", lambda: workbook(lambda book, page: page.write_string(2, 3, "=1+1")), lost="placee P2 placee_name"
    ),
    "a price that starts with =": read(
        "bids.csv", lambda: with_cell("申购价格", "=10.02"), ("unreadable", 3, "申购价格", "=10.02"), lost="bid P2/2 price"
    ),
}


def cells(book: Book) -> dict[tuple[str, str, str], object]:
    """Every cell by entity, id and field; `^` for the record itself, a parent by its id."""
    found: dict[tuple[str, str, str], object] = {}
    for entity, frame in book.frames.items():
        for record in frame.to_dicts():
            found[entity, record["^id"], "^"] = True
            for field, value in record.items():
                if field.startswith("^") and field.lstrip("^") in book.frames:
                    parents = book.frames[field[1:]]["^id"]
                    found[entity, record["^id"], field] = None if value is None else parents[value]
                elif not field.startswith("^"):
                    found[entity, record["^id"], field] = value
    return found


def differences(one: Book, other: Book) -> set[tuple[str, str, str]]:
    """The cells that differ; of a record that only one of them has, the record."""
    a, b = cells(one), cells(other)
    gone = {key for key in a.keys() ^ b.keys() if key[2] == "^"}
    return gone | {key for key in a.keys() & b.keys() if a[key] != b[key]}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_or_said_and_nothing_else_is_lost(what: str, vocabulary: Vocabulary, tmp_path: Path) -> None:
    bad = BAD[what]
    path = tmp_path / bad.file
    path.write_bytes(bad.make())
    if bad.refused is not None:
        with pytest.raises(DiagnosticError) as error:
            read_book(path, vocabulary)
        (diagnostic,) = error.value.diagnostics
        assert (diagnostic.code, bad.refused[1] in diagnostic.message) == (bad.refused[0], True), str(diagnostic)
        return
    book = read_book(path, vocabulary)
    assert [(*s[:4], s[4] if s[4] is None else s[4][:20]) for s in said(book)] == list(bad.said)
    assert tuple(column for _, column in book.unknown_columns) == bad.unknown
    clean = read_book(("bids.csv", of(*ROWS)), vocabulary)
    assert clean.issues == ()
    assert differences(clean, book) == bad.lost


@pytest.mark.parametrize("what", [what for what, bad in BAD.items() if bad.refused is None])
def test_the_report_on_it_can_be_written_and_shows_nothing_unseen(what: str, tmp_path: Path) -> None:
    bad = BAD[what]
    path = tmp_path / bad.file
    path.write_bytes(bad.make())
    report = validator.checker(OFFERING).book(path)
    assert report.status in (1, 3)
    assert report.verified
    text = as_json.render(report, bids=True)
    said = json.loads(text)["intake"]  # one entry for all rows of a kind
    assert sorted({i["code"] for i in said}) == sorted({code for code, *_ in bad.said})
    assert sum(i["count"] for i in said) == len(bad.said)
    drawn = "".join(str(block) for block in summary.summary(report, "zh", bids=True))
    for written in (text, annex.render(report, "zh"), drawn):
        assert not set(written) & set("\u202e\u200b\x07")
    assert not re.search(r"(^|,)=", annex.render(report, "zh"), re.M)  # a spreadsheet would run it
