"""A table as it was given: headers, columns of text, and the row of each record in the source.

A row in which every cell is blank is not a record. Such rows are dropped, and an issue names those between records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.bilingual import Both
from validator.intake.cells.cell import BLANKS, shown, text_of
from validator.intake.issue import Issue

SHOWN_ROWS = 20

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

    `file`: another name of the table, if its file has no other table: the name of the file.
    """

    name: str
    columns: tuple[RawColumn, ...]
    rows: pl.Series
    header_row: int = 1
    issues: tuple[Issue, ...] = ()
    file: str = ""


def refuse(code: str, message: str, hint: str | None = None, file: str = "", *, zh: str = "", hint_zh: str = "") -> DiagnosticError:
    """The error to raise for a file that cannot be read at all. `zh`, `hint_zh`: the same in Chinese."""
    return DiagnosticError([Diagnostic(code, message, hint=hint, file=file, line=0, zh=zh, hint_zh=hint_zh)])


def note(code: str, zh: str, en: str, row: int | None = None, column: str | None = None, text: str | None = None) -> Issue:
    """An issue without the name of its table, which is filled in later."""
    return Issue(code, "", row, column, shown(text), Both(zh, en))


def table(name: str, columns: Sequence[RawColumn], header_row: int = 1, issues: Iterable[Issue] = ()) -> RawTable:
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
                )
            )
        used = [c.keep(~empty) for c in used]
        rows = rows.filter(~empty)
    return RawTable(name, tuple(used), rows, header_row, tuple(said))


def table_of_rows(name: str, lines: Sequence[Sequence[object]], first_row: int = 1, issues: Iterable[Issue] = ()) -> RawTable:
    """A table from rows of cells. The header is the first row that is not blank. `first_row`: the row number of `lines[0]`."""
    at = next((i for i, line in enumerate(lines) if any(_cell(c).strip(BLANKS) for c in line)), None)
    if at is None:
        return RawTable(name, (), pl.Series("^row", [], dtype=pl.Int64), first_row, tuple(issues))
    headers = [_cell(c) for c in lines[at]]
    body = lines[at + 1 :]
    said = list(issues)
    for number, line in enumerate(body, first_row + at + 1):
        extra = [_cell(c) for c in line[len(headers) :]]
        if any(e.strip(BLANKS) for e in extra):
            said.append(
                note(
                    "extra-cells",
                    "该行的单元格多于表头,多出的未读取",
                    "the row has more cells than the header; the extra cells are not read",
                    number,
                    None,
                    ",".join(extra),
                )
            )
    wide = len(headers)
    cells = zip(*((*line[:wide], *[None] * (wide - len(line))) for line in body), strict=True) if body else ([] for _ in headers)
    columns = [column_of_values(h, list(values)) for h, values in zip(headers, cells, strict=True)]
    return table(name, columns, first_row + at, said)


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
