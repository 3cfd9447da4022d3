"""Stages of a plan -> the schedule of the row evaluator, in as few passes over the records as the order allows.

Stages are fused into one pass until a rule reads `live` or `admitted_quantity`: only then must the effects of earlier rules be applied.

For example, stages a, b and c with rules on placees and bids, of which only c reads `live`, give four parts:

    Pass      the values and rules of a and b, record by record
    Effects   the figures of what a and b found, then their effects
    Pass      the values and rules of c
    Effects   the same for c

A value of the offering or a ranking needs all records, so it also ends a pass.
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
"""The values that effects change."""

MOST_PARTS = 60
"""A value with more nodes than this is computed once and stored, not inlined where it is read."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the records: their values and rules. `rules` in the order of their numbers in the program.

    `idle`: for each rule with a condition, its number in the program and its number in the plan.
    """

    program: Program
    rules: tuple[Asked, ...]
    idle: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Settle:
    """Compute a value of the offering."""

    name: str
    function: Function


@dataclass(frozen=True, slots=True)
class Rank:
    """Make a ranking. `numbers` gives the numbers of each record, `limits` those of the offering."""

    step: Step
    ranking: Ranking
    numbers: Answers
    limits: Function


@dataclass(frozen=True, slots=True)
class Question:
    """Check a rule of the offering."""

    asked: Asked
    function: Function


@dataclass(frozen=True, slots=True)
class Effects:
    """Compute the figures of all findings so far, then apply their effects to bids."""


Part = Pass | Settle | Rank | Question | Effects

SIZES = 256
"""For how many table sizes the counts are cached. Submissions have few different sizes."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known before a run: values of the offering, and the outcome of each rule on records without a finding."""

    root: dict[str, Scalar]
    rules: tuple[tuple[int, str, int], ...]
    """For every rule of records: its number, its entity, and its outcome on records without a finding."""
    complete: frozenset[int] = frozenset()
    """The rules (by number) that are known to rest on nothing that is not supplied."""
    _counts: dict[tuple[int, ...], dict[int, tuple[int, ...]]] = field(default_factory=dict)

    def counts(self, tables: Tables) -> dict[int, tuple[int, ...]]:
        """The counts of all rules of records, before findings are subtracted."""
        sizes = tuple(map(len, tables.values()))
        found = self._counts.get(sizes)
        if found is None:
            if len(self._counts) > SIZES:
                self._counts.clear()
            found = self._counts[sizes] = {number: alike(end, len(tables[entity])) for number, entity, end in self.rules}
        return found.copy()

    def with_columns(self, flags: Mapping[str, Scalar], endings: Mapping[int, int], complete: frozenset[int]) -> "Start":
        """The same for known columns: `flags` of the offering, and `endings`, the outcomes that need no record, by rule number."""
        return Start({**self.root, **flags}, tuple((n, entity, endings.get(n, end)) for n, entity, end in self.rules), complete)


@dataclass(frozen=True)
class Answering:
    """The functions that answer the questions of a rule. There are three kinds: `figures` (what a finding prints), `admits` (the quantity
    that is still admitted) and `muted` (see `Plan.muted`).

    Each function is compiled at first use, or all of them with `make`.
    """

    plan: Plan
    _made: dict[tuple[str, int], Callable[..., Any]] = field(default_factory=dict)

    def function(self, kind: str, asked: Asked) -> Callable[..., Any]:
        """A `Function` for a rule of the offering, `Answers` for a rule of records."""
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
        """Compile all functions now, so that no run has to. Rules whose outcome is known in advance have no findings and need none."""
        for asked in (a for a in self.plan.asked() if self.plan.ending(a) is None):
            for kind in ("figures", "admits", "muted"):
                if self.meanings(kind, asked):
                    self.function(kind, asked)


@dataclass(frozen=True, slots=True)
class Script:
    """The parts to run, in order. `late` computes the values that only findings need, and runs when something is found.

    INVARIANT: without a `Settle` among the parts nothing changes the values of the offering, so all runs share those of `start`.
    """

    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    late: Program | None
    settles: bool
    marked: bool
    """Whether something reads `live` or `admitted_quantity`."""
    alone: Pass | None
    """The only pass, if the script has no other part but effects, and nothing reads `live` or `admitted_quantity`."""
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
    """The script of these stages. `rules`: check only these. `lean`: compute values only where something reads them.

    `guards`: per rule number a flag of the offering. Where it is true the rule is not checked, and `Start.rules` has its outcome.
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
    """Values that are inlined where their own record reads them."""
    settled: dict[str, Scalar] = field(default_factory=dict)
    marked: bool = False
    pending: bool = False
    """Whether rules were scheduled whose effects are not."""

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
        """Before something that aggregates records: schedule the values that it reads, and end the pass."""
        if any(i.entity != self.plan.schema.root for n in nodes for i in inputs(n)) or any(folds(n) for n in nodes):
            self.ensure(nodes)
            self.flush()

    def ensure(self, nodes: Sequence[Kernel]) -> None:
        """Schedule values that were put off, because something other than their own record reads them."""
        for name in (i for n in nodes for i in names(n)):
            assign = self.late.pop(name, None)
            if assign is not None:
                self.ensure(parts(assign.meaning))
                self.steps.append(assign)

    def inlined(self, node: Kernel, entity: str) -> Kernel:
        """The node with the values of its own record inlined. Those of other records are not: a blank record has none."""

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
