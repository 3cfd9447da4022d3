"""A rule + the columns that nobody handed in -> on which records it cannot run for want of these: there that is said once for the rule.

On the others the rule is decided, or a cell of theirs is missing, and that is a finding however much else is lacking: of a public fund
without a seal nobody asks for the seal on a valuation table.
"""

from collections.abc import Iterable, Set

from dsl.kernel.build import conjunction, disjunction, negation, present
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
    Logic,
    Member,
    Not,
    Present,
    children,
    inputs,
    kind,
)
from validator.plan.model import Asked

Gone = Set[tuple[str, str]]
"""Columns that nobody handed in, and values that rest on them; what an offering does not state is a constant that is missing."""

YES = Const(True, "flag")


def lacks(asked: Asked, gone: Gone) -> Kernel:
    """Whether the rule could be decided on a record if what is gone were given: its outcome is then for want of that. Never missing."""
    holds, breaks = _could(asked.require, gone)
    decided = disjunction([holds, breaks])
    if asked.when is None:
        return decided
    asks, idle = _could(asked.when, gone)
    return disjunction([idle, conjunction([asks, decided])])


def _could(node: Kernel, gone: Gone) -> tuple[Kernel, Kernel]:
    """Whether a flag could be 是 and whether it could be 否, its parts taken each for itself."""
    if not _rests_on(node, gone):
        there = present(node)
        return conjunction([there, node]), conjunction([there, negation(node)])
    match node:
        case Logic(op=op, operands=operands):
            each = [_could(o, gone) for o in operands]
            yeses, noes = [y for y, _ in each], [n for _, n in each]
            return (conjunction(yeses), disjunction(noes)) if op == "and" else (disjunction(yeses), conjunction(noes))
        case Not(operand=a):
            yes, no = _could(a, gone)
            return no, yes
        case Choose(condition=a, then=b, other=c) if kind(node) == "flag":
            (asks, not_), (b_yes, b_no), (c_yes, c_no) = (_could(x, gone) for x in (a, b, c))
            return _either(asks, b_yes, not_, c_yes), _either(asks, b_no, not_, c_no)
        case Present():
            return YES, YES
        case _:
            there = _could_be_there(node, gone)
            return there, there


def _could_be_there(node: Kernel, gone: Gone) -> Kernel:
    """Whether anything but a flag could be known, or a flag that compares such."""
    if not _rests_on(node, gone):
        return present(node)
    match node:
        case Arith(left=a, right=b) | Compare(left=a, right=b):
            return _all_there((a, b), gone)
        case Member(operand=a) | AddMonths(operand=a) | Apply(operand=a):
            return _could_be_there(a, gone)
        case Choose(condition=a, then=b, other=c):
            asks, idle = _could(a, gone)
            return _either(asks, _could_be_there(b, gone), idle, _could_be_there(c, gone))
        case Fold() | Input() | Const() | Present() | Logic() | Not():
            return YES


def _all_there(nodes: Iterable[Kernel], gone: Gone) -> Kernel:
    return conjunction([_could_be_there(n, gone) for n in nodes])


def _either(first: Kernel, a: Kernel, second: Kernel, b: Kernel) -> Kernel:
    return disjunction([conjunction([first, a]), conjunction([second, b])])


def _rests_on(node: Kernel, gone: Gone) -> bool:
    return _missing(node) or any((i.entity, i.name.removesuffix("#den")) in gone for i in inputs(node))


def _missing(node: Kernel) -> bool:
    return (isinstance(node, Const) and node.value is None) or any(map(_missing, children(node)))
