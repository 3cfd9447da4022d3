"""Plan + book -> result, a column at a time with Polars. Rows (validator/engine/rows/run.py) must give the same.

A call of Polars costs as much for ten rows as for a thousand, so rules and values are computed together where they can be.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from dsl.kernel.lower import Lowered, Ratio
from dsl.kernel.nodes import Const, Fold, Input, Kernel, Scalar, folds, rewrite
from dsl.kernel.ratio import parts
from dsl.outcomes import ERROR, HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, VIOLATED
from dsl.schema import GAP, Schema
from dsl.to_polars import Columns, Expressions, Flags
from dsl.to_python import Function, to_function
from validator.engine.columns.findings import Outcomes, findings
from validator.engine.columns.ranking import choose
from validator.engine.lost_records import lost
from validator.engine.result import Hit, Kept, Raw
from validator.plan.model import ADMITTED, BID, INVALIDATING, LIVE, QUANTITY, Asked, Plan, Ranking, Stage, Step, alike, names

if TYPE_CHECKING:
    from validator.intake.book.book import Book


@dataclass(frozen=True, slots=True)
class Batch:
    """Values that are computed together: one of the offering, one ranking, or values of records that do not read each other.

    `known`: the value by name, if it is constant. `columns`: for values of records, the name and the kernel of each column by entity.
    `numbers`: for a ranking, the kernels of its source, its sum and its keys.
    """

    steps: tuple[Step, ...]
    known: Mapping[str, Scalar]
    columns: Mapping[str, Sequence[tuple[str, Kernel]]]
    numbers: Sequence[Kernel]

    @classmethod
    def of(cls, steps: Sequence[Step], root: str) -> "Batch":
        first = steps[0]
        if isinstance(first.meaning, Ranking):
            return cls(tuple(steps), {}, {}, [n for m in first.meaning.numbers() for n in parts(m)])
        if first.entity == root:
            return cls(tuple(steps), first.constants(), {}, ())
        columns: dict[str, list[tuple[str, Kernel]]] = {}
        for step in steps:
            columns.setdefault(step.entity, []).extend(zip((step.name, f"{step.name}#den"), step.kernels(), strict=False))
        return cls(tuple(steps), {}, columns, ())


@dataclass(frozen=True)
class Programs:
    """What is compiled from a plan at its first use, and shared by all books of the plan."""

    expressions: Expressions = field(default_factory=Expressions)
    offering: dict[object, tuple[list[Fold], list[str], Function]] = field(default_factory=dict)
    """Per question of the offering: its aggregates, the names of their answers, and the function that takes these answers."""
    batches: dict[int, tuple[Stage, tuple[Batch, ...]]] = field(default_factory=dict)
    """By the identity of a stage: the stage and its batches."""


def run(
    plan: Plan,
    frames: Mapping[str, pl.DataFrame],
    stages: Sequence[Stage],
    *,
    barred: Set[int] = frozenset(),
    programs: Programs | None = None,
) -> Raw:
    """Run the stages over a whole book. `barred` bids are not live from the start."""
    return _Run(plan, frames, programs or Programs()).run(stages, barred)


def with_gaps(book: "Book", schema: Schema) -> "Book":
    """The book with the marks of `lost_records`. Most books need none and are returned as they are."""
    frames = book.frames
    doubled = any(bool(f.get_column("^key").drop_nulls().is_duplicated().any()) for e, f in frames.items() if schema.below[e])
    if not doubled:
        return book
    keys = {e: f.get_column("^key").to_list() for e, f in frames.items()}
    links = {e: f.get_column(f"^{p}").to_list() for e, f in frames.items() if (p := schema.entities[e].of) is not None}
    marks = {e: frames[e].with_columns(pl.Series(GAP, m, dtype=pl.Boolean)) for e, m in lost(schema, keys, links).items()}
    return replace(book, frames={**frames, **marks})


class _Run:
    def __init__(self, plan: Plan, frames: Mapping[str, pl.DataFrame], programs: Programs) -> None:
        self.plan = plan
        self.root = plan.schema.root
        self.programs = programs
        self.columns = Columns(plan.schema, frames, {}, programs.expressions)
        self.raw = Raw(root={})
        self.waiting: dict[int, list[int]] = {}

    def run(self, stages: Sequence[Stage], barred: Set[int]) -> Raw:
        height = self.columns.frames[BID].height
        live = pl.repeat(True, height, dtype=pl.Boolean, eager=True).scatter(sorted(barred), False)
        self.columns.define(BID, [live.alias(LIVE), self.columns.column(BID, QUANTITY).alias(ADMITTED)])
        for stage in stages:
            for batch in self.batches(stage):
                self.step(batch)
            self.rules(stage)
        self.keep(stages)
        self.raw.waiting = self.waiting
        return self.raw

    # ── values ──

    def batches(self, stage: Stage) -> tuple[Batch, ...]:
        found = self.programs.batches.get(id(stage))
        if found is None:
            made = tuple(Batch.of(b, self.root) for b in _batches(stage.steps, self.root))
            found = self.programs.batches[id(stage)] = (stage, made)
        return found[1]

    def step(self, batch: Batch) -> None:
        first = batch.steps[0]
        if isinstance(first.meaning, Ranking):
            self.rank(first, first.meaning, batch.numbers)
        elif batch.known:
            self.set_root(batch.known)
        elif first.entity == self.root:
            answers = self.offering(first.name, [first.meaning])
            self.set_root(dict(zip((first.name, f"{first.name}#den"), answers, strict=False)))
        for entity, named in batch.columns.items():
            found = self.columns.values(entity, [n for _, n in named])
            self.columns.define(entity, [c.alias(name) for c, (name, _) in zip(found, named, strict=True)])

    def set_root(self, values: Mapping[str, Scalar]) -> None:
        self.raw.root |= values
        self.columns.root |= values

    def offering(self, key: object, meanings: Sequence[Lowered]) -> tuple[Scalar, ...]:
        """Values of the offering: aggregates by column, everything else in Python, whose integers have no limit."""
        nodes, named, function = self.compiled(key, meanings)
        return function(None, self.raw.root | dict(zip(named, self.columns.totals(nodes), strict=True)), {})

    def compiled(self, key: object, meanings: Sequence[Lowered]) -> tuple[list[Fold], list[str], Function]:
        """What computes the meanings; compiled at first use."""
        found = self.programs.offering.get(key)
        if found is None:
            nodes = list(dict.fromkeys(f for m in meanings for n in parts(m) for f in folds(n)))
            named = {f: Input(self.root, f"~{i}", f.kind, f.low, f.high) for i, f in enumerate(nodes)}
            function = to_function([_without(m, named) for m in meanings], self.root, self.plan.layout)
            found = self.programs.offering[key] = (nodes, [n.name for n in named.values()], function)
        return found

    def rank(self, step: Step, ranking: Ranking, numbers: Sequence[Kernel]) -> None:
        source, total, *keys = self.columns.values(ranking.entity, numbers)
        num, den, bound, *equals = self.offering((step.name, "limits"), ranking.limits())
        columns = [source.alias("source"), total.alias("sum"), *(k.alias(f"k{i}") for i, k in enumerate(keys))]
        chosen, selected = choose(
            pl.DataFrame(columns).with_row_index("row"),
            ranking.descending,
            _fraction(num, den),
            bound if isinstance(bound, str) else None,
            _fraction(*equals) if equals else None,
        )
        self.columns.define(ranking.entity, [chosen.alias(step.name)])
        self.raw.selected[step.name] = selected

    # ── rules ──

    def rules(self, stage: Stage) -> None:
        rules = list(stage.asked)
        endings = [(a, o) for a in rules if a.rule.entity != self.root and (o := self.plan.ending(a)) is not None]
        self.raw.counts |= {a.number: alike(o, self.columns.frames[a.rule.entity].height) for a, o in endings}
        rules = [a for a in rules if a.number not in self.raw.counts]
        found: list[Outcomes] = []
        for entity in dict.fromkeys(a.rule.entity for a in rules if a.rule.entity != self.root):
            outcomes = self.ask(entity, [a for a in rules if a.rule.entity == entity])
            for outcome in outcomes:
                self.mute(outcome)
            self.raw.hits |= findings(self.columns, entity, outcomes)
            self.raw.counts |= {o.asked.number: o.counts for o in outcomes}
            found += outcomes
        for asked in rules:
            if asked.rule.entity == self.root:
                self.ask_offering(asked)
        self.affect(found)  # figures come first: they show the bids as the rules saw them

    def ask(self, entity: str, group: Sequence[Asked]) -> list[Outcomes]:
        height = self.columns.frames[entity].height
        if not height:
            return [Outcomes(a, None, 0) for a in group]
        flags: Sequence[Flags | None]
        try:
            flags = self.columns.asked(entity, [(a.when, a.require) for a in group])
        except Exception:  # L17: find the rule that failed, and run the others again
            flags = [self.ask_alone(entity, a) for a in group]
        return [Outcomes(a, f, height) for a, f in zip(group, flags, strict=True)]

    def ask_alone(self, entity: str, asked: Asked) -> Flags | None:
        try:
            return self.columns.asked(entity, [(asked.when, asked.require)])[0]
        except Exception:  # L17: the failure is that rule's outcome on every record
            return None

    def mute(self, outcomes: Outcomes) -> None:
        """Drop the undecided records that are muted (see `Plan.muted`): they give no findings and leave no bid open."""
        muted = self.plan.muted.get(outcomes.asked.number)
        if muted is None or outcomes.unknown is None:
            return
        if not isinstance(muted, Const):
            (drop,) = self.columns.values(outcomes.asked.rule.entity, [muted])
            outcomes.unknown &= ~drop
        elif muted.value:
            outcomes.unknown = None

    def muted(self, asked: Asked) -> bool:
        """Whether a rule of the offering is undecided only because something is not supplied."""
        muted = self.plan.muted.get(asked.number)
        return muted is not None and bool(self.offering(("muted", asked.number), [muted])[0])

    def ask_offering(self, asked: Asked) -> None:
        outcome = self.outcome(asked)
        self.raw.counts[asked.number] = alike(outcome, 1)
        if outcome in (HOLDS, NOT_APPLICABLE) or (outcome == NOT_EVALUABLE and self.muted(asked)):
            return
        meanings = asked.sheet.meanings
        try:
            answer = self.offering(("figures", asked.number), meanings)
        except Exception:  # L17: a rule whose figures fail ends in an error
            outcome, answer = ERROR, (None,) * sum(len(parts(m)) for m in meanings)
            self.raw.counts[asked.number] = alike(ERROR, 1)
        self.raw.hits[asked.number] = [Hit(0, outcome, answer)]

    def outcome(self, asked: Asked) -> int:
        """The outcome of a rule of the offering."""
        try:
            require, *when = self.offering(("rule", asked.number), [asked.require] if asked.when is None else [asked.require, asked.when])
        except Exception:  # L17
            return ERROR
        if when and when[0] is False:
            return NOT_APPLICABLE
        if require is None or (when and when[0] is None):
            return NOT_EVALUABLE
        return HOLDS if require else VIOLATED

    # ── effects ──

    def affect(self, found: Sequence[Outcomes]) -> None:
        """Apply this stage's violations to `live` and `admitted_quantity`, as the next stages read them."""
        live, admitted = self.columns.column(BID, LIVE), self.columns.column(BID, ADMITTED)
        touching = [r for r in found if r.asked.rule.entity in self.plan.schema.parents[BID]]
        invalidating = [r for r in touching if INVALIDATING & set(r.asked.rule.effect)]
        for entity in dict.fromkeys(r.asked.rule.entity for r in invalidating):
            rows = None if entity == BID else self.columns.rows(BID, entity)
            breaches = [r.violated for r in invalidating if r.asked.rule.entity == entity and r.violated is not None]
            if breaches:
                live = live & ~_spread(reduce(or_, breaches), rows)
            self.waiting |= _open([r for r in invalidating if r.asked.rule.entity == entity], rows)
        for rule in touching:
            if rule.asked.admits is not None and rule.asked.rule.entity == BID and rule.violated is not None:
                admitted = self.admitted(admitted, rule.violated, rule.asked.admits)
        self.columns.define(BID, [live.alias(LIVE), admitted.alias(ADMITTED)])

    def admitted(self, old: pl.Series, violated: pl.Series, limit: Kernel) -> pl.Series:
        """The admitted quantities after a rule that limits them: unchanged where it is not violated."""
        rows = _true(violated)
        (most,) = self.columns.values(BID, [limit], rows)
        table = pl.DataFrame([old.gather(rows).alias("a"), most.alias("b")])
        less = pl.when(pl.col("a").is_not_null() & pl.col("b").is_not_null()).then(pl.min_horizontal("a", "b"))
        return old.clone().scatter(rows, table.select(less).to_series())  # scatter changes the series itself

    def keep(self, stages: Sequence[Stage]) -> None:
        for entity, name in [(BID, LIVE), (BID, ADMITTED), *((s.entity, s.name) for t in stages for s in t.steps)]:
            if entity != self.root:
                self.raw.columns[entity, name] = Kept(self.columns.column(entity, name))


def _batches(steps: Sequence[Step], root: str) -> Iterator[list[Step]]:
    """The steps in their order, in batches. Neighbours of records that do not read each other share a batch."""
    batch: list[Step] = []
    for step in steps:
        alone = step.entity == root or isinstance(step.meaning, Ranking)
        named = {(s.entity, s.name) for s in batch}
        if batch and (alone or any(name in named for n in step.kernels() for name in names(n))):
            yield batch
            batch = []
        batch.append(step)
        if alone:
            yield batch
            batch = []
    if batch:
        yield batch


def _open(rules: Sequence[Outcomes], rows: pl.Series | None) -> dict[int, list[int]]:
    """Per rule number: the bids on which the rule is undecided. They are few, so all rules look them up at once."""
    masks = {r.asked.number: r.unknown for r in rules if r.unknown is not None}
    if not masks:
        return {}
    bids = _true(_spread(reduce(or_, masks.values()), rows))
    records = bids if rows is None else rows.gather(bids)
    found = {number: bids.filter(mask.gather(records)).to_list() for number, mask in masks.items()}
    return {number: open_ for number, open_ in found.items() if open_}


def _spread(mask: pl.Series, rows: pl.Series | None) -> pl.Series:
    """For each bid: the flag of the record at its row in `rows`, False if it has none. `rows` None: `mask` is per bid already."""
    if rows is None:
        return mask
    found = mask.gather(rows)
    return found.fill_null(False) if found.null_count() else found


def _true(mask: pl.Series | None) -> pl.Series:
    return pl.Series([], dtype=pl.Int64) if mask is None else mask.arg_true()


def _without(meaning: Lowered, names: Mapping[Fold, Kernel]) -> Lowered:
    """The meaning with each aggregate replaced by an input of the offering."""

    def named(node: Kernel) -> Kernel | None:
        return names[node] if isinstance(node, Fold) else None

    if isinstance(meaning, Ratio):
        return Ratio(rewrite(meaning.num, named), rewrite(meaning.den, named))
    return rewrite(meaning, named)


def _fraction(num: Scalar, den: Scalar) -> Fraction | None:
    return Fraction(int(num), int(den)) if num is not None and den is not None else None
