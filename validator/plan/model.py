"""The parts of a plan: bound terms, values and rules by stage, and the sheet of each rule. Also what is known before a record is read."""

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

BID, LIVE, PRICE, QUANTITY, ADMITTED, FATE = "bid", "live", "price", "quantity", "admitted_quantity", "fate"
"""The names that effects change (L18, L19), those that a bid is ranked by (L10a), and the value that says how a bid ends."""

INVALIDATING = frozenset(("refuse", "invalid"))
"""Effects that make bids invalid."""

Name = tuple[str, str]
"""An entity and one of its fields or values. A quotient has one name, without the `#den` of its denominator."""

Map = Callable[[Kernel], Kernel]
Known = Fraction | int | bool | str | None


def names(node: Kernel) -> Iterator[Name]:
    """The fields and values that a kernel reads."""
    return ((i.entity, i.name.removesuffix("#den")) for i in inputs(node))


@dataclass(frozen=True, slots=True)
class Ranking:
    """A `take` in integers. Keys and sum are at their own scales; `limit` is in units of the sum."""

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
        """For each key: whether the highest comes first."""
        return [down for _, down in self.keys]

    def numbers(self) -> list[Lowered]:
        """What is computed for each record: source, sum and the keys."""
        return [self.source, self.sum, *(k for k, _ in self.keys)]

    def limits(self) -> list[Lowered]:
        """What is computed for the offering: limit, bound, and the value of the spared key if there is one."""
        return [self.limit, self.bound, *([] if self.equals is None else [self.equals])]

    def kernels(self) -> list[Kernel]:
        """All kernels of the ranking."""
        return [n for m in (*self.numbers(), *self.limits()) for n in parts(m)]

    def map(self, by: Map) -> "Ranking":
        """The ranking with each kernel replaced by `by` of it."""
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
        """All kernels of the value."""
        return self.meaning.kernels() if isinstance(self.meaning, Ranking) else list(parts(self.meaning))

    def map(self, by: Map) -> "Step":
        """The step with each kernel replaced by `by` of it."""
        meaning = self.meaning
        if isinstance(meaning, Ranking):
            return replace(self, meaning=meaning.map(by))
        return replace(self, meaning=Ratio(by(meaning.num), by(meaning.den)) if isinstance(meaning, Ratio) else by(meaning))

    def constants(self) -> dict[str, Scalar]:
        """A constant value under its name, for a quotient also its denominator. Empty if the value is not constant."""
        nodes = () if isinstance(self.meaning, Ranking) else parts(self.meaning)
        known = {n: p.value for n, p in zip((self.name, f"{self.name}#den"), nodes, strict=False) if isinstance(p, Const)}
        return known if len(known) == len(nodes) else {}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a finding. `key`: the canonical English text of its expression. `zh`: its Chinese name."""

    key: str
    type: Type
    meaning: Lowered
    zh: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a finding of a rule prints, and what the rule rests on. Made once, in `bind`."""

    figures: tuple[Figure, ...]
    margin: Lowered | None
    margin_type: Type | None
    probes: tuple[tuple[str, Kernel], ...]
    """For each input: its name, and a flag that is 是 where it is missing."""
    shown: tuple[tuple[str | int, ...], tuple[str | int, ...]] | None
    """The message in Chinese and English: texts, and figures by their place in `figures`."""
    required: int
    """How many of the figures come from `require`; the others are only in the message."""
    inputs: frozenset[Field]
    """Every field and term that the outcome rests on, through all values."""
    counted: frozenset[str]
    """Every entity whose records are counted or summed up for the outcome, through all values."""
    terms: tuple[str, ...]
    """The terms among `inputs`."""
    made_of: tuple[str, ...]
    """The values that the conditions name, in the order of the text."""
    unverified: bool
    """Whether the rule or a value that it rests on is marked as unverified."""
    unverified_terms: tuple[str, ...]
    """Terms whose default is marked as unverified. The mark counts where the offering does not set the term."""

    @property
    def meanings(self) -> list[Lowered]:
        """All questions for an evaluator, in the order in which `read` expects the answers."""
        return [f.meaning for f in self.figures] + ([] if self.margin is None else [self.margin]) + [p for _, p in self.probes]

    def read(self, answers: Sequence[Scalar], terms: Mapping[str, Bound]) -> tuple[list[Known], Fraction | None, tuple[str, ...]]:
        """The figures in order, the margin, and the names of the missing inputs."""
        at = iter(answers)
        figures = [_known(f.meaning, at) for f in self.figures]
        margin = None if self.margin is None else _known(self.margin, at)
        missing = [name for name, _ in self.probes if next(at) is True]
        exact = None if margin is None else Fraction(margin)
        return figures, exact, tuple(dict.fromkeys((*missing, *(t for t in self.terms if terms.get(t) is None))))


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule to check for every record of its entity. `number` is its place among all rules of the rulebook."""

    number: int
    rule: Rule
    when: Kernel | None
    require: Kernel
    admits: Kernel | None
    sheet: Sheet

    def kernels(self) -> list[Kernel]:
        """The kernels of its outcomes and effects."""
        return [n for n in (self.when, self.require, self.admits) if n is not None]

    def reads(self) -> list[Kernel]:
        """The kernels of its outcomes, effects and findings."""
        return [*self.kernels(), *(n for m in self.sheet.meanings for n in parts(m))]

    def map(self, by: Map, when: Map | None = None) -> "Asked":
        """The rule with each kernel replaced by `by` of it; `when`: the same for the condition alone. The sheet stays as it is."""
        return replace(
            self,
            when=None if self.when is None else (when or by)(self.when),
            require=by(self.require),
            admits=None if self.admits is None else by(self.admits),
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """`name` is "" for the first stage, which has the values that no stage changes."""

    name: str
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Plan:
    """A rulebook bound to an offering: everything that a run needs besides records. `terms`: the offering's fields as rules read them."""

    rulebook: Rulebook
    offering: Offering
    terms: Mapping[str, Bound]
    layout: Layout
    stages: tuple[Stage, ...]
    changed: Mapping[str, tuple[Term, Bound]]
    """Terms that the offering sets to something other than the default, with that default."""
    muted: Mapping[int, Kernel] = field(default_factory=dict)
    """For rules that rest on something not supplied: a flag per record (see `decidable`). Where it is 是, no finding names the record."""

    @property
    def schema(self) -> Schema:
        return self.rulebook.schema

    @property
    def code(self) -> str:
        """The offering's code, as the subject of findings."""
        key = self.schema.entities[self.schema.root].key[0]
        return str(self.terms.get(key) or "")

    def asked(self) -> Iterable[Asked]:
        """All rules that are decided by data, in the order of their numbers."""
        return (a for s in self.stages for a in s.asked)

    def steps(self) -> Iterable[Step]:
        """All values in the order in which they are computed."""
        return (x for s in self.stages for x in s.steps)

    def upto(self, names: Sequence[str] | None) -> tuple[Stage, ...]:
        """The stages to run so that the named ones can be reported: the last of them and all before it."""
        if not names:
            return self.stages
        last = max(i for i, s in enumerate(self.stages) if s.name in names)
        return self.stages[: last + 1]

    def ending(self, asked: Asked) -> int | None:
        """The outcome of the rule, if it is known to be the same on every record and no finding names a record; else None."""
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
        """Whether every undecided record of the rule is muted: the report then says once what is not supplied."""
        muted = self.muted.get(number)
        return isinstance(muted, Const) and muted.value is True


def alike(outcome: int, records: int) -> tuple[int, ...]:
    """The counts of outcomes of a rule that ends with `outcome` on all records."""
    return tuple(records if o == outcome else 0 for o in range(len(OUTCOMES)))


def conditions(rule: Rule) -> list[Checked]:
    """`when` and `require`, as far as the rule has them."""
    return [c for c in (rule.when, rule.require) if c is not None]


def _known(meaning: Lowered, answers: Iterator[Scalar]) -> Known:
    if isinstance(meaning, Ratio):
        num, den = next(answers), next(answers)
        return None if num is None or den is None else Fraction(int(num), int(den))
    return next(answers)
