"""Files that are refused as a whole: each in words, quickly, without being unpacked or guessed at."""

import json
import random
import time
import tracemalloc
from pathlib import Path

import polars as pl
import pytest

from dsl.diagnostics import DiagnosticError
from tests.intake.makers import (
    GOOD,
    GOOD_XLSX,
    encrypted_in_zip,
    far_away,
    link_in_zip,
    lying_zip,
    parquet,
    repacked,
    sheet,
    stray,
    two_of_one_name,
    xlsx,
    zipped,
)
from validator.intake import read_book
from validator.vocabulary.vocabulary import Vocabulary

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "an empty file": ("bids.csv", b"", "empty-file", "the file is empty"),
    "a file of blanks": ("bids.csv", "\ufeff \n\n　\n".encode(), "empty-file", "the file is empty"),
    "an unknown format": ("bids.txt", GOOD.encode(), "unknown-format", "`.txt` is not a supported format"),
    "no suffix": ("bids", GOOD.encode(), "unknown-format", "`bids` is not a supported format"),
    "an old workbook": ("bids.xls", b"\xd0\xcf\x11\xe0", "unknown-format", "`.xls` is not a supported format"),
    "a macro sheet": ("bids.xlsm", GOOD_XLSX, "file-refused", "`.xlsm` is not a supported format"),
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
    "a csv named xlsx": ("bids.xlsx", GOOD.encode(), "file-refused", "the file is damaged: it is not a zip archive"),
    "a zip named xlsx": ("bids.xlsx", zipped({"a": "b"}), "file-refused", "the file is not an Excel workbook"),
    "half a workbook": ("bids.xlsx", GOOD_XLSX[:2000], "file-refused", "the file is damaged: it is not a zip archive"),
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
    "a workbook of nothing": ("bids.xlsx", xlsx(sheet([])), "empty-file", "every sheet of the workbook is empty"),
    "a cell at the end of the world": (
        "bids.xlsx",
        xlsx(far_away),
        "file-refused",
        "a sheet spans more cells than a book can have",
    ),
    "a stray cell within the rows and columns that a sheet may have": (
        "bids.xlsx",
        xlsx(stray),
        "file-refused",
        "a sheet spans more cells than a book can have",
    ),
    "a zip of many small entries": (
        "bids.zip",
        zipped({f"{i}.csv": "a" * 2**20 for i in range(50)}),
        "file-refused",
        "the archive unpacks to more than 250 times its size",
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
    "a row that may be a total": (
        "bids.csv",
        "投资者名称,配售对象名称,配售对象代码,申购价格\n甲,乙,P1,1\n,,,2\n".encode(),
        "doubtful-row",
        "row 3 of `bids` may be a total or a record: 2",
    ),
    "a table of something else": (
        "weather.csv",
        b"day,rain\n1,2\n",
        "unknown-table",
        "it is not a table of bids: its columns are `day`, `rain`",
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
        "line 5 is not valid CSV: unexpected end of data",
    ),
    "text behind a quote": (
        "bids.csv",
        (GOOD + '"P3"x,10,3\n').encode(),
        "file-refused",
        "line 4 is not valid CSV: ',' expected after '\"'",
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
        "line 4 is not valid CSV: field larger",
    ),
    "JSON that is none": ("bids.json", b'[{"placee": "P1",}]', "file-refused", "line 1 is not valid JSON: "),
    "JSON that is cut off": ("bids.json", b'[{"placee": "P1"}', "file-refused", "line 1 is not valid JSON: "),
    "JSON of a number": ("bids.json", b"3", "file-refused", "the file holds neither a list of records nor tables by name"),
    "JSON without a record": ("bids.json", b"[]", "empty-file", "it contains no records"),
    "JSON of blanks": ("bids.json", b" \n", "empty-file", "the file is empty"),
    "JSON of lists": ("bids.json", b"[[1]]", "file-refused", "record 1 is not a mapping of names to values"),
    "JSON with nested records": (
        "bids.json",
        b'[{"placee": "P1"}, {"placee": "P2", "bids": [{"price": 1}]}]',
        "file-refused",
        "`bids` of record 2 is a list or mapping, not a single value",
    ),
    "JSON with a name twice": ("bids.json", b'[{"placee": "P1", "placee": "P2"}]', "file-refused", "`placee` occurs twice in one record"),
    "JSON too deep": ("bids.json", b"[" * 100_000, "file-refused", "the file is nested too deeply"),
    "JSON in GB18030": ("bids.json", '[{"配售对象代码": 1}]'.encode("gb18030"), "wrong-encoding", "the file is not UTF-8 (byte 4)"),
    "a line that is no JSON": ("bids.jsonl", b'{"placee": "P1"}\n{"placee": \n', "file-refused", "line 2 is not valid JSON: "),
    "parquet that is none": ("bids.parquet", b"PAR1" + b"\0" * 100, "file-refused", "the file cannot be read as Parquet: "),
    "parquet cut off": ("bids.parquet", parquet(placee=["P1"])[:-20], "file-refused", "the file cannot be read as Parquet: "),
    "parquet of lists": ("bids.parquet", parquet(placee=["P1"], price=[[1, 2]]), "foreign-schema", "the column `price` holds List(Int64)"),
    "parquet of bytes that are no text": ("bids.parquet", parquet(placee=[b"\xff"]), "foreign-schema", "the column `placee` holds Binary"),
    "parquet of a foreign schema": ("bids.parquet", parquet(x=[1], y=[2]), "foreign-schema", "no column of `bids` is known: `x`, `y`"),
    "parquet of another book": (
        "any.parquet",
        parquet(x=[1], y=[2]),
        "unknown-table",
        "it is not a table of bids: its columns are `x`, `y`",
    ),
    "a zip that is none": ("b.zip", b"PK\x03\x04", "file-refused", "the file is damaged: it is not a zip archive"),
    "an empty zip": ("b.zip", zipped({}), "empty-file", "it contains no table"),
    "a zip of notes": ("b.zip", zipped({"notes.md": "x"}), "empty-file", "it contains no table"),
    "a zip in a zip": (
        "b.zip",
        zipped({"bids.csv": GOOD, "x.zip": zipped({"a": "b"})}),
        "file-refused",
        "the archive holds another archive: `x.zip`",
    ),
    "a way out of the zip": ("b.zip", zipped({"../bids.csv": GOOD}), "file-refused", "the entry `../bids.csv` points outside the archive"),
    "a way out with backslashes": ("b.zip", zipped({"a\\..\\..\\bids.csv": GOOD}), "file-refused", "points outside the archive"),
    "an absolute path": ("b.zip", zipped({"/tmp/bids.csv": GOOD}), "file-refused", "the entry `/tmp/bids.csv` points outside the archive"),
    "a drive": ("b.zip", zipped({"C:/bids.csv": GOOD}), "file-refused", "points outside the archive"),
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


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_never_end_in_a_traceback(vocabulary: Vocabulary, seed: int) -> None:
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
