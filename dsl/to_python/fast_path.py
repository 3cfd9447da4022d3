"""Kernel -> one line of Python that is true only if the kernel certainly is: the fast path for records on which every rule holds.

The exact code of a rule (dsl/to_python/emit.py) tests every operand for None. Most records violate no rule, so the program first
evaluates one condition without most of these tests. If it is true, every rule holds for the record. If it is false or raises, the rules are
checked one by one with the exact code. For `price >= 1元 and quantity is a multiple of 500股`, with v1 = price and v2 = quantity:

    fast    (v1 >= 10000 and not (v2 % 500))

    exact   v3 = None if v1 is None else v1 >= 10000
            v4 = None if v2 is None else v2 % 500
            v5 = None if v4 is None else v4 == 0
            v6 = False if v3 is False or v5 is False else None if v3 is None or v5 is None else True

INVARIANT: if a line of `true` is true, its node is true. If a line of `false` is true, its node is false. If something is missing, a line
may be false or raise. A line that does not raise is true exactly if its node is true (or, for `false`, false).

An order needs no guard, because `None < 1` raises. Equality needs one, because `None == None` does not raise: `a == b is not None`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from dsl.kernel.applied import APPLIED
from dsl.kernel.nodes import AddMonths, Apply, Arith, Choose, Compare, Const, Fold, Input, Kernel, Logic, Member, Not, Present

MOST_PARTS = 120
"""A longer line costs more than it saves. The number also limits how deep brackets nest."""

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class TooLong(Exception):
    """The line would have more than MOST_PARTS parts."""


def proves_present(node: Kernel) -> frozenset[Kernel]:
    """Inputs and aggregates that cannot be missing if the node's `true` line is true."""
    match node:
        case Input() | Fold() | Not(operand=Input() | Fold()) | Present(operand=Input() | Fold()):
            return _atoms(node if isinstance(node, Input | Fold) else node.operand)
        case Logic(op="and", operands=operands):
            return frozenset().union(*map(proves_present, operands))
        case Member(operand=operand) | Apply(kind="flag", operand=operand):
            return _atoms(operand)
        case Compare(left=left, right=right):
            return _atoms(left) | _atoms(right)
        case _:
            return frozenset()


def _atoms(node: Kernel) -> frozenset[Kernel]:
    """Inputs and aggregates that cannot be missing if the node is not."""
    match node:
        case Input() | Fold():
            return frozenset((node,))
        case Arith(left=left, right=right):
            return _atoms(left) | _atoms(right)
        case AddMonths(operand=operand) | Apply(operand=operand):
            return _atoms(operand)
        case _:
            return frozenset()


def false_is_proof(node: Kernel) -> bool:
    """Whether a `true` line that is false proves the node false, because a missing value makes it raise instead."""
    match node:
        case Present():
            return True
        case Compare(op=op):
            return op in _OPPOSITE
        case Not(operand=operand):
            return false_is_proof(operand)
        case Logic(operands=operands):
            return all(map(false_is_proof, operands))
        case _:
            return False


@dataclass(slots=True)
class FastPath:
    """Writes one line. `atom` gives the variable of an input or aggregate, or the literal of a constant. `constant` gives a name for any
    other value, `name` a new variable.
    """

    atom: Callable[[Kernel], str]
    constant: Callable[[object], str]
    name: Callable[[], str]
    present: frozenset[Kernel] = frozenset()
    """Inputs and aggregates that are known not to be missing when the line is reached."""
    parts: int = 0
    named: dict[Kernel, str] = field(default_factory=dict)
    """Variables of what was computed further left in the same `and`."""

    def true(self, node: Kernel) -> str:
        self._count()
        match node:
            case Const(value=value):
                return str(value is True)
            case Input() | Fold():
                return self.atom(node)
            case Not(operand=operand):
                return self.false(operand)
            case Logic(op="and", operands=operands):
                return self._joined("and", self._in_turn(operands))
            case Logic(op=op, operands=operands):
                return self._joined(op, [self.true(o) for o in operands])
            case Choose(condition=condition, then=a, other=b):
                return f"({self.true(a)} if {self.true(condition)} else {self._and(self.otherwise(condition), self.true(b))})"
            case Present(operand=Const(value=value)):
                return str(value is not None)
            case Present(operand=operand):
                return "True" if operand in self.present else f"{self.value(operand)} is not None"
            case Member(operand=operand, values=values):
                return f"{self.value(operand)} in {self.constant(frozenset(values))}"
            case Compare(op="=", left=Arith(op="%") as a, right=Const(value=0)):
                return f"not {self.value(a)}"
            case Compare(op="=", left=a, right=b):
                return self._equal(a, b)
            case Compare(op="!=", left=a, right=b):
                return self._different(a, b)
            case Compare(op=op, left=a, right=b):
                return f"{self.value(a)} {op} {self.value(b)}"
            case Apply(kind="flag"):
                return self._applied(node)
            case Arith() | AddMonths() | Apply():
                return "False"
            case _:
                assert_never(node)

    def false(self, node: Kernel) -> str:
        self._count()
        match node:
            case Const(value=value):
                return str(value is False)
            case Input() | Fold():
                return f"{self.atom(node)} is False"
            case Not(operand=operand):
                return self.true(operand)
            case Logic(op=op, operands=operands):
                return self._joined("or" if op == "and" else "and", [self.false(o) for o in operands])
            case Choose(condition=condition, then=a, other=b):
                return f"({self.false(a)} if {self.true(condition)} else {self._and(self.otherwise(condition), self.false(b))})"
            case Present(operand=Const(value=value)):
                return str(value is None)
            case Present(operand=operand):
                return f"{self.value(operand)} is None"
            case Member(operand=operand, values=values):
                return f"None is not {self.value(operand)} not in {self.constant(frozenset(values))}"
            case Compare(op="=", left=a, right=b):
                return self._different(a, b)
            case Compare(op="!=", left=a, right=b):
                return self._equal(a, b)
            case Compare(op=op, left=a, right=b):
                return f"{self.value(a)} {_OPPOSITE[op]} {self.value(b)}"
            case Apply(kind="flag"):
                return f"{self._applied(node)} is False"
            case Arith() | AddMonths() | Apply():
                return "False"
            case _:
                assert_never(node)

    def value(self, node: Kernel) -> str:
        """The node's value, in brackets if it needs them. If the node is missing, it is None or raises."""
        self._count()
        match node:
            case Const() | Input() | Fold():
                return self.atom(node)
            case Arith() if node in self.named:
                return self.named[node]
            case Arith(op=op, left=a, right=b):
                return f"({self.value(a)} {op} {self.value(b)})"
            case AddMonths(operand=operand, months=months):
                return f"months({self.value(operand)}, {months})"
            case Apply():
                return self._applied(node)
            case Choose(condition=condition, then=a, other=b):
                unless = self.otherwise(condition)
                other = self.value(b) if unless is None else f"{self.value(b)} if {unless} else None"
                return f"({self.value(a)} if {self.true(condition)} else {other})"
            case Compare(op=op, left=a, right=b) if op in _OPPOSITE:
                return f"({self.value(a)} {op} {self.value(b)})"
            case Compare() | Logic() | Not() | Member() | Present():
                return f"(True if {self.true(node)} else False if {self.false(node)} else None)"
            case _:
                assert_never(node)

    def otherwise(self, node: Kernel) -> str | None:
        """A line that proves the node false after its `true` line was false without raising; None if that is proof enough."""
        match node:
            case _ if false_is_proof(node):
                return None
            case Compare(op="=" | "!=", left=(Input() | Fold()) as a, right=Const(value=value)) if value is not None and a in self.present:
                return None
            case Member(operand=operand) if operand in self.present:
                return None
            case Compare(op="=" | "!=", left=(Input() | Fold()) as a, right=Const(value=value)) if value is not None:
                return f"{self.atom(a)} is not None"
            case Member(operand=(Input() | Fold()) as a):
                return f"{self.atom(a)} is not None"
            case _:
                return self.false(node)

    def _in_turn(self, operands: Sequence[Kernel]) -> list[str]:
        """Operands of `and`. Each runs only if those before it are true, so what they computed is known: repeated sides are kept."""
        before, present, sides = dict(self.named), self.present, Counter(s for o in operands for s in _sides(o))
        lines = []
        for operand in operands:
            if isinstance(operand, Compare) and any(sides[s] > 1 for s in _sides(operand)):
                left, right = (self._kept(s, sides[s] > 1) for s in (operand.left, operand.right))
                lines.append(f"{left} {operand.op} {right}")
            else:
                lines.append(self.true(operand))
            self.present |= proves_present(operand)
        self.named, self.present = before, present
        return lines

    def _kept(self, side: Kernel, again: bool) -> str:
        text = self.value(side)
        if not again or side in self.named:
            return text
        name = self.named[side] = self.name()
        return f"({name} := {text})"

    def _applied(self, node: Apply) -> str:
        """A call. It raises if the value is missing."""
        return f"{self.constant(APPLIED[node.op])}({self.value(node.operand)}, {self.constant(node.extra)})"

    def _and(self, first: str | None, second: str) -> str:
        return second if first is None else f"{first} and {second}"

    def _count(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooLong

    def _joined(self, op: str, parts: list[str]) -> str:
        kept = [p for p in parts if p != "True"] if op == "and" else parts
        return f"({f' {op} '.join(kept)})" if kept else "True"

    def _equal(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"{self.value(a)} == {self.value(b)}" if b.value is not None else "False"
        sure = a in self.present or b in self.present
        return f"{self.value(a)} == {self.value(b)}" if sure else f"{self.value(a)} == {self.value(b)} is not None"

    def _different(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"None is not {self.value(a)} != {self.value(b)}" if b.value is not None else "False"
        return f"None is not {self.value(a)} != {self.value(b)} is not None"


def _sides(node: Kernel) -> tuple[Kernel, ...]:
    """The sides that an order of two numbers computes before it compares them."""
    return tuple(s for s in (node.left, node.right) if isinstance(s, Arith)) if isinstance(node, Compare) and node.op in _OPPOSITE else ()
