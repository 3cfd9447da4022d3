"""Tables of one book + kernels -> columns: one per kernel, with a value for every record of an entity."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from dsl.kernel.build import bind
from dsl.kernel.nodes import Fold, Input, Kernel, Scalar
from dsl.schema import GAP, Schema
from dsl.to_polars.aggregates import ROW, Part, matched, of_groups, of_table, spread
from dsl.to_polars.emit import Emitted, Expressions, Total, dtype

Spot = tuple[str, str]
"""An entity and the name of one of its columns."""


class Flags(NamedTuple):
    """A rule's condition and requirement on every record. Without a condition the rule always applies."""

    when: pl.Series | None
    require: pl.Series

    def counts(self) -> tuple[int, int, int, int]:
        """The number of records for which the rule holds, is violated, is not applicable, is undecided."""
        when, require, size = self.when, self.require, len(self.require)
        if when is None:
            holds, unknown = int(require.sum()), require.null_count()
            return holds, size - holds - unknown, 0, unknown
        asked, idle = int(when.sum()), size - when.null_count()
        holds, violated = int((when & require).sum()) if asked else 0, int((when & ~require).sum()) if asked else 0
        return holds, violated, idle - asked, asked - holds - violated + size - idle

    def violated(self) -> pl.Series:
        """Whether the rule is violated, for each record. Never null."""
        found = ~self.require if self.when is None else self.when & ~self.require
        return found.fill_null(False) if found.null_count() else found

    def unknown(self) -> pl.Series:
        """Whether the rule is undecided, for each record. Never null."""
        if self.when is None:
            return self.require.is_null()
        return self.when.is_null() | (self.when & self.require.is_null()).fill_null(False)


@dataclass
class Columns:
    """The tables of one book as typed columns. Column `^placee` holds the row of the parent, null if there is none.

    `root` holds the offering's values. All books of a plan may share `expressions`; the kernels must live as long as it.
    """

    schema: Schema
    frames: Mapping[str, pl.DataFrame]
    root: dict[str, Scalar]
    expressions: Expressions = field(default_factory=Expressions)
    _bound: Expressions | None = None
    _defined: dict[Spot, pl.Series] = field(default_factory=dict)
    _gathered: dict[tuple[str, str, str], pl.Series] = field(default_factory=dict)
    _rows: dict[Spot, pl.Series] = field(default_factory=dict)
    _answers: dict[Spot, pl.Series] = field(default_factory=dict)
    _reads: dict[str, frozenset[Spot]] = field(default_factory=dict)

    def define(self, entity: str, columns: Iterable[pl.Series]) -> None:
        """Add or replace columns of an entity. Cached answers that depend on them are dropped."""
        for column in columns:
            spot = (entity, column.name)
            self._defined[spot] = column
            for key in [k for k in self._gathered if k[1:] == spot]:
                del self._gathered[key]
            for at in [k for k in self._answers if spot in self._reads[k[1]]]:
                del self._answers[at]

    def column(self, entity: str, name: str) -> pl.Series:
        """A column of an entity, as supplied or defined."""
        found = self._defined.get((entity, name))
        return self.frames[entity].get_column(name) if found is None else found

    def values(self, entity: str, nodes: Sequence[Kernel], rows: pl.Series | None = None) -> list[pl.Series]:
        """One column per kernel, for every record of `entity` or only for `rows`."""
        emitted = [self._emitted(n) for n in nodes]
        if not (self.frames[entity].height if rows is None else len(rows)):
            return [pl.Series([], dtype=e.dtype) for e in emitted]
        return [c.cast(e.dtype) for c, e in zip(self._select(entity, emitted, rows), emitted, strict=True)]

    def asked(self, entity: str, rules: Sequence[tuple[Kernel | None, Kernel]]) -> list[Flags]:
        """The answers of every rule (when, require) for every record of `entity`."""
        if not self.frames[entity].height:
            none = pl.Series([], dtype=pl.Boolean)
            return [Flags(None if when is None else none, none) for when, _ in rules]
        found = iter(self._select(entity, [self._emitted(n) for rule in rules for n in rule if n is not None]))
        return [Flags(None if when is None else next(found), next(found)) for when, _ in rules]

    def fold(self, node: Fold) -> Scalar:
        """An aggregate of the offering over a whole table, as a Python value."""
        return self.totals([node])[0]

    def totals(self, nodes: Sequence[Fold]) -> list[Scalar]:
        """Aggregates of the offering as Python values. All those over one table are computed together."""
        found = [(at, total) for at, node in enumerate(nodes) for total in self._emitted(node).folds.values()]
        answers: dict[int, Scalar] = {}
        for element in dict.fromkeys(t.fold.element for _, t in found):
            group = [(at, t) for at, t in found if t.fold.element == element]
            answers |= zip((at for at, _ in group), self._whole([t for _, t in group]), strict=True)
        return [answers[at] for at in range(len(nodes))]

    def rows(self, start: str, goal: str) -> pl.Series:
        """For each record of `start` the row of the record of `goal` that it belongs to or that lends it fields; null if there is none."""
        key = (start, goal)
        if key not in self._rows:
            at, rows = start, None
            for link in self.schema.links[start, goal]:
                step = self._lent(at, link) if link in self.schema.lenders[at] else self.frames[at].get_column(f"^{link}")
                rows, at = step if rows is None else step.gather(rows), link
            self._rows[key] = self._numbers(start) if rows is None else rows
        return self._rows[key]

    def _lent(self, entity: str, lender: str) -> pl.Series:
        """For each record of `entity` the row of the lender's record; null if it has none or more than one."""
        back = pl.DataFrame({ROW: self.frames[lender].get_column(f"^{entity}"), "to": self._numbers(lender)})
        single = back.filter(pl.col(ROW).is_not_null()).group_by(ROW).agg(pl.col("to").first(), n=pl.len()).filter(pl.col("n") == 1)
        own = pl.DataFrame({ROW: self._numbers(entity)})
        return own.join(single, on=ROW, how="left", maintain_order="left").get_column("to")

    def _numbers(self, entity: str) -> pl.Series:
        return pl.int_range(0, self.frames[entity].height, dtype=pl.Int64, eager=True)

    # ── expressions over columns ──

    def _emitted(self, node: Kernel) -> Emitted:
        """A kernel that does not read the offering has one expression for all books. Others are bound to this book's values first."""
        known = self.expressions.known.get(id(node))
        found = self.expressions.closed(node, self.schema.root) if known is None else known[1]
        return self._with_root(node) if found is None else found

    def _with_root(self, node: Kernel) -> Emitted:
        if self._bound is None:
            self._bound = Expressions("~bound")
        return self._bound.of(bind(node, self.schema.root, self.root))

    def _select(self, entity: str, found: Sequence[Emitted], rows: pl.Series | None = None) -> list[pl.Series]:
        """One column per expression; a constant is repeated for every record."""
        height = self.frames[entity].height if rows is None else len(rows)
        frame = pl.DataFrame(self._needed(entity, found, rows))
        if rows is not None and frame.width:
            frame = frame[rows]
        computed = [e.expr.alias(str(i)) for i, e in enumerate(found) if e.column is None]
        columns = iter(frame.select(computed).get_columns() if computed else ())
        whole = (next(columns) if e.column is None else frame.get_column(e.column) for e in found)
        return [c if len(c) == height else c.new_from_index(0, height) for c in whole]

    def _needed(self, entity: str, found: Iterable[Emitted], rows: pl.Series | None) -> list[pl.Series]:
        """Every column that the expressions read, under its name. Answers of aggregates may be right for `rows` only."""
        needed = {name: self._input(entity, name, read) for e in found for name, read in e.inputs.items()}
        totals = {name: total for e in found for name, total in e.folds.items()}
        pending = {n: t for n, t in totals.items() if (entity, n) not in self._answers}
        answers = self._compute(entity, pending, rows)
        return [*needed.values(), *((answers[n] if n in pending else self._answers[entity, n]).alias(n) for n in totals)]

    def _input(self, entity: str, name: str, read: Input) -> pl.Series:
        if read.entity == entity:
            return self._own(read).alias(name)
        key = (entity, read.entity, read.name)
        if key not in self._gathered:
            self._gathered[key] = self._own(read).gather(self.rows(entity, read.entity)).alias(name)
        return self._gathered[key]

    def _own(self, read: Input) -> pl.Series:
        if (read.entity, read.name) in self._defined or read.name in self.frames[read.entity].columns:
            return self.column(read.entity, read.name)
        return pl.repeat(None, self.frames[read.entity].height, dtype=dtype(read), eager=True)

    # ── aggregates ──

    def _compute(self, entity: str, totals: Mapping[str, Total], rows: pl.Series | None) -> dict[str, pl.Series]:
        """The answers of aggregates for every record of `entity`. Answers that are right for only a few `rows` are not cached."""
        answers: dict[str, pl.Series] = {}
        groups: dict[Spot, dict[str, Total]] = {}
        few = rows if rows is not None and len(rows) * 20 < self.frames[entity].height else None
        for name, total in totals.items():
            fold = total.fold
            if fold.owner == self.schema.root or (fold.everywhere and not fold.keys):
                answers[name] = pl.repeat(self._whole([total])[0], self.frames[entity].height, dtype=total.dtype, eager=True)
            elif fold.everywhere:
                answers[name] = self._matched(entity, total)
            else:
                groups.setdefault((fold.element, fold.owner), {})[name] = total
        for (element, owner), group in groups.items():
            found = self._grouped(element, owner, list(group.values()), few if owner == entity else None)
            for (name, total), answer in zip(group.items(), found, strict=True):
                answers[name] = answer if entity == owner else spread(answer, self.rows(entity, owner), total)
        for name, answer in answers.items() if few is None else ():
            self._answers[entity, name] = answer
            self._reads[name] = totals[name].reads
        return answers

    def _grouped(self, element: str, owner: str, totals: Sequence[Total], few: pl.Series | None) -> list[pl.Series]:
        """The answers for every record of `owner`. With `few`, only the elements below these records are read."""
        rows, frame = self.rows(element, owner), self.frames[owner]
        some = None if few is None else rows.is_in(few.implode()).arg_true()
        lost = frame.get_column(GAP) if GAP in frame.columns else None
        own = rows if some is None else rows.gather(some)
        return of_groups(totals, self._parts(totals, some), own, frame.height, lost)

    def _whole(self, totals: Sequence[Total]) -> list[Scalar]:
        return of_table(totals, self._parts(totals), self.frames[totals[0].fold.element].height)

    def _parts(self, totals: Sequence[Total], rows: pl.Series | None = None) -> list[Part]:
        """The value and the condition of each aggregate on every element, or only on `rows`."""
        wanted = [e for t in totals for e in (t.value, t.where) if e is not None]
        found = iter(self._select(totals[0].fold.element, wanted, rows) if wanted else ())
        return [Part(*(None if e is None else next(found) for e in (t.value, t.where))) for t in totals]

    def _matched(self, entity: str, total: Total) -> pl.Series:
        own = self._select(entity, [k for _, k in total.keys])
        theirs = self._select(total.fold.element, [k for k, _ in total.keys])
        return matched(total, self._parts([total])[0], own, theirs)
