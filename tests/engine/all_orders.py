"""A few records -> what a `take` says of them, by every order that their keys allow. Permutations; nothing of the engine is used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

Keys = tuple[int | None, ...]
Answer = bool | None
DESCENDING = (True, False, True, True)
"""price descending, admitted_quantity ascending, submitted_at descending, sequence descending."""


@dataclass(frozen=True)
class Said:
    """The answers and the figures, None where orders differ in them. `cut`: every record that is the first one left in some order."""

    answers: tuple[Answer, ...]
    figures: tuple[int, int] | None
    """Count and sum."""
    cut: frozenset[int | None]


def before(a: Keys, b: Keys) -> bool:
    """Certainly: by the first key in which the two are not both known and equal, if both have it."""
    for x, y, down in zip(a, b, DESCENDING, strict=True):
        if x is None or y is None:
            return False
        if x != y:
            return x > y if down else x < y
    return False


def orders(keys: Sequence[Keys]) -> list[tuple[int, ...]]:
    """All orders of the records in which none stands after one that it is certainly before."""
    wrong = [(i, j) for i, a in enumerate(keys) for j, b in enumerate(keys) if before(b, a)]
    found = []
    for order in permutations(range(len(keys))):
        at = {i: place for place, i in enumerate(order)}
        if all(at[j] < at[i] for i, j in wrong):
            found.append(order)
    return found


def said(keys: Sequence[Keys], sums: Sequence[int], every: Sequence[tuple[int, ...]], limit: int, bound: str, spared: int | None) -> Said:
    """What is the same in every order is the answer. `spared`: a first key that the run must not end with."""
    runs = {_run(keys, sums, order, limit, bound, spared) for order in every}
    taken = [run for run, _ in runs]
    answers = tuple(True if all(i in t for t in taken) else None if any(i in t for t in taken) else False for i in range(len(keys)))
    figures = {(len(t), sum(sums[i] for i in t)) for t in taken}
    return Said(answers, figures.pop() if len(figures) == 1 else None, frozenset(cut for _, cut in runs))


def _run(
    keys: Sequence[Keys], sums: Sequence[int], order: Sequence[int], limit: int, bound: str, spared: int | None
) -> tuple[frozenset[int], int | None]:
    run: list[int] = []
    total = 0
    for i in order:
        if total + sums[i] > limit if bound == "at_most" else total >= limit:
            break
        run.append(i)
        total += sums[i]
    if run and spared is not None and keys[run[-1]][0] == spared:
        run = [i for i in run if keys[i][0] != spared]
    return frozenset(run), order[len(run)] if 0 < len(run) < len(order) else None


def interchangeable(keys: Sequence[Keys], sums: Sequence[int], undecided: Sequence[int], spared: int | None) -> bool:
    """L20: the undecided are of one weight, none has the spared key, and every other record is before all of them or after all of them."""
    others = [i for i in range(len(keys)) if i not in undecided]
    return (
        len({sums[i] for i in undecided}) == 1
        and all(spared is None or keys[i][0] != spared for i in undecided)
        and all(all(before(keys[o], keys[u]) for u in undecided) or all(before(keys[u], keys[o]) for u in undecided) for o in others)
    )


def cases(sums: Sequence[int], prices: Sequence[int]) -> Iterator[tuple[int, str, int | None]]:
    """Every limit from below the first record to above all, both bounds, each price spared and none."""
    for limit in range(-1, sum(sums) + 2):
        for bound in ("at_most", "at_least"):
            for spared in (None, *prices):
                yield limit, bound, spared
