"""What a plan consists of: bound terms, values, rules by stage, and the sheet of each rule; what of it is known before a record is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dsl.checker.check import Checked
from dsl.kernel.lower import Bound
from dsl.kernel.nodes import Const, Kernel, Scalar, inputs
from dsl.kernel.ratio import Lowered, Ratio, parts
from dsl.outcomes import HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, OUTCOMES
from dsl.quantities import Type
from dsl.schema import Field, Schema
from dsl.to_python.records import Layout
from validator.intake.offering import Offering
from validator.rulebook.model import Rule, Rulebook, Term, Value

BID, LIVE, QUANTITY, ADMITTED, FATE = "bid", "live", "quantity", "admitted_quantity", "fate"
"""The names that effects act on (L18, L19) and the value that says what became of a bid."""

INVALIDATING = frozenset(("refuse", "invalid"))
"""Effects that make bids invalid."""

Name = tuple[str, str]
"""An entity and a field or value of it; a quotient by its own name."""

Map = Callable[[Kernel], Kernel]
Known = Fraction | int | bool | str | None


def names(node: Kernel) -> Iterator[Name]:
    """What a kernel reads."""
    return ((i.entity, i.name.removesuffix("#den")) for i in inputs(node))


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
    equals: Ratio | None
    """The first key that is spared, in units of that key."""

    @property
    def descending(self) -> list[bool]:
        """Of each key, whether the highest comes first."""
        return [down for _, down in self.keys]

    def numbers(self) -> list[Lowered]:
        """What is asked of each record: source, sum and the keys."""
        return [self.source, self.sum, *(k for k, _ in self.keys)]

    def limits(self) -> list[Lowered]:
        """What is asked of the offering: limit, bound, and what is spared where something is."""
        return [self.limit, self.bound, *([] if self.equals is None else [self.equals])]

    def kernels(self) -> list[Kernel]:
        """All that it is made of."""
        return [n for m in (*self.numbers(), *self.limits()) for n in parts(m)]

    def map(self, by: Map) -> "Ranking":
        """The same of other kernels."""
        return replace(
            self,
            source=by(self.source),
            keys=tuple((by(k), down) for k, down in self.keys),
            sum=by(self.sum),
            limit=Ratio(by(self.limit.num), by(self.limit.den)),
            bound=by(self.bound),
            equals=None if self.equals is None else Ratio(by(self.equals.num), by(self.equals.den)),
        )


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

    def kernels(self) -> list[Kernel]:
        """What the value is made of."""
        return self.meaning.kernels() if isinstance(self.meaning, Ranking) else list(parts(self.meaning))

    def map(self, by: Map) -> "Step":
        """The same of other kernels."""
        meaning = self.meaning
        if isinstance(meaning, Ranking):
            return replace(self, meaning=meaning.map(by))
        return replace(self, meaning=Ratio(by(meaning.num), by(meaning.den)) if isinstance(meaning, Ratio) else by(meaning))

    def constants(self) -> dict[str, Scalar]:
        """The value under its name and, for a quotient, that of its denominator, where it is constant; else empty."""
        nodes = () if isinstance(self.meaning, Ranking) else parts(self.meaning)
        known = {n: p.value for n, p in zip((self.name, f"{self.name}#den"), nodes, strict=False) if isinstance(p, Const)}
        return known if len(known) == len(nodes) else {}


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
    """What a finding of a rule prints and what the rule rests on: made once, in `bind`."""

    figures: tuple[Figure, ...]
    margin: Lowered | None
    margin_type: Type | None
    probes: tuple[tuple[str, Kernel], ...]
    """Names of inputs, and whether they are missing."""
    shown: tuple[tuple[str | int, ...], tuple[str | int, ...]] | None
    """The message in Chinese and English: texts, and figures by their place in `figures`."""
    required: int
    """How many of the figures stand in `require`; the others only in the message."""
    inputs: frozenset[Field]
    """Every field and term that the outcome rests on, through all values."""
    counted: frozenset[str]
    """Every entity whose records are counted or summed up for the outcome, through all values."""
    terms: tuple[str, ...]
    """The terms among `inputs`."""
    made_of: tuple[str, ...]
    """The values that the conditions name, in their order."""
    unverified: bool
    """Whether the rule or a value that it rests on is marked."""
    unverified_terms: tuple[str, ...]
    """Terms whose own figure is marked: it counts where the offering does not set them."""

    @property
    def meanings(self) -> list[Lowered]:
        """All questions that an evaluator answers, in the order in which `read` takes them."""
        return [f.meaning for f in self.figures] + ([] if self.margin is None else [self.margin]) + [p for _, p in self.probes]

    def read(self, answers: Sequence[Scalar], terms: Mapping[str, Bound]) -> tuple[list[Known], Fraction | None, tuple[str, ...]]:
        """Figures in order, the margin, and the names of what is missing."""
        at = iter(answers)
        figures = [_known(f.meaning, at) for f in self.figures]
        margin = None if self.margin is None else _known(self.margin, at)
        missing = [name for name, _ in self.probes if next(at) is True]
        exact = None if margin is None else Fraction(margin)
        return figures, exact, tuple(dict.fromkeys((*missing, *(t for t in self.terms if terms.get(t) is None))))


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule to ask of every record of its entity. `number` is its place among all rules of the plan."""

    number: int
    rule: Rule
    when: Kernel | None
    require: Kernel
    admits: Kernel | None
    sheet: Sheet

    def kernels(self) -> list[Kernel]:
        """What its outcomes and effects are made of."""
        return [n for n in (self.when, self.require, self.admits) if n is not None]

    def reads(self) -> list[Kernel]:
        """All that its outcomes, effects and findings are made of."""
        return [*self.kernels(), *(n for m in self.sheet.meanings for n in parts(m))]

    def map(self, by: Map, when: Map | None = None) -> "Asked":
        """The same of other kernels; `when`: how the condition changes, if otherwise. The sheet stays: it shows what is there."""
        return replace(
            self,
            when=None if self.when is None else (when or by)(self.when),
            require=by(self.require),
            admits=None if self.admits is None else by(self.admits),
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """`name` is "" for the values that no stage changes: they come first."""

    name: str
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Plan:
    """A rulebook bound to an offering: all that a run needs beside the records. `terms`: the offering's fields as rules read them."""

    rulebook: Rulebook
    offering: Offering
    terms: Mapping[str, Bound]
    layout: Layout
    stages: tuple[Stage, ...]
    changed: Mapping[str, tuple[Term, Bound]]
    """Terms that the offering set otherwise than the rules' default, with that default."""
    muted: Mapping[int, Kernel] = field(default_factory=dict)
    """Rules that lack a whole column or table, with on which records: where these are not evaluable that is said once for the rule."""

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

    def upto(self, names: Sequence[str] | None) -> tuple[Stage, ...]:
        """The stages to run so that the named ones can be reported: all before the last of them."""
        if not names:
            return self.stages
        last = max(i for i, s in enumerate(self.stages) if s.name in names)
        return self.stages[: last + 1]

    def ending(self, asked: Asked) -> int | None:
        """How the rule ends on every record, where that is certain and no record is named for it; None: it must be asked."""
        when, require = asked.when, asked.require
        if when is not None and not isinstance(when, Const):
            return None
        if when is not None and when.value is not True:
            return NOT_APPLICABLE if when.value is False else NOT_EVALUABLE if self.silent(asked.number) else None
        if not isinstance(require, Const):
            return None
        if require.value is True:
            return HOLDS
        return NOT_EVALUABLE if require.value is None and self.silent(asked.number) else None

    def silent(self, number: int) -> bool:
        """Whether it is said once for the rule that it lacks something, and of no record."""
        lacks = self.muted.get(number)
        return isinstance(lacks, Const) and lacks.value is True


def alike(outcome: int, records: int) -> tuple[int, ...]:
    """The counts of a rule that ends so on all of them."""
    return tuple(records if o == outcome else 0 for o in range(len(OUTCOMES)))


def conditions(rule: Rule) -> list[Checked]:
    """What a rule's outcome rests on."""
    return [c for c in (rule.when, rule.require) if c is not None]


def _known(meaning: Lowered, answers: Iterator[Scalar]) -> Known:
    if isinstance(meaning, Ratio):
        num, den = next(answers), next(answers)
        return None if num is None or den is None else Fraction(int(num), int(den))
    return next(answers)
