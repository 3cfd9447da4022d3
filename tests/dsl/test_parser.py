"""What is read, and what an author is told about what cannot be read. Trees and sentences are written by hand."""

import re
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl import nodes as n
from dsl import parser
from dsl.diagnostics import DiagnosticError, Span
from dsl.functions import FUNCTIONS, KEYWORDS
from dsl.parser import parse, parse_order
from dsl.quantities import MONEY, PLAIN, PRICE, SHARES, Unit
from tests.proofs.size import size

UNITS = {
    u.name: u
    for u in (
        Unit("元", F(1), MONEY),
        Unit("万元", F(10_000), MONEY),
        Unit("亿元", F(10**8), MONEY),
        Unit("股", F(1), SHARES),
        Unit("万股", F(10_000), SHARES),
        Unit("亿股", F(10**8), SHARES),
        Unit("元/股", F(1), PRICE),
        Unit("%", F(1, 100)),
        Unit("‰", F(1, 1000)),
        Unit("倍", F(1)),
        Unit("家", F(1)),
        Unit("天", F(1), PLAIN, "days"),
        Unit("个月", F(1), PLAIN, "months"),
    )
}


def read(text: str) -> n.Expr:
    return parse(text, units=UNITS)


def name(text: str) -> n.Name:
    return n.Name(tuple(text.split(".")))


def number(value: int | F, unit: str = "") -> n.Number:
    return n.Number(F(value), unit, UNITS[unit].dim if unit else PLAIN)


def mistakes(text: str) -> list[tuple[str, str, str, str | None]]:
    """Code, sentence, the words under the carets, hint."""
    with pytest.raises(DiagnosticError) as caught:
        read(text)
    found = caught.value.diagnostics
    assert all(d.span is not None and d.text == text[: parser.MAX_CHARACTERS] for d in found)
    return [(d.code, d.message, text[d.span.start : d.span.end] if d.span else "", d.hint) for d in found]


a, b, c, x = name("a"), name("b"), name("c"), name("x")

TREES = [
    # literals
    ("3", number(3)),
    ("0.5", number(F(1, 2))),
    ("0", number(0)),
    ("120%", number(F(6, 5), "%")),
    ("3‰", number(F(3, 1000), "‰")),
    ("0.01元", number(F(1, 100), "元")),
    ("100万股", number(1_000_000, "万股")),
    ("1.5亿元", number(150_000_000, "亿元")),
    ("46.08元/股", number(F(4608, 100), "元/股")),
    ("0.0001元", number(F(1, 10_000), "元")),
    ("0.00000001万元", number(F(1, 10_000), "万元")),
    ("0.0001万股", number(1, "万股")),
    ("0.0000000001%", number(F(1, 10**12), "%")),
    ("3天", n.Period(3, "days", "天")),
    ("1个月", n.Period(1, "months", "个月")),
    ("2026-02-11", n.Date(20_495)),
    ("2024-02-29", n.Date(19_782)),
    ('"text"', n.Text("text")),
    ('“他说"好"”', n.Text('他说"好"')),
    ('"（且 аé"', n.Text("（且 аé")),
    ("是", n.Flag(True)),
    ("false", n.Flag(False)),
    ("[公募基金, 社保基金]", n.List((name("公募基金"), name("社保基金")))),
    ("[]", n.List(())),
    # days and clock times
    ("T", n.Day("T")),
    ("T+2", n.Day("T", 2)),
    ("I - 1", n.Day("I", -1)),
    ("T+2 16:00", n.At(n.Day("T", 2), 16 * 3_600_000)),
    ("I-1 12:00:00.5", n.At(n.Day("I", -1), 12 * 3_600_000 + 500)),
    ("估值日 15:00:00.001", n.At(name("估值日"), 15 * 3_600_000 + 1)),
    ("(a + 3天) 09:30", n.At(n.Binary("+", a, n.Period(3, "days")), 34_200_000)),
    ("2026-02-11 00:00", n.At(n.Date(20_495), 0)),
    ("T + 2天", n.Binary("+", n.Day("T"), n.Period(2, "days"))),
    ("T - 1个月", n.Binary("-", n.Day("T"), n.Period(1, "months"))),
    ("T - 2026-02-11", n.Binary("-", n.Day("T"), n.Date(20_495))),
    ("T - I", n.Binary("-", n.Day("T"), n.Day("I"))),
    ("(T) + 2", n.Binary("+", n.Day("T"), number(2))),
    ("TT + 2", n.Binary("+", name("TT"), number(2))),
    ("T1", name("T1")),
    ("T.a", name("T.a")),
    # names: a keyword inside one is only letters
    ("是否改价", name("是否改价")),
    ("非交易过户", name("非交易过户")),
    ("资产规模是否超过本次发行可申购金额上限", name("资产规模是否超过本次发行可申购金额上限")),
    ("android", name("android")),
    ("或有负债 或 且行", n.Logic("or", (name("或有负债"), name("且行")))),
    ("notional", name("notional")),
    ("in_order", name("in_order")),
    ("trueish", name("trueish")),
    ("否决", name("否决")),
    ("如果树", name("如果树")),
    ("所有者", name("所有者")),
    ("本.网上证券账户", name("本.网上证券账户")),
    ("this.account", name("this.account")),
    ("bids . price", name("bids.price")),
    # operators, low to high
    ("a or b and c", n.Logic("or", (a, n.Logic("and", (b, c))))),
    ("a 且 b 且 c", n.Logic("and", (a, b, c))),
    ("(a and b) and c", n.Logic("and", (n.Logic("and", (a, b)), c))),
    ("not a and b", n.Logic("and", (n.Unary("not", a), b))),
    ("非 a = b", n.Unary("not", n.Compare(("=",), (a, b)))),
    ("非(a)", n.Unary("not", a)),
    ("not not a", n.Unary("not", n.Unary("not", a))),
    ("a + b * c", n.Binary("+", a, n.Binary("*", b, c))),
    ("a - b - c", n.Binary("-", n.Binary("-", a, b), c)),
    ("a - (b - c)", n.Binary("-", a, n.Binary("-", b, c))),
    ("a / b / c", n.Binary("/", n.Binary("/", a, b), c)),
    ("-a * b", n.Binary("*", n.Unary("-", a), b)),
    ("a--b", n.Binary("-", a, n.Unary("-", b))),
    ("a = -3", n.Compare(("=",), (a, n.Unary("-", number(3))))),
    ("a <= x < b", n.Compare(("<=", "<"), (a, x, b))),
    ("a >= x >= b > c", n.Compare((">=", ">=", ">"), (a, x, b, c))),
    ("a != 否", n.Compare(("!=",), (a, n.Flag(False)))),
    ("a in [b, c]", n.Binary("in", a, n.List((b, c)))),
    ("a 属于 [是]", n.Binary("in", a, n.List((n.Flag(True),)))),
    ("a in b", n.Binary("in", a, b)),
    ("x is a multiple of 500股", n.Binary("multiple", x, number(500, "股"))),
    ("x 是 500股 的整数倍", n.Binary("multiple", x, number(500, "股"))),
    ("(a - b) is  a\nmultiple of c / 2", n.Binary("multiple", n.Binary("-", a, b), n.Binary("/", c, number(2)))),
    ("if a then b else if x then c else 0", n.If(a, b, n.If(x, c, number(0)))),
    ("如果 a 则 b 否则 c", n.If(a, b, c)),
    ("(if a then b else c) + 1", n.Binary("+", n.If(a, b, c), number(1))),
    # functions
    ("present(x)", n.Call("present", (x,))),
    ("非 已给出(发行价格)", n.Unary("not", n.Call("present", (name("发行价格"),)))),
    ("向上取整(x, 500股)", n.Call("round_up", (x, number(500, "股")))),
    ("least(a, b, c)", n.Call("least", (a, b, c))),
    ("count(bids)", n.Aggregate("count", (name("bids"),))),
    ("计数(报价 其中 是否改价)", n.Aggregate("count", (name("报价"),), name("是否改价"))),
    (
        "count(all placees where a = this.a)",
        n.Aggregate("count", (name("placees"),), n.Compare(("=",), (a, name("this.a"))), everywhere=True),
    ),
    ("计数(所有 配售对象)", n.Aggregate("count", (name("配售对象"),), everywhere=True)),
    ("all(bids.amended)", n.Aggregate("all", (name("bids.amended"),))),
    (
        "sum(all (bids.a - b) * 2)",
        n.Aggregate("sum", (n.Binary("*", n.Binary("-", name("bids.a"), b), number(2)),), everywhere=True),
    ),
    ("any(bids.amended where a or b)", n.Aggregate("any", (name("bids.amended"),), n.Logic("or", (a, b)))),
    ("加权平均(报价.a, 报价.b 其中 c)", n.Aggregate("weighted_mean", (name("报价.a"), name("报价.b")), c)),
    # full-width signs
    ("（a＋b）＊２＝１２０％", n.Compare(("=",), (n.Binary("*", n.Binary("+", a, b), number(2)), number(F(6, 5), "%")))),
    ("a＞＝b", n.Compare((">=",), (a, b))),
    ("a ≤ x ≤ b", n.Compare(("<=", "<="), (a, x, b))),
    ("a ≠ b", n.Compare(("!=",), (a, b))),
    ("a！＝b", n.Compare(("!=",), (a, b))),
    ("a × b ÷ c − 1", n.Binary("-", n.Binary("/", n.Binary("*", a, b), c), number(1))),
    ("较小者（a，b、c）", n.Call("least", (a, b, c))),
    ("a\u3000>\u00a0b", n.Compare((">",), (a, b))),
    ("T＋２ １６：００", n.At(n.Day("T", 2), 57_600_000)),
    ("报价．申购价格", name("报价.申购价格")),
    ("a 属于【b】", n.Binary("in", a, n.List((b,)))),
    (
        "最大(报价.申购价格) <= 报价价差上限 * 最小(报价.申购价格)",
        n.Compare(
            ("<=",),
            (
                n.Aggregate("max", (name("报价.申购价格"),)),
                n.Binary("*", name("报价价差上限"), n.Aggregate("min", (name("报价.申购价格"),))),
            ),
        ),
    ),
    (
        "拟申购数量 >= 最低拟申购数量 且 (拟申购数量 - 最低拟申购数量) 是 10万股 的整数倍",
        n.Logic(
            "and",
            (
                n.Compare((">=",), (name("拟申购数量"), name("最低拟申购数量"))),
                n.Binary("multiple", n.Binary("-", name("拟申购数量"), name("最低拟申购数量")), number(100_000, "万股")),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("text", "wanted"), TREES, ids=[t for t, _ in TREES])
def test_a_text_gives_its_tree(text: str, wanted: n.Expr) -> None:
    assert read(text) == wanted


def test_a_node_knows_where_it_stands() -> None:
    text = "（a + b） × 10万股 是 c 的整数倍"
    tree = read(text)
    assert isinstance(tree, n.Binary) and isinstance(tree.left, n.Binary)
    shown = [text[e.span.start : e.span.end] for e in (tree, tree.left, tree.left.left, tree.left.right, tree.right)]
    assert shown == [text, "（a + b） × 10万股", "a + b", "10万股", "c"]


@pytest.mark.parametrize(
    ("text", "key", "descending"),
    [
        ("price descending", name("price"), True),
        ("申购价格 降序", name("申购价格"), True),
        ("申报时间 升序", name("申报时间"), False),
        ("a + b ascending", n.Binary("+", a, b), False),
    ],
)
def test_an_order_key_has_a_direction(text: str, key: n.Expr, descending: bool) -> None:
    assert parse_order(text, units=UNITS) == (key, descending)


OPERATOR = "an operator such as `+`, `=` or `and`"
OPERAND = "expected a name, a number or `(`"
NAMES = "a name consists of the letters a to z, digits, `_` and Chinese characters"

MISTAKES = [
    # syntax
    ("", "syntax", "the expression is empty", "", "write a condition, e.g. `price > 0元`"),
    ("  \n ", "syntax", "the expression is empty", "", "write a condition, e.g. `price > 0元`"),
    ("price >=", "syntax", "the expression is incomplete after `>=`", ">=", OPERAND),
    ("price 且", "syntax", "the expression is incomplete after `且`", "且", OPERAND),
    (">= 3", "syntax", "an expression cannot begin with `>=`", ">=", OPERAND),
    ("price quantity", "syntax", "`quantity` cannot follow `price`", "quantity", f"expected {OPERATOR} or the end"),
    ("bids.", "syntax", "the expression is incomplete after `.`", ".", "expected a name"),
    ("bids.否", "syntax", "`否` cannot follow `.`", "否", "expected a name"),
    ("(a + b", "syntax", "`(` is not closed", "(", "close it with `)`"),
    ("a in [b, c", "syntax", "`[` is not closed", "[", "close it with `]`"),
    ("(a]", "syntax", "`]` cannot follow `a`", "]", f"expected {OPERATOR} or `)`"),
    ("a）", "syntax", "`）` has no matching opening bracket", "）", "delete it, or add the opening bracket before it"),
    ("max(a where)", "syntax", "`)` cannot follow `where`", ")", OPERAND),
    ("max(a; b)", "unknown-character", "`;` has no meaning here", ";", "write `,`"),
    ("if a then b", "syntax", "the expression is incomplete after `b`", "b", f"expected {OPERATOR} or `else`"),
    ("x 是 500股", "syntax", "the expression is incomplete after `500股`", "500股", f"expected {OPERATOR} or `的整数倍`"),
    ("x is 3", "syntax", "`is` cannot follow `x`", "is", "write `=` or `is a multiple of`"),
    ("a == b", "syntax", "`==` is not an operator", "==", "write `=`"),
    ("a <> b", "syntax", "`<>` is not an operator", "<>", "write `!=`"),
    ("a =< b", "syntax", "`=<` is not an operator", "=<", "write `<=`"),
    ("a ** b", "syntax", "`**` is not an operator", "**", "write `*`"),
    ("a ! b", "syntax", "`!` cannot follow `a`", "!", "write `!=` or `not`"),
    ("a AND b", "syntax", "`AND` cannot follow `a`", "AND", "write `and` in lower case"),
    ("a 并且 b", "syntax", "`并且` cannot follow `a`", "并且", "write `且`"),
    ("a 不低于 b", "syntax", "`不低于` cannot follow `a`", "不低于", "write `>=`"),
    ("a not in [b]", "syntax", "`not` cannot follow `a`", "not", "write `not` before the whole comparison: `not x in [a, b]`"),
    ("a = not b", "syntax", "`not` cannot follow `=`", "not", OPERAND),
    ("1 + if a then b else c", "syntax", "`if` cannot follow `+`", "if", OPERAND),
    ("a in [b] in [c]", "syntax", "`in` cannot follow `]`", "in", f"expected {OPERATOR} or the end"),
    ("all (bids.amended)", "syntax", "an expression cannot begin with `all`", "all", "write `all(` without a blank"),
    ("所有 配售对象", "syntax", "an expression cannot begin with `所有`", "所有", OPERAND),
    ("quantity >= 1,000", "syntax", "`,` cannot follow `1`", ",", "write a number without commas between its digits"),
    ("100 万股 > a", "syntax", "`万股` cannot follow `100`", "万股", "write a number and its unit without a blank: `100万股`"),
    ("1.2.3", "syntax", "`.` cannot follow `1.2`", ".", f"expected {OPERATOR} or the end"),
    (".5", "syntax", "an expression cannot begin with `.`", ".", OPERAND),
    ('a = "text', "syntax", 'the text that begins with `"text` has no closing quotation mark', '"', 'end it with `"`'),
    ("a = “text", "syntax", "the text that begins with `“text` has no closing quotation mark", "“", "end it with `”`"),
    ("price descending", "syntax", "`descending` cannot follow `price`", "descending", f"expected {OPERATOR} or the end"),
    (
        "x 是 10万股的整数倍",
        "syntax",
        "the expression is incomplete after `10万股的整数倍`",
        "10万股的整数倍",
        "put a blank before and after `的整数倍`",
    ),
    ("x 是10万股 的整数倍", "syntax", "`是10万股` cannot follow `x`", "是10万股", "put a blank before and after `是`"),
    ("a > 10万股且 b", "syntax", "`b` cannot follow `10万股且`", "b", "put a blank before and after `且`"),
    ("a 且b", "syntax", "`且b` cannot follow `a`", "且b", "put a blank before and after `且`"),
    ("this = a", "syntax", "`this` must be followed by a field", "this", "write `this.` and the name of a field"),
    # chains, names, functions
    (
        "a < x > b",
        "mixed-chain",
        "a chain of comparisons must go in one direction",
        "a < x > b",
        "write two comparisons with `and` between them",
    ),
    (
        "a = b = c",
        "mixed-chain",
        "`=` and `≠` cannot be part of a chain of comparisons",
        "a = b = c",
        "write two comparisons with `and` between them",
    ),
    (
        "a < b = c",
        "mixed-chain",
        "`=` and `≠` cannot be part of a chain of comparisons",
        "a < b = c",
        "write two comparisons with `and` between them",
    ),
    ("a.b.c > 1", "too-many-parts", "`a.b.c` has 3 parts", "a.b.c", "a name has at most two: `b.c`"),
    ("maxx(bids.a)", "unknown-function", "unknown function `maxx`", "maxx", "did you mean `max` (最大)?"),
    ("四舍五进(a, b)", "unknown-function", "unknown function `四舍五进`", "四舍五进", "did you mean `round_half_up` (四舍五入)?"),
    ("T(a)", "unknown-function", "unknown function `T`", "T", None),
    ("eval(a)", "unknown-function", "unknown function `eval`", "eval", None),
    (
        "max(a, b)",
        "wrong-arguments",
        "`max` takes one value, not 2",
        "max(a, b)",
        "write it as `max(bids.price)`; to compare single values use `greatest`",
    ),
    ("count()", "wrong-arguments", "`count` takes one value, not 0", "count()", "write it as `count(bids)`"),
    ("四舍五入(a)", "wrong-arguments", "`四舍五入` takes 2 values, not 1", "四舍五入(a)", "write it as `round_half_up(x, 0.01元)`"),
    ("least(a)", "wrong-arguments", "`least` takes 2 or more values, not 1", "least(a)", "write it as `least(x, y)`"),
    (
        "present(a where b)",
        "wrong-arguments",
        "`present` takes no `where`: it does not run over records",
        "present(a where b)",
        "write it as `present(x)`",
    ),
    # units and scales
    ("5亿", "unknown-unit", "unknown unit `亿`", "5亿", "did you mean `5亿元` or `5亿股`?"),
    ("1e5", "unknown-unit", "unknown unit `e5`", "1e5", "the units are " + ", ".join(f"`{u}`" for u in UNITS)),
    ("5万个", "unknown-unit", "unknown unit `万个`", "5万个", "did you mean `5个月`?"),
    (
        "0.00001元",
        "literal-off-scale",
        "`0.00001元` has more decimals than this unit allows",
        "0.00001元",
        "a number in 元 has at most 4 decimals",
    ),
    ("0.5股", "literal-off-scale", "`0.5股` has more decimals than this unit allows", "0.5股", "a number in 股 has no decimals"),
    (
        "0.00001万股",
        "literal-off-scale",
        "`0.00001万股` has more decimals than this unit allows",
        "0.00001万股",
        "a number in 万股 has at most 4 decimals",
    ),
    (
        "0.0000001",
        "literal-off-scale",
        "`0.0000001` has more decimals than a plain number allows",
        "0.0000001",
        "a number has at most 6 decimals",
    ),
    (
        "0.00000000001%",
        "literal-off-scale",
        "`0.00000000001%` has more decimals than this unit allows",
        "0.00000000001%",
        "a number in % has at most 10 decimals",
    ),
    ("1.5天", "literal-off-scale", "`1.5天` is not a whole number of days", "1.5天", None),
    ("99999个月", "literal-off-scale", "`99999个月` is longer than 110 years", "99999个月", None),
    ("1234567890123456789股", "literal-off-scale", "`1234567890123456789股` has too many digits", "1234567890123456789股", None),
    (
        "001386",
        "ambiguous-number",
        "`001386` begins with 0",
        "001386",
        'write a number without the leading 0, a code as a text: `"001386"`',
    ),
    (
        "least(1,000)",
        "ambiguous-number",
        "`000` begins with 0",
        "000",
        'write a number without the leading 0, a code as a text: `"001386"`',
    ),
    # dates and times
    ("2026-02-30", "no-such-date", "`2026-02-30` is not a date", "2026-02-30", None),
    (
        "2026-2-3",
        "no-such-date",
        "`2026-2-3` is not a date",
        "2026-2-3",
        "write year, month and day in full, e.g. `2026-02-01`; put blanks around a minus",
    ),
    ("1989-12-31", "no-such-date", "`1989-12-31` is outside the years 1990 to 2099", "1989-12-31", None),
    ("T 24:00", "no-such-time", "`24:00` is not a time of day", "24:00", "write it as `09:30`, `15:00:00` or `15:00:00.001`"),
    ("T 9:30", "no-such-time", "`9:30` is not a time of day", "9:30", "write it as `09:30`, `15:00:00` or `15:00:00.001`"),
    (
        "T 14:49:12:152",
        "no-such-time",
        "`14:49:12:152` is not a time of day",
        "14:49:12:152",
        "write it as `09:30`, `15:00:00` or `15:00:00.001`",
    ),
    ("12:00", "syntax", "an expression cannot begin with `12:00`", "12:00", OPERAND),
    ("T 12:00 13:00", "syntax", "`13:00` cannot follow `12:00`", "13:00", f"expected {OPERATOR} or the end"),
    # characters
    (
        "quаntity > 0",
        "look-alike",
        "`а` looks like `a` but is another character (cyrillic small letter a)",
        "а",
        "type `a` on the keyboard",
    ),
    ("ο = 1", "look-alike", "`ο` looks like `o` but is another character (greek small letter omicron)", "ο", "type `o` on the keyboard"),
    (
        "pｒice",
        "look-alike",
        "`ｒ` looks like `r` but is another character (fullwidth latin small letter r)",
        "ｒ",
        "type `r` on the keyboard",
    ),
    (
        "\u2f00 > 0",
        "look-alike",
        "`\u2f00` looks like `一` but is another character (kangxi radical one)",
        "\u2f00",
        "type `一` on the keyboard",
    ),
    (
        "\uf9d1",
        "look-alike",
        "`\uf9d1` looks like `六` but is another character (cjk compatibility ideograph-f9d1)",
        "\uf9d1",
        "type `六` on the keyboard",
    ),
    ("𝐚", "look-alike", "`𝐚` looks like `a` but is another character (mathematical bold small a)", "𝐚", "type `a` on the keyboard"),
    ("x²", "look-alike", "`²` looks like `2` but is another character (superscript two)", "²", "type `2` on the keyboard"),
    ("٣", "look-alike", "`٣` is neither a letter from a to z nor a Chinese character", "٣", NAMES),
    ("é", "look-alike", "`é` is neither a letter from a to z nor a Chinese character", "é", NAMES),
    (
        "a\u200bb",
        "hidden-character",
        "there is a hidden character here (U+200B zero width space)",
        "\u200b",
        "delete it, or retype the words around it",
    ),
    (
        "\ufeffa",
        "hidden-character",
        "there is a hidden character here (U+FEFF zero width no-break space)",
        "\ufeff",
        "delete it, or retype the words around it",
    ),
    (
        '"a\u202eb"',
        "hidden-character",
        "there is a hidden character here (U+202E right-to-left override)",
        "\u202e",
        "delete it, or retype the words around it",
    ),
    (
        "a\x00",
        "hidden-character",
        "there is a hidden character here (U+0000 control character)",
        "\x00",
        "delete it, or retype the words around it",
    ),
    (
        "\u3164",
        "hidden-character",
        "there is a hidden character here (U+3164 hangul filler)",
        "\u3164",
        "delete it, or retype the words around it",
    ),
    (
        "e\u0301",
        "hidden-character",
        "there is a hidden character here (U+0301 combining acute accent)",
        "\u0301",
        "delete it, or retype the words around it",
    ),
    ("a – b", "unknown-character", "`–` has no meaning here", "–", "write `-`"),
    ("a = 'b", "unknown-character", "`'` has no meaning here", "'", 'write `"`'),
    ("a && b", "unknown-character", "`&` has no meaning here", "&", "write `and`"),
    ("a @ b", "unknown-character", "`@` has no meaning here", "@", None),
    ("㐀", "unknown-character", "`㐀` has no meaning here", "㐀", None),
]


@pytest.mark.parametrize(("text", "code", "message", "words", "hint"), MISTAKES, ids=[repr(m[0]) for m in MISTAKES])
def test_a_mistake_is_told_word_for_word(text: str, code: str, message: str, words: str, hint: str | None) -> None:
    assert mistakes(text) == [(code, message, words, hint)]


def test_the_whole_message_as_an_author_sees_it() -> None:
    with pytest.raises(DiagnosticError) as caught:
        read("最低拟申购数量 >= 0.5股 且 maxx(报价.a) > 5亿")
    assert str(caught.value) == "\n".join(
        (
            "literal-off-scale: `0.5股` has more decimals than this unit allows",
            "  最低拟申购数量 >= 0.5股 且 maxx(报价.a) > 5亿",
            "                    ^^^^^",
            "  hint: a number in 股 has no decimals",
            "unknown-function: unknown function `maxx`",
            "  最低拟申购数量 >= 0.5股 且 maxx(报价.a) > 5亿",
            "                             ^^^^",
            "  hint: did you mean `max` (最大)?",
            "unknown-unit: unknown unit `亿`",
            "  最低拟申购数量 >= 0.5股 且 maxx(报价.a) > 5亿",
            "                                            ^^^",
            "  hint: did you mean `5亿元` or `5亿股`?",
        )
    )


def test_all_bad_characters_are_named_at_once_but_not_without_end() -> None:
    assert [m[2] for m in mistakes("аb = c\u200bd @ е")] == ["а", "\u200b", "@", "е"]
    assert len(mistakes("а@" * 5000)) == 20


@pytest.mark.parametrize("text", ["price", "price up", "descending", "降序 申购价格", "price descending, quantity ascending", ""])
def test_an_order_key_without_its_direction_is_refused(text: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        parse_order(text, units=UNITS)
    assert [d.code for d in caught.value.diagnostics] == ["syntax"]


def test_an_order_key_says_what_is_missing() -> None:
    with pytest.raises(DiagnosticError) as caught:
        parse_order("price", units=UNITS)
    assert caught.value.diagnostics[0].hint == f"expected {OPERATOR} or `ascending` or `descending`"


# ── limits ──


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1" + " " * 10_000, "too-long"),
        ("(" * 10_000, "too-deep"),
        ("[" * 10_000, "too-deep"),
        ("(" * 5000 + "1" + ")" * 4999, "too-deep"),
        ("(" * 65 + "a" + ")" * 65, "too-deep"),
        ("max(" * 65 + "a" + ")" * 65, "too-deep"),
        (" + ".join("a" * 65), "too-deep"),
        ("not " * 64 + "a", "too-deep"),
        ("-" * 64 + "a", "too-deep"),
        ("if a then b else " * 64 + "c", "too-deep"),
        ("+".join("1" * 5000), "too-large"),
        ("1" + "+1" * 10_000, "too-long"),
        (" or ".join("a" * 500), "too-large"),
        ("not " * 2400 + "a", "too-large"),
        ("-" * 9999 + "a", "too-large"),
        ("if a then b else " * 500 + "c", "too-large"),
        ("a<" * 4999 + "a", "too-large"),
        ("[" + "a," * 4998 + "a]", "too-large"),
        ("if " * 3333, "syntax"),
        ("a." * 4999 + "a", "too-many-parts"),
        ("9" * 9999, "literal-off-scale"),
        ("0." + "9" * 9990, "literal-off-scale"),
        ("3" + "股" * 9000, "unknown-unit"),
        ("x" * 9000 + "(a)", "unknown-function"),
        ('"' + "a" * 9998, "syntax"),
        ('"' * 9999, "syntax"),
        ("a " * 5000, "syntax"),
        (")" * 10_000, "syntax"),
        ("()" * 5000, "syntax"),
        ("T+" * 5000, "syntax"),
        ("1:" * 5000, "syntax"),
    ],
    ids=lambda v: v if len(v) < 20 else v[:12] + "…",
)
def test_a_monstrous_text_is_refused_at_a_cost_in_proportion(text: str, code: str) -> None:
    """Every call is counted, those of C functions too: a quadratic reader makes millions."""
    read("1")  # the grammar is compiled once
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        found = mistakes(text)
    finally:
        sys.setprofile(None)
    assert [m[0] for m in found] == [code]
    assert calls <= 400 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "1" + " " * 9999,
        "(" * 64 + "a" + ")" * 64,
        " + ".join("a" * 64),
        "not " * 63 + "a",
        " or ".join("a" * 499),
        "if a then b else " * 63 + "c",
        'a = "' + "(" * 9000 + '"',
    ],
    ids=lambda v: v[:12] + "…",
)
def test_what_is_just_within_the_limits_is_read(text: str) -> None:
    read(text)


# ── any text ──

_PIECES = st.sampled_from(
    [k.key for k in KEYWORDS.values()]
    + [k.zh for k in KEYWORDS.values()]
    + [w for f in FUNCTIONS.values() for w in (f.name, f.zh)]
    + list("()[],.+-*/=<>!≠≤≥×÷（），。：:%‰\"“”'TIabc01 \n")
    + ["2026-02-11", "16:00", "T+2", "100万股", "1个月", "是", "的整数倍", "bids.price", "this.", "a = b", "\u200b", "а", "count(bids"]
)

_INNER = re.compile(r"\$END|[LR]PAR|[LR]SQB|_MULTIPLE|__ANON|Token\(|lark")  # the parser generator's own words


@pytest.mark.proof
@settings(max_examples=size(10_000), deadline=None)
@given(st.text(max_size=60) | st.lists(_PIECES, max_size=25).map(" ".join) | st.lists(_PIECES, max_size=25).map("".join))
def test_any_text_is_read_or_refused_with_a_diagnostic(text: str) -> None:
    for reads in (parse, parse_order):
        try:
            reads(text, units=UNITS)
        except DiagnosticError as error:
            for d in error.diagnostics:
                assert d.span is not None and 0 <= d.span.start <= d.span.end <= len(text)
                assert d.message and (_INNER.search(text) or not _INNER.search(str(d)))


# ── the words of the language ──


def test_every_keyword_and_function_is_known_by_both_names() -> None:
    grammar = Path(parser.__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    for keyword in KEYWORDS.values():
        for word in (*keyword.key.split(), *keyword.zh.replace("…", " ").split()):
            assert word in grammar or word in ("this", "本")
    for f in FUNCTIONS.values():
        fewest = f.arity[0]
        args = ", ".join(["bids.a"] * fewest)
        assert read(f"{f.name}({args})") == read(f"{f.zh}({args})")
        assert getattr(read(f.form), "function", None) == f.name


@pytest.mark.parametrize("word", [w for k in KEYWORDS.values() if k.key not in ("this", "is a multiple of") for w in (k.key, k.zh)])
def test_a_keyword_is_no_name(word: str) -> None:
    with pytest.raises(DiagnosticError):
        read(f"{word}.price > 1")
    assert read(f"{word}_x") == name(f"{word}_x")
    assert read(f"{word}数量") == name(f"{word}数量")


def test_nothing_is_loaded_before_the_first_expression() -> None:
    code = "import sys, dsl.parser; assert not any(m.split('.')[0] in ('lark', 'polars') for m in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(parser.__file__).parents[1], check=False).returncode == 0


def test_a_span_is_of_the_text_as_written() -> None:
    assert read("  a ").span == Span(2, 3)
