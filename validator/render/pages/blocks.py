"""A page as plain data: headings, notes and tables. The terminal and the web page draw the same blocks."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "warn", "bad", "faint"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Numbers stand on the right. Only the `wide` ones are broken into lines where room is short.

    `least`: the characters of its longest word that must stay whole, so that it can be copied.
    """

    title: str
    right: bool = False
    wide: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, each as long as `columns`. Without any title there is no head."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Note | Table
