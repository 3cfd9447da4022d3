"""A row of a later stage that stands twice: an intake finding for both, and never a verdict that nobody subscribed."""

from pathlib import Path

import pytest

import validator
from validator.report.model import Report

OFFERING = {
    "offering": "301000",
    "board": "szse-chinext",
    "launched": "2026-02-06",
    "inquiry_date": "2026-02-11",
    "t_day": "2026-02-25",
    "minimum_quantity": "100万股",
    "quantity_step": "10万股",
    "maximum_quantity": "570万股",
    "elimination_share": "1%",
    "elimination_bound": "at_most",
    "issue_price": "10元",
}
BIDS = "配售对象代码,投资者代码,申购价格,拟申购数量,申报序号\nP1,V1,10.00,1000000,1\nP2,V1,10.00,1000000,2\nP3,V2,10.00,1000000,3\n"


def checked(folder: Path, subscriptions: str, evaluator: str) -> Report:
    (folder / "bids.csv").write_text(BIDS, encoding="utf-8")
    (folder / "offline_subscriptions.csv").write_text("配售对象代码,网下申购数量\n" + subscriptions, encoding="utf-8")
    return validator.checker(OFFERING).book(folder, evaluator=evaluator)


def missing(report: Report) -> dict[str, str]:
    return {f.subject.id: f.outcome for f in report.findings if f.rule == "offline-subscription.missing"}


@pytest.mark.parametrize("evaluator", ["rows", "columns"])
def test_who_subscribed_twice_did_subscribe(tmp_path: Path, evaluator: str) -> None:
    report = checked(tmp_path, "P1,1000000\nP1,1000000\nP2,1000000\n", evaluator)
    assert missing(report) == {"P3": "violated"}
    assert report.by_rule["offline-subscription.missing"] == {"holds": 2, "violated": 1}
    assert [(i.code, i.rows, i.text) for i in report.intake] == [("duplicate-key", (2, 3), "P1")]


@pytest.mark.parametrize("evaluator", ["rows", "columns"])
def test_a_subscription_of_nobody_is_nobodys(tmp_path: Path, evaluator: str) -> None:
    report = checked(tmp_path, "P1,1000000\n,1000000\nP3,1000000\n", evaluator)
    assert missing(report) == {"P2": "violated"}
    assert [i.code for i in report.intake] == ["missing-key"]
