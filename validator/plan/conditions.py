"""Conditions on which columns and tables are not supplied, as alternatives: one of them holds where all it names is lost, or is not.

They are worked out once per plan and asked once per set of columns, of no record.
"""

from collections.abc import Iterable
from functools import reduce

Atom = tuple[str, str]
"""A column (entity, field), or a table ("", entity)."""

Alternative = tuple[frozenset[Atom], frozenset[Atom]]
"""What must be lost, and what must not be."""

Condition = frozenset[Alternative]

FALSE: Condition = frozenset()
TRUE: Condition = frozenset({(frozenset[Atom](), frozenset[Atom]())})

MOST = 64
"""Alternatives of a condition; more are left out. A condition then holds less often than it could, never more often."""


def lost_any(atoms: Iterable[Atom]) -> Condition:
    """One of these is not supplied."""
    return frozenset((frozenset({a}), frozenset[Atom]()) for a in atoms)


def lost_none(atoms: Iterable[Atom]) -> Condition:
    """All of these are supplied."""
    return frozenset({(frozenset[Atom](), frozenset(atoms))})


def any_of(conditions: Iterable[Condition]) -> Condition:
    """One of the conditions holds."""
    return _short(frozenset[Alternative]().union(*conditions))


def all_of(conditions: Iterable[Condition]) -> Condition:
    """All of the conditions hold."""
    return reduce(_both, conditions, TRUE)


def holds(condition: Condition, lost: frozenset[Atom]) -> bool:
    """Whether it holds where exactly these, of all that it names, are not supplied."""
    return any(gone <= lost and kept.isdisjoint(lost) for gone, kept in condition)


def _both(a: Condition, b: Condition) -> Condition:
    pairs = ((g | h, k | m) for g, k in a for h, m in b)
    return _short(frozenset((gone, kept) for gone, kept in pairs if gone.isdisjoint(kept)))


def _short(found: Condition) -> Condition:
    """Without the alternatives that need more than another does."""
    kept: list[Alternative] = []
    for gone, there in sorted(found, key=lambda x: (len(x[0]) + len(x[1]), sorted(x[0]), sorted(x[1]))):
        if not any(g <= gone and t <= there for g, t in kept):
            kept.append((gone, there))
    return frozenset(kept[:MOST])
