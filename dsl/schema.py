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

    parents: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Per entity: the entity itself, its parent, the parent's parent …, and the root last."""
    lenders: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Per entity: the entities that have at most one record per record of it and lend it their fields."""
    below: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Per entity: the entities whose records are below its records."""
    links: Mapping[tuple[str, str], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Per (start, goal): the entities to step through from a record of `start` to the one record of `goal` that it belongs to or that
    lends it fields. A pair without such a way has no entry."""

    def __post_init__(self) -> None:
        parents = {e: self._parents(e) for e in self.entities}
        lenders = {e: tuple(x.name for x in self.entities.values() if x.of == e and x.lends) for e in self.entities}
        below = {e: tuple(x for x in self.entities if x != e and e in parents[x]) for e in self.entities}
        for name, found in (("parents", parents), ("lenders", lenders), ("below", below), ("links", self._links(lenders))):
            object.__setattr__(self, name, found)

    def _parents(self, entity: str) -> tuple[str, ...]:
        chain, at = [entity], self.entities[entity].of
        while at is not None:
            chain.append(at)
            at = self.entities[at].of
        return (*chain, *(() if chain[-1] == self.root else (self.root,)))

    def _links(self, lenders: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for start in self.entities:
            path: list[str] = []
            at: str | None = start
            while at is not None:
                found.setdefault((start, at), tuple(path))
                found |= {(start, lender): (*path, lender) for lender in lenders[at] if (start, lender) not in found}
                at = self.entities[at].of
                path.append(at or "")
        return found
