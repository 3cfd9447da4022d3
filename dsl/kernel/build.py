"""Kernels -> a larger kernel, with bounds computed and constants folded. No other module computes bounds.

An operation on a constant that is missing is folded to a missing constant. `and`, `or` and `if` keep the parts that do not depend on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal, assert_never

from dsl.kernel.applied import APPLIED, Op
from dsl.kernel.nodes import (
    AddMonths,
    Apply,
    Arith,
    Choose,
    Compare,
    Const,
    Fold,
    Input,
    Kernel,
    Kind,
    Logic,
    Member,
    Not,
    Present,
    Scalar,
    bounds,
    kind,
)
from dsl.quantities import EPOCH
from dsl.trading_days import Table

MISSING_INT = Const(None, "int")
MISSING_FLAG = Const(None, "flag")
ONE, ZERO = Const(1, "int"), Const(0, "int")


def const(value: int) -> Const:
    return Const(value, "int")


def choose(condition: Kernel, a: Kernel, b: Kernel) -> Kernel:
    """`a` if the condition is true, `b` if it is false, missing if it is missing."""
    of = kind(b) if isinstance(a, Const) and a.value is None else kind(a)
    if isinstance(condition, Const):
        return Const(None, of) if condition.value is None else a if condition.value else b
    known = [bounds(x) for x in (a, b) if not (isinstance(x, Const) and x.value is None)] or [(0, 0)]
    return Choose(condition, a, b, of, min(k[0] for k in known), max(k[1] for k in known))


def only(condition: Kernel, value: Kernel) -> Kernel:
    """`value` if the condition is true, else missing."""
    return choose(condition, value, Const(None, kind(value)))


def add(a: Kernel, b: Kernel) -> Kernel:
    return arith("+", a, b)


def mul(a: Kernel, b: Kernel) -> Kernel:
    return arith("*", a, b)


def arith(op: Literal["+", "-", "*", "//", "%"], a: Kernel, b: Kernel) -> Kernel:
    """An operation on integers with its bounds; a constant if both sides are."""
    (la, ha), (lb, hb) = bounds(a), bounds(b)
    ca, cb = isinstance(a, Const), isinstance(b, Const)
    if (isinstance(a, Const) and a.value is None) or (isinstance(b, Const) and b.value is None):
        return MISSING_INT
    neutral = 0 if op in "+-" else 1
    if cb and lb == neutral and op != "%":
        return a
    if ca and la == neutral and op in "+*":
        return b
    match op:
        case "+":
            low, high = la + lb, ha + hb
        case "-":
            low, high = la - hb, ha - lb
        case "*":
            corners = (la * lb, la * hb, ha * lb, ha * hb)
            low, high = min(corners), max(corners)
        case "//":
            d, e = max(1, lb), max(1, hb)
            corners = (la // d, la // e, ha // d, ha // e)
            low, high = min(corners), max(corners)
        case "%":
            if ca and cb:
                return const(la % lb) if lb > 0 else MISSING_INT
            low, high = 0, max(0, hb - 1)
    if ca and cb:
        return const(low)
    return Arith(op, a, b, low, high)


def compare(op: str, a: Kernel, b: Kernel) -> Kernel:
    """A comparison; a constant if both sides are."""
    if isinstance(a, Const) and isinstance(b, Const):
        if a.value is None or b.value is None:
            return MISSING_FLAG
        x, y = a.value, b.value
        answers: dict[str, bool] = {"=": x == y, "!=": x != y}
        if isinstance(x, int) and isinstance(y, int):
            answers |= {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}
        if op in answers:  # ordering texts is left to the evaluators: only this rule fails there
            return Const(answers[op], "flag")
    if (isinstance(a, Const) and a.value is None) or (isinstance(b, Const) and b.value is None):
        return MISSING_FLAG
    return Compare(op, a, b)  # type: ignore[arg-type]


def moved(day: Kernel, months: int, low: int, high: int) -> Kernel:
    if not isinstance(day, Const):
        return AddMonths(day, months, low, high)
    return MISSING_INT if day.value is None else const(add_months(int(day.value), months))


def add_months(day: int, months: int) -> int:
    """A day (since 1970-01-01) moved by whole months, clipped to the last day of the month."""
    at = date.fromordinal(day + EPOCH)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    first = date(year, month + 1, 1).toordinal()
    last = date(year + (month == 11), (month + 1) % 12 + 1, 1).toordinal() - 1
    return min(first + at.day - 1, last) - EPOCH


def apply(op: Op, a: Kernel, of: Kind, extra: str | Table | None, low: int, high: int) -> Kernel:
    """The operation `op` on a value; a constant if the value is one."""
    if not isinstance(a, Const):
        return Apply(op, a, of, extra, low, high)
    return Const(None if a.value is None else APPLIED[op](a.value, extra), of)


def member(a: Kernel, values: tuple[int | str, ...]) -> Kernel:
    """A text among texts, or an integer among integers."""
    if isinstance(a, Const):
        return Const(None if a.value is None else a.value in values, "flag")
    return Member(a, values)


def negation(a: Kernel) -> Kernel:
    if isinstance(a, Const):
        return Const(None if a.value is None else not a.value, "flag")
    return a.operand if isinstance(a, Not) else Not(a)


def present(a: Kernel) -> Kernel:
    """Whether `a` is not missing."""
    return Const(a.value is not None, "flag") if isinstance(a, Const) else Present(a)


def conjunction(parts: list[Kernel]) -> Kernel:
    return _logic("and", parts, False)


def disjunction(parts: list[Kernel]) -> Kernel:
    return _logic("or", parts, True)


def _logic(op: Literal["and", "or"], parts: list[Kernel], decides: bool) -> Kernel:
    flat = [x for p in parts for x in (p.operands if isinstance(p, Logic) and p.op == op else (p,))]
    if any(isinstance(p, Const) and p.value is decides for p in flat):
        return Const(decides, "flag")
    rest = [p for p in flat if not (isinstance(p, Const) and p.value is (not decides))]
    unknown = [p for p in rest if isinstance(p, Const)]
    rest = [p for p in rest if not isinstance(p, Const)] + unknown[:1]
    if not rest:
        return Const(not decides, "flag")
    return rest[0] if len(rest) == 1 else Logic(op, tuple(rest))


def bind(node: Kernel, root: str, values: Mapping[str, Scalar]) -> Kernel:
    """The same kernel with its inputs from the offering (`root`) replaced by `values` and folded. Bounds follow from the values."""
    return folded(node, lambda read: Const(values.get(read.name), read.kind) if read.entity == root else read)


def folded(node: Kernel, reading: Callable[[Input], Kernel]) -> Kernel:
    """The same kernel with each input replaced by `reading(input)`, inside aggregates too, and constants folded."""

    def again(part: Kernel) -> Kernel:
        return folded(part, reading)

    match node:
        case Input():
            return reading(node)
        case Const():
            return node
        case Arith(op=op, left=a, right=b):
            return arith(op, again(a), again(b))
        case Compare(op=op, left=a, right=b):
            return compare(op, again(a), again(b))
        case Logic(op=op, operands=operands):
            bound = [again(o) for o in operands]
            return conjunction(bound) if op == "and" else disjunction(bound)
        case Not(operand=a):
            return negation(again(a))
        case Choose(condition=a, then=b, other=c):
            return choose(again(a), again(b), again(c))
        case Present(operand=a):
            return present(again(a))
        case Member(operand=a, values=among):
            return member(again(a), among)
        case AddMonths(operand=a, months=months, low=low, high=high):
            return moved(again(a), months, low, high)
        case Apply(op=op, operand=a, kind=of, extra=extra, low=low, high=high):
            return apply(op, again(a), of, extra, low, high)
        case Fold(value=value, where=where, keys=keys):
            return replace(
                node,
                value=None if value is None else again(value),
                where=None if where is None else again(where),
                keys=tuple((again(a), again(b)) for a, b in keys),
            )
        case _:
            assert_never(node)
