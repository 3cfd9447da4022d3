"""One plan serves submissions with any columns: it says what a plan made for these columns alone says, and nothing is compiled for them."""

import builtins
from dataclasses import replace
from random import Random
from typing import Any

import pytest

import validator
from benchmarks import book
from validator.checks.checker import Checker
from validator.engine.rows import records
from validator.engine.rows.run import play
from validator.engine.rows.script import script
from validator.intake.submission.read import read_submission
from validator.plan.supplied_columns import BookPlan
from validator.report.build import build
from validator.report.given import submission_input
from validator.report.preface import Preface
from validator.report.verdict import verdict

KEYS = {"investor", "placee", "bids", "placees"}
RULEBOOKS = {"szse-chinext": {}, "sse-star": {"board": "sse-star"}, "sse-main": {"board": "sse-main"}}


@pytest.fixture(scope="module", params=RULEBOOKS)
def check(request) -> Checker:
    return validator.checker({**book.OFFERING, **RULEBOOKS[request.param]})


def thinned(seed: int) -> dict[str, Any]:
    """A submission with faults, without some of its columns, and at times without its placees' bids."""
    draw = Random(seed)
    data = book.spoiled_submission(seed, seed % 8)
    share = draw.choice((0.05, 0.3, 0.7, 1.0))

    def keep(record: dict[str, Any], lost: set[str]) -> dict[str, Any]:
        return {k: v for k, v in record.items() if k in KEYS or k not in lost}

    def lost(some: list[dict[str, Any]]) -> set[str]:
        return {k for k in dict.fromkeys(k for r in some for k in r) if draw.random() < share}

    investor, placees = dict(data["investor"]), [dict(p) for p in data["placees"]]
    bids = [b for p in placees for b in p.get("bids", ())]
    gone, of_bids, of_investor = lost(placees), lost(bids), lost([investor])
    without_bids = draw.random() < 0.1
    for placee in placees:
        placee["bids"] = [] if without_bids else [keep(b, of_bids) for b in placee.get("bids", ())]
    return {"investor": keep(investor, of_investor), "placees": [keep(p, gone) for p in placees]}


def made_for(check: Checker, data: object) -> dict[str, Any]:
    """The report of a plan that is made for the columns of this submission alone."""
    run = check.submissions
    read = read_submission(data, run.form)
    given = submission_input(read, check.plan)
    plan = BookPlan.of(check.plan, given.supplied)
    rules = {a.number for a in run.plan.asked()}
    what = script(plan, plan.stages, rules=rules)
    near = {(s.entity, s.name) for s in run.plan.steps()}
    stages = tuple(type(s)(s.name, tuple(x for x in s.steps if (x.entity, x.name) in near), s.asked) for s in what.stages)
    what = script(plan, stages, rules=rules)
    raw = play(plan, what, records.from_dicts(read.tables, plan.layout))
    words = check.vocabulary.words_en
    report = build(plan, raw, given, plan.coverage, Preface.of(plan, stages, words), plan.rulebook.stages, words)
    return replace(report, not_asked=run.not_asked, verdict=verdict(report, plan)).to_dict(bids=True)


@pytest.mark.parametrize("part", range(8))
def test_it_says_what_a_plan_for_these_columns_alone_says(check: Checker, part: int) -> None:
    for seed in range(25 * part, 25 * part + 25):
        data = thinned(seed)
        assert check.submission(data).to_dict(bids=True) == made_for(check, data), f"seed {seed}"


def test_nothing_is_compiled_after_checker(check: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    real = builtins.compile

    def counting(*args: Any, **more: Any) -> Any:
        compiled.append(args[1])
        return real(*args, **more)

    monkeypatch.setattr(builtins, "compile", counting)
    for seed in range(40):
        check.submission(thinned(seed))
    assert "<rules>" not in compiled


def test_what_columns_decide_is_not_kept_for_ever(check: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("validator.checks.run.MOST_SETS", 5)
    check.submissions._columns.clear()
    for seed in range(30):
        check.submission(thinned(seed))
    assert len(check.submissions._columns) <= 5
