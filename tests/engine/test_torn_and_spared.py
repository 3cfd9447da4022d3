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
    assert (report.elimination.count, report.elimination.undecided) == (None, ("P3/3", "P4/4"))
