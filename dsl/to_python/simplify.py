"""Kernel -> the same with less to compute: constants multiplied out, remainders of multiples dropped.

Whatever is missing stays missing: no operand that is not a constant goes away. Bounds are not kept, for Python's integers need none.
Aggregates stay as they are: their answers are found by them.
"""

from math import gcd

from dsl.kernel.nodes import Arith, Choose, Compare, Const, Fold, Kernel, rewrite


def shorter(node: Kernel) -> Kernel:
    """The same value for every record."""
    return rewrite(node, _shorter)


def _shorter(node: Kernel) -> Kernel | None:
    match node:
        case Fold():
            return node
        case Compare(op=("=" | "!=") as op, left=Arith(op="%", left=number, right=Const(value=int(step))), right=Const(value=0)):
            return Compare(op, _remainder(number, step), Const(0, "int"))
        case Arith(op="*"):
            factor, rest = _factors(node)
            return None if factor == 1 else _times(shorter(rest), factor)
        case Arith(op=("+" | "-") as op, left=a, right=b):
            factor, rest = _factors(b)
            if factor < 0:
                return Arith("-" if op == "+" else "+", shorter(a), _times(shorter(rest), -factor), 0, 0)
    return None


def _factors(node: Kernel) -> tuple[int, Kernel]:
    """A constant factor and what it multiplies."""
    match node:
        case Arith(op="*", left=Const(value=int(factor)), right=rest) | Arith(op="*", left=rest, right=Const(value=int(factor))):
            more, rest = _factors(rest)
            return factor * more, rest
    return 1, node


def _times(node: Kernel, factor: int) -> Kernel:
    match node:
        case _ if factor == 1:
            return node
        case Const(value=int(value)):
            return Const(value * factor, "int")
        case Choose(condition=condition, then=(Const() | Choose()) as a, other=(Const() | Choose()) as b):
            return Choose(condition, _times(a, factor), _times(b, factor), "int")
    return Arith("*", node, Const(factor, "int"), 0, 0)


def _remainder(number: Kernel, step: int) -> Kernel:
    """What is 0 exactly where `number % step` is."""
    factor, rest = _factors(number)
    step //= gcd(factor, step)
    if isinstance(rest, Arith) and rest.op in ("+", "-") and isinstance(rest.right, Const) and not int(rest.right.value or 0) % step:
        rest = rest.left
    return Arith("%", shorter(rest), Const(step, "int"), 0, 0)
