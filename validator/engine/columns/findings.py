"""Flags of rules -> the count of each outcome, and the findings with their figures.

Most rules have few findings. The figures of these are computed for all rules of an entity together; a rule with many goes alone.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import polars as pl

from dsl.kernel.nodes import Kernel, Scalar
from dsl.kernel.ratio import parts
from dsl.outcomes import ERROR, NOT_EVALUABLE, VIOLATED
from dsl.to_polars import Columns, Flags
from validator.engine.result import Hit
from validator.plan.model import Asked, alike

FEW = 1_000
"""A rule with at most this many findings is computed together with others."""

Answers = Iterable[tuple[Scalar, ...]]


class Outcomes:
    """A rule's outcomes on every record of its table. `flags` is None if the rule failed: an error on all records."""

    def __init__(self, asked: Asked, flags: Flags | None, height: int) -> None:
        self.asked, self.height = asked, height
        self.counts: tuple[int, ...] = alike(ERROR, height) if flags is None else (*flags.counts(), 0)
        self.violated = flags.violated() if flags is not None and self.counts[VIOLATED] else None
        self.unknown = flags.unknown() if flags is not None and self.counts[NOT_EVALUABLE] else None

    def fail(self) -> None:
        """A rule whose figures fail ends in an error on every record (L17)."""
        self.counts, self.violated, self.unknown = alike(ERROR, self.height), None, None


class Places(NamedTuple):
    """Rows in ascending order, and the outcome on each."""

    rows: Sequence[int]
    outcomes: Sequence[int]


def findings(columns: Columns, entity: str, found: Sequence[Outcomes]) -> dict[int, list[Hit]]:
    """The findings of rules of one entity, by rule number. A rule whose figures fail ends in an error."""
    places = {o.asked.number: p for o, p in zip(found, _places(found), strict=True) if p.rows}
    rules = {o.asked.number: o for o in found}
    nodes = {n: [k for m in rules[n].asked.sheet.meanings for k in parts(m)] for n in places}
    alone = [n for n, p in places.items() if len(p.rows) > FEW]
    together = [n for n in places if n not in alone]
    answers: dict[int, Answers] = {}
    try:
        answers |= _answers(columns, entity, {n: nodes[n] for n in together}, places)
    except Exception:  # L17: one rule failed, so each is computed alone
        alone += together
    for number in alone:
        try:
            answers |= _answers(columns, entity, {number: nodes[number]}, places)
        except Exception:
            rules[number].fail()
            places[number] = _place(rules[number], (), ())
            answers[number] = repeat((None,) * len(nodes[number]), len(places[number].rows))
    return {n: list(map(Hit, p.rows, p.outcomes, answers[n])) for n, p in places.items()}


def _places(found: Sequence[Outcomes]) -> list[Places]:
    masks = [m for o in found for m in (o.violated, o.unknown) if m is not None]
    frame = pl.DataFrame([m.alias(str(i)) for i, m in enumerate(masks)])
    listed = iter(frame.select(pl.all().arg_true().implode()).row(0) if masks else ())
    return [_place(o, *(() if m is None else next(listed) for m in (o.violated, o.unknown))) for o in found]


def _place(outcomes: Outcomes, violated: Sequence[int], unknown: Sequence[int]) -> Places:
    """The rows of a rule's findings: every record if the rule failed."""
    if outcomes.counts[ERROR]:
        return Places(range(outcomes.height), [ERROR] * outcomes.height)
    if not violated or not unknown:
        return Places(violated or unknown, [VIOLATED if violated else NOT_EVALUABLE] * (len(violated) or len(unknown)))
    both = sorted([*((r, VIOLATED) for r in violated), *((r, NOT_EVALUABLE) for r in unknown)])
    return Places([r for r, _ in both], [o for _, o in both])


def _answers(columns: Columns, entity: str, nodes: dict[int, list[Kernel]], places: dict[int, Places]) -> dict[int, Answers]:
    """Per rule number: the answers to the rule's questions, for each of its rows."""
    rows = sorted({row for number in nodes for row in places[number].rows})
    at = {row: i for i, row in enumerate(rows)}
    every = [n for number in nodes for n in nodes[number]]
    found = iter([c.to_list() for c in columns.values(entity, every, pl.Series(rows, dtype=pl.Int64))] if every else ())
    answers: dict[int, Answers] = {}
    for number, asked in nodes.items():
        own = [next(found) for _ in asked]
        if len(places[number].rows) < len(rows):
            taken = [at[row] for row in places[number].rows]
            own = [[column[i] for i in taken] for column in own]
        answers[number] = zip(*own, strict=True) if own else repeat((), len(places[number].rows))
    return answers
