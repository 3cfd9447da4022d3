"""Constant argument of a function -> its mistakes. The key is the `constant` of the argument's entry in dsl.functions."""

from collections.abc import Callable, Iterator, Mapping

from dsl.diagnostics import Span
from dsl.functions import Constant
from dsl.nodes import Expr, Number, Ref, Text, Unary
from dsl.patterns import mistakes
from dsl.quantities import MOST_STEPS

Mistake = tuple[str, str, Span, str | None]
"""Code, message, place, hint."""


def _unit(expr: Expr) -> Iterator[Mistake]:
    said = "the unit of rounding must be a positive constant"
    if not (isinstance(expr, Number) or (isinstance(expr, Ref) and expr.field.source == "term")):
        yield "not-constant", said, expr.span, "write a literal or a term of the offering"
    elif isinstance(expr, Number) and expr.value <= 0:
        yield "not-constant", said, expr.span, None


def _steps(expr: Expr) -> Iterator[Mistake]:
    number = expr.operand if isinstance(expr, Unary) and expr.op == "-" else expr
    if not isinstance(number, Number) or number.value.denominator != 1 or number.value > MOST_STEPS:
        said = f"the number of trading days must be a literal whole number from -{MOST_STEPS} to {MOST_STEPS}"
        yield "not-constant", said, expr.span, "e.g. `2`, `-1`, or `0` for the day itself"


def _pattern(expr: Expr) -> Iterator[Mistake]:
    if not isinstance(expr, Text):
        yield "not-constant", "a pattern must be a text in quotation marks", expr.span, 'e.g. `"[0-9]{6}"`'
        return
    opening = expr.span.start + 1
    for found in mistakes(expr.value):
        yield "bad-pattern", found.message, Span(opening + found.start, opening + found.end), found.hint


CONSTANTS: Mapping[Constant, Callable[[Expr], Iterator[Mistake]]] = {"unit": _unit, "steps": _steps, "pattern": _pattern}
