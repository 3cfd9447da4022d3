"""The words of the language, in English and Chinese: functions with their arity, and the keywords of its operators.

`name` and `key` are canonical: the tree knows only these. The grammar spells the keywords out once more; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal


@dataclass(frozen=True, slots=True)
class Function:
    """`arity` is the fewest and the most arguments (None: any number). An aggregate runs over records and may carry `where`."""

    name: str
    zh: str
    kind: Literal["aggregate", "scalar"]
    arity: tuple[int, int | None]
    form: str
    doc_en: str
    doc_zh: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word of the syntax that cannot be a name. `other` lists further spellings that read the same."""

    key: str
    zh: str
    doc_en: str
    doc_zh: str
    other: tuple[str, ...] = ()


FUNCTIONS: Mapping[str, Function] = {
    f.name: f
    for f in (
        Function("max", "最大", "aggregate", (1, 1), "max(bids.price)", "the greatest of the records' values", "各条记录中的最大值"),
        Function("min", "最小", "aggregate", (1, 1), "min(bids.price)", "the least of the records' values", "各条记录中的最小值"),
        Function(
            "sum",
            "合计",
            "aggregate",
            (1, 1),
            "sum(bids.quantity)",
            "the sum of the records' values; 0 over none",
            "各条记录之和,没有记录时为 0",
        ),
        Function("count", "计数", "aggregate", (1, 1), "count(bids)", "how many records there are", "记录的条数"),
        Function(
            "distinct",
            "去重计数",
            "aggregate",
            (1, 1),
            "distinct(bids.price)",
            "how many different values the records have",
            "不同取值的个数",
        ),
        Function("any", "任一", "aggregate", (1, 1), "any(bids.amended)", "whether it holds for at least one record", "至少一条记录成立"),
        Function("all", "全部", "aggregate", (1, 1), "all(bids.amended)", "whether it holds for every record", "每一条记录都成立"),
        Function(
            "median",
            "中位数",
            "aggregate",
            (1, 1),
            "median(bids.price)",
            "the middle value; the mean of the middle two",
            "中间的值,偶数个时取中间两个的平均",
        ),
        Function(
            "weighted_mean",
            "加权平均",
            "aggregate",
            (2, 2),
            "weighted_mean(bids.price, bids.quantity)",
            "the mean of the first, weighted by the second",
            "以第二项为权重的第一项平均数",
        ),
        Function(
            "round_up",
            "向上取整",
            "scalar",
            (2, 2),
            "round_up(x, 500股)",
            "the least multiple of the unit not below x",
            "不小于 x 的最小整数倍",
        ),
        Function(
            "round_down",
            "向下取整",
            "scalar",
            (2, 2),
            "round_down(x, 500股)",
            "the greatest multiple of the unit not above x",
            "不大于 x 的最大整数倍",
        ),
        Function(
            "round_half_up",
            "四舍五入",
            "scalar",
            (2, 2),
            "round_half_up(x, 0.01元)",
            "the nearest multiple of the unit, a half away from zero",
            "最接近 x 的整数倍,半数远离零",
        ),
        Function("present", "已给出", "scalar", (1, 1), "present(x)", "whether x is not missing", "x 不缺失"),
        Function("least", "较小者", "scalar", (2, None), "least(x, y)", "the least of the values written", "所列各值中最小的"),
        Function("greatest", "较大者", "scalar", (2, None), "greatest(x, y)", "the greatest of the values written", "所列各值中最大的"),
    )
}

KEYWORDS: Mapping[str, Keyword] = {
    k.key: k
    for k in (
        Keyword("and", "且", "both hold", "同时成立"),
        Keyword("or", "或", "at least one holds", "至少一个成立"),
        Keyword("not", "非", "does not hold", "不成立"),
        Keyword("true", "是", "yes", "是"),
        Keyword("false", "否", "no", "否"),
        Keyword("in", "属于", "is one of a list", "在所列之中"),
        Keyword("is a multiple of", "是 … 的整数倍", "can be divided by without a rest", "可被整除"),
        Keyword("where", "其中", "only the records for which this holds", "仅限满足条件的记录"),
        Keyword("if", "如果", "begins a choice", "条件"),
        Keyword("then", "则", "the value if it holds", "成立时取值"),
        Keyword("else", "否则", "the value if it does not", "不成立时取值"),
        Keyword("this", "本", "the record that the rule is asked of", "规则所针对的记录"),
        Keyword("all", "所有", "all records, not only those below this one", "全部记录,不限于本记录之下"),
        Keyword("ascending", "升序", "from low to high", "从低到高"),
        Keyword("descending", "降序", "from high to low", "从高到低"),
    )
}

OPERATORS: Mapping[str, str] = {"!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "/": "÷"}
"""Operators with a second sign that reads the same."""

_BY_WORD: Mapping[str, Function] = {word: f for f in FUNCTIONS.values() for word in (f.name, f.zh)}


def find_function(word: str) -> Function | None:
    """The function of that English or Chinese name."""
    return _BY_WORD.get(word)


def nearest_function(word: str) -> Function | None:
    """The function whose name looks most like a word that is none."""
    close = get_close_matches(word[:40], _BY_WORD, 1, 0.6)
    return _BY_WORD[close[0]] if close else None
