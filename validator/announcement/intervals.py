"""Interval arithmetic on fractions: an interval holds every exact value that a printed figure may have.

`SCALARS` and `AGGREGATES` define every function of the rule language on intervals.

INVARIANT: every operator assumes that its sides vary independently. The caller must ensure that no printed figure is on both sides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from itertools import combinations
from math import lcm
from statistics import median

from dsl.kernel.applied import APPLIED, shape, year
from dsl.patterns import expression
from dsl.quantities import FIRST_ANY_DAY, LAST_ANY_DAY
from dsl.trading_days import TradingDays

Test = Callable[[Fraction, Fraction], bool]


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both included. `printed` is the value computed from the figures as printed.

    After rounding, only the multiples of `grid` are possible.
    """

    low: Fraction
    high: Fraction
    printed: Fraction
    grid: Fraction | None = None

    @property
    def exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a condition can be true, whether it can be false, and which of the two holds for the figures as printed."""

    may_hold: bool
    may_fail: bool
    printed: bool


Answer = Interval | Truth | str | None


def point(value: Fraction | int) -> Interval:
    """The interval of one exact value."""
    return Interval(Fraction(value), Fraction(value), Fraction(value))


def known(value: bool) -> Truth:
    """The truth of a condition that involves no printed figure."""
    return Truth(value, not value, value)


def plus(a: Interval, b: Interval) -> Interval:
    return Interval(a.low + b.low, a.high + b.high, a.printed + b.printed)


def negative(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, -a.printed)


def times(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(ends), max(ends), a.printed * b.printed)


def over(a: Interval, b: Interval) -> Interval | None:
    """The quotient. None if the divisor can be 0."""
    if b.low <= 0 <= b.high:
        return None
    ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(ends), max(ends), a.printed / b.printed)


def each(function: Callable[..., Fraction], sides: Sequence[Interval]) -> Interval:
    """Apply a function that is increasing in every side: minimum, maximum, median."""
    low, high, printed = (function(ends) for ends in zip(*((s.low, s.high, s.printed) for s in sides), strict=True))
    return Interval(low, high, printed)


def middle(values: Sequence[Fraction]) -> Fraction:
    """The exact median."""
    return Fraction(median(values))


ROUNDINGS: Mapping[str, Callable[[Fraction], int]] = {
    "round_up": lambda x: -(-x.numerator // x.denominator),
    "round_down": lambda x: x.numerator // x.denominator,
    "round_half_up": lambda x: (1 if x >= 0 else -1) * ((2 * abs(x.numerator) + x.denominator) // (2 * x.denominator)),
}


def rounded(name: str, a: Interval, unit: Fraction) -> Interval:
    """The interval of the multiples of `unit` to which the values round."""
    low, high, printed = (ROUNDINGS[name](x / unit) * unit for x in (a.low, a.high, a.printed))
    return Interval(low, high, printed, unit)


# ── conditions ──

_TESTS: Mapping[str, Test] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_MIRROR = {">": "<", ">=": "<="}


def compare(ops: Sequence[str], sides: Sequence[Interval]) -> Truth:
    """`a = b`, or a chain `a <= x < b`: can be true if one choice of values makes the whole chain true."""
    if ops[0] in ("=", "!="):
        a, b = sides
        truth = Truth(_meet(a, b), not (a.exact and b.exact and a.low == b.low), a.printed == b.printed)
        return truth if ops[0] == "=" else opposite(truth)
    if ops[0] in _MIRROR:
        ops, sides = [_MIRROR[o] for o in reversed(ops)], list(reversed(sides))
    may_hold = all(_below(ops[i:j])(sides[i].low, sides[j].high) for i, j in combinations(range(len(sides)), 2))
    pairs = list(zip(ops, sides, sides[1:], strict=False))
    may_fail = any(not _TESTS[o](a.high, b.low) for o, a, b in pairs)
    return Truth(may_hold, may_fail, all(_TESTS[o](a.printed, b.printed) for o, a, b in pairs))


def _below(ops: Sequence[str]) -> Test:
    return _TESTS["<" if "<" in ops else "<="]


def _meet(a: Interval, b: Interval) -> bool:
    """Whether the intervals have a value in common."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    grids = [s.grid for s in (a, b) if s.grid is not None]
    return low <= high if not grids else _first_multiple(low, _common(grids)) <= high


def multiple(a: Interval, b: Interval) -> Truth | None:
    """Whether a value is a multiple of another; None where that can be 0. A unit below 0 has the same multiples."""
    share = over(a, b)
    if share is None:
        return None
    if not b.exact:
        return Truth(_first_multiple(share.low, Fraction(1)) <= share.high, True, share.printed.denominator == 1)
    unit = abs(b.printed)
    found = _first_multiple(a.low, unit if a.grid is None else _common([unit, a.grid])) <= a.high
    return Truth(found, not (found and a.exact), (a.printed / unit).denominator == 1)


def _first_multiple(low: Fraction, unit: Fraction) -> Fraction:
    return ROUNDINGS["round_up"](low / unit) * unit


def _common(grids: Sequence[Fraction]) -> Fraction:
    """The least common multiple."""
    bottom = lcm(*(g.denominator for g in grids))
    return Fraction(lcm(*(int(g * bottom) for g in grids)), bottom)


def agree(a: Truth, b: Truth) -> Truth:
    """Whether two conditions are both true or both false."""
    may_hold = (a.may_hold and b.may_hold) or (a.may_fail and b.may_fail)
    may_fail = (a.may_hold and b.may_fail) or (a.may_fail and b.may_hold)
    return Truth(may_hold, may_fail, a.printed == b.printed)


def opposite(a: Truth) -> Truth:
    return Truth(a.may_fail, a.may_hold, not a.printed)


def both(sides: Sequence[Truth | None]) -> Truth | None:
    """`and`: certainly false if one side is. Otherwise None if a side is missing."""
    if any(s is not None and not s.may_hold for s in sides):
        return known(False)
    if any(s is None for s in sides):
        return None
    there = [s for s in sides if s is not None]
    return Truth(True, any(s.may_fail for s in there), all(s.printed for s in there))


def either(sides: Sequence[Truth | None]) -> Truth | None:
    """`or`: certainly true if one side is. Otherwise None if a side is missing."""
    turned = both([None if s is None else opposite(s) for s in sides])
    return None if turned is None else opposite(turned)


def margin(op: str, a: Interval, b: Interval) -> Fraction:
    """The distance to the limit of the comparison, for the most favourable values: 0 on the limit, negative if it fails for all values."""
    match op:
        case "=":
            return min(a.high - b.low, b.high - a.low)
        case "<" | "<=":
            return b.high - a.low
        case ">" | ">=":
            return a.high - b.low
        case _:
            return Fraction(1)


# ── the functions of the language ──


def _rounded(name: str, _: TradingDays, a: Interval, unit: Interval) -> Interval:
    return rounded(name, a, unit.printed)


def _outermost(of: Callable[..., Fraction], _: TradingDays, *sides: Interval) -> Interval:
    return each(of, sides)


def _year(_: TradingDays, day: Interval) -> Interval | None:
    at = int(day.printed)
    return point(year(at)) if FIRST_ANY_DAY <= at <= LAST_ANY_DAY else None


def _trading_day(known_days: TradingDays, day: Interval, steps: Interval) -> Interval | None:
    found = known_days.after(int(day.printed), int(steps.printed))
    return None if found is None else point(found)


SCALARS: Mapping[str, Callable[..., Answer]] = {
    "present": lambda _, x: known(x is not None),
    "least": partial(_outermost, min),
    "greatest": partial(_outermost, max),
    "round_up": partial(_rounded, "round_up"),
    "round_down": partial(_rounded, "round_down"),
    "round_half_up": partial(_rounded, "round_half_up"),
    "alike": lambda _, a, b: known(shape(a) == shape(b)),
    "matches": lambda _, text, pattern: known(APPLIED["matches"](text, expression(pattern)) is True),
    "length": lambda _, text: point(len(text)),
    "year": _year,
    "weekday": lambda _, day: point((int(day.printed) + 3) % 7 + 1),
    "trading_day": _trading_day,
}
"""`meaning(trading days, *sides)`. Days and texts are always exact."""


def _extreme(of: Callable[..., Fraction], sides: Sequence[Interval]) -> Interval | None:
    return each(of, sides) if sides else None


AGGREGATES: Mapping[str, Callable[..., Answer]] = {
    "count": lambda number: point(number),
    "distinct": lambda _, sides: point(len({s.printed if isinstance(s, Interval) else s for s in sides})),
    "any": lambda _, sides: either(sides),
    "all": lambda _, sides: both(sides),
    "max": lambda _, sides: _extreme(max, sides),
    "min": lambda _, sides: _extreme(min, sides),
    "median": lambda _, sides: _extreme(middle, sides),
    "sum": lambda _, sides: reduce(plus, sides, point(0)),
    "weighted_mean": lambda _, sides, weights: over(reduce(plus, map(times, sides, weights), point(0)), reduce(plus, weights, point(0))),
}
"""`meaning(number of records, *sides of each argument)`."""

UNTOLD = frozenset(("weighted_mean", "distinct"))
"""Functions that are defined only for exact values, because the ends of the intervals do not give the ends of the result."""
