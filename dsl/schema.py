"""What the checker can look up: entities with their fields, units, named days and derived values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dsl.quantities import FieldType, Unit

GAP = "^gap"
"""A column that marks a record whose records below it are not all known, e.g. because its key is duplicated.

If a parent key is duplicated its children cannot be attributed; every aggregate over them is missing.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """A name that an expression can use: a field of an entity, or a value derived for it.

    `source`: a "field" is read from the data, a "term" from the offering, a "value" is computed. `stage` is set if a value is only known
    from that stage on. The scale of a value is not given here: lowering determines it.
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
    """A kind of record. `of` names its parent entity.

    `lends`: its key is that of the parent, so a parent has at most one such record and can use its fields.
    """

    name: str
    zh: str
    collection: str
    key: tuple[str, ...]
    of: str | None
    fields: Mapping[str, Field]
    lends: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that the checker can look up. `days` maps the name of a day (T) to the field of the offering that holds it (t_day)."""

    entities: Mapping[str, Entity]
    units: Mapping[str, Unit]
    days: Mapping[str, str]
    root: str = "offering"
    values: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    """The values that rulebooks derive for each entity, by canonical name."""

    def parents(self, entity: str) -> tuple[str, ...]:
        """The entity itself, its parent, the parent's parent …, and the root last."""
        chain, at = [entity], self.entities[entity].of
        while at is not None:
            chain.append(at)
            at = self.entities[at].of
        if chain[-1] != self.root:
            chain.append(self.root)
        return tuple(chain)

    def lenders(self, entity: str) -> tuple[str, ...]:
        """The entities that have at most one record per record of `entity` and lend it their fields."""
        return tuple(e.name for e in self.entities.values() if e.of == entity and e.lends)

    def below(self, entity: str) -> tuple[str, ...]:
        """The entities whose records are below a record of `entity`."""
        return tuple(e for e in self.entities if e != entity and entity in self.parents(e))

    def links(self, start: str, goal: str) -> tuple[str, ...]:
        """The entities to step through from a record of `start` to the one record of `goal` that it belongs to or that lends it fields."""
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
