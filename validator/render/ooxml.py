"""Sheets as plain data -> the bytes of an Excel workbook (.xlsx). No clock: the same sheets give the same bytes.

Nothing here is a formula or a link: a text is always a shared string, so `=1+1` stays what it is. Written by hand because a book is a
hundred thousand cells, and one call a cell costs more than all the rules; a column at a time does not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import islice
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from validator.render.looks import NUMERIC, STYLES, Style, styles
from validator.render.safe import visible

ROWS = 1_048_575  # of a sheet, below its head

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Under a number's style a text is the exact decimal to write. `width` in characters, a Chinese one is two."""

    title: str
    style: Style
    width: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with one head, which stays in view, repeats on paper and carries a filter."""

    title: str
    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells)


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to be read: lines of cells with their styles. `spans` are (line, first column, last column) that form one cell."""

    title: str
    widths: tuple[int, ...]
    lines: tuple[tuple[tuple[str, Style], ...], ...]
    spans: tuple[tuple[int, int, int], ...] = ()
    heights: tuple[tuple[int, int], ...] = ()
    """Of lines that need more than one row of text: (line, rows)."""


def write(sheets: Sequence[Table | Page], about: str) -> bytes:
    """The workbook. `about` stands at the top of every printed page."""
    texts = _Texts()
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as parts:
        for number, sheet in enumerate(sheets, 1):
            body = _table(sheet, texts, about) if isinstance(sheet, Table) else _page(sheet, texts, about)
            _put(parts, f"xl/worksheets/sheet{number}.xml", body)
        _put(parts, "xl/sharedStrings.xml", texts.xml())
        for name, text in _frame(sheets, about):
            _put(parts, name, [text])
    return out.getvalue()


class _Texts:
    """Every text once, by number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def xml(self) -> Iterator[str]:
        yield f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(self.numbers)}">'
        texts = iter(self.numbers)
        while some := list(islice(texts, _CHUNK)):
            yield "".join(f'<si><t xml:space="preserve">{_text(text)}</t></si>' for text in some)
        yield "</sst>"


# ── a table ──

_CHUNK = 4_096  # rows that are in memory as XML at one time


def _table(table: Table, texts: _Texts, about: str) -> Iterator[str]:
    last = f"{_letter(len(table.columns) - 1)}{table.rows + 1}"
    yield _opening([c.width for c in table.columns], f"A1:{last}", frozen=True)
    head: list[tuple[str, Style]] = [(c.title, "head-number" if c.style in NUMERIC else "head") for c in table.columns]
    yield _line(1, head, texts, max(lines(c.title, c.width - _BUTTON) for c in table.columns))
    for start in range(0, table.rows, _CHUNK):
        cells = [_cells(c, _letter(at), start, texts) for at, c in enumerate(table.columns)]
        rows = zip(_heights(table, start), zip(*cells, strict=True), strict=True)
        yield "".join(f'<row r="{n}"{height}>{"".join(row)}</row>' for n, (height, row) in enumerate(rows, start + 2))
    yield f'</sheetData><autoFilter ref="A1:{last}"/>{_closing(about)}'


def _heights(table: Table, start: int) -> list[str]:
    """Said for every row that needs more than one line: not every program works it out when it opens the file."""
    tall = [1] * min(_CHUNK, table.rows - start)
    for column in table.columns:
        if column.style == "prose":
            room, known = column.width, dict[Cell, int]()
            for at, cell in enumerate(column.cells[start : start + _CHUNK]):
                if cell not in known:
                    known[cell] = lines(str(cell or ""), room)
                tall[at] = max(tall[at], known[cell])
    return [_height(n) for n in tall]


def _height(rows: int) -> str:
    return f' ht="{min(rows * _LINE, _TALLEST)}" customHeight="1"' if rows > 1 else ""


def lines(text: str, room: int) -> int:
    """How many lines a text takes in a column of that width."""
    if len(text) * 2 <= room and "\n" not in text:
        return 1
    return sum(-(-_broad(part) // room) or 1 for part in text.split("\n"))


def _broad(text: str) -> int:
    """In digits: a Chinese character takes two, nine Latin letters about eight."""
    wide = 0 if text.isascii() else sum(map(len, _WIDE.findall(text)))
    return 2 * wide + (len(text) - wide) * 8 // 9


def _cells(column: Column, letter: str, start: int, texts: _Texts) -> list[str]:
    """A column's cells from a row on, as XML. A number that Excel would round is written as a text."""
    style, number = STYLES[column.style], texts.number
    numeric, as_text = column.style in NUMERIC, STYLES["right"]
    out = []
    for row, cell in enumerate(column.cells[start : start + _CHUNK], start + 2):
        if cell is None or cell == "":
            out.append(f'<c r="{letter}{row}" s="{style}"/>')
        elif not numeric:
            out.append(f'<c r="{letter}{row}" s="{style}" t="s"><v>{number(str(cell).replace(*_NEWLINE))}</v></c>')
        elif len(str(cell)) <= _DIGITS:
            out.append(f'<c r="{letter}{row}" s="{style}"><v>{cell}</v></c>')
        else:
            out.append(f'<c r="{letter}{row}" s="{as_text}" t="s"><v>{number(str(cell))}</v></c>')
    return out


# ── a page ──


def _page(page: Page, texts: _Texts, about: str) -> Iterator[str]:
    last = f"{_letter(len(page.widths) - 1)}{max(len(page.lines), 1)}"
    yield _opening(page.widths, f"A1:{last}", frozen=False)
    heights = dict(page.heights)
    for at, line in enumerate(page.lines):
        yield _line(at + 1, line, texts, heights.get(at, 1))
    merged = "".join(f'<mergeCell ref="{_letter(a)}{n + 1}:{_letter(b)}{n + 1}"/>' for n, a, b in page.spans)
    spans = f'<mergeCells count="{len(page.spans)}">{merged}</mergeCells>' if page.spans else ""
    yield f"</sheetData>{spans}{_closing(about)}"


def _line(row: int, cells: Sequence[tuple[str, Style]], texts: _Texts, rows: int = 1) -> str:
    shown = (
        f'<c r="{_letter(at)}{row}" s="{STYLES[style]}"' + (f' t="s"><v>{texts.number(text)}</v></c>' if text else "/>")
        for at, (text, style) in enumerate(cells)
    )
    return f'<row r="{row}"{_height(rows)}>{"".join(shown)}</row>'


# ── what stands around the cells ──


def _opening(widths: Sequence[int], area: str, frozen: bool) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    view = f'<sheetView workbookViewId="0">{pane}' if frozen else '<sheetView showGridLines="0" workbookViewId="0">'
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="{area}"/>'
        f"<sheetViews>{view}</sheetView></sheetViews>"
        f'<sheetFormatPr defaultRowHeight="{_LINE}"/><cols>{columns}</cols><sheetData>'
    )


def _closing(about: str) -> str:
    """A4 across, as wide as the paper, its name above and the number of the page below."""
    said = _text(about[:_HEADER]).replace("&amp;", "&amp;&amp;")
    return (
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddHeader>&amp;L{said}&amp;R&amp;A</oddHeader><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
        "</worksheet>"
    )


def _frame(sheets: Sequence[Table | Page], about: str) -> Iterator[tuple[str, str]]:
    """The parts that hold the sheets together."""
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers)
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
    )
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    yield "_rels/.rels", _relations(("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml"), ("rId2", core, "docProps/core.xml"))
    links = [(f"rId{n}", f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    more = [("rIdA", f"{_OFFICE}/styles", "styles.xml"), ("rIdB", f"{_OFFICE}/sharedStrings", "sharedStrings.xml")]
    yield "xl/_rels/workbook.xml.rels", _relations(*links, *more)
    yield "xl/workbook.xml", _workbook(sheets)
    yield "xl/styles.xml", styles()
    yield (
        "docProps/core.xml",
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_text(about)}</dc:title><dc:creator>Guiju</dc:creator></cp:coreProperties>",
    )


def _relations(*links: tuple[str, str, str]) -> str:
    shown = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in links)
    return f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{shown}</Relationships>'


def _workbook(sheets: Sequence[Table | Page]) -> str:
    listed = "".join(f'<sheet name="{_text(s.title)}" sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, 1))
    names = "".join(name for at, sheet in enumerate(sheets) for name in _names(sheet, at))
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _names(sheet: Table | Page, at: int) -> Iterator[str]:
    """What is filtered, what is printed, and the head that each printed page repeats."""
    own = f"'{_text(sheet.title)}'!"
    columns, rows = (len(sheet.columns), sheet.rows + 1) if isinstance(sheet, Table) else (len(sheet.widths), max(len(sheet.lines), 1))
    area = f"{own}$A$1:${_letter(columns - 1)}${rows}"
    if isinstance(sheet, Table):
        yield f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">{area}</definedName>'
    yield f'<definedName name="_xlnm.Print_Area" localSheetId="{at}">{area}</definedName>'
    if isinstance(sheet, Table):
        yield f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">{own}$1:$1</definedName>'


# ── texts ──

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINE = 17  # points
_TALLEST = 408  # that a row may be
_BUTTON = 3  # of a filter, in the head
_NEWLINE = ("\n", "\\n")  # in a table a line's end is shown as what it is; a page has its own
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd]+")
_CELL = 16_000  # characters of a cell; Excel holds 32,767, and counts those beyond the first plane twice
_HEADER = 80
_DIGITS = 15  # that a double holds
_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # `_x0041_` in a text would be read as the character it codes


def _text(text: str) -> str:
    shown = "\n".join(map(visible, text.split("\n")))
    cut = shown if len(shown) <= _CELL else shown[: _CELL - 1] + "…"
    return escape(_CODED.sub("_x005F_", cut))


def _letter(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(65 + rest) + letters, column - 1
    return letters


def _put(parts: ZipFile, name: str, texts: Iterable[str]) -> None:
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    with parts.open(info, "w", force_zip64=True) as part:
        for text in texts:
            part.write(text.encode())
