"""Report -> the statistics of the remaining bids as announcements print them: all, the six kinds, by kind of placee, by kind of investor.

Exact integers: prices in 1/10000 元, quantities in 股, each quotient rounded once, half up. If the price or quantity of a bid is missing,
the figures of its line are empty, as in the rules: a median of the other bids would be a different number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, assert_never

from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.report.amounts import decimal
from validator.report.model import BidLine, Report

Group = Literal["all", "six", "placee_type", "investor_type"]

_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind` is empty if the book does not state it. Prices have four decimals, the multiple two. The six kinds: no counts."""

    group: Group
    kind: str
    investors: int | None
    placees: int | None
    quantity: int | None
    median: str | None
    mean: str | None
    multiple: str | None


def statistics(report: Report) -> tuple[Line, ...]:
    """The lines in order, each group from most placees to fewest. Empty if it is undecided which bids remain."""
    live = [b for b in report.bids if b.live]
    if not live or any(b.eliminated is None for b in live):
        return ()
    remaining = [b for b in live if not b.eliminated]
    return tuple(_lines(report, remaining))


def stated(report: Report, name: str) -> Fraction | None:
    """A figure of the offering, if the report contains it: `issue_price`, `offline_initial`."""
    text = report.stated.get(name)
    return None if text is None else Fraction(text)


def said_of(line: Line, lang: Lang) -> str:
    """The label of a line, in the reader's language."""
    match line.group:
        case "all" | "six":
            return say(f"kind-{line.group}", lang)
        case "placee_type" | "investor_type":
            return visible(line.kind) or say("not-stated", lang)
        case _:
            assert_never(line.group)


def median(prices: Sequence[int]) -> Fraction | None:
    """The median. For an even number of prices, the mean of the middle two."""
    if not prices:
        return None
    ordered, size = sorted(prices), len(prices)
    return Fraction(ordered[(size - 1) // 2] + ordered[size // 2], 2)


def mean(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """The mean of prices, weighted by quantities."""
    total = sum(q for _, q in pairs)
    return Fraction(sum(p * q for p, q in pairs), total) if total else None


def _lines(report: Report, remaining: Sequence[BidLine]) -> Iterator[Line]:
    offline = stated(report, "offline_initial")
    yield _line("all", "", remaining, offline)
    if report.values.get("median_six") is not None or report.values.get("mean_six") is not None:
        yield Line("six", "", None, None, None, report.values.get("median_six"), report.values.get("mean_six"), None)
    yield from _grouped("placee_type", remaining, lambda b: b.placee_type, offline)
    yield from _grouped("investor_type", remaining, lambda b: b.investor_type, offline)


def _grouped(group: Group, bids: Sequence[BidLine], kind: Callable[[BidLine], str | None], offline: Fraction | None) -> Iterator[Line]:
    """Nothing if no bid states its kind: the column is not supplied."""
    kinds: dict[str, list[BidLine]] = {}
    for bid in bids:
        kinds.setdefault(kind(bid) or "", []).append(bid)
    lines = [_line(group, name, of_kind, offline) for name, of_kind in kinds.items()]
    if any(kinds):
        yield from sorted(lines, key=lambda line: (not line.kind, -(line.placees or 0), line.kind))


def _line(group: Group, kind: str, bids: Sequence[BidLine], offline: Fraction | None) -> Line:
    prices = [None if b.price is None else scaled(b.price) for b in bids]
    pairs = [(p, b.admitted_quantity) for p, b in zip(prices, bids, strict=True)]
    quantities = [b.admitted_quantity for b in bids if b.admitted_quantity is not None]
    quantity = sum(quantities) if len(quantities) == len(bids) else None
    known = [p for p in prices if p is not None]
    whole = [(p, q) for p, q in pairs if p is not None and q is not None]
    return Line(
        group,
        kind,
        len({b.investor for b in bids if b.investor is not None}),
        len({b.placee for b in bids if b.placee is not None}),
        quantity,
        _four(median(known) if len(known) == len(bids) else None),
        _four(mean(whole) if len(whole) == len(bids) else None),
        None if quantity is None or not offline else decimal(Fraction(quantity) / offline, 2),
    )


@lru_cache(maxsize=65_536)  # a book has a few hundred different prices, each many times
def scaled(price: str) -> int:
    """A price's exact text in 1/10000 元."""
    whole, _, decimals = price.partition(".")
    number = int(whole.lstrip("-") + decimals.ljust(4, "0"))
    return -number if whole.startswith("-") else number


def _four(value: Fraction | None) -> str | None:
    return None if value is None else decimal(value / _SCALE, 4)
