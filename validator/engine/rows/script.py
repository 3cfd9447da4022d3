"""Stages of a plan -> what the row evaluator does one after the other, in as few passes over the records as the order allows.

Rules are asked as late as they can be and effects done as late as they may be: stages share a pass until one reads what effects change.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dsl.kernel.nodes import Fold, Input, Kernel, Scalar, children, folds, inputs, rewrite
from dsl.kernel.ratio import Lowered, Ratio, parts
from dsl.outcomes import HOLDS
from dsl.to_python import Answers, Ask, Assign, Function, Program, Tables, to_answers, to_function, to_python
from validator.plan.model import ADMITTED, BID, LIVE, Asked, Name, Plan, Ranking, Stage, Step, alike, names

EFFECTS = frozenset(((BID, LIVE), (BID, ADMITTED)))
"""What effects change from stage to stage."""

MOST_PARTS = 60
"""A value of more parts is computed once and kept, not written out wherever it is read."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Values and rules of records; `rules` by their number in the program. `idle`: both numbers of those that may be not applicable."""

    program: Program
    rules: tuple[Asked, ...]
    idle: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Settle:
    """A value of the offering."""

    name: str
    function: Function


@dataclass(frozen=True, slots=True)
class Rank:
    """A ranking: its numbers per record, and its limits."""

    step: Step
    ranking: Ranking
    numbers: Answers
    limits: Function


@dataclass(frozen=True, slots=True)
class Question:
    """A rule of the offering."""

    asked: Asked
    function: Function


@dataclass(frozen=True, slots=True)
class Effects:
    """What the rules found so far show, and then do to bids."""


Part = Pass | Settle | Rank | Question | Effects

SIZES = 256
"""Sizes of books whose counts are kept: a portal sees the same few again and again."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known before a run: values of the offering, and how rules end if nothing is found of them."""

    root: dict[str, Scalar]
    rules: tuple[tuple[int, str, int], ...]
    """Every rule of records by its number, the entity, and how it ends on all of them if nothing is found."""
    complete: frozenset[int] = frozenset()
    """Rules of which it is known that they lack no column, table or term."""
    _counts: dict[tuple[int, ...], dict[int, tuple[int, ...]]] = field(default_factory=dict)

    def counts(self, tables: Tables) -> dict[int, tuple[int, ...]]:
        """The outcomes of all rules of records where nothing is found that does not hold."""
        sizes = tuple(map(len, tables.values()))
        found = self._counts.get(sizes)
        if found is None:
            if len(self._counts) > SIZES:
                self._counts.clear()
            found = self._counts[sizes] = {number: alike(end, len(tables[entity])) for number, entity, end in self.rules}
        return found.copy()

    def with_columns(self, flags: Mapping[str, Scalar], endings: Mapping[int, int], complete: frozenset[int]) -> "Start":
        """The same where it is known which columns are supplied."""
        return Start({**self.root, **flags}, tuple((n, entity, endings.get(n, end)) for n, entity, end in self.rules), complete)


@dataclass(frozen=True)
class Answering:
    """The functions that answer what a finding shows (`figures`), what is admitted (`admits`) and what is lacking (`lacks`) of a rule.

    Each is made when it is first needed, or all of them with `make`.
    """

    plan: Plan
    _made: dict[tuple[str, int], Callable[..., Any]] = field(default_factory=dict)

    def function(self, kind: str, asked: Asked) -> Callable[..., Any]:
        """For a rule of the offering a `Function`, for one of records `Answers`."""
        found = self._made.get((kind, asked.number))
        if found is None:
            entity, layout, meanings = asked.rule.entity, self.plan.layout, self.meanings(kind, asked)
            made = to_function if entity == self.plan.schema.root else to_answers
            found = self._made[kind, asked.number] = made(meanings, entity, layout)
        return found

    def meanings(self, kind: str, asked: Asked) -> list[Lowered]:
        """The questions of a kind."""
        if kind == "figures":
            return asked.sheet.meanings
        node = asked.admits if kind == "admits" else self.plan.muted.get(asked.number)
        return [] if node is None else [node]

    def make(self) -> None:
        """Make all functions now: none is made in a run. A rule that ends alike on every record is never asked for figures."""
        for asked in (a for a in self.plan.asked() if self.plan.ending(a) is None):
            for kind in ("figures", "admits", "lacks"):
                if self.meanings(kind, asked):
                    self.function(kind, asked)


@dataclass(frozen=True, slots=True)
class Script:
    """What is done, part by part. `late` computes the values that no rule needs before something was found.

    INVARIANT: without a `Settle` among the parts nothing changes the values of the offering, so that all runs share those of `start`.
    """

    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    late: Program | None
    settles: bool
    marked: bool
    """Whether something reads what effects do to bids."""
    alone: Pass | None
    """The one pass of a script that has no other part, reads no effect and settles nothing."""
    start: Start
    answering: Answering
    lean: bool


def script(
    plan: Plan,
    stages: Sequence[Stage],
    *,
    rules: Collection[int] | None = None,
    lean: bool = False,
    guards: Mapping[int, Kernel] | None = None,
) -> Script:
    """The script of these stages. `rules`: only these are asked. `lean`: values are computed only where they are read.

    `guards`: per rule a flag of the offering; where it is true the rule is not asked, and `Start.rules` says how it ends.
    """
    return _Writer(plan, rules, lean, guards or {}).write(tuple(stages))


@dataclass
class _Writer:
    plan: Plan
    rules: Collection[int] | None
    lean: bool
    guards: Mapping[int, Kernel]
    done: list[Part] = field(default_factory=list)
    steps: list[Assign | Ask] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    late: dict[Name, Assign] = field(default_factory=dict)
    written: dict[Name, tuple[Kernel, ...]] = field(default_factory=dict)
    """Meanings that are written out where their own record reads them."""
    settled: dict[str, Scalar] = field(default_factory=dict)
    marked: bool = False
    pending: bool = False
    """Whether rules were asked whose effects are not done."""

    def write(self, stages: tuple[Stage, ...]) -> Script:
        chosen: list[Asked] = []
        for stage in stages:
            for step in stage.steps:
                self.step(step)
            rules = [a for a in stage.asked if self.rules is None or a.number in self.rules]
            chosen += (a for a in rules if a.rule.entity != self.plan.schema.root)
            rules = [a for a in rules if a.rule.entity == self.plan.schema.root or self.plan.ending(a) is None]
            if any(i in EFFECTS for a in rules for n in a.reads() for i in names(n)):
                self.marked = True
                self.effects()
            for asked in rules:
                self.rule(asked)
            self.pending = self.pending or bool(rules)
        self.effects()
        late = to_python(list(self.late.values()), self.plan.layout) if self.late else None
        endings = tuple((a.number, a.rule.entity, self.plan.ending(a) or HOLDS) for a in chosen)
        settles = any(isinstance(p, Settle) for p in self.done)
        passes = [p for p in self.done if not isinstance(p, Effects)]
        only = passes[0] if len(passes) == 1 and not self.marked else None
        alone = only if isinstance(only, Pass) else None
        start = Start(self.settled, endings)
        return Script(stages, tuple(self.done), late, settles, self.marked, alone, start, Answering(self.plan), self.lean)

    # ── values and rules ──

    def step(self, step: Step) -> None:
        meaning, root = step.meaning, self.plan.schema.root
        nodes = step.kernels()
        of_bids = any(i in EFFECTS for n in nodes for i in names(n))
        if of_bids:
            self.marked = True
            self.effects()
        if isinstance(meaning, Ranking):
            self.over_records(nodes)
            numbers = to_answers(meaning.numbers(), meaning.entity, self.plan.layout)
            self.done.append(Rank(step, meaning, numbers, self.function(meaning.limits(), root)))
        elif step.entity == root and (known := step.constants()):
            self.settled |= known
        elif step.entity == root:
            self.over_records(nodes)
            self.done.append(Settle(step.name, self.function([meaning], root)))
        else:
            self.value(step, meaning, of_bids)

    def value(self, step: Step, meaning: Lowered, of_bids: bool) -> None:
        nodes = tuple(self.inlined(n, step.entity) for n in parts(meaning))
        assign = Assign(step.entity, step.name, Ratio(*nodes) if isinstance(meaning, Ratio) else nodes[0])
        if self.lean and not of_bids and all(_size(n) <= MOST_PARTS for n in nodes):
            self.late[step.entity, step.name] = assign
            self.written[step.entity, step.name] = nodes
        else:
            self.ensure(nodes)
            self.steps.append(assign)

    def rule(self, asked: Asked) -> None:
        entity, root = asked.rule.entity, self.plan.schema.root
        if entity == root:
            meanings = [asked.require] if asked.when is None else [asked.require, asked.when]
            self.over_records(meanings)
            self.done.append(Question(asked, self.function(meanings, root)))
            return
        when, require = (None if n is None else self.inlined(n, entity) for n in (asked.when, asked.require))
        assert require is not None
        self.ensure([n for n in (when, require) if n is not None])
        self.steps.append(Ask(len(self.asked), entity, when, require, self.guards.get(asked.number)))
        self.asked.append(asked)

    def function(self, meanings: Sequence[Lowered], entity: str) -> Function:
        return to_function(meanings, entity, self.plan.layout)

    # ── order ──

    def over_records(self, nodes: Sequence[Kernel]) -> None:
        """Before something that reads records: what was put off for them is done."""
        if any(i.entity != self.plan.schema.root for n in nodes for i in inputs(n)) or any(folds(n) for n in nodes):
            self.ensure(nodes)
            self.flush()

    def ensure(self, nodes: Sequence[Kernel]) -> None:
        """Values that others than their own record read must be there."""
        for name in (i for n in nodes for i in names(n)):
            assign = self.late.pop(name, None)
            if assign is not None:
                self.ensure(parts(assign.meaning))
                self.steps.append(assign)

    def inlined(self, node: Kernel, entity: str) -> Kernel:
        """The node with the values of its own record written out. A record that is lacking has none, hence no other's."""

        def out(part: Kernel) -> Kernel | None:
            if isinstance(part, Input):
                found = self.written.get((part.entity, part.name.removesuffix("#den"))) if part.entity == entity else None
                return None if found is None else found[part.name.endswith("#den")]
            if isinstance(part, Fold):
                value, where = (None if n is None else self.inlined(n, part.element) for n in (part.value, part.where))
                keys = tuple((self.inlined(a, part.element), self.inlined(b, entity)) for a, b in part.keys)
                return replace(part, value=value, where=where, keys=keys)
            return None

        return rewrite(node, out) if self.written else node

    def flush(self) -> None:
        if self.steps:
            idle = tuple((i, a.number) for i, a in enumerate(self.asked) if a.when is not None)
            self.done.append(Pass(to_python(self.steps, self.plan.layout), tuple(self.asked), idle))
            self.steps, self.asked = [], []

    def effects(self) -> None:
        self.flush()
        if self.pending:
            self.done.append(Effects())
            self.pending = False


def _size(node: Kernel) -> int:
    return 1 + sum(map(_size, children(node)))
