"""Every case of every revision comes out as stated, in both evaluators, and nothing can be taken out of the cases unseen."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.mutation.mutants import of_rule
from validator.cases import run as cases
from validator.cases.coverage import gaps
from validator.rulebook.library import library

RULES = Path(__file__).parents[2] / "rules"
BOOKS = library(RULES)
REVISIONS = [file.name for file in BOOKS.standing()]
STAGES = sorted({stage for file in BOOKS.standing() for stage in BOOKS.flat(file.name).stages})
NEWEST = set({name.partition("@")[0]: name for name in REVISIONS}.values())
LONG = ("clawback", "terms")
VALUES = ""
"""The cases of values: a value's name has no stage in it."""


@cache
def suite(revision: str) -> cases.Suite:
    return cases.load(BOOKS, revision)


def slow_unless(usual: bool, value: str) -> object:
    """`make test` takes the newest revisions and the shorter stages; a stage is proved by rows under its newest revision all the same."""
    return pytest.param(value, marks=() if usual else pytest.mark.slow)


@pytest.mark.parametrize("revision", [slow_unless(name in NEWEST, name) for name in REVISIONS])
def test_every_case_comes_out_as_stated(revision: str) -> None:
    """By rows, and the offering's fields read as they run: what the next test binds are constants."""
    found = suite(revision)
    by_rows = {(found.places[id_], id_, case.name) for id_, (_, group, _) in found.groups.items() for case in group}
    report = cases.check(BOOKS, found, by_rows)
    assert report.failures == ()
    assert report.passed == len(by_rows) > 900


@pytest.mark.parametrize("stage", [slow_unless(stage not in LONG, stage) for stage in (*STAGES, VALUES)])
def test_both_evaluators_give_what_a_case_states(stage: str) -> None:
    """Each case under the first revision that has it, and with its offering bound: the way in which a book is checked."""
    seen: set[tuple[str, str]] = set()
    for revision in REVISIONS:
        whole = suite(revision)
        ids = [id_ for id_ in whole.groups if (id_.partition(".")[0] if "." in id_ else VALUES) == stage]
        fresh = {id_: whole.groups[id_] for id_ in ids if (whole.places[id_], id_) not in seen}
        report = cases.check(BOOKS, replace(whole, groups=fresh))
        assert [r for r in report.results if r.said] == []
        seen |= {(whole.places[id_], id_) for id_ in fresh}
    assert seen


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
            assert f"{rule.id}: no case violates it" in lines
            assert f"{rule.id}: no case in which it holds" in lines
        elif "attest" in rule.effect:
            assert lines == []


@pytest.mark.parametrize("rule", ["inquiry.price-spread", "inquiry.quantity-minimum", "registration.csa-deadline"])
def test_cases_notice_what_an_editor_could_get_wrong(rule: str) -> None:
    """A sample of what tests/mutation looks for in all rules: another comparison, a figure off by one, a dropped effect."""
    suite = cases.load(BOOKS, "szse-chinext@2025-03")
    base, found, later = suite.groups[rule]
    for what, mutant in of_rule(suite.rulebook.rules[rule], suite.rulebook.schema):
        if "when:" in what:  # `count(bids) != 0` is what `count(bids) > 0` is
            continue
        book = replace(suite.rulebook, rules={**suite.rulebook.rules, rule: mutant})
        other = cases.Suite(book, suite.form, suite.base, suite.groups, suite.files)
        assert any(cases.differs(BOOKS, other, base, case, rule, later) for case in found), what
