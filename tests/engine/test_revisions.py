"""L23: which revision governs an offering, and what an amendment replaces."""

from pathlib import Path

import pytest

import validator
from dsl.diagnostics import DiagnosticError
from tests.engine.small import OFFERING, bids, folder, rule, rulebook, same
from validator.checks.checker import Checker

FIRST = (
    """
stages: [first]
terms:
  maximum_prices: {default: 3, cite: seed 一}
values:
  dear: {zh: 高价, of: bid, is: price > 10元}
rules:
"""
    + rule("first.price", "bid", "price <= 20元")
    + rule("first.quantity", "bid", "quantity >= 100股")
    + rule("first.dear", "bid", "not dear", "report")
)

SECOND = (
    "amends: szse-chinext@2023-02\n"
    "removes: [first.quantity]\n"
    "terms:\n  maximum_prices: {default: 5, cite: seed 二}\n"
    "values:\n  dear: {zh: 高价, of: bid, is: price > 12元}\n"
    "rules:\n" + rule("first.price", "bid", "price <= 30元", "report") + rule("first.new", "bid", "quantity <= 500股")
)


def chain(tmp_path: Path, second: str = SECOND, by: str = "launched", since: str = "2025-03-28") -> Path:
    return folder(
        tmp_path, rulebook(FIRST, revision="2023-02", since="2023-02-17"), rulebook(second, revision="2025-03", by=by, since=since)
    )


def governing(rules: Path, **dates: str | None) -> Checker:
    return validator.checker({**OFFERING, **dates}, rules=rules)


def said(rules: Path, **dates: str | None) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        governing(rules, **dates)
    return [f"{d.code}: {d.message}" for d in raised.value.diagnostics]


@pytest.mark.parametrize(
    ("launched", "revision"),
    [
        ("2023-02-17", "2023-02"),
        ("2025-03-27", "2023-02"),
        ("2025-03-28", "2025-03"),
        ("2026-02-06", "2025-03"),
    ],
    ids=["first day of the old", "last day of the old", "first day of the new", "later"],
)
def test_the_date_that_the_clause_names_selects_the_revision(tmp_path: Path, launched: str, revision: str) -> None:
    assert governing(chain(tmp_path), launched=launched).plan.rulebook.revision == revision


def test_no_other_date_selects_it(tmp_path: Path) -> None:
    """Launched under the old rules, asked and applied for under the new ones."""
    check = governing(chain(tmp_path), launched="2025-03-27", inquiry_date="2025-04-01", t_day="2025-04-07")
    assert check.book({"bids": bids(1)}).rulebook["revision"] == "2023-02"


def test_each_revision_names_its_own_date(tmp_path: Path) -> None:
    rules = chain(tmp_path, by="t_day", since="2026-02-25")
    assert governing(rules, t_day="2026-02-25").plan.rulebook.revision == "2025-03"
    assert governing(rules, t_day="2026-02-24").plan.rulebook.revision == "2023-02"
    assert said(rules, t_day=None) == ["no-date: the offering does not state `t_day`, which selects the revision of szse-chinext"]


def test_a_date_that_is_missing_is_a_diagnostic(tmp_path: Path) -> None:
    assert said(chain(tmp_path), launched=None) == [
        "no-date: the offering does not state `launched`, which selects the revision of szse-chinext"
    ]


def test_before_the_first_revision_there_is_a_hole(tmp_path: Path) -> None:
    want = "no-revision: no revision of szse-chinext was in force for an offering of 2023-02-16 (launched)"
    assert said(chain(tmp_path), launched="2023-02-16") == [want]


def test_two_revisions_of_one_day_overlap(tmp_path: Path) -> None:
    want = "overlap: szse-chinext@2025-03 applies from 2023-02-17, not later than szse-chinext@2023-02 (2023-02-17)"
    assert said(chain(tmp_path, since="2023-02-17")) == [want]


def test_two_revisions_that_amend_the_same_one_overlap(tmp_path: Path) -> None:
    third = rulebook("amends: szse-chinext@2023-02\n", revision="2026-01", since="2026-01-01")
    chain(tmp_path)
    (tmp_path / "2.yaml").write_text(third, encoding="utf-8")
    assert [s.split(":")[0] for s in said(tmp_path)] == ["overlap"]


def test_a_board_without_rules_is_a_diagnostic(tmp_path: Path) -> None:
    assert said(chain(tmp_path), board="sse-star") == ["unknown-rulebook: unknown rulebook `sse-star`"]
    assert said(tmp_path, board=None) == ["no-board: the offering does not state its `board`"]


def test_an_amendment_replaces_whole_rules_terms_and_values_and_inherits_the_rest(tmp_path: Path) -> None:
    rules = chain(tmp_path)
    book = {"bids": bids(99, 501, 100, price=[11, 13, 31])}
    old = same(governing(rules, launched="2025-03-27"), book)
    new = same(governing(rules, launched="2025-03-28"), book)
    assert [(f.rule, f.subject.id) for f in old.violated] == [
        ("first.dear", "P1/1"),
        ("first.dear", "P2/2"),
        ("first.dear", "P3/3"),
        ("first.price", "P3/3"),
        ("first.quantity", "P1/1"),
    ]
    assert [(f.rule, f.effect, f.subject.id) for f in new.violated] == [
        ("first.dear", ("report",), "P2/2"),
        ("first.dear", ("report",), "P3/3"),
        ("first.new", ("invalid",), "P2/2"),
        ("first.price", ("report",), "P3/3"),
    ]
    assert old.rulebook["digest"] != new.rulebook["digest"]


def test_a_default_is_that_of_the_revision_and_the_report_says_what_the_offering_changed(tmp_path: Path) -> None:
    rules = chain(tmp_path)
    for launched, default in (("2025-03-27", "3"), ("2025-03-28", "5")):
        check = validator.checker({**OFFERING, "launched": launched, "maximum_prices": 4}, rules=rules)
        assert check.book({"bids": bids(1)}).to_dict()["terms"] == {"maximum_prices": {"value": "4", "default": default}}
        check = validator.checker({**OFFERING, "launched": launched, "maximum_prices": int(default)}, rules=rules)
        assert check.book({"bids": bids(1)}).terms == {}


def test_stages_are_inherited_unless_stated(tmp_path: Path) -> None:
    more = SECOND.replace("rules:\n", "stages: [zero, first]\nrules:\n" + rule("zero.a", "bid", "price > 0元"), 1)
    assert governing(chain(tmp_path, more)).plan.rulebook.stages == ("zero", "first")
    (tmp_path / "1.yaml").write_text(rulebook(SECOND, revision="2025-03", since="2025-03-28"), encoding="utf-8")
    assert governing(tmp_path).plan.rulebook.stages == ("first",)
