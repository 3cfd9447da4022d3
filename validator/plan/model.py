"""What a plan consists of: bound terms, values, rules by stage, and the sheet of figures of each rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from dsl.checker.check import Checked
from dsl.kernel.lower import Bound, Env
from dsl.kernel.nodes import Kernel, Scalar
from dsl.kernel.ratio import Lowered, Ratio
from dsl.quantities import Type
from dsl.schema import Field, Schema
from dsl.to_python.records import Layout
from validator.intake.offering import Offering
from validator.rulebook.model import Rule, Rulebook, Term, Value

BID, LIVE, QUANTITY, ADMITTED, FATE = "bid", "live", "quantity", "admitted_quantity", "fate"
"""The names that effects act on (L18, L19) and the value that says what became of a bid."""


DEADLY = frozenset(("refuse", "invalid"))


@dataclass(frozen=True, slots=True)
class Ranking:
    """A `take` in integers: keys and sum at their own scales; `limit` in units of the sum."""

    entity: str
    source: Kernel
    keys: tuple[tuple[Kernel, bool], ...]
    sum: Kernel
    scale: int
    """How many units of `sum` are one 股 or 元."""
    limit: Ratio
    bound: Kernel
    last: Kernel | None
    equals: Ratio | None
    """In units of `last`."""


@dataclass(frozen=True, slots=True)
class Step:
    """A value to compute for every record of its entity."""

    value: Value
    meaning: Lowered | Ranking

    @property
    def entity(self) -> str:
        return self.value.field.entity

    @property
    def name(self) -> str:
        return self.value.field.name


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule to ask of every record of its entity. `number` is its place among all rules of the plan."""

    number: int
    rule: Rule
    when: Kernel | None
    require: Kernel
    admits: Kernel | None


@dataclass(frozen=True, slots=True)
class Stage:
    """`name` is "" for the values that no stage changes: they come first."""

    name: str
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that a run needs beside the records. `terms`: the offering's fields as the rules read them."""

    rulebook: Rulebook
    offering: Offering
    terms: Mapping[str, Bound]
    env: Env
    layout: Layout
    stages: tuple[Stage, ...]
    changed: Mapping[str, tuple[Term, Bound]]
    """Terms that the offering set otherwise than the rules' default, with that default."""
    muted: Mapping[int, Kernel] = field(default_factory=dict)
    """Rules that lack a whole column or table, with on which records: where these are not evaluable that is said once for the rule."""
    compiled: dict[object, object] = field(default_factory=dict)
    """Functions made on first use, by what they are for."""

    @property
    def schema(self) -> Schema:
        return self.rulebook.schema

    @property
    def code(self) -> str:
        """The offering's own code, as subject of findings."""
        key = self.schema.entities[self.schema.root].key[0]
        return str(self.terms.get(key) or "")

    def asked(self) -> Iterable[Asked]:
        """All rules that data decide, by number."""
        return (a for s in self.stages for a in s.asked)

    def steps(self) -> Iterable[Step]:
        """All values in the order in which they are computed."""
        return (x for s in self.stages for x in s.steps)

    def upto(self, names: Sequence[str] | None) -> "tuple[Stage, ...]":
        """The stages to run so that the named ones can be reported: all before the last of them."""
        if not names:
            return self.stages
        last = max(i for i, s in enumerate(self.stages) if s.name in names)
        return self.stages[: last + 1]


Known = Fraction | int | bool | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One answer with what it is: the canonical English text of the expression, its type, and how Chinese readers call it."""

    key: str
    type: Type
    meaning: Lowered
    zh: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All questions of one rule. `terms`: those of the offering that it rests on; `probes` ask which inputs are missing."""

    figures: tuple[Figure, ...]
    margin: Lowered | None
    margin_type: Type | None
    probes: tuple[tuple[str, Kernel], ...]
    terms: tuple[str, ...]
    shown: tuple[tuple[str | int, ...], tuple[str | int, ...]] | None
    """The message in Chinese and English: texts, and figures by their place in `figures`."""
    required: int
    """How many of the figures stand in `require`; the others only in the message."""

    @property
    def meanings(self) -> list[Lowered]:
        return [f.meaning for f in self.figures] + ([] if self.margin is None else [self.margin]) + [p for _, p in self.probes]

    def read(self, answers: Sequence[Scalar], terms: Mapping[str, Bound]) -> tuple[list[Known], Fraction | None, tuple[str, ...]]:
        """Figures in order, the margin, and the names of what is missing."""
        at = iter(answers)
        figures = [_known(f.meaning, at) for f in self.figures]
        margin = None if self.margin is None else _known(self.margin, at)
        missing = [name for name, _ in self.probes if next(at) is True]
        exact = None if margin is None else Fraction(margin)
        return figures, exact, tuple(dict.fromkeys((*missing, *(t for t in self.terms if terms.get(t) is None))))


def conditions(asked: Asked) -> tuple[Checked | None, ...]:
    """What a rule's outcome rests on."""
    return (asked.rule.when, asked.rule.require)


def _known(meaning: Lowered, answers: Iterator[Scalar]) -> Known:
    if isinstance(meaning, Ratio):
        num, den = next(answers), next(answers)
        return None if num is None or den is None else Fraction(int(num), int(den))
    return next(answers)
