"""The words of the language in English and Chinese: functions with their arguments and results, and keywords.

`name` and `key` are canonical: trees contain only these. A function needs one entry here, a meaning in dsl/kernel/meanings.py and another
in validator/announcement/intervals.py. The parser, the checker and `to_text` read the entry. The grammar repeats the keywords;
tests compare all of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from dsl.quantities import DATE, FLAG, NUMBER, Kind, Type

Constant = Literal["", "unit", "steps", "pattern"]
"""The rule for an argument that must be a constant; dsl/checker/constants.py checks each of them."""


@dataclass(frozen=True, slots=True)
class Argument:
    """`kinds`: the allowed kinds; any kind if empty. `same`: the type, unit included, is that of the first argument."""

    kinds: tuple[Kind, ...] = ()
    same: bool = False
    constant: Constant = ""
    records: bool = False
    """The argument is the name of a collection. It has no value and no type."""


ANY = Argument()
NUMERIC = Argument(("number",))
ORDERED = Argument(("number", "date", "moment"))
FLAGS = Argument(("flag",))
DATES = Argument(("date",))
TEXTS = Argument(("text",))
SAME = Argument(same=True)
UNIT = Argument(same=True, constant="unit")
STEPS = Argument(("number",), constant="steps")
PATTERN = Argument(("text",), constant="pattern")
RECORDS = Argument(records=True)


@dataclass(frozen=True, slots=True)
class Function:
    """An aggregate runs over records and may have a `where`. `gives` is the type of the result; None: that of the first argument.

    `many`: the last argument may be repeated. `strict`: the result is missing if an argument is. `instead`: a hint for too many arguments.
    """

    name: str
    zh: str
    kind: Literal["aggregate", "scalar"]
    takes: tuple[Argument, ...]
    gives: Type | None
    form: str
    doc_en: str
    doc_zh: str
    many: bool = False
    strict: bool = True
    instead: str = ""

    @property
    def arity(self) -> tuple[int, int | None]:
        """The smallest and the largest number of arguments; None: no limit."""
        return len(self.takes), None if self.many else len(self.takes)

    def arguments(self, count: int) -> tuple[Argument, ...]:
        """The entry of each of `count` arguments."""
        return (*self.takes, *self.takes[-1:] * (count - len(self.takes)))

    @property
    def together(self) -> bool:
        """Whether all arguments must have the same type."""
        return any(a.same for a in self.takes)

    @property
    def of_records(self) -> bool:
        """Whether the argument is a collection, as in `count(bids)`, and not a value of its records."""
        return any(a.records for a in self.takes)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word of the syntax that cannot be a name. `other` lists further spellings with the same meaning."""

    key: str
    zh: str
    doc_en: str
    doc_zh: str
    other: tuple[str, ...] = ()


FUNCTIONS: Mapping[str, Function] = {
    f.name: f
    for f in (
        Function("max", "最大", "aggregate", (ORDERED,), None, "max(bids.price)",
            "the largest of the records' values", "各条记录中的最大值",
            instead="to compare single values use `greatest`"),
        Function("min", "最小", "aggregate", (ORDERED,), None, "min(bids.price)",
            "the smallest of the records' values", "各条记录中的最小值",
            instead="to compare single values use `least`"),
        Function("sum", "合计", "aggregate", (NUMERIC,), None, "sum(bids.quantity)",
            "the sum of the records' values; 0 without records", "各条记录之和,没有记录时为 0"),
        Function("count", "计数", "aggregate", (RECORDS,), NUMBER, "count(bids)",
            "the number of records", "记录的条数"),
        Function("distinct", "去重计数", "aggregate", (ANY,), NUMBER, "distinct(bids.price)",
            "the number of different values that the records have", "不同取值的个数"),
        Function("any", "任一", "aggregate", (FLAGS,), FLAG, "any(bids.amended)",
            "whether it holds for at least one record", "至少一条记录成立",
            strict=False),
        Function("all", "全部", "aggregate", (FLAGS,), FLAG, "all(bids.amended)",
            "whether it holds for every record", "每一条记录都成立",
            strict=False),
        Function("median", "中位数", "aggregate", (NUMERIC,), None, "median(bids.price)",
            "the middle value; for an even number of values the mean of the middle two", "中间的值,偶数个时取中间两个的平均"),
        Function("weighted_mean", "加权平均", "aggregate", (NUMERIC, NUMERIC), None, "weighted_mean(bids.price, bids.quantity)",
            "the mean of the first argument, weighted by the second", "以第二项为权重的第一项平均数"),
        Function("round_up", "向上取整", "scalar", (NUMERIC, UNIT), None, "round_up(x, 500股)",
            "the smallest multiple of the unit that is at least x", "不小于 x 的最小整数倍"),
        Function("round_down", "向下取整", "scalar", (NUMERIC, UNIT), None, "round_down(x, 500股)",
            "the largest multiple of the unit that is at most x", "不大于 x 的最大整数倍"),
        Function("round_half_up", "四舍五入", "scalar", (NUMERIC, UNIT), None, "round_half_up(x, 0.01元)",
            "the nearest multiple of the unit; a half is rounded away from zero", "最接近 x 的整数倍,半数远离零"),
        Function("present", "已给出", "scalar", (ANY,), FLAG, "present(x)",
            "whether x is not missing", "x 不缺失",
            strict=False),
        Function("least", "较小者", "scalar", (ORDERED, SAME), None, "least(x, y)",
            "the smallest of the arguments", "所列各值中最小的",
            many=True),
        Function("greatest", "较大者", "scalar", (ORDERED, SAME), None, "greatest(x, y)",
            "the largest of the arguments", "所列各值中最大的",
            many=True),
        Function("alike", "字形相同", "scalar", (TEXTS, SAME), FLAG, "alike(a, b)",
            "whether two texts look the same: they are equal after NFKC, without spaces and zero-width characters",
            "两段文字经 NFKC 归一、去掉空白与零宽字符后相同"),
        Function("matches", "匹配", "scalar", (TEXTS, PATTERN), FLAG, 'matches(t, "[0-9]{6}")',
            "whether the whole text matches the pattern", "整段文字符合所写格式"),
        Function("length", "长度", "scalar", (TEXTS,), NUMBER, "length(t)",
            "the number of characters (code points) of the text, without leading and trailing blanks", "文字的字符数,首尾空白不计"),
        Function("year", "年份", "scalar", (DATES,), NUMBER, "year(d)",
            "the year of a date", "日期所在的年份"),
        Function("weekday", "星期", "scalar", (DATES,), NUMBER, "weekday(d)",
            "the day of the week, from 1 (Monday) to 7 (Sunday)", "星期几,从 1(星期一)到 7(星期日)"),
        Function("trading_day", "交易日", "scalar", (DATES, STEPS), DATE, "trading_day(d, 3)",
            "the trading day that many trading days after d (before d if negative); for 0: d, or the next trading day if d is not one",
            "自 d 起的第几个交易日,负数向前;0 为当日,当日非交易日则为下一交易日",
            instead="the calendar is always that of the exchange"),
    )
}  # fmt: skip

KEYWORDS: Mapping[str, Keyword] = {
    k.key: k
    for k in (
        Keyword("and", "且", "both hold", "同时成立"),
        Keyword("or", "或", "at least one holds", "至少一个成立"),
        Keyword("not", "非", "does not hold", "不成立"),
        Keyword("true", "是", "yes", "是"),
        Keyword("false", "否", "no", "否"),
        Keyword("in", "属于", "is one of a list", "在所列之中"),
        Keyword("is a multiple of", "是 … 的整数倍", "can be divided by without remainder", "可被整除"),
        Keyword("where", "其中", "only the records for which the condition holds", "仅限满足条件的记录"),
        Keyword("if", "如果", "starts a choice", "条件"),
        Keyword("then", "则", "the value if the condition holds", "成立时取值"),
        Keyword("else", "否则", "the value if the condition does not hold", "不成立时取值"),
        Keyword("this", "本", "the record that the rule is checked for", "规则所针对的记录"),
        Keyword("all", "所有", "all records, not only those below this one", "全部记录,不限于本记录之下"),
        Keyword("ascending", "升序", "from low to high", "从低到高"),
        Keyword("descending", "降序", "from high to low", "从高到低"),
    )
}

_BY_WORD: Mapping[str, Function] = {word: f for f in FUNCTIONS.values() for word in (f.name, f.zh)}


def find_function(word: str) -> Function | None:
    """The function with this English or Chinese name."""
    return _BY_WORD.get(word)


def nearest_function(word: str) -> Function | None:
    """The function whose name is most similar to an unknown word."""
    close = get_close_matches(word[:40], _BY_WORD, 1, 0.6)
    return _BY_WORD[close[0]] if close else None
