"""The operations of `Apply` on a column. dsl/kernel/applied.py has the same for a single value; a test compares the two."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from dsl.kernel.applied import BLANK, Op
from dsl.trading_days import Table


def _lookup(key: pl.Expr, table: Table) -> pl.Expr:
    place = key - table.first
    inside = pl.when(place.is_between(0, len(table.values) - 1)).then(place)
    return pl.lit(pl.Series(table.values, dtype=pl.Int64)).gather(inside)


APPLIED: Mapping[Op, Callable[[pl.Expr, Any], pl.Expr]] = {
    "shape": lambda text, _: text.str.normalize("NFKC").str.replace_all(BLANK, ""),
    "length": lambda text, _: text.str.len_chars().cast(pl.Int64),
    "year": lambda day, _: day.cast(pl.Int32).cast(pl.Date).dt.year().cast(pl.Int64),
    "matches": lambda text, expression: text.str.contains(rf"\A(?:{expression})\z"),
    "lookup": _lookup,
}
