"""Where engines go wrong: 128 bits, empty and one-row tables, groups of missing values, joins, the ends of the calendar.

Every answer is wanted of both evaluators and of the naive reading, with the terms bound and read as inputs.
"""

from fractions import Fraction

import pytest
from harness import Answer, Case, Meant, by_columns, by_function, by_rows, day, understand
from reference import by_reference

from dsl.kernel.nodes import INT64, bounds
from dsl.kernel.ratio import parts
from dsl.quantities import DAY_MS, FIRST_DAY, LAST_DAY

TOP = 10**18
"""The largest amount of a signed money field, in 1/10000 元: its square is far past 64 bits."""

MANY = 10**9
"""The largest count."""

NONE: list[object] = []


def _all(want: list[Answer], of: str, expr: str, values: object = (), **tables: list[dict[str, object]]) -> Meant:
    for bound in (True, False):
        case = Case(tables, of, expr, values, bound)  # type: ignore[arg-type]
        meant = understand(case)
        for way in (by_rows, by_function, by_columns):
            assert way(case, meant) == want, (way.__name__, bound)
        assert by_reference(case, meant) == want
    return meant


# ── 128 bits ──

GAINS = [TOP, -TOP, TOP - 1, None]
BIG = [{"placee": 0, "gain": g, "sequence": MANY} for g in GAINS]


def test_products_past_64_bits_are_exact():
    meant = _all([None if g is None else Fraction(g * g, 10**8) for g in GAINS], "bid", "gain * gain", bid=BIG)
    assert all(max(map(abs, bounds(p))) > INT64 for p in parts(meant.meaning)[:1])


def test_literals_past_64_bits_are_exact():
    # 100000000000000元 * 99999999999999.9999元 at scale 10^8 is 10^36 - 10^18.
    _all([False, False, True, None], "bid", "gain * gain < 100000000000000元 * 99999999999999.9999元", bid=BIG)
    _all([False, False, True, None], "bid", "100000000000000元 * 99999999999999.9999元 > gain * gain", bid=BIG)


def test_the_two_widths_meet():
    _all([True, False, True, None], "bid", "gain * 100000000000000 >= gain", bid=BIG)
    _all([True, False, True, None], "bid", "if gain > 0元 then gain * 100000000000000 > gain else gain > gain * 0.5", bid=BIG)
    _all([Fraction(TOP, 10**4), 0, Fraction(TOP - 1, 10**4), None], "bid", "greatest(gain, 0元) + 0 * gain * sequence", bid=BIG)


def test_what_was_past_64_bits_comes_back():
    _all(
        [Fraction(TOP, 10**4), Fraction(-TOP, 10**4), Fraction(TOP - 1, 10**4), None],
        "bid",
        "round_up(gain * sequence / 1000000000, 0.0001元)",
        bid=BIG,
    )
    _all([True, True, False, None], "bid", "gain * sequence is a multiple of 10000000000000000元 * 1000000", bid=BIG)


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("sum(bids.gain * bids.sequence)", [Fraction((TOP - 3) * MANY, 10**4), 0]),
        ("max(bids.gain * bids.sequence)", [Fraction(TOP * MANY, 10**4), None]),
        ("min(bids.gain * bids.sequence)", [Fraction(-TOP * MANY, 10**4), None]),
        ("median(bids.gain * bids.sequence)", [Fraction(-MANY, 10**4), None]),
        ("distinct(bids.gain * bids.sequence)", [4, 0]),
        ("weighted_mean(bids.gain, bids.sequence)", [Fraction(TOP - 3, 5 * 10**4), None]),
        ("any(bids.gain * bids.sequence > 99999999999999.9998元 * 1000000000)", [True, False]),
        ("all(bids.gain * bids.sequence < 99999999999999.9999元 * 1000000000)", [False, True]),
        ("count(bids where gain * sequence = -gain * sequence)", [0, 0]),
    ],
)
def test_aggregates_past_64_bits_are_exact(expr, want):
    bids = [{"placee": 0, "gain": g, "sequence": MANY} for g in (-1, TOP, -TOP, TOP - 1, -1)]
    bids[-1] = {"placee": 0, "gain": -1, "sequence": MANY}
    placees = [{"placee": "P0"}, {"placee": "P1"}]
    _all(want, "placee", expr, placee=placees, bid=bids)


def test_twenty_sums_at_the_bounds_do_not_wrap():
    bids = [{"placee": 0, "gain": TOP} for _ in range(20)]
    _all([Fraction(20 * TOP, 10**4)], "placee", "sum(bids.gain)", placee=[{"placee": "P0"}], bid=bids)
    _all([Fraction(20 * TOP, 10**4)], "offering", "sum(bids.gain)", bid=bids)
    _all([Fraction(TOP, 10**4)], "placee", "median(bids.gain)", placee=[{"placee": "P0"}], bid=bids)


def test_a_value_of_128_bits_is_read_again():
    values = [("bid", "huge", "gain * sequence"), ("placee", "most", "max(bids.huge)"), ("offering", "top", "max(placees.most)")]
    bids = [{"placee": 0, "gain": TOP, "sequence": MANY}, {"placee": 1, "gain": -TOP, "sequence": MANY}]
    placees = [{"placee": "P0"}, {"placee": "P1"}]
    _all([True, False], "bid", "huge = top", values, placee=placees, bid=bids)
    _all([False, True], "bid", "huge < most * 0.5 - most", values, placee=placees, bid=bids)


def test_keys_of_two_widths_join():
    applications = [{"holding": TOP}, {"holding": 1}, {}]
    placees = [{"assets": TOP}, {"assets": 10**9}, {"assets": 10**9 + 1}]
    _all(
        [False, True, False],
        "placee",
        "count(all applications where present(holding) and holding * 1000000000 = this.assets) > 0",
        placee=placees,
        application=applications,
    )
    _all(
        [1, 0, 0],
        "placee",
        "count(all applications where present(holding) and holding = this.assets * 1 and present(wins) = 否)",
        placee=placees,
        application=applications,
    )


# ── tables without records, with one record, with nothing in them ──


@pytest.mark.parametrize("of", ["bid", "placee", "investor", "application", "subscription"])
@pytest.mark.parametrize(
    "expr", ["true", "1 / 0", '"x"', "2026-01-31", "I 12:00", "T + 1个月", "issue_price * 2", "count(all bids) = 0", "present(issue_price)"]
)
def test_constants_are_repeated_for_every_record(of, expr):
    for size in (0, 1, 3):
        tables = {"offering": [{"issue_price": "10", "t_day": "2026-04-02"}], of: [{} for _ in range(size)]}
        for bound in (True, False):
            case = Case(tables, of, expr, bound=bound)
            meant = understand(case)
            want = by_reference(case, meant)
            assert len(want) == size
            assert by_rows(case, meant) == by_columns(case, meant) == want


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("count(bids)", 0),
        ("sum(bids.price)", 0),
        ("distinct(bids.reason)", 0),
        ("max(bids.price)", None),
        ("median(bids.price)", None),
        ("weighted_mean(bids.price, bids.quantity)", None),
        ("any(bids.amended)", False),
        ("all(bids.amended)", True),
        ("all(bids.amended where price > 1元)", True),
    ],
)
def test_aggregates_over_empty_tables(expr, want):
    _all([want], "placee", expr, placee=[{"placee": "P0"}], bid=[])
    _all([want], "offering", expr, placee=[], bid=[])
    _all([], "placee", expr, placee=[], bid=[])


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("count(bids)", 2),
        ("count(bids where amended)", None),
        ("count(bids where present(amended))", 0),
        ("sum(bids.price)", None),
        ("distinct(bids.reason)", None),
        ("distinct(bids.amended)", None),
        ("max(bids.day) = 2026-01-01", None),
        ("any(bids.amended)", None),
        ("all(bids.amended)", None),
        ("any(bids.amended or true)", True),
        ("median(bids.price where present(price))", None),
    ],
)
def test_a_group_of_missing_values(expr, want):
    placees = [{"placee": "P0"}, {"placee": "P1"}]
    bids = [{"placee": 0}, {"placee": 0}, {"placee": 1, "amended": True, "price": 5, "reason": "x", "day": "2026-01-01"}]
    case = Case({"placee": placees, "bid": bids}, "placee", expr)
    assert by_rows(case)[0] == by_columns(case)[0] == want
    lone = Case({"placee": placees[:1], "bid": bids[:2]}, "placee", expr)
    assert by_rows(lone) == by_columns(lone) == [want]
    whole = Case({"placee": placees[:1], "bid": bids[:2]}, "offering", expr)
    assert by_rows(whole) == by_columns(whole) == [want]


def test_a_condition_that_is_missing_for_all():
    bids = [{"price": 10**4}, {"price": 2 * 10**4}, {}]
    _all([None, None, None], "bid", "1元 < (if amended then price else 2元)", bid=bids)
    _all([None, None, None], "bid", "5元 >= (if amended then 1元 else 2元) or amended", bid=bids)
    _all([None, None, None], "bid", "not amended and (3元 != (if amended then price else price))", bid=bids)


# ── words, texts, flags ──


def test_members_and_choices_with_missing_sides():
    bids = [{"sort": "公募基金", "reason": ""}, {"sort": "其他", "reason": "x"}, {}]
    _all([True, False, None], "bid", "sort in [公募基金, 社保基金]", bid=bids)
    _all([False, True, None], "bid", "not (sort in [公募基金, 社保基金])", bid=bids)
    _all([True, False, None], "bid", 'reason in ["", "y"]', bid=bids)
    _all(["", "x", None], "bid", 'if sort = 公募基金 then "" else reason', bid=bids)
    _all([None, "x", None], "bid", "if sort = 公募基金 then code else reason", bid=bids)
    _all([True, None, None], "bid", "(if sort = 公募基金 then true else unprofitable) or amended", bid=bids)
    _all(
        ["公募基金", "公募基金", None],
        "bid",
        'if present(sort) and reason != "z" then (if sort = sort then 公募基金 else sort) else scope',
        bid=bids,
    )


def test_flags_are_compared_as_flags():
    bids = [{"amended": True}, {"amended": False}, {}]
    _all([True, False, None], "bid", "amended = true", bid=bids)
    _all([False, True, None], "bid", "是 ≠ 是否改价", bid=bids)
    _all([False, True, None], "bid", "amended = (1 > 2)", bid=bids)


# ── days ──


def test_the_ends_of_the_calendar():
    investors = [{"since": FIRST_DAY}, {"since": LAST_DAY}, {"since": day("2096-02-29")}]
    _all([day("1989-12-01"), day("2099-11-30"), day("2096-01-29")], "investor", "since - 1个月", investor=investors)
    _all([day("2099-12-01"), day("2209-11-30"), day("2206-01-29")], "investor", "since + 1319个月", investor=investors)
    _all([day("1880-01-01"), day("1989-12-31"), day("1986-02-28")], "investor", "since - 1320个月", investor=investors)
    _all([FIRST_DAY + 40000, LAST_DAY + 40000, day("2096-02-29") + 40000], "investor", "since + 40000天", investor=investors)
    _all([FIRST_DAY - LAST_DAY, 0, day("2096-02-29") - LAST_DAY], "investor", "since - 2099-12-31", investor=investors)


def test_moments_are_far_past_32_bits():
    bids = [{"submitted_at": FIRST_DAY * DAY_MS, "day": FIRST_DAY}, {"submitted_at": (LAST_DAY + 1) * DAY_MS - 1, "day": LAST_DAY}]
    _all([True, False], "bid", "submitted_at = day 00:00", bid=bids)
    _all([False, True], "bid", "submitted_at = day 23:59:59.999", bid=bids)
    _all([True, True], "bid", "submitted_at < (day + 1天) 00:00", bid=bids)
    _all([(LAST_DAY + 366) * DAY_MS - 1], "offering", "max(bids.submitted_at) + 365天", bid=bids)


# ── joins ──


def test_a_join_over_empty_sides():
    _all([0, 0], "placee", "count(all applications where securities = this.account)", placee=[{"account": "A"}, {}], application=[])
    _all([], "placee", "count(all applications where securities = this.account)", placee=[], application=[{"securities": "A"}])


def test_two_keys_with_gaps_on_both_sides():
    placees = [{"account": "A", "assets": 1}, {"account": "A"}, {"assets": 1}, {}, {"account": "B", "assets": 2}]
    applications = [{"securities": "A", "holding": 1}, {"securities": "A", "holding": 2}, {"securities": "C"}, {"holding": 3}]
    expr = "count(all applications where securities = this.account and holding = this.assets)"
    # P0: A/1 is one; C/? and ?/3 cannot be. P1: A/? may be several. P2: ?/1 may be A/1. P3: anything. P4: ?/3 is not B/2.
    _all([1, None, None, None, 0], "placee", expr, placee=placees, application=applications)


def test_a_join_on_one_self():
    placees = [{"account": "A"}, {"account": "A"}, {"account": "B"}, {}]
    _all([None] * 4, "placee", "count(all placees where account = this.account)", placee=placees)
    _all([2, 2, 1, None], "placee", "count(all placees where present(account) and account = this.account)", placee=placees)


def test_a_join_over_children_reads_a_value_of_their_parents_that_was_just_computed():
    values = [("placee", "dear", "assets > 5元"), ("placee", "dears", "count(all bids where dear and placee.name = this.name)")]
    placees = [{"name": "a", "assets": 10**5}, {"name": "a", "assets": 1}, {"name": "b", "assets": 10**5}]
    bids = [{"placee": 0}, {"placee": 1}, {"placee": 2}, {"placee": 2}]
    _all([1, 1, 2], "placee", "dears", values, placee=placees, bid=bids)
