"""Functions of texts and days in whole books: the calendar of the rules, columns that nobody gave, days past what is known."""

from pathlib import Path

import pytest

import validator
from dsl.diagnostics import DiagnosticError
from tests.engine.small import OFFERING, bids, checker, folder, outcomes, placees, rule, rulebook, same, violated

BODY = "\nstages: [a]\nterms: {}\nrules:\n"
BODY += rule("a.code", "placee", "matches(placee, 'P[0-9]{1,3}')".replace("'", '\\"'))
BODY += rule("a.age", "placee", "trading_day(established, 250) <= T")
BODY += rule("a.name", "placee", "alike(placee_name, placee) or length(placee_name) > 2")
BODY += rule("a.monday", "bid", "weekday(T) = 3 and year(T) = 2026")


def test_a_book_is_asked_with_the_calendar_of_the_rules(tmp_path: Path) -> None:
    rows = [
        {**row, "established": day, "placee_name": name}
        for row, day, name in zip(
            placees("V1", "V1", "V1", "V1"),
            ["2025-02-13", "2025-02-14", "2026-12-31", None],
            ["Ｐ 1", "p2", "甲乙丙", "\u200bP4"],
            strict=True,
        )
    ]
    report = same(checker(tmp_path, BODY), {"bids": bids(1, 1, 1, 1), "placees": rows})
    # 2026-02-25 is the 250th trading day after 2025-02-13; a year that the calendar does not know is missing.
    assert outcomes(report, "a.age") == {"P2": "violated", "P3": "not_evaluable", "P4": "not_evaluable"}
    assert violated(report) == [("a.age", "P2"), ("a.name", "P2")]


def test_a_column_that_nobody_gave_is_said_once(tmp_path: Path) -> None:
    report = same(checker(tmp_path, BODY), {"bids": bids(1), "placees": placees("V1")})
    assert report.unsupplied == {"placee": ("a.age", "a.name")}
    assert not report.findings


def test_a_day_of_the_offering_past_the_calendar_is_no_guess(tmp_path: Path) -> None:
    body = BODY + rule("a.late", "bid", "trading_day(T, 250) > T")
    with pytest.raises(DiagnosticError, match="unknown-calendar: this lies outside the known trading days"):
        validator.checker({**OFFERING, "t_day": "2026-12-31"}, rules=folder(tmp_path, rulebook(body)))
