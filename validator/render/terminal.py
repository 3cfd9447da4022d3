"""Blocks -> lines on a terminal or in a pipe, laid out by rich. In a pipe there is no colour and the width is fixed.

Every setting of rich is given here, so it reads neither the environment nor the locale, and the same report gives the same bytes.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from shutil import get_terminal_size
from typing import TYPE_CHECKING, assert_never

from validator.render.pages.blocks import Block, Heading, Note, Table

if TYPE_CHECKING:
    import rich.table
    from rich.console import RenderableType

_PIPE = 100
_GAP = 2  # between columns
_LEAST = 8  # the least width of a column
_ITEM = re.compile(r"[^、；\s]*[、；]*\s*")  # one item of an enumeration: a name or a clause
# A word or a Chinese character, with the punctuation that must not be separated from it by a line break.
_WORD = re.compile(r"[(（“〔《]*(?:[0-9A-Za-z_.@/#%+-]+|\S)[,.:;)，。：；、）”〕》…！？]*\s*")
_TONES = {"plain": "", "good": "green", "warn": "yellow", "bad": "bold red", "faint": "dim"}


def draw(blocks: Iterable[Block], width: int = _PIPE, colour: bool = False) -> str:
    """The page as text, without trailing spaces."""
    from rich.console import Console

    console = Console(
        file=StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None, legacy_windows=False, _environ={}
    )
    with console.capture() as page:
        for block in blocks:
            console.print(_drawn(block, width), markup=False, highlight=False, emoji=False)
    return "\n".join(line.rstrip() for line in page.get().splitlines()).strip("\n") + "\n"


def page(blocks: Iterable[Block], to_file: bool = False) -> str:
    """The page for stdout: coloured and as wide as the terminal, or plain in a pipe or file."""
    if to_file or not on_terminal():
        return draw(blocks)
    return draw(blocks, width=max(60, min(140, get_terminal_size((_PIPE, 24)).columns)), colour=True)


def on_terminal() -> bool:
    return sys.stdout.isatty()


def _drawn(block: Block, width: int) -> "RenderableType":
    from rich.text import Text

    match block:
        case Heading(text=text):
            return Text(f"\n{_broken(text, width)}", style="bold")
        case Note(text=text, tone=tone):
            return Text(_broken(text, width), style=_TONES[tone])
        case Table():
            return _table(block, width)
        case _:
            assert_never(block)


def _table(block: Table, width: int) -> "rich.table.Table":
    import rich.table
    from rich.text import Text

    table = rich.table.Table(
        box=None, show_header=any(c.title for c in block.columns), header_style="dim", pad_edge=False, padding=(0, _GAP, 0, 0)
    )
    rooms = _widths(block, width)
    for column, room in zip(block.columns, rooms, strict=True):
        table.add_column(Text(column.title), justify="right" if column.right else "left", overflow="fold", width=room)
    for row in block.rows:
        table.add_row(*(Text(_broken(cell, room)) for cell, room in zip(row, rooms, strict=True)))
    return table


def _broken(text: str, room: int) -> str:
    """The text with line breaks. Rich would break Chinese anywhere: inside a column name, or before a comma."""
    return "\n".join(line.rstrip() for part in text.split("\n") for line in _lines(part, room))


def _lines(text: str, room: int) -> Iterator[str]:
    """Break between the items of an enumeration if possible, else between words, else anywhere."""
    from rich.cells import cell_len

    def pieces() -> Iterator[str]:
        for item in _ITEM.findall(text):
            for word in [item] if cell_len(item.rstrip()) <= room else _WORD.findall(item):
                yield from [word] if cell_len(word.rstrip()) <= room else word

    line = ""
    for piece in pieces() if cell_len(text) > room else [text]:
        if line and cell_len(line + piece.rstrip()) > room:
            yield line
            line = ""
        line += piece
    yield line


def _widths(block: Table, width: int) -> list[int]:
    """The width of each column. If the table is too wide, the widest `wide` columns shrink first, and no longest word is broken.

    Rich would instead cut the text next to a column that must not shrink.
    """
    from rich.cells import cell_len

    full = [max((cell_len(line) for row in block.rows for line in row[at].split("\n")), default=0) for at in range(len(block.columns))]
    full = [max(cell_len(column.title), wide, 1) for column, wide in zip(block.columns, full, strict=True)]
    least = [min(wide, max(column.least, _LEAST)) if column.wide else wide for column, wide in zip(block.columns, full, strict=True)]
    room = width - _GAP * (len(full) - 1)
    if sum(least) > room:
        least = [min(wide, _LEAST) for wide in full]
    tallest = next((top for top in range(max(full), 0, -1) if sum(_capped(full, least, top)) <= room), 1)
    return _capped(full, least, tallest)


def _capped(full: list[int], least: list[int], top: int) -> list[int]:
    return [max(lowest, min(wide, top)) for wide, lowest in zip(full, least, strict=True)]
