"""A table as it was given: headers, columns of text, and the row of each record in the source.

A row in which every cell is blank is not a record. Such rows are dropped, and an issue names those between records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.bilingual import Both
from validator.intake.cells.cell import BLANKS, shown, text_of
from validator.intake.cells.header import Heads
from validator.intake.formats.header_rows import SEARCHED, find_headers
from validator.intake.issue import Issue, Level

SHOWN_ROWS = 20

OWN_REPORT = "guiju."
"""How reports of this program are recognised: the subject of a workbook, the beginning of the format of a JSON file."""

# A double is exact for integers of up to 15 digits. No field of the vocabulary needs more.
DOUBLE_LIMIT = 10**15


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a value: a formula with an error, or without a stored result. `shown`: what the sheet has in its place."""

    shown: str


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column of texts, with masks that are None if no cell is marked.

    `numeric`: which cells were numbers in the source. `broken`: which cells have no value, but a text that issues can show.
    """

    header: str
    texts: pl.Series
    numeric: pl.Series | None = None
    broken: pl.Series | None = None

    def keep(self, mask: pl.Series) -> "RawColumn":
        numeric = None if self.numeric is None else self.numeric.filter(mask)
        return RawColumn(self.header, self.texts.filter(mask), numeric, None if self.broken is None else self.broken.filter(mask))


@dataclass(frozen=True, slots=True)
class RawTable:
    """`rows`: the row numbers of the records in the source, where the header is usually row 1. `issues` have no table name yet.

    `file`: another name of the table, if its file has no other table: the name of the file. `misfits`: the rows whose cells do not fit the
    header. `spreadsheet`: its numbers are doubles as a spreadsheet stores them. `ours`: it
    stands in a report of this program.
    """

    name: str
    columns: tuple[RawColumn, ...]
    rows: pl.Series
    header_row: int = 1
    issues: tuple[Issue, ...] = ()
    file: str = ""
    misfits: pl.Series | None = None
    spreadsheet: bool = False
    ours: bool = False

    def keep(self, mask: pl.Series) -> "RawTable":
        """The table with only these rows."""
        misfits = None if self.misfits is None else self.misfits.filter(mask)
        return replace(self, columns=tuple(c.keep(mask) for c in self.columns), rows=self.rows.filter(mask), misfits=misfits)


def refuse(code: str, message: str, hint: str | None = None, file: str = "", *, zh: str = "", hint_zh: str = "") -> DiagnosticError:
    """The error to raise for a file that cannot be read at all. `zh`, `hint_zh`: the same in Chinese."""
    return DiagnosticError([Diagnostic(code, message, hint=hint, file=file, line=0, zh=zh, hint_zh=hint_zh)])


def note(
    code: str, zh: str, en: str, row: int | None = None, column: str | None = None, text: str | None = None, level: Level = "issue"
) -> Issue:
    """An issue without the name of its table, which is filled in later."""
    return Issue(code, "", row, column, shown(text), Both(zh, en), level)


def own_report(name: str) -> Issue:
    zh, en = f"“{name}”是本程序的报告,未读取", f"`{name}` is a report of this program and is not read"
    return note("own-report", zh, en, None, None, name, "note")


def table(
    name: str, columns: Sequence[RawColumn], header_row: int = 1, issues: Iterable[Issue] = (), misfits: pl.Series | None = None
) -> RawTable:
    """A table whose records directly follow its header. Blank rows, and columns without header and content, are left out."""
    height = len(columns[0].texts) if columns else 0
    rows = pl.Series("^row", range(header_row + 1, header_row + 1 + height), dtype=pl.Int64)
    used = [c for c in columns if c.header.strip(BLANKS) or not _blank(c.texts).all()]
    said = list(issues)
    empty = _blank_rows(used)
    if empty is not None:
        last = (~empty).arg_true().max()
        inner = rows.filter(empty).to_list() if last is None else rows.filter(empty & (rows <= header_row + 1 + _int(last))).to_list()
        if inner and last is not None:
            said.append(
                note(
                    "blank-rows",
                    f"跳过{len(inner)}个空行:{listed(inner)}",
                    f"{len(inner)} blank rows are skipped: {listed(inner)}",
                    inner[0],
                    level="note",
                )
            )
        used = [c.keep(~empty) for c in used]
        rows = rows.filter(~empty)
        misfits = None if misfits is None else misfits.filter(~empty)
    return RawTable(name, tuple(used), rows, header_row, tuple(said), misfits=misfits)


def table_of_rows(
    name: str, lines: Sequence[Sequence[object]], first_row: int = 1, heads: Heads | None = None, *, ragged: bool = False
) -> RawTable:
    """A table from rows of cells. `first_row`: the row number of `lines[0]`. `ragged`: whether a row can have another
    length than the header; such a row does not fit it."""
    texts = [[_cell(c) for c in line] for line in _first(lines)]
    found = find_headers(texts, heads)
    if found is None:
        return RawTable(name, (), pl.Series("^row", [], dtype=pl.Int64), first_row)
    said = [_title(first_row + i, texts[i]) for i in found.titles]
    if found.units is not None:
        said.append(_units(first_row + found.units, texts[found.units]))
    headers = list(found.headers)
    body = lines[found.last + 1 :]
    wide = len(headers)
    cells = zip(*((*line[:wide], *[None] * (wide - len(line))) for line in body), strict=True) if body else ([] for _ in headers)
    columns = [column_of_values(h, list(values)) for h, values in zip(headers, cells, strict=True)]
    named = max((i for i, h in enumerate(headers, 1) if h.strip(BLANKS)), default=0)
    misfits = mask([_misfit(line, named, wide) for line in body]) if ragged else None
    return table(name, columns, first_row + found.last, said, misfits)


def _first(lines: Sequence[Sequence[object]]) -> Sequence[Sequence[object]]:
    """Enough rows to find the header in."""
    start = next((i for i, line in enumerate(lines) if any(_cell(c).strip(BLANKS) for c in line)), len(lines))
    return lines[: start + SEARCHED + 1]


def _misfit(line: Sequence[object], named: int, wide: int) -> bool:
    """Whether a row has fewer cells than the header has names, or something beyond the header."""
    return (0 < len(line) < named) or any(_cell(c).strip(BLANKS) for c in line[wide:])


def _title(row: int, cells: Sequence[str]) -> Issue:
    words = words_of(cells)
    return note(
        "title-row",
        f"第{row}行在表头之上,不是记录:{words}",
        f"row {row} stands above the header and is no record: {words}",
        row,
        None,
        words,
        "note",
    )


def _units(row: int, cells: Sequence[str]) -> Issue:
    words = words_of(cells)
    return note("unit-row", f"第{row}行是各列的单位:{words}", f"row {row} has the units of the columns: {words}", row, None, words, "note")


def words_of(cells: Iterable[str | None]) -> str:
    """The cells of a row that hold something, for a message."""
    return shown(" ".join(c.strip(BLANKS) for c in cells if c and c.strip(BLANKS))) or ""


def column_of_values(header: str, values: Sequence[object]) -> RawColumn:
    """A column of cells of any kind, each read as text."""
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        return RawColumn(header, pl.Series(header, values, dtype=pl.String))
    texts = pl.Series(header, [v.shown if isinstance(v, Broken) else text_of(v) for v in values], dtype=pl.String)
    numeric = [isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in values]
    broken = [isinstance(v, Broken) or (isinstance(v, float) and abs(v) >= DOUBLE_LIMIT) for v in values]
    return RawColumn(header, texts, mask(numeric), mask(broken))


def mask(cells: Sequence[bool]) -> pl.Series | None:
    """A mask of a column's cells; None if no cell is marked."""
    return pl.Series(cells, dtype=pl.Boolean) if any(cells) else None


def _cell(value: object) -> str:
    return value.shown if isinstance(value, Broken) else text_of(value) or ""


def _blank(texts: pl.Series) -> pl.Series:
    return texts.is_null() | (texts.str.strip_chars(BLANKS) == "").fill_null(True)


def _blank_rows(columns: Sequence[RawColumn]) -> pl.Series | None:
    """Which rows are blank in every column; None if there is no such row."""
    if not columns:
        return None
    blank = _blank(columns[0].texts)
    for column in columns[1:]:
        if not blank.any():
            return None
        blank &= _blank(column.texts)
    return blank if blank.any() else None


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:SHOWN_ROWS])) + (" …" if len(rows) > SHOWN_ROWS else "")
