"""What a term must be beyond its type, as the vocabulary says it -> why a stated one cannot be.

Bounds are in base units: `100%` is 1. Which day comes after which is data too; no field is named here.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dsl.quantities import EPOCH, MONEY, PRICE, SHARES
from dsl.schema import Field

BOUNDS: Mapping[str, tuple[Callable[[Fraction, Fraction], bool], str]] = {
    "least": (operator.ge, "at least"),
    "above": (operator.gt, "above"),
    "most": (operator.le, "at most"),
    "below": (operator.lt, "below"),
}
"""Per key of the vocabulary: how a value must stand to the bound, and the words for it."""

_ZH = {"least": "不低于", "above": "高于", "most": "不超过", "below": "低于"}

LOWER, UPPER = ("least", "above"), ("most", "below")

_UNITS = {MONEY: "元", SHARES: "股", PRICE: "元"}


@dataclass(frozen=True, slots=True)
class Limits:
    """`bounds` by the keys of `BOUNDS`; `after`: the days that it must not be before."""

    bounds: Mapping[str, Fraction]
    after: tuple[str, ...] = ()

    def broken(self, value: Fraction) -> str | None:
        """The key of the bound that a value does not keep."""
        return next((key for key, bound in self.bounds.items() if not BOUNDS[key][0](value, bound)), None)


def impossible(found: Field, limits: Limits, value: Fraction) -> tuple[str, str] | None:
    """Why a value cannot be, after a name (`is 300%, and must be below 100%`), and the way out."""
    key = limits.broken(value)
    if key is None:
        return None
    words = f"{BOUNDS[key][1]} {shown(found, limits.bounds[key])}"
    said = f"is {shown(found, value)}, and must be {words}"
    if found.type.name == "ratio" and key in UPPER and limits.broken(value / 100) is None:
        per_cent = shown(found, value / 100)
        return said, f"write `{per_cent}` if {per_cent} is meant"
    return said, f"write a value {words}"


def impossible_zh(found: Field, limits: Limits, value: Fraction) -> tuple[str, str]:
    """The same in Chinese, for a value that `impossible` refuses."""
    key = limits.broken(value)
    assert key is not None
    words = f"{_ZH[key]}{shown(found, limits.bounds[key])}"
    said = f"{found.zh}为{shown(found, value)}，须{words}"
    if found.type.name == "ratio" and key in UPPER and limits.broken(value / 100) is None:
        return said, f"如指{shown(found, value / 100)}，请写成`{shown(found, value / 100)}`"
    return said, f"请填{words}的值"


def too_early(name: str, days: Mapping[str, int | None], limits: Mapping[str, Limits]) -> Iterator[str]:
    """The days that a stated day must not be before, and is. If one is not stated, those before it count."""
    day, seen = days.get(name), set[str]()
    waiting = list(limits[name].after) if name in limits and day is not None else []
    while waiting:
        earlier = waiting.pop(0)
        if earlier in seen:
            continue
        seen.add(earlier)
        start = days.get(earlier)
        if start is None:
            waiting += limits[earlier].after if earlier in limits else ()
        elif day is not None and start > day:
            yield earlier


def shown(found: Field, value: Fraction) -> str:
    """A number with the unit of its field, exactly."""
    if found.type.name == "ratio":
        return f"{_decimal(value * 100)}%"
    return f"{_decimal(value)}{_UNITS.get(found.type.type.dim, '')}"


def iso(day: int) -> str:
    """Days from 1970-01-01 as 2026-03-30."""
    return date.fromordinal(day + EPOCH).isoformat()


def _decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")
