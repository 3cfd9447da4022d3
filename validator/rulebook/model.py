"""The compiled form of one revision: rules, values and terms with checked expressions.

Nothing here is bound to an offering yet. `validator.plan` does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dsl.checker.check import Checked
from dsl.schema import Field, Schema
from validator.bilingual import Both, Cite


@dataclass(frozen=True, slots=True)
class Template:
    """A message: texts and expressions in the order written. Filled by our own substitution, never by `str.format`."""

    parts: tuple[str | Checked, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A field of the offering that the rules set: the offering must state it, may override a default, or cannot change it."""

    field: Field
    mode: Literal["required", "default", "fixed"]
    value: Checked | None
    cites: tuple[Cite, ...]
    unverified: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A sort key."""

    value: Checked
    descending: bool


@dataclass(frozen=True, slots=True)
class Take:
    """The first records of `source` in this order whose `sum` reaches `limit` (`at_least`) or does not exceed it (`at_most`)."""

    source: Checked
    order: tuple[Key, ...]
    sum: Checked
    limit: Checked
    bound: Checked
    last: Checked | None = None
    equals: Checked | None = None

    def parts(self) -> list[Checked]:
        return [*self.deciding(), *(c for c in (self.last, self.equals) if c is not None)]

    def deciding(self) -> list[Checked]:
        """The expressions that decide which records are taken, without those that spare some of them again."""
        return [self.source, *(k.value for k in self.order), self.sum, self.limit, self.bound]


@dataclass(frozen=True, slots=True)
class Value:
    """A derived name. `meaning` is one expression or a `Take`. The forms `rows` and `first` are compiled to one `if`."""

    field: Field
    meaning: Checked | Take
    form: Literal["is", "rows", "first", "take"]
    cites: tuple[Cite, ...]
    unverified: bool
    show: int | None = None
    words: tuple[str, ...] = ()
    """The results of `first` in the order written, if they are words."""

    def parts(self) -> list[Checked]:
        return self.meaning.parts() if isinstance(self.meaning, Take) else [self.meaning]

    def deciding(self) -> list[Checked]:
        """The expressions that decide the value, without those that spare records of a ranking."""
        return self.meaning.deciding() if isinstance(self.meaning, Take) else [self.meaning]


@dataclass(frozen=True, slots=True)
class Answers:
    """The two answers to an attestation. `good` confirms what the rule's name says."""

    good: Both
    bad: Both

    @property
    def both(self) -> Both:
        """`未发现 / 发现`, for people."""
        return Both(f"{self.good.zh} / {self.bad.zh}", f"{self.good.en} / {self.bad.en}")


def answer_key(word: str) -> str:
    """The word as answers are compared: without blanks around it, and in small letters."""
    return word.strip().lower()


TURNED_ROUND = frozenset(("是", "否", "属实", "不属实", "成立", "不成立", "确认", "已确认", "yes", "no", "true", "false", "confirmed"))
"""Words that are no answer to an attestation: they may be said of a breach as well as of its absence."""

NOT_FOUND_OR_FOUND = Answers(Both("未发现", "not found"), Both("发现", "found"))
"""The answers to an attestation that names none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on every record of an entity. Without `require` it is an attestation, or the selection named by `selects`."""

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
    answers: Answers | None = None
    """For an attestation."""

    @property
    def asked(self) -> bool:
        """Whether data decide the rule. Attestations and selections have no outcome."""
        return self.require is not None


@dataclass(frozen=True)
class Rulebook:
    """One revision, amendments applied. Each of `values` reads only values before it."""

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
    """Whether that date has not been checked in its source."""
    own: frozenset[str] = frozenset()
    """The ids and names that this revision states itself, without inherited ones."""

    @property
    def name(self) -> str:
        return f"{self.id}@{self.revision}"
