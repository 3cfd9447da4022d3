"""What a report promises: exact figures, stable fingerprints and order, stages, and that nothing around the run changes it."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from tests.engine.drawn import BASE, chinext
from tests.engine.small import RULES, bids, checker, placees, rule, same, violated
from tests.engine.test_two_paths import alike, clean

# ── figures ──


def test_figures_are_exact_decimals_in_base_units_and_margins_the_distance_to_the_limit(tmp_path: Path) -> None:
    values = """  third: {zh: 三分之一, of: bid, is: quantity / 3}
  opens: {zh: 开始, of: offering, is: I 09:30}
"""
    rules = [
        rule("a.price", "bid", "price <= 10元"),
        rule("a.amount", "bid", "price * quantity <= 1万元"),
        rule("a.third", "bid", "third <= 100股"),
        rule("a.ratio", "bid", "quantity <= elimination_share * 1000股"),
        rule("a.early", "bid", "submitted_at >= opens"),
        rule("a.late", "bid", "submitted_at < I 09:30"),
        rule("a.day", "offering", "T <= I", "mismatch"),
        rule("a.not-a-comparison", "bid", "price <= 10元 and quantity <= 1股"),
        rule("a.equal", "bid", "price = 10元"),
    ]
    check = checker(tmp_path, f"\nstages: [a]\nvalues:\n{values}rules:\n" + "".join(rules), elimination_share="3%")
    report = same(check, {"bids": bids(1001, price="10.0001", submitted_at="2026-02-11 09:29:59.999")})
    assert {f.rule: (dict(f.figures), f.margin) for f in report.violated} == {
        "a.price": ({"price": "10.0001"}, "-0.0001"),
        "a.amount": ({"price": "10.0001", "quantity": "1001"}, "-10.1001"),
        "a.third": ({"third": "333.666666666667"}, "-233.666666666667"),
        "a.ratio": ({"quantity": "1001", "elimination_share": "0.03"}, "-971"),
        "a.early": ({"submitted_at": "2026-02-11 09:29:59.999", "opens": "2026-02-11 09:30:00.000"}, "-0.001"),
        "a.day": ({"T": "2026-02-25", "I": "2026-02-11"}, "-14"),
        "a.not-a-comparison": ({"price": "10.0001", "quantity": "1001"}, None),
        "a.equal": ({"price": "10.0001"}, None),
    }


def test_aggregates_are_figures_under_their_own_text(tmp_path: Path) -> None:
    rules = [
        rule("a.spread", "investor", "max(bids.price) <= 120% * min(bids.price)"),
        rule("a.account", "placee", "count(all placees where securities_account = this.securities_account) <= 1", "report"),
        rule("a.assets", "investor", "sum(bids.quantity where price > suggested_low) <= 5股", "report"),
    ]
    book = {
        "investors": [{"investor": "V1", "suggested_low": 10}],
        "placees": [{**p, "securities_account": "A"} for p in placees("V1", "V1")],
        "bids": bids(3, 4, price=[10, "12.01"]),
    }
    book["bids"].append({"placee": "P1", "sequence": 3, "price": 11, "quantity": 2})
    report = same(checker(tmp_path, "\nstages: [a]\nrules:\n" + "".join(rules)), book)
    assert [(f.rule, f.subject.id, dict(f.figures), f.margin) for f in report.violated] == [
        ("a.account", "P1", {"count(all placees where securities_account = this.securities_account)": "2"}, "-1"),
        ("a.account", "P2", {"count(all placees where securities_account = this.securities_account)": "2"}, "-1"),
        ("a.assets", "V1", {"sum(bids.quantity where price > suggested_low)": "6"}, "-1"),
        ("a.spread", "V1", {"max(bids.price)": "12.01", "min(bids.price)": "10"}, "-0.01"),
    ]


def test_a_message_says_what_is_missing_and_how_much_in_the_units_of_its_language(tmp_path: Path) -> None:
    message = '{zh: "{price}×{quantity},{amended},{submitted_at}{{注}}", en: "{price} x {quantity}, {amended}, {submitted_at}"}'
    body = "\nstages: [a]\nrules:\n" + rule("a.n", "bid", "price > 100元", message=message)
    report = same(checker(tmp_path, body), {"bids": bids(1_500_000, None, amended=[True, None])})
    assert [(f.message.zh, f.message.en) for f in report.violated] == [
        ("10.00元×150万股,是,(缺失){注}", "10.00 yuan x 1,500,000 shares, yes, (missing)"),
        ("10.00元×(缺失),(缺失),(缺失){注}", "10.00 yuan x (missing), (missing), (missing)"),
    ]


def test_values_of_every_kind_are_plain_text(tmp_path: Path) -> None:
    values = """  a_day: {zh: 日, of: offering, is: T - 5天}
  a_moment: {zh: 时, of: offering, is: max(bids.submitted_at)}
  a_flag: {zh: 是非, of: offering, is: any(bids.amended)}
  a_word: {zh: 词, of: offering, is: elimination_bound}
  a_text: {zh: 文, of: offering, is: name}
  a_count: {zh: 数, of: offering, is: count(bids)}
  a_share: {zh: 比, of: offering, is: count(bids) / 3}
  a_shown: {zh: 示, of: offering, show: 2, is: a_share}
  a_missing: {zh: 缺, of: offering, is: 1 / (count(bids) - 2)}
"""
    check = checker(
        tmp_path, f"\nstages: [a]\nvalues:\n{values}rules:\n" + rule("a.n", "bid", "price > 0元"), elimination_bound="at_most", name="甲"
    )
    found = same(check, {"bids": bids(1, 1, amended=[None, True], submitted_at="2026-02-11 10:00:00.001")}).to_dict()
    assert found["values"] == {
        "a_day": "2026-02-20",
        "a_moment": "2026-02-11 10:00:00.001",
        "a_flag": "true",
        "a_word": "at_most",
        "a_text": "甲",
        "a_count": "2",
        "a_share": "0.666666666667",
        "a_shown": "0.67",
        "a_missing": None,
    }
    assert found["values_exact"] == {"a_count": "2", "a_share": "2/3", "a_shown": "2/3", "a_missing": None}


# ── fingerprints and order ──


def test_a_fingerprint_is_of_offering_rule_subject_and_figures_alone(tmp_path: Path) -> None:
    check = checker(tmp_path, "\nstages: [a]\nrules:\n" + rule("a.n", "bid", "price > 100元"))
    (first,) = same(check, {"bids": bids(1)}).violated
    text = '["301000","a.n","P1/1",{"price":"10"}]'
    assert first.fingerprint == hashlib.sha256(text.encode()).hexdigest()
    later = same(check, {"bids": [{"placee": "P0", "sequence": 1, "price": 200}, *bids(2)]}).violated
    assert [(f.subject.row, f.fingerprint) for f in later] == [(3, first.fingerprint)]


def test_findings_stand_by_stage_rule_and_subject(tmp_path: Path) -> None:
    rules = [
        rule("z-first.b", "bid", "price > 100元"),
        rule("z-first.a", "bid", "price > 100元"),
        rule("a-second.a", "bid", "price > 100元"),
    ]
    book = {"bids": [{"placee": p, "sequence": 1, "price": 1} for p in ("p", "P10", "P2", "甲")]}
    report = same(checker(tmp_path, "\nstages: [z-first, a-second]\nrules:\n" + "".join(rules)), book)
    subjects = ["P10/1", "P2/1", "p/1", "甲/1"]
    assert violated(report) == [(r, s) for r in ("z-first.a", "z-first.b", "a-second.a") for s in subjects]


# ── stages ──

STAGED = "\nstages: [first, second, third]\nrules:\n" + "".join(
    (
        rule("first.dead", "bid", "quantity >= 100股"),
        rule("second.live", "bid", "live", "report"),
        rule("second.dead", "bid", "price > 5元"),
        rule("third.live", "bid", "live", "report"),
        rule("third.signed", "bid", "true").replace('require: "true", effect: invalid', "effect: attest"),
    )
)


def test_stages_limit_what_is_reported_and_earlier_ones_run_for_their_effects(tmp_path: Path) -> None:
    check = checker(tmp_path, STAGED)
    book = {"bids": bids(99, 100, 100, price=[10, 10, 5])}
    whole = same(check, book)
    assert violated(whole) == [
        ("first.dead", "P1/1"),
        ("second.dead", "P3/3"),
        ("second.live", "P1/1"),
        ("third.live", "P1/1"),
        ("third.live", "P3/3"),
    ]
    assert whole.attestations == (("third.signed", "open"),)
    second = same(check, book, ["second"])
    assert violated(second) == [("second.dead", "P3/3"), ("second.live", "P1/1")]
    assert (list(second.by_rule), second.attestations, second.outcomes["violated"]) == (["second.dead", "second.live"], (), 2)
    assert [b.live for b in second.bids] == [False, True, False]
    two = same(check, book, ["third", "first"])
    assert violated(two) == [("first.dead", "P1/1"), ("third.live", "P1/1"), ("third.live", "P3/3")]
    assert [b.live for b in same(check, book, ["first"]).bids] == [False, True, True]


def test_status_is_that_of_the_stages_reported(tmp_path: Path) -> None:
    check = checker(tmp_path, STAGED)
    book = {"bids": bids(99)}
    assert [check.book(book, [s]).status for s in ("first", "second", "third")] == [1, 1, 1]
    clean_ = {"bids": bids(100)}
    assert [check.book(clean_, [s]).status for s in ("first", "second", "third")] == [0, 0, 3]  # third.signed is open


def test_an_unknown_stage_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, STAGED).book({"bids": bids(1)}, ["frist", "first"])
    assert [(d.code, d.message, d.hint) for d in raised.value.diagnostics] == [
        ("unknown-stage", "unknown stage `frist`", "the stages are `first`, `second`, `third`")
    ]


# ── what changes nothing ──

WHOLE: dict[str, Any] = clean() | {"bids": [{**b, "quantity": q} for b, q in zip(clean()["bids"], (999_999, 5_800_000), strict=True)]}

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[2])
import validator
check = validator.checker(json.loads(sys.argv[3]), rules=sys.argv[1])
print(json.dumps(check.book(json.loads(sys.argv[4])).to_dict(bids=True), ensure_ascii=True))
"""


def test_hash_seed_time_zone_locale_and_threads_change_nothing() -> None:
    settings = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "POLARS_MAX_THREADS": "1"},
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "POLARS_MAX_THREADS": "2"},
        {"PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "POLARS_MAX_THREADS": "7"},
    ]
    offering = json.dumps({k: str(v) for k, v in BASE.offering.items()})
    arguments = [str(RULES), str(RULES.parent), offering, json.dumps(WHOLE)]
    said = {
        subprocess.run([sys.executable, "-c", PROGRAM, *arguments], env={**os.environ, **s}, capture_output=True, check=True).stdout
        for s in settings
    }
    assert len(said) == 1
    here = json.loads(json.dumps(chinext().book(WHOLE).to_dict(bids=True)))
    assert json.loads(said.pop()) == here


def test_threads_may_share_a_checker() -> None:
    """Fresh, so that what is compiled on first use is compiled by several at once."""
    check = chinext(issue_price="20.01")
    jobs = [WHOLE, clean(), {k: v for k, v in WHOLE.items() if k != "investors"}, {"bids": WHOLE["bids"]}] * 4
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda book: alike(check.book(book)), jobs))
    assert together[:4] * 4 == together
    assert together[:4] == [alike(chinext(issue_price="20.010").book(book)) for book in jobs[:4]]


def test_one_checker_gives_the_same_report_twice() -> None:
    assert chinext().book(WHOLE).to_dict(bids=True) == chinext().book(WHOLE).to_dict(bids=True)


def test_a_report_is_json_without_floats() -> None:
    def refuse(_: str) -> None:
        raise AssertionError("a float")

    found = chinext().book(WHOLE).to_dict(bids=True)
    assert json.loads(json.dumps(found), parse_float=refuse) == found
