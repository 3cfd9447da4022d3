"""One flat revision, every expression checked: what a rule, a value and a term are.

Nothing here is bound to an offering yet; `validator.engine.plan` does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dsl.checker.check import Checked
from dsl.schema import Field, Schema
from validator.bilingual import Both, Cite


@dataclass(frozen=True, slots=True)
class Template:
    """A message: texts and the names between them, in the order written. Filled by our own substitution."""

    parts: tuple[str | Checked, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A field of the offering that the rules set: required of the offering, given where it says nothing, or fixed."""

    field: Field
    mode: Literal["required", "default", "fixed"]
    value: Checked | None
    cites: tuple[Cite, ...]
    unverified: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order."""

    value: Checked
    descending: bool


@dataclass(frozen=True, slots=True)
class Take:
    """The leading run of the records of `source`, in this order, whose `sum` reaches or does not pass `limit`."""

    source: Checked
    order: tuple[Key, ...]
    sum: Checked
    limit: Checked
    bound: Checked
    last: Checked | None = None
    equals: Checked | None = None

    def parts(self) -> list[Checked]:
        """All its expressions."""
        return [*self.deciding(), *(c for c in (self.last, self.equals) if c is not None)]

    def deciding(self) -> list[Checked]:
        """Those that decide what is taken; not what is spared of it."""
        return [self.source, *(k.value for k in self.order), self.sum, self.limit, self.bound]


@dataclass(frozen=True, slots=True)
class Value:
    """A derived name. `meaning` is one expression (tiers and first cases have become one) or a `Take`."""

    field: Field
    meaning: Checked | Take
    form: Literal["is", "rows", "first", "take"]
    cites: tuple[Cite, ...]
    unverified: bool
    show: int | None = None
    words: tuple[str, ...] = ()
    """The results of `first` in the order written, where they are words."""

    def parts(self) -> list[Checked]:
        """All its expressions."""
        return self.meaning.parts() if isinstance(self.meaning, Take) else [self.meaning]

    def deciding(self) -> list[Checked]:
        """Those that decide the value; not what is spared of a ranking."""
        return self.meaning.deciding() if isinstance(self.meaning, Take) else [self.meaning]


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of every record of an entity. Without `require` it is an attestation, or the selection named by `selects`."""

    id: str
    stage: str
    entity: str
    name: Both
    when: Checked | None
    require: Checked | None
    selects: str | None
    effect: tuple[str, ...]
    admits: Checked | None
    message: tuple[Template, Template] | None
    cites: tuple[Cite, ...]
    unverified: bool
    note: Both | None = None

    @property
    def asked(self) -> bool:
        """Whether data decide it: attestations and selections count in no outcome."""
        return self.require is not None


@dataclass(frozen=True)
class Rulebook:
    """One revision, amendments applied. `values` stand in an order in which each needs only those before it."""

    id: str
    revision: str
    title: Both
    by: str
    since: str
    stages: tuple[str, ...]
    sources: Mapping[str, str]
    terms: Mapping[str, Term]
    values: Mapping[str, Value]
    rules: Mapping[str, Rule]
    schema: Schema
    digest: str
    cites: tuple[Cite, ...] = ()
    """The transition clause that names the selecting date."""
    unverified: bool = False
    """Whether that date was not read in its source."""
    own: frozenset[str] = frozenset()
    """The ids and names that this revision states itself, not inherited."""

    @property
    def name(self) -> str:
        return f"{self.id}@{self.revision}"
