"""Plan + book -> raw run, a column at a time with Polars. Rows (validator/engine/rows.py) must give the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from dsl.kernel import Fold, Input, Kernel, Scalar, folds, rewrite
from dsl.lower import Lowered, Ratio
from dsl.quantities import Schema
from dsl.to_polars import GAP, Columns
from dsl.to_python import parts, to_function
from validator.engine.figures import questions
from validator.engine.gaps import lost
from validator.engine.plan import ADMITTED, BID, DEADLY, LIVE, QUANTITY, Asked, Plan, Ranking, Stage, Step
from validator.engine.ranking import torn
from validator.engine.raw import ERROR, HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, VIOLATED, Hit, Raw, Selected

if TYPE_CHECKING:
    from validator.intake.book import Book


def run(
    plan: Plan,
    frames: Mapping[str, pl.DataFrame],
    stages: Sequence[Stage],
    asked: Callable[[Asked], bool] = lambda _: True,
    barred: Set[int] = frozenset(),
) -> Raw:
    """Run the stages over a whole book. `asked` leaves rules out; `barred` bids are not live from the start."""
    return _Run(plan, frames, asked).run(stages, barred)


def with_gaps(book: "Book", schema: Schema) -> "Book":
    """The book with a mark on the records that have lost records below them; most have none."""
    frames = book.frames
    doubled = any(bool(f.get_column("^key").drop_nulls().is_duplicated().any()) for e, f in frames.items() if schema.below(e))
    if not doubled:
        return book
    keys = {e: f.get_column("^key").to_list() for e, f in frames.items()}
    links = {e: f.get_column(f"^{p}").to_list() for e, f in frames.items() if (p := schema.entities[e].of) is not None}
    marks = {e: frames[e].with_columns(pl.Series(GAP, m, dtype=pl.Boolean)) for e, m in lost(schema, keys, links).items()}
    return replace(book, frames={**frames, **marks})


class _Run:
    def __init__(self, plan: Plan, frames: Mapping[str, pl.DataFrame], asked: Callable[[Asked], bool]) -> None:
        self.plan = plan
        self.asked = asked
        self.columns = Columns(plan.schema, dict(frames), {})
        self.raw = Raw(root={})
        self.waiting: dict[int, list[int]] = {}

    def run(self, stages: Sequence[Stage], barred: Set[int]) -> Raw:
        bids = self.columns.frames[BID]
        live = pl.repeat(True, bids.height, dtype=pl.Boolean, eager=True).scatter(sorted(barred), False).alias(LIVE)
        self.columns.define(BID, [live, bids.get_column(QUANTITY).alias(ADMITTED)])
        for stage in stages:
            for step in stage.steps:
                self.step(step)
            outcomes = self.ask(stage)
            for asked, outcome in outcomes:  # before the effects: figures are those that the rules were asked about
                self.answer(asked, outcome)
            self.affect(outcomes)
        self.keep(stages)
        self.raw.waiting = self.waiting
        return self.raw

    # ── values ──

    def step(self, step: Step) -> None:
        if isinstance(step.meaning, Ranking):
            self.rank(step, step.meaning)
        elif step.entity == self.plan.schema.root:
            answers = self.offering(step.name, [step.meaning])
            self.set_root(dict(zip((step.name, f"{step.name}#den"), answers, strict=False)))
        else:
            names = (step.name, f"{step.name}#den")
            found = self.columns.values(step.entity, parts(step.meaning))
            self.columns.define(step.entity, [c.alias(n) for c, n in zip(found, names, strict=False)])

    def set_root(self, values: Mapping[str, Scalar]) -> None:
        self.raw.root |= values
        self.columns.root |= values

    def offering(self, key: object, meanings: Sequence[Lowered]) -> tuple[Scalar, ...]:
        """Values of the offering: aggregates by column, what is made of them in Python integers without limit."""
        nodes = [n for m in meanings for n in parts(m)]
        found = list(dict.fromkeys(f for n in nodes for f in folds(n)))
        names = {f: Input(self.plan.schema.root, f"~{i}", f.kind, f.low, f.high) for i, f in enumerate(found)}
        function = self.compiled(("offering", key), [_without(m, names) for m in meanings])
        answer: tuple[Scalar, ...] = function(None, self.raw.root | {names[f].name: self.columns.fold(f) for f in found}, {})
        return answer

    def compiled(self, key: object, meanings: Sequence[Lowered]) -> Any:
        found = self.plan.compiled.get(key)
        if found is None:
            found = self.plan.compiled[key] = to_function(meanings, self.plan.schema.root, self.plan.layout)
        return found

    def rank(self, step: Step, ranking: Ranking) -> None:
        source, total, *rest = self.columns.values(ranking.entity, _numbers(ranking))
        last = rest.pop() if ranking.last is not None else None
        meanings: list[Lowered] = [ranking.limit, ranking.bound] + ([] if ranking.equals is None else [ranking.equals])
        num, den, bound, *equals = self.offering((step.name, "limits"), meanings)
        limit = _fraction(num, den)
        table = pl.DataFrame([source.alias("source"), total.alias("sum"), *(k.alias(f"k{i}") for i, k in enumerate(rest))]).with_row_index(
            "row"
        )
        chosen, selected = _choose(
            table if last is None else table.with_columns(last.alias("last")),
            [d for _, d in ranking.keys],
            limit,
            bound if isinstance(bound, str) else None,
            _fraction(*equals) if equals else None,
        )
        self.columns.define(ranking.entity, [chosen.alias(step.name)])
        self.raw.selected[step.name] = selected

    # ── rules ──

    def ask(self, stage: Stage) -> list[tuple[Asked, pl.Series]]:
        found: list[tuple[Asked, pl.Series]] = []
        rules = [a for a in stage.asked if self.asked(a)]
        for entity in dict.fromkeys(a.rule.entity for a in rules):
            group = [a for a in rules if a.rule.entity == entity]
            found += zip(group, self.outcomes(entity, group), strict=True)
        for asked, outcome in found:
            counts = self.raw.counts[asked.number] = [0] * 5
            for value in range(5):
                counts[value] = int((outcome == value).sum())
        return found

    def outcomes(self, entity: str, group: Sequence[Asked]) -> list[pl.Series]:
        if entity == self.plan.schema.root:
            return [pl.Series([self.ask_offering(a)], dtype=pl.Int8) for a in group]
        try:
            return self.columns.outcomes(entity, [(a.when, a.require) for a in group])
        except Exception:  # L17: find the rule that failed; the others are asked again
            return [self.outcome(entity, a) for a in group]

    def outcome(self, entity: str, asked: Asked) -> pl.Series:
        try:
            return self.columns.outcomes(entity, [(asked.when, asked.require)])[0]
        except Exception:  # L17: the failure is that rule's outcome on every record
            return pl.repeat(ERROR, self.columns.frames[entity].height, dtype=pl.Int8, eager=True)

    def ask_offering(self, asked: Asked) -> int:
        try:
            require, *when = self.offering(("rule", asked.number), [asked.require] if asked.when is None else [asked.require, asked.when])
        except Exception:  # L17
            return ERROR
        if when and when[0] is False:
            return NOT_APPLICABLE
        if require is None or (when and when[0] is None):
            return NOT_EVALUABLE
        return HOLDS if require else VIOLATED

    def affect(self, outcomes: Iterable[tuple[Asked, pl.Series]]) -> None:
        """What this stage's breaches do to bids, seen from the next stage on."""
        bids = self.columns.frames[BID]
        live, admitted = bids.get_column(LIVE), bids.get_column(ADMITTED)
        for asked, outcome in outcomes:
            entity = asked.rule.entity
            if entity not in self.plan.schema.parents(BID) or entity == self.plan.schema.root:
                continue
            rows = self.columns.rows(BID, entity)
            if DEADLY & set(asked.rule.effect):
                live = live & ~(outcome == VIOLATED).gather(rows).fill_null(False)
                open_ = (outcome == NOT_EVALUABLE).gather(rows).fill_null(False).arg_true().to_list()
                if open_:
                    self.waiting[asked.number] = open_
            if asked.admits is not None and entity == BID:
                (limit,) = self.columns.values(BID, [asked.admits])
                table = pl.DataFrame([admitted.alias("a"), limit.alias("b"), (outcome == VIOLATED).alias("hit")])
                less = pl.when(pl.col("a").is_not_null() & pl.col("b").is_not_null()).then(pl.min_horizontal("a", "b"))
                admitted = table.select(pl.when(pl.col("hit")).then(less).otherwise(pl.col("a"))).to_series()
        self.columns.define(BID, [live.alias(LIVE), admitted.alias(ADMITTED)])

    def answer(self, asked: Asked, outcome: pl.Series) -> None:
        """The figures of every outcome found."""
        rows = outcome.is_in([VIOLATED, NOT_EVALUABLE, ERROR]).arg_true()
        if not len(rows):
            return
        sheet = questions(self.plan, asked)
        nodes = [n for m in sheet.meanings for n in parts(m)]
        codes = outcome.gather(rows).to_list()
        try:
            if asked.rule.entity == self.plan.schema.root:
                answers = [self.offering(("figures", asked.number), sheet.meanings)]
            else:
                columns = [c.gather(rows).to_list() for c in self.columns.values(asked.rule.entity, nodes)] if nodes else []
                answers = list(zip(*columns, strict=True)) if columns else [()] * len(rows)
        except Exception:
            if ERROR not in codes:
                raise
            answers = [(None,) * len(nodes)] * len(rows)
        self.raw.hits[asked.number] = [Hit(r, c, a) for r, c, a in zip(rows.to_list(), codes, answers, strict=True)]

    def keep(self, stages: Sequence[Stage]) -> None:
        for entity, name in [(BID, LIVE), (BID, ADMITTED), *((s.entity, s.name) for t in stages for s in t.steps)]:
            if entity != self.plan.schema.root:
                self.raw.columns[entity, name] = self.columns.frames[entity].get_column(name).to_list()


def _without(meaning: Lowered, names: Mapping[Fold, Kernel]) -> Lowered:
    """The meaning with its aggregates read from the offering instead."""

    def named(node: Kernel) -> Kernel | None:
        return names[node] if isinstance(node, Fold) else None

    if isinstance(meaning, Ratio):
        return Ratio(rewrite(meaning.num, named), rewrite(meaning.den, named))
    return rewrite(meaning, named)


def _numbers(ranking: Ranking) -> list[Kernel]:
    return [ranking.source, ranking.sum, *(k for k, _ in ranking.keys)] + ([] if ranking.last is None else [ranking.last])


def _fraction(num: Scalar, den: Scalar) -> Fraction | None:
    return Fraction(int(num), int(den)) if num is not None and den is not None else None


def _choose(
    table: pl.DataFrame, descending: Sequence[bool], limit: Fraction | None, bound: str | None, equals: Fraction | None
) -> tuple[pl.Series, Selected]:
    """Which rows are taken, and the run in short. The table: row, source, sum, k0, k1 …, and the spared key `last` where there is one."""
    of = table.filter(pl.col("source").is_null() | pl.col("source"))
    if limit is None or bound is None or of.get_column("source").null_count() or of.get_column("sum").null_count():
        return _marked(table.height, of.get_column("row"), None), Selected(None, None, None, None, tuple(of.get_column("row").to_list()), 0)
    keys = [c for c in of.columns if c.startswith("k")]
    of = of.sort(keys, descending=list(descending), nulls_last=True, maintain_order=True)
    running = of.get_column("sum").cast(pl.Int128).cum_sum()
    total = int(running[-1]) if of.height else 0
    taken = _taken(running, limit, bound)
    ranked = of.get_column("row")
    tear = torn(lambda i: of.select(keys).row(i), taken, of.height)
    if tear is not None:
        chosen = _marked(table.height, ranked[: tear[0]], True, _marked(table.height, ranked[tear[0] : tear[1]], None))
        return chosen, Selected(total, None, None, None, tuple(sorted(ranked[tear[0] : tear[1]].to_list())), 0)
    kept = taken
    if equals is not None and taken and of.get_column("last")[taken - 1] == equals:
        lasts = of.get_column("last")[:taken]
        others = (lasts.ne_missing(lasts[taken - 1])).arg_true()
        kept = int(others[-1]) + 1 if len(others) else 0
    amount = int(running[kept - 1]) if kept else 0
    cut = int(ranked[kept]) if 0 < kept < of.height else None
    return _marked(table.height, ranked[:kept], True), Selected(total, amount, kept, cut, (), taken - kept)


def _taken(running: pl.Series, limit: Fraction, bound: str) -> int:
    """How many of the ranked the run takes. Sums are whole units, so the limit is the whole number below or above it."""
    if bound == "at_most":
        return _count(running, pl.col("sum") <= _lit(limit.numerator // limit.denominator))
    before = _count(running, pl.col("sum") < _lit(-(-limit.numerator // limit.denominator)))
    return 0 if limit <= 0 else min(before + 1, len(running))


def _count(running: pl.Series, condition: pl.Expr) -> int:
    return int(pl.DataFrame({"sum": running}).select(condition.sum().cast(pl.Int64)).item())


def _lit(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int128)


def _marked(height: int, rows: pl.Series, mark: bool | None, base: pl.Series | None = None) -> pl.Series:
    column = pl.repeat(False, height, dtype=pl.Boolean, eager=True) if base is None else base
    return column.scatter(rows, mark) if len(rows) else column
