"""Records whose parent is not there, stands twice, or is spoken of in two ways (settled 17): their own rules run, the others are open."""

from pathlib import Path
from typing import Any

import validator
from tests.engine.small import OFFERING, bids, checker, outcomes, placees, rule, same, violated

BODY = """
stages: [first, second]
values:
  fate: {zh: 结果, of: bid, stage: second, first: [{if: not live, is: 无效报价}, {is: 有效报价}]}
rules:
""" + "".join(
    (
        rule("first.own", "bid", "quantity >= 100股"),
        rule("first.assets", "bid", "price * quantity <= month_end_assets"),
        rule("first.one", "placee", "count(bids) <= 1"),
        rule("first.barred", "investor", "not restricted"),
    )
)


def book(**changes: Any) -> dict[str, Any]:
    """Two investors with a placee and a bid each; everything holds."""
    tables = {
        "investors": [{"investor": "V1", "restricted": False}, {"investor": "V2", "restricted": False}],
        "placees": [{**p, "month_end_assets": 10_000} for p in placees("V1", "V2")],
        "bids": bids(100, 100),
    }
    return tables | changes


def test_the_base_is_clean(tmp_path: Path) -> None:
    report = same(checker(tmp_path, BODY), book())
    assert (report.status, report.findings, report.intake) == (0, (), ())


def test_a_bid_of_an_unknown_placee_is_asked_its_own_rules_and_open_for_the_others(tmp_path: Path) -> None:
    lost = [
        *bids(100, 100),
        {"placee": "P9", "sequence": 3, "price": 10, "quantity": 99},
        {"placee": "P8", "sequence": 4, "price": 10, "quantity": 100},
    ]
    report = same(checker(tmp_path, BODY), book(bids=lost))
    assert violated(report) == [("first.own", "P9/3")]
    assert outcomes(report, "first.assets") == {"P8/4": "not_evaluable", "P9/3": "not_evaluable"}
    assert {f.missing for f in report.findings if f.rule == "first.assets"} == {("month_end_assets",)}
    assert [(i.code, i.rows, i.count) for i in report.intake] == [("orphan", (4, 5), 2)]
    assert "“P8”" in report.intake[0].message.zh and "“P9”" in report.intake[0].message.zh
    assert report.by_rule["first.one"] == {"holds": 2}
    assert [(b.placee, b.investor, b.fate, b.open) for b in report.bids] == [
        ("P1", "V1", "有效报价", False),
        ("P2", "V2", "有效报价", False),
        ("P8", None, "有效报价", True),
        ("P9", None, "无效报价", False),
    ]
    assert (report.fates["有效报价"].placees, report.fates["有效报价"].investors, report.fates["有效报价"].open) == (3, 2, 1)


def test_a_bid_whose_placees_investor_is_unknown_is_open(tmp_path: Path) -> None:
    """No rule of the bid itself needs the investor; but whether the investor is barred nobody could ask."""
    report = same(checker(tmp_path, BODY), book(investors=[{"investor": "V1", "restricted": False}]))
    assert [(i.code, i.table, i.text) for i in report.intake] == [("orphan", "placees", "V2")]
    assert (report.findings, report.status) == ((), 3)
    assert [(b.fate, b.open) for b in report.bids] == [("有效报价", False), ("有效报价", True)]


def test_nothing_is_open_for_a_table_that_nobody_handed_in(tmp_path: Path) -> None:
    tables = book()
    del tables["investors"]
    tables["placees"] = [{k: v for k, v in p.items() if k != "investor"} for p in tables["placees"]]
    report = same(checker(tmp_path, BODY), tables)
    assert report.unsupplied == {"investor": ("first.barred",)}
    assert [b.open for b in report.bids] == [False, False]


def test_a_parent_that_stands_twice_is_asked_twice_and_its_bids_are_open(tmp_path: Path) -> None:
    twice = [{"investor": "V1", "restricted": True}, {"investor": "V2", "restricted": False}, {"investor": "V1", "restricted": False}]
    report = same(checker(tmp_path, BODY), book(investors=twice))
    assert [(i.code, i.rows, i.text) for i in report.intake] == [("duplicate-key", (2, 4), "V1")]
    assert report.by_rule["first.barred"] == {"holds": 2, "violated": 1}
    assert [(b.investor, b.live, b.fate, b.open) for b in report.bids] == [(None, True, "有效报价", True), ("V2", True, "有效报价", False)]


def test_what_depends_on_a_placee_that_stands_twice_is_not_evaluable(tmp_path: Path) -> None:
    tables = book()
    tables["placees"] = [*tables["placees"], {"placee": "P1", "investor": "V1", "month_end_assets": 1}]
    report = same(checker(tmp_path, BODY), tables)
    assert outcomes(report, "first.assets") == {"P1/1": "not_evaluable"}
    assert outcomes(report, "first.one") == {"P1": "not_evaluable", "P1#2": "not_evaluable"}
    assert [b.open for b in report.bids] == [True, False]


def test_two_bids_of_one_key_are_two_bids(tmp_path: Path) -> None:
    rows = [*bids(100, 100), {"placee": "P1", "sequence": 1, "price": 11, "quantity": 200}]
    report = same(checker(tmp_path, BODY), book(bids=rows))
    assert [b.id for b in report.bids] == ["P1/1", "P1/1#2", "P2/2"]
    assert [(i.code, i.rows, i.text) for i in report.intake] == [("duplicate-key", (2, 4), "P1/1")]
    assert violated(report) == [("first.one", "P1")]
    assert [b.live for b in report.bids] == [False, False, True]
    assert report.findings[0].figures == {"count(bids)": "2"}
    assert report.findings[0].margin == "-1"


def test_a_bid_without_a_number_is_known_by_its_placee(tmp_path: Path) -> None:
    rows = [{**b, "sequence": None} for b in bids(100, 99)]
    report = same(checker(tmp_path, BODY), book(bids=rows))
    assert [(b.id, b.sequence, b.placee) for b in report.bids] == [("P1/#1", None, "P1"), ("P2/#1", None, "P2")]
    assert violated(report) == [("first.own", "P2/#1")]


def test_rows_that_disagree_about_a_parent_leave_its_field_missing(tmp_path: Path) -> None:
    flat = [{**b, "investor": "V1", "restricted": r} for b, r in zip(bids(100, 100), (True, False), strict=True)]
    report = same(checker(tmp_path, BODY), {"bids": flat})
    assert [(i.code, i.column) for i in report.intake] == [("contradiction", "restricted")]
    assert outcomes(report, "first.barred") == {"V1": "not_evaluable"}
    assert [b.open for b in report.bids] == [True, True]


def test_the_row_of_a_derived_parent_is_the_first_that_names_it(tmp_path: Path) -> None:
    flat = [{**b, "investor": v, "restricted": v == "V1"} for b, v in zip(bids(100, 100, 100), ("V2", "V1", "V1"), strict=True)]
    report = same(checker(tmp_path, BODY), {"bids": flat})
    (finding,) = report.violated
    assert (finding.subject.kind, finding.subject.id, finding.subject.row) == ("investor", "V1", 3)
    assert finding.to_dict()["subject"] == {"kind": "investor", "id": "V1", "row": 3}


def test_a_suspension_does_not_rest_on_bids_of_nobody_knows_whom(tmp_path: Path) -> None:
    """One investor of two has an effective bid for certain; a bid of an unknown placee may be that of another."""
    offering = {
        "minimum_quantity": "100股",
        "quantity_step": "100股",
        "maximum_quantity": "1000股",
        "elimination_share": "0%",
        "elimination_bound": "at_most",
        "issue_price": "10元",
    }
    rule_ = "pricing.minimum-investors"

    def asked(minimum: int, **changes: Any) -> tuple[str, dict[str, str], tuple[str, ...]]:
        check = validator.checker({**OFFERING, **offering, "minimum_effective_investors": minimum})
        report = same(check, {**book(), "bids": ranked, **changes}, ["pricing"])
        (outcome,) = report.by_rule[rule_]
        found = next((f for f in report.findings if f.rule == rule_), None)
        return outcome, dict(found.figures) if found else {}, found.missing if found else ()

    few, ranked = book()["investors"][:1], bids(100, 100, submitted_at="2026-02-11 10:00")
    figures = {"minimum_effective_investors": "2", "effective_investors": "1"}
    assert asked(2) == ("holds", {}, ())
    assert asked(2, investors=few) == ("not_evaluable", figures, ("investor",))
    assert asked(1, investors=few) == ("holds", {}, ())
    alone = {"investors": few, "placees": book()["placees"][:1], "bids": ranked[:1]}
    assert asked(2, **alone) == ("violated", {**figures, "certain_investors": "1"}, ())
