"""The sheets of a workbook as plain data: tables to be filtered, and pages to be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from validator.render.xlsx.formats import Style

ROWS = 1_048_575  # of a sheet, below its head

Cell = str | int | None
Form = tuple[str, Style, int]
"""A column without its cells: title, style, width."""


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
    printed: int | None = None
    """How many columns, from the left, go on paper; all where it is not said."""

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its cells from the left, each as many columns wide as `spans` says. `rows` of text make its height."""

    cells: tuple[tuple[str, Style], ...] = ()
    spans: tuple[int, ...] = ()
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to be read, with the widths of its columns."""

    title: str
    widths: tuple[int, ...]
    lines: tuple[Line, ...]


def turned(forms: Iterable[Form], rows: Sequence[Sequence[Cell]]) -> Iterator[Column]:
    """Rows as columns."""
    forms = tuple(forms)
    cells: Iterable[Sequence[Cell]] = zip(*rows, strict=True) if rows else [()] * len(forms)
    return (Column(title, style, width, of_it) for (title, style, width), of_it in zip(forms, cells, strict=True))
