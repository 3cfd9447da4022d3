"""The kernel, the only tree that evaluators see: a dozen kinds of node over integers, flags and texts. No units, fractions or rule names.

Every node may be missing. Integers have proved bounds (`low`, `high`), from which an evaluator chooses 64 or 128 bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from dsl.kernel.applied import Op
from dsl.trading_days import Table

Kind = Literal["int", "flag", "text"]
Scalar = int | bool | str | None

INT64 = 2**63 - 1
INT128 = 2**127 - 1


@dataclass(frozen=True, slots=True)
class Const:
    """A constant; the value None is missing."""

    value: Scalar
    kind: Kind


@dataclass(frozen=True, slots=True)
class Input:
    """A field or value of the record itself or of one above it. `name` ends in `#den` for the denominator of a quotient."""

    entity: str
    name: str
    kind: Kind
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Arith:
    """`+ - *` on integers; `//` is the floor and `%` the remainder, both with a positive right side. Missing if a side is."""

    op: Literal["+", "-", "*", "//", "%"]
    left: "Kernel"
    right: "Kernel"
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Two integers, two flags or two texts (flags and texts only with = and !=). Missing if a side is."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: "Kernel"
    right: "Kernel"


@dataclass(frozen=True, slots=True)
class Logic:
    """SQL's three-valued `and` / `or`."""

    op: Literal["and", "or"]
    operands: "tuple[Kernel, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Three-valued `not`."""

    operand: "Kernel"


@dataclass(frozen=True, slots=True)
class Choose:
    """`then` if the condition is true, `other` if it is false, missing if it is missing. Only the chosen branch counts."""

    condition: "Kernel"
    then: "Kernel"
    other: "Kernel"
    kind: Kind
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Present:
    """Whether the operand is not missing. Never missing itself."""

    operand: "Kernel"


@dataclass(frozen=True, slots=True)
class Member:
    """A text among texts, or an integer among integers. Missing if the operand is."""

    operand: "Kernel"
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class AddMonths:
    """A day moved by whole months, clipped to the last day of the month."""

    operand: "Kernel"
    months: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Apply:
    """Operation `op` of dsl/kernel/applied.py with the constant `extra`. Missing if the operand is, or if `lookup` finds nothing."""

    op: Op
    operand: "Kernel"
    kind: Kind
    extra: str | Table | None = None
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Fold:
    """An aggregate over records of `element`: those below the record of `owner`, or, if `everywhere`, all that match its `keys`.

    `middle` is the sum of the middle two of the sorted values, or twice the middle one if their number is odd; the median is half of it.
    `value` is None for `count`. A missing `where` or value makes the aggregate missing, but one true decides `any`, one false `all`.
    `keys` are pairs (element's side, owner's side) that must be equal. Each side is evaluated on its own record.
    """

    function: Literal["count", "sum", "max", "min", "distinct", "any", "all", "middle"]
    element: str
    owner: str
    value: "Kernel | None"
    where: "Kernel | None"
    keys: "tuple[tuple[Kernel, Kernel], ...]"
    everywhere: bool
    kind: Kind
    low: int = 0
    high: int = 0


Kernel = Const | Input | Arith | Compare | Logic | Not | Choose | Present | Member | AddMonths | Apply | Fold


def bounds(node: Kernel) -> tuple[int, int]:
    """The proved bounds of an integer node; (0, 0) for flags, texts and missing constants."""
    match node:
        case Const(value=value):
            return (value, value) if isinstance(value, int) and not isinstance(value, bool) else (0, 0)
        case Input() | Arith() | Choose() | AddMonths() | Apply() | Fold():
            return node.low, node.high
        case Compare() | Logic() | Not() | Present() | Member():
            return 0, 0


def kind(node: Kernel) -> Kind:
    """Whether a node gives an integer, a flag or a text."""
    match node:
        case Const() | Input() | Choose() | Apply() | Fold():
            return node.kind
        case Arith() | AddMonths():
            return "int"
        case Compare() | Logic() | Not() | Present() | Member():
            return "flag"


def children(node: Kernel) -> "tuple[Kernel, ...]":
    """The direct parts of a node, also those of an aggregate."""
    match node:
        case Const() | Input():
            return ()
        case Arith(left=a, right=b) | Compare(left=a, right=b):
            return a, b
        case Logic(operands=operands):
            return operands
        case Not(operand=a) | Present(operand=a) | Member(operand=a) | AddMonths(operand=a) | Apply(operand=a):
            return (a,)
        case Choose(condition=a, then=b, other=c):
            return a, b, c
        case Fold(value=value, where=where, keys=keys):
            return (*(x for x in (value, where) if x is not None), *(k for pair in keys for k in pair))
        case _:
            assert_never(node)


def inputs(node: Kernel) -> frozenset[Input]:
    """Every input in a node, inside aggregates too."""
    return frozenset((node,)) if isinstance(node, Input) else frozenset[Input]().union(*map(inputs, children(node)))


def folds(node: Kernel) -> tuple[Fold, ...]:
    """Every aggregate in a node."""
    return (node,) if isinstance(node, Fold) else tuple(f for p in children(node) for f in folds(p))


def inputs_of(node: Kernel) -> list[Input]:
    """The inputs that a node reads from its own record or one above it, not those that its aggregates read from their elements."""
    if isinstance(node, Input):
        return [node]
    own = (k for _, k in node.keys) if isinstance(node, Fold) else children(node)
    return [i for p in own for i in inputs_of(p)]


def rewrite(node: Kernel, by: "Callable[[Kernel], Kernel | None]") -> Kernel:
    """The same kernel with each part replaced by `by(part)` unless that is None, from the outside in."""

    def again(part: Kernel) -> Kernel:
        return rewrite(part, by)

    other = by(node)
    if other is not None:
        return other
    match node:
        case Const() | Input():
            return node
        case Fold(value=value, where=where, keys=keys):
            value, where = (None if x is None else again(x) for x in (value, where))
            return replace(node, value=value, where=where, keys=tuple((again(a), again(b)) for a, b in keys))
        case Arith(left=a, right=b) | Compare(left=a, right=b):
            return replace(node, left=again(a), right=again(b))
        case Logic(operands=operands):
            return replace(node, operands=tuple(again(o) for o in operands))
        case Not(operand=a) | Present(operand=a) | Member(operand=a) | AddMonths(operand=a) | Apply(operand=a):
            return replace(node, operand=again(a))
        case Choose(condition=a, then=b, other=c):
            return replace(node, condition=again(a), then=again(b), other=again(c))
        case _:
            assert_never(node)
