"""An offering's dates -> the revision that governs it and why: the date, the day, the clause, the line of amendments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dsl.quantities import EPOCH
from validator.rulebook.flat import File
from validator.rulebook.library import Library
from validator.rulebook.model import Rulebook


@dataclass(frozen=True)
class Resolution:
    """`day` is the offering's own day of the date that selects (`rulebook.by`). `following` is the revision that ends it, if any does."""

    rulebook: Rulebook
    day: str
    following: File | None
    lineage: tuple[File, ...]
    """The files that make it up, first to last."""


def resolve(books: Library, board: str, dates: Mapping[str, int | None]) -> Resolution:
    """Raises DiagnosticError where no revision governs the offering."""
    rulebook = books.governing(board, dates)
    chain = books.chains[board]
    after = [f for at, f in enumerate(chain) if at and chain[at - 1].name == rulebook.name]
    day = date.fromordinal((dates[rulebook.by] or 0) + EPOCH).isoformat()
    return Resolution(rulebook, day, after[0] if after else None, tuple(books.lineage(rulebook.name)))
