"""Function of the language + lowered arguments -> kernel: one entry for each function in dsl.functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce

from dsl.kernel.applied import Op, year
from dsl.kernel.build import ONE, add, apply, arith, const, mul, present
from dsl.kernel.nodes import Apply, Const, Fold, Kernel, Kind, bounds
from dsl.kernel.ratio import Lowered, Ratio, choice, fixed, over, ratio_of, relation, rounded
from dsl.patterns import expression
from dsl.quantities import FIRST_ANY_DAY, FIRST_DAY, LAST_ANY_DAY, LAST_DAY, MAX_CHARACTERS, MAX_RECORDS
from dsl.trading_days import TradingDays


class Refused(Exception):
    """A function that cannot be lowered: code, message and hint. The caller adds the place of the call."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(code, message, hint)


@dataclass(frozen=True, slots=True)
class Around:
    """What a meaning can use besides its arguments. `settle` rejects a kernel that has grown too large; call it after every step.

    `trading_days` is None if a rulebook is only checked. Nothing is computed from it then.
    """

    settle: Callable[[Lowered], Lowered]
    trading_days: TradingDays | None


@dataclass(frozen=True, slots=True)
class Elements:
    """The records that an aggregate runs over."""

    element: str
    owner: str
    where: Kernel | None
    keys: tuple[tuple[Kernel, Kernel], ...]
    everywhere: bool

    def fold(self, function: str, value: Kernel | None, of: Kind, low: int = 0, high: int = 0) -> Fold:
        return Fold(function, self.element, self.owner, value, self.where, self.keys, self.everywhere, of, low, high)  # type: ignore[arg-type]

    def total(self, value: Kernel) -> Fold:
        low, high = bounds(value)
        return self.fold("sum", value, "int", min(0, low) * MAX_RECORDS, max(0, high) * MAX_RECORDS)


# ── of single values ──


def _present(_: Around, x: Lowered) -> Lowered:
    return present(x.num if isinstance(x, Ratio) else x)


def _outermost(op: str, around: Around, *args: Lowered) -> Lowered:
    """`least` and `greatest`: x if `x op y`, else y."""
    return reduce(lambda x, y: around.settle(choice(relation(op, x, y), x, y)), args)


def _rounded(function: str, _: Around, x: Lowered, unit: Lowered) -> Lowered:
    return rounded(function, ratio_of(x), ratio_of(unit))


def _alike(_: Around, *texts: Lowered) -> Lowered:
    a, b = (_applied("shape", t, "text") for t in texts)
    return relation("=", a, b)


def _matches(_: Around, text: Lowered, pattern: Lowered) -> Lowered:
    assert isinstance(pattern, Const) and isinstance(pattern.value, str)
    return _applied("matches", text, "flag", expression(pattern.value))


def _length(_: Around, text: Lowered) -> Lowered:
    return Ratio(_applied("length", text, "int", None, 0, MAX_CHARACTERS), ONE)


def _year(_: Around, day: Lowered) -> Lowered:
    assert not isinstance(day, Ratio)
    low, high = bounds(day)
    if low < FIRST_ANY_DAY or high > LAST_ANY_DAY:
        raise Refused("overflow", "this date could be outside the years 2 to 9998")
    return Ratio(_applied("year", day, "int", None, year(low), year(high)), ONE)


def _weekday(_: Around, day: Lowered) -> Lowered:
    """1970-01-01 was a Thursday, the fourth day of its week."""
    assert not isinstance(day, Ratio)
    return Ratio(add(arith("%", add(day, const(3)), const(7)), ONE), ONE)


def _trading_day(around: Around, day: Lowered, steps: Lowered) -> Lowered:
    """A constant day outside the known trading days is an error. For a record's own day outside them the result is missing."""
    assert not isinstance(day, Ratio)
    if around.trading_days is None:
        return Apply("lookup", day, "int", None, FIRST_DAY, LAST_DAY)
    count = fixed(ratio_of(steps).num)
    assert count is not None
    table = around.trading_days.table(count)
    known = [d for d in table.values if d is not None] or [0]
    found = apply("lookup", day, "int", table, min(known), max(known))
    if isinstance(found, Const) and found.value is None and isinstance(day, Const) and day.value is not None:
        raise Refused("unknown-calendar", "this lies outside the known trading days", "add the year to the calendar once it is announced")
    return found


def _applied(op: Op, value: Lowered, of: Kind, extra: str | None = None, low: int = 0, high: int = 0) -> Kernel:
    assert not isinstance(value, Ratio)
    return apply(op, value, of, extra, low, high)


SCALARS: Mapping[str, Callable[..., Lowered]] = {
    "present": _present,
    "least": partial(_outermost, "<="),
    "greatest": partial(_outermost, ">="),
    "round_up": partial(_rounded, "round_up"),
    "round_down": partial(_rounded, "round_down"),
    "round_half_up": partial(_rounded, "round_half_up"),
    "alike": _alike,
    "matches": _matches,
    "length": _length,
    "year": _year,
    "weekday": _weekday,
    "trading_day": _trading_day,
}
"""Called as `meaning(around, *arguments)`."""


# ── of records ──


def _count(of: Elements) -> Lowered:
    return of.fold("count", None, "int", 0, MAX_RECORDS)


def _distinct(of: Elements, x: Lowered) -> Lowered:
    return of.fold("distinct", _whole(x)[0], "int", 0, MAX_RECORDS)


def _decided(function: str, of: Elements, x: Lowered) -> Lowered:
    return of.fold(function, _whole(x)[0], "flag")


def _extreme(function: str, of: Elements, x: Lowered) -> Lowered:
    value, den = _whole(x)
    done = of.fold(function, value, "int", *bounds(value))
    return Ratio(done, den) if isinstance(x, Ratio) else done


def _sum(of: Elements, x: Lowered) -> Lowered:
    value, den = _whole(x)
    return Ratio(of.total(value), den)


def _median(of: Elements, x: Lowered) -> Lowered:
    value, den = _whole(x)
    low, high = bounds(value)
    return Ratio(of.fold("middle", value, "int", 2 * low, 2 * high), mul(den, const(2)))


def _weighted_mean(of: Elements, x: Lowered, weight: Lowered) -> Lowered:
    (value, den), (w, w_den) = _whole(x), _whole(weight)
    product = of.total(mul(value, w))
    return over(Ratio(product, mul(den, w_den)), Ratio(of.total(w), w_den))


def _whole(x: Lowered) -> tuple[Kernel, Kernel]:
    """The integer of a value, and its scale."""
    return (x.num, x.den) if isinstance(x, Ratio) else (x, ONE)


AGGREGATES: Mapping[str, Callable[..., Lowered]] = {
    "count": _count,
    "distinct": _distinct,
    "any": partial(_decided, "any"),
    "all": partial(_decided, "all"),
    "max": partial(_extreme, "max"),
    "min": partial(_extreme, "min"),
    "sum": _sum,
    "median": _median,
    "weighted_mean": _weighted_mean,
}
"""Called as `meaning(elements, *arguments)`."""
