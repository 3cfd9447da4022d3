"""A rule + what is not supplied -> on which records it cannot be decided for want of that: there this is said once for the rule.

On the others the rule is decided, or a cell of theirs is missing, and that is a finding however much else is not supplied. Take a rule
`kind = 公募基金 or (seal = 公章 and valuation_seal = 公章)` in a book without the column `valuation_seal`. Of a public fund it is decided.
Of a fund with a seal it could be decided if the column were there: that is said once. Of a fund whose own cell `seal` is empty it could
not be decided even then: that is a finding, and it names `seal` alone.
"""

from collections.abc import Callable, Iterable

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
    kind,
)
from validator.plan.model import Asked

NO, YES = Const(False, "flag"), Const(True, "flag")

Lost = Callable[[Kernel], Kernel]
"""A flag: whether a node rests on a column or table that is not supplied. Constant for given columns, else read from the offering."""


def lacks(asked: Asked, lost: Lost) -> Kernel:
    """Whether the rule could be decided on a record if what is not supplied were given: it is then open for want of that. Never missing."""
    could = _Could(lost)
    holds, breaks = could.be(asked.require)
    decided = disjunction([holds, breaks])
    if asked.when is None:
        return decided
    asks, idle = could.be(asked.when)
    return disjunction([idle, conjunction([asks, decided])])


class _Could:
    def __init__(self, lost: Lost) -> None:
        self.lost = lost

    def rests(self, node: Kernel) -> Kernel:
        """Whether a node rests on what is not supplied, or on a constant that is missing: what the offering does not state."""
        return YES if _missing(node) else self.lost(node)

    def be(self, node: Kernel) -> tuple[Kernel, Kernel]:
        """Whether a flag could be 是 and whether it could be 否, its parts taken each for itself."""
        rests = self.rests(node)
        if rests == NO:
            known = present(node)
            return conjunction([known, node]), conjunction([known, negation(node)])
        there: Kernel
        match node:
            case Logic(op=op, operands=operands):
                each = [self.be(o) for o in operands]
                yeses, noes = [y for y, _ in each], [n for _, n in each]
                return (conjunction(yeses), disjunction(noes)) if op == "and" else (disjunction(yeses), conjunction(noes))
            case Not(operand=a):
                yes, no = self.be(a)
                return no, yes
            case Choose(condition=a, then=b, other=c) if kind(node) == "flag":
                (asks, not_), (b_yes, b_no), (c_yes, c_no) = (self.be(x) for x in (a, b, c))
                return _either(asks, b_yes, not_, c_yes), _either(asks, b_no, not_, c_no)
            case Present():
                there = YES
            case _:
                there = self.be_there(node)
        if rests == YES:
            return there, there
        given = conjunction([negation(rests), present(node)])
        open_ = conjunction([rests, there])
        return disjunction([open_, conjunction([given, node])]), disjunction([open_, conjunction([given, negation(node)])])

    def be_there(self, node: Kernel) -> Kernel:
        """Whether anything but a flag could be known, or a flag that compares such."""
        rests = self.rests(node)
        if rests == NO:
            return present(node)
        match node:
            case Arith(left=a, right=b) | Compare(left=a, right=b):
                return self.all_there((a, b))
            case Member(operand=a) | AddMonths(operand=a) | Apply(operand=a):
                return self.be_there(a)
            case Choose(condition=a, then=b, other=c):
                asks, idle = self.be(a)
                return _either(asks, self.be_there(b), idle, self.be_there(c))
            case Fold() | Input() | Const() | Present() | Logic() | Not():
                return YES if rests == YES else disjunction([rests, present(node)])

    def all_there(self, nodes: Iterable[Kernel]) -> Kernel:
        return conjunction([self.be_there(n) for n in nodes])


def _either(first: Kernel, a: Kernel, second: Kernel, b: Kernel) -> Kernel:
    return disjunction([conjunction([first, a]), conjunction([second, b])])


def _missing(node: Kernel) -> bool:
    return (isinstance(node, Const) and node.value is None) or any(map(_missing, children(node)))
