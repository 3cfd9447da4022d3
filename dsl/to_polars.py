"""Kernel -> Polars columns over scaled integers: a whole book at once.

Missing values follow SQL. Rows must give the same answers: every line of tests/dsl/cases runs through both evaluators. Sums and products
run in 128 bits wherever the bounds ask for it; nothing here is ever a float.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, assert_never

import polars as pl

from dsl.compose import bind
from dsl.kernel import (
    INT64,
    AddMonths,
    Arith,
    Choose,
    Compare,
    Const,
    Fold,
    Input,
    Kernel,
    Kind,
    Logic,
    Member,
    Not,
    Present,
    Scalar,
    bounds,
    inputs,
    kind,
)
from dsl.quantities import Schema

HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE, ERROR = 0, 1, 2, 3, 4
"""Outcomes of a rule as a small integer column."""

_ROW = "~row"
GAP = "^gap"
"""Marks records to which not all records below them could be tied: what is counted or summed over these is missing."""
_FLIPPED: Mapping[str, Literal["=", "!=", "<", "<=", ">", ">="]] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass
class Columns:
    """The tables of one book as typed columns. `^placee` holds the row of the parent (null: none); `root` the offering's values."""

    schema: Schema
    frames: dict[str, pl.DataFrame]
    root: dict[str, Scalar]
    _gathered: dict[tuple[str, str, str], pl.Series] = field(default_factory=dict)
    _rows: dict[tuple[str, str], pl.Series] = field(default_factory=dict)
    _answers: dict[tuple[str, Fold], pl.Series] = field(default_factory=dict)
    _serial: Iterator[int] = field(default_factory=count)

    def define(self, entity: str, columns: Sequence[pl.Series]) -> None:
        """Add or replace columns of an entity."""
        self.frames[entity] = self.frames[entity].with_columns(columns)
        for column in columns:
            for key in [k for k in self._gathered if k[1:] == (entity, column.name)]:
                del self._gathered[key]
            for at in [k for k in self._answers if any((i.entity, i.name) == (entity, column.name) for i in inputs(k[1]))]:
                del self._answers[at]

    def values(self, entity: str, nodes: Sequence[Kernel]) -> list[pl.Series]:
        """One column per node, for every record of `entity`."""
        needed: dict[str, pl.Series] = {}
        columns = self._select(entity, [self._emit(self._bound(n), entity, needed) for n in nodes], needed)
        return [c.cast(_dtype(n)) for c, n in zip(columns, nodes, strict=True)]

    def outcomes(self, entity: str, rules: Sequence[tuple[Kernel | None, Kernel]]) -> list[pl.Series]:
        """One column of outcomes per (when, require), never null."""
        needed: dict[str, pl.Series] = {}
        exprs = [self._outcome(when, require, entity, needed) for when, require in rules]
        return self._select(entity, exprs, needed)

    def fold(self, node: Fold) -> Scalar:
        """An aggregate of the offering over a whole table, as a Python value."""
        bound = self._bound(node)
        assert isinstance(bound, Fold)
        frame = self._elements(bound)
        gap = bool(frame.select(pl.col("~gap").any()).item()) if frame.height else False
        values = frame.filter(~pl.col("~gap")).get_column("~value")
        if node.function in ("any", "all"):
            decides = node.function == "any"
            return decides if bool((values == decides).any()) else None if gap else not decides
        if gap:
            return None
        match node.function:
            case "count":
                return len(values)
            case "distinct":
                return values.n_unique()
            case "sum":
                return int(values.sum()) if len(values) else 0
            case "max":
                return int(values.max()) if len(values) else None  # type: ignore[arg-type]
            case "min":
                return int(values.min()) if len(values) else None  # type: ignore[arg-type]
            case _:
                ranked = values.sort()
                return int(ranked[(len(ranked) - 1) // 2]) + int(ranked[len(ranked) // 2]) if len(ranked) else None

    def rows(self, start: str, goal: str) -> pl.Series:
        """For every record of `start` the row of the record of `goal` that it belongs to or is lent by; null where there is none."""
        key = (start, goal)
        if key not in self._rows:
            at, rows = start, self._numbers(start)
            for link in self.schema.links(start, goal):
                step = self._lent(at, link) if link in self.schema.lenders(at) else self.frames[at].get_column(f"^{link}")
                rows, at = step.gather(rows), link
            self._rows[key] = rows
        return self._rows[key]

    def _lent(self, entity: str, lender: str) -> pl.Series:
        """The row of the lender's record per record of `entity`; null where it has none, or more than one."""
        back = pl.DataFrame({_ROW: self.frames[lender].get_column(f"^{entity}"), "to": self._numbers(lender)})
        single = back.filter(pl.col(_ROW).is_not_null()).group_by(_ROW).agg(pl.col("to").first(), n=pl.len()).filter(pl.col("n") == 1)
        own = pl.DataFrame({_ROW: self._numbers(entity)})
        return own.join(single, on=_ROW, how="left", maintain_order="left").get_column("to")

    def _numbers(self, entity: str) -> pl.Series:
        return pl.int_range(0, self.frames[entity].height, dtype=pl.Int64, eager=True).alias(_ROW)

    def _select(self, entity: str, exprs: Sequence[pl.Expr], needed: dict[str, pl.Series]) -> list[pl.Series]:
        """One column per expression; a constant is repeated for every record."""
        height = self.frames[entity].height
        frame = pl.DataFrame([*needed.values(), self._numbers(entity)])
        columns = frame.select(e.alias(f"~{i}") for i, e in enumerate(exprs)).get_columns()
        return [c if len(c) == height else c.new_from_index(0, height) for c in columns]

    def _column(self, read: Input, entity: str) -> pl.Series:
        frame = self.frames[read.entity]
        name = f"{read.entity}.{read.name}"
        if read.entity == entity:
            if read.name not in frame.columns:
                return pl.repeat(None, frame.height, dtype=_dtype(read), eager=True).alias(name)
            return frame.get_column(read.name).alias(name)
        key = (entity, read.entity, read.name)
        if key not in self._gathered:
            own = self._column(read, read.entity)
            self._gathered[key] = own.gather(self.rows(entity, read.entity)).alias(name)
        return self._gathered[key]

    # ── expressions ──

    def _bound(self, node: Kernel) -> Kernel:
        """INVARIANT: no name of the offering and no constant condition reaches Polars, and no constant stands on the left of a comparison:
        between two columns of one value each it takes the length of the left one (1)."""
        return bind(node, self.schema.root, self.root)

    def _outcome(self, when: Kernel | None, require: Kernel, entity: str, needed: dict[str, pl.Series]) -> pl.Expr:
        answer = self._coded(require, pl.lit(HOLDS, dtype=pl.Int8), VIOLATED, entity, needed)
        return answer if when is None else self._coded(when, answer, NOT_APPLICABLE, entity, needed)

    def _coded(self, condition: Kernel, true: pl.Expr, false: int, entity: str, needed: dict[str, pl.Series]) -> pl.Expr:
        """`true` where the condition holds, the outcome `false` where it does not, not evaluable where it is missing."""
        node = self._bound(condition)
        other, unknown = pl.lit(false, dtype=pl.Int8), pl.lit(NOT_EVALUABLE, dtype=pl.Int8)
        if isinstance(node, Const):
            return unknown if node.value is None else true if node.value else other
        asked = self._emit(node, entity, needed)
        return pl.when(asked).then(true).when(asked.not_()).then(other).otherwise(unknown)

    def _emit(self, node: Kernel, entity: str, needed: dict[str, pl.Series]) -> pl.Expr:
        match node:
            case Const(value=value):
                return pl.lit(value, dtype=_dtype(node))
            case Input():
                column = self._column(node, entity)
                needed[column.name] = column
                return pl.col(column.name)
            case Arith(op=op, left=left, right=right):
                a, b = self._integers((left, right), entity, needed, _wide(node))
                done = a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a // b if op == "//" else a % b
                return done.cast(pl.Int64) if not _wide(node) and (_wide(left) or _wide(right)) else done
            case Compare(op=op, left=Const() as left, right=right):
                return self._emit(Compare(_FLIPPED[op], right, left), entity, needed)
            case Compare(op=op, left=left, right=right):
                a, b = (
                    self._integers((left, right), entity, needed, False)
                    if kind(left) == "int"
                    else (self._emit(left, entity, needed), self._emit(right, entity, needed))
                )
                return (
                    {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
                    if kind(left) == "int"
                    else (a == b if op == "=" else a != b)
                )
            case Logic(op=op, operands=operands):
                exprs = [self._emit(o, entity, needed) for o in operands]
                return pl.all_horizontal(exprs) if op == "and" else pl.any_horizontal(exprs)
            case Not(operand=operand):
                return self._emit(operand, entity, needed).not_()
            case Choose(condition=condition, then=then, other=other):
                c = self._emit(condition, entity, needed)
                a, b = (
                    self._integers((then, other), entity, needed, _wide(node))
                    if node.kind == "int"
                    else (self._emit(then, entity, needed), self._emit(other, entity, needed))
                )
                return pl.when(c).then(a).when(c.not_()).then(b).otherwise(pl.lit(None, dtype=_dtype(node)))
            case Present(operand=operand):
                return self._emit(operand, entity, needed).is_not_null()
            case Member(operand=operand, values=values):
                e = self._emit(operand, entity, needed)
                return pl.when(e.is_not_null()).then(e.is_in(list(values)))
            case AddMonths(operand=operand, months=months):
                day = self._emit(operand, entity, needed).cast(pl.Int32).cast(pl.Date)
                return day.dt.offset_by(f"{months}mo").cast(pl.Int32).cast(pl.Int64)
            case Fold():
                if (entity, node) not in self._answers:
                    self._answers[entity, node] = self._folded(node, entity).alias(f"~fold{next(self._serial)}")
                column = self._answers[entity, node]
                needed[column.name] = column
                return pl.col(column.name)
            case _:
                assert_never(node)

    def _integers(self, nodes: Sequence[Kernel], entity: str, needed: dict[str, pl.Series], wide: bool) -> list[pl.Expr]:
        """Operands of one width: 128 bits as soon as one of them, or the result, does not fit 64."""
        exprs = [self._emit(n, entity, needed) for n in nodes]
        if wide or any(_wide(n) for n in nodes):
            return [e if _wide(n) else e.cast(pl.Int128) for n, e in zip(nodes, exprs, strict=True)]
        return exprs

    # ── aggregates ──

    def _elements(self, node: Fold, keys: bool = False) -> pl.DataFrame:
        """The elements that count or might: `~value`, `~gap` (whether it is unknown), and the elements' sides of the keys."""
        nodes = [node.value if node.value is not None else Const(1, "int")]
        nodes += [node.where if node.where is not None else Const(True, "flag")]
        columns = self.values(node.element, [*nodes, *(k for k, _ in node.keys)] if keys else nodes)
        named = [c.alias(n) for c, n in zip(columns, ["~value", "~where", *(f"~key{i}" for i in range(len(node.keys)))], strict=False)]
        frame = pl.DataFrame(named)
        if node.function in ("sum", "middle") and _wide(node):
            frame = frame.with_columns(pl.col("~value").cast(pl.Int128))
        unknown = pl.col("~where").is_null() | pl.col("~value").is_null()
        if not keys and node.owner != self.schema.root and not node.everywhere:
            frame = frame.with_columns(self.rows(node.element, node.owner).alias(_ROW)).filter(pl.col(_ROW).is_not_null())
        return frame.filter(pl.col("~where").is_null() | pl.col("~where")).with_columns(unknown.alias("~gap"))

    def _folded(self, node: Fold, entity: str) -> pl.Series:
        """An aggregate per record of `entity`."""
        height = self.frames[entity].height
        if node.owner == self.schema.root or (node.everywhere and not node.keys):
            return pl.repeat(self.fold(node), height, dtype=_dtype(node), eager=True)
        if node.everywhere:
            return self._matched(node, entity, pl.DataFrame({_ROW: self._numbers(entity)}))
        own = pl.DataFrame({_ROW: self.rows(entity, node.owner)})
        answers = self._grouped(self._elements(node), [_ROW], node)
        found = own.join(answers, on=_ROW, how="left", maintain_order="left")
        if GAP in self.frames[node.owner].columns:
            lost = self.frames[node.owner].get_column(GAP).gather(own.get_column(_ROW)).fill_null(False)
            found = found.with_columns(pl.col("~gap").fill_null(False) | lost)
        return found.select(_default(node)).to_series()

    def _grouped(self, elements: pl.DataFrame, by: list[str], node: Fold) -> pl.DataFrame:
        """Per group `~gap` and `~answer` over the known values."""
        known = elements.filter(~pl.col("~gap"))
        gaps = elements.group_by(by).agg(pl.col("~gap").any())
        if node.function == "middle":
            place, size = pl.int_range(pl.len(), dtype=pl.Int64).over(by), pl.len().over(by).cast(pl.Int64)
            ranked = known.sort([*by, "~value"]).with_columns(place.alias("~place"), size.alias("~size"))
            value, at = pl.col("~value"), pl.col("~place")
            low, high = (pl.col("~size") - 1) // 2, pl.col("~size") // 2
            answers = ranked.group_by(by).agg((value.filter(at == low).sum() + value.filter(at == high).sum()).alias("~answer"))
        else:
            value = pl.col("~value")
            how = {
                "count": pl.len().cast(pl.Int64),
                "sum": value.sum(),
                "max": value.max(),
                "min": value.min(),
                "distinct": value.n_unique().cast(pl.Int64),
                "any": value.any(),
                "all": value.all(),
            }[node.function]
            answers = known.group_by(by).agg(how.alias("~answer"))
        return gaps.join(answers, on=by, how="left")

    def _matched(self, node: Fold, entity: str, own: pl.DataFrame) -> pl.Series:
        """`all … where a = this.b`: one join on the keys; a key that is missing on either side might match, which leaves a gap."""
        keys = [f"~key{i}" for i in range(len(node.keys))]
        asked = own.with_columns(c.alias(k) for c, k in zip(self.values(entity, [k for _, k in node.keys]), keys, strict=True))
        elements = self._elements(node, keys=True)
        sure = elements.filter(pl.all_horizontal(pl.col(k).is_not_null() for k in keys) & pl.col("~where").is_not_null())
        answers = asked.join(self._grouped(sure, keys, node), on=keys, how="left", maintain_order="left")
        unsure = elements.filter(pl.any_horizontal(pl.col(k).is_null() for k in keys) | pl.col("~where").is_null())
        gap = pl.col("~gap").fill_null(False)
        possible = self._possible(asked, unsure, sure, keys)
        return answers.with_columns(gap | possible).select(_default(node)).to_series()

    def _possible(self, asked: pl.DataFrame, unsure: pl.DataFrame, sure: pl.DataFrame, keys: list[str]) -> pl.Series:
        """For every record that asks: could an element match it whose key or filter is missing, or any element where its own key is?"""
        found = pl.repeat(False, asked.height, dtype=pl.Boolean, eager=True).alias("~possible")
        for mine, group in _by_missing(asked, keys):
            others = pl.concat([unsure.select(keys), sure.select(keys)]) if any(mine) else unsure.select(keys)
            for theirs, candidates in _by_missing(others, keys):
                both = [k for k, a, b in zip(keys, mine, theirs, strict=True) if not a and not b]
                hit = group.join(candidates.select(both).unique(), on=both, how="semi") if both else group
                found = found | asked.get_column(_ROW).is_in(hit.get_column(_ROW).implode())
        return found.alias("~possible")


def _by_missing(frame: pl.DataFrame, keys: list[str]) -> list[tuple[tuple[bool, ...], pl.DataFrame]]:
    """The rows of a frame by which of their keys are missing."""
    patterns = frame.select(pl.col(k).is_null() for k in keys).unique().rows()
    same = [pl.all_horizontal(pl.col(k).is_null() == m for k, m in zip(keys, p, strict=True)) for p in patterns]
    return [(p, frame.filter(s)) for p, s in zip(patterns, same, strict=True)]


def _default(node: Fold) -> pl.Expr:
    """The answer per record, with L10's value where there are no elements."""
    answer, gap = pl.col("~answer"), pl.col("~gap").fill_null(False)
    match node.function:
        case "count" | "sum" | "distinct":
            return pl.when(~gap).then(answer.fill_null(0))
        case "max" | "min" | "middle":
            return pl.when(~gap).then(answer)
        case "any":
            return pl.when(answer.fill_null(False)).then(True).when(~gap).then(False)
        case "all":
            return pl.when(answer.fill_null(True).not_()).then(False).when(~gap).then(True)
        case _:
            assert_never(node.function)


def _wide(node: Kernel) -> bool:
    low, high = bounds(node)
    return low < -INT64 or high > INT64


def _dtype(node: Kernel) -> pl.DataType:
    of: Kind = kind(node)
    if of == "flag":
        return pl.Boolean()
    if of == "text":
        return pl.String()
    return pl.Int128() if _wide(node) else pl.Int64()
