"""The limit of a run (`take`) -> how far the run reaches, in whole units of its sum. Both evaluators ask here, and rank on their own (L20).

Two records are compared by the first key in which they are not both known and equal. If both have it, the better is certainly before.
If one lacks it, or all keys are equal, neither is before the other, and later keys are not asked. A record is taken if it is taken in
every order that this allows, left if it is left in every one, and otherwise undecided. Only `_before` of each evaluator compares keys.
"""

from fractions import Fraction


def reach(limit: Fraction, bound: str) -> int:
    """A record is taken if the sum before it (at_most: with its own) is not above this. Sums are whole, a limit need not be."""
    return limit.numerator // limit.denominator if bound == "at_most" else -(-limit.numerator // limit.denominator) - 1


def taken_of_equals(before: int, own: int, most: int, bound: str) -> int:
    """How many the run takes of records with the same sum that stand side by side: the same number in every order. `most` is the reach."""
    return (most - before) // own + (bound == "at_least")
