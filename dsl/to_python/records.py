"""Schema -> layout of the records of the row evaluator. A record is a list with one slot per column; links point to other records."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from dsl.kernel.nodes import Scalar
from dsl.schema import GAP, Schema

Record = list[Any]
Tables = Mapping[str, list[Record]]
Root = dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of a record by name: fields, values, `^placee` for the record it belongs to, `*bid` for the records below it."""

    schema: Schema
    slots: Mapping[str, Mapping[str, int]]
    blanks: Mapping[str, Record] = field(init=False, repr=False, compare=False)
    """Per entity a record in which everything is missing, linked to other such records. A link points to it if there is no record.

    INVARIANT: nothing writes to a blank record, so all runs share it.
    """

    def __post_init__(self) -> None:
        blanks: dict[str, Record] = {e: [None] * len(slots) for e, slots in self.slots.items()}
        for entity, slots in self.slots.items():
            for name, slot in slots.items():
                if name.startswith("*"):
                    blanks[entity][slot] = []
                elif name.startswith("^") and name[1:] in blanks:
                    blanks[entity][slot] = blanks[name[1:]]
        object.__setattr__(self, "blanks", blanks)

    @classmethod
    def of(cls, schema: Schema, values: Iterable[tuple[str, str]] = ()) -> "Layout":
        """Slots for every field of the schema and for the given values (entity, name). A value has a second slot for a denominator."""
        names: dict[str, list[str]] = {}
        for e in schema.entities.values():
            if e.name == schema.root:
                continue
            above = [f"^{p}" for p in schema.parents[e.name][1:2] if p != schema.root]
            beside = [f"^{x}" for x in schema.lenders[e.name]]
            names[e.name] = [*e.fields, *above, *beside, *(f"*{x}" for x in schema.below[e.name]), "^id", "^row", GAP]
        for entity, name in values:
            if entity != schema.root:
                names[entity] += [name, f"{name}#den"]
        return cls(schema, {e: {n: i for i, n in enumerate(dict.fromkeys(ns))} for e, ns in names.items()})

    def plus(self, names: Iterable[tuple[str, str]]) -> "Layout":
        """The same layout with a slot for each of these names (entity, name) too."""
        slots = {e: dict(found) for e, found in self.slots.items()}
        for entity, name in names:
            if entity in slots:
                slots[entity].setdefault(name, len(slots[entity]))
        return Layout(self.schema, slots)

    def only(self, names: Set[tuple[str, str]]) -> "Layout":
        """The same layout with only these fields and values (entity, name); a value keeps the slot of its denominator."""
        kept = {e: [n for n in slots if n[0] in "^*" or (e, n.removesuffix("#den")) in names] for e, slots in self.slots.items()}
        return Layout(self.schema, {e: {n: i for i, n in enumerate(ns)} for e, ns in kept.items()})
