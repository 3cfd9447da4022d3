"""Plan + records -> raw run, record by record with generated Python.

Columns (validator/engine/columns.py) must give the same for the same records: a book within 50,000 bids is run through both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

from dsl.kernel import Scalar
from dsl.lower import Lowered
from dsl.to_python import Ask, Assign, Record, Root, parts, to_function, to_python
from validator.engine.figures import questions
from validator.engine.plan import ADMITTED, BID, DEADLY, LIVE, QUANTITY, Asked, Plan, Ranking, Stage, Step
from validator.engine.ranking import run_length, torn
from validator.engine.raw import ERROR, HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, VIOLATED, Hit, Raw, Selected

Tables = Mapping[str, list[Record]]


def run(
    plan: Plan,
    tables: Tables,
    stages: Sequence[Stage],
    asked: Callable[[Asked], bool] = lambda _: True,
    root: Root | None = None,
    barred: Set[int] = frozenset(),
) -> Raw:
    """Run the stages over all records. `asked` leaves rules out; `barred` bids are not live from the start.

    `root` holds the offering's fields where the plan does not.
    """
    return _Run(plan, tables, asked, root).run(stages, barred)


class _Run:
    def __init__(self, plan: Plan, tables: Tables, asked: Callable[[Asked], bool], root: Root | None) -> None:
        self.plan = plan
        self.tables = tables
        self.asked = asked
        self.root: Root = dict(root or {})
        self.raw = Raw(root=self.root)
        self.slots = plan.layout.slots
        self.waiting: dict[int, list[int]] = {}

    def run(self, stages: Sequence[Stage], barred: Set[int]) -> Raw:
        bid = self.slots[BID]
        for i, record in enumerate(self.tables[BID]):
            record[bid[LIVE]], record[bid[ADMITTED]] = i not in barred, record[bid[QUANTITY]]
        for stage in stages:
            for step in stage.steps:
                self.step(stage, step)
            found = self.ask(stage)
            self.answer(found)  # before the effects: figures are those that the rules were asked about
            self.affect(found)
        self.keep(stages)
        self.raw.waiting = self.waiting
        return self.raw

    # ── values ──

    def step(self, stage: Stage, step: Step) -> None:
        if isinstance(step.meaning, Ranking):
            self.rank(step, step.meaning)
        elif step.entity == self.plan.schema.root:
            function = self.function(step.name, [step.meaning], step.entity)
            self.root |= zip((step.name, f"{step.name}#den"), function(None, self.root, self.tables), strict=False)
        else:
            program = self.compiled(
                ("value", step.name), lambda m: to_python([Assign(step.entity, step.name, m)], self.plan.layout), step.meaning
            )
            program(self.tables, self.root, [], [])

    def rank(self, step: Step, ranking: Ranking) -> None:
        numbers: list[Lowered] = [ranking.source, ranking.sum, *(k for k, _ in ranking.keys)]
        numbers += [] if ranking.last is None else [ranking.last]
        function = self.function((step.name, "keys"), numbers, ranking.entity)
        records = self.tables[ranking.entity]
        answers = [function(r, self.root, self.tables) for r in records]
        limit, bound, equals = self.limits(step.name, ranking)
        chosen, selected = _choose(answers, [d for _, d in ranking.keys], ranking.last is not None, limit, bound, equals)
        slot = self.slots[ranking.entity][step.name]
        for record, taken in zip(records, chosen, strict=True):
            record[slot] = taken
        self.raw.selected[step.name] = selected

    def limits(self, name: str, ranking: Ranking) -> tuple[Fraction | None, str | None, Fraction | None]:
        meanings: list[Lowered] = [ranking.limit, ranking.bound] + ([] if ranking.equals is None else [ranking.equals])
        num, den, bound, *rest = self.function((name, "limits"), meanings, self.plan.schema.root)(None, self.root, self.tables)
        return _fraction(num, den), bound if isinstance(bound, str) else None, _fraction(*rest) if rest else None

    # ── rules ──

    def ask(self, stage: Stage) -> list[tuple[Asked, int, Record | None]]:
        """Outcomes that are neither holds nor not applicable; the counts go into the raw run."""
        rules = [a for a in stage.asked if self.asked(a)]
        by_number = {a.number: a for a in rules}
        below = [a for a in rules if a.rule.entity != self.plan.schema.root]
        key = ("stage", stage.name, tuple(a.number for a in below))
        steps = [Ask(i, a.rule.entity, a.when, a.require) for i, a in enumerate(below)]
        idle = [0] * len(below)
        out: list[tuple[int, Record, int]] = []
        if below:
            self.compiled(key, lambda s: to_python(s, self.plan.layout), steps)(self.tables, self.root, idle, out)
        found: list[tuple[Asked, int, Record | None]] = [(below[i], outcome, record) for i, record, outcome in out]
        for number, asked in by_number.items():
            self.raw.counts[number] = [0] * 5
            if asked.rule.entity == self.plan.schema.root:
                found += self.ask_offering(asked)
        for i, asked in enumerate(below):
            self.raw.counts[asked.number][NOT_APPLICABLE] = idle[i]
            self.raw.counts[asked.number][HOLDS] = len(self.tables[asked.rule.entity]) - idle[i]
        for asked, outcome, record in found:
            self.raw.counts[asked.number][outcome] += 1
            if record is not None:
                self.raw.counts[asked.number][HOLDS] -= 1
        return found

    def ask_offering(self, asked: Asked) -> list[tuple[Asked, int, Record | None]]:
        try:
            meanings: list[Lowered] = [asked.require] if asked.when is None else [asked.require, asked.when]
            require, *when = self.function(("rule", asked.number), meanings, self.plan.schema.root)(None, self.root, self.tables)
            outcome = _outcome(when[0] if when else True, require)
        except Exception:  # L17: a failure of one rule is that rule's outcome, and the run goes on
            outcome = ERROR
        if outcome in (HOLDS, NOT_APPLICABLE):
            self.raw.counts[asked.number][outcome] += 1
            return []
        return [(asked, outcome, None)]

    def affect(self, found: Iterable[tuple[Asked, int, Record | None]]) -> None:
        """What this stage's breaches do to bids, seen from the next stage on: all are found before one is done."""
        bid = self.slots[BID]
        rows = {id(r): i for i, r in enumerate(self.tables[BID])}
        dead: list[Record] = []
        limits: list[tuple[Record, Scalar]] = []
        for asked, outcome, record in found:
            if record is None or not self.touches(asked):
                continue
            bids = [record] if asked.rule.entity == BID else record[self.slots[asked.rule.entity][f"*{BID}"]]
            if bids and outcome == NOT_EVALUABLE and DEADLY & set(asked.rule.effect):
                self.waiting.setdefault(asked.number, []).extend(sorted(rows[id(b)] for b in bids))
            if outcome != VIOLATED:
                continue
            if DEADLY & set(asked.rule.effect):
                dead += bids
            if asked.admits is not None and asked.rule.entity == BID:
                (limit,) = self.function(("admits", asked.number), [asked.admits], BID)(record, self.root, self.tables)
                limits.append((record, limit))
        for b in dead:
            b[bid[LIVE]] = False
        for b, limit in limits:
            old = b[bid[ADMITTED]]
            b[bid[ADMITTED]] = None if limit is None or old is None else min(old, limit)
        for waiting in self.waiting.values():
            waiting.sort()

    def touches(self, asked: Asked) -> bool:
        return asked.rule.entity in self.plan.schema.parents(BID)

    def answer(self, found: Sequence[tuple[Asked, int, Record | None]]) -> None:
        """The figures of every outcome found."""
        rows: dict[str, dict[int, int]] = {}
        for asked, outcome, record in found:
            entity = asked.rule.entity
            if outcome == NOT_EVALUABLE and asked.number in self.plan.muted:
                continue
            if entity not in rows:
                rows[entity] = {id(r): i for i, r in enumerate(self.tables.get(entity, ()))}
            sheet = questions(self.plan, asked)
            try:
                answers = self.function(("figures", asked.number), sheet.meanings, entity)(record, self.root, self.tables)
            except Exception:
                if outcome != ERROR:
                    raise
                answers = (None,) * sum(len(parts(m)) for m in sheet.meanings)
            row = 0 if record is None else rows[entity][id(record)]
            self.raw.hits.setdefault(asked.number, []).append(Hit(row, outcome, answers))
        for hits in self.raw.hits.values():
            hits.sort(key=lambda h: h.row)

    def keep(self, stages: Sequence[Stage]) -> None:
        for entity, name in [(BID, LIVE), (BID, ADMITTED), *((s.entity, s.name) for t in stages for s in t.steps)]:
            if entity != self.plan.schema.root:
                slot = self.slots[entity][name]
                self.raw.columns[entity, name] = [r[slot] for r in self.tables[entity]]

    # ── compiled functions, kept with the plan ──

    def function(self, key: object, meanings: Sequence[Lowered], entity: str) -> Any:
        return self.compiled(("function", key), lambda m: to_function(m, entity, self.plan.layout), meanings)

    def compiled(self, key: object, make: Callable[[Any], Any], what: Any) -> Any:
        found = self.plan.compiled.get(key)
        if found is None:
            found = self.plan.compiled[key] = make(what)
        return found


def _outcome(when: Scalar, require: Scalar) -> int:
    if when is False:
        return NOT_APPLICABLE
    if when is None or require is None:
        return NOT_EVALUABLE
    return HOLDS if require else VIOLATED


def _fraction(num: Scalar, den: Scalar) -> Fraction | None:
    return Fraction(int(num), int(den)) if num is not None and den is not None else None


def _choose(
    answers: Sequence[Sequence[Scalar]],
    descending: Sequence[bool],
    spares: bool,
    limit: Fraction | None,
    bound: str | None,
    equals: Fraction | None,
) -> tuple[list[Scalar], Selected]:
    """Which records are taken, and the run in short. `answers`: source, sum, the keys, and the spared key where there is one."""
    of = [i for i, a in enumerate(answers) if a[0] is not False]
    chosen: list[Scalar] = [False] * len(answers)
    sums = [answers[i][1] for i in of]
    if limit is None or bound is None or any(answers[i][0] is None or answers[i][1] is None for i in of):
        for i in of:
            chosen[i] = None
        return chosen, Selected(None, None, None, None, tuple(of), 0)
    total = sum(int(s) for s in sums if s is not None)

    def keys(i: int) -> Sequence[Scalar]:
        return answers[of[i]][2 : 2 + len(descending)]

    def rank(i: int) -> tuple[tuple[bool, int], ...]:
        return tuple(
            (k is None, 0 if k is None else -int(k) if down else int(k)) for k, down in zip(answers[i][2:], descending, strict=False)
        )

    of.sort(key=rank)  # stable: the canonical order, by the entity's key, closes it
    running, at = [], 0
    for i in of:
        at += int(answers[i][1] or 0)
        running.append(at)
    taken = run_length(running, limit, bound)
    tear = torn(keys, taken, len(of))
    if tear is not None:
        for j, i in enumerate(of):
            chosen[i] = None if tear[0] <= j < tear[1] else j < tear[0]
        return chosen, Selected(total, None, None, None, tuple(sorted(of[tear[0] : tear[1]])), 0)
    spared = 0
    if spares and equals is not None and taken:
        last = answers[of[taken - 1]][-1]
        if last is not None and equals == last:
            while spared < taken and answers[of[taken - 1 - spared]][-1] == last:
                spared += 1
    kept = taken - spared
    for i in of[:kept]:
        chosen[i] = True
    cut = of[kept] if 0 < kept < len(of) else None
    return chosen, Selected(total, running[kept - 1] if kept else 0, kept, cut, (), spared)
