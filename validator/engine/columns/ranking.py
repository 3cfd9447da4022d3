"""Columns of candidates -> which of them a `take` takes, and the totals. Rows (validator/engine/rows/run.py) must give the same."""

from collections.abc import Sequence
from fractions import Fraction

import polars as pl

from validator.engine.ranking import settled_by_sparing, torn
from validator.engine.result import Selected


def choose(
    table: pl.DataFrame, descending: Sequence[bool], limit: Fraction | None, bound: str | None, equals: Fraction | None
) -> tuple[pl.Series, Selected]:
    """`table` has the columns row, source, sum (never negative), k0, k1 …, and the spared key `last` if there is one."""
    source, among = table.get_column("source"), pl.col("source").is_null() | pl.col("source")
    # A candidate without its first key could rank anywhere. One without a later key ranks last among its equals (L20).
    open_ = among & (pl.col("sum").is_null() | pl.col("k0").is_null())
    if limit is None or bound is None or source.null_count() or table.select(open_.any()).item():
        rows = table.filter(among).get_column("row")
        return _marked(table.height, rows, None), Selected(None, None, None, None, tuple(rows.to_list()), 0)
    keys = [c for c in table.columns if c.startswith("k")]
    # Sums are whole units, so `limit` can be rounded: the run ends before (at_most) or at (at_least) the sum that passes `most`.
    most = limit.numerator // limit.denominator if bound == "at_most" else -(-limit.numerator // limit.denominator) - 1
    head, total = _head(table, descending[0], most)
    ranked = head.sort(keys, descending=list(descending), nulls_last=True, maintain_order=True)
    running = ranked.get_column("sum").cast(pl.Int128).cum_sum()
    within = int(pl.DataFrame({"sum": running}).select((pl.col("sum") <= _lit(most)).sum()).item())
    taken = within if bound == "at_most" else 0 if limit <= 0 else min(within + 1, ranked.height)
    rows = ranked.get_column("row")
    kept = taken - _spared(ranked, taken, equals)
    tear = torn(lambda i: ranked.select(keys).row(i), taken, ranked.height)
    if tear is not None and not settled_by_sparing(tear, kept, lambda i: equals is not None and ranked.get_column("last")[i] == equals):
        chosen = _marked(table.height, rows[: tear[0]], True, _marked(table.height, rows[tear[0] : tear[1]], None))
        return chosen, Selected(total, None, None, None, tuple(sorted(rows[tear[0] : tear[1]].to_list())), 0)
    amount = int(running[kept - 1]) if kept else 0
    cut = int(rows[kept]) if 0 < kept < ranked.height else None
    return _marked(table.height, rows[:kept], True), Selected(total, amount, kept, cut, (), taken - kept)


def _head(table: pl.DataFrame, descending: bool, most: int) -> tuple[pl.DataFrame, int]:
    """The candidates that the run can reach, at least one more, and the sum of all candidates.

    They are chosen by their first key, before sorting, because sorting a million candidates would cost more than the rest of the run. The
    last first key among them is the first one before which the sum already passes `most`.
    """
    sums = table.lazy().filter("source").group_by("k0").agg(pl.col("sum").sum().cast(pl.Int128)).collect()
    groups = sums.sort("k0", descending=descending, nulls_last=True)
    beyond = groups.filter(pl.col("sum").cum_sum() - pl.col("sum") > _lit(most)).get_column("k0")
    total = int(groups.get_column("sum").sum() or 0)
    if not len(beyond) or beyond[0] is None:
        return table.filter("source"), total
    edge = pl.lit(beyond[0], dtype=groups.schema["k0"])
    return table.filter(pl.col("source") & (pl.col("k0") >= edge if descending else pl.col("k0") <= edge)), total


def _spared(ranked: pl.DataFrame, taken: int, equals: Fraction | None) -> int:
    """How many candidates at the end of the run have the spared key."""
    if equals is None or not taken or ranked.get_column("last")[taken - 1] != equals:
        return 0
    lasts = ranked.get_column("last")[:taken]
    others = lasts.ne_missing(lasts[taken - 1]).arg_true()
    return taken - (int(others[-1]) + 1 if len(others) else 0)


def _lit(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int128)


def _marked(height: int, rows: pl.Series, mark: bool | None, base: pl.Series | None = None) -> pl.Series:
    column = pl.repeat(False, height, dtype=pl.Boolean, eager=True) if base is None else base
    return column.scatter(rows, mark) if len(rows) else column
