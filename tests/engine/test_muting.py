"""A column that nobody handed in silences a rule only where the column was wanted: elsewhere a missing cell is a finding of its own."""

from pathlib import Path

from tests.engine.small import bids, checker, outcomes, placees, rule, same, violated

SEAL = "asset_report_seal = 公章 or (asset_report_seal = 无 and valuation_table_assets = reported_assets)"


def body(*rules: str) -> str:
    fate = "  fate: {zh: 结果, of: bid, stage: b, first: [{if: not live, is: 无效报价}, {is: 有效报价}]}\n"
    return "\nstages: [a, b]\nvalues:\n" + fate + "rules:\n" + "".join(rules)


def test_a_missing_cell_is_a_finding_though_the_rule_lacks_a_column_elsewhere(tmp_path: Path) -> None:
    """P1 holds, P2 lacks its seal, P3 wants the column, P4 lacks the report's figure besides, and P5 the seal that would want it."""
    seals = ["公章", None, "无", "无", None]
    table = [
        {**p, "asset_report_seal": seal, "reported_assets": assets}
        for p, seal, assets in zip(placees(*["V1"] * 5), seals, [1, 1, 1, None, None], strict=True)
    ]
    report = same(checker(tmp_path, body(rule("a.seal", "placee", SEAL))), {"placees": table, "bids": bids(*[1] * 5)})
    assert report.by_rule["a.seal"] == {"holds": 1, "not_evaluable": 4}
    assert report.unsupplied == {"placee": ("a.seal",)}
    assert {f.subject.id: f.missing for f in report.findings} == {
        "P2": ("asset_report_seal",),
        "P4": ("reported_assets",),
        "P5": ("asset_report_seal", "reported_assets"),
    }
    assert [b.open for b in report.bids] == [False, True, False, True, True]


def test_where_every_open_record_lacks_a_cell_of_its_own_nothing_is_unsupplied(tmp_path: Path) -> None:
    table = [{**p, "asset_report_seal": s, "reported_assets": 1} for p, s in zip(placees("V1", "V1"), ["公章", None], strict=True)]
    report = same(checker(tmp_path, body(rule("a.seal", "placee", SEAL))), {"placees": table, "bids": bids(1, 1)})
    assert (report.unsupplied, outcomes(report, "a.seal")) == ({}, {"P2": "not_evaluable"})
    assert [b.open for b in report.bids] == [False, True]


def test_a_rule_that_the_column_alone_could_decide_is_silent_everywhere(tmp_path: Path) -> None:
    """A breach of one side is one whatever the other says, so what is not known of the other is not asked for."""
    cap = rule("a.cap", "placee", "month_end_assets > 5元 and pre_inquiry_assets > 5元")
    table = [{**p, "month_end_assets": a} for p, a in zip(placees("V1", "V1", "V1"), [6, 5, None], strict=True)]
    report = same(checker(tmp_path, body(cap)), {"placees": table, "bids": bids(1, 1, 1)})
    assert violated(report) == [("a.cap", "P2")]
    assert (report.by_rule["a.cap"], report.unsupplied) == ({"violated": 1, "not_evaluable": 2}, {"placee": ("a.cap",)})
    assert [f.rule for f in report.findings] == ["a.cap"]


def test_a_condition_that_lacks_a_cell_is_a_finding_of_the_rule(tmp_path: Path) -> None:
    seal = rule("a.seal", "placee", "valuation_table_assets = reported_assets", when="asset_report_seal = 无")
    table = [
        {**p, "asset_report_seal": s, "reported_assets": 1} for p, s in zip(placees("V1", "V1", "V1"), ["公章", None, "无"], strict=True)
    ]
    report = same(checker(tmp_path, body(seal)), {"placees": table, "bids": bids(1, 1, 1)})
    assert report.by_rule["a.seal"] == {"not_applicable": 1, "not_evaluable": 2}
    assert {f.subject.id: f.missing for f in report.findings} == {"P2": ("asset_report_seal",)}


def test_an_open_rule_always_says_what_is_wanting(tmp_path: Path) -> None:
    """Where no cell is missing: the value that cannot be made, or the records that cannot be counted below a key that stands twice."""
    values = "  middle: {zh: 中位数, of: offering, stage: b, is: median(bids.price where live)}\n"
    rules = [
        rule("a.few", "placee", "count(bids) <= 1"),
        rule("a.dear", "bid", "price > 10元"),
        rule("b.middle", "offering", "middle > 1元", "suspend"),
    ]
    text = body(*rules).replace("rules:\n", values + "rules:\n", 1)
    doubled = [*placees("V1", "V1"), {"placee": "P2", "investor": "V1"}]
    report = same(checker(tmp_path, text), {"placees": doubled, "bids": bids(1, 1)})
    said = {(f.rule, f.subject.id): (f.missing, f.message.zh) for f in report.findings if f.outcome == "not_evaluable"}
    assert said == {
        ("a.few", "P2"): (("bid",), "无法判断“a.few之名”:缺少报价"),
        ("a.few", "P2#2"): (("bid",), "无法判断“a.few之名”:缺少报价"),
        ("b.middle", "301000"): (("middle",), "无法判断“b.middle之名”:缺少中位数"),
    }
