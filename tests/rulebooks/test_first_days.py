"""The last day of each revision and the first of the next: one and the same offering and submission, judged by the rules of each day.

The figures are those that each transition changes. The other dates follow from the one that selects, as in announcements: the inquiry a few
days after the launch, the application after that.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import validator
from validator.rulebook.governing import day_of
from validator.rulebook.library import library
from validator.vocabulary.calendar_file import load_calendar

RULES = Path(__file__).parents[2] / "rules"
BOOKS = library(RULES)
CALENDAR = load_calendar(RULES)


@dataclass(frozen=True)
class Border:
    """`last` and `first` are days of the date `by`; `was` and `becomes` are the rule's outcomes on them."""

    board: str
    by: str
    last: str
    first: str
    rule: str
    was: str
    becomes: str
    offering: dict[str, str]
    placee: dict[str, str]
    placement: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.board} {self.first} {self.rule}"


def border(board: str, last: str, first: str, rule: str, was: str, becomes: str, by: str = "launched", **records: Any) -> Border:
    return Border(board, by, last, first, rule, was, becomes, *(records.get(e, {}) for e in ("offering", "placee", "placement")))


TEN = {"offering": {"eliminated_share_announced": "10%"}}
ONE = {"offering": {"eliminated_share_announced": "1%", "elimination_share": "1%", "elimination_bound": "at_least"}}
FUND = {"placee": {"placee_type": "公募基金", "average_market_value": "5999.9999万元", "theme_fund": "否"}}
THEME = {"placee": {"placee_type": "公募基金", "average_market_value": "1000万元", "theme_fund": "是"}}
STAR = {"placee": {"average_market_value": "6000万元", "theme_fund": "否", "star_market_value": "599.9999万元"}}
WEALTH = {"placee": {"placee_type": "银行公募理财产品"}, "placement": {"investor_class": "A"}}
INSURER = {"placee": {"placee_type": "保险资产管理产品"}, "placement": {"investor_class": "A"}}

DAYS_2021 = ("2021-09-17", "2021-09-18")
DAYS_2023 = ("2023-02-16", "2023-02-17")
DAYS_2025 = ("2025-03-27", "2025-03-28")

BORDERS = [
    border("szse-chinext", *DAYS_2021, "terms.elimination-share", "holds", "violated", **TEN),
    border("szse-chinext", *DAYS_2023, "registration.market-value", "holds", "violated", **FUND),
    border("szse-chinext", *DAYS_2023, "registration.market-value", "holds", "holds", **THEME),
    border("szse-chinext", *DAYS_2025, "placement.class", "violated", "holds", **WEALTH),
    border("sse-star", *DAYS_2021, "terms.elimination-share", "holds", "violated", **TEN),
    border("sse-star", *DAYS_2023, "registration.market-value", "holds", "violated", **FUND),
    border("sse-star", *DAYS_2023, "registration.market-value", "holds", "holds", **THEME),
    border("sse-star", "2024-06-18", "2024-06-19", "terms.elimination-share", "holds", "violated", **ONE),
    border("sse-star", "2024-09-30", "2024-10-01", "registration.market-value", "holds", "violated", by="inquiry_date", **STAR),
    border("sse-star", *DAYS_2025, "placement.class", "violated", "holds", **INSURER),
    border("szse-main", *DAYS_2025, "placement.class", "violated", "holds", **WEALTH),
    border("sse-main", *DAYS_2025, "placement.class", "violated", "holds", **INSURER),
]

UNDECIDED = [
    border("szse-chinext", *DAYS_2021, "terms.elimination-share", "not_evaluable", "holds", **ONE),
    border("sse-star", *DAYS_2021, "terms.elimination-share", "not_evaluable", "holds", **ONE),
]
"""Below 10% the old rule asks for the book: bids at the issue price may have been spared."""


def checker(found: Border, day: str) -> validator.Checker:
    """The offering on a day, through the door."""
    at = date.fromisoformat(day)
    launched = at if found.by == "launched" else at - timedelta(days=11)
    inquiry = trading(at if found.by == "inquiry_date" else at + timedelta(days=7))
    dates = {"launched": launched, "inquiry_date": inquiry, "t_day": trading(inquiry + timedelta(days=4))}
    fixed = {"offering": "000000", "board": found.board, **{name: d.isoformat() for name, d in dates.items()}}
    return validator.checker({**fixed, **found.offering}, rules=RULES)


def trading(day: date) -> date:
    """The day itself or the next one of trading: on the first of October the exchange is closed, for a week."""
    while not CALENDAR.is_trading_day(day_of(day.isoformat())):
        day += timedelta(days=1)
    return day


def outcome(found: Border, day: str) -> tuple[str, str]:
    """The revision, and what the rule says under it."""
    placee = {"placee": "P1", **found.placee, "placements": [found.placement]} if found.placement else {"placee": "P1", **found.placee}
    ready = checker(found, day)
    report = ready.submission({"investor": {"investor": "V1"}, "placees": [placee]}) if found.placee else ready.offering_only()
    (said,) = report.by_rule[found.rule]
    return report.rulebook["revision"], said


@pytest.mark.parametrize("found", [*BORDERS, *UNDECIDED], ids=lambda found: found.name)
def test_what_the_two_days_say(found: Border) -> None:
    revisions = [f.form.revision for f in BOOKS.chains[found.board]]
    old, was = outcome(found, found.last)
    new, becomes = outcome(found, found.first)
    assert (was, becomes) == (found.was, found.becomes)
    assert revisions.index(new) == revisions.index(old) + 1
    assert BOOKS.get(f"{found.board}@{new}").since == found.first


def test_every_pair_of_neighbours_has_its_two_days() -> None:
    for board in {f.form.rulebook for f in BOOKS.standing()}:
        days = [b.form.applies.from_ for _, b in pairwise(BOOKS.chains[board])]
        assert {b.first for b in BORDERS if b.board == board and b.was != b.becomes} == set(days), board
