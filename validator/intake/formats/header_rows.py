"""The first rows of a table -> its headers, however many rows stand above them and however many they take.

Titles stand above, groups of columns stand in a row of their own, units in another below. A row that is no header is named, never dropped
in silence. Where no header is known, the first row that is not blank is the header, so that its words can be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from validator.intake.cells.cell import BLANKS
from validator.intake.cells.header import Heads

SEARCHED = 20
"""How many rows are searched for the header."""
CERTAIN = 2
"""How many known headers a row below the first one must have: notes may name one."""


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """`at`, `last`: the first and the last row of the header, from 0. `titles`: the rows above it. `units`: the row of units below it."""

    at: int
    last: int
    headers: Sequence[str]
    titles: Sequence[int] = ()
    units: int | None = None


def find_headers(lines: Sequence[Sequence[str]], heads: Heads | None) -> HeaderRows | None:
    """None if all rows are blank. `lines`: at least the first rows of the table."""
    filled = [i for i, line in enumerate(lines) if any(c.strip(BLANKS) for c in line)]
    if not filled:
        return None
    first = HeaderRows(filled[0], filled[0], lines[filled[0]])
    if heads is None:
        return first
    near = [i for i in filled if i < filled[0] + SEARCHED]
    found = max((HeaderRows(i, i, lines[i]) for i in near), key=lambda h: (_known(h.headers, heads), -h.at))
    for pair in pairwise(near):
        joined = HeaderRows(*pair, _joined(lines[pair[0]], lines[pair[1]], heads))
        if _known(joined.headers, heads) > _known(found.headers, heads):
            found = joined
    if found.last > first.last and _known(found.headers, heads) < CERTAIN:
        return first
    titles = tuple(i for i in near if i < found.at)
    below = next((i for i in filled if i > found.last), None)
    measured = None if below is None else _measured(found.headers, lines[below], heads)
    if below is None or measured is None:
        return HeaderRows(found.at, found.last, found.headers, titles)
    return HeaderRows(found.at, below, measured, titles, below)


def _known(headers: Sequence[str], heads: Heads) -> int:
    return sum(map(heads.known, headers))


def _joined(upper: Sequence[str], lower: Sequence[str], heads: Heads) -> list[str]:
    """Of two headers in one column, the one that is known; `上` over `下` may also be one name."""
    wide = max(len(upper), len(lower))
    pairs = zip((*upper, *[""] * (wide - len(upper))), (*lower, *[""] * (wide - len(lower))), strict=True)
    return [next((h for h in (low, up + low, up) if heads.known(h)), low or up) for up, low in pairs]


def _measured(headers: Sequence[str], line: Sequence[str], heads: Heads) -> list[str] | None:
    """The headers with the units of the row below them; None if any of its cells is something else."""
    found = list(headers)
    for at, cell in enumerate(line):
        if not cell.strip(BLANKS):
            continue
        header = heads.measured(headers[at], cell) if at < len(headers) else None
        if header is None:
            return None
        found[at] = header
    return found
