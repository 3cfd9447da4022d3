"""The XML of a workbook -> what its reader does not give: hidden rows, errors, formulas without a result, dates with a time of day.

The text of a sheet is searched by regular expressions. Building a tree of a hundred thousand cells would be too slow.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from validator.intake.formats.raw_table import refuse
from validator.intake.formats.zip_files import read_entry

MAX_CELLS = 60_000_000
MAX_PART = 16 * 2**20

Place = tuple[int, int]
"""Row and column, from 1."""

# Tags may carry a prefix: <x:c r="A1">.
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)')
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_CELL = rb"<(?:\w+:)?c\b([^>]*)>"
_VALUE = rb"<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>"
_ERROR = re.compile(_CELL.replace(rb"\b(", rb'\b(?=[^>]*\bt="e")(') + rb"(?:<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?" + _VALUE)
_EMPTY = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?"
_FORMULA = re.compile(_CELL + rb"\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*" + _EMPTY + rb"\s*</(?:\w+:)?c>")

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CLOCKS = {18, 19, 20, 21, 22, 32, 33, 45, 46, 47, 55, 56}
"""Excel's own number formats that show a time of day."""
_NO_CLOCK = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`broken`: what the sheet has in place of a value. `hidden`: row numbers. `clocks`: the cells whose format shows a time of day."""

    broken: Mapping[Place, str]
    hidden: Sequence[int]
    clocks: frozenset[Place]


NOTHING = SheetFacts({}, (), frozenset())


def sheet_facts(archive: zipfile.ZipFile, file: str) -> list[SheetFacts]:
    """The facts of every sheet, in the workbook's order. Raises DiagnosticError for a damaged or far too large workbook."""
    entries = {e.filename: e for e in archive.infolist()}

    def part(path: str) -> ElementTree.Element:
        entry = entries.get(path)
        if entry is None or entry.file_size > MAX_PART:
            raise refuse("file-refused", "the file is not an Excel workbook", "save it again as .xlsx", file)
        try:
            return ElementTree.fromstring(read_entry(archive, entry, file))
        except (ElementTree.ParseError, LookupError, ValueError):
            raise refuse("file-refused", "the workbook is damaged", "save it again as .xlsx", file) from None

    targets = {r.get("Id"): r.get("Target") or "" for r in part("xl/_rels/workbook.xml.rels")}
    ids = [s.get(_RELATION) for s in part("xl/workbook.xml").iter() if s.tag.endswith("}sheet")]
    paths = [targets.get(i, "") for i in ids]
    found = [entries.get(p[1:] if p.startswith("/") else f"xl/{p}") for p in paths]
    styles = _clock_styles(part("xl/styles.xml")) if "xl/styles.xml" in entries else []
    return [_facts(read_entry(archive, e, file), styles, file) if e is not None else NOTHING for e in found]


def _clock_styles(styles: ElementTree.Element) -> list[int]:
    """The numbers of the cell styles that show a time of day."""
    formats = {f.get("numFmtId"): f.get("formatCode") or "" for f in styles.iter() if f.tag.endswith("}numFmt")}
    clocks = {str(n) for n in _CLOCKS} | {i for i, code in formats.items() if re.search("[hHsS]", _NO_CLOCK.sub("", code))}
    cells = next((e for e in styles if e.tag.endswith("}cellXfs")), None)
    return [at for at, xf in enumerate(cells if cells is not None else ()) if xf.get("numFmtId") in clocks]


def _facts(xml: bytes, styles: Sequence[int], file: str) -> SheetFacts:
    rows = [(int(n[1]) if (n := _ROW_NUMBER.search(r)) else at, r) for at, r in enumerate(_ROW.findall(xml), 1)]
    wide = max(map(_column, set(_COLUMN.findall(xml))), default=1)
    if max((n for n, _ in rows), default=0) * wide > MAX_CELLS:
        raise refuse("file-refused", "a sheet spans more cells than a book can have", "delete the cells far away from the table", file)
    errors = _ERROR.findall(xml) if b't="e"' in xml else []
    formulas = _FORMULA.findall(xml) if re.search(rb"<(?:\w+:)?f\b", xml) else []
    broken = _places(errors, "") | _places(formulas, "=")
    return SheetFacts(broken, [n for n, r in rows if _HIDDEN.search(r)], _clocks(xml, styles))


def _places(cells: Sequence[tuple[bytes, bytes]], mark: str) -> dict[Place, str]:
    found = ((_ADDRESS.search(attributes), text) for attributes, text in cells)
    return {(int(a[2]), _column(a[1])): mark + text.decode(errors="replace") for a, text in found if a}


def _clocks(xml: bytes, styles: Sequence[int]) -> frozenset[Place]:
    if not styles:
        return frozenset()
    cells = re.findall(rb'<(?:\w+:)?c\b(?=[^>]*\bs="(?:' + "|".join(map(str, styles)).encode() + rb')")([^>]*)>', xml)
    return frozenset((int(a[2]), _column(a[1])) for c in cells if (a := _ADDRESS.search(c)))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
