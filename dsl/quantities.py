"""Dimensions, scales, units, types and bounds of the numbers in rules.

A value is always an integer at a scale: 25.31元 at scale 10000 is 253100. A date is the number of days since 1970-01-01. A moment is the
number of milliseconds since 1970-01-01 00:00 Beijing time; nothing here converts time zones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

Kind = Literal["number", "date", "moment", "flag", "text", "words", "days", "months"]

DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = date(1990, 1, 1).toordinal() - EPOCH
LAST_DAY = date(2099, 12, 31).toordinal() - EPOCH
FIRST_ANY_DAY = date(2, 1, 1).toordinal() - EPOCH
LAST_ANY_DAY = date(9998, 12, 31).toordinal() - EPOCH
MAX_RECORDS = 100_000_000
MAX_CHARACTERS = 2**32 - 1
MOST_STEPS = 250


class Dimension(NamedTuple):
    """The powers of money and shares: a price (元/股) is money^1 * shares^-1."""

    money: int = 0
    shares: int = 0

    def __mul__(self, other: "Dimension") -> "Dimension":  # type: ignore[override]
        return Dimension(self.money + other.money, self.shares + other.shares)

    def __truediv__(self, other: "Dimension") -> "Dimension":
        return Dimension(self.money - other.money, self.shares - other.shares)


PLAIN = Dimension()
MONEY = Dimension(1, 0)
SHARES = Dimension(0, 1)
PRICE = Dimension(1, -1)

_NAMES = {PLAIN: "no unit", MONEY: "元", SHARES: "股", PRICE: "元/股"}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of an expression. Only a number has a `dim`, only a list of words has `words`."""

    kind: Kind
    dim: Dimension = PLAIN
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "number":
            return _NAMES.get(self.dim) or "·".join(_power(u, n) for u, n in (("元", self.dim.money), ("股", self.dim.shares)) if n)
        if self.kind == "words":
            shown = ", ".join(self.words[:3])
            return f"one of [{shown}{', …' if len(self.words) > 3 else ''}]"
        return {"days": "a number of days", "months": "a number of months"}.get(self.kind, f"a {self.kind}")


def _power(unit: str, power: int) -> str:
    return unit if power == 1 else f"{unit}^{power}"


NUMBER = Type("number")
DATE = Type("date")
MOMENT = Type("moment")
FLAG = Type("flag")
TEXT = Type("text")


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field's type in the vocabulary: its type, its scale (integer steps per 1) and its bounds as integers at that scale."""

    name: str
    type: Type
    scale: int = 1
    low: int = 0
    high: int = 0


FIELD_TYPES: Mapping[str, FieldType] = {
    t.name: t
    for t in (
        FieldType("count", NUMBER, 1, 0, 10**9),
        FieldType("number", NUMBER, 10**6, 0, 10**9 * 10**6),
        FieldType("ratio", NUMBER, 10**12, 0, 10**4 * 10**12),
        FieldType("shares", Type("number", SHARES), 1, 0, 10**12),
        FieldType("price", Type("number", PRICE), 10**4, 0, 10**5 * 10**4),
        FieldType("money", Type("number", MONEY), 10**4, 0, 10**14 * 10**4),
        FieldType("date", DATE, 1, FIRST_DAY, LAST_DAY),
        FieldType("moment", MOMENT, 1, FIRST_DAY * DAY_MS, (LAST_DAY + 1) * DAY_MS - 1),
        FieldType("flag", FLAG),
        FieldType("text", TEXT),
    )
}


def words_type(words: tuple[str, ...]) -> FieldType:
    """The type of a field whose value is one of `words`."""
    return FieldType("words", Type("words", words=words))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that rules can use: 1万股 is 10000 of the base unit 股. The units of periods (天, 个月) have kind days or months."""

    name: str
    factor: Fraction
    dim: Dimension = PLAIN
    kind: Kind = "number"


# The finest scale of a literal, by dimension. A literal with more decimals gets a diagnostic (L6).
LITERAL_SCALES: Mapping[Dimension, int] = {PLAIN: 10**6, MONEY: 10**4, PRICE: 10**4, SHARES: 1}
PERCENT_SCALE = 10**12
