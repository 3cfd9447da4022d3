"""Bytes of an .xlsx -> a raw table per sheet. Values come from calamine; what it does not tell comes from the sheet's own XML.

Excel's doubles are named by their shortest decimal. A formula counts by its stored result. Hidden rows and sheets are read, and said.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from validator.intake.archive import open_zip, read_entry
from validator.intake.raw import SHOWN_ROWS, Broken, RawTable, note, refuse, table_of_rows
from validator.report import Issue

MAX_CELLS = 60_000_000
MAX_PART = 16 * 2**20

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)')
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.S)
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>'
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class _Extra:
    """What the XML of a sheet tells beside its values. Cells by (row, column) from 1."""

    broken: Mapping[tuple[int, int], str]
    hidden: Sequence[int]


def read_workbook(data: bytes, name: str, file: str) -> list[RawTable]:
    """Every sheet that holds anything, under its own name. `name` is what a lone sheet may go by."""
    archive = open_zip(data, file)
    _refuse_macros(archive, file)
    extras = [_extra(xml, file) for xml in _sheets(archive, file)]
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = [_table(workbook, at, extras[at] if at < len(extras) else _Extra({}, ())) for at in range(len(workbook.sheet_names))]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the reader is no Exception
        raise refuse("file-refused", f"the workbook cannot be read: {error}", "save it again as .xlsx", file) from None
    held = [t for t in tables if t is not None]
    if not held:
        raise refuse("empty-file", "no sheet of the workbook holds anything", "hand in a table with a header row", file)
    return [replace(held[0], file=name)] if len(held) == 1 else held


def _refuse_macros(archive: zipfile.ZipFile, file: str) -> None:
    names = [e.filename.lower() for e in archive.infolist()]
    if any(n.endswith("vbaproject.bin") or "macrosheets/" in n for n in names):
        raise refuse("file-refused", "the workbook holds macros", "save it as .xlsx without macros", file)
    if "xl/workbook.xml" not in names:
        raise refuse("file-refused", "the file is no Excel workbook", "save it again as .xlsx", file)


# ── what calamine does not tell ──


def _sheets(archive: zipfile.ZipFile, file: str) -> list[bytes]:
    """The XML of every sheet in the workbook's order."""
    entries = {e.filename: e for e in archive.infolist()}

    def part(path: str) -> ElementTree.Element:
        entry = entries.get(path)
        if entry is None or entry.file_size > MAX_PART:
            raise refuse("file-refused", "the file is no Excel workbook", "save it again as .xlsx", file)
        try:
            return ElementTree.fromstring(read_entry(archive, entry, file))
        except ElementTree.ParseError:
            raise refuse("file-refused", "the workbook is damaged", "save it again as .xlsx", file) from None

    targets = {r.get("Id"): r.get("Target") or "" for r in part("xl/_rels/workbook.xml.rels")}
    ids = [s.get(_RELATION) for s in part("xl/workbook.xml").iter() if s.tag.endswith("}sheet")]
    paths = [targets.get(i, "") for i in ids]
    found = [entries.get(p[1:] if p.startswith("/") else f"xl/{p}") for p in paths]
    return [read_entry(archive, e, file) if e is not None else b"" for e in found]


def _extra(xml: bytes, file: str) -> _Extra:
    rows = [(int(n[1]) if (n := _ROW_NUMBER.search(r)) else at, r) for at, r in enumerate(_ROW.findall(xml), 1)]
    wide = max(map(_column, set(_COLUMN.findall(xml))), default=1)
    if max((n for n, _ in rows), default=0) * wide > MAX_CELLS:
        raise refuse("file-refused", "a sheet spans more cells than a book can have", "delete the cells far away from the table", file)
    broken = {(int(r), _column(c)): v.decode(errors="replace") for c, r, v in _ERROR.findall(xml)} if b't="e"' in xml else {}
    if b"<f" in xml or b":f" in xml:
        broken |= {(int(r), _column(c)): "=" + f.decode(errors="replace") for c, r, f in _FORMULA.findall(xml)}
    return _Extra(broken, [n for n, r in rows if _HIDDEN.search(r)])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# ── a sheet ──


def _table(workbook: CalamineWorkbook, at: int, extra: _Extra) -> RawTable | None:
    meta = workbook.sheets_metadata[at]
    if meta.typ is not SheetTypeEnum.WorkSheet:
        return None
    sheet = workbook.get_sheet_by_index(at)
    if sheet.start is None:
        return None
    top, left = sheet.start
    lines: list[list[object]] = [list(line) for line in sheet.to_python()]
    for (row, column), text in extra.broken.items():
        if 0 <= row - top - 1 < len(lines) and 0 <= column - left - 1 < len(lines[0]):
            lines[row - top - 1][column - left - 1] = Broken(text)
    found = table_of_rows(meta.name, lines, top + 1)
    if not found.columns:
        return None
    said = [*_hidden_rows(found, extra.hidden), *_merged(found, sheet)]
    if meta.visible is not SheetVisibleEnum.Visible:
        said.append(
            note("hidden-sheet", f"工作表“{meta.name}”是隐藏的,仍已读取", f"the sheet `{meta.name}` is hidden; it is read all the same")
        )
    return replace(found, issues=(*found.issues, *said))


def _hidden_rows(table: RawTable, hidden: Sequence[int]) -> list[Issue]:
    held = set(table.rows.to_list()) if hidden else set()
    rows = [n for n in hidden if n in held]
    if not rows:
        return []
    shown = ", ".join(map(str, rows[:SHOWN_ROWS])) + (" …" if len(rows) > SHOWN_ROWS else "")
    return [
        note(
            "hidden-rows",
            f"{len(rows)}行是隐藏的,仍已读取:{shown}",
            f"{len(rows)} rows are hidden; they are read all the same: {shown}",
            rows[0],
        )
    ]


def _merged(table: RawTable, sheet: CalamineSheet) -> list[Issue]:
    """Merged cells among the records: the value stands in the first cell only."""
    last = table.rows.max()
    ranges = [(a, b) for a, b in sheet.merged_cell_ranges or [] if isinstance(last, int) and table.header_row <= b[0] and a[0] < last]
    zh, en = "是合并单元格,其值只算在第一个单元格", "is one merged cell; its value counts for its first cell only"
    return [
        note("merged-cells", f"{n}{zh}", f"{n} {en}", a[0] + 1, None, n)
        for a, b in ranges
        if (n := f"{_letters(a[1])}{a[0] + 1}:{_letters(b[1])}{b[0] + 1}")
    ]


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
