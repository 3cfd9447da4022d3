"""A rule and a record -> its statements, each with its possible truth values.

Each side of `and` is a separate statement, and so is the condition of `all(…)` for each record. `if c then s else 是` makes no statement if
c is 否.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dsl.nodes import Aggregate, Compare, Expr, Flag, If, Logic
from validator.announcement.evaluate import Evaluator, Place, Trace
from validator.announcement.intervals import Answer, Interval, Truth, margin

Outcome = Literal["holds", "violated", "not_applicable", "not_evaluable", "error"]


@dataclass(frozen=True)
class Statement:
    """One statement: its truth (None if a figure is missing) and, for a comparison, its sides."""

    expr: Expr
    place: Place
    truth: Truth | None
    sides: tuple[Answer, ...]
    trace: Trace

    @property
    def outcome(self) -> Outcome:
        """The outcome of this statement alone."""
        if self.trace.twice:
            return "error"
        if self.truth is None:
            return "not_evaluable"
        return "holds" if self.truth.may_hold else "violated"

    @property
    def margin(self) -> Fraction | None:
        """The distance to the limit: 0 on the limit, negative if violated. None if this is not a comparison of numbers."""
        match self.expr, self.sides:
            case Compare(ops=(op,)), (Interval() as a, Interval() as b):
                return margin(op, a, b)
            case _:
                return None


def statements(evaluator: Evaluator, expr: Expr, at: Place) -> Iterator[Statement]:
    """The statements in an expression, in the order written."""
    match expr:
        case Flag(value=True):
            return
        case Logic(op="and", operands=operands):
            for operand in operands:
                yield from statements(evaluator, operand, at)
        case If(condition=condition, then=then, other=other):
            trace = evaluator.trace = Trace()
            truth = evaluator.condition(condition, at)
            if truth is None:
                yield Statement(expr, at, None, (), trace)
            else:
                yield from statements(evaluator, then if truth.may_hold else other, at)
        case Aggregate(function="all", args=(arg,)):
            evaluator.trace = Trace()
            for inner, wanted in list(evaluator.elements(expr, at)):
                if wanted is None:
                    yield Statement(expr, inner, None, (), evaluator.trace)
                else:
                    yield from statements(evaluator, arg, inner)
        case _:
            yield _statement(evaluator, expr, at)


def _statement(evaluator: Evaluator, expr: Expr, at: Place) -> Statement:
    trace = evaluator.trace = Trace()
    if not isinstance(expr, Compare):
        return Statement(expr, at, evaluator.truth(expr, at), (), trace)
    sides = tuple(evaluator.answer(o, at) for o in expr.operands)
    return Statement(expr, at, evaluator.compared(expr.ops, sides), sides, trace)


def outcome(found: Sequence[Statement]) -> Outcome:
    """The outcome of a rule: violated if one statement is, else not evaluable if one is undecided."""
    outcomes = {s.outcome for s in found}
    order: tuple[Outcome, ...] = ("error", "violated", "not_evaluable", "holds")
    return next((o for o in order if o in outcomes), "not_applicable")
