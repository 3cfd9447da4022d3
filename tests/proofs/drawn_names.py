"""rules/vocabulary.yaml -> what drawn rules may name: records, their fields, and the values that are drawn beside them.

Read from the file itself and not through the library: a proof does not rest on what it proves.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

RULES = Path(__file__).parents[2] / "rules"
ROOT = "offering"


class Kind(NamedTuple):
    """What an expression gives: a number of money^a * shares^b, a date, a moment, a flag, a text, or one of some words."""

    name: str
    money: int = 0
    shares: int = 0
    words: tuple[str, ...] = ()

    def times(self, other: "Kind") -> "Kind":
        return Kind("number", self.money + other.money, self.shares + other.shares)

    def over(self, other: "Kind") -> "Kind":
        return Kind("number", self.money - other.money, self.shares - other.shares)


PLAIN, MONEY, SHARES, PRICE = Kind("number"), Kind("number", 1), Kind("number", 0, 1), Kind("number", 1, -1)
DATE, MOMENT, FLAG, TEXT = Kind("date"), Kind("moment"), Kind("flag"), Kind("text")
QUANTITIES = (PLAIN, MONEY, SHARES, PRICE)
ORDERED = (*QUANTITIES, DATE, MOMENT)

_KINDS = {"count": PLAIN, "number": PLAIN, "ratio": PLAIN, "shares": SHARES, "price": PRICE, "money": MONEY}
_KINDS |= {"date": DATE, "moment": MOMENT, "flag": FLAG, "text": TEXT}


@dataclass(frozen=True)
class Named:
    """A field or a value. `stage` is the place among the stages from which on it is known, None where it is known at once."""

    name: str
    zh: str
    of: str
    kind: Kind
    type: str = "value"
    stage: int | None = None
    quotient: bool = False


@dataclass
class Record:
    """A kind of record. `fields` grows by the values that are drawn."""

    name: str
    zh: str
    table: str
    key: tuple[str, ...]
    of: str | None
    fields: list[Named] = field(default_factory=list)
    lends: bool = False


@dataclass(frozen=True)
class World:
    """All kinds of records."""

    records: Mapping[str, Record]

    def above(self, name: str) -> tuple[str, ...]:
        """A record, those above it, and last the offering."""
        found, at = [name], self.records[name].of
        while at is not None:
            found.append(at)
            at = self.records[at].of
        return tuple(found) if found[-1] == ROOT else (*found, ROOT)

    def around(self, name: str) -> tuple[str, ...]:
        """These, and the tables that lend them their fields."""
        above = self.above(name)
        return (*above, *(r.name for e in above for r in self.records.values() if r.of == e and r.lends and r.name != name))

    def below(self, name: str) -> tuple[str, ...]:
        return tuple(r for r in self.records if r != name and name in self.above(r))


def world() -> World:
    """The shipped vocabulary, without any value but those that the engine keeps."""
    data = yaml.safe_load((RULES / "vocabulary.yaml").read_text(encoding="utf-8"))
    records = {name: _record(name, form) for name, form in data["entities"].items()}
    for record in records.values():
        record.lends = record.of is not None and record.key == records[record.of].key
    for name, values in data.get("derived", {}).items():
        records[name].fields += [Named(n, f["zh"], name, _kind(f["type"]), "derived", 0) for n, f in values.items()]
    return World(records)


def _record(name: str, form: Mapping[str, Any]) -> Record:
    fields = [Named(n, f["zh"], name, _kind(f["type"]), f["type"]) for n, f in form["fields"].items()]
    key: Sequence[str] = form["key"] if isinstance(form["key"], list) else [form["key"]]
    return Record(name, form["zh"], form["table"]["en"], tuple(key), form.get("of"), fields)


def _kind(type_: str) -> Kind:
    listed = re.fullmatch(r"one of \[(.*)\]", type_.strip())
    return Kind("words", words=tuple(w.strip() for w in listed[1].split(","))) if listed else _KINDS[type_]
