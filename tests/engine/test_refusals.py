"""Rulebooks and offerings that would have given wrong verdicts, and are refused instead: what is said, word for word."""

from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from tests.engine.small import bids, checker, rule, same

RULE = "rules:\n" + rule("a.n", "bid", "price > 0元")


def refused(tmp_path: Path, body: str, **terms: Any) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, body, **terms)
    return [f"{d.code}: {d.message}" for d in raised.value.diagnostics]


def valued(values: str, stages: str = "[a, b]") -> str:
    return f"\nstages: {stages}\nvalues:\n{values}{RULE}"


def test_a_message_may_not_say_what_is_only_known_later(tmp_path: Path) -> None:
    value = "  total: {zh: 总量, of: offering, stage: b, is: sum(bids.quantity where live)}\n"
    told = rule("a.told", "bid", "price > 1元", message='{zh: "总量{总量}", en: "{price} of {total}"}')
    want = "later-stage: `total` is known from stage b on, but this message belongs to a"
    assert refused(tmp_path, f"\nstages: [a, b]\nvalues:\n{value}rules:\n{told}") == [want]


@pytest.mark.parametrize("name", ["price#den", "a b", "3", "T", "this", "a.b", "^row", "~0", "且", "'1'"])
def test_a_value_needs_a_name_that_an_expression_can_say(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, valued(f'  "{name}": {{zh: 甲, of: bid, is: "1"}}\n')) == [
        f"wrong-name: `{name}` cannot be the name of a value"
    ]
    assert refused(tmp_path, valued(f'  one: {{zh: "{name}", of: bid, is: "1"}}\n')) == [
        f"wrong-name: `{name}` cannot be the name of a value"
    ]


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("price: {zh: 甲, of: bid, is: 1}", "`price` (甲) has the name of price (申购价格) of bid"),
        ("price: {zh: 甲, of: investor, is: max(bids.price)}", "`price` (甲) has the name of price (申购价格) of bid"),
        ("one: {zh: 参与战略配售, of: bid, is: 1}", "`one` (参与战略配售) has the name of strategic (参与战略配售) of investor"),
        ("issue_price: {zh: 甲, of: offering, is: 1元}", "`issue_price` (甲) has the name of issue_price (发行价格) of offering"),
        ("live: {zh: 甲, of: placee, is: 1}", "`live` (甲) has the name of live (符合条件) of bid"),
        ("one: {zh: 有效数量, of: offering, is: 1}", "`one` (有效数量) has the name of admitted_quantity (有效数量) of bid"),
    ],
)
def test_a_value_means_one_thing_above_and_below_its_record(tmp_path: Path, value: str, other: str) -> None:
    assert refused(tmp_path, valued(f"  {value}\n")) == [f"name-clash: value {other}"]


def test_two_values_do_not_share_a_name(tmp_path: Path) -> None:
    values = "  one: {zh: 甲, of: bid, is: 1}\n  two: {zh: 甲, of: investor, is: 2}\n  甲: {zh: 丙, of: payment, is: 2}\n"
    assert refused(tmp_path, valued(values)) == [
        "name-clash: value `two` (甲) has the name of one (甲) of bid",
        "name-clash: value `甲` (丙) has the name of one (甲) of bid",
    ]


@pytest.mark.parametrize("value", ["fate: {zh: 果, of: bid, stage: a, is: live}", "fate: {zh: 果, of: offering, is: count(bids)}"])
def test_the_fate_is_a_word_for_a_bid(tmp_path: Path, value: str) -> None:
    want = "wrong-type: `fate` is the result of a bid: it must be a value of bid that gives words"
    assert refused(tmp_path, valued(f"  {value}\n")) == [want]


def test_a_stage_stands_once(tmp_path: Path) -> None:
    want = "wrong-form: `stages` has the wrong form: `a` is written twice"
    assert refused(tmp_path, valued("  one: {zh: 甲, of: bid, is: 1}\n", "[a, b, a]")) == [want]


# ── offerings ──


@pytest.mark.parametrize(
    ("name", "day", "hint"),
    [
        ("t_day", "2026-03-01", "it is a Saturday or Sunday"),
        ("inquiry_date", "2026-02-14", "it is a Saturday or Sunday"),
        ("t_day", "2026-02-17", "the exchange is closed that day, see rules/calendar.yaml"),
    ],
)
def test_t_and_i_are_trading_days(tmp_path: Path, name: str, day: str, hint: str) -> None:
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, "\nstages: [a]\n" + RULE, **{name: day})
    (found,) = raised.value.diagnostics
    zh = {"t_day": "申购日", "inquiry_date": "初步询价日"}[name]
    assert (found.code, found.message, found.hint) == (
        "not-a-trading-day",
        f"`{name}: {day}` ({zh}) is not a trading day of the exchange",
        hint,
    )


def test_a_day_past_the_calendar_is_no_guess(tmp_path: Path) -> None:
    later = valued("  after: {zh: 次日, of: offering, is: T+1}\n")
    want = "unknown-calendar: 1 trading day after 2031-03-03 is outside the known trading days of 2019 to 2026"
    assert refused(tmp_path, later, t_day="2031-03-03") == [want]
    unread = checker(tmp_path, valued("  that: {zh: 当日, of: offering, is: T}\n"), t_day="2031-03-03")
    assert same(unread, {"bids": bids(1)}).values == {"that": "2031-03-03"}


TERMS = "\nstages: [a]\nterms:\n  price_tick: {fixed: 0.01元, cite: seed 三(四)5}\n  issue_price: {required: true}\n" + RULE


def test_a_fixed_term_may_be_stated_as_it_is_and_no_other_way(tmp_path: Path) -> None:
    for same_ in ("0.01元", "0.010", 0.01):
        check = checker(tmp_path, TERMS, price_tick=same_, issue_price=1)
        assert same(check, {"bids": bids(1)}).terms == {}
    assert refused(tmp_path, TERMS, price_tick="0.1元") == [
        "fixed-term: `price_tick` (报价最小单位) is fixed at 0.01元 by szse-chinext@2025-01",
        "missing-term: `issue_price` (发行价格) is missing: szse-chinext@2025-01 requires it for every offering",
    ]


def test_a_default_that_rests_on_what_the_offering_does_not_state_is_missing(tmp_path: Path) -> None:
    body = (
        "\nstages: [a]\nterms:\n  minimum_effective_investors: {default: if total_shares > 4亿股 then 20 else 10, cite: seed 二}\nrules:\n"
    )
    body += rule("a.n", "offering", "count(bids) >= minimum_effective_investors", "suspend")
    unstated = same(checker(tmp_path, body), {"bids": bids(1)})
    assert (unstated.unsupplied, unstated.terms, unstated.status) == ({"offering": ("a.n",)}, {}, 3)
    large = same(checker(tmp_path, body, total_shares="4亿股"), {"bids": bids(1)})
    assert (large.violated[0].margin, large.terms) == ("-9", {})
    stated = same(checker(tmp_path, body, minimum_effective_investors=1), {"bids": bids(1)})
    assert (stated.status, stated.terms) == (0, {"minimum_effective_investors": {"value": "1", "default": None}})


def test_a_term_of_nothing_divides_nothing(tmp_path: Path) -> None:
    rules = [
        rule("a.multiple", "bid", "price is a multiple of issue_price"),
        rule("a.rounded", "bid", "price = round_up(price, issue_price)"),
    ]
    report = same(checker(tmp_path, "\nstages: [a]\nrules:\n" + "".join(rules), issue_price=0), {"bids": bids(1)})
    assert report.by_rule == {"a.multiple": {"not_evaluable": 1}, "a.rounded": {"not_evaluable": 1}}


# ── selections ──

TAKE = "take: {from: live, order: [sequence descending], sum: admitted_quantity, limit: 1股, bound: elimination_bound}"


def selecting(id_: str = "a.cut", for_: str = "bid", name: str = "out") -> str:
    return f"  - {{id: {id_}, name: {{zh: 剔, en: cut}}, for: {for_}, selects: {name}, effect: [], cite: seed 一}}\n"


@pytest.mark.parametrize(
    ("stage", "rules", "want"),
    [
        ("a", selecting(for_="placee"), "wrong-record: `out` selects records of bid, but this rule is for placee"),
        ("b", selecting(), "later-stage: `out` is known from stage b on, but this rule belongs to a"),
        (
            "a",
            selecting() + selecting("b.cut"),
            "second-selection: `a.cut` is already the selection, and a report has only one elimination",
        ),
        ("a", selecting(name="price"), "unknown-name: `price` is not a value with `take`"),
    ],
)
def test_a_report_has_one_elimination_known_when_its_rule_is_asked(tmp_path: Path, stage: str, rules: str, want: str) -> None:
    value = f"values:\n  out: {{zh: 剔除, of: bid, stage: {stage}, {TAKE}}}\n"
    assert refused(tmp_path, f"\nstages: [a, b]\n{value}rules:\n{rules}") == [want]


def test_a_selection_of_other_records_shows_no_cut_of_bids(tmp_path: Path) -> None:
    take = (
        TAKE.replace("from: live", "from: not placee_restricted")
        .replace("sum: admitted_quantity", "sum: quantity_of")
        .replace("sequence", "quantity_of")
    )
    values = (
        f"  quantity_of: {{zh: 数量, of: placee, stage: a, is: sum(bids.quantity)}}\n  out: {{zh: 剔除, of: placee, stage: a, {take}}}\n"
    )
    check = checker(tmp_path, f"\nstages: [a]\nvalues:\n{values}rules:\n{selecting(for_='placee')}", elimination_bound="at_least")
    rows = [{**b, "placee_restricted": False, "investor": "V1"} for b in bids(1, 2, 3)]
    report = same(check, {"bids": rows})
    assert (report.elimination.count, report.elimination.quantity, report.elimination.cut) == (1, "3", None)


# ── offerings, once more ──


@pytest.mark.parametrize(
    ("terms", "said", "hint"),
    [
        (
            {"elimination_bound": "atleast"},
            "`elimination_bound: atleast` is not one of at_least, at_most",
            "it is one of `at_least`, `at_most`",
        ),
        ({"issue_price": "10股"}, "`issue_price: 10股` has a unit that does not fit issue_price: 股", "write it like `46.08元`"),
        ({"t_day": "2026-02-30"}, "`t_day: 2026-02-30` is not a day of the calendar", "write it like `2026-03-30`"),
        (
            {"maximum_prices": 2.5},
            "`maximum_prices: 2.5` has more decimals than this unit allows: the smallest step is 1",
            "write it like `3`",
        ),
        ({"t_day": ["2026-02-25"]}, "`t_day: ['2026-02-25']` is not the value of one cell", "write it like `2026-03-30`"),
        ({"isue_price": 1}, "unknown field `isue_price`", "did you mean `issue_price` (发行价格)?"),
        ({"发行价格": 1, "issue_price": 1}, "`issue_price` and `发行价格` are the same field", None),
    ],
)
def test_what_an_offering_cannot_say_is_told(tmp_path: Path, terms: dict[str, Any], said: str, hint: str | None) -> None:
    with pytest.raises(DiagnosticError) as raised:
        checker(tmp_path, "\nstages: [a]\n" + RULE, **terms)
    assert [(d.message, d.hint) for d in raised.value.diagnostics] == [(said, hint)]


def test_terms_that_need_each_other_are_told_where_they_stand(tmp_path: Path) -> None:
    terms = (
        "terms:\n  maximum_prices: {default: lockup_months + 1, cite: seed 一}\n  lockup_months: {default: maximum_prices, cite: seed 一}\n"
    )
    assert refused(tmp_path, f"\nstages: [a]\n{terms}{RULE}") == [
        "circular: the default of `maximum_prices` needs `lockup_months`, which in turn needs it",
        "circular: the default of `lockup_months` needs `maximum_prices`, which in turn needs it",
    ]
    alone = "terms:\n  maximum_prices: {default: maximum_prices + 1, cite: seed 一}\n"
    assert refused(tmp_path, f"\nstages: [a]\n{alone}{RULE}") == [
        "circular: the default of `maximum_prices` needs `maximum_prices`, which in turn needs it"
    ]
