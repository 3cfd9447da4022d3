"""Ranked candidates -> the leading run (`take`): where it ends, what is spared, what cannot be decided.

Both evaluators rank on their own and ask here only where the run ends; numbers are integers in units of the sum.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from dsl.kernel.nodes import Scalar


def run_length(sums: Sequence[int], limit: Fraction, bound: str) -> int:
    """How many of the ranked candidates the run takes; `sums` are running totals. at_least takes all if the limit is not reached."""
    if bound == "at_most":
        return sum(1 for s in sums if s <= limit)
    if limit <= 0:
        return 0
    return next((i + 1 for i, s in enumerate(sums) if s >= limit), len(sums))


def torn(keys: Callable[[int], Sequence[Scalar]], taken: int, size: int) -> tuple[int, int] | None:
    """The candidates from..to among which a missing key leaves open who is taken; None where the cut is certain.

    `keys(i)` gives the keys of the i-th candidate in the ranking, None where one is missing.
    """
    if taken in (0, size):
        return None
    a, b = keys(taken - 1), keys(taken)
    at = next((j for j, (x, y) in enumerate(zip(a, b, strict=True)) if x is None or y is None or x != y), None)
    if at is None or (a[at] is not None and b[at] is not None):
        return None
    same = a[:at]
    start = taken - 1
    while start > 0 and keys(start - 1)[:at] == same:
        start -= 1
    end = taken
    while end + 1 < size and keys(end + 1)[:at] == same:
        end += 1
    return start, end + 1


def settled_by_sparing(tear: tuple[int, int], kept: int, spares: Callable[[int], bool]) -> bool:
    """Whether all among which the order is open are spared in any order. `kept` are left of the run, `spares(i)` says it of a candidate."""
    return kept <= tear[0] and all(map(spares, range(*tear)))
