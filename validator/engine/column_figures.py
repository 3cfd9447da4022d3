"""Flags of rules -> how often each outcome, and the findings with their figures.

Most rules are broken by a few records: these are looked up for all rules of an entity together. A rule with many goes alone.
"""

from collections.abc import Sequence

import polars as pl

from dsl.kernel import Kernel, Scalar
from dsl.ratio import parts
from dsl.to_polars import Columns, Flags
from validator.engine.figures import questions
from validator.engine.plan import Asked, Plan
from validator.engine.raw import ERROR, NOT_EVALUABLE, VIOLATED, Hit

FEW = 1_000
"""Findings of one rule that are looked up together with those of others."""

Answers = list[tuple[Scalar, ...]]


class Outcomes:
    """A rule's outcomes on every record of its table; without flags it failed, which is then its outcome on all of them."""

    def __init__(self, asked: Asked, flags: Flags | None, height: int) -> None:
        self.asked, self.height = asked, height
        self.counts = (0, 0, 0, 0, height) if flags is None else (*flags.counts(), 0)
        self.violated = flags.violated() if flags is not None and self.counts[VIOLATED] else None
        self.unknown = flags.unknown() if flags is not None and self.counts[NOT_EVALUABLE] else None


Places = list[tuple[int, int]]
"""Rows and their outcomes."""


def findings(plan: Plan, columns: Columns, entity: str, found: Sequence[Outcomes]) -> dict[int, list[Hit]]:
    """The findings of rules of one entity, by the rule's number."""
    places = {o.asked.number: p for o, p in zip(found, _places(plan, found), strict=True) if p}
    rules = {o.asked.number: o.asked for o in found}
    alone = [n for n, p in places.items() if len(p) > FEW]
    together = [n for n in places if n not in alone]
    answers: dict[int, Answers] = {}
    try:
        answers |= _answers(columns, entity, {n: _nodes(plan, rules[n]) for n in together}, places)
    except Exception:  # L17: one of them failed
        alone += together
    for number in alone:
        nodes = _nodes(plan, rules[number])
        try:
            answers |= _answers(columns, entity, {number: nodes}, places)
        except Exception:  # an outcome "error" may have no figures to show
            if all(outcome != ERROR for _, outcome in places[number]):
                raise
            answers[number] = [(None,) * len(nodes)] * len(places[number])
    return {n: [Hit(r, o, a) for (r, o), a in zip(p, answers[n], strict=True)] for n, p in places.items()}


def _places(plan: Plan, found: Sequence[Outcomes]) -> list[Places]:
    masks = [(o, outcome, mask) for o in found for outcome, mask in ((VIOLATED, o.violated), (NOT_EVALUABLE, o.unknown))]
    shown = [(o, x, m) for o, x, m in masks if m is not None]
    frame = pl.DataFrame([m.alias(str(i)) for i, (_, _, m) in enumerate(shown)])
    listed = frame.select(pl.all().arg_true().implode()).row(0) if shown else ()
    places: dict[int, Places] = {o.asked.number: [(r, ERROR) for r in range(o.height)] if o.counts[ERROR] else [] for o in found}
    for (o, outcome, _), rows in zip(shown, listed, strict=True):
        places[o.asked.number] += ((row, outcome) for row in rows)
    return [sorted(places[o.asked.number]) for o in found]


def _nodes(plan: Plan, asked: Asked) -> list[Kernel]:
    return [n for m in questions(plan, asked).meanings for n in parts(m)]


def _answers(columns: Columns, entity: str, nodes: dict[int, list[Kernel]], places: dict[int, Places]) -> dict[int, Answers]:
    """The answers to each rule's questions on each of its rows."""
    rows = sorted({row for number in nodes for row, _ in places[number]})
    at = {row: i for i, row in enumerate(rows)}
    every = [n for number in nodes for n in nodes[number]]
    found = iter([c.to_list() for c in columns.values(entity, every, pl.Series(rows, dtype=pl.Int64))] if every else ())
    answers: dict[int, Answers] = {}
    for number, asked in nodes.items():
        own = [next(found) for _ in asked]
        answers[number] = [tuple(column[at[row]] for column in own) for row, _ in places[number]]
    return answers
