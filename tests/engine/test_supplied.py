"""What nobody handed in (L8, L17): nothing is concluded from it, and every rule that rests on it is named once, in `unsupplied`."""

from pathlib import Path

import pytest

import validator
from tests.engine.small import OFFERING, Rows, bids, checker, outcomes, placees, rule, same, violated

INVESTORS = [{"investor": "V1", "restricted": None}]


def body(*rules: str, values: str = "") -> str:
    return "\nstages: [a]\n" + (f"values:\n{values}" if values else "") + "rules:\n" + "".join(rules)


def test_an_absent_column_makes_its_rules_unsupplied_and_never_a_breach(tmp_path: Path) -> None:
    rules = [
        rule("a.compared", "bid", "declared_assets > 1元"),
        rule("a.present", "bid", "present(declared_assets)"),
        rule("a.either", "bid", "present(declared_assets) or price = 10元"),
        rule("a.other", "bid", "price = 10元"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(5, 6, price=[10, 11])})
    assert report.unsupplied == {"bid": ("a.compared", "a.either", "a.present")}
    assert violated(report) == [("a.other", "P2/2")]
    assert report.by_rule["a.either"] == {"holds": 1, "not_evaluable": 1}
    assert [f.rule for f in report.findings] == ["a.other"]
    assert [b.open for b in report.bids] == [False, False]


def test_an_empty_cell_of_a_column_that_was_handed_in_is_a_fact(tmp_path: Path) -> None:
    rules = [rule("a.compared", "bid", "declared_assets > 1元"), rule("a.present", "bid", "present(declared_assets)", "report")]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(5, 6, declared_assets=[None, 2])})
    assert report.unsupplied == {}
    assert violated(report) == [("a.present", "P1/1")]
    assert outcomes(report, "a.compared") == {"P1/1": "not_evaluable"}
    assert [b.open for b in report.bids] == [True, False]
    assert report.status == 1


def test_a_value_that_rests_on_an_absent_column_is_not_known_to_be_missing(tmp_path: Path) -> None:
    values = "  amount: {zh: 金额, of: bid, is: price * quantity}\n  twice: {zh: 两倍, of: bid, is: amount * 2}\n"
    rules = [rule("a.amount", "bid", "present(twice)"), rule("a.admitted", "bid", "present(admitted_quantity)")]
    report = same(checker(tmp_path, body(*rules, values=values)), {"bids": [{"placee": "P1", "sequence": 1, "price": 1}]})
    assert report.unsupplied == {"bid": ("a.admitted", "a.amount")}
    assert (report.status, report.bids[0].live, report.bids[0].open) == (3, True, False)


def test_a_value_may_be_there_in_spite_of_an_absent_column(tmp_path: Path) -> None:
    values = "  cap: {zh: 上限, of: bid, is: if price > 10元 then declared_assets else 5元}\n"
    report = same(checker(tmp_path, body(rule("a.cap", "bid", "present(cap)"), values=values)), {"bids": bids(1, 1, price=[10, 11])})
    assert report.by_rule["a.cap"] == {"holds": 1, "not_evaluable": 1}
    assert report.unsupplied == {"bid": ("a.cap",)}


def test_the_condition_of_an_if_says_what_holds_without_the_column(tmp_path: Path) -> None:
    """`declared_assets` is absent: what the rule says of bids without it holds of all. A value of such an `if` is known as well."""
    values = "  cap: {zh: 上限, of: bid, is: if present(declared_assets) then declared_assets else 5元}\n"
    rules = [
        rule("a.cap", "bid", "cap = 5元"),
        rule("a.price", "bid", "if present(declared_assets) then declared_assets >= 11元 else price >= 11元"),
    ]
    report = same(checker(tmp_path, body(*rules, values=values)), {"bids": bids(1, 1, price=[10, 11])})
    assert violated(report) == [("a.price", "P1/1")]
    assert report.by_rule == {"a.cap": {"holds": 2}, "a.price": {"holds": 1, "violated": 1}}


def test_an_absent_table_counts_as_unknown_not_as_empty(tmp_path: Path) -> None:
    values = "  investors_here: {zh: 家数, of: offering, is: count(investors)}\n"
    rules = [
        rule("a.count", "offering", "investors_here >= 10", "suspend"),
        rule("a.restricted", "investor", "not restricted"),
        rule("a.bid", "bid", "price > 0元"),
    ]
    report = same(checker(tmp_path, body(*rules, values=values)), {"bids": bids(5)})
    assert report.unsupplied == {"offering": ("a.count",), "investor": ("a.restricted",)}
    assert report.by_rule == {"a.bid": {"holds": 1}, "a.count": {"not_evaluable": 1}, "a.restricted": {}}
    assert (report.status, report.values["investors_here"]) == (3, None)


def test_the_codes_in_a_table_of_bids_hand_in_the_tables_above_it(tmp_path: Path) -> None:
    values = "  investors_here: {zh: 家数, of: offering, is: count(investors)}\n"
    flat: Rows = [{**b, "investor": v} for b, v in zip(bids(5, 6, 7), ("V1", "V2", "V1"), strict=True)]
    report = same(checker(tmp_path, body(rule("a.count", "offering", "investors_here >= 3", "suspend"), values=values)), {"bids": flat})
    assert violated(report) == [("a.count", "301000")]
    assert report.findings[0].figures == {"investors_here": "2"}


def test_a_book_without_bids_leaves_their_rules_unsupplied(tmp_path: Path) -> None:
    rules = [
        rule("a.bids", "bid", "price > 0元"),
        rule("a.few", "investor", "count(bids) <= 1"),
        rule("a.some", "investor", "min(bids.price) > 0元", when="count(bids) > 0"),
        rule("a.placees", "placee", "not placee_restricted"),
    ]
    report = same(checker(tmp_path, body(*rules)), {"investors": INVESTORS})
    assert report.unsupplied == {"bid": ("a.bids",), "investor": ("a.few", "a.some"), "placee": ("a.placees",)}
    assert (report.findings, report.status) == ((), 3)


def test_a_table_with_a_header_and_no_rows_is_empty_not_absent(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "bids.csv").write_text("placee,sequence,price,quantity\n", encoding="utf-8")
    (tmp_path / "book" / "investors.csv").write_text("investor\nV1\n", encoding="utf-8")
    (tmp_path / "book" / "placees.csv").write_text("placee,investor\n", encoding="utf-8")
    check = checker(tmp_path, body(rule("a.few", "investor", "count(bids) <= 1"), rule("a.bids", "bid", "price > 0元")))
    report = check.book(tmp_path / "book")
    assert (report.unsupplied, report.by_rule) == ({}, {"a.bids": {}, "a.few": {"holds": 1}})


def test_a_submission_without_bids_leaves_their_rules_unsupplied(tmp_path: Path) -> None:
    check = checker(tmp_path, body(rule("a.few", "investor", "count(bids) <= 1"), rule("a.bids", "bid", "price > 0元")))
    report = check.submission({"investor": {"investor": "V1"}})
    assert (report.unsupplied, report.status) == ({"bid": ("a.bids",), "investor": ("a.few",)}, 3)


def test_a_term_that_the_offering_does_not_state_is_unsupplied(tmp_path: Path) -> None:
    rules = [rule("a.price", "bid", "price >= issue_price"), rule("a.pe", "offering", "issue_pe <= industry_pe", "disclose")]
    report = same(checker(tmp_path, body(*rules)), {"bids": bids(1, 2)})
    assert report.unsupplied == {"bid": ("a.price",), "offering": ("a.pe",)}
    assert report.by_rule == {"a.pe": {"not_evaluable": 1}, "a.price": {"not_evaluable": 2}}
    assert (report.findings, report.status) == ((), 3)


def test_a_rule_of_a_record_that_lacks_its_own_cell_is_a_finding_beside_the_others(tmp_path: Path) -> None:
    """The column `quantity` is absent: every record of the rule is one line in `unsupplied`. `price` lacks one cell: one finding."""
    check = checker(tmp_path, body(rule("a.price", "bid", "price > 1元"), rule("a.both", "bid", "price * quantity > 1元")))
    report = same(check, {"bids": [{"placee": f"P{i}", "sequence": i, "price": p} for i, p in enumerate([2, None], 1)]})
    assert report.unsupplied == {"bid": ("a.both",)}
    assert outcomes(report, "a.price") == {"P2/2": "not_evaluable"}
    assert report.findings[0].missing == ("price",)


def test_a_when_that_asks_for_what_was_not_handed_in_is_not_applicable(tmp_path: Path) -> None:
    seat = rule("a.seat", "placee", "custody_seat = registered_custody_seat", "report", when="present(custody_seat)")
    report = same(checker(tmp_path, body(seat)), {"placees": placees("V1", "V2")})
    assert (report.by_rule, report.unsupplied, report.status) == ({"a.seat": {"not_applicable": 2}}, {}, 0)


def test_a_default_makes_a_flag_known_though_its_column_is_absent(tmp_path: Path) -> None:
    report = same(checker(tmp_path, body(rule("a.drawn", "bid", "not withdrawn"))), {"bids": bids(1)})
    assert (report.by_rule, report.unsupplied) == ({"a.drawn": {"holds": 1}}, {})


def test_plans_for_books_that_lack_different_columns_are_not_kept_for_ever(tmp_path: Path) -> None:
    check = checker(tmp_path, body(rule("a.price", "bid", "price > 0元")))
    names = ["quantity", "declared_assets", "amended", "amendment_reason", "assets_exceed_cap", "submitted_at"]
    for chosen in range(2 ** len(names)):
        record = {"placee": "P1", "sequence": 1, "price": 1} | {n: None for i, n in enumerate(names) if chosen >> i & 1}
        assert check.book({"bids": [record]}, evaluator="rows").by_rule == {"a.price": {"holds": 1}}
    assert len(check._books) == 32


@pytest.mark.parametrize("require", [
    "present(issue_price + max(bids.price))",
    "present(max(bids.price) - issue_price)",
    "present(max(bids.price) * 2 <= issue_price)",
    "present(not (max(bids.price) <= issue_price))",
    "present(max(bids.price))",
    "present(issue_price) and present(max(bids.price))",
])  # fmt: skip
@pytest.mark.parametrize("issue_price", [None, "10元"])
def test_an_offering_ends_alone_as_in_a_table(tmp_path: Path, require: str, issue_price: str | None) -> None:
    """No bids are supplied. Where the price is missing, nothing that bids could say would make the sum present."""
    check = checker(tmp_path, "\nstages: [first]\nrules:\n" + rule("first.there", "offering", require), issue_price=issue_price)
    alone = check.offering_only().outcomes
    in_a_table = validator.check_offerings([{**OFFERING, "issue_price": issue_price}], tmp_path).to_dict()["outcomes"]
    assert {o: in_a_table[o] for o in alone} == dict(alone)
    decided = issue_price is None and require != "present(max(bids.price))"
    assert (alone["violated"], alone["not_evaluable"]) == ((1, 0) if decided else (0, 1))
