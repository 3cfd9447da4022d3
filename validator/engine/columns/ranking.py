"""Columns of candidates -> which of them a `take` takes, and its run in short. Rows (validator/engine/rows/ranking.py) must give the same.

Ranking a million costs more than all else: only the records whose first key is one that the run may end at are sorted.
"""

from collections.abc import Sequence
from fractions import Fraction

import polars as pl

from validator.engine.ranking import reach, taken_of_equals
from validator.engine.result import Selected


def choose(
    table: pl.DataFrame, descending: Sequence[bool], limit: Fraction | None, bound: str | None, equals: Fraction | None
) -> tuple[pl.Series, Selected]:
    """The table: row, source, sum (never negative), k0, k1 …; `equals`: the first key that is spared."""
    source, among = table.get_column("source"), pl.col("source").is_null() | pl.col("source")
    if limit is None or bound is None or source.null_count() or table.select((among & pl.col("sum").is_null()).any()).item():
        rows = table.filter(among).get_column("row")
        return _marked(table.height, rows, None), Selected(None, None, None, (), tuple(rows.to_list()))
    run = _Run(table, descending, reach(limit, bound), bound)
    run.take()
    if equals is not None and equals.denominator == 1:
        run.spare(equals.numerator)
    return run.chosen, run.told()


class _Run:
    def __init__(self, table: pl.DataFrame, descending: Sequence[bool], most: int, bound: str) -> None:
        self.table = table
        self.descending = list(descending)
        self.keys = [c for c in table.columns if c.startswith("k")]
        self.bound = bound
        sums = table.lazy().filter("source").group_by("k0").agg(pl.col("sum").sum().cast(pl.Int128)).collect()
        known = sums.filter(pl.col("k0").is_not_null()).sort("k0", descending=descending[0])
        self.groups = known.select("k0", at=pl.col("sum").cum_sum() - pl.col("sum"), end=pl.col("sum").cum_sum())
        """The records of each first key, in their order: the sums before them and up to their end."""
        self.total = int(sums.get_column("sum").sum() or 0)
        self.beside = self.total - int(known.get_column("sum").sum() or 0)
        """The sum of those without their first key: they can stand anywhere."""
        self.loose = self.rows(pl.col("k0").is_null()) if len(known) < len(sums) else table.clear()
        self.most = min(max(most, -1), self.total)
        self.room = _lit(self.most) - (pl.col("sum") if bound == "at_most" else 0)
        """A record is taken if the sum before it is not above this."""
        self.spared: int | None = None
        self.edge = 0
        """The first group that may not be taken whole."""
        self.next: int | None = None
        """The first record left, where that is plain."""
        self.chosen = table.get_column("source")

    def rows(self, where: pl.Expr) -> pl.DataFrame:
        return self.table.filter(pl.col("source") & where)

    def group(self, at: int) -> pl.DataFrame:
        return self.rows(pl.col("k0") == self.groups.get_column("k0")[at])

    # ── who is taken ──

    def take(self) -> None:
        """The first groups are taken whole; then come those that the run may end in; the others are left."""
        inside, reached = self.groups.select(
            inside=(pl.col("end") <= _lit(self.most - self.beside)).sum(), reached=(pl.col("at") <= _lit(self.most)).sum()
        ).row(0)
        self.edge = inside
        ends = self.groups.get_column("k0")
        before = pl.col("k0").is_not_null()
        if inside < len(ends):
            before = pl.col("k0") > ends[inside] if self.descending[0] else pl.col("k0") < ends[inside]
        self.chosen = self.table.select((pl.col("source") & before).fill_null(False)).to_series()
        if inside < reached:
            near = self.rows(pl.col("k0").is_between(*sorted((ends[inside], ends[reached - 1]))))
            at, end = self.groups.get_column("at")[inside], self.groups.get_column("end")[reached - 1]
            if self.beside or not self.plain(near, at):
                sides = near.with_columns(before=self.before(near, "sum"), after=self.after(near, "sum"))
                self.mark(sides, _lit(at) + pl.col("before"), _lit(end + self.beside) - pl.col("after") - pl.col("sum"))
        if self.loose.height:
            self.mark(self.loose, _lit(0), _lit(self.total) - pl.col("sum"))

    def plain(self, near: pl.DataFrame, at: int) -> bool:
        """Takes what the run takes of them where that is certain at a glance: every key is there, and no equals stand where it ends."""
        if near.select(pl.any_horizontal(pl.col(self.keys).has_nulls())).item():
            return False
        ranked = near.sort(self.keys, descending=self.descending)
        end = pl.col("sum").cast(pl.Int128).cum_sum() + _lit(at)
        taken = int(ranked.select((end - pl.col("sum") <= self.room).sum()).item())
        around = ranked.select(self.keys).slice(max(taken - 2, 0), 4 if taken > 1 else taken + 2).rows()
        if len(set(around)) < len(around):
            return False
        rows = ranked.get_column("row")
        self.chosen = _marked(self.table.height, rows[:taken], True, self.chosen)
        self.next = rows[taken] if taken < len(rows) else None
        return True

    def mark(self, rows: pl.DataFrame, least: pl.Expr, most: pl.Expr) -> None:
        """`least` and `most`: the sums that can stand before each record."""
        certain = pl.when(most <= self.room).then(True).when(least > self.room).then(False)
        self.chosen = self.chosen.scatter(rows.get_column("row"), rows.select(certain).to_series())

    def spare(self, equals: int) -> None:
        """The group of the spared key is left if the run ends with it."""
        at = self.groups.select((pl.col("k0").cast(pl.Int128) == _lit(equals)).arg_true()).to_series()
        if not len(at):
            return
        self.spared = equals
        key, start, end = self.groups.row(at[0])
        open_ = bool(self.loose.height)
        if start > self.most:
            return
        if end <= self.most and not open_ and at[0] + 1 < len(self.groups):
            past = self.first(self.group(at[0] + 1))
            out = past.filter(_lit(end) > self.room).height
            if not out:
                return
            open_ = out < past.height
        group = self.rows(pl.col("k0") == key).get_column("row")
        group = group.filter(self.chosen.gather(group).ne_missing(False))
        self.chosen = _marked(self.table.height, group, None if open_ else False, self.chosen)
        self.edge, self.next = min(self.edge, at[0]), None

    # ── the run in short ──

    def told(self) -> Selected:
        table = self.table.with_columns(chosen=self.chosen)
        taken = int(self.chosen.sum() or 0)
        amount = int(table.lazy().select(pl.col("sum").filter("chosen").cast(pl.Int128).sum()).collect().item() or 0)
        undecided = table.filter(pl.col("chosen").is_null())
        if not undecided.height:
            return Selected(self.total, amount, taken, self.cut() if taken else (), ())
        rows = tuple(undecided.get_column("row").to_list())
        if not self.interchangeable(undecided):
            return Selected(self.total, None, None, (), rows)
        own = undecided.get_column("sum")[0]
        more = taken_of_equals(amount, own, self.most, self.bound)
        return Selected(self.total, amount + more * own, taken + more, rows, rows)

    def cut(self) -> tuple[int, ...]:
        """The records that can be the first one left. After a record that is taken for certain they have their first key."""
        if self.next is not None:
            return (self.next,)
        for at in range(self.edge, len(self.groups)):
            group = self.group(at)
            left = self.first(group.filter(~self.chosen.gather(group.get_column("row"))))
            if left.height:
                return tuple(left.get_column("row").sort().to_list())
        return ()

    def interchangeable(self, undecided: pl.DataFrame) -> bool:
        """Of one sum, none with the spared key, every other record before or after all of them: then the run's figures are certain."""
        first = undecided.get_column("k0")
        if undecided.get_column("sum").n_unique() > 1 or (self.spared is not None and (first == self.spared).any()):
            return False
        if self.loose.height:
            return undecided.height == self.table.get_column("source").sum()
        near = self.rows(pl.col("k0") == first[0])  # where all have their first key the run ends in one group
        within = near.get_column("row").is_in(undecided.get_column("row").implode())
        # Of the others, how many are before and after each.
        counts = [side(near, None).filter(within) - side(near.filter(within), None) for side in (self.before, self.after)]
        return all(c.n_unique() == 1 for c in counts) and sum(int(c[0]) for c in counts) + undecided.height == near.height

    # ── who is before whom ──

    def first(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those that none of the records is certainly before."""
        found = []
        for key, down in zip(self.keys, self.descending, strict=True):
            if rows.height < 2:
                break
            found.append(rows.filter(pl.col(key).is_null()))
            rows = rows.filter(pl.col(key) == (pl.col(key).max() if down else pl.col(key).min()))
        return pl.concat([*found, rows])

    def before(self, rows: pl.DataFrame, weight: str | None) -> pl.Series:
        return _before(rows, self.keys, self.descending, weight)

    def after(self, rows: pl.DataFrame, weight: str | None) -> pl.Series:
        return _before(rows, self.keys, [not d for d in self.descending], weight)


def _before(rows: pl.DataFrame, keys: Sequence[str], descending: Sequence[bool], weight: str | None) -> pl.Series:
    """For each record the weight of those certainly before it: their sum, or without `weight` their number.

    Sorted with missing keys last, all that stands before the records that share its known keys (up to the first it lacks) is so.
    """
    own = pl.lit(1, dtype=pl.Int128) if weight is None else pl.col(weight).cast(pl.Int128)
    ranked = rows.select(*keys, own=own, place=pl.int_range(pl.len())).sort(keys, descending=list(descending), nulls_last=True)
    at, other = pl.col("own").cum_sum() - pl.col("own"), pl.lit(False)
    starts = [_lit(0)]
    for key in keys:
        other = other | pl.col(key).ne_missing(pl.col(key).shift())
        starts.append(pl.when(other).then(at).forward_fill().fill_null(0))
    found = starts.pop()
    for key, start in zip(reversed(keys), reversed(starts), strict=True):
        found = pl.when(pl.col(key).is_null()).then(start).otherwise(found)
    return ranked.select("place", before=found).sort("place").get_column("before")


def _lit(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int128)


def _marked(height: int, rows: pl.Series, mark: bool | None, base: pl.Series | None = None) -> pl.Series:
    column = pl.repeat(False, height, dtype=pl.Boolean, eager=True) if base is None else base
    return column.scatter(rows, mark) if len(rows) else column
