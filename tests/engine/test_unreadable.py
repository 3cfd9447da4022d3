"""A cell that holds something and cannot be read (L8a): neither there nor empty. A book, a submission and a table of offerings alike."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tests.engine.small import Rows, bids, checker, outcomes, placees, rule, same
from validator.checks.checker import Checker
from validator.checks.table import check_offerings
from validator.intake import read_book
from validator.plan.supplied_columns import BookPlan
from validator.report.given import book_input

WITHDRAWN = [None, "也许", "是"]


def body(*rules: str, values: str = "") -> str:
    return "\nstages: [a, b]\n" + (f"values:\n{values}" if values else "") + "rules:\n" + "".join(rules)


def test_a_flag_that_cannot_be_read_is_never_its_default(tmp_path: Path) -> None:
    """`withdrawn` is 否 where its cell is empty, and only there."""
    check = checker(tmp_path, body(rule("a.kept", "bid", "not withdrawn"), rule("a.gone", "bid", "withdrawn or price = 10元")))
    report = same(check, {"bids": bids(5, 6, 7, withdrawn=WITHDRAWN, price=[11, 11, 11])})
    assert outcomes(report, "a.kept") == {"P2/2": "not_evaluable", "P3/3": "violated"}
    assert outcomes(report, "a.gone") == {"P1/1": "violated", "P2/2": "not_evaluable"}
    assert report.by_rule["a.kept"] == {"holds": 1, "violated": 1, "not_evaluable": 1}


@pytest.mark.parametrize(
    ("require", "outcome"),
    [
        ("present(declared_assets)", "not_evaluable"),
        ("not present(declared_assets)", "not_evaluable"),
        ("if present(declared_assets) then price = 10元 else price = 11元", "not_evaluable"),
        ("present(declared_assets) or price = 10元", "holds"),
        ("present(declared_assets) and price = 11元", "violated"),
        ("worth >= 0元", "not_evaluable"),
        ("present(worth)", "not_evaluable"),
        ("not present(worth)", "not_evaluable"),
    ],
)
def test_a_rule_is_decided_only_where_no_reading_could_change_it(tmp_path: Path, require: str, outcome: str) -> None:
    values = "  worth: {zh: 价值, of: bid, is: declared_assets * 2}\n"
    report = same(checker(tmp_path, body(rule("a.x", "bid", require), values=values)), {"bids": bids(5, declared_assets=["壹亿"])})
    assert report.by_rule["a.x"] == {outcome: 1}
    one = checker(tmp_path, body(rule("a.x", "bid", require), values=values)).submission({"bids": bids(5, declared_assets=["壹亿"])})
    assert one.by_rule["a.x"] == {outcome: 1}


def test_a_condition_that_could_change_leaves_the_rule_undecided(tmp_path: Path) -> None:
    check = checker(tmp_path, body(rule("a.x", "bid", "price = 10元", when="present(declared_assets)")))
    tables = {"bids": bids(5, 6, 7, declared_assets=["壹亿", None, 5])}
    report = same(check, tables)
    assert report.by_rule["a.x"] == {"holds": 1, "not_applicable": 1, "not_evaluable": 1}
    assert check.submission({**tables, "placees": placees("V1", "V1", "V1")}).by_rule["a.x"] == report.by_rule["a.x"]


def test_a_value_of_a_parent_counts_the_cells_below(tmp_path: Path) -> None:
    """P1's total could be anything, P2's is known to be empty."""
    values = "  total: {zh: 合计, of: placee, is: sum(bids.declared_assets)}\n"
    rules = [rule("a.own", "placee", "present(total)"), rule("a.above", "investor", "count(placees where present(total)) = 1")]
    tables = {"bids": bids(5, 6, declared_assets=["壹亿", None]), "placees": placees("V1", "V2")}
    report = same(checker(tmp_path, body(*rules, values=values)), tables)
    assert outcomes(report, "a.own") == {"P1": "not_evaluable", "P2": "violated"}
    assert outcomes(report, "a.above") == {"V1": "not_evaluable", "V2": "violated"}


def test_rows_that_disagree_about_a_parent_are_unreadable_for_it(tmp_path: Path) -> None:
    """Neither of the two is preferred, and the default 否 does not stand in."""
    check = checker(tmp_path, body(rule("a.x", "investor", "present(investor_name)"), rule("a.y", "investor", "not suggestion_amended")))
    rows = [
        {"investor": "V1", "placee": "P1", "investor_name": "甲", "suggestion_amended": "是"},
        {"investor": "V1", "placee": "P2", "investor_name": "乙", "suggestion_amended": "否"},
        {"investor": "V2", "placee": "P3", "investor_name": None, "suggestion_amended": None},
    ]
    report = same(check, {"bids": rows})
    assert outcomes(report, "a.x") == {"V1": "not_evaluable", "V2": "violated"}
    assert outcomes(report, "a.y") == {"V1": "not_evaluable"}


def test_a_column_without_such_a_cell_pays_nothing(tmp_path: Path) -> None:
    """The plan of a clean book has the expressions of its rules and no other; of a spoilt one only what reads the spoilt field differs."""
    check = checker(tmp_path, body(rule("a.x", "bid", "present(declared_assets)"), rule("a.y", "bid", "present(price)")))
    clean, spoilt = (_plan(check, {"bids": bids(5, declared_assets=[cell])}) for cell in (1, "壹亿"))
    own = [a.require for a in BookPlan.of(check.plan, clean.coverage.supplied).asked()]
    assert [a.require for a in clean.asked()] == own
    assert clean.layout.slots == check.plan.layout.slots
    assert [a.require == b for a, b in zip(spoilt.asked(), own, strict=True)] == [False, True]


def _plan(check: Checker, tables: Mapping[str, Rows]) -> BookPlan:
    book = read_book(tables, check.vocabulary)
    return BookPlan.of(check.plan, book_input(book, check.plan).supplied)


def test_a_table_of_offerings_draws_no_conclusion_from_such_a_cell() -> None:
    """The same offering three times. 6OO has two letters; an empty greenshoe counts as none."""
    days = {"证券代码": "301901", "板块": "szse-chinext", "启动发行日": "2026-03-24", "初步询价日": "2026-03-30", "申购日": "2026-04-03"}
    shares = {"本次发行数量": 4600, "最终战略配售数量": 0, "网下初始发行数量": 3400, "网上初始发行数量": 1200, "超额配售数量": 0}
    rows = [{**days, **{f"{name}(万股)": str(n) for name, n in shares.items()}, "超额配售数量(万股)": cell} for cell in ("0", "6OO", None)]
    found = check_offerings(pl.DataFrame(rows))
    strategic = [line.outcomes for line in found.lines]
    assert [o["violated"] for o in strategic] == [0, 0, 0]
    (revision,) = found.revisions.values()
    assert revision.by_rule["clawback.strategic-first"] == {"holds": 2, "not_evaluable": 1, "violated": 0, "not_applicable": 0, "error": 0}


# ── what a finding says ──


def test_a_finding_shows_the_cell_and_does_not_call_it_missing(tmp_path: Path) -> None:
    """The rule's own record, a record above it, and records below it."""
    rules = [
        rule("a.own", "bid", "price <= 10元", "report"),
        rule("a.above", "bid", "price <= 10元 or restricted", "report"),
        rule("a.below", "placee", "max(bids.price) <= 10元", "report"),
        rule("a.both", "bid", "price + declared_assets / 1股 <= 10元", "report"),
        rule("a.told", "bid", "quantity <= 5股", "report", message='{zh: "{quantity}、{price}", en: "{quantity}, {price}"}'),
    ]
    book = {
        "investors": [{"investor": "V1", "restricted": "或许"}],
        "placees": [{"placee": "P1", "investor": "V1"}],
        "bids": [{"placee": "P1", "sequence": 1, "price": "二十", "quantity": 7, "declared_assets": None}],
    }
    report = same(checker(tmp_path, "\nstages: [a]\nrules:\n" + "".join(rules)), book)
    said = {f.rule: (f.message.zh, f.message.en, dict(f.unreadable)) for f in report.findings}
    assert said == {
        "a.own": (
            "无法判断“a.own之名”:申购价格“二十”无法识别",
            "“name of a.own” is undecided: price `二十` cannot be read",
            {"price": "二十"},
        ),
        "a.above": (
            "无法判断“a.above之名”:申购价格“二十”无法识别;列入限制名单或异常名单“或许”无法识别",
            "“name of a.above” is undecided: price `二十` cannot be read; restricted `或许` cannot be read",
            {"price": "二十", "restricted": "或许"},
        ),
        "a.below": (
            "无法判断“a.below之名”:申购价格“二十”无法识别",
            "“name of a.below” is undecided: price `二十` cannot be read",
            {"price": "二十"},
        ),
        "a.both": (
            "无法判断“a.both之名”:申购价格“二十”无法识别;缺少资产规模",
            "“name of a.both” is undecided: price `二十` cannot be read; declared_assets missing",
            {"price": "二十"},
        ),
        "a.told": ("7股、(“二十”无法识别)", "7 shares, (`二十` cannot be read)", {}),
    }
    assert next(f for f in report.to_dict()["findings"] if f["rule"] == "a.own")["unreadable"] == {"price": "二十"}


def test_another_records_cell_is_not_named(tmp_path: Path) -> None:
    book = {
        "placees": [{"placee": "P1"}, {"placee": "P2"}],
        "bids": [{"placee": "P1", "sequence": 1, "price": "二十"}, {"placee": "P2", "sequence": 2, "price": None}],
    }
    rules = rule("a.own", "bid", "price <= 10元", "report") + rule("a.below", "placee", "max(bids.price) <= 10元", "report")
    report = same(checker(tmp_path, "\nstages: [a]\nrules:\n" + rules), book)
    assert {f.subject.id: dict(f.unreadable) for f in report.findings} == {
        "P1/1": {"price": "二十"},
        "P2/2": {},
        "P1": {"price": "二十"},
        "P2": {},
    }
