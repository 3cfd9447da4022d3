"""Dimensions, scales, units, types and bounds: what a number of the rules may be.

A value is always an integer at a scale: 25.31元 at scale 10000 is 253100. Days count from 1970-01-01, moments are milliseconds from
1970-01-01 00:00 Beijing time; nothing here knows a time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

Kind = Literal["number", "date", "moment", "flag", "text", "words", "days", "months"]

DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = date(1990, 1, 1).toordinal() - EPOCH
LAST_DAY = date(2099, 12, 31).toordinal() - EPOCH
MAX_RECORDS = 100_000_000


class Dimension(NamedTuple):
    """money^a * shares^b."""

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
    """What an expression gives. `dim` speaks of numbers, `words` of a list of words."""

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
    """A field's type in the vocabulary: its type, its scale (units per 1) and its bounds as integers at that scale."""

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
    """The field type of a list of words."""
    return FieldType("words", Type("words", words=words))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the rules: 万股 is 10000 of the base unit of shares. Periods (天, 个月) have kind days or months."""

    name: str
    factor: Fraction
    dim: Dimension = PLAIN
    kind: Kind = "number"


# The finest scale that a literal of a dimension may have; what it cannot hold is a diagnostic (L6).
LITERAL_SCALES: Mapping[Dimension, int] = {PLAIN: 10**6, MONEY: 10**4, PRICE: 10**4, SHARES: 1}
PERCENT_SCALE = 10**12


@dataclass(frozen=True, slots=True)
class Field:
    """A name that an expression may use: a field of an entity, or a value derived for it.

    `source` tells them apart: "field" is read from the data, "term" from the offering, "value" is computed.
    A value has `stage` where it is only known from that stage on; its scale is found when it is lowered, not here.
    """

    name: str
    zh: str
    entity: str
    type: FieldType
    source: Literal["field", "term", "value"] = "field"
    default: bool | None = None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record. `of` names its parent entity; `lends`: it has its parent's key, so at most one record per parent."""

    name: str
    zh: str
    collection: str
    key: tuple[str, ...]
    of: str | None
    fields: Mapping[str, Field]
    lends: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """All that the checker may look up. `days` maps the name of a day (T) to the offering's field that holds it (t_day)."""

    entities: Mapping[str, Entity]
    units: Mapping[str, Unit]
    days: Mapping[str, str]
    root: str = "offering"
    values: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    """Per entity the values that rulebooks derive, by canonical name."""

    def parents(self, entity: str) -> tuple[str, ...]:
        """The entity itself, its parent, its parent's parent …, and last the root."""
        chain, at = [entity], self.entities[entity].of
        while at is not None:
            chain.append(at)
            at = self.entities[at].of
        if chain[-1] != self.root:
            chain.append(self.root)
        return tuple(chain)

    def lenders(self, entity: str) -> tuple[str, ...]:
        """The entities whose single record per `entity` lends it its fields."""
        return tuple(e.name for e in self.entities.values() if e.of == entity and e.lends)

    def below(self, entity: str) -> tuple[str, ...]:
        """The entities whose records lie below a record of `entity`."""
        return tuple(e for e in self.entities if e != entity and entity in self.parents(e))

    def links(self, start: str, goal: str) -> tuple[str, ...]:
        """The entities to step through from a record of `start` to the one record of `goal` that it belongs to or is lent by."""
        path: list[str] = []
        at = start
        while at != goal:
            if goal in self.lenders(at):
                return (*path, goal)
            above = self.entities[at].of
            if above is None:
                raise KeyError(f"no way from {start} to {goal}")
            path.append(above)
            at = above
        return tuple(path)
