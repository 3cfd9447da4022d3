"""Sheets as plain data -> the bytes of an Excel workbook (.xlsx), by XlsxWriter. The clock is not read.

No cell is a formula or a link. A text is written as text whatever it begins with, so `=1+1` stays text.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any, assert_never

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_range  # type: ignore[import-untyped]

from validator.render.phrases.safe import visible
from validator.render.xlsx.formats import FONT, LINE, LOOKS, NUMERIC, Style
from validator.render.xlsx.row_height import lines
from validator.render.xlsx.sheets import Column, Line, Page, Table
from validator.report.model import FORMAT

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_row_height": LINE,
}
_CREATED = datetime(2000, 1, 1)  # a fixed time of creation, so that the same report gives the same bytes
_TALLEST = 545  # the greatest height of a row, in pixels
_BUTTON = 3  # width of the filter button in the head
_CELL = 16_000  # most characters in a cell; Excel allows 32,767, and counts some characters twice
_HEADER = 80
_DIGITS = 15  # decimal digits that a double holds exactly
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Formats = dict[Style, Any]


def write(sheets: Sequence[Table | Page], about: str) -> bytes:
    """The workbook. `about` is printed at the top of every page."""
    out = BytesIO()
    with Workbook(out, {**_OPTIONS, "default_format_properties": dict(FONT)}) as book:
        book.set_properties({"title": about, "author": "Guiju", "subject": FORMAT, "created": _CREATED})
        formats = {style: book.add_format(dict(look)) for style, look in LOOKS.items()}
        for sheet in sheets:
            drawn = book.add_worksheet(sheet.title)
            _on_paper(drawn, about)
            match sheet:
                case Table():
                    _table(drawn, sheet, formats)
                case Page():
                    _page(drawn, sheet, formats)
                case _:
                    assert_never(sheet)
    return out.getvalue()


def _on_paper(drawn: Any, about: str) -> None:
    """Print settings: A4 landscape, fit to width, the title at the top and the page number at the bottom."""
    drawn.set_landscape()
    drawn.set_paper(9)
    drawn.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    drawn.fit_to_pages(1, 0)
    said = about[:_HEADER].replace("&", "&&")
    drawn.set_header(f"&L{said}&R&A", {"scale_with_doc": False})
    drawn.set_footer("&C&P / &N", {"scale_with_doc": False})


# ── a table ──


def _table(drawn: Any, table: Table, formats: Formats) -> None:
    last = table.rows, len(table.columns) - 1
    drawn.freeze_panes(1, 0)
    drawn.repeat_rows(0)
    drawn.autofilter(0, 0, *last)
    drawn.print_area(0, 0, table.rows, (table.printed or len(table.columns)) - 1)
    drawn.ignore_errors({"number_stored_as_text": xl_range(1, 0, *last)})  # codes are text on purpose, so no green corner
    drawn.set_row_pixels(0, LINE * max(lines(c.title, c.width - _BUTTON) for c in table.columns))
    for row, tall in _tall(table):
        drawn.set_row_pixels(row, min(tall * LINE, _TALLEST))
    for at, column in enumerate(table.columns):
        drawn.set_column(at, at, column.width, None, {"hidden": column.hidden})
        _choices(drawn, at, column)
        _put(drawn, 0, at, column.title, formats["head-number" if column.style in NUMERIC else "head"])
        (_numbers if column.style in NUMERIC else _texts)(drawn, at, column, formats)


def _choices(drawn: Any, at: int, column: Column) -> None:
    """A dropdown in each row, one for all rows that follow each other and have the same words."""
    row = 1
    for words, same in groupby(column.choices):
        first, row = row, row + len(tuple(same))
        if words and not any("," in word for word in words):  # a comma would part the list
            said = {"error_title": column.title, "error_message": " / ".join(words)[:_HEADER]}
            drawn.data_validation(first, at, row - 1, at, {"validate": "list", "source": list(words), **said})


def _tall(table: Table) -> Iterator[tuple[int, int]]:
    """The rows that need more than one line, with their number of lines."""
    tall = [1] * table.rows
    for column in table.columns:
        if column.style not in NUMERIC:
            known = {cell: lines(str(cell or ""), column.width) for cell in set(column.cells)}
            tall = [max(n, known[cell]) for n, cell in zip(tall, column.cells, strict=True)]
    return ((row, n) for row, n in enumerate(tall, 1) if n > 1)


def _numbers(drawn: Any, at: int, column: Column, formats: Formats) -> None:
    """A value that Excel would round, or that is not a number, is written as text."""
    put, look = drawn.write_number, formats[column.style]
    for row, cell in enumerate(column.cells, 1):
        if cell is None or cell == "":
            drawn.write_blank(row, at, None, look)
        elif len(text := str(cell)) <= _DIGITS and _NUMBER.fullmatch(text):
            put(row, at, float(text), look)
        else:
            _put(drawn, row, at, _shown(text), formats["right"])


def _texts(drawn: Any, at: int, column: Column, formats: Formats) -> None:
    """In a table, line breaks are shown as escapes. A page may contain real line breaks."""
    look = formats[column.style]
    shown = {cell: _shown(str(cell).replace("\n", "\\n")) for cell in set(column.cells) if cell is not None}
    for row, cell in enumerate(column.cells, 1):
        _put(drawn, row, at, "" if cell is None else shown[cell], look)


# ── a page ──


def _page(drawn: Any, page: Page, formats: Formats) -> None:
    drawn.hide_gridlines(2)
    drawn.print_area(0, 0, max(len(page.lines), 1) - 1, len(page.widths) - 1)
    for at, width in enumerate(page.widths):
        drawn.set_column(at, at, width)
    for row, line in enumerate(page.lines):
        if line.rows > 1:
            drawn.set_row_pixels(row, min(line.rows * LINE, _TALLEST))
        _line(drawn, row, line, formats)


def _line(drawn: Any, row: int, line: Line, formats: Formats) -> None:
    at = 0
    for (text, style), span in zip(line.cells, line.spans, strict=True):
        if span > 1:
            drawn.merge_range(row, at, row, at + span - 1, "", formats[style])
        _put(drawn, row, at, _shown(text), formats[style])
        at += span


# ── a text ──


def _shown(text: str) -> str:
    """The text with invisible characters escaped, cut to what a cell can hold."""
    seen = "\n".join(map(visible, text.split("\n")))
    return seen if len(seen) <= _CELL else seen[: _CELL - 1] + "…"


def _put(drawn: Any, row: int, at: int, text: str, look: Any) -> None:
    if not text:
        drawn.write_blank(row, at, None, look)
    elif text.startswith("<r>") and text.endswith("</r>"):  # XlsxWriter reads such a text as XML, unless it is written in parts
        drawn.write_rich_string(row, at, "<", "r", text[2:], look)
    else:
        drawn.write_string(row, at, text, look)
