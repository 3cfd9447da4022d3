"""Whether the exchange's platform would take a submission: a yes only where every rule that could refuse it was decided or is named."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import checker, rule
from validator.checks.checker import Checker
from validator.report.model import Verdict

RULES = (
    "\nstages: [first]\nrules:\n"
    + rule("first.price", "bid", "price <= 10元", "refuse")
    + rule("first.window", "bid", "submitted_at >= 2026-01-01 09:30", "invalid")
    + rule("first.notice", "bid", "quantity <= 100股", "report")
)
BELOW_ISSUE = "\nstages: [first]\nrules:\n" + rule("first.issue", "bid", "price >= issue_price", "refuse")


def submission(**bid: Any) -> dict[str, Any]:
    whole = {"sequence": 1, "price": 9, "quantity": 5, "submitted_at": "2026-01-01 10:00:00"} | bid
    return {"investor": {"investor": "V1"}, "placees": [{"placee": "P1", "bids": [{k: v for k, v in whole.items() if v != "not given"}]}]}


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return checker(tmp_path_factory.mktemp("rules"), RULES)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (submission(), Verdict(True, (), (), ())),
        (submission(price=11), Verdict(False, ("first.price",), (), ())),
        (submission(price=11, submitted_at="2026-01-01 09:00:00"), Verdict(False, ("first.price", "first.window"), (), ())),
        (submission(quantity=500), Verdict(True, (), (), ())),  # a violation whose effect refuses nothing
        (submission(submitted_at=None), Verdict(None, (), ("first.window",), ())),
        (submission(price=11, submitted_at=None), Verdict(False, ("first.price",), ("first.window",), ())),
        (submission(submitted_at="not given"), Verdict(True, (), (), ("first.window",))),
        (submission(quantity="五百"), Verdict(None, (), (), ())),  # a cell that no refusing rule reads
        ({"investor": {"investor": "V1"}}, Verdict(None, (), (), ("first.price", "first.window"))),
        (
            {"investor": {"investor": "V1"}, "placees": [{"placee": "P1", "bids": []}]},
            Verdict(None, (), (), ("first.price", "first.window")),
        ),
        ({}, Verdict(None, (), (), ("first.price", "first.window"))),
    ],
)
def test_the_verdict(check: Checker, data: Any, wanted: Verdict) -> None:
    report = check.submission(data)
    assert report.verdict == wanted
    assert (report.accepted, report.refused_by, report.open_rules, report.not_covered) == (
        wanted.accepted,
        wanted.refused_by,
        wanted.open_rules,
        wanted.not_covered,
    )
    said = report.to_dict()
    assert said["accepted"] is wanted.accepted
    assert (said["refused_by"], said["open_rules"], said["not_covered"]) == tuple(
        map(list, (wanted.refused_by, wanted.open_rules, wanted.not_covered))
    )


def test_what_only_the_offering_lacks_is_open(tmp_path: Path) -> None:
    """The caller gives every column, so a yes would be said of nothing."""
    assert checker(tmp_path, BELOW_ISSUE).submission(submission()).verdict == Verdict(None, (), ("first.issue",), ())


def test_nothing_that_was_decided_is_no_yes(check: Checker) -> None:
    data = {"investor": {"investor": "V1"}, "placees": [{"placee": "P1", "bids": [{"sequence": 1}]}]}
    assert check.submission(data).verdict == Verdict(None, (), (), ("first.price", "first.window"))


def test_a_book_has_no_verdict(check: Checker) -> None:
    report = check.book({"bids": [{"placee": "P1", "sequence": 1, "price": 9, "quantity": 5}]})
    assert report.accepted is None and report.verdict is None
    assert "accepted" not in report.to_dict()
