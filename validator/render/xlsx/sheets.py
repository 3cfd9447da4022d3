"""The sheets of a workbook as plain data: tables for filtering, and pages for reading."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from validator.render.xlsx.formats import Style

ROWS = 1_048_575  # the most rows of a sheet, without its head

Cell = str | int | None
Form = tuple[str, Style, int]
"""A column without its cells: title, style, width."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. With a number style, a text is an exact decimal. `width`: in characters, a Chinese one counts as two."""

    title: str
    style: Style
    width: int
    cells: Sequence[Cell]
    choices: Sequence[tuple[str, ...]] = ()
    """For a column that is filled in: the words to choose from in each row."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with one head row, which stays in view, repeats on every printed page and has a filter."""

    title: str
    columns: tuple[Column, ...]
    printed: int | None = None
    """How many columns, from the left, are printed. None means all."""

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its cells from the left, and how many columns each spans. Its height is `rows` lines of text."""

    cells: tuple[tuple[str, Style], ...] = ()
    spans: tuple[int, ...] = ()
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet for reading, with its column widths."""

    title: str
    widths: tuple[int, ...]
    lines: tuple[Line, ...]


def turned(forms: Iterable[Form], rows: Sequence[Sequence[Cell]]) -> Iterator[Column]:
    """Transpose rows into columns."""
    forms = tuple(forms)
    cells: Iterable[Sequence[Cell]] = zip(*rows, strict=True) if rows else [()] * len(forms)
    return (Column(title, style, width, of_it) for (title, style, width), of_it in zip(forms, cells, strict=True))
