"""Kernel -> kernel with the same value and less to compute: constants multiplied out, remainders of multiples dropped.

A missing value stays missing, because only constant operands are removed. Bounds are lost; Python's integers need none. Aggregates do not
change, because their answers are looked up by them.
"""

from math import gcd

from dsl.kernel.nodes import Arith, Choose, Compare, Const, Fold, Kernel, rewrite


def simplify(node: Kernel) -> Kernel:
    """A shorter kernel that has the same value for every record."""
    return rewrite(node, _simplified)


def _simplified(node: Kernel) -> Kernel | None:
    match node:
        case Fold():
            return node
        case Compare(op=("=" | "!=") as op, left=Arith(op="%", left=number, right=Const(value=int(step))), right=Const(value=0)):
            return Compare(op, _remainder(number, step), Const(0, "int"))
        case Arith(op="*"):
            factor, rest = _factors(node)
            return None if factor == 1 else _times(simplify(rest), factor)
        case Arith(op=("+" | "-") as op, left=a, right=b):
            factor, rest = _factors(b)
            if factor < 0:
                return Arith("-" if op == "+" else "+", simplify(a), _times(simplify(rest), -factor), 0, 0)
    return None


def _factors(node: Kernel) -> tuple[int, Kernel]:
    """A constant factor, and the rest that it multiplies."""
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
    """A shorter kernel that is 0 exactly if `number % step` is."""
    factor, rest = _factors(number)
    step //= gcd(factor, step)
    if isinstance(rest, Arith) and rest.op in ("+", "-") and isinstance(rest.right, Const) and not int(rest.right.value or 0) % step:
        rest = rest.left
    return Arith("%", simplify(rest), Const(step, "int"), 0, 0)
