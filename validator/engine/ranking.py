"""Ranked candidates -> the leading run (`take`): where it ends, what is spared, what is undecided.

Each evaluator ranks for itself and uses this module only to find the end of the run. Numbers are integers in units of the sum.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from dsl.kernel.nodes import Scalar


def run_length(sums: Sequence[int], limit: Fraction, bound: str) -> int:
    """How many of the ranked candidates the run takes. `sums` are running totals. `at_least` takes all if they do not reach the limit."""
    if bound == "at_most":
        return sum(1 for s in sums if s <= limit)
    if limit <= 0:
        return 0
    return next((i + 1 for i, s in enumerate(sums) if s >= limit), len(sums))


def torn(keys: Callable[[int], Sequence[Scalar]], taken: int, size: int) -> tuple[int, int] | None:
    """The candidates (from, to) among which a missing key leaves undecided who is taken; None if the end of the run is certain.

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
    """Whether the candidates in `tear` are all spared, so that their order does not matter.

    `kept`: how many candidates of the run are not spared. `spares(i)`: whether the i-th candidate has the spared key.
    """
    return kept <= tear[0] and all(map(spares, range(*tear)))
