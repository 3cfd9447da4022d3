"""The rules of the four stages as schemas of dataframely: a rule per rule, `filter` for all tables; joins and pricing in plain Polars.

Does: which records violate which rule, live and admitted, elimination, the four values exactly, fates. Does not: tell what could not be
evaluated (a rule that is null counts as kept), what is not applicable, or figures; the rows that failed are there with all their columns.
"""

from collections.abc import Callable, Mapping
from typing import Any

import dataframely as dy
import polars as pl

from benchmarks.peers import polars_by_hand as by_hand
from benchmarks.peers.polars_by_hand import BID, INVALID, INVESTOR, PLACEE, Found, Rule
from benchmarks.result import Result

LESS = "nothing of what cannot be evaluated or does not apply, no figures"

_TYPES: Mapping[type[pl.DataType], type[dy.Column]] = {
    pl.Int64: dy.Int64,
    pl.Int32: dy.Int32,
    pl.UInt32: dy.UInt32,
    pl.Boolean: dy.Bool,
    pl.String: dy.String,
}


def schema(name: str, frame: pl.DataFrame, rules: Mapping[str, Rule]) -> type[dy.Schema]:
    """A schema, as a user would write it as a class: the columns that the rules read, and one dataframely rule per rule."""
    read = {n for when, require, _ in rules.values() for e in (when, require) if e is not None for n in e.meta.root_names()}
    columns = {n: _TYPES[type(frame.schema[n])](nullable=True) for n in sorted(read)}
    made = {rule: dy.rule()(_rule(when, require)) for rule, (when, require, _) in rules.items()}
    return type(name, (dy.Schema,), {**columns, "row": dy.UInt32(), **made})


def _rule(when: pl.Expr | None, require: pl.Expr) -> Callable[[Any], pl.Expr]:
    return lambda cls: require if when is None else ~when | require


class Schemas:
    """Creates the three schemas once."""

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        investor, placee, bid = by_hand.prepared(frames["investor"], frames["placee"], frames["bid"])
        self.investor = schema("Investor", investor, INVESTOR)
        self.placee = schema("Placee", placee, PLACEE)
        self.bid = schema("Bid", bid, BID)

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


def _ask(frame: pl.DataFrame, asked: type[dy.Schema], rules: Mapping[str, Rule], found: Found) -> pl.Series:
    """The rows that a rule makes invalid."""
    _, failure = asked.filter(frame.with_row_index("row"))
    counted = failure.counts()
    failed = failure.details().select("row", *((pl.col(r) == "invalid").alias(r) for r in rules if counted.get(r)))
    for rule in rules:
        found.violated[rule] = failed.filter(rule)["row"] if counted.get(rule) else pl.Series([], dtype=pl.UInt32)
    deadly = [r for r in rules if r in INVALID and counted.get(r)]
    dead = failed.filter(pl.any_horizontal(deadly))["row"] if deadly else pl.Series([], dtype=pl.UInt32)
    return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True).scatter(dead, True)


def result(found: Found) -> Result:
    """The result in the common form."""
    return by_hand.without_unknown(found)
