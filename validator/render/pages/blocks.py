"""A page as plain data: headings, notes and tables. The terminal and the web page draw the same blocks."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "warn", "bad", "faint"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of the blocks that follow."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Numbers are aligned right. If the table is too wide, only `wide` columns get line breaks.

    `least`: the length of its longest word that must not be broken, so that it can be copied.
    """

    title: str
    right: bool = False
    wide: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, one cell per column. If no column has a title, there is no head."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Note | Table
