"""Bytes of a .csv file -> a raw table. UTF-8 with or without BOM, else GB18030; every cell is text.

Polars reads files without quotes. The csv module, which is slower, reads files with quotes, ragged lines or unusual line ends.
"""

import csv
import io

import polars as pl

from validator.intake.cells.cell import BLANKS
from validator.intake.cells.header import Heads
from validator.intake.formats.header_rows import SEARCHED, find_headers
from validator.intake.formats.raw_table import RawColumn, RawTable, refuse, table, table_of_rows

MAX_LINE = 2**20


def read_csv(data: bytes, name: str, file: str, heads: Heads | None = None) -> RawTable:
    """`name`: the name of the table. `file`: the name of the file in error messages."""
    _refuse_long_lines(data, file)
    text = _decode(data, file)
    if not text.strip(BLANKS):
        raise refuse("empty-file", "the file is empty", "supply a table with a header row", file)
    if '"' not in text and text.count("\r") == text.count("\r\n"):
        found = _plain(text, name, heads)
        if found is not None:
            return found
    return _quoted(text, name, file, heads)


def _refuse_long_lines(data: bytes, file: str) -> None:
    for at in range(0, len(data) - MAX_LINE, MAX_LINE):
        if data.find(b"\n", at, at + MAX_LINE) < 0 and data.find(b"\r", at, at + MAX_LINE) < 0:
            raise refuse("file-refused", f"a line is longer than {MAX_LINE:,} bytes", "check that the file is a table", file)


def _decode(data: bytes, file: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        raise refuse("wrong-encoding", "the file is in UTF-16", "save it as CSV UTF-8", file)
    found, utf8 = None, 0
    try:
        found = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        utf8 = error.start
    if found is not None and not _misread(found):
        return found
    try:
        return data.decode("gb18030").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if found is not None:
            return found
        line = data.count(b"\n", 0, max(utf8, error.start)) + 1  # the encoding that decodes further is the likely one
        raise refuse("wrong-encoding", f"the file is neither UTF-8 nor GB18030 (line {line})", "save it as CSV UTF-8", file) from None


def _misread(text: str) -> bool:
    """Whether a header has non-ASCII characters but no Chinese one. `price(元)` in GB18030 is valid UTF-8 with a Cyrillic letter in it."""
    header = text[: text.find("\n")]
    return not header.isascii() and max(header) < "\u0800"


def _plain(text: str, name: str, heads: Heads | None) -> RawTable | None:
    """One record per line, cells between commas. None if the file is not that simple, as when a line has more cells than the header."""
    at, row = 0, 1
    while True:
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)].rstrip("\r")
        if line.strip(BLANKS + ","):
            break
        at, row = end + 1, row + 1
    headers = line.split(",")
    following = text[end + 1 : end + 1 + MAX_LINE].split("\n", SEARCHED)[:SEARCHED] if end >= 0 else []
    found = find_headers([headers, *(other.rstrip("\r").split(",") for other in following)], heads)
    if found is None or found.last != 0:
        return None
    body = text[end + 1 :].encode() if end >= 0 else b""
    names = [f"c{i}" for i in range(len(headers))]
    if not body:
        return table(name, [RawColumn(h, pl.Series([], dtype=pl.String)) for h in headers], row)
    if text.startswith("\ufeff", end + 1):  # Polars would drop it as a byte order mark
        return None
    try:
        frame = pl.read_csv(body, has_header=False, schema=dict.fromkeys(names, pl.String), quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    if frame.height != text.count("\n", end + 1) + (not text.endswith("\n")):
        return None
    if text.count(",", end + 1) != frame.height * (len(headers) - 1):  # a line is shorter than the header
        return None
    return table(name, [RawColumn(h, frame[n]) for h, n in zip(headers, names, strict=True)], row)


def _quoted(text: str, name: str, file: str, heads: Heads | None) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        hint = "a quote that is opened must be closed before the next comma"
        raise refuse("file-refused", f"line {reader.line_num} is not valid CSV: {error}", hint, file) from None
    return table_of_rows(name, lines, 1, heads, ragged=True)
