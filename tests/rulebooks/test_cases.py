"""Every case of every revision comes out as stated in both evaluators, and nothing can be taken out of the cases unseen."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutation.mutants import of_rule
from validator import cases
from validator.coverage import gaps
from validator.rulebook.library import library

RULES = Path(__file__).parents[2] / "rules"
BOOKS = library(RULES)
REVISIONS = [file.name for file in BOOKS.standing()]
SEEN: set[tuple[str, str, str]] = set()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_case_comes_out_as_stated(revision: str) -> None:
    report = cases.check(BOOKS, cases.load(BOOKS, revision), SEEN)
    assert report.failures == ()
    assert report.passed > 0


def test_a_case_that_is_taken_out_is_missed() -> None:
    files = {file.source.file: file for revision in REVISIONS for file in cases.load(BOOKS, revision).files}
    assert sum(len(found) for file in files.values() for found in file.groups.values()) > 1000
    for file in files.values():
        assert list(file.miscounted()) == []
        for id_, found in file.groups.items():
            for i in range(len(found)):
                fewer = replace(file, groups={**file.groups, id_: found[:i] + found[i + 1 :]})
                assert list(fewer.miscounted()), f"{id_}: {found[i].name} is not missed"


def test_a_rule_without_its_three_kinds_of_case_is_named() -> None:
    """Nothing is proved by no cases at all: every rule that data decide is named, with what it lacks."""
    book = BOOKS.get(REVISIONS[-1])
    said = list(gaps(book, {}))
    for rule in book.rules.values():
        lines = [line for line in said if line.startswith(f"{rule.id}: ")]
        if rule.asked:
            assert f"{rule.id}: no case breaks it" in lines
            assert f"{rule.id}: no case in which it holds" in lines
        elif "attest" in rule.effect:
            assert lines == []


@pytest.mark.parametrize("rule", ["inquiry.price-spread", "inquiry.quantity-minimum", "registration.csa-deadline"])
def test_cases_notice_what_an_editor_could_get_wrong(rule: str) -> None:
    """A sample of what tests/mutation looks for in all rules: another comparison, a figure off by one, a dropped effect."""
    suite = cases.load(BOOKS, "szse-chinext@2025-03")
    base, found, own = suite.groups[rule]
    for what, mutant in of_rule(suite.rulebook.rules[rule], suite.rulebook.schema):
        if "when:" in what:  # `count(bids) != 0` is what `count(bids) > 0` is
            continue
        book = replace(suite.rulebook, rules={**suite.rulebook.rules, rule: mutant})
        other = cases.Suite(book, suite.base, suite.groups, suite.files)
        assert any(cases.differs(BOOKS, other, base, case, rule, own) for case in found), what
