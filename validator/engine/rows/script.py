"""Stages of a plan -> what the row evaluator does one after the other, in as few passes over the records as the order allows.

Rules are asked as late as they can be and effects done as late as they may be: stages share a pass until one reads what effects change.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from dsl.kernel.nodes import Fold, Input, Kernel, Scalar, children, folds, inputs, rewrite
from dsl.kernel.ratio import Lowered, Ratio, parts
from dsl.outcomes import HOLDS
from dsl.to_python import Answers, Ask, Assign, Function, Program, Tables, to_answers, to_function, to_python
from validator.plan.known import alike, constants, ending
from validator.plan.model import ADMITTED, BID, LIVE, Asked, Plan, Ranking, Stage, Step
from validator.plan.prune import Name, kernels, names, reads

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


SIZES = 256
"""Sizes of books whose counts are kept: a portal sees the same few again and again."""

Part = Pass | Settle | Rank | Question | Effects


@dataclass(frozen=True, slots=True)
class Script:
    """What is done, part by part. `late` computes the values that no rule needs before something was found.

    INVARIANT: without a `Settle` among the parts nothing changes the values of the offering, so that all runs share `settled`.
    """

    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    late: Program | None
    settled: dict[str, Scalar]
    """Values of the offering that are known before any run."""
    settles: bool
    marked: bool
    """Whether something reads what effects do to bids."""
    alone: Pass | None
    """The one pass of a script that has no other part, reads no effect and settles nothing."""
    _rules: tuple[tuple[int, str, int], ...]
    """Every rule of records by its number, the entity, and how it ends on all of them if nothing is found."""
    _counts: dict[tuple[int, ...], dict[int, tuple[int, ...]]] = field(default_factory=dict)

    def counts(self, tables: Tables) -> dict[int, tuple[int, ...]]:
        """The outcomes of all rules of records where nothing is found that does not hold."""
        sizes = tuple(map(len, tables.values()))
        found = self._counts.get(sizes)
        if found is None:
            if len(self._counts) > SIZES:
                self._counts.clear()
            found = self._counts[sizes] = {number: alike(end, len(tables[entity])) for number, entity, end in self._rules}
        return found.copy()


def script(plan: Plan, stages: Sequence[Stage], rules: Collection[int] | None = None, lean: bool = False) -> Script:
    """The script of these stages, made once. `rules`: only these are asked. `lean`: values are computed where they are read only."""
    key = ("script", *map(id, stages), rules if rules is None else frozenset(rules), lean)
    found = plan.compiled.get(key)
    if not isinstance(found, Script):
        found = plan.compiled[key] = _Writer(plan, rules, lean).write(tuple(stages))  # it keeps the stages, so that their ids stay theirs
    return found


@dataclass
class _Writer:
    plan: Plan
    rules: Collection[int] | None
    lean: bool
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
            rules = [a for a in rules if a.rule.entity == self.plan.schema.root or ending(self.plan, a) is None]
            if any(i in EFFECTS for a in rules for n in reads(self.plan, a) for i in names(n)):
                self.marked = True
                self.effects()
            for asked in rules:
                self.rule(asked)
            self.pending = self.pending or bool(rules)
        self.effects()
        late = to_python(list(self.late.values()), self.plan.layout) if self.late else None
        endings = tuple((a.number, a.rule.entity, ending(self.plan, a) or HOLDS) for a in chosen)
        settles = any(isinstance(p, Settle) for p in self.done)
        passes = [p for p in self.done if not isinstance(p, Effects)]
        only = passes[0] if len(passes) == 1 and not self.marked else None
        alone = only if isinstance(only, Pass) else None
        return Script(stages, tuple(self.done), late, self.settled, settles, self.marked, alone, endings)

    # ── values and rules ──

    def step(self, step: Step) -> None:
        meaning, root = step.meaning, self.plan.schema.root
        nodes = kernels(step)
        of_bids = any(i in EFFECTS for n in nodes for i in names(n))
        if of_bids:
            self.marked = True
            self.effects()
        if isinstance(meaning, Ranking):
            self.over_records(nodes)
            numbers: list[Lowered] = [meaning.source, meaning.sum, *(k for k, _ in meaning.keys)]
            numbers += [] if meaning.last is None else [meaning.last]
            limits: list[Lowered] = [meaning.limit, meaning.bound] + ([] if meaning.equals is None else [meaning.equals])
            self.done.append(Rank(step, meaning, to_answers(numbers, meaning.entity, self.plan.layout), self.function(limits, root)))
        elif step.entity == root and (known := constants(step.name, meaning)):
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
        self.steps.append(Ask(len(self.asked), entity, when, require))
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
