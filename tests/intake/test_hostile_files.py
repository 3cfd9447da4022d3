"""Files that are wrong, careless or hostile: each is refused in words, or read with every loss told."""

import io
import json
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from dsl.diagnostics import DiagnosticError
from validator.intake import read_book
from validator.intake.book import Book
from validator.vocabulary import Vocabulary

GOOD = "配售对象代码,申购价格,申报序号\nP1,10,1\nP2,11,2\n"


def said(book: Book) -> list[tuple[str, str, int | None, str | None, str | None]]:
    return [(i.code, i.table, i.row, i.column, i.text) for i in book.issues]


def xlsx(build: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        build(book)
    return data.getvalue()


def sheet(rows: Iterable[Iterable[Any]], name: str = "报价") -> Callable[[xlsxwriter.Workbook], None]:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(at, column, cell)
                elif cell is not None:
                    page.write(at, column, cell)

    return build


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def repacked(data: bytes, change: dict[str, Callable[[bytes], bytes] | None], more: dict[str, bytes] | None = None) -> bytes:
    """A zip with some entries rewritten, left out (None) or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files: dict[str, str | bytes] = {}
        for name in old.namelist():
            edit = change.get(name, lambda d: d)
            if edit is not None:
                files[name] = edit(old.read(name))
    return zipped(files | (more or {}))


def parquet(**columns: Any) -> bytes:
    data = io.BytesIO()
    pl.DataFrame(columns).write_parquet(data)
    return data.getvalue()


def link_in_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        entry = zipfile.ZipInfo("bids.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return data.getvalue()


def encrypted_in_zip() -> bytes:
    data = bytearray(zipped({"bids.csv": GOOD}, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def lying_zip() -> bytes:
    """The directory says that the entry is short; the data is not."""
    data = bytearray(zipped({"bids.csv": "x" * 100_000}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def far_away(book: xlsxwriter.Workbook) -> None:
    page = book.add_worksheet("报价")
    page.write(0, 0, "placee")
    page.write(1_048_575, 16_383, 1)


def two_of_one_name(book: xlsxwriter.Workbook) -> None:
    sheet([["placee"], ["P1"]], "bids")(book)
    sheet([["placee"], ["P1"]], "报价")(book)


GOOD_XLSX = xlsx(sheet([["配售对象代码", "申购价格"], ["P1", 10]]))

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "an empty file": ("bids.csv", b"", "empty-file", "the file is empty"),
    "a file of blanks": ("bids.csv", "\ufeff \n\n　\n".encode(), "empty-file", "the file is empty"),
    "an unknown format": ("bids.txt", GOOD.encode(), "unknown-format", "`.txt` is not a format of a book"),
    "no suffix": ("bids", GOOD.encode(), "unknown-format", "`bids` is not a format of a book"),
    "an old workbook": ("bids.xls", b"\xd0\xcf\x11\xe0", "unknown-format", "`.xls` is not a format of a book"),
    "a macro sheet": ("bids.xlsm", GOOD_XLSX, "file-refused", "`.xlsm` is not a format of a book"),
    "a macro sheet under another name": (
        "bids.xlsx",
        repacked(GOOD_XLSX, {}, {"xl/vbaProject.bin": b"x"}),
        "file-refused",
        "the workbook holds macros",
    ),
    "a password": (
        "bids.xlsx",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "file-refused",
        "it is an old or a password-protected Office file, not .xlsx",
    ),
    "a workbook named csv": ("bids.csv", GOOD_XLSX, "file-refused", "it is an Excel workbook or a zip, not .csv"),
    "a csv named xlsx": ("bids.xlsx", GOOD.encode(), "file-refused", "the file is damaged: it is no zip archive"),
    "a zip named xlsx": ("bids.xlsx", zipped({"a": "b"}), "file-refused", "the file is no Excel workbook"),
    "half a workbook": ("bids.xlsx", GOOD_XLSX[:2000], "file-refused", "the file is damaged: it is no zip archive"),
    "a workbook without its sheet": (
        "bids.xlsx",
        repacked(GOOD_XLSX, {"xl/worksheets/sheet1.xml": None}),
        "file-refused",
        "the workbook cannot be read: ",
    ),
    "a workbook of broken XML": (
        "bids.xlsx",
        repacked(GOOD_XLSX, {"xl/workbook.xml": lambda d: d[:90]}),
        "file-refused",
        "the workbook is damaged",
    ),
    "a workbook of nothing": ("bids.xlsx", xlsx(sheet([])), "empty-file", "no sheet of the workbook holds anything"),
    "a cell at the end of the world": (
        "bids.xlsx",
        xlsx(far_away),
        "file-refused",
        "a sheet spans more cells than a book can have",
    ),
    "two sheets of one name": (
        "bids.xlsx",
        xlsx(two_of_one_name),
        "duplicate-table",
        "two tables hold bids: `bids` and `报价`",
    ),
    "unknown headers only": (
        "bids.csv",
        b"a,b\n1,2\n",
        "foreign-schema",
        "no column of `bids` is known: `a`, `b`",
    ),
    "a title above the header": (
        "bids.csv",
        "某公司询价表,,\n配售对象代码,申购价格,x\nP1,1,2\n".encode(),
        "foreign-schema",
        "no column of `bids` is known: `某公司询价表`, ``, ``",
    ),
    "a table of something else": (
        "weather.csv",
        b"day,rain\n1,2\n",
        "unknown-table",
        "it is no table of bids: its columns are `day`, `rain`",
    ),
    "UTF-16": ("bids.csv", GOOD.encode("utf-16"), "wrong-encoding", "the file is in UTF-16"),
    "UTF-16 without a mark": ("bids.csv", "placee,price\nP1,1\n".encode("utf-16-le"), "wrong-encoding", "the file is in UTF-16"),
    "neither UTF-8 nor GB18030": (
        "bids.csv",
        GOOD.encode() + b"P3,\xff\xff,3\n",
        "wrong-encoding",
        "the file is neither UTF-8 nor GB18030 (line 4)",
    ),
    "a quote that never closes": (
        "bids.csv",
        (GOOD + 'P3,"10,3\nP4,11,4\n').encode(),
        "file-refused",
        "line 5 is no line of a CSV file: unexpected end of data",
    ),
    "text behind a quote": (
        "bids.csv",
        (GOOD + '"P3"x,10,3\n').encode(),
        "file-refused",
        "line 4 is no line of a CSV file: ',' expected after '\"'",
    ),
    "a cell of 50 MB": (
        "bids.csv",
        GOOD.encode() + b"P3," + b"9" * 50_000_000 + b",3\n",
        "file-refused",
        "a line is longer than 1,048,576 bytes",
    ),
    "a quoted cell of 200 kB": (
        "bids.csv",
        (GOOD + f'"{"9" * 200_000}",1,3\n').encode(),
        "file-refused",
        "line 4 is no line of a CSV file: field larger",
    ),
    "JSON that is none": ("bids.json", b'[{"placee": "P1",}]', "file-refused", "line 1 is no JSON: "),
    "JSON that is cut off": ("bids.json", b'[{"placee": "P1"}', "file-refused", "line 1 is no JSON: "),
    "JSON of a number": ("bids.json", b"3", "file-refused", "the file holds neither a list of records nor tables by name"),
    "JSON without a record": ("bids.json", b"[]", "empty-file", "there is no record in it"),
    "JSON of blanks": ("bids.json", b" \n", "empty-file", "the file is empty"),
    "JSON of lists": ("bids.json", b"[[1]]", "file-refused", "record 1 is no record: a mapping of names to values"),
    "JSON with nested records": (
        "bids.json",
        b'[{"placee": "P1"}, {"placee": "P2", "bids": [{"price": 1}]}]',
        "file-refused",
        "`bids` of record 2 is no cell but a list or mapping",
    ),
    "JSON with a name twice": ("bids.json", b'[{"placee": "P1", "placee": "P2"}]', "file-refused", "`placee` stands twice in one record"),
    "JSON too deep": ("bids.json", b"[" * 100_000, "file-refused", "the file is nested too deep"),
    "JSON in GB18030": ("bids.json", '[{"配售对象代码": 1}]'.encode("gb18030"), "wrong-encoding", "the file is not UTF-8 (byte 4)"),
    "a line that is no JSON": ("bids.jsonl", b'{"placee": "P1"}\n{"placee": \n', "file-refused", "line 2 is no JSON: "),
    "parquet that is none": ("bids.parquet", b"PAR1" + b"\0" * 100, "file-refused", "the file cannot be read as Parquet: "),
    "parquet cut off": ("bids.parquet", parquet(placee=["P1"])[:-20], "file-refused", "the file cannot be read as Parquet: "),
    "parquet of lists": ("bids.parquet", parquet(placee=["P1"], price=[[1, 2]]), "foreign-schema", "the column `price` holds List(Int64)"),
    "parquet of bytes that are no text": ("bids.parquet", parquet(placee=[b"\xff"]), "foreign-schema", "the column `placee` holds Binary"),
    "parquet of a foreign schema": ("bids.parquet", parquet(x=[1], y=[2]), "foreign-schema", "no column of `bids` is known: `x`, `y`"),
    "parquet of another book": ("any.parquet", parquet(x=[1], y=[2]), "unknown-table", "it is no table of bids: its columns are `x`, `y`"),
    "a zip that is none": ("b.zip", b"PK\x03\x04", "file-refused", "the file is damaged: it is no zip archive"),
    "an empty zip": ("b.zip", zipped({}), "empty-file", "there is no table in it"),
    "a zip of notes": ("b.zip", zipped({"notes.md": "x"}), "empty-file", "there is no table in it"),
    "a zip in a zip": (
        "b.zip",
        zipped({"bids.csv": GOOD, "x.zip": zipped({"a": "b"})}),
        "file-refused",
        "the archive holds another archive: `x.zip`",
    ),
    "a way out of the zip": ("b.zip", zipped({"../bids.csv": GOOD}), "file-refused", "the entry `../bids.csv` leads out of the archive"),
    "a way out with backslashes": ("b.zip", zipped({"a\\..\\..\\bids.csv": GOOD}), "file-refused", "leads out of the archive"),
    "an absolute path": ("b.zip", zipped({"/tmp/bids.csv": GOOD}), "file-refused", "the entry `/tmp/bids.csv` leads out of the archive"),
    "a drive": ("b.zip", zipped({"C:/bids.csv": GOOD}), "file-refused", "leads out of the archive"),
    "a link in a zip": ("b.zip", link_in_zip(), "file-refused", "the entry `bids.csv` is a link or a device, not a file"),
    "an encrypted zip": ("b.zip", encrypted_in_zip(), "file-refused", "the entry `bids.csv` is encrypted"),
    "a zip that lies": ("b.zip", lying_zip(), "file-refused", "the entry `bids.csv` is damaged"),
    "10,000 entries": (
        "b.zip",
        zipped({f"{i}.csv": "" for i in range(10_000)}),
        "file-refused",
        "the archive has 10,000 entries, at most 1,000 are read",
    ),
    "a ratio of 1,000": (
        "b.zip",
        zipped({"bids.csv": b"0" * 20_000_000}),
        "file-refused",
        "the entry `bids.csv` unpacks to more than 250 times its size",
    ),
    "a bomb in a workbook": (
        "bids.xlsx",
        repacked(GOOD_XLSX, {}, {"xl/worksheets/sheet2.xml": b" " * 20_000_000}),
        "file-refused",
        "unpacks to more than 250 times its size",
    ),
    "one table in two folders": (
        "b.zip",
        zipped({"a/bids.csv": GOOD, "b/bids.csv": GOOD}),
        "duplicate-table",
        "two tables hold bids: `bids` and `bids`",
    ),
    "an empty table in a zip": ("b.zip", zipped({"bids.csv": GOOD, "placees.csv": ""}), "empty-file", "the file is empty"),
    "a macro sheet in a zip": (
        "b.zip",
        zipped({"a.xlsx": repacked(GOOD_XLSX, {}, {"xl/vbaProject.bin": b"x"})}),
        "file-refused",
        "the workbook holds macros",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_is_refused_in_words(what: str, vocabulary: Vocabulary, tmp_path: Path) -> None:
    name, data, code, message = REFUSED[what]
    path = tmp_path / name
    path.write_bytes(data)
    start = time.monotonic()
    with pytest.raises(DiagnosticError) as refused:
        read_book(path, vocabulary)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == code
    assert message in diagnostic.message
    assert len(str(diagnostic)) < 500
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("no/such/file.csv", "no-such-file"),
        ("/dev/null", "file-refused"),
        ("a\0b.csv", "no-such-file"),
        (3, "unknown-format"),
        (None, "unknown-format"),
        (b"bytes", "unknown-format"),
        ([], "empty-file"),
        ([1], "file-refused"),
        ({}, "unknown-table"),
        ({"x": []}, "empty-file"),
        (pl.DataFrame(), "empty-file"),
        (pl.DataFrame({"placee": [["P1"]]}), "foreign-schema"),
        (pl.DataFrame({"placee": [{"a": 1}]}), "foreign-schema"),
    ],
    ids=repr,
)
def test_a_source_is_refused_in_words(source: object, code: str, vocabulary: Vocabulary) -> None:
    with pytest.raises(DiagnosticError) as refused:
        read_book(source, vocabulary)
    assert [d.code for d in refused.value.diagnostics] == [code]


def test_a_bomb_is_not_unpacked(vocabulary: Vocabulary) -> None:
    data = zipped({f"{i}.csv": b"0" * 50_000_000 for i in range(4)})
    tracemalloc.start()
    try:
        with pytest.raises(DiagnosticError):
            read_book(("b.zip", data), vocabulary)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def read_csv(vocabulary: Vocabulary, text: str) -> Book:
    return read_book(("bids.csv", text.encode()), vocabulary)


@pytest.mark.parametrize("quote", ["", '"'])
def test_what_cannot_be_read_is_said_and_the_rest_stands(vocabulary: Vocabulary, quote: str) -> None:
    q = quote
    text = f"配售对象代码,申购价格（元/股）,拟申购数量(万股),申报序号\n{q}P1{q},五十一,100,1\nP2,25.31001,-10,2\nP3,10,100,3\n"
    book = read_csv(vocabulary, text)
    assert [(*s, i.message.zh, i.message.en) for s, i in zip(said(book), book.issues, strict=True)] == [
        ("unreadable", "bids", 3, "拟申购数量(万股)", "-10", "拟申购数量“-10”为负数", "quantity `-10` is negative"),
        (
            "unreadable",
            "bids",
            3,
            "申购价格（元/股）",
            "25.31001",
            "申购价格“25.31001”比0.0001元/股更细,无法按原值记录",
            "price `25.31001` is finer than 0.0001元/股 and cannot be held exactly",
        ),
        ("unreadable", "bids", 2, "申购价格（元/股）", "五十一", "申购价格“五十一”不是数", "price `五十一` is not a number"),
    ]
    assert book.frames["bid"].select("price", "quantity").rows() == [(None, 1_000_000), (None, None), (100_000, 1_000_000)]


def test_blank_rows_are_no_records_and_said(vocabulary: Vocabulary) -> None:
    for blank in ("", ",,", " , ,　", '"","",""'):
        book = read_csv(vocabulary, f"配售对象代码,申购价格,申报序号\n{blank}\nP1,x,1\n{blank}\n{blank}\nP2,11,2\n{blank}\n{blank}\n")
        assert said(book) == [("blank-rows", "bids", 2, None, None), ("unreadable", "bids", 3, "申购价格", "x")]
        assert book.issues[0].message.zh == "跳过3个空行:2, 4, 5"
        assert book.frames["bid"]["^row"].to_list() == [3, 6]
        assert book.records == {"bid": 2}


def test_blank_rows_above_the_header_count(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, "\n,,\n" + GOOD.replace("10", "x"))
    assert said(book) == [("unreadable", "bids", 4, "申购价格", "x")]
    assert read_csv(vocabulary, '"",""\n\n' + GOOD).frames["bid"]["^row"].to_list() == [4, 5]


def test_cells_beyond_the_header_are_said(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, "配售对象代码,申购价格\nP1,10\nP2,11,12,\nP3,12,,\nP4\n")
    assert said(book) == [("extra-cells", "bids", 3, None, "12,")]
    assert book.frames["bid"].select("^id", "price").rows() == [("P1/#1", 100_000), ("P2/#1", 110_000), ("P3/#1", 120_000), ("P4/#1", None)]


def test_formulas_quotes_and_odd_characters_are_text(vocabulary: Vocabulary) -> None:
    book = read_csv(
        vocabulary, '配售对象代码,配售对象名称,申购价格\n=1+1,"=cmd|\' /C calc\'!A0",=1+1\n@x,a\u202eb\x07\u200b,10\n"a\nb",+1,11\n'
    )
    assert said(book) == [("unreadable", "bids", 2, "申购价格", "=1+1")]
    assert dict(book.frames["placee"].select("^id", "placee_name").rows()) == {
        "=1+1": "=cmd|' /C calc'!A0",
        "@x": "a\u202eb\x07\u200b",
        "a\nb": "+1",
    }
    assert book.frames["bid"]["^row"].to_list() == [2, 3, 4]


def test_a_long_cell_is_said_but_not_repeated_without_end(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, f"配售对象代码,申购价格\nP1,{'9' * 100_001}\n{'x' * 100_001},10\n")
    assert [(i.code, i.row, len(i.text or "")) for i in book.issues] == [("unreadable", 2, 201), ("unreadable", 3, 201)]
    assert book.frames["bid"]["^id"].to_list() == ["?/#1", "P1/#1"]


def test_a_folder_says_what_it_did_not_read(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "bids.csv").write_text(GOOD)
    (tmp_path / "other.csv").write_text("a\n1\n2\n")
    (tmp_path / "bids.xls").write_bytes(b"x")
    (tmp_path / "more").mkdir()
    (tmp_path / "offering.yaml").write_text("x")
    (tmp_path / "~$bids.xlsx").write_text("x")
    book = read_book(tmp_path, vocabulary)
    assert [(i.code, i.text) for i in book.issues] == [("unknown-table", "other"), ("unread-file", "bids.xls"), ("unread-file", "more")]
    assert book.frames["bid"].height == 2


# ── workbooks ──


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


def test_doubles_are_read_by_their_shortest_decimal(vocabulary: Vocabulary) -> None:
    rows = [["配售对象代码", "申购价格", "拟申购数量(万股)"], ["P1", 51.38, 1400], ["P2", 0.3, 570.5]]
    book = bids(
        vocabulary, sheet(rows), lambda d: d.replace(b">51.38<", b">51.380000000000003<").replace(b">0.3<", b">0.30000000000000004<")
    )
    assert said(book) == [("unreadable", "bids", 3, "申购价格", "0.30000000000000004")]
    assert book.frames["bid"].select("price", "quantity").rows() == [(513_800, 14_000_000), (None, 5_705_000)]


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
            "1 codes are numbers of less than 6 digits (the first is 1386): leading zeros may be lost; read as they are",
        ),
        (
            "lost-zeros",
            "payments",
            2,
            "证券账户",
            "800000000",
            "2 codes are numbers of less than 10 digits (the first is 800000000): leading zeros may be lost; read as they are",
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


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_never_end_in_a_traceback(vocabulary: Vocabulary, seed: int) -> None:
    import random

    draw = random.Random(seed)
    whole = {
        "b.xlsx": GOOD_XLSX,
        "b.zip": zipped({"bids.csv": GOOD * 50}),
        "b.parquet": parquet(placee=["P1", "P2"], price=[1.5, 2.5]),
        "b.csv": GOOD.encode() * 3,
        "b.json": json.dumps([{"placee": "P1", "price": 1}] * 5).encode(),
    }
    for name, data in whole.items():
        bad = bytearray(data)
        for _ in range(draw.randrange(1, 6)):
            bad[draw.randrange(len(bad))] = draw.randrange(256)
        if draw.random() < 0.3:
            del bad[draw.randrange(len(bad)) :]
        try:
            read_book((name, bytes(bad)), vocabulary)
        except DiagnosticError as refused:
            assert refused.diagnostics
