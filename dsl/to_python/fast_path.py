"""Kernel -> one line of Python that is true only where the node surely is: the fast way past records on which every rule holds.

INVARIANT: a line that is true proves its node true, and a `false` line proves it false. Where something is missing a line may be false or
raise, and whoever asks then looks closer; a line that does not raise says exactly whether its node is true (or false). `None < 1` raises,
`None == None` does not: hence the guards.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from dsl.kernel.applied import APPLIED
from dsl.kernel.nodes import AddMonths, Apply, Arith, Choose, Compare, Const, Fold, Input, Kernel, Logic, Member, Not, Present

MOST_PARTS = 120
"""A line of more parts is not worth its length; the number also bounds how deep its brackets nest."""

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class TooLong(Exception):
    """The line would have more than MOST_PARTS parts."""


def proved(node: Kernel) -> frozenset[Kernel]:
    """Inputs and aggregates that are there wherever the node's `true` line is true."""
    match node:
        case Input() | Fold() | Not(operand=Input() | Fold()) | Present(operand=Input() | Fold()):
            return _atoms(node if isinstance(node, Input | Fold) else node.operand)
        case Logic(op="and", operands=operands):
            return frozenset().union(*map(proved, operands))
        case Member(operand=operand) | Apply(kind="flag", operand=operand):
            return _atoms(operand)
        case Compare(left=left, right=right):
            return _atoms(left) | _atoms(right)
        case _:
            return frozenset()


def _atoms(node: Kernel) -> frozenset[Kernel]:
    """What must be there for the node to be."""
    match node:
        case Input() | Fold():
            return frozenset((node,))
        case Arith(left=left, right=right):
            return _atoms(left) | _atoms(right)
        case AddMonths(operand=operand) | Apply(operand=operand):
            return _atoms(operand)
        case _:
            return frozenset()


def decided(node: Kernel) -> bool:
    """Whether what is missing in the node makes its lines raise, so that a `true` line that is false proves it false."""
    match node:
        case Present():
            return True
        case Compare(op=op):
            return op in _OPPOSITE
        case Not(operand=operand):
            return decided(operand)
        case Logic(operands=operands):
            return all(map(decided, operands))
        case _:
            return False


@dataclass(slots=True)
class Surely:
    """One line. `atom` names the variable of an input or aggregate, or the literal of a constant; `constant` names any other value,
    `name` a new variable.
    """

    atom: Callable[[Kernel], str]
    constant: Callable[[object], str]
    name: Callable[[], str]
    there: frozenset[Kernel] = frozenset()
    """Inputs and aggregates that were proved to be there before the line is reached."""
    parts: int = 0
    named: dict[Kernel, str] = field(default_factory=dict)
    """What was computed further left in the same `and`."""

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
                return "True" if operand in self.there else f"{self.value(operand)} is not None"
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
        """The node's value, in brackets where it needs them. Where the node is missing: None, or an exception."""
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
        """A line that proves a node false whose `true` line was false and did not raise; None where that alone proves it."""
        match node:
            case _ if decided(node):
                return None
            case Compare(op="=" | "!=", left=(Input() | Fold()) as a, right=Const(value=value)) if value is not None and a in self.there:
                return None
            case Member(operand=operand) if operand in self.there:
                return None
            case Compare(op="=" | "!=", left=(Input() | Fold()) as a, right=Const(value=value)) if value is not None:
                return f"{self.atom(a)} is not None"
            case Member(operand=(Input() | Fold()) as a):
                return f"{self.atom(a)} is not None"
            case _:
                return self.false(node)

    def _in_turn(self, operands: Sequence[Kernel]) -> list[str]:
        """Each is asked only where those before it are true, for which both their sides were computed: what comes again is kept."""
        before, there, sides = dict(self.named), self.there, Counter(s for o in operands for s in _sides(o))
        lines = []
        for operand in operands:
            if isinstance(operand, Compare) and any(sides[s] > 1 for s in _sides(operand)):
                left, right = (self._kept(s, sides[s] > 1) for s in (operand.left, operand.right))
                lines.append(f"{left} {operand.op} {right}")
            else:
                lines.append(self.true(operand))
            self.there |= proved(operand)
        self.named, self.there = before, there
        return lines

    def _kept(self, side: Kernel, again: bool) -> str:
        text = self.value(side)
        if not again or side in self.named:
            return text
        name = self.named[side] = self.name()
        return f"({name} := {text})"

    def _applied(self, node: Apply) -> str:
        """A call: it raises where the value is missing."""
        return f"{self.constant(APPLIED[node.op])}({self.value(node.operand)}, {self.constant(node.extra)})"

    def _and(self, first: str | None, second: str) -> str:
        return second if first is None else f"{first} and {second}"

    def _count(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooLong

    def _joined(self, op: str, parts: list[str]) -> str:
        told = [p for p in parts if p != "True"] if op == "and" else parts
        return f"({f' {op} '.join(told)})" if told else "True"

    def _equal(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"{self.value(a)} == {self.value(b)}" if b.value is not None else "False"
        sure = a in self.there or b in self.there
        return f"{self.value(a)} == {self.value(b)}" if sure else f"{self.value(a)} == {self.value(b)} is not None"

    def _different(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"None is not {self.value(a)} != {self.value(b)}" if b.value is not None else "False"
        return f"None is not {self.value(a)} != {self.value(b)} is not None"


def _sides(node: Kernel) -> tuple[Kernel, ...]:
    """What an order of two numbers computes before it compares."""
    return tuple(s for s in (node.left, node.right) if isinstance(s, Arith)) if isinstance(node, Compare) and node.op in _OPPOSITE else ()
