"""What the checker may look up: entities with their fields, units, named days, derived values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dsl.quantities import FieldType, Unit

GAP = "^gap"
"""A column: marks a record to which not all records below it could be tied. What is counted or summed over these is missing."""


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
