"""L17 to L19, L21 and L22, and the outcomes that add up: small books, wanted values by hand, in both evaluators."""

from dataclasses import replace
from pathlib import Path

import pytest

from dsl.kernel.nodes import Compare, Const, Input, Kernel
from tests.engine.small import OUTCOMES, bids, checker, outcomes, placees, rule, same, violated
from validator.checks.checker import Checker

FAILS = Compare("<", Const("x", "text"), Const(1, "int"))
"""No sound expression fails; a text below a number does, in Python as in Polars."""


def body(*rules: str, stages: str = "[first, second]", values: str = "") -> str:
    return f"\nstages: {stages}\n" + (f"values:\n{values}" if values else "") + "rules:\n" + "".join(rules)


def family(*investors: str) -> dict[str, list[dict[str, object]]]:
    """Placee Pi of the i-th investor, and nothing else of them."""
    return {"placees": placees(*investors), "investors": [{"investor": v, "restricted": None} for v in sorted(set(investors))]}


# ── L17: five outcomes ──


def test_five_outcomes_add_up_to_rules_times_records(tmp_path: Path) -> None:
    rules = [
        rule("first.minimum", "bid", "quantity >= 100股"),
        rule("first.asked", "bid", "quantity >= 100股", "report", when="price > 9元"),
        rule("first.count", "offering", "count(bids) = 4", "mismatch"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(100, 99, None, 50, price=[10, 9, 10, None])})
    assert report.by_rule == {
        "first.asked": {"holds": 1, "not_applicable": 1, "not_evaluable": 2},
        "first.count": {"holds": 1},
        "first.minimum": {"holds": 1, "violated": 2, "not_evaluable": 1},
    }
    assert [report.outcomes[o] for o in OUTCOMES] == [3, 2, 1, 3, 0]
    assert report.status == 1


def test_a_missing_when_is_not_evaluable_even_where_the_requirement_is_plain(tmp_path: Path) -> None:
    report = same(checker(tmp_path, body(rule("first.a", "bid", "quantity >= 1股", when="amended"))), {"bids": bids(1, 0, amended=None)})
    assert outcomes(report, "first.a") == {"P1/1": "not_evaluable", "P2/2": "not_evaluable"}
    assert {f.missing for f in report.findings} == {("amended",)}


def test_a_rule_is_asked_of_every_record_live_or_not(tmp_path: Path) -> None:
    rules = [rule("first.dead", "bid", "quantity >= 100股"), rule("second.price", "bid", "price <= 10元")]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(1, 100, price=11)})
    assert violated(report) == [("first.dead", "P1/1"), ("second.price", "P1/1"), ("second.price", "P2/2")]


def test_only_violated_has_effects(tmp_path: Path) -> None:
    rules = [rule("first.dead", "bid", "quantity >= 100股"), rule("second.live", "bid", "live", "report")]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(None, 99, 100)})
    assert [(b.live, b.open) for b in report.bids] == [(True, True), (False, False), (True, False)]
    assert violated(report) == [("first.dead", "P2/2"), ("second.live", "P2/2")]


def broken(check: Checker, rule_: str, require: Kernel) -> Checker:
    """The checker with another meaning of one rule: one that no checked expression has, so that an evaluator fails at it."""
    stages = tuple(
        replace(s, asked=tuple(replace(a, require=require) if a.rule.id == rule_ else a for a in s.asked)) for s in check.plan.stages
    )
    return Checker(replace(check.plan, stages=stages), check.vocabulary)


def test_a_failure_of_an_evaluator_is_the_outcome_of_one_rule_only(tmp_path: Path) -> None:
    rules = [
        rule("first.bad", "bid", "price > 0元"),
        rule("first.fine", "bid", "price > 10元"),
        rule("second.live", "bid", "live", "report"),
    ]
    check = broken(checker(tmp_path, body(*rules)), "first.bad", Compare("<", Input("bid", "quantity", "int"), Const("x", "text")))
    report = same(check, {"bids": bids(1, 2)})
    assert report.by_rule == {"first.bad": {"error": 2}, "first.fine": {"violated": 2}, "second.live": {"violated": 2}}
    assert [(f.rule, f.outcome) for f in report.findings][:2] == [("first.bad", "error"), ("first.bad", "error")]
    assert report.findings[0].message.zh == "“first.bad之名”运算出错,未能判断"
    assert report.findings[0].effect == ("invalid",)
    assert [b.live for b in report.bids] == [False, False]


def test_an_error_alone_has_no_effect_and_is_not_compliance(tmp_path: Path) -> None:
    check = broken(checker(tmp_path, body(rule("first.bad", "bid", "price > 0元"))), "first.bad", FAILS)
    report = same(check, {"bids": bids(1, 2)})
    assert (report.outcomes["error"], report.status) == (2, 3)
    assert [(b.live, b.open) for b in report.bids] == [(True, False), (True, False)]


def test_an_error_of_a_rule_of_the_offering_stays_there(tmp_path: Path) -> None:
    rules = [rule("first.bad", "offering", "count(bids) > 5", "suspend"), rule("first.fine", "offering", "count(bids) > 1", "suspend")]
    report = same(broken(checker(tmp_path, body(*rules)), "first.bad", FAILS), {"bids": bids(1)})
    assert report.by_rule == {"first.bad": {"error": 1}, "first.fine": {"violated": 1}}
    assert outcomes(report, "first.bad") == {"301000": "error"}


# ── L18: live ──


def test_live_is_what_earlier_stages_left_and_the_same_for_all_rules_of_a_stage(tmp_path: Path) -> None:
    rules = [
        rule("first.a-dead", "bid", "quantity >= 100股"),
        rule("first.b-live", "bid", "live", "report"),
        rule("second.c-live", "bid", "live", "report"),
        rule("second.a-dead", "bid", "price <= 10元", "refuse"),
        rule("third.d-live", "bid", "live", "report"),
    ]
    report = same(checker(tmp_path, body(*rules, stages="[first, second, third]")), {"bids": bids(99, 100, 100, price=[10, 11, 10])})
    assert violated(report) == [
        ("first.a-dead", "P1/1"),
        ("second.a-dead", "P2/2"),
        ("second.c-live", "P1/1"),
        ("third.d-live", "P1/1"),
        ("third.d-live", "P2/2"),
    ]


@pytest.mark.parametrize(
    ("effect", "live"),
    [
        (e, e not in ("refuse", "invalid"))
        for e in ("refuse", "invalid", "void-allotment", "suspend", "default", "report", "disclose", "mismatch")
    ]
    + [("[report, invalid]", False), ("[report, default]", True)],
)
def test_only_refuse_and_invalid_make_a_bid_dead(tmp_path: Path, effect: str, live: bool) -> None:
    report = same(checker(tmp_path, body(rule("first.a", "bid", "price > 10元", effect))), {"bids": bids(1)})
    assert [b.live for b in report.bids] == [live]


def test_invalid_on_an_investor_reaches_all_its_bids_and_no_others(tmp_path: Path) -> None:
    book = {"bids": bids(1, 1, 1, 1), **family("V1", "V2", "V1", "V2")}
    book["investors"][0]["restricted"] = True
    book["investors"][1]["restricted"] = False
    rules = [rule("first.barred", "investor", "not restricted"), rule("second.live", "bid", "live", "report")]
    report = same(checker(tmp_path, body(*rules)), book)
    assert violated(report) == [("first.barred", "V1"), ("second.live", "P1/1"), ("second.live", "P3/3")]


def test_invalid_on_a_placee_reaches_its_bids_and_neither_up_nor_sideways(tmp_path: Path) -> None:
    """P1 and P2 are of one investor; the investor's own rule sees nothing of P1's breach but through its bids."""
    book = {"bids": bids(1, 1), **family("V1", "V1")}
    book["placees"][0]["placee_restricted"], book["placees"][1]["placee_restricted"] = True, False
    values = """  dead: {zh: 失效, of: bid, stage: second, is: not live}
  any_dead: {zh: 有失效, of: investor, stage: second, is: any(bids.dead)}
"""
    rules = [
        rule("first.barred", "placee", "not placee_restricted"),
        rule("second.live", "bid", "live", "report"),
        rule("second.whole", "investor", "not any_dead", "report"),
    ]
    report = same(checker(tmp_path, body(*rules, values=values)), book)
    assert violated(report) == [("first.barred", "P1"), ("second.live", "P1/1"), ("second.whole", "V1")]
    assert [b.live for b in report.bids] == [False, True]


def test_a_breach_of_a_rule_of_the_offering_or_of_another_tree_touches_no_bid(tmp_path: Path) -> None:
    rules = [rule("first.offering", "offering", "count(bids) > 5"), rule("first.online", "online_application", "average_holding > 1元")]
    book = {"bids": bids(1), "online_applications": [{"application": "A1", "average_holding": 0}]}
    report = same(checker(tmp_path, body(*rules)), book)
    assert violated(report) == [("first.offering", "301000"), ("first.online", "A1")]
    assert [b.live for b in report.bids] == [True]


# ── L19: admitted quantity ──


def excess(id_: str, limit: str, **more: str) -> str:
    return rule(id_, "bid", f"quantity <= {limit}", "excess-invalid", admits=more.pop("admits", limit), **more)


def test_the_admitted_quantity_is_the_smallest_of_the_quantity_and_all_admits(tmp_path: Path) -> None:
    rules = [excess("first.a", "500股"), excess("first.b", "300股"), excess("second.c", "400股")]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(600, 450, 350, 300, None)})
    assert [b.admitted_quantity for b in report.bids] == [300, 300, 300, 300, None]
    assert [b.quantity for b in report.bids] == [600, 450, 350, 300, None]


def test_admits_of_a_rule_that_holds_is_not_applicable_or_not_evaluable_takes_nothing(tmp_path: Path) -> None:
    rules = [
        excess("first.holds", "600股", admits="1股"),
        excess("first.idle", "100股", admits="2股", when="price > 10元"),
        excess("first.unknown", "100股", admits="3股", when="amended"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(600, amended=None)})
    assert [b.admitted_quantity for b in report.bids] == [600]


def test_admits_above_the_quantity_takes_nothing_and_a_missing_one_takes_all_knowledge(tmp_path: Path) -> None:
    rules = [rule("first.a", "bid", "price <= 5元", "excess-invalid", admits="maximum_quantity")]
    check = checker(tmp_path, body(*rules), maximum_quantity=700)
    assert [b.admitted_quantity for b in same(check, {"bids": bids(600, 800)}).bids] == [600, 700]
    check = checker(tmp_path, body(*rules))
    assert [b.admitted_quantity for b in same(check, {"bids": bids(600, 800)}).bids] == [None, None]


def test_what_a_rule_admits_is_read_before_any_effect_of_its_stage(tmp_path: Path) -> None:
    rules = [
        excess("first.a", "570股"),
        excess("first.b", "560股", admits="admitted_quantity - 100股"),
        rule("first.c", "bid", "price > 10元"),
        excess("first.d", "550股", admits="if live then 550股 else 1股"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(600)})
    assert [(b.admitted_quantity, b.live) for b in report.bids] == [(500, False)]


def test_figures_and_margin_are_those_that_the_rule_was_asked_about(tmp_path: Path) -> None:
    """570股 stand after the stage. The rule of the same stage saw 600股, the one of the next sees 570股."""
    rules = [
        excess("first.a", "570股"),
        rule(
            "first.b", "bid", "admitted_quantity <= 580股", "report", message='{zh: "有效{admitted_quantity}", en: "{admitted_quantity}"}'
        ),
        rule("second.b", "bid", "admitted_quantity <= 560股", "report"),
        rule("first.c", "bid", "price > 10元 and live"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(600)})
    found = {f.rule: f for f in report.findings}
    assert (found["first.b"].figures, found["first.b"].margin, found["first.b"].message.zh) == (
        {"admitted_quantity": "600"},
        "-20",
        "有效600股",
    )
    assert (found["second.b"].figures, found["second.b"].margin) == ({"admitted_quantity": "570"}, "-10")
    assert found["first.c"].figures == {"price": "10", "live": "true"}


# ── L21: open ──

FATES = """  fate:
    zh: 结果
    of: bid
    stage: second
    first: [{if: not live, is: 无效报价}, {is: 有效报价}]
"""


def test_a_live_bid_on_which_a_deadly_rule_was_not_evaluable_is_open(tmp_path: Path) -> None:
    """Open by its own rule (P1), its placee's (P2), its investor's (P3); not by one that reports (P4), nor where dead (P5); P6 is clear."""
    book = {
        "bids": bids(None, 1, 1, 1, None, 1, price=[1, 1, 1, 1, 11, 1], amended=[True, True, True, None, True, True]),
        **family("V1", "V1", "V2", "V1", "V1", "V1"),
    }
    for placee in book["placees"]:
        placee["placee_restricted"] = None if placee["placee"] == "P2" else False
    book["investors"][0]["restricted"] = False
    rules = [
        rule("first.quantity", "bid", "quantity >= 1股"),
        rule("first.price", "bid", "price <= 10元"),
        rule("first.placee", "placee", "not placee_restricted", "refuse"),
        rule("first.investor", "investor", "not restricted"),
        rule("first.amended", "bid", "amended", "report"),
    ]
    report = same(checker(tmp_path, body(*rules, values=FATES)), book)
    assert [(b.fate, b.open) for b in report.bids] == [
        ("有效报价", True),
        ("有效报价", True),
        ("有效报价", True),
        ("有效报价", False),
        ("无效报价", False),
        ("有效报价", False),
    ]
    assert {k: (f.placees, f.investors, f.quantity, f.open) for k, f in report.fates.items()} == {
        "无效报价": (1, 1, "0", 0),
        "有效报价": (5, 2, "4", 3),
    }


def test_two_open_questions_on_a_bid_count_once(tmp_path: Path) -> None:
    rules = [rule("first.a", "bid", "quantity >= 1股"), rule("first.b", "bid", "amended")]
    report = same(checker(tmp_path, body(*rules, values=FATES)), {"bids": bids(None, amended=None)})
    assert report.fates["有效报价"].open == 1


def test_a_rule_of_the_stage_of_the_fates_opens_nothing(tmp_path: Path) -> None:
    report = same(checker(tmp_path, body(rule("second.a", "bid", "quantity >= 1股"), values=FATES)), {"bids": bids(None)})
    assert (report.fates["有效报价"].open, report.by_rule) == (0, {"second.a": {"not_evaluable": 1}})


def test_an_investor_without_bids_on_which_a_rule_is_open_opens_nothing(tmp_path: Path) -> None:
    book = {"bids": bids(1), **family("V1"), "investors": [{"investor": "V1", "restricted": False}, {"investor": "V2", "restricted": None}]}
    report = same(checker(tmp_path, body(rule("first.a", "investor", "not restricted"), values=FATES)), book)
    assert outcomes(report, "first.a") == {"V2": "not_evaluable"}
    assert [b.open for b in report.bids] == [False]


# ── L22: the officer's evening ──


def test_without_an_issue_price_nothing_is_spared_and_the_report_is_provisional(tmp_path: Path) -> None:
    values = """  total: {zh: 总量, of: offering, stage: second, is: sum(bids.admitted_quantity where live)}
  out:
    zh: 剔除
    of: bid
    stage: second
    take:
      from: live
      order: [price descending, sequence ascending]
      sum: admitted_quantity
      limit: 50% * total
      bound: elimination_bound
      spare: {last: price, equals: issue_price}
  fate:
    zh: 结果
    of: bid
    stage: second
    first:
      - {if: not live, is: 无效报价}
      - {if: out, is: 高价剔除}
      - {if: not present(issue_price), is: 待定价}
      - {if: price < issue_price, is: 低价未入围}
      - {is: 有效报价}
"""
    rules = [
        "  - {id: second.sel, name: {zh: 剔, en: out}, for: bid, selects: out, effect: [], cite: seed 一}\n",
        rule("first.a", "bid", "price <= 40元"),
    ]
    book = {"bids": bids(10, 10, 10, 10, 10, price=[50, 30, 20, 20, 10])}
    before = same(checker(tmp_path, body(*rules, values=values), elimination_bound="at_most"), book)
    assert before.provisional == ("issue_price",)
    assert [b.fate for b in before.bids] == ["无效报价", "高价剔除", "高价剔除", "待定价", "待定价"]
    after = same(checker(tmp_path, body(*rules, values=values), elimination_bound="at_most", issue_price=20), book)
    assert after.provisional == ()
    assert [b.fate for b in after.bids] == ["无效报价", "高价剔除", "有效报价", "有效报价", "低价未入围"]
    assert (before.elimination.count, after.elimination.count) == (2, 1)
