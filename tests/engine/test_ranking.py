"""L20: the leading run. Both bounds at, above and below their limit, ties by every key, what is missing, and what is spared."""

from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from tests.engine.small import OFFERING, bids, checker, rule, same
from validator.report.model import Report

BODY = """
stages: [first, second]
values:
  out:
    zh: 剔除
    of: bid
    stage: second
    take:
      from: FROM
      order: [price descending, admitted_quantity ascending, submitted_at descending, sequence descending]
      sum: admitted_quantity
      limit: LIMIT
      bound: elimination_bound
      spare: {last: price, equals: issue_price}
  fate:
    zh: 结果
    of: bid
    stage: second
    first: [{if: not live, is: 无效报价}, {if: out, is: 高价剔除}, {is: 有效报价}]
rules:
  - {id: second.cut, name: {zh: 剔, en: cut}, for: bid, selects: out, effect: [], cite: seed 一}
"""


def ran(tmp_path: Path, rows: list[dict[str, Any]], limit: str, bound: str = "at_most", of: str = "live", **terms: Any) -> Report:
    body = BODY.replace("LIMIT", limit).replace("FROM", of)
    return same(checker(tmp_path, body, elimination_bound=bound, **terms), {"bids": rows})


def taken(report: Report) -> list[int]:
    """The numbers of the bids that were taken."""
    return [b.sequence for b in report.bids if b.eliminated and b.sequence is not None]


LADDER = bids(10, 20, 30, 40, price=[40, 30, 20, 10])
"""Sums of the run: 10, 30, 60, 100."""


@pytest.mark.parametrize(
    ("limit", "at_most", "at_least"),
    [
        ("0股", 0, 0),
        ("1股", 0, 1),
        ("9股", 0, 1),
        ("10股", 1, 1),
        ("11股", 1, 2),
        ("29股", 1, 2),
        ("30股", 2, 2),
        ("31股", 2, 3),
        ("99股", 3, 4),
        ("100股", 4, 4),
        ("101股", 4, 4),
        ("100股 / 3", 2, 3),
        ("90股 / 3", 2, 2),
        ("-1股", 0, 0),
    ],
)
def test_a_run_ends_where_its_bound_says(tmp_path: Path, limit: str, at_most: int, at_least: int) -> None:
    for bound, count in (("at_most", at_most), ("at_least", at_least)):
        report = ran(tmp_path, LADDER, limit, bound)
        assert taken(report) == [1, 2, 3, 4][:count], bound
        assert (report.elimination.count, report.elimination.quantity) == (count, str([0, 10, 30, 60, 100][count])), bound
        following = [None, "30", "20", "10", None][count]
        assert (report.elimination.cut or {}).get("price") == (None if following is None else f"{following}.00"), bound


def test_the_share_is_of_all_candidates_and_exact(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(1, 2, 4, price=[3, 2, 1]), "3股")
    assert (report.elimination.share_exact, report.elimination.share) == ("3/7", "0.428571428571")
    report = ran(tmp_path, bids(1, 2, price=[3, 2]), "3股")
    assert (report.elimination.share_exact, report.elimination.share, report.elimination.cut) == ("1", "1.000000000000", None)


@pytest.mark.parametrize("bound", ["at_most", "at_least"])
def test_without_candidates_nothing_is_taken(tmp_path: Path, bound: str) -> None:
    report = ran(tmp_path, LADDER, "30股", bound, of="live and price > 100元")
    assert [b.eliminated for b in report.bids] == [False] * 4
    assert report.to_dict()["elimination"] == {"count": 0, "quantity": "0", "share": None, "share_exact": None, "cut": None}


def test_candidates_of_no_quantity_are_within_a_limit_of_nothing(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(0, 0, price=[2, 1]), "0股", "at_most")
    assert (taken(report), report.elimination.count, report.elimination.share) == ([1, 2], 2, None)
    assert taken(ran(tmp_path, bids(0, 0, price=[2, 1]), "0股", "at_least")) == []


def test_dead_bids_are_no_candidates_and_only_what_is_admitted_counts(tmp_path: Path) -> None:
    rules = rule("first.dead", "bid", "price <= 40元") + rule("first.max", "bid", "quantity <= 25股", "excess-invalid", admits="25股")
    check = checker(tmp_path, BODY.replace("LIMIT", "35股").replace("FROM", "live") + rules, elimination_bound="at_most")
    report = same(check, {"bids": bids(10, 20, 10, 40, 26, price=[50, 30, 30, 20, 10])})
    assert taken(report) == [2, 3]
    assert report.elimination.cut == {"price": "20.00", "quantity": "25", "submitted_at": None, "sequence": 4}
    assert (report.elimination.quantity, report.elimination.share_exact) == ("30", "3/8")
    assert {k: f.quantity for k, f in report.fates.items()} == {"无效报价": "10", "高价剔除": "30", "有效报价": "50"}


# ── ties ──

TIMES = ["2026-02-11 10:00:00.000", "2026-02-11 10:00:00.001"]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (bids(10, 10, price=[1, "1.01"]), 2),
        (bids(11, 10, submitted_at=TIMES), 2),
        (bids(10, 10, submitted_at=TIMES), 2),
        (bids(10, 10, submitted_at=TIMES[::-1]), 1),
        (bids(10, 10, submitted_at=TIMES[0]), 2),
    ],
    ids=["price", "quantity", "later first", "earlier last", "sequence"],
)
def test_ties_are_broken_by_each_key_in_its_turn(tmp_path: Path, rows: list[dict[str, Any]], first: int) -> None:
    assert taken(ran(tmp_path, rows, "11股")) == [first]


@pytest.mark.parametrize("bound", ["at_most", "at_least"])
def test_the_key_of_the_record_decides_nothing(tmp_path: Path, bound: str) -> None:
    """Two placees of one price, quantity, time and number: neither is before the other, in whatever order they were handed in."""
    rows = [{"placee": p, "sequence": 7, "price": 1, "quantity": 10, "submitted_at": TIMES[0]} for p in ("P2", "P1")]
    for given in (rows, rows[::-1]):
        report = ran(tmp_path, given, "10股", bound)
        assert [(b.id, b.eliminated) for b in report.bids] == [("P1/7", None), ("P2/7", None)]
        assert report.elimination.undecided == ("P1/7", "P2/7")


def test_equals_of_another_sum_than_the_limit_needs_are_undecided_though_the_cut_is_not_between_them(tmp_path: Path) -> None:
    """The run reaches 15 with both where the smaller comes first, and with the larger alone."""
    rows = [{"placee": p, "sequence": 7, "price": 1, "quantity": q} for p, q in (("P1", 10), ("P2", 20))]
    body = BODY.replace("admitted_quantity ascending, ", "").replace("LIMIT", "15股").replace("FROM", "live")
    report = same(checker(tmp_path, body, elimination_bound="at_least"), {"bids": rows})
    assert [b.eliminated for b in report.bids] == [None, True]
    assert (report.elimination.count, report.elimination.undecided) == (None, ("P1/7",))


# ── what is missing ──


def test_a_missing_later_key_leaves_open_who_is_before_whom_and_the_next_key_is_not_asked(tmp_path: Path) -> None:
    """Bid 3 lacks its time. Bids 2 and 4 have theirs, and 4 is certainly before 2: the run takes 4 in every order only from 50股 on."""
    rows = bids(20, 10, 10, 10, 30, price=[9, 5, 5, 5, 1], submitted_at=[TIMES[0], TIMES[0], None, TIMES[1], TIMES[0]])
    assert taken(ran(tmp_path, rows, "20股")) == [1]
    assert taken(ran(tmp_path, rows, "50股")) == [1, 2, 3, 4]
    report = ran(tmp_path, rows, "30股")
    assert [b.eliminated for b in report.bids] == [True, False, None, None, False]
    assert report.elimination.undecided == ("P3/3", "P4/4")
    assert (report.elimination.count, report.elimination.cut) == (None, None)  # bid 2 is beside bid 3


def test_a_cut_beside_a_missing_key_leaves_its_equals_undecided_and_names_them(tmp_path: Path) -> None:
    rows = bids(20, 10, 10, 10, 30, price=[9, 5, 5, 5, 1], submitted_at=[TIMES[0], TIMES[0], None, TIMES[1], TIMES[0]])
    report = ran(tmp_path, rows, "40股")
    assert [b.eliminated for b in report.bids] == [True, None, None, True, False]
    assert report.to_dict()["elimination"] == {
        "count": None,
        "quantity": None,
        "share": None,
        "share_exact": None,
        "cut": None,
        "undecided": ["P2/2", "P3/3"],
    }
    assert {k: (f.placees, f.quantity) for k, f in report.fates.items()} == {
        "高价剔除": (2, "30"),
        "有效报价": (1, "30"),
    }
    assert (report.undecided.placees, report.undecided.quantity) == (2, "20")


@pytest.mark.parametrize(("bound", "limit"), [("at_most", "39股"), ("at_least", "21股")])
def test_interchangeable_undecided_bids_leave_the_figures_certain(tmp_path: Path, bound: str, limit: str) -> None:
    """One of three equals is taken, whichever it is; of the first bid kept its price and quantity are known, its number is not."""
    rows = bids(20, 10, 10, 10, 30, price=[9, 5, 5, 5, 1], submitted_at=[TIMES[0], None, None, None, TIMES[0]])
    report = ran(tmp_path, rows, limit, bound)
    assert [b.eliminated for b in report.bids] == [True, None, None, None, False]
    assert report.to_dict()["elimination"] == {
        "count": 2,
        "quantity": "30",
        "share": "0.375000000000",
        "share_exact": "3/8",
        "cut": {"price": "5.00", "quantity": "10", "submitted_at": None, "sequence": None},
        "undecided": ["P2/2", "P3/3", "P4/4"],
    }


def test_two_missing_keys_at_the_cut_leave_those_two_undecided(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 10, 10, price=[9, 5, 5], submitted_at=[TIMES[0], None, None]), "20股")
    assert [b.eliminated for b in report.bids] == [True, None, None]
    assert report.elimination.undecided == ("P2/2", "P3/3")


def test_a_missing_key_whose_group_is_taken_whole_or_not_at_all_decides_nothing(tmp_path: Path) -> None:
    rows = bids(10, 10, 10, price=[9, 5, 5], submitted_at=None)
    assert taken(ran(tmp_path, rows, "10股")) == [1]
    assert taken(ran(tmp_path, rows, "30股")) == [1, 2, 3]


def test_without_the_limit_no_candidate_is_decided(tmp_path: Path) -> None:
    report = ran(tmp_path, LADDER, "elimination_share * 100股", of="live and price > 10元")
    assert [b.eliminated for b in report.bids] == [None, None, None, False]
    assert (report.elimination.count, report.elimination.undecided) == (None, ("P1/1", "P2/2", "P3/3"))


def test_a_candidate_without_a_quantity_leaves_all_undecided(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, None, price=[2, 1]), "10股")
    assert [b.eliminated for b in report.bids] == [None, None]
    assert report.elimination.undecided == ("P1/1", "P2/2")


@pytest.mark.parametrize(
    ("limit", "out"),
    [
        ("1股", [False, False, False]),
        ("10股", [None, None, False]),
        ("20股", [True, None, None]),
        ("29股", [True, None, None]),
        ("30股", [True, True, True]),
    ],
)
def test_a_candidate_without_the_first_key_could_stand_anywhere(tmp_path: Path, limit: str, out: list[bool | None]) -> None:
    report = ran(tmp_path, bids(10, 10, 10, price=[2, None, 1]), limit)
    assert [b.eliminated for b in report.bids] == out
    assert report.elimination.undecided == tuple(b.id for b in report.bids if b.eliminated is None)


def test_a_record_of_which_it_is_not_known_whether_it_is_a_candidate_leaves_all_undecided(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 10, 10, price=[2, 1, 3], amended=[True, None, False]), "10股", of="live and amended")
    assert [b.eliminated for b in report.bids] == [None, None, False]


# ── spared ──


@pytest.mark.parametrize(
    ("issue_price", "out"),
    [("5.00", [1]), ("5.01", [1, 2, 3]), ("9.00", [1, 2, 3]), (None, [1, 2, 3])],
    ids=["the run's lowest price", "a tick above it", "its highest price", "not known"],
)
def test_only_the_lowest_price_of_the_run_is_spared(tmp_path: Path, issue_price: str | None, out: list[int]) -> None:
    rows = bids(10, 10, 10, 10, price=[9, 5, 5, 5], submitted_at=[TIMES[0], TIMES[1], TIMES[1], TIMES[0]])
    assert taken(ran(tmp_path, rows, "30股", issue_price=issue_price)) == out


def test_a_run_of_one_price_may_be_spared_whole(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 10, price=[5, 5], submitted_at=TIMES), "10股", issue_price=5)
    assert (taken(report), report.elimination.count, report.elimination.quantity, report.elimination.cut) == ([], 0, "0", None)


def test_the_first_bid_kept_is_the_first_that_was_spared(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 10, 10, price=[9, 5, 4]), "20股", issue_price=5)
    assert report.elimination.cut == {"price": "5.00", "quantity": "10", "submitted_at": None, "sequence": 2}


# ── other boards ──


def test_a_run_may_be_measured_in_money_and_is_shown_in_yuan(tmp_path: Path) -> None:
    body = BODY.replace("sum: admitted_quantity", "sum: price * admitted_quantity").replace("LIMIT", "99.99元").replace("FROM", "live")
    report = same(checker(tmp_path, body, elimination_bound="at_least"), {"bids": bids(5, 4, 3, price=["10.01", 10, 10])})
    assert (report.elimination.count, report.elimination.quantity, report.elimination.share_exact) == (3, "120.05", "1")
    report = same(checker(tmp_path, body, elimination_bound="at_most"), {"bids": bids(5, 4, 3, price=["10.01", 10, 10])})
    assert (report.elimination.count, report.elimination.quantity) == (2, "80.05")


def test_a_quantity_that_could_be_negative_is_no_sum_of_a_run(tmp_path: Path) -> None:
    body = BODY.replace("sum: admitted_quantity", "sum: admitted_quantity - 10股").replace("LIMIT", "5股").replace("FROM", "live")
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, body)
    assert [(d.code, d.message) for d in raised.value.diagnostics] == [
        ("wrong-type", "`sum` could be negative, so a longer run could have a smaller sum")
    ]


@pytest.mark.parametrize(("last", "good"), [("申购价格", True), ("price + 0元", True), ("price * 2", False)])
def test_only_the_first_key_can_be_spared(tmp_path: Path, last: str, good: bool) -> None:
    body = BODY.replace("last: price", f"last: {last}").replace("LIMIT", "5股").replace("FROM", "live")
    if good:
        checker(tmp_path, body)
        return
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, body)
    assert [d.message for d in raised.value.diagnostics] == [f"`last` is `{last}`, but the order's first key is `price`"]


def test_the_first_bid_kept_is_not_named_where_two_can_be_it(tmp_path: Path) -> None:
    rows = bids(20, 10, 10, price=[9, 5, 5], submitted_at=None)
    report = ran(tmp_path, rows, "20股")
    assert (taken(report), report.elimination.count, report.elimination.undecided) == ([1], 1, ())
    assert report.elimination.cut == {"price": "5.00", "quantity": "10", "submitted_at": None, "sequence": None}


def test_a_rulebook_without_a_selection_eliminates_nothing(tmp_path: Path) -> None:
    report = same(checker(tmp_path, "\nstages: [only]\nrules:\n" + rule("only.a", "bid", "price > 0元")), {"bids": bids(1)})
    found = report.to_dict(bids=True)
    assert found["elimination"] == {"count": 0, "quantity": "0", "share": None, "share_exact": None, "cut": None}
    assert (found["fates"], found["values"], found["provisional"]) == ({}, {}, [])
    assert (found["bids"][0]["eliminated"], found["bids"][0]["fate"], found["offering"]) == (None, None, OFFERING["offering"])
