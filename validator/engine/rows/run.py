"""Plan + records -> result, record by record with generated Python.

Columns (validator/engine/columns/run.py) must give the same for the same records. A book of up to 50,000 bids is run through both.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from fractions import Fraction
from typing import Any, assert_never

from dsl.kernel.nodes import Const, Scalar
from dsl.kernel.ratio import parts
from dsl.outcomes import ERROR, HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, VIOLATED
from dsl.to_python import Record, Root, Tables
from validator.engine.result import Hit, Raw
from validator.engine.rows.ranking import choose
from validator.engine.rows.script import Effects, Pass, Question, Rank, Script, Settle, Start, script
from validator.plan.model import ADMITTED, BID, INVALIDATING, LIVE, QUANTITY, Asked, Plan, Stage, alike

Hits = list[tuple[Record | None, int]]
"""Records (None: the offering) and outcomes."""


def run(
    plan: Plan,
    tables: Tables,
    stages: Sequence[Stage],
    rules: Collection[int] | None = None,
    root: Root | None = None,
    barred: Set[int] = frozenset(),
) -> Raw:
    """Run the stages over all records. `rules`: check only these. `barred` bids are not live from the start.

    `root` holds the offering's fields where the plan does not.
    """
    return play(plan, script(plan, stages, rules=rules), tables, root=root, barred=barred)


def play(
    plan: Plan, what: Script, tables: Tables, *, start: Start | None = None, root: Root | None = None, barred: Set[int] = frozenset()
) -> Raw:
    """Like `run`, for a script that is already made. `start`: replaces `what.start`, where more is known before the run."""
    start = start or what.start
    if what.alone is None or not what.lean or barred or root:
        return _Run(plan, tables, what, start, root).run(barred)
    idle, out = passed = _pass(what.alone, tables, start.root)
    if out:
        return _Run(plan, tables, what, start, root, passed).run(barred)
    counts = start.counts(tables)  # the common case of a submission: no finding
    _count_idle(what.alone, idle, counts)
    return Raw(counts, {}, start.root, _untouched(plan, tables))


def _pass(part: Pass, tables: Tables, root: Root) -> tuple[list[int], list[tuple[int, Record, int]]]:
    """One pass over the records: to how many records each rule is not applicable, and (rule, record, outcome) for every finding."""
    idle = [0] * len(part.rules)
    out: list[tuple[int, Record, int]] = []
    part.program(tables, root, idle, out)
    return idle, out


def _count_idle(part: Pass, idle: Sequence[int], counts: dict[int, tuple[int, ...]]) -> None:
    """Move the records to which a rule is not applicable from holds, where `Start.counts` counts them."""
    for at, number in part.idle:
        if idle[at]:
            counts[number] = (counts[number][HOLDS] - idle[at], 0, idle[at], 0, 0)


def _untouched(plan: Plan, tables: Tables) -> dict[tuple[str, str], Sequence[Scalar]]:
    """`live` and `admitted_quantity` of all bids, where no rule had an effect."""
    quantity, bids = plan.layout.slots[BID][QUANTITY], tables[BID]
    return {(BID, LIVE): [True] * len(bids), (BID, ADMITTED): [r[quantity] for r in bids]}


class _Run:
    __slots__ = ("complete", "found", "late", "marked", "numbers", "passed", "plan", "raw", "root", "script", "slots", "tables")

    def __init__(self, plan: Plan, tables: Tables, what: Script, start: Start, root: Root | None, passed: Any = None) -> None:
        """`passed`: the result of the only pass, if it was run already."""
        self.passed = passed
        self.plan = plan
        self.tables = tables
        self.script = what
        self.root: Root = {**(root or {}), **start.root} if root or what.settles else start.root
        self.raw = Raw(start.counts(tables), root=self.root)
        self.slots = plan.layout.slots
        self.found: list[tuple[Asked, Hits]] = []
        self.numbers: dict[str, dict[int, int]] = {}
        self.late = what.late
        self.complete = start.complete
        self.marked = False

    def run(self, barred: Set[int]) -> Raw:
        lean = self.script.lean
        if self.script.marked or barred or not lean:
            self.mark(barred)
        for part in self.script.parts:
            match part:
                case Pass():
                    self.go(part)
                case Effects():
                    self.effects()
                case Settle(name=name, function=function):
                    self.root |= zip((name, f"{name}#den"), function(None, self.root, self.tables), strict=False)
                case Rank():
                    self.rank(part)
                case Question():
                    self.ask(part)
                case _:
                    assert_never(part)
        if self.marked:
            self.keep(((BID, LIVE), (BID, ADMITTED)) if lean else self.names())
        else:
            self.raw.columns = _untouched(self.plan, self.tables)
        return self.raw

    def mark(self, barred: Set[int]) -> None:
        """Set `live` and `admitted_quantity` to their first values. Skipped while nothing reads or changes them."""
        live, admitted, quantity = (self.slots[BID][name] for name in (LIVE, ADMITTED, QUANTITY))
        for record in self.tables[BID]:
            record[live], record[admitted] = True, record[quantity]
        for row in barred:
            self.tables[BID][row][live] = False
        self.marked = True

    # ── values and rules ──

    def rank(self, rank: Rank) -> None:
        records = self.tables[rank.ranking.entity]
        answers = rank.numbers(records, self.root, self.tables)
        num, den, bound, *rest = rank.limits(None, self.root, self.tables)
        chosen, selected = choose(
            answers,
            rank.ranking.descending,
            _fraction(num, den),
            bound if isinstance(bound, str) else None,
            _fraction(*rest) if rest else None,
        )
        slot = self.slots[rank.ranking.entity][rank.step.name]
        for record, taken in zip(records, chosen, strict=True):
            record[slot] = taken
        self.raw.selected[rank.step.name] = selected

    def go(self, part: Pass) -> None:
        """Run one pass over the records, and keep its counts and findings."""
        idle, out = self.passed or _pass(part, self.tables, self.root)
        counts = self.raw.counts
        _count_idle(part, idle, counts)
        if out:
            hits: list[Hits] = [[] for _ in part.rules]
            for rule, record, outcome in out:
                hits[rule].append((record, outcome))
            for asked, found in zip(part.rules, hits, strict=True):
                if found:
                    self.tell(asked, found)

    def ask(self, question: Question) -> None:
        try:
            require, *when = question.function(None, self.root, self.tables)
            outcome = _outcome(when[0] if when else True, require)
        except Exception:  # L17: a failing rule ends in an error, and the run goes on
            outcome = ERROR
        self.raw.counts[question.asked.number] = (0, 0, 1, 0, 0) if outcome == NOT_APPLICABLE else (1, 0, 0, 0, 0)
        if outcome not in (HOLDS, NOT_APPLICABLE):
            self.tell(question.asked, [(None, outcome)])

    def tell(self, asked: Asked, hits: Hits) -> None:
        counts = list(self.raw.counts[asked.number])
        for _, outcome in hits:
            counts[HOLDS] -= 1
            counts[outcome] += 1
        self.raw.counts[asked.number] = tuple(counts)
        self.found.append((asked, hits))

    # ── what was found ──

    def effects(self) -> None:
        """Compute the figures of what was found, then apply its effects: figures show the bids as the rules saw them."""
        if self.found:
            if not self.marked:
                self.mark(frozenset())
            if self.late is not None:
                self.late(self.tables, self.root, [], [])
                self.late = None
            if self.plan.muted:
                self.found = [(asked, self.unmuted(asked, hits)) for asked, hits in self.found]
            self.found = [(asked, self.answer(asked, hits)) for asked, hits in self.found]
            self.affect()
            self.found = []

    def unmuted(self, asked: Asked, hits: Hits) -> Hits:
        """The hits without the undecided records that are muted (see `Plan.muted`): they give no findings and leave no bid open."""
        muted = None if asked.number in self.complete else self.plan.muted.get(asked.number)
        open_ = [] if muted is None else [r for r, outcome in hits if outcome == NOT_EVALUABLE]
        if muted is None or not open_:
            return hits
        if isinstance(muted, Const):
            return [h for h in hits if h[1] != NOT_EVALUABLE or not muted.value]
        answers = self.answers("muted", asked, open_)
        silent = {id(r) for r, (flag,) in zip(open_, answers, strict=True) if flag}
        return [h for h in hits if h[1] != NOT_EVALUABLE or id(h[0]) not in silent]

    def answer(self, asked: Asked, hits: Hits) -> Hits:
        """Keep the figures of every hit of a rule. A rule whose figures fail ends in an error on all records (L17)."""
        if not hits:
            return hits
        try:
            answers = self.answers("figures", asked, [r for r, _ in hits])
        except Exception:
            records = [None] if asked.rule.entity == self.plan.schema.root else self.tables[asked.rule.entity]
            hits = [(r, ERROR) for r in records]
            self.raw.counts[asked.number] = alike(ERROR, len(hits))
            answers = [(None,) * sum(len(parts(m)) for m in asked.sheet.meanings)] * len(hits)
        rows = self.rows(asked.rule.entity)
        found = [Hit(rows[id(r)], outcome, a) for (r, outcome), a in zip(hits, answers, strict=True)]
        self.raw.hits[asked.number] = sorted(found, key=lambda h: h.row)
        return hits

    def affect(self) -> None:
        """Apply violations to `live` and `admitted_quantity`, as the next stages read them. All are read before any is applied."""
        live, admitted = self.slots[BID][LIVE], self.slots[BID][ADMITTED]
        invalid: list[Record] = []
        limits: list[tuple[Record, Scalar]] = []
        for asked, hits in self.found:
            if asked.rule.entity not in self.plan.schema.parents[BID] or asked.rule.entity == self.plan.schema.root:
                continue
            if INVALIDATING & set(asked.rule.effect):
                invalid += [b for record, outcome in hits if outcome == VIOLATED for b in self.bids(asked, record)]
                open_ = [b for record, outcome in hits if outcome == NOT_EVALUABLE for b in self.bids(asked, record)]
                if open_:
                    rows = self.rows(BID)
                    self.raw.waiting[asked.number] = sorted(rows[id(b)] for b in open_)
            if asked.admits is not None and asked.rule.entity == BID:
                over = [r for r, outcome in hits if outcome == VIOLATED and r is not None]
                limits += zip(over, (a for (a,) in self.answers("admits", asked, over)), strict=True)
        for record in invalid:
            record[live] = False
        for record, limit in limits:
            old = record[admitted]
            record[admitted] = None if limit is None or old is None else min(old, limit)

    def bids(self, asked: Asked, record: Record | None) -> Sequence[Record]:
        """The bids of a rule's record: the bid itself, or the bids below the record."""
        if record is None or asked.rule.entity == BID:
            return () if record is None else (record,)
        below: list[Record] = record[self.slots[asked.rule.entity][f"*{BID}"]]
        return below

    def rows(self, entity: str) -> dict[int, int]:
        """The row of each record, by the record's `id()`. The offering has row 0."""
        if entity not in self.numbers:
            self.numbers[entity] = {id(r): i for i, r in enumerate(self.tables.get(entity, (None,)))}
        return self.numbers[entity]

    def names(self) -> Iterable[tuple[str, str]]:
        """The entity and name of every value of records."""
        steps = (s for stage in self.script.stages for s in stage.steps)
        return ((BID, LIVE), (BID, ADMITTED), *((s.entity, s.name) for s in steps if s.entity != self.plan.schema.root))

    def keep(self, names: Iterable[tuple[str, str]]) -> None:
        for entity, name in names:
            slot = self.slots[entity][name]
            self.raw.columns[entity, name] = [r[slot] for r in self.tables[entity]]

    def answers(self, kind: str, asked: Asked, records: Sequence[Record | None]) -> list[tuple[Scalar, ...]]:
        """The answers to the questions of a kind, for each record."""
        function = self.script.answering.function(kind, asked)
        if asked.rule.entity == self.plan.schema.root:
            return [function(None, self.root, self.tables)]
        found: list[tuple[Scalar, ...]] = function(records, self.root, self.tables)
        return found


def _outcome(when: Scalar, require: Scalar) -> int:
    if when is False:
        return NOT_APPLICABLE
    if when is None or require is None:
        return NOT_EVALUABLE
    return HOLDS if require else VIOLATED


def _fraction(num: Scalar, den: Scalar) -> Fraction | None:
    return Fraction(int(num), int(den)) if num is not None and den is not None else None
