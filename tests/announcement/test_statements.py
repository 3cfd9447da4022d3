"""What a rule makes of printed figures: one line a meaning, the wanted outcome by hand."""

import pytest

from tests.announcement.conftest import Ask

SUM, SHARE = "equity_value = income_value + asset_value", "changed_share = changed_amount / total_committed"
MULTIPLE = "total_shares is a multiple of public_quantity"

# name, what must hold, the figures, how it ends, how many notes
OUTCOMES = [
    ("sums of exact figures agree", SUM, "equity_value 3万元; income_value 1万元; asset_value 2万元", "holds", 0),
    ("exact figures leave no room", SUM, "equity_value 30001元; income_value 1万元; asset_value 2万元", "violated", 0),
    ("rounding explains", SUM, "equity_value 3.02万元; income_value 1.00万元; asset_value 2.01万元", "holds", 1),
    ("a finer print leaves less room", SUM, "equity_value 3.02万元; income_value 1.00万元; asset_value 2.005万元", "violated", 0),
    ("rounding does not explain", SUM, "equity_value 3.03万元; income_value 1.00万元; asset_value 2.01万元", "violated", 0),
    (
        "a percentage that rounds to its print is no tail",
        SHARE,
        "changed_share 33.33%; changed_amount 1万元; total_committed 3万元",
        "holds",
        0,
    ),
    ("a percentage is held to its decimals", SHARE, "changed_share 33.34%; changed_amount 1万元; total_committed 3万元", "violated", 0),
    ("a percentage without decimals is exact", SHARE, "changed_share 33%; changed_amount 1万元; total_committed 3万元", "violated", 0),
    ("a wide unit gives room", SHARE, "changed_share 33%; changed_amount 1.0万元; total_committed 3万元", "holds", 1),
    ("strictly above with room only", "net_proceeds > proceeds_need", "net_proceeds 1.00万元; proceeds_need 1.00万元", "holds", 1),
    ("strictly above an exact equal", "net_proceeds > proceeds_need", "net_proceeds 1万元; proceeds_need 1万元", "violated", 0),
    ("at most an exact equal", "net_proceeds <= proceeds_need", "net_proceeds 1万元; proceeds_need 1万元", "holds", 0),
    ("missing", SUM, "equity_value 3万元; income_value 1万元", "not_evaluable", 0),
    (
        "one statement is broken, another missing",
        "equity_value = 1万元 and income_value = asset_value",
        "equity_value 3万元",
        "violated",
        0,
    ),
    (
        "one statement holds, another is missing",
        "equity_value = 3万元 and income_value = asset_value",
        "equity_value 3万元",
        "not_evaluable",
        0,
    ),
    ("no statement is made", "if present(income_value) then income_value = asset_value else true", "", "not_applicable", 0),
    ("the branch taken is the statement", "if claims_below_peers then beta = 1 else beta = 2", "beta 2", "holds", 0),
    ("a missing condition", "if shareholders_meeting then beta = 1 else beta = 2", "beta 2", "not_evaluable", 0),
    ("or is one statement", "beta = 1 or sales_multiple = 3", "beta 2; sales_multiple 3", "holds", 0),
    ("a flag", "shareholders_meeting", "shareholders_meeting 否", "violated", 0),
    ("not a flag", "not shareholders_meeting", "shareholders_meeting 否", "holds", 0),
    ("a word of a list", "need_claim in [高于, 等于]", "need_claim 低于", "violated", 0),
    ("words are equal", "need_claim = 低于", "need_claim 低于", "holds", 0),
    ("texts differ", 'change != "增资"', "change 增资", "violated", 0),
    ("a trading day", "day_t_plus_2 = T+2", "t_day 2026-04-03; day_t_plus_2 2026-04-08", "holds", 0),
    ("a day of the calendar", "day_t_plus_2 = t_day + 3天", "t_day 2026-04-03; day_t_plus_2 2026-04-06", "holds", 0),
    ("a month is clipped to its last day", "t_day + 1个月 = day_t_plus_1", "t_day 2024-01-31; day_t_plus_1 2024-02-29", "holds", 0),
    ("and is not thirty days", "t_day + 1个月 = day_t_plus_1", "t_day 2024-01-31; day_t_plus_1 2024-03-01", "violated", 0),
    ("a month earlier", "t_day - 1个月 = day_t_plus_1", "t_day 2024-03-31; day_t_plus_1 2024-02-29", "holds", 0),
    ("a year earlier", "t_day - 12个月 = day_t_plus_1", "t_day 2024-02-29; day_t_plus_1 2023-02-28", "holds", 0),
    ("twelve months are a year", "t_day + 12个月 = day_t_plus_1", "t_day 2025-04-03; day_t_plus_1 2026-04-03", "holds", 0),
    ("twelve months are not twelve days", "t_day + 12个月 = day_t_plus_1", "t_day 2025-04-03; day_t_plus_1 2025-04-15", "violated", 0),
    ("there and back is not the same", "t_day + 1个月 - 1个月 = day_t_plus_1", "t_day 2024-01-31; day_t_plus_1 2024-01-29", "holds", 0),
    ("months, then days", "t_day + 1个月 + 1天 = day_t_plus_1", "t_day 2024-01-31; day_t_plus_1 2024-03-01", "holds", 0),
    ("no months at all", "t_day + 0个月 = day_t_plus_1", "t_day 2024-01-31; day_t_plus_1 2024-01-31", "holds", 0),
    (
        "a day between two months",
        "t_day + 1个月 <= day_t_plus_1 < t_day + 2个月",
        "t_day 2024-01-31; day_t_plus_1 2024-02-29",
        "holds",
        0,
    ),
    ("days between two months", "(t_day + 2个月) - (t_day + 1个月) = 31", "t_day 2024-01-31", "holds", 0),
    ("a trading day moved by months", "T+1 + 1个月 = day_t_plus_1", "t_day 2024-01-30; day_t_plus_1 2024-02-29", "holds", 0),
    ("a day that is missing has no month", "t_day + 1个月 = day_t_plus_1", "day_t_plus_1 2024-02-29", "not_evaluable", 0),
    ("a moment moved by days", "t_day 12:00 + 1天 = day_t_plus_1 12:00", "t_day 2024-01-31; day_t_plus_1 2024-02-01", "holds", 0),
    ("and back", "t_day 12:00 - 2天 < day_t_plus_1 12:00", "t_day 2024-01-31; day_t_plus_1 2024-01-29", "violated", 0),
    ("a chain that is broken at its end", "beta <= 2 <= sales_multiple", "sales_multiple 1", "violated", 0),
    ("a chain with a missing link", "beta <= 2 <= sales_multiple", "sales_multiple 3", "not_evaluable", 0),
    ("blanks around a text", 'change = " 增资 "', "change 增资", "holds", 0),
    ("blanks around a text of a list", 'change in ["减资", "增资 "]', "change 增资", "holds", 0),
    ("two flags that agree", "shareholders_meeting = related_abstained", "shareholders_meeting 否; related_abstained 否", "holds", 0),
    ("two flags that do not", "shareholders_meeting = related_abstained", "shareholders_meeting 否; related_abstained 是", "violated", 0),
    ("what rounding leaves open may agree", "(beta > 1) = shareholders_meeting", "beta 1.00; shareholders_meeting 是", "holds", 0),
    ("what it does not leave open may not", "(beta > 1) = shareholders_meeting", "beta 0.98; shareholders_meeting 是", "violated", 0),
    (
        "a multiple of what is itself rounded",
        "total_shares is a multiple of public_quantity",
        "total_shares 7股; public_quantity 2.3股",
        "holds",
        0,
    ),
    (
        "no multiple of what is rounded",
        "total_shares is a multiple of public_quantity",
        "total_shares 7股; public_quantity 3.0股",
        "violated",
        0,
    ),
    (
        "a multiple of what may be zero",
        "total_shares is a multiple of public_quantity",
        "total_shares 7股; public_quantity -",
        "not_evaluable",
        0,
    ),
    ("a negative unit has the same multiples", "total_shares is a multiple of (0股 - 500股)", "total_shares 1,500股", "holds", 0),
    ("trading days from a printed one", "trading_day(t_day, 2) = day_t_plus_2", "t_day 2026-04-03; day_t_plus_2 2026-04-08", "holds", 0),
    ("past the calendar", "trading_day(t_day, 1) = day_t_plus_2", "t_day 2031-04-03; day_t_plus_2 2031-04-04", "not_evaluable", 0),
    ("the year of a day", "year(t_day) = 2026", "t_day 2026-04-03", "holds", 0),
    ("a day of the week", "weekday(t_day) = 4", "t_day 2026-04-03", "violated", 0),
    ("texts that look the same", 'alike(change, " 增　资")', "change 增资", "holds", 0),
    ("texts that do not", 'not alike(change, "減资")', "change 增资", "holds", 0),
    ("a text that is missing", 'alike(change, "增资")', "", "not_evaluable", 0),
    ("the form of a text", 'matches(code, "30[0-9]{4}")', "", "holds", 0),
    ("another form", 'matches(change, "[0-9]{2}")', "change 增资", "violated", 0),
    ("the length of a text", "length(change) = 2", "change 增资", "holds", 0),
    ("a multiple inside the interval", "total_shares is a multiple of 2500股", "total_shares 1.2万股", "holds", 0),
    ("no multiple inside the interval", "total_shares is a multiple of 500股", "total_shares 1,200股", "violated", 0),
    (
        "least and greatest",
        "least(income_value, asset_value) = 1万元 and greatest(equity_value, 2万元) = 3万元",
        "income_value 2万元; asset_value 1万元; equity_value 3万元",
        "holds",
        0,
    ),
    (
        "rounding down",
        "online_maximum = round_down(online_initial / 1000, 500股)",
        "online_maximum 4,500股; online_initial 496.80万股",
        "holds",
        0,
    ),
    ("half up", "beta = round_half_up(1 / 3, 0.01)", "beta 0", "violated", 0),
    ("a chain", "1 <= beta <= 2", "beta 2.004", "violated", 0),
    ("a chain with room", "1 <= beta <= 2", "beta 2.00", "holds", 0),
    ("a divisor that can be zero", SHARE, "changed_share 33%; changed_amount 1万元; total_committed 0.00万元", "not_evaluable", 0),
    ("an empty cell is nothing", SUM, "equity_value 3万元; income_value 空白; asset_value 3万元", "holds", 0),
    ("a dash is nothing", SUM, "equity_value 3万元; income_value -; asset_value 3万元", "holds", 0),
    (
        "a negative figure",
        "valuation_gap = income_value - asset_value",
        "valuation_gap -1万元; income_value 1万元; asset_value 2万元",
        "holds",
        0,
    ),
    ("a count may stand twice", "book_placees / (book_placees + low_placees) = 0.5", "book_placees 2; low_placees 2", "holds", 0),
]


@pytest.mark.parametrize(("require", "figures", "outcome", "notes"), [c[1:] for c in OUTCOMES], ids=[c[0] for c in OUTCOMES])
def test_a_statement_ends_as_it_should(ask: Ask, require: str, figures: str, outcome: str, notes: int) -> None:
    found = ask(require, dict(f.split(" ") for f in figures.split("; ") if f))
    assert {o for o, n in found.outcomes.items() if n} == {outcome}
    assert len(found.notes) == notes


PEERS = [
    {"peer": "甲", "market_value": "10.00亿元", "revenue": "2亿元", "multiple": "5.00倍"},
    {"peer": "乙", "market_value": "20.00亿元", "revenue": "2亿元", "multiple": "9.00倍"},
    {"peer": "丙", "market_value": "30.00亿元", "revenue": "2亿元", "multiple": "16.00倍"},
]

AGGREGATES = [
    ("sum(peers.multiple) = 30", "holds"),
    ("sum(peers.multiple) = 31", "violated"),
    ("sum(peers.multiple) / count(peers) = 10", "holds"),
    ("max(peers.multiple) = 16 and min(peers.multiple) = 5", "holds"),
    ("median(peers.multiple) = 9", "holds"),
    ("median(peers.multiple) = 10", "violated"),
    ('sum(peers.multiple where peer != "丙") = 14', "holds"),
    ('count(peers where peer in ["甲", "乙"]) = 2', "holds"),
    ("distinct(peers.peer) = 3", "holds"),
    ("distinct(length(peers.peer)) = 1", "holds"),
    ("weighted_mean(length(peers.peer) * 3, length(peers.peer)) = 3", "holds"),
    ("weighted_mean(length(peers.peer), length(peers.peer) - 1) = 1", "not_evaluable"),
    ('any(peers.multiple = 9 where peer = "乙")', "holds"),
    ('any(peers.multiple = 9 where peer = "甲")', "violated"),
    ('any(peers.multiple = 9 where peer = "丁")', "violated"),
    ('max(peers.multiple where peer = "丁") = 9', "not_evaluable"),
    ('sum(peers.multiple where peer = "丁") = 0', "holds"),
    ('sum(peers.closing_price where peer = "甲") = 0元', "not_evaluable"),
    ("sum(peers.closing_price where present(closing_price)) = 0元", "holds"),
    ('all(peers.multiple > 4 where peer = "丁")', "not_applicable"),
]


@pytest.mark.parametrize(("require", "outcome"), AGGREGATES)
def test_aggregates_run_over_the_records(ask: Ask, require: str, outcome: str) -> None:
    assert {o for o, n in ask(require, peers=PEERS).outcomes.items() if n} == {outcome}


def test_all_is_a_statement_of_each_record_and_names_those_that_break_it(ask: Ask) -> None:
    (found,) = ask("all(peers.multiple = peers.market_value / peers.revenue)", peers=PEERS).findings
    assert found.figures == {
        "乙.multiple": "9.00倍",
        "乙.market_value": "20.00亿元",
        "乙.revenue": "2亿元",
        "丙.multiple": "16.00倍",
        "丙.market_value": "30.00亿元",
        "丙.revenue": "2亿元",
    }
    assert found.message.zh == (
        "乙:可比公司.市销率 = 可比公司.市值 / 可比公司.营业收入:不成立,9.00倍 ≠ 10.00倍"
        "(乙.市销率 9.00倍、乙.市值 20.00亿元、乙.营业收入 2亿元);"
        "丙:可比公司.市销率 = 可比公司.市值 / 可比公司.营业收入:不成立,16.00倍 ≠ 15.00倍"
        "(丙.市销率 16.00倍、丙.市值 30.00亿元、丙.营业收入 2亿元)"
    )


def test_a_rule_of_a_record_speaks_of_each(ask: Ask) -> None:
    found = ask("peer.multiple < 10", entity="peer", peers=PEERS)
    assert found.outcomes["holds"] == 2
    assert [(f.subject.kind, f.subject.id, f.margin) for f in found.findings] == [("peer", "丙", "-5.995")]


def test_this_is_the_record_and_all_are_the_others(ask: Ask) -> None:
    rows = [{"year": y, "line": "甲", "revenue": f"{r}万元"} for y, r in ((2023, 1), (2024, 3))]
    require = "sum(all forecasts.revenue where year + 1 = this.year) < revenue"
    assert ask(require, entity="forecast", forecasts=rows).outcomes["holds"] == 2


def test_a_value_is_read_where_its_name_stands(ask: Ask) -> None:
    values = "{half: {zh: 一半, of: peer, is: multiple / 2}, halves: {zh: 各半之和, of: announcement, is: sum(peers.half)}}"
    found = ask("halves = 14", values=values, peers=PEERS)
    assert found.findings[0].message.zh == "各半之和 = 14:不成立,15.00倍 ≠ 14.00倍(甲.市销率 5.00倍、乙.市销率 9.00倍、丙.市销率 16.00倍)"
    assert found.findings[0].margin == "-0.9925"


def test_a_figure_that_turns_up_twice_is_an_error_and_no_verdict(ask: Ask) -> None:
    """Two aggregates may run over the same record: that is seen only when they do."""
    require = 'sum(peers.multiple where peer = "甲") = sum(peers.multiple where peer in ["甲"])'
    found = ask(require, peers=PEERS)
    assert found.outcomes["error"] == 1
    assert found.findings[0].message.zh == "“小规则”:同一数据在一句中出现两次,未能判断"
    apart = ask('sum(peers.multiple where peer = "甲") < sum(peers.multiple where peer = "乙")', peers=PEERS)
    assert apart.outcomes["holds"] == 1


def test_a_rule_that_is_not_asked_or_cannot_be_asked(ask: Ask) -> None:
    more = "when: shareholders_meeting"
    asked = [ask("beta = 1", {"beta": 2, "shareholders_meeting": flag}, more=more).outcomes for flag in ("是", "否", None)]
    assert [next(o for o, n in outcomes.items() if n) for outcomes in asked] == ["violated", "not_applicable", "not_evaluable"]


def test_what_is_missing_is_named_in_both_languages(ask: Ask) -> None:
    (found,) = ask("equity_value = income_value + asset_value", {"income_value": "1万元"}).findings
    assert found.missing == ("equity_value", "asset_value")
    assert found.message.zh == "无法判断“小规则”:缺少股东全部权益价值、资产基础法评估值"
    assert found.message.en == "“the small rule” is undecided: equity_value, asset_value missing"


def test_what_leaves_the_calendar_is_missing(ask: Ask) -> None:
    months, days = " + 1320个月" * 25, " + 40000天" * 25
    values = "".join(
        f"\n  {name}{i}: {{zh: {zh}{i}, of: announcement, is: {f'{name}{i - 1}' if i else 't_day'}{step}}}"
        for name, zh, step in (("months", "月", months), ("days", "日", days))
        for i in range(3)
    )
    for require, ends in (
        ("months1 > t_day", "holds"),
        ("days2 < t_day", "not_evaluable"),
        ("t_day 12:00 + 40000天 < t_day 12:00", "violated"),
        ("months2 > t_day", "not_evaluable"),
        ("year(days1) > 7000", "holds"),
        ("year(days2) > 7000", "not_evaluable"),
    ):
        assert ask(require, {"t_day": "2024-01-31"}, values=values).outcomes[ends] == 1, require


def test_a_broken_statement_shows_days_moments_and_numbers_as_what_they_are(ask: Ask) -> None:
    figures = {"t_day": "2024-01-31", "day_t_plus_1": "2024-03-01"}
    for require, shown in (
        ("day_t_plus_1 = t_day + 1个月", "2024-03-01 ≠ 2024-02-29"),
        ("day_t_plus_1 12:00 = t_day 15:00 + 1天", "2024-03-01 12:00:00.000 ≠ 2024-02-01 15:00:00.000"),
        ("day_t_plus_1 - t_day = 31", "30 ≠ 31"),
        ("year(t_day) = 2026", "2,024 ≠ 2,026"),
    ):
        (found,) = ask(require, figures).findings
        assert f"不成立,{shown}(" in found.message.zh


def test_a_difference_below_the_decimals_is_shown_with_more_of_them(ask: Ask) -> None:
    (found,) = ask("equity_value = income_value", {"equity_value": "1万元", "income_value": "10000.1元"}).findings
    assert "不成立,1.00000万元 ≠ 1.00001万元(" in found.message.zh


def test_an_order_that_does_not_hold_is_shown_as_it_is(ask: Ask) -> None:
    figures = {"equity_value": "5.00万元", "income_value": "3.00万元", "asset_value": "4.00万元"}
    (found,) = ask("equity_value - income_value - asset_value >= 0万元", figures).findings
    assert "不成立,-2.00万元 < 0.00万元(" in found.message.zh and "does not hold, -2.00万元 < 0.00万元 (" in found.message.en
    (found,) = ask("equity_value - income_value < 0万元", figures).findings
    assert "2.00万元 > 0.00万元(" in found.message.zh
    (found,) = ask("equity_value - 5万元 < 0万元", {"equity_value": "5万元"}).findings
    assert "不成立,0万元 = 0万元(" in found.message.zh


def test_a_dash_is_shown_in_the_unit_of_what_it_is_held_against(ask: Ask) -> None:
    (found,) = ask(SUM, {"equity_value": "-", "income_value": "1.50万元", "asset_value": "2.00万元"}).findings
    assert "不成立,0.00万元 ≠ 3.50万元(" in found.message.zh
    (found,) = ask(SHARE, {"changed_share": "-", "changed_amount": "1万元", "total_committed": "8万元"}).findings
    assert "不成立,0.00% ≠ 12.50%(" in found.message.zh


def test_a_tail_of_many_figures_gives_their_number(ask: Ask) -> None:
    figures = {"equity_value": "3.02万元", "income_value": "1.00万元", "asset_value": "2.01万元"}
    (note,) = ask("equity_value = income_value + asset_value", figures).notes
    assert note.message.zh.endswith("尾差,3.02万元 ≠ 3.01万元(股东全部权益价值 3.02万元、收益法评估值 1.00万元、资产基础法评估值 2.01万元)")
    more = "equity_value = income_value + asset_value + capital_before + capital_after"
    (note,) = ask(more, {**figures, "capital_before": "-", "capital_after": "-"}).notes
    assert note.message.zh.endswith("尾差,3.02万元 ≠ 3.01万元(共5项数据)")
    assert note.message.en.endswith("explained by rounding, 3.02万元 ≠ 3.01万元 (5 figures)")
    assert len(note.figures) == 5


def test_what_no_rule_reads_is_named(ask: Ask) -> None:
    found = ask("beta = 1", {"beta": 1, "risk_free": "3%"}, peers=PEERS, others={"研发人员占比": "69.01%"})
    assert [n.en for n in found.unread] == ["risk_free", "peer.market_value", "peer.revenue", "peer.multiple", "研发人员占比"]
    assert [n.zh for n in found.unread] == ["无风险报酬率", "可比公司.市值", "可比公司.营业收入", "可比公司.市销率", "研发人员占比"]
    assert found.to_dict()["unread"] == [n.en for n in found.unread]
