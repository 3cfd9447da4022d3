"""The nodes of a tree. The parser builds it with `Name`s. The checker replaces them with `Ref`s and `Word`s, converts literals to the
required type, and sets a type on every node.

Nodes are immutable. `span` and `type` take no part in equality.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal as Lit

from dsl.diagnostics import Span
from dsl.quantities import PLAIN, Dimension, Type
from dsl.schema import Field

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    type: Type | None = field(default=None, compare=False, repr=False)
    """The type of the node's value. INVARIANT: the checker sets it on every node except lists and periods, which have no type."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal number, e.g. `100万股`: `value` in base units, `unit` as written ("" for none, "%" for a percentage)."""

    value: Fraction
    unit: str = ""
    dim: Dimension = PLAIN


@dataclass(frozen=True, slots=True)
class Period(Node):
    """`3天` or `1个月`."""

    count: int
    kind: Lit["days", "months"]
    unit: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Text(Node):
    """`"text"`."""

    value: str


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """`是` / `否`, `true` / `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Date(Node):
    """`2026-02-11`, as days since 1970-01-01."""

    days: int


@dataclass(frozen=True, slots=True)
class Day(Node):
    """`T+2`, `I`: a trading day counted from a named day of the offering."""

    anchor: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class At(Node):
    """A day at a clock time, e.g. `I-1 12:00`; `clock` in milliseconds since midnight."""

    day: "Expr"
    clock: int


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as written, in one or two parts: `price`, `bids.price`, `investor.strategic`, `this.account`. Only in a parsed tree."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """A resolved name. `via` says how it is written, also by `to_text`: bare, `parent.name`, `bids.name` or `this.name`."""

    field: Field
    via: Lit["bare", "parent", "element", "this"] = "bare"


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A word of the list on the other side, e.g. `公章` in `asset_report_seal = 公章`."""

    value: str


@dataclass(frozen=True, slots=True)
class List(Node):
    """The right side of `in`."""

    items: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not x` or `-x`."""

    op: str
    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`+ - * /`, `in`, or `multiple` (`is a multiple of`)."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`a = b`, or a chain `a <= x <= b`: one operator fewer than operands. Operators: = != < <= > >=."""

    ops: tuple[str, ...]
    operands: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` / `or` over two or more operands."""

    op: Lit["and", "or"]
    operands: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then x else y`."""

    condition: "Expr"
    then: "Expr"
    other: "Expr"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`round_up(x, unit)`, `present(x)`, `least(x, y)` …: `function` is the canonical name in dsl.functions."""

    function: str
    args: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`sum(bids.quantity where live)`. `everywhere` is true for `all placees`. The checker sets `collection`, the entity of the elements.

    In a parsed tree the argument of `count(bids)` is the name of the collection. In a checked tree `count` has no argument.
    """

    function: str
    args: "tuple[Expr, ...]"
    where: "Expr | None" = None
    everywhere: bool = False
    collection: str = ""


Expr = Number | Period | Text | Flag | Date | Day | At | Name | Ref | Word | List | Unary | Binary | Compare | Logic | If | Call | Aggregate


def children(expr: Expr) -> "tuple[Expr, ...]":
    """The direct sub-expressions, in the order of the text."""
    match expr:
        case Number() | Period() | Text() | Flag() | Date() | Day() | Name() | Ref() | Word():
            return ()
        case At(day=day):
            return (day,)
        case List(items=items):
            return items
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Compare(operands=operands) | Logic(operands=operands):
            return operands
        case If(condition=condition, then=then, other=other):
            return (condition, then, other)
        case Call(args=args):
            return args
        case Aggregate(args=args, where=where):
            return args if where is None else (*args, where)
