"""Kernel -> one line of Python that is true only where the node surely is: the fast way past records on which every rule holds.

INVARIANT: a line that is true proves its node true, and a `false` line proves it false. The other way round nothing is promised: where
something is missing a line may be false or raise, and whoever asks then looks closer. `None < 1` raises, `None == None` does not: hence
the guards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from dsl.kernel import AddMonths, Arith, Choose, Compare, Const, Fold, Input, Kernel, Logic, Member, Not, Present

MOST_PARTS = 120
"""A line of more parts is not worth its length; the number also bounds how deep its brackets nest."""

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class TooLong(Exception):
    """The line would have more than MOST_PARTS parts."""


@dataclass(slots=True)
class Surely:
    """One line. `atom` names the variable of an input or aggregate, or the literal of a constant; `constant` names any other value."""

    atom: Callable[[Kernel], str]
    constant: Callable[[object], str]
    parts: int = 0

    def true(self, node: Kernel) -> str:
        self._count()
        match node:
            case Const(value=value):
                return str(value is True)
            case Input() | Fold():
                return f"{self.atom(node)} is True"
            case Not(operand=operand):
                return self.false(operand)
            case Logic(op=op, operands=operands):
                return self._joined(op, [self.true(o) for o in operands])
            case Choose(condition=condition, then=a, other=b):
                return f"({self.true(a)} if {self.true(condition)} else {self.false(condition)} and {self.true(b)})"
            case Present(operand=operand):
                return f"{self.value(operand)} is not None"
            case Member(operand=operand, values=values):
                return f"{self.value(operand)} in {self.constant(frozenset(values))}"
            case Compare(op="=", left=a, right=b):
                return self._equal(a, b)
            case Compare(op="!=", left=a, right=b):
                return self._different(a, b)
            case Compare(op=op, left=a, right=b):
                return f"{self.value(a)} {op} {self.value(b)}"
            case Arith() | AddMonths():
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
                return f"({self.false(a)} if {self.true(condition)} else {self.false(condition)} and {self.false(b)})"
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
            case Arith() | AddMonths():
                return "False"
            case _:
                assert_never(node)

    def value(self, node: Kernel) -> str:
        """The node's value, in brackets where it needs them. Where the node is missing: None, or an exception."""
        self._count()
        match node:
            case Const() | Input() | Fold():
                return self.atom(node)
            case Arith(op=op, left=a, right=b):
                return f"({self.value(a)} {op} {self.value(b)})"
            case AddMonths(operand=operand, months=months):
                return f"months({self.value(operand)}, {months})"
            case Choose(condition=condition, then=a, other=b):
                return f"({self.value(a)} if {self.true(condition)} else {self.value(b)} if {self.false(condition)} else None)"
            case Compare(op=op, left=a, right=b) if op in _OPPOSITE:
                return f"({self.value(a)} {op} {self.value(b)})"
            case Compare() | Logic() | Not() | Member() | Present():
                return f"(True if {self.true(node)} else False if {self.false(node)} else None)"
            case _:
                assert_never(node)

    def _count(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooLong

    def _joined(self, op: str, parts: list[str]) -> str:
        return f"({f' {op} '.join(parts)})"

    def _equal(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"{self.value(a)} == {self.value(b)}" if b.value is not None else "False"
        return f"{self.value(a)} == {self.value(b)} is not None"

    def _different(self, a: Kernel, b: Kernel) -> str:
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const):
            return f"None is not {self.value(a)} != {self.value(b)}" if b.value is not None else "False"
        return f"None is not {self.value(a)} != {self.value(b)} is not None"
