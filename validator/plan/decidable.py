"""A rule + what is not supplied -> a flag per record: could the rule be decided if the columns and tables that are not supplied were given?

Where a rule is undecided and the flag is 是, the column is the reason. The report says this once for the rule and names no record. Where
the flag is 否, a cell of the record itself is missing. That is a finding, because supplying the column would not help.

Take `seal = 公章 or (seal = 无 and valued = reported)` in a book without the column `valued`:

    seal   reported   outcome     flag
    公章   any        holds       是     decided without the column
    无     1元        undecided   是     reported once for the rule
    无     missing    undecided   否     a finding that names `reported`
    missing  1元      undecided   否     a finding that names `seal`

"Could be decided" means: some value of the column would decide the rule. In `a > 5 and b > 5`, with `b` not supplied, the flag is 是 even
where the cell `a` is missing: a `b` of 5 would be a violation whatever `a` is. Parts are judged one by one, so a column that is read twice
may count as two different values.
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
"""Node -> a flag: whether the node rests on a column or table that is not supplied. `YES` or `NO` where the columns are known; else a flag
that is read from the offering at run time."""


def decidable(asked: Asked, lost: Lost) -> Kernel:
    """The flag of the module's docstring, as a kernel. It is never missing."""
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
        """Whether a node rests on something not supplied, or on a missing constant: a term that the offering does not state."""
        return YES if _missing(node) else self.lost(node)

    def be(self, node: Kernel) -> tuple[Kernel, Kernel]:
        """Whether a flag could be 是, and whether it could be 否. Its parts are judged one by one."""
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
        """Whether a node could have a value at all. For nodes that are no flags, and for flags that compare such nodes."""
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
