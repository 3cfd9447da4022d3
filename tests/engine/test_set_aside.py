"""A bid whose own price or quantity cannot be read is set aside (L10a): worked out without it, given, and said to be provisional."""

from pathlib import Path

import pytest

from tests.engine.small import Rows, bids, checker, outcomes, placees, rule, same
from validator.render.tables.annex import render
from validator.report.model import Report

VALUES = """
  total: {zh: 总量, of: offering, stage: b, is: sum(bids.admitted_quantity where live)}
  dearest: {zh: 最高, of: investor, stage: b, is: max(bids.price)}
  whole: {zh: 全部, of: investor, is: max(bids.price)}
  out:
    zh: 被剔除
    of: bid
    stage: b
    take: {from: live, order: [price descending], sum: admitted_quantity, limit: 10股, bound: elimination_bound}
  fate:
    zh: 报价结果
    of: bid
    stage: b
    first:
      - {if: not live, is: 无效报价}
      - {if: out, is: 高价剔除}
      - {is: 有效报价}
"""

RULES = [
    rule("a.small", "bid", "quantity <= 50股"),
    rule("a.spread", "investor", "max(bids.price) <= 2 * min(bids.price)", "report"),
    rule("a.whole", "investor", "whole <= 30元", "report"),
    rule("b.total", "offering", "total <= 1000股", "report"),
    rule("b.dearest", "investor", "dearest <= 30元", "report"),
    rule("b.mine", "bid", "not out", "report"),
    "  - {id: b.cut, name: {zh: 剔, en: cut}, for: bid, selects: out, effect: [], cite: seed 一}\n",
]

BODY = "\nstages: [a, b]\nvalues:" + VALUES + "rules:\n" + "".join(RULES)


def ran(tmp_path: Path, rows: Rows, *investors: str) -> Report:
    return same(checker(tmp_path, BODY, elimination_bound="at_least"), {"bids": rows, "placees": placees(*investors)})


def test_the_rest_of_the_book_is_decided_without_it(tmp_path: Path) -> None:
    """P1 could be the dearest. Without it P2 is taken (10 of 10), and P3 and P4 are left."""
    report = ran(tmp_path, bids(10, 10, 20, 30, price=["二十", 12, 11, 10]), "V1", "V2", "V2", "V3")
    assert [(b.fate, b.undecided, b.eliminated) for b in report.bids] == [
        (None, True, None),
        ("高价剔除", False, True),
        ("有效报价", False, False),
        ("有效报价", False, False),
    ]
    assert report.provisional == ("unreadable",)
    assert report.to_dict()["values"]["total"] == "60"
    assert (report.elimination.count, report.elimination.quantity, report.elimination.undecided) == (1, "10", ())
    assert report.to_dict()["undecided"] == {"placees": 1, "investors": 1, "quantity": "10", "open": 0}
    assert sum(f.placees for f in report.fates.values()) + report.undecided.placees == 4
    first, *others = report.to_dict(bids=True)["bids"]
    assert (first["fate"], first["undecided"]) == (None, True)
    assert not any("undecided" in b for b in others)
    assert report.bids_frame().get_column("undecided").to_list() == [True, False, False, False]
    assert report.status == 3


def test_a_rule_that_rests_on_what_was_worked_out_without_it_is_not_evaluable(tmp_path: Path) -> None:
    """Values of an investor without such a bid, and what no reading could change, stay as they are."""
    report = ran(tmp_path, bids(10, 10, 20, 30, price=["二十", 12, 11, 10]), "V1", "V2", "V2", "V3")
    open_ = "not_evaluable"
    assert outcomes(report, "a.spread") == {"V1": open_}
    assert outcomes(report, "a.whole") == {"V1": open_}
    assert outcomes(report, "b.total") == {"301000": open_}
    assert outcomes(report, "b.dearest") == {"V1": open_}
    assert outcomes(report, "b.mine") == {f"P{i}/{i}": open_ for i in (1, 2, 3, 4)}
    missing = {f.rule: f.missing for f in report.findings if f.rule in ("a.spread", "b.dearest", "b.total")}
    assert missing["a.spread"] == missing["b.dearest"] == ("price",)


def test_an_invalid_bid_is_not_set_aside(tmp_path: Path) -> None:
    """60 shares break a.small, whatever the price is."""
    report = ran(tmp_path, bids(60, 10, 20, 30, price=["二十", 12, 11, 10]), "V1", "V2", "V2", "V3")
    assert [b.fate for b in report.bids] == ["无效报价", "高价剔除", "有效报价", "有效报价"]
    assert report.provisional == ()
    assert outcomes(report, "b.total") == {}
    assert outcomes(report, "b.mine") == {"P2/2": "violated"}
    assert outcomes(report, "a.spread") == {"V1": "not_evaluable"}


def test_a_bid_that_an_officer_made_invalid_is_not_set_aside(tmp_path: Path) -> None:
    decisions = [{"rule": None, "subject": "P1/1", "outcome": "invalid", "name": "某", "at": "2026-02-12", "remark": None}]
    rows = bids(10, 10, 20, price=["二十", 12, 11])
    report = same(
        checker(tmp_path, BODY, elimination_bound="at_least"), {"bids": rows, "placees": placees("V1", "V2", "V3"), "decisions": decisions}
    )
    assert [b.fate for b in report.bids] == ["无效报价", "高价剔除", "有效报价"]
    assert report.provisional == ()


@pytest.mark.parametrize("cell", [None, "二十"])
def test_an_empty_price_is_missing_as_before_and_sets_nothing_aside(tmp_path: Path, cell: str | None) -> None:
    """Without its first key P1 can stand before P2 or behind it, so both are undecided; 10 shares stand before P3 in any order."""
    report = ran(tmp_path, bids(10, 10, 20, price=[cell, 12, 11]), "V1", "V2", "V3")
    assert [b.undecided for b in report.bids] == ([True, False, False] if cell else [True, True, False])
    assert report.provisional == (("unreadable",) if cell else ())


def test_a_quantity_that_cannot_be_read_sets_aside_too(tmp_path: Path) -> None:
    report = ran(tmp_path, bids("一百", 10, 20, price=[13, 12, 11]), "V1", "V2", "V3")  # type: ignore[arg-type]
    assert [b.fate for b in report.bids] == [None, "高价剔除", "有效报价"]
    assert report.undecided.placees == 1


def test_where_every_price_is_unreadable_nothing_is_counted(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 20, price=["'1", "'2"]), "V1", "V2")
    assert (report.elimination.count, report.to_dict()["values"]["total"], report.fates) == (0, "0", {})
    assert report.undecided.placees == 2


def test_the_annex_says_to_be_checked(tmp_path: Path) -> None:
    report = ran(tmp_path, bids(10, 10, price=["二十", 12]), "V1", "V2")
    assert [line.rsplit(",", 1)[1] for line in render(report, "zh").splitlines()[1:]] == ["待核", "高价剔除"]
