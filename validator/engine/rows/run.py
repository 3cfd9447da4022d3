"""Plan + records -> raw run, record by record with generated Python.

Columns (validator/engine/columns/run.py) must give the same for the same records: a book within 50,000 bids is run through both.
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
    """Run the stages over all records. `rules`: ask only these; `barred` bids are not live from the start.

    `root` holds the offering's fields where the plan does not.
    """
    return play(plan, script(plan, stages, rules=rules), tables, root=root, barred=barred)


def play(
    plan: Plan, what: Script, tables: Tables, *, start: Start | None = None, root: Root | None = None, barred: Set[int] = frozenset()
) -> Raw:
    """As `run`, for a script that was made before. `start`: what is known before the run, if more than the script knows."""
    start = start or what.start
    if what.alone is None or not what.lean or barred or root:
        return _Run(plan, tables, what, start, root).run(barred)
    idle, out = passed = _pass(what.alone, tables, start.root)
    if out:
        return _Run(plan, tables, what, start, root, passed).run(barred)
    counts = start.counts(tables)  # nothing is found, as in most submissions
    _count_idle(what.alone, idle, counts)
    return Raw(counts, {}, start.root, _untouched(plan, tables))


def _pass(part: Pass, tables: Tables, root: Root) -> tuple[list[int], list[tuple[int, Record, int]]]:
    """One pass over the records: how often each rule does not apply, and what does not hold."""
    idle = [0] * len(part.rules)
    out: list[tuple[int, Record, int]] = []
    part.program(tables, root, idle, out)
    return idle, out


def _count_idle(part: Pass, idle: Sequence[int], counts: dict[int, tuple[int, ...]]) -> None:
    """Takes the records to which a rule does not apply from those on which it holds."""
    for at, number in part.idle:
        if idle[at]:
            counts[number] = (counts[number][HOLDS] - idle[at], 0, idle[at], 0, 0)


def _untouched(plan: Plan, tables: Tables) -> dict[tuple[str, str], Sequence[Scalar]]:
    """What became of bids where no effect was done."""
    quantity, bids = plan.layout.slots[BID][QUANTITY], tables[BID]
    return {(BID, LIVE): [True] * len(bids), (BID, ADMITTED): [r[quantity] for r in bids]}


class _Run:
    __slots__ = ("found", "late", "marked", "numbers", "passed", "plan", "raw", "root", "script", "slots", "tables")

    def __init__(self, plan: Plan, tables: Tables, what: Script, start: Start, root: Root | None, passed: Any = None) -> None:
        """`passed`: what the only pass gave, where it has been made."""
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
        """What effects will change, as it is before them: left out where nothing reads or changes it."""
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
        """One pass over the records: the counts, and what does not hold."""
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
        except Exception:  # L17: a failure of one rule is that rule's outcome, and the run goes on
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
        """Figures are those that the rules were asked about, so they come before the effects."""
        if self.found:
            if not self.marked:
                self.mark(frozenset())
            if self.late is not None:
                self.late(self.tables, self.root, [], [])
                self.late = None
            if self.plan.muted:
                self.found = [(asked, self.told(asked, hits)) for asked, hits in self.found]
            self.found = [(asked, self.answer(asked, hits)) for asked, hits in self.found]
            self.affect()
            self.found = []

    def told(self, asked: Asked, hits: Hits) -> Hits:
        """Without the records on which the rule lacks what nobody handed in: that is said once for the rule, and opens no bid."""
        lacks = self.plan.muted.get(asked.number)
        open_ = [] if lacks is None else [r for r, outcome in hits if outcome == NOT_EVALUABLE]
        if lacks is None or not open_:
            return hits
        if isinstance(lacks, Const):
            return [h for h in hits if h[1] != NOT_EVALUABLE or not lacks.value]
        answers = self.answers("lacks", asked, open_)
        silent = {id(r) for r, (lacking,) in zip(open_, answers, strict=True) if lacking}
        return [h for h in hits if h[1] != NOT_EVALUABLE or id(h[0]) not in silent]

    def answer(self, asked: Asked, hits: Hits) -> Hits:
        """Keeps the figures of every outcome found of a rule. A failure is that rule's outcome, on all records (L17)."""
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
        """What breaches do to bids, seen from the next stage on: all are found before one is done."""
        live, admitted = self.slots[BID][LIVE], self.slots[BID][ADMITTED]
        dead: list[Record] = []
        limits: list[tuple[Record, Scalar]] = []
        for asked, hits in self.found:
            if asked.rule.entity not in self.plan.schema.parents(BID) or asked.rule.entity == self.plan.schema.root:
                continue
            if INVALIDATING & set(asked.rule.effect):
                dead += [b for record, outcome in hits if outcome == VIOLATED for b in self.bids(asked, record)]
                open_ = [b for record, outcome in hits if outcome == NOT_EVALUABLE for b in self.bids(asked, record)]
                if open_:
                    rows = self.rows(BID)
                    self.raw.waiting[asked.number] = sorted(rows[id(b)] for b in open_)
            if asked.admits is not None and asked.rule.entity == BID:
                over = [r for r, outcome in hits if outcome == VIOLATED and r is not None]
                limits += zip(over, (a for (a,) in self.answers("admits", asked, over)), strict=True)
        for record in dead:
            record[live] = False
        for record, limit in limits:
            old = record[admitted]
            record[admitted] = None if limit is None or old is None else min(old, limit)

    def bids(self, asked: Asked, record: Record | None) -> Sequence[Record]:
        """The bids of a rule's record: itself, or those below it."""
        if record is None or asked.rule.entity == BID:
            return () if record is None else (record,)
        below: list[Record] = record[self.slots[asked.rule.entity][f"*{BID}"]]
        return below

    def rows(self, entity: str) -> dict[int, int]:
        """The row of each record by its identity; that of the offering is 0."""
        if entity not in self.numbers:
            self.numbers[entity] = {id(r): i for i, r in enumerate(self.tables.get(entity, (None,)))}
        return self.numbers[entity]

    def names(self) -> Iterable[tuple[str, str]]:
        """Every value of a record."""
        steps = (s for stage in self.script.stages for s in stage.steps)
        return ((BID, LIVE), (BID, ADMITTED), *((s.entity, s.name) for s in steps if s.entity != self.plan.schema.root))

    def keep(self, names: Iterable[tuple[str, str]]) -> None:
        for entity, name in names:
            slot = self.slots[entity][name]
            self.raw.columns[entity, name] = [r[slot] for r in self.tables[entity]]

    def answers(self, kind: str, asked: Asked, records: Sequence[Record | None]) -> list[tuple[Scalar, ...]]:
        """The answers for each record."""
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
