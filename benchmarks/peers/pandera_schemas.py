"""The rules of the four stages as schemas of pandera for Polars: a check per rule, validated lazily; joins and pricing in plain Polars.

Does: which records violate which rule with the failing cases as text, live and admitted, elimination, the four values exactly, fates.
Does not: tell what could not be evaluated (a check that is null counts as passed) or what is not applicable.
"""

from collections.abc import Callable, Mapping

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from benchmarks.peers import polars_by_hand as by_hand
from benchmarks.peers.polars_by_hand import BID, INVALID, INVESTOR, PLACEE, Found, Rule
from benchmarks.result import Result

LESS = "nothing of what cannot be evaluated or does not apply, no figures"


def schema(frame: pl.DataFrame, rules: Mapping[str, Rule]) -> pa.DataFrameSchema:
    """A schema with the columns that the rules read, and one check per rule."""
    read = {n for when, require, _ in rules.values() for e in (when, require) if e is not None for n in e.meta.root_names()}
    columns = {n: pa.Column(frame.schema[n], nullable=True) for n in sorted(read)}
    return pa.DataFrameSchema(columns, checks=[pa.Check(_check(when, require), name=rule) for rule, (when, require, _) in rules.items()])


def _check(when: pl.Expr | None, require: pl.Expr) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    kept = require if when is None else ~when | require
    return lambda data: data.lazyframe.select(kept)


class Schemas:
    """Creates the three schemas once."""

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        investor, placee, bid = by_hand.prepared(frames["investor"], frames["placee"], frames["bid"])
        self.investor, self.placee, self.bid = schema(investor, INVESTOR), schema(placee, PLACEE), schema(bid, BID)

    def check(self, frames: Mapping[str, pl.DataFrame]) -> Found:
        """`frames`: as for Polars by hand."""
        found = Found()
        investor, placee, bid = by_hand.prepared(frames["investor"], frames["placee"], frames["bid"])
        dead_investor = _ask(investor, self.investor, INVESTOR, found)
        dead_placee = _ask(placee, self.placee, PLACEE, found)
        dead_bid = _ask(bid, self.bid, BID, found)
        dead = dead_bid | dead_placee.gather(bid["^placee"]) | dead_investor.gather(bid["^investor"])
        by_hand.price(bid, ~dead, found)
        return found


def _ask(frame: pl.DataFrame, asked: pa.DataFrameSchema, rules: Mapping[str, Rule], found: Found) -> pl.Series:
    """The rows that a check makes invalid."""
    found.violated |= dict.fromkeys(rules, pl.Series([], dtype=pl.Int32))
    dead = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    read = list(asked.columns)
    try:
        asked.validate(frame.select(read), lazy=True)
    except SchemaErrors as failed:
        cases = failed.failure_cases
        found.violated |= {rule: of["index"] for (rule,), of in cases.select("check", "index").group_by("check")}
        rows = cases.filter(pl.col("check").is_in(INVALID))["index"]
        dead = dead.scatter(rows, True) if len(rows) else dead
    return dead


def result(found: Found) -> Result:
    """The result in the common form."""
    return by_hand.without_unknown(found)
