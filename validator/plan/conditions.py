"""Conditions on which columns and tables are not supplied, built once per plan and evaluated once per set of columns, for no record.

A condition is a set of alternatives and holds where one of them does: everything that the alternative names as lost is not supplied,
and everything that it names as given is supplied.
"""

from collections.abc import Iterable
from functools import reduce

Atom = tuple[str, str]
"""A column (entity, field), or a table ("", entity)."""

Alternative = tuple[frozenset[Atom], frozenset[Atom]]
"""What must be lost (not supplied), and what must be given."""

Condition = frozenset[Alternative]

FALSE: Condition = frozenset()
TRUE: Condition = frozenset({(frozenset[Atom](), frozenset[Atom]())})

MOST = 64
"""The most alternatives that a condition keeps. With the others dropped it may hold less often than it could, never more often."""


def lost_any(atoms: Iterable[Atom]) -> Condition:
    """Holds where at least one of these is not supplied."""
    return frozenset((frozenset({a}), frozenset[Atom]()) for a in atoms)


def lost_none(atoms: Iterable[Atom]) -> Condition:
    """Holds where all of these are supplied."""
    return frozenset({(frozenset[Atom](), frozenset(atoms))})


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Holds where at least one of the conditions does."""
    return _short(frozenset[Alternative]().union(*conditions))


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Holds where all of the conditions do."""
    return reduce(_both, conditions, TRUE)


def holds(condition: Condition, lost: frozenset[Atom]) -> bool:
    """Whether the condition holds, where `lost` is everything that is not supplied."""
    return any(needs_lost <= lost and needs_given.isdisjoint(lost) for needs_lost, needs_given in condition)


def _both(a: Condition, b: Condition) -> Condition:
    pairs = ((g | h, k | m) for g, k in a for h, m in b)
    return _short(frozenset((lost, given) for lost, given in pairs if lost.isdisjoint(given)))


def _short(found: Condition) -> Condition:
    """Without the alternatives that another one makes superfluous, because it names less."""
    kept: list[Alternative] = []
    for lost, given in sorted(found, key=lambda x: (len(x[0]) + len(x[1]), sorted(x[0]), sorted(x[1]))):
        if not any(g <= lost and t <= given for g, t in kept):
            kept.append((lost, given))
    return frozenset(kept[:MOST])
