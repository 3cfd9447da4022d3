"""A seed and a kind -> the text of an expression of that kind, in English, in Chinese or in both.

The draw is directed by kinds and by what can be named, so that most of what it writes is accepted; it leaves out no node of the language.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from tests.proofs.drawn_names import (
    DATE,
    FLAG,
    MOMENT,
    MONEY,
    ORDERED,
    PLAIN,
    PRICE,
    QUANTITIES,
    ROOT,
    SHARES,
    TEXT,
    Kind,
    Named,
    World,
)

CHOICE, OR, AND, NOT, RELATION, SUM, PRODUCT, NEGATIVE, MOMENT_, ATOM = range(10)
"""How tightly a form binds, as the grammar has it."""


class Written(NamedTuple):
    """A text and how tightly it binds."""

    text: str
    binds: int = ATOM

    def within(self, binds: int) -> str:
        return self.text if self.binds >= binds else f"({self.text})"


LITERALS = {
    PLAIN: ("0", "1", "2", "3", "7", "1.2", "120%", "3%", "0.5", "5‰", "2倍", "10家", "3个", "1000000", "0.000001"),
    MONEY: ("0元", "0.01元", "1元", "5000元", "6000万元", "1亿元", "0.0001元", "10亿元"),
    SHARES: ("0股", "1股", "500股", "100万股", "1000股", "1亿股", "3万股"),
    PRICE: ("0元/股", "0.01元/股", "10元/股", "12.00元/股", "25.31元/股", "0.0001元/股", "46.08元/股"),
}
UNITS = {
    PLAIN: ("1", "2", "0.01", "1%"),
    MONEY: ("0.01元", "1元", "1万元"),
    SHARES: ("1股", "500股", "10万股"),
    PRICE: ("0.01元/股", "1元/股"),
}
SHORT_PRICES = ("0.01元", "10元", "12.00元", "20元", "46.08元")
TEXTS = ("", "A1", "甲一号", "0899000001", "公章", "__import__('os')", "{quantity}", "<b>", "=1+1")
DATES = ("2026-01-31", "2024-02-29", "1990-01-01", "2025-12-31", "2026-03-02")
CLOCKS = ("00:00", "09:30", "12:00", "15:00", "15:00:00.001", "23:59")

WORDS = {
    "max": "最大", "min": "最小", "sum": "合计", "count": "计数", "distinct": "去重计数", "any": "任一", "all": "全部",
    "median": "中位数", "weighted_mean": "加权平均", "round_up": "向上取整", "round_down": "向下取整", "round_half_up": "四舍五入",
    "present": "已给出", "least": "较小者", "greatest": "较大者",
    "and": "且", "or": "或", "not": "非", "true": "是", "false": "否", "in": "属于", "where": "其中", "if": "如果", "then": "则",
    "else": "否则", "this": "本", "all ": "所有 ", "ascending": "升序", "descending": "降序",
}  # fmt: skip
SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "/": "÷"}
AGGREGATES = {"number": ("max", "min", "sum", "median", "weighted_mean"), "date": ("max", "min"), "moment": ("max", "min")}
AGGREGATES |= {"flag": ("any", "all")}


@dataclass(frozen=True)
class Ask:
    """What may be said on a record of `owner`; inside an aggregate over `element`; `stage`: the place of the stage that it belongs to."""

    random: Random
    world: World
    owner: str
    stage: int | None = None
    chinese: bool = False
    element: str | None = None
    everywhere: bool = False
    folds: bool = True
    """Whether aggregates may stand here."""
    qualified: bool = False
    """Whether the element's fields stand with its collection: so an aggregate knows what it runs over."""

    def expr(self, kind: Kind, depth: int) -> Written:
        """An expression of a kind, at most `depth` forms deep."""
        if depth <= 0:
            return self.leaf(kind)
        ways: list[tuple[int, Callable[[Kind, int], Written]]] = [(1, self.choice), (3, lambda k, _: self.leaf(k))]
        if self.folds and self.element is None and kind.name in AGGREGATES and _plain(kind):
            ways.append((4, self.aggregate))
        match kind.name:
            case "number" if _plain(kind):
                ways.append((7, self.number))
            case "number":
                return self.product(kind, depth - 1)
            case "flag":
                ways.append((12, self.condition))
            case "date" | "moment":
                ways.append((4, self.moved))
        (way,) = self.random.choices([w for _, w in ways], [n for n, _ in ways])
        return way(kind, depth - 1)

    def chance(self, of: int) -> bool:
        """One time in so many."""
        return self.random.randrange(of) == 0

    def word(self, english: str) -> str:
        """A word of the language; now and then in the other of the two."""
        return WORDS[english] if self.chinese != self.chance(25) else english

    def sign(self, sign: str) -> str:
        return SIGNS[sign] if sign in SIGNS and self.chance(6) else sign

    # ── what has a name ──

    def leaf(self, kind: Kind) -> Written:
        """A name of that kind or a literal. Words and texts have names mostly: a literal alone says little."""
        found = self.named(kind)
        if found and self.random.random() < (0.95 if kind.name == "words" else 0.75):
            return self.name(self.random.choice(found))
        return self.literal(kind)

    def named(self, kind: Kind) -> list[Named]:
        """What can be named here and is of that kind; the record's own three times as often, values twice more."""
        nearest = self.element or self.owner
        found: list[Named] = []
        for record in self.levels():
            for f in self.world.records[record].fields:
                if f.kind == kind and self.known(f):
                    found += [f] * ((3 if record == nearest else 1) * (3 if f.type == "value" else 1))
        return found

    def known(self, found: Named) -> bool:
        """Whether the stage allows it; an aggregate does not run over a quotient."""
        early = found.stage is None or (self.stage is not None and self.stage >= found.stage)
        return early and not (found.quotient and self.element is not None)

    def levels(self) -> tuple[str, ...]:
        return self.world.around(self.element or self.owner)

    def name(self, found: Named) -> Written:
        """Bare where that is one thing only, else with its record; now and then so for its own sake."""
        last = found.zh if self.chinese != self.chance(25) else found.name
        same = [f for r in self.levels() for f in self.world.records[r].fields if last in (f.name, f.zh)]
        if len(same) == 1 and not self.chance(4) and not (self.qualified and found.of == self.element):
            return Written(last)
        mine = found.of in self.world.around(self.owner)
        if mine and self.element and not self.everywhere and found.of not in self.world.around(self.element):
            return Written(f"{self.word('this')}.{last}")
        record = self.world.records[found.of]
        if found.of == self.element:
            return Written(f"{self.collection()}.{last}")
        return Written(f"{record.zh if self.chinese else record.name}.{last}")

    def collection(self) -> str:
        assert self.element is not None
        record = self.world.records[self.element]
        return record.zh if self.chinese else record.table

    def literal(self, kind: Kind) -> Written:
        match kind.name:
            case "number" if _plain(kind):
                return Written(self.random.choice(LITERALS[kind]))
            case "number":
                return self.product(kind, 0)
            case "flag":
                return Written(self.word(self.random.choice(("true", "false"))))
            case "date":
                return Written(self.random.choice((*DATES, "T", "I", "T-2", "I+1", "T+3", "T - 4")))
            case "moment":
                return Written(f"{self.literal(DATE).text} {self.random.choice(CLOCKS)}", MOMENT_)
            case "text":
                return Written(f'"{self.random.choice(TEXTS)}"')
        return Written(self.random.choice(sayable(kind)))

    # ── numbers and times ──

    def number(self, kind: Kind, depth: int) -> Written:
        way = self.random.choice(("+", "-", "+", "-", "*", "*", "/", "negative", "round", "least", "least", "days"))
        match way:
            case "+" | "-":
                return Written(f"{self.expr(kind, depth).within(SUM)} {way} {self.expr(kind, depth).within(PRODUCT)}", SUM)
            case "negative":
                return Written(f"-{self.expr(kind, depth).within(NEGATIVE)}", NEGATIVE)
            case "round":
                return self.rounded(kind, depth)
            case "least":
                return self.least(kind, depth)
            case "days" if kind == PLAIN:
                return Written(f"{self.expr(DATE, depth).within(SUM)} - {self.expr(DATE, depth).within(PRODUCT)}", SUM)
            case "/":
                return self.quotient(kind, depth)
        return self.product(kind, depth)

    def product(self, kind: Kind, depth: int) -> Written:
        """Of two quantities that give the kind; mostly one of them is a bare number that is written out."""
        pairs = [(k, o) for k in QUANTITIES for o in QUANTITIES if k.times(o) == kind and PLAIN not in (k, o)]
        if pairs and (not _plain(kind) or self.chance(3)):
            left, right = (self.expr(k, depth - 1) for k in self.random.choice(pairs))
        else:
            left, right = self.literal(PLAIN), self.expr(kind, depth)
            if not self.chance(3):
                left, right = right, left
            if self.chance(4):
                left = self.leaf(PLAIN)
                right = self.expr(kind, depth)
        return Written(f"{left.within(PRODUCT)} {self.sign('*')} {right.within(NEGATIVE)}", PRODUCT)

    def quotient(self, kind: Kind, depth: int) -> Written:
        pairs = [(kind.times(k), k) for k in QUANTITIES if _plain(kind.times(k))]
        over, under = self.random.choice(pairs)
        divisor = self.literal(PLAIN) if under == PLAIN and not self.chance(4) else self.expr(under, depth - 1)
        return Written(f"{self.expr(over, depth).within(PRODUCT)} {self.sign('/')} {divisor.within(NEGATIVE)}", PRODUCT)

    def rounded(self, kind: Kind, depth: int) -> Written:
        terms = [f for f in self.world.records[ROOT].fields if f.kind == kind and f.type != "value"]
        unit = self.random.choice(UNITS[kind])
        if self.chance(5) and terms:
            unit = self.name(self.random.choice(terms)).text
        function = self.word(self.random.choice(("round_up", "round_down", "round_half_up")))
        return Written(f"{function}({self.expr(kind, depth).text}, {unit})")

    def least(self, kind: Kind, depth: int) -> Written:
        args = [self.expr(kind, depth).text for _ in range(self.random.choice((2, 2, 3)))]
        if kind == PRICE and self.chance(4):
            args[-1] = self.random.choice(SHORT_PRICES)
        return Written(f"{self.word(self.random.choice(('least', 'greatest')))}({', '.join(args)})")

    def moved(self, kind: Kind, depth: int) -> Written:
        way = self.random.choice(("days", "months", "least", "clock"))
        if way == "least":
            return self.least(kind, depth)
        if way == "clock" and kind == MOMENT:
            return Written(f"{self.expr(DATE, depth).within(ATOM)} {self.random.choice(CLOCKS)}", MOMENT_)
        periods = ("1个月", "12个月", "0个月", "49个月") if way == "months" and kind == DATE else ("1天", "3天", "0天", "365天", "30天")
        return Written(f"{self.expr(kind, depth).within(SUM)} {self.random.choice('+-')} {self.random.choice(periods)}", SUM)

    # ── conditions ──

    def condition(self, _: Kind, depth: int) -> Written:
        ways = (self.compared,) * 6 + (self.chain, self.logic, self.logic, self.negated, self.member, self.multiple, self.present)
        way = self.random.choice((*ways, self.words, self.words, self.texts))
        return way(depth)

    def compared(self, depth: int) -> Written:
        kind = self.random.choice((*QUANTITIES, *ORDERED, FLAG))
        if self.chance(12):
            kind = self.random.choice((MONEY.times(PRICE), PRICE.times(PRICE), MONEY.times(SHARES)))
        sign = self.random.choice(("=", "!=") if kind == FLAG else ("<=", ">=", "<", ">", "=", "!=", "<=", ">="))
        left, right = self.expr(kind, depth), self.expr(kind, self.random.choice((depth, depth, 0)))
        if kind == PRICE and self.chance(4):
            right = Written(self.random.choice(SHORT_PRICES))
        return self.related(left, sign, right)

    def related(self, left: Written, sign: str, right: Written) -> Written:
        if self.chance(2) and sign in ("=", "!="):
            left, right = right, left
        return Written(f"{left.within(SUM)} {self.sign(sign)} {right.within(SUM)}", RELATION)

    def chain(self, depth: int) -> Written:
        kind, signs = self.random.choice(ORDERED), self.random.choice((("<=", "<="), ("<", "<="), (">=", ">")))
        parts = [self.expr(kind, depth).within(SUM) for _ in range(3)]
        return Written(f"{parts[0]} {self.sign(signs[0])} {parts[1]} {self.sign(signs[1])} {parts[2]}", RELATION)

    def logic(self, depth: int) -> Written:
        word, binds = self.random.choice((("and", AND), ("or", OR)))
        parts = [self.expr(FLAG, depth).within(binds + 1) for _ in range(self.random.choice((2, 2, 3)))]
        return Written(f" {self.word(word)} ".join(parts), binds)

    def negated(self, depth: int) -> Written:
        return Written(f"{self.word('not')} {self.expr(FLAG, depth).within(NOT)}", NOT)

    def multiple(self, depth: int) -> Written:
        kind = self.random.choice(QUANTITIES)
        left = self.expr(kind, depth).within(SUM)
        right = (Written(self.random.choice(UNITS[kind])) if not self.chance(4) else self.expr(kind, depth)).within(SUM)
        return Written(f"{left} 是 {right} 的整数倍" if self.chinese else f"{left} is a multiple of {right}", RELATION)

    def present(self, depth: int) -> Written:
        kind = self.random.choice((*ORDERED, FLAG, TEXT))
        return Written(f"{self.word('present')}({self.expr(kind, self.random.choice((0, depth))).text})")

    def member(self, depth: int) -> Written:
        kind = self.random.choice((*QUANTITIES, DATE))
        items = LITERALS.get(kind, DATES)
        return self.listed(self.expr(kind, depth), [self.random.choice(items) for _ in range(self.random.choice((1, 2, 3)))])

    def listed(self, left: Written, items: Sequence[str]) -> Written:
        return Written(f"{left.within(SUM)} {self.word('in')} [{', '.join(items)}]", RELATION)

    def texts(self, depth: int) -> Written:
        left = self.expr(TEXT, min(depth, 1))
        if self.chance(2):
            return self.listed(left, [f'"{self.random.choice(TEXTS)}"' for _ in range(self.random.choice((1, 2)))])
        return self.related(left, self.random.choice(("=", "!=")), self.expr(TEXT, min(depth, 1)))

    def words(self, depth: int) -> Written:
        """A comparison with words, now and then through a choice."""
        found = [f for r in self.levels() for f in self.world.records[r].fields if sayable(f.kind) and self.known(f)]
        if not found:
            return self.present(depth)
        field = self.random.choice(found)
        words, left = sayable(field.kind), self.name(field)
        if self.chance(3):
            left = self.chosen(self.expr(FLAG, depth), left, Written(self.random.choice(words)))
        if self.chance(2):
            return self.listed(left, self.random.sample(words, self.random.randint(1, min(3, len(words)))))
        return self.related(left, self.random.choice(("=", "!=")), Written(self.random.choice(words)))

    def choice(self, kind: Kind, depth: int) -> Written:
        return self.chosen(self.expr(FLAG, depth), self.expr(kind, depth), self.expr(kind, depth))

    def chosen(self, condition: Written, then: Written, other: Written) -> Written:
        text = f"{self.word('if')} {condition.text} {self.word('then')} {then.text} {self.word('else')} {other.text}"
        return Written(text, CHOICE)

    # ── aggregates ──

    def aggregate(self, kind: Kind, depth: int) -> Written:
        below = self.world.below(self.owner)
        everywhere = self.owner != ROOT and (not below or self.chance(3))
        element = self.random.choice(tuple(r for r in self.world.records if r != ROOT) if everywhere else below)
        inner = replace(self, element=element, everywhere=everywhere, folds=False)
        all_ = self.word("all ") if everywhere else ""
        where = inner.where(depth)
        if kind == PLAIN and self.chance(2):
            if self.chance(2):
                return Written(f"{self.word('count')}({all_}{inner.collection()}{where})")
            of = inner.argument(self.random.choice((*ORDERED, FLAG, TEXT)), depth - 1)
            return Written(f"{self.word('distinct')}({all_}{of}{where})")
        function = self.random.choice(AGGREGATES[kind.name])
        args = [inner.argument(kind, depth - 1)]
        if function == "weighted_mean":
            args.append(inner.expr(self.random.choice(QUANTITIES), 0 if self.chance(2) else depth - 1).text)
        return Written(f"{self.word(function)}({all_}{', '.join(args)}{where})")

    def argument(self, kind: Kind, depth: int) -> str:
        """What an aggregate runs over; it names its records once at least."""
        drawn = ""
        for _ in range(4):
            drawn = replace(self, qualified=True).expr(kind, self.random.choice((0, 1, 1, max(depth, 2)))).text
            if f"{self.collection()}." in drawn:
                return drawn
        record = self.world.records[self.element or ""]
        own = [f for f in record.fields if f.kind == kind and self.known(f)]
        if own and not self.chance(4):
            return f"{self.collection()}.{self._last(self.random.choice(own))}"
        present = Written(f"{self.word('present')}({self.collection()}.{self._last(record.fields[0])})")
        return self.chosen(present, Written(drawn), self.leaf(kind)).text

    def where(self, depth: int) -> str:
        """Which of the records: in another tree those that have something in common with this one."""
        parts = self.joins() if self.everywhere else []
        if self.chance(2) or not (parts or self.chance(2)):
            parts.append(self.expr(FLAG, depth - 1).within(NOT))
        if not parts or (not self.everywhere and self.chance(3)):
            return ""
        return f" {self.word('where')} " + f" {self.word('and')} ".join(parts)

    def joins(self) -> list[str]:
        mine, theirs = (self.world.records[r].fields for r in (self.owner, self.element or ""))
        pairs = [(a, b) for a in theirs for b in mine if a.kind == b.kind and self.known(a) and self.known(b)]
        found = []
        for a, b in (self.random.choice(pairs) for _ in range(self.random.choice((1, 1, 1, 2)) if pairs else 0)):
            left, right = Written(f"{self.collection()}.{self._last(a)}"), Written(f"{self.word('this')}.{self._last(b)}")
            found.append(self.related(left, "=", right).text)
        return found

    def _last(self, found: Named) -> str:
        return found.zh if self.chinese else found.name


def sayable(kind: Kind) -> list[str]:
    """The words of a kind that an expression can hold: `sse-main` reads as a difference."""
    return [w for w in kind.words if re.fullmatch(r"[A-Za-z_一-龥]\w*", w)]


def _plain(kind: Kind) -> bool:
    """Whether it is a kind that fields have."""
    return kind.name != "number" or kind in QUANTITIES
