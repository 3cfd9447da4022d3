"""Files made in memory: workbooks, zips and Parquet, sound and broken."""

import io
import stat
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import xlsxwriter

from validator.intake.book.book import Book

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


def stray(book: xlsxwriter.Workbook) -> None:
    page = book.add_worksheet("报价")
    page.write(0, 0, "placee")
    page.write(1_048_575, 50, 1)


def two_of_one_name(book: xlsxwriter.Workbook) -> None:
    sheet([["placee"], ["P1"]], "bids")(book)
    sheet([["placee"], ["P1"]], "报价")(book)


GOOD_XLSX = xlsx(sheet([["配售对象代码", "申购价格"], ["P1", 10]]))
