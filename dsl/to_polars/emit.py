"""Kernel -> one Polars expression over columns that are named after its inputs and aggregates. No table is read here.

INVARIANT: a kernel has no input of the offering and no constant condition here, because `bind` replaced them. No constant is on the left
of an emitted comparison: if both sides have one value, Polars gives the result the length of the left side, and a constant has length 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, assert_never

import polars as pl

from dsl.kernel.build import bind
from dsl.kernel.nodes import (
    INT64,
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
    bounds,
    inputs,
    kind,
)
from dsl.to_polars.applied import APPLIED

_FLIPPED: Mapping[str, Literal["=", "!=", "<", "<=", ">", ">="]] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Emitted:
    """A kernel's expression and its type, and the inputs and aggregates whose columns it reads, by column name."""

    expr: pl.Expr
    dtype: pl.DataType
    inputs: Mapping[str, Input]
    folds: "Mapping[str, Total]"
    column: str | None = None
    """The column's name if the expression is just one column."""


@dataclass(frozen=True, slots=True)
class Total:
    """An aggregate with the expressions of its parts. Each reads columns of the entity on which it is evaluated.

    `wide`: whether its answer needs 128 bits. `reads`: every entity and column that it rests on.
    """

    fold: Fold
    function: str
    dtype: pl.DataType
    wide: bool
    reads: frozenset[tuple[str, str]]
    value: Emitted | None
    where: Emitted | None
    keys: tuple[tuple[Emitted, Emitted], ...]


class Expressions:
    """Converts kernels to expressions. `closed` keeps them by identity, so that a plan's kernels are converted once for all books."""

    def __init__(self, prefix: str = "~fold") -> None:
        self._prefix = prefix
        self.known: dict[int, tuple[Kernel, Emitted | None]] = {}
        """By the identity of a kernel: the kernel and its expression, as `closed` found it."""
        self._names: dict[Fold, str] = {}
        self._serial = count()

    def closed(self, node: Kernel, root: str) -> Emitted | None:
        """The expression of a kernel that lives as long as this object, kept in `known`. None if it reads the offering, which differs by
        book."""
        made = None if any(i.entity == root for i in inputs(node)) else self.of(bind(node, root, {}))
        self.known[id(node)] = (node, made)
        return made

    def of(self, node: Kernel) -> Emitted:
        """The expression of a kernel that does not read the offering, not cached."""
        run = _Emitter(self)
        expr = run.emit(node)
        column = next(iter((*run.inputs, *run.folds))) if isinstance(node, Input | Fold) else None
        return Emitted(expr, dtype(node), run.inputs, run.folds, column)

    def name(self, fold: Fold) -> str:
        """The column name of an aggregate, the same in every expression."""
        return self._names.get(fold) or self._names.setdefault(fold, f"{self._prefix}{next(self._serial)}")


def wide(node: Kernel) -> bool:
    """Whether the node needs 128 bits."""
    low, high = bounds(node)
    return low < -INT64 or high > INT64


def dtype(node: Kernel) -> pl.DataType:
    """The type of a node's column."""
    match kind(node):
        case "flag":
            return pl.Boolean()
        case "text":
            return pl.String()
        case "int":
            return pl.Int128() if wide(node) else pl.Int64()


@dataclass(slots=True)
class _Emitter:
    among: Expressions
    inputs: dict[str, Input] = field(default_factory=dict)
    folds: dict[str, Total] = field(default_factory=dict)

    def emit(self, node: Kernel) -> pl.Expr:
        match node:
            case Const(value=value):
                return pl.lit(value, dtype=dtype(node))
            case Input(entity=entity, name=name):
                column = f"{entity}.{name}"
                self.inputs[column] = node
                return pl.col(column)
            case Arith(op=op, left=left, right=right):
                a, b = self._integers((left, right), wide(node))
                done = a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a // b if op == "//" else a % b
                return done.cast(pl.Int64) if not wide(node) and (wide(left) or wide(right)) else done
            case Compare(op=op, left=Const() as left, right=right):
                return self.emit(Compare(_FLIPPED[op], right, left))
            case Compare(op=op, left=left, right=right):
                a, b = self._integers((left, right), False) if kind(left) == "int" else (self.emit(left), self.emit(right))
                return _compared(op, a, b)
            case Logic(op=op, operands=operands):
                exprs = [self.emit(o) for o in operands]
                return pl.all_horizontal(exprs) if op == "and" else pl.any_horizontal(exprs)
            case Not(operand=operand):
                return self.emit(operand).not_()
            case Choose(condition=condition, then=then, other=other):
                asked = self.emit(condition)
                a, b = self._integers((then, other), wide(node)) if node.kind == "int" else (self.emit(then), self.emit(other))
                return pl.when(asked).then(a).when(asked.not_()).then(b).otherwise(pl.lit(None, dtype=dtype(node)))
            case Present(operand=operand):
                return self.emit(operand).is_not_null()
            case Member(operand=operand, values=values):
                return self.emit(operand).is_in(list(values))
            case AddMonths(operand=operand, months=months):
                day = self.emit(operand).cast(pl.Int32).cast(pl.Date)
                return day.dt.offset_by(f"{months}mo").cast(pl.Int32).cast(pl.Int64)
            case Apply(op=op, operand=operand, extra=extra):
                return APPLIED[op](self.emit(operand), extra)
            case Fold():
                return pl.col(self._total(node))
            case _:
                assert_never(node)

    def _integers(self, nodes: Sequence[Kernel], as_wide: bool) -> list[pl.Expr]:
        """Operands of one width: 128 bits if the result (`as_wide`) or any operand does not fit in 64."""
        exprs = [self.emit(n) for n in nodes]
        if as_wide or any(wide(n) for n in nodes):
            return [e if wide(n) else e.cast(pl.Int128) for n, e in zip(nodes, exprs, strict=True)]
        return exprs

    def _total(self, fold: Fold) -> str:
        name, of = self.among.name(fold), self.among.of
        if name not in self.folds:
            value, where = (None if x is None else of(x) for x in (fold.value, fold.where))
            reads = frozenset((i.entity, i.name) for i in inputs(fold))
            keys = tuple((of(a), of(b)) for a, b in fold.keys)
            self.folds[name] = Total(fold, fold.function, dtype(fold), wide(fold), reads, value, where, keys)
        return name


def _compared(op: str, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    match op:
        case "=":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case _:
            return a >= b
