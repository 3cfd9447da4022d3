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

FEW_CELLS = 1_000_000
SPARSE = 20
"""A sheet of more than a few cells may span so many times the cells that it holds: its reader makes room for all."""
MAX_CELLS = 60_000_000
MAX_PART = 16 * 2**20

Place = tuple[int, int]
"""Row and column, from 1."""

# Tags may carry a prefix: <x:c r="A1">. INVARIANT: no pattern looks past the tag or the text that it began in, so that none takes more than
# the length of the file: `[^<>]` ends at the next tag, `\s*+` gives nothing back.
_TAG = rb"<(?:[^<>\s/:!?]+:)?"
_END = rb"</(?:[^<>\s/:!?]+:)?"
_ROW = re.compile(_TAG + rb"row\b([^<>]*)>")
_ROW_NUMBER = re.compile(rb'\br\s*+=\s*+["\']([0-9]{1,7})["\']')
_HIDDEN = re.compile(rb'\bhidden\s*+=\s*+["\'](?:1|true)["\']')
_COLUMNS = re.compile(_TAG + rb'c\b[^<>]*?\sr\s*+=\s*+["\']([A-Za-z]{1,3})[0-9]')
_ROWS = re.compile(_TAG + rb'c\b[^<>]*?\sr\s*+=\s*+["\'][A-Za-z]{1,3}([0-9]{1,7})')
_ADDRESS = re.compile(rb'\br\s*+=\s*+["\']([A-Za-z]{1,3})([0-9]{1,7})["\']')
_STYLE = re.compile(rb'\bs\s*+=\s*+["\']([0-9]{1,7})["\']')
_CELL = _TAG + rb"c\b([^<>]*)>"
_STYLED = re.compile(_TAG + rb"c\b(?=[^<>]*\bs\b)([^<>]*)>")
_VALUE = _TAG + rb"v>([^<]*)" + _END + rb"v>"
_IN_FORMULA = _TAG + rb"f\b(?:[^<>]*/>|[^<>]*>([^<]*)" + _END + rb"f>)"
_ERROR = re.compile(_TAG + rb'c\b(?=[^<>]*\bt="e")([^<>]*)>' + rb"(?:" + _IN_FORMULA.replace(rb"([^<]*)", rb"[^<]*") + rb")?" + _VALUE)
_EMPTY = rb"(?:" + _TAG + rb"v\s*+/>|" + _TAG + rb"v>\s*+" + _END + rb"v>)?"
_FORMULA = re.compile(_CELL + rb"\s*+" + _IN_FORMULA + rb"\s*+" + _EMPTY + rb"\s*+" + _END + rb"c>")

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CLOCKS = {18, 19, 20, 21, 22, 32, 33, 45, 46, 47, 55, 56}
"""Excel's own number formats that show a time of day."""
_NO_CLOCK = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]')


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
    columns = _COLUMNS.findall(xml)
    wide = max(map(_column, set(columns)), default=1)
    holding = (n for n, r in rows if not r.endswith(b"/"))  # a row that has only a format takes no room
    high = max(max(holding, default=0), max(map(int, set(_ROWS.findall(xml))), default=0))
    if high * wide > min(MAX_CELLS, max(FEW_CELLS, SPARSE * len(columns))):
        raise refuse("file-refused", "a sheet spans more cells than a book can have", "delete the cells far away from the table", file)
    errors = _ERROR.findall(xml) if b't="e"' in xml else []
    formulas = _FORMULA.findall(xml) if re.search(_TAG + rb"f\b", xml) else []
    broken = _places(errors, "") | _places(formulas, "=")
    return SheetFacts(broken, [n for n, r in rows if _HIDDEN.search(r)], _clocks(xml, styles))


def _places(cells: Sequence[tuple[bytes, bytes]], mark: str) -> dict[Place, str]:
    found = ((_ADDRESS.search(attributes), text) for attributes, text in cells)
    return {(int(a[2]), _column(a[1])): mark + text.decode(errors="replace") for a, text in found if a}


def _clocks(xml: bytes, styles: Sequence[int]) -> frozenset[Place]:
    if not styles:
        return frozenset()
    shown = {str(style).encode() for style in styles}
    cells = (c for c in _STYLED.findall(xml) if (s := _STYLE.search(c)) and s[1] in shown)
    return frozenset((int(a[2]), _column(a[1])) for c in cells if (a := _ADDRESS.search(c)))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
