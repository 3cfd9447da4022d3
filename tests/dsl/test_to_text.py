"""The formatter: the text wanted by hand in both languages, and text -> tree -> text -> tree stable for any tree."""

import re
from contextlib import suppress
from fractions import Fraction as F

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsl import nodes as n
from dsl.checker.check import ANY_WORD, check
from dsl.diagnostics import DiagnosticError
from dsl.functions import FUNCTIONS
from dsl.parser import parse, parse_order
from dsl.quantities import (
    FIELD_TYPES,
    FIRST_DAY,
    LAST_DAY,
    LITERAL_SCALES,
    MONEY,
    PERCENT_SCALE,
    PLAIN,
    PRICE,
    SHARES,
    FieldType,
    Unit,
    words_type,
)
from dsl.schema import Entity, Field, Schema
from dsl.to_text import Language, order_text, to_text
from tests.proofs.size import size

UNITS = {
    u.name: u
    for u in (
        Unit("元", F(1), MONEY),
        Unit("万元", F(10_000), MONEY),
        Unit("亿元", F(10**8), MONEY),
        Unit("股", F(1), SHARES),
        Unit("万股", F(10_000), SHARES),
        Unit("元/股", F(1), PRICE),
        Unit("%", F(1, 100)),
        Unit("倍", F(1)),
        Unit("天", F(1), PLAIN, "days"),
        Unit("个月", F(1), PLAIN, "months"),
    )
}
KINDS = words_type(("公募基金", "社保基金", "其他"))


def _entity(
    name: str, zh: str, collection: str, of: str | None, fields: dict[str, tuple[str, str | FieldType]], lends: bool = False
) -> Entity:
    made = {
        k: Field(k, z, name, FIELD_TYPES[t] if isinstance(t, str) else t, "term" if name == "offering" else "field")
        for k, (z, t) in fields.items()
    }
    return Entity(name, zh, collection, (next(iter(fields)),), of, made, lends)


SCHEMA = Schema(
    {
        e.name: e
        for e in (
            _entity(
                "offering",
                "发行",
                "offerings",
                None,
                {
                    "price_spread": ("报价价差上限", "ratio"),
                    "minimum_quantity": ("最低拟申购数量", "shares"),
                    "quantity_step": ("拟申购数量最小变动单位", "shares"),
                    "issue_price": ("发行价格", "price"),
                    "t_day": ("申购日", "date"),
                    "inquiry_date": ("初步询价日", "date"),
                },
            ),
            _entity("investor", "网下投资者", "investors", None, {"strategic": ("参与战略配售", "flag"), "label": ("标识", "text")}),
            _entity(
                "placee",
                "配售对象",
                "placees",
                "investor",
                {
                    "placee_type": ("配售对象类型", KINDS),
                    "securities_account": ("证券账户", "text"),
                    "established": ("成立日期", "date"),
                    "label": ("标识", "text"),
                },
            ),
            _entity(
                "bid",
                "报价",
                "bids",
                "placee",
                {
                    "price": ("申购价格", "price"),
                    "quantity": ("拟申购数量", "shares"),
                    "amended": ("是否改价", "flag"),
                    "submitted_at": ("申报时间", "moment"),
                },
            ),
            _entity("subscription", "网下申购", "subscriptions", "placee", {"subscribed": ("网下申购数量", "shares")}, lends=True),
            _entity("application", "网上申购", "applications", None, {"account": ("网上证券账户", "text")}),
        )
    },
    UNITS,
    {"T": "t_day", "I": "inquiry_date"},
)


def read(text: str) -> n.Expr:
    return parse(text, units=UNITS)


# ── checked trees: one rule in two languages ──

BOTH = [
    ("investor", "max(bids.price) <= price_spread * min(bids.price)", "最大(报价.申购价格) <= 报价价差上限 * 最小(报价.申购价格)"),
    (
        "bid",
        "quantity >= minimum_quantity and (quantity - minimum_quantity) is a multiple of quantity_step",
        "拟申购数量 >= 最低拟申购数量 且 (拟申购数量 - 最低拟申购数量) 是 拟申购数量最小变动单位 的整数倍",
    ),
    ("bid", "quantity is a multiple of 10万股", "拟申购数量 是 10万股 的整数倍"),
    ("investor", "count(bids) > 0", "计数(报价) > 0"),
    ("investor", "count(bids where amended and not strategic) = 0", "计数(报价 其中 是否改价 且 非 参与战略配售) = 0"),
    ("investor", "count(placees where placees.label = this.label) = 0", "计数(配售对象 其中 配售对象.标识 = 本.标识) = 0"),
    ("bid", "placee.label != investor.label", "配售对象.标识 != 网下投资者.标识"),
    ("placee", "subscribed = 0股 or subscription.subscribed > 1.5万股", "网下申购数量 = 0股 或 网下申购.网下申购数量 > 1.5万股"),
    (
        "application",
        "count(all placees where securities_account = this.account) = 0",
        "计数(所有 配售对象 其中 证券账户 = 本.网上证券账户) = 0",
    ),
    (
        "application",
        "sum(all bids.quantity where securities_account = this.account) = 0股",
        "合计(所有 报价.拟申购数量 其中 证券账户 = 本.网上证券账户) = 0股",
    ),
    ("placee", "placee_type in [公募基金, 社保基金]", "配售对象类型 属于 [公募基金, 社保基金]"),
    ("placee", "placee_type = 公募基金", "配售对象类型 = 公募基金"),
    ("placee", "established < T - 1个月 and established + 30天 != 2026-02-11", "成立日期 < T - 1个月 且 成立日期 + 30天 != 2026-02-11"),
    ("bid", "I-1 12:00 <= submitted_at < T+2 16:00:00.001", "I-1 12:00 <= 申报时间 < T+2 16:00:00.001"),
    ("bid", "(t_day + 1天) 09:30 > submitted_at", "(申购日 + 1天) 09:30 > 申报时间"),
    ("offering", "all(bids.amended) = true or any(bids.amended) = false", "全部(报价.是否改价) = 是 或 任一(报价.是否改价) = 否"),
    (
        "offering",
        "weighted_mean(bids.price, bids.quantity where amended) > median(bids.price)",
        "加权平均(报价.申购价格, 报价.拟申购数量 其中 是否改价) > 中位数(报价.申购价格)",
    ),
    ("offering", "distinct(bids.price) <= 3", "去重计数(报价.申购价格) <= 3"),
    ("bid", "if present(issue_price) then price >= issue_price else true", "如果 已给出(发行价格) 则 申购价格 >= 发行价格 否则 是"),
    (
        "bid",
        "round_up(quantity / 3, 500股) >= least(quantity, minimum_quantity) and round_down(price, 0.01元) < round_half_up(price, 0.1元)",
        "向上取整(拟申购数量 / 3, 500股) >= 较小者(拟申购数量, 最低拟申购数量) 且 向下取整(申购价格, 0.01元) < 四舍五入(申购价格, 0.1元)",
    ),
    ("bid", "greatest(price, issue_price) > -0.01元/股", "较大者(申购价格, 发行价格) > -0.01元/股"),
    ("bid", "price > 120% * issue_price", "申购价格 > 120% * 发行价格"),
]


@pytest.mark.parametrize(("of", "en", "zh"), BOTH, ids=[en for _, en, _ in BOTH])
def test_one_rule_reads_in_both_languages(of: str, en: str, zh: str) -> None:
    english, chinese = (check(read(t), SCHEMA, of, text=t).expr for t in (en, zh))
    assert english == chinese
    for tree in (english, chinese):
        assert (to_text(tree, "en", SCHEMA), to_text(tree, "zh", SCHEMA)) == (en, zh)


def test_a_name_of_the_own_record_inside_an_aggregate_is_written_with_this() -> None:
    text = "count(all placees where securities_account = account)"
    tree = check(read(text), SCHEMA, "application", text=text).expr
    assert to_text(tree, "zh", SCHEMA) == "计数(所有 配售对象 其中 证券账户 = 本.网上证券账户)"
    assert check(read(to_text(tree, "zh", SCHEMA)), SCHEMA, "application").expr == tree


def test_the_elements_are_written_as_a_collection_however_they_were_named() -> None:
    tree = check(read("max(报价.price where bid.quantity > 0股 and bids.amended)"), SCHEMA, "investor").expr
    assert to_text(tree, "en", SCHEMA) == "max(bids.price where bids.quantity > 0股 and bids.amended)"
    assert to_text(tree, "zh", SCHEMA) == "最大(报价.申购价格 其中 报价.拟申购数量 > 0股 且 报价.是否改价)"


def test_a_result_that_is_a_word_stays_a_word() -> None:
    tree = check(read("如果 是否改价 则 高价剔除 否则 有效报价"), SCHEMA, "bid", expect=ANY_WORD).expr
    assert to_text(tree, "en", SCHEMA) == "if amended then 高价剔除 else 有效报价"


# ── parsed trees: names as written, brackets and blanks in order ──

FORMS = [
    ("((a))", "a", "a"),
    ("(a*b)+c", "a * b + c", "a * b + c"),
    ("a*(b+c)", "a * (b + c)", "a * (b + c)"),
    ("(a-b)-c", "a - b - c", "a - b - c"),
    ("a-(b-c)", "a - (b - c)", "a - (b - c)"),
    ("a/(b*c)", "a / (b * c)", "a / (b * c)"),
    ("-(a+b)", "-(a + b)", "-(a + b)"),
    ("(-a)*b", "-a * b", "-a * b"),
    ("-(a*b)", "-(a * b)", "-(a * b)"),
    ("a - -b", "a - -b", "a - -b"),
    ("(a 或 b) 且 c", "(a or b) and c", "(a 或 b) 且 c"),
    ("a 或 (b 且 c)", "a or b and c", "a 或 b 且 c"),
    ("(a and b) and c", "(a and b) and c", "(a 且 b) 且 c"),
    ("not (a = b)", "not a = b", "非 a = b"),
    ("(not a) = b", "(not a) = b", "(非 a) = b"),
    ("not (a and b)", "not (a and b)", "非 (a 且 b)"),
    ("(a = b) = c", "(a = b) = c", "(a = b) = c"),
    ("(a <= b) <= c", "(a <= b) <= c", "(a <= b) <= c"),
    ("a≤x≤b", "a <= x <= b", "a <= x <= b"),
    ("a+b 是 (c*d) 的整数倍", "(a + b) is a multiple of c * d", "(a + b) 是 c * d 的整数倍"),
    ("(a in [b,c]) = 是", "(a in [b, c]) = true", "(a 属于 [b, c]) = 是"),
    ("if (a) then (b) else (if c then d else e)", "if a then b else if c then d else e", "如果 a 则 b 否则 如果 c 则 d 否则 e"),
    ("if a then if b then c else d else e", "if a then (if b then c else d) else e", "如果 a 则 (如果 b 则 c 否则 d) 否则 e"),
    ("(if a then b else c)+1", "(if a then b else c) + 1", "(如果 a 则 b 否则 c) + 1"),
    ("present(if a then b else c)", "present(if a then b else c)", "已给出(如果 a 则 b 否则 c)"),
    ("T + 2", "T+2", "T+2"),
    ("(T) + 2", "T + (2)", "T + (2)"),
    ("(T) - 2 * a", "T - (2 * a)", "T - (2 * a)"),
    ("T+2天", "T + 2天", "T + 2天"),
    ("T - 2026-02-11", "T - 2026-02-11", "T - 2026-02-11"),
    ("(a + T) + 2", "a + T + (2)", "a + T + (2)"),
    ("aT + 2", "aT + 2", "aT + 2"),
    ("T-1  09:30:00.000", "T-1 09:30", "T-1 09:30"),
    ("(T 09:30) 10:00:05", "(T 09:30) 10:00:05", "(T 09:30) 10:00:05"),
    ("I 15:00:00.001", "I 15:00:00.001", "I 15:00:00.001"),
    ("a 00:00:00.5", "a 00:00:00.500", "a 00:00:00.500"),
    ("1.50元", "1.5元", "1.5元"),
    ("100万股", "100万股", "100万股"),
    ("0.0001万元", "0.0001万元", "0.0001万元"),
    ("120%", "120%", "120%"),
    ("0.0000000001%", "0.0000000001%", "0.0000000001%"),
    ("3.0", "3", "3"),
    ("0.10", "0.1", "0.1"),
    ('“他说"好"”', '“他说"好"”', '“他说"好"”'),
    ("“好”", '"好"', '"好"'),
    ("最大(all bids.price where a)", "max(all bids.price where a)", "最大(所有 bids.price 其中 a)"),
    ("sum(all (bids.a+b)*2)", "sum(all (bids.a + b) * 2)", "合计(所有 (bids.a + b) * 2)"),
    ("this.a=本.b", "this.a = 本.b", "this.a = 本.b"),
    ("[ ]", "[]", "[]"),
    ("a\n  and\n  b", "a and b", "a 且 b"),
]


@pytest.mark.parametrize(("text", "en", "zh"), FORMS, ids=[f[0] for f in FORMS])
def test_a_text_has_one_form(text: str, en: str, zh: str) -> None:
    tree = read(text)
    assert (to_text(tree, "en", SCHEMA), to_text(tree, "zh", SCHEMA)) == (en, zh)
    assert read(en) == read(zh) == tree


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("申购价格 降序", "申购价格 descending", "申购价格 降序"),
        ("(a+b) ascending", "a + b ascending", "a + b 升序"),
        ("如果 a 则 b 否则 c 升序", "if a then b else c ascending", "如果 a 则 b 否则 c 升序"),
    ],
)
def test_an_order_key_has_one_form(text: str, en: str, zh: str) -> None:
    key = parse_order(text, units=UNITS)
    assert (order_text(*key, "en", SCHEMA), order_text(*key, "zh", SCHEMA)) == (en, zh)
    assert parse_order(en, units=UNITS) == parse_order(zh, units=UNITS) == key


def test_a_number_that_no_text_gives_is_still_written() -> None:
    assert to_text(n.Binary("*", n.Number(F(-6, 5)), n.Number(F(1, 3))), "en", SCHEMA) == "-1.2 * (1 / 3)"


# ── any tree ──

_NAMES = st.from_regex(r"[a-z一-龥_][a-zA-Z0-9_一-龥]{0,5}|[A-Z][a-z0-9]", fullmatch=True)
_WORDS = st.sampled_from(("price", "报价", "是否改价", "非交易过户", "this", "本", "T1", "或有", "max", "count", "个月"))


def _readable(text: str) -> bool:
    try:
        return read(text) == n.Name(tuple(text.split(".")))
    except DiagnosticError:
        return False


def _numbers(unit: Unit) -> st.SearchStrategy[n.Number]:
    scale = PERCENT_SCALE if unit.name == "%" else LITERAL_SCALES[unit.dim]
    return st.integers(0, 10**15).map(lambda i: n.Number(F(i, scale), unit.name, unit.dim))


_LEAVES = st.one_of(
    st.lists(_NAMES | _WORDS, min_size=1, max_size=2).map(".".join).filter(_readable).map(lambda t: n.Name(tuple(t.split(".")))),
    st.sampled_from([u for u in UNITS.values() if u.kind == "number"] + [Unit("", F(1))]).flatmap(_numbers),
    st.integers(0, 12).map(lambda i: n.Number(F(i))),
    st.integers(0, 1320).map(lambda i: n.Period(i, "months", "个月")),
    st.integers(0, 1000).map(lambda i: n.Period(i, "days", "天")),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters='"\u3164\u115f\u1160\u2800\uffa0'), max_size=8).map(
        n.Text
    ),
    st.just(n.Text('他说"好"')),
    st.booleans().map(n.Flag),
    st.integers(FIRST_DAY, LAST_DAY).map(n.Date),
    st.builds(n.Day, st.sampled_from("TIAZ"), st.integers(-1200, 1200)),
)
_ASCENDING, _DESCENDING = st.sampled_from(("<", "<=")), st.sampled_from((">", ">="))


def _branches(inner: st.SearchStrategy[n.Expr]) -> st.SearchStrategy[n.Expr]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    scalars = [f for f in FUNCTIONS.values() if f.kind == "scalar"]
    aggregates = [f for f in FUNCTIONS.values() if f.kind == "aggregate"]

    def args(low: int, high: int | None) -> st.SearchStrategy[tuple[n.Expr, ...]]:
        return st.lists(inner, min_size=low, max_size=high or low + 2).map(tuple)

    return st.one_of(
        st.builds(n.Unary, st.sampled_from(("not", "-")), inner),
        st.builds(n.Binary, st.sampled_from(("+", "-", "*", "/", "multiple", "in")), inner, inner),
        st.builds(n.Compare, st.tuples(st.sampled_from(("=", "!=", "<", "<=", ">", ">="))), st.tuples(inner, inner)),
        st.builds(n.Compare, st.tuples(_ASCENDING, _ASCENDING) | st.tuples(_DESCENDING, _DESCENDING), st.tuples(inner, inner, inner)),
        st.builds(n.Logic, st.sampled_from(("and", "or")), several),
        st.builds(n.If, inner, inner, inner),
        st.builds(n.At, inner, st.integers(0, 86_399_999)),
        st.lists(inner, max_size=3).map(tuple).map(n.List),
        st.sampled_from(scalars).flatmap(lambda f: args(*f.arity).map(lambda a: n.Call(f.name, a))),
        st.sampled_from(aggregates).flatmap(
            lambda f: st.builds(n.Aggregate, st.just(f.name), args(*f.arity), st.none() | inner, st.booleans())
        ),
    )


TREES = st.recursive(_LEAVES, _branches, max_leaves=25)
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(("zh", "en"))


@pytest.mark.proof
@settings(max_examples=size(10_000), deadline=None)
@given(TREES, LANGUAGES, LANGUAGES)
def test_tree_text_tree_text_is_stable_in_both_languages(tree: n.Expr, first: Language, second: Language) -> None:
    text = to_text(tree, first, SCHEMA)
    again = read(text)
    assert again == tree
    assert to_text(again, first, SCHEMA) == text
    assert read(to_text(again, second, SCHEMA)) == tree


@pytest.mark.proof
@settings(max_examples=size(10_000), deadline=None)
@given(TREES)
def test_no_pair_of_brackets_can_be_left_out(tree: n.Expr) -> None:
    """Take away any one pair that only groups: the text then means something else or nothing. Two kinds stay to be read at a glance."""
    text = to_text(tree, "en", SCHEMA)
    assume(not re.search(r" is a multiple of |\b(if|then) \(if ", text))
    for start, end in _groups(text):
        without = text[:start] + text[start + 1 : end] + text[end + 1 :]
        with suppress(DiagnosticError):
            assert read(without) != tree, without


def _groups(text: str) -> list[tuple[int, int]]:
    """Where the grouping brackets stand; those of functions and those inside texts are not counted."""
    found, still, closing = [], [], ""
    for at, sign in enumerate(text):
        if closing or sign in '"“':
            closing = "" if sign == closing else closing or {"“": "”"}.get(sign, sign)
        elif sign == "(":
            still.append(at)
        elif sign == ")":
            start = still.pop()
            if start == 0 or text[start - 1] in " (-[":
                found.append((start, at))
    return found
