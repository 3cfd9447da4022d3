"""Bytes of an .xlsx -> a raw table per sheet. Doubles are read as their shortest decimal, formulas as their stored result.

Hidden rows and sheets are read, with an issue. The value of a merged cell counts for its first cell only.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from python_calamine import CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from validator.intake.cells.header import Heads
from validator.intake.formats.raw_table import OWN_REPORT, Broken, RawTable, listed, note, refuse, table_of_rows
from validator.intake.formats.workbook_xml import MAX_PART, NOTHING, SheetFacts, sheet_facts
from validator.intake.formats.zip_files import open_zip, read_entry
from validator.intake.issue import Issue


def read_workbook(data: bytes, name: str, file: str, heads: Heads | None = None) -> list[RawTable]:
    """Every sheet that is not empty, under its own name. `name`: another name of the table, if there is only one."""
    archive = open_zip(data, file)
    _refuse_macros(archive, file)
    facts = sheet_facts(archive, file)
    sheets = _sheets(data, file)
    tables = [t for at, s in enumerate(sheets) if (t := _table(s, facts[at] if at < len(facts) else NOTHING, heads)) is not None]
    if _is_ours(archive, file):
        tables = [replace(t, ours=True) for t in tables]
    if not tables:
        raise refuse("empty-file", "every sheet of the workbook is empty", "supply a table with a header row", file)
    tables = _answered(tables)
    return [replace(tables[0], file=name)] if len(tables) == 1 else tables


REPORTS = (("概要", "逐条规则", "裁定"), ("summary", "rules", "decisions"))
"""Sheets by which a report of ours is known, in Chinese or English. The last is the form that an officer fills in."""


def _answered(tables: list[RawTable]) -> list[RawTable]:
    """Of a report that an officer hands back, only her decisions: all else in it is what we printed."""
    names = {t.name for t in tables}
    form = next((report[-1] for report in REPORTS if names.issuperset(report)), None)
    return tables if form is None else [t for t in tables if t.name == form]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet from the reader. `lines` begins at the cell `start` (row and column from 0), the first one that is not empty."""

    name: str
    visible: bool
    start: tuple[int, int] | None
    lines: list[list[object]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]


def _sheets(data: bytes, file: str) -> list[_Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(workbook, at, meta) for at, meta in enumerate(workbook.sheets_metadata)]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the reader is not an Exception
        raise refuse("file-refused", f"the workbook cannot be read: {error}", "save it again as .xlsx", file) from None


def _sheet(workbook: CalamineWorkbook, at: int, meta: SheetMetadata) -> _Sheet:
    visible = meta.visible is SheetVisibleEnum.Visible
    if meta.typ is not SheetTypeEnum.WorkSheet:
        return _Sheet(meta.name, visible, None, [], ())
    sheet = workbook.get_sheet_by_index(at)
    return _Sheet(meta.name, visible, sheet.start, [list(line) for line in sheet.to_python()], sheet.merged_cell_ranges or ())


def _is_ours(archive: zipfile.ZipFile, file: str) -> bool:
    entry = next((e for e in archive.infolist() if e.filename == "docProps/core.xml"), None)
    return entry is not None and entry.file_size < MAX_PART and f"<dc:subject>{OWN_REPORT}".encode() in read_entry(archive, entry, file)


def _refuse_macros(archive: zipfile.ZipFile, file: str) -> None:
    names = [e.filename.lower() for e in archive.infolist()]
    if any(n.endswith("vbaproject.bin") or "macrosheets/" in n for n in names):
        raise refuse("file-refused", "the workbook holds macros", "save it as .xlsx without macros", file)
    if "xl/workbook.xml" not in names:
        raise refuse("file-refused", "the file is not an Excel workbook", "save it again as .xlsx", file)


def _table(sheet: _Sheet, facts: SheetFacts, heads: Heads | None) -> RawTable | None:
    if sheet.start is None:
        return None
    top, left = sheet.start
    lines = sheet.lines
    _set_midnights(lines, top, left, facts)
    _clear_covered(lines, top, left, sheet.merged)
    for (row, column), text in facts.broken.items():
        if 0 <= row - top - 1 < len(lines) and 0 <= column - left - 1 < len(lines[0]):
            lines[row - top - 1][column - left - 1] = Broken(text)
    found = replace(table_of_rows(sheet.name, lines, top + 1, heads), spreadsheet=True)
    if not found.columns:
        return None
    said = [*_hidden_rows(found, facts.hidden), *_merged(found, sheet)]
    if not sheet.visible:
        zh, en = f"工作表“{sheet.name}”是隐藏的,仍已读取", f"the sheet `{sheet.name}` is hidden; it is still read"
        said.append(note("hidden-sheet", zh, en, level="note"))
    return replace(found, issues=(*found.issues, *said))


def _set_midnights(lines: list[list[object]], top: int, left: int, facts: SheetFacts) -> None:
    """Turn a day into midnight of that day if the cell's number format shows a time: the reader drops the time 00:00."""
    for row, line in enumerate(lines, top + 1):
        for at, cell in enumerate(line):
            if type(cell) is date and (row, left + at + 1) in facts.clocks:
                line[at] = datetime.combine(cell, time())


def _clear_covered(lines: list[list[object]], top: int, left: int, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Clear the cells that Excel hides under a merged cell. Ranges must not overlap, so the work is limited to the number of cells."""
    room = sum(map(len, lines))
    for (row, column), (last, end) in merged:
        for at in range(max(row, top), min(last, top + len(lines) - 1) + 1):
            line = lines[at - top]
            for place in range(max(column, left), min(end, left + len(line) - 1) + 1):
                room -= 1
                if (at, place) != (row, column):
                    line[place - left] = None
        if room < 0:
            raise refuse("file-refused", "the workbook is damaged: merged cells overlap", "save it again as .xlsx")


def _hidden_rows(table: RawTable, hidden: Sequence[int]) -> list[Issue]:
    held = set(table.rows.to_list()) if hidden else set()
    rows = [n for n in hidden if n in held]
    if not rows:
        return []
    zh, en = f"{len(rows)}行是隐藏的,仍已读取:{listed(rows)}", f"{len(rows)} rows are hidden; they are still read: {listed(rows)}"
    return [note("hidden-rows", zh, en, rows[0], level="note")]


def _merged(table: RawTable, sheet: _Sheet) -> list[Issue]:
    """An issue for each merged cell among the records."""
    last = table.rows.max()
    ranges = [(a, b) for a, b in sheet.merged if isinstance(last, int) and table.header_row <= b[0] and a[0] < last]
    zh, en = "是合并单元格,其值只算在第一个单元格", "is one merged cell; its value counts for its first cell only"
    names = [(f"{_letters(a[1])}{a[0] + 1}:{_letters(b[1])}{b[0] + 1}", a[0] + 1) for a, b in ranges]
    return [note("merged-cells", f"{name}{zh}", f"{name} {en}", row, None, name) for name, row in names]


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
