"""L20, where a missing key and the issue price meet at the cut: what is spared in any order is decided, what is not stays open."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import bids, checker, rule, same
from validator.report.model import Report

BODY = """
stages: [first, second]
values:
  out:
    zh: 剔除
    of: bid
    stage: second
    take:
      from: live
      order: [price descending, admitted_quantity ascending, submitted_at descending, sequence descending]
      sum: admitted_quantity
      limit: 40股
      bound: elimination_bound
      spare: {last: price, equals: issue_price}
rules:
  - {id: second.cut, name: {zh: 剔, en: cut}, for: bid, selects: out, effect: [], cite: seed 一}
""" + rule("first.big", "bid", "quantity >= 1股")

TIMES = ["2026-02-11 10:00", "2026-02-11 10:00", None, "2026-02-11 11:00", "2026-02-11 12:00"]


def ran(tmp_path: Path, bound: str, **terms: Any) -> Report:
    """Ranked: 10 at 30元; 10 at 20元; two of 20 at 20元, one without its time; 20 at 10元. The sums are 10, 20, 40, 60, 80."""
    rows = bids(10, 10, 20, 20, 20, price=[30, 20, 20, 20, 10], submitted_at=TIMES)
    return same(checker(tmp_path, BODY, elimination_bound=bound, **terms), {"bids": rows})


@pytest.mark.parametrize("bound", ["at_least", "at_most"])
def test_what_stands_at_the_issue_price_is_spared_whatever_the_order_among_it(tmp_path: Path, bound: str) -> None:
    report = ran(tmp_path, bound, issue_price="20元")
    assert [b.eliminated for b in report.bids] == [True, False, False, False, False]
    assert (report.elimination.count, report.elimination.quantity, report.elimination.undecided) == (1, "10", ())
    assert report.elimination.cut == {"price": "20.00", "quantity": "10", "submitted_at": "2026-02-11 10:00:00.000", "sequence": 2}


@pytest.mark.parametrize("terms", [{}, {"issue_price": "10元"}, {"issue_price": "30元"}])
def test_at_another_price_the_order_decides_and_is_open(tmp_path: Path, terms: dict[str, str]) -> None:
    report = ran(tmp_path, "at_least", **terms)
    assert [b.eliminated for b in report.bids] == [True, True, None, None, False]
    assert report.elimination.undecided == ("P3/3", "P4/4")
    assert (report.elimination.count, report.elimination.quantity) == (3, "40")  # both are of 20股: whichever is taken
    assert report.elimination.cut == {"price": "20.00", "quantity": "20", "submitted_at": None, "sequence": None}


def past(tmp_path: Path, limit: int, last_price: int, *quantities: int | None, bound: str = "at_most") -> Report:
    """10 at 30元, 10 at 20元 which is the issue price, and past it bids without a time, all of one key up to it."""
    count = len(quantities)
    rows = bids(10, 10, *quantities, price=[30, 20, *[last_price] * count], submitted_at=[TIMES[0], TIMES[0], *[None] * count])
    body = BODY.replace("limit: 40股", f"limit: {limit}股").replace("admitted_quantity ascending, ", "")
    return same(checker(tmp_path, body, elimination_bound=bound, issue_price="20元"), {"bids": rows})


@pytest.mark.parametrize(
    ("limit", "quantities", "out"),
    [
        (24, (5, 5), [True, False, False, False]),
        (25, (5, 5), [True, True, None, None]),
        (25, (5, 9), [True, None, None, False]),
        (20, (), [True, False]),
        (19, (5, 5), [True, False, False, False]),
    ],
    ids=[
        "every next bid stays out",
        "every next bid comes in",
        "one comes in and one stays out",
        "nothing is past it",
        "it is left anyway",
    ],
)
def test_it_is_spared_if_none_that_can_come_next_is_taken(tmp_path: Path, limit: int, quantities: tuple[int, ...], out: list[Any]) -> None:
    assert [b.eliminated for b in past(tmp_path, limit, 10, *quantities).bids] == out


def test_without_a_first_key_somewhere_nobody_knows_whether_the_run_ends_at_the_issue_price(tmp_path: Path) -> None:
    rows = bids(10, 10, 1, price=[30, 20, None], submitted_at=TIMES[0])
    body = BODY.replace("limit: 40股", "limit: 20股")
    report = same(checker(tmp_path, body, elimination_bound="at_least", issue_price="20元"), {"bids": rows})
    assert [b.eliminated for b in report.bids] == [True, None, None]
