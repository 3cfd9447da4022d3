"""A seed -> a rulebook of drawn rules with its offering, a small book, a submission of one investor. The same seed always gives the same.

A rule, a value and a term are one line of the file each, so that a line that is refused can be taken out and the rest still be run.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, Literal

from tests.proofs.drawn_expressions import Ask, sayable
from tests.proofs.drawn_names import DATE, FLAG, MOMENT, MONEY, ORDERED, PLAIN, QUANTITIES, ROOT, SHARES, TEXT, Kind, Named, World, world

STAGES = ("inquiry", "pricing", "payment")
SAID = ("void-allotment", "suspend", "default", "report", "disclose", "mismatch")
KNOWN_NAMES = {
    "eliminated": "被剔除", "median_all": "全部中位数", "mean_all": "全部加权平均数",
    "median_six": "六类中位数", "mean_six": "六类加权平均数",
    "lowest_of_four": "四数孰低值", "six_kinds": "六类对象", "live_quantity": "符合条件拟申购总量", "effective": "报价有效",
}  # fmt: skip
"""Names that reports look for: a drawn value may bear one, whatever it is."""

NEAR: Mapping[str, tuple[Any, ...]] = {
    "shares": (0, 1, 500, 999_999, 1_000_000, 1_000_001, 5_700_000, 10**9),
    "price": ("0", "0.0001", "0.01", "9.99", "10.00", "20.00", "20.01", "24.00", "46.08", "100000"),
    "money": ("0", "0.0001", "5000", "9999999.99", "60000000", "114000000.01", "100000000000000"),
    "count": (0, 1, 2, 3, 12, 24, 10**9),
    "number": ("0", "0.5", "1", "50", "100.01", "11154.73", "1000000000"),
    "ratio": ("0", "0.03", "0.2", "1", "1.2", "100"),
    "date": ("1990-01-01", "2024-02-29", "2025-12-31", "2026-01-31", "2026-02-11", "2099-12-31"),
    "moment": ("1990-01-01 00:00", "2026-02-10 12:00:00", "2026-02-11 09:30:00.000", "2026-02-11 15:00:00.001", "2026-02-25 15:00:00"),
    "flag": ("是", "否"),
    "text": ("甲一号", "0899000001", "A1", "公章", "<b>x</b>", "=1+1"),
}
"""Cells of each type: at limits, zero, equal ones, both bounds."""

WRONG = ("五十", "1e400", "-1", "2026-02-30", "#N/A", "-")
"""Cells that most fields cannot read."""

HEAD = """\
rulebook: szse-chinext
revision: "2025-01"
title: {zh: 抽取的规则, en: drawn rules}
applies: {by: launched, from: 2020-01-01}
stages: [inquiry, pricing, payment]
sources: {seed: {title: 抽取}}
"""

Rows = list[dict[str, Any]]
Book = dict[str, Rows]


@dataclass(frozen=True)
class Entry:
    """A term, a value or a rule: one line."""

    kind: Literal["terms", "values", "rules"]
    name: str
    line: str
    zh: str = ""

    def reads(self, other: "Entry") -> bool:
        """Whether a value is named in it."""
        return other.kind == "values" and any(re.search(rf"(?<!\w){n}(?!\w)", self.line) for n in (other.name, other.zh))


@dataclass(frozen=True)
class Rulebook:
    """The file, line by line, and the offering that it governs."""

    entries: tuple[Entry, ...]
    offering: Mapping[str, Any]

    @property
    def rules(self) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.kind == "rules")

    def lines(self) -> list[tuple[str, Entry | None]]:
        """Every line and what stands on it."""
        found: list[tuple[str, Entry | None]] = [(line, None) for line in HEAD.splitlines()]
        for kind in ("terms", "values", "rules"):
            own = [e for e in self.entries if e.kind == kind]
            found += [(f"{kind}:", None)] if own else []
            found += [(e.line, e) for e in own]
        return found

    def text(self) -> str:
        return "\n".join(line for line, _ in self.lines()) + "\n"

    def files(self) -> dict[str, str]:
        """By name, in a folder of one's own; the vocabulary and the calendar lie beside the rulebook."""
        offering = "".join(f"{k}: {_quoted(v)}\n" for k, v in self.offering.items())
        return {"rules/drawn.yaml": self.text(), "offering.yaml": offering}

    def without(self, gone: Iterable[Entry]) -> "Rulebook":
        """Without these, and without what reads them."""
        out = {e.name for e in gone}
        while more := {e.name for e in self.entries for o in self.entries if e.name not in out and o.name in out and e.reads(o)}:
            out |= more
        return replace(self, entries=tuple(e for e in self.entries if e.name not in out))

    def only(self, kept: Iterable[Entry]) -> "Rulebook":
        """These, what they read, and the terms."""
        names = {e.name for e in kept} | {e.name for e in self.entries if e.kind == "terms"}
        while more := {o.name for e in self.entries for o in self.entries if e.name in names and o.name not in names and e.reads(o)}:
            names |= more
        return replace(self, entries=tuple(e for e in self.entries if e.name in names))


@cache
def _vocabulary() -> World:
    return world()


def draw_rulebook(seed: int, rules: int = 50) -> Rulebook:
    """A rulebook of that many rules, a value for every five of them, three terms, and an offering."""
    return _Draw(Random(f"rulebook {seed}")).rulebook(rules)


class _Draw:
    """The values drawn so far are part of the world: later values and all rules may read them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.world = World({n: replace(r, fields=list(r.fields)) for n, r in _vocabulary().records.items()})

    def rulebook(self, rules: int) -> Rulebook:
        terms = self.random.sample([f for f in self.world.records[ROOT].fields if f.type != "derived" and f.name not in _STATED], 3)
        modes = {f.name: self.random.choice(("required", "default", "default", "fixed")) for f in terms}
        entries = [self.term(f, modes[f.name]) for f in terms]
        names = self.names(rules // 5 + 1)
        entries += [self.value(n, zh) for n, zh in names]
        if self.chance(2):
            entries.append(self.fate())
        selecting = self.random.randrange(rules * 2)
        entries += [self.rule(i, selects=i == selecting) for i in range(rules)]
        return Rulebook(tuple(entries), self.offering(modes))

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def ask(self, owner: str, stage: int | None) -> Ask:
        return Ask(self.random, self.world, owner, stage, chinese=self.chance(3))

    def expr(self, owner: str, stage: int | None, kind: Kind, depth: int) -> str:
        return self.ask(owner, stage).expr(kind, depth).text

    # ── terms and the offering ──

    def term(self, found: Named, mode: str) -> Entry:
        said = f"{mode}: true"
        if mode != "required":
            said = f"{mode}: {_quoted(self.default(found))}, cite: seed 一"
        return Entry("terms", found.name, f"  {found.name}: {{{said}}}")

    def default(self, found: Named) -> str:
        """It may rest on other terms, not on itself."""
        ask = replace(self.ask(ROOT, None), folds=False)
        while True:
            text = ask.expr(found.kind, self.random.choice((0, 0, 1, 2))).text
            if found.name not in text and found.zh not in text:
                return text

    def offering(self, modes: Mapping[str, str]) -> dict[str, Any]:
        """What it states: mostly much, now and then not even its days."""
        found: dict[str, Any] = {"offering": "301000", "board": "szse-chinext", "launched": "2026-02-06"}
        found |= {n: d for n, d in (("inquiry_date", "2026-02-11"), ("t_day", "2026-02-25")) if not self.chance(8)}
        missing = self.random.choice((3, 10, 30))
        for f in self.world.records[ROOT].fields:
            mode = modes.get(f.name)
            if f.type != "value" and f.name not in _STATED and mode != "fixed" and (mode == "required" or not self.chance(missing)):
                found[f.name] = _LIMITED.get(f.name) or _with_unit(f, _cell(self.random, f))
        return found

    # ── values ──

    def names(self, count: int) -> list[tuple[str, str]]:
        known = self.random.sample(sorted(KNOWN_NAMES.items()), 3)
        return [known.pop() if known and self.chance(4) else (f"value_{i}", f"推得{i}") for i in range(count)]

    def value(self, name: str, zh: str) -> Entry:
        owner = self.record()
        stage = self.random.choice((None, None, None, 0, 1, 2))
        form = "take" if self.chance(5) else self.random.choice(("is", "is", "is", "rows", "first"))
        if form == "take":
            owner = self.random.choice(("bid", "bid", "bid", "placee", "investor", "online_application"))
            kind, stage, said = FLAG, self.random.choice((1, 1, 2)), self.take(owner)
        else:
            kind = self.kind()
            said = getattr(self, f"_{form}")(owner, stage, kind)
        show = f", show: {self.random.randint(0, 12)}" if kind in QUANTITIES and self.chance(5) else ""
        at = "" if stage is None else f", stage: {STAGES[stage]}"
        self.define(Named(name, zh, owner, kind, "value", stage, self.quotient(said)))
        return Entry("values", name, f"  {name}: {{zh: {zh}, of: {owner}{at}{show}, {said}, cite: seed 二}}", zh)

    def define(self, made: Named) -> None:
        self.world.records[made.of].fields.append(made)

    def record(self) -> str:
        """Those that hold others more often: only they have aggregates over what lies below."""
        return self.random.choice((*self.world.records, ROOT, "investor", "investor", "investor", "placee", "placee", "bid"))

    def kind(self) -> Kind:
        words = next(f.kind for f in self.world.records["placee"].fields if f.name == "placee_type")
        return self.random.choice((*QUANTITIES, *QUANTITIES, FLAG, FLAG, FLAG, DATE, MOMENT, TEXT, words))

    def quotient(self, said: str) -> bool:
        fields = [f for r in self.world.records.values() for f in r.fields if f.quotient]
        made = re.search(r" / |÷|median|中位数|weighted_mean|加权平均", said) is not None
        return made or any(f.name in said or f.zh in said for f in fields)

    def _is(self, owner: str, stage: int | None, kind: Kind) -> str:
        if kind.name == "words":
            return f"is: {self.results(owner, stage, kind, 1, named=True)[0]}"
        return f"is: {_quoted(self.expr(owner, stage, kind, self.random.choice((1, 2, 2, 3))))}"

    def results(self, owner: str, stage: int | None, kind: Kind, count: int, named: bool = False) -> list[str]:
        """Of the rows of a value. Words stand alone in all of them, which makes a list of them, or in none."""
        if kind.name != "words":
            return [_quoted(self.expr(owner, stage, kind, self.random.choice((0, 0, 1)))) for _ in range(count)]
        ask = self.ask(owner, stage)
        found = ask.named(kind)
        if found and (named or self.chance(2)):
            return [_quoted(ask.name(self.random.choice(found)).text) for _ in range(count)]
        return self.random.sample(sayable(kind), count) if not named else ['"placee_type"']

    def _rows(self, owner: str, stage: int | None, kind: Kind) -> str:
        measure, low, high = self.random.choice(((PLAIN, "50", "100"), (SHARES, "100万股", "1亿股"), (MONEY, "0元", "6000万元")))
        is_ = self.results(owner, stage, kind, 3)
        ends = self.random.choice((("up to", "above"), ("below", "from")))
        limits = (f"{ends[0]}: {low}", f"{ends[0]}: {high}", f"{ends[1]}: {high}")
        rows = [f"{{{limit}, is: {result}}}" for limit, result in zip(limits, is_, strict=True)]
        return f"by: {_quoted(self.expr(owner, stage, measure, 1))}, rows: [{', '.join(rows)}]"

    def _first(self, owner: str, stage: int | None, kind: Kind) -> str:
        *results, last = self.results(owner, stage, kind, self.random.choice((2, 3, 4)))
        cases = [f"{{if: {_quoted(self.expr(owner, stage, FLAG, 2))}, is: {result}}}" for result in results]
        return f"first: [{', '.join(cases)}, {{is: {last}}}]"

    def take(self, owner: str) -> str:
        """The leading run of some records; its sum is never negative."""
        ask, stage = self.ask(owner, 1), 1
        kind = self.random.choice((SHARES, *QUANTITIES))
        keys = [self.random.choice(ORDERED) for _ in range(self.random.choice((1, 2, 3)))]
        own = [[f for f in self.world.records[owner].fields if f.kind == k and ask.known(f) and not f.quotient] for k in (kind, *keys)]
        named = [ask.name(self.random.choice(f)).text if f else ask.leaf(k).text for f, k in zip(own, (kind, *keys), strict=True)]
        order = ", ".join(_quoted(f"{n} {ask.word(self.random.choice(('ascending', 'descending')))}") for n in named[1:])
        said = [f"from: {_quoted(ask.expr(FLAG, self.random.choice((0, 1, 2))).text)}", f"order: [{order}]", f"sum: {_quoted(named[0])}"]
        bound = "elimination_bound" if self.chance(2) else "if unprofitable then at_most else elimination_bound"
        said += [f"limit: {_quoted(self.expr(ROOT, stage, kind, 2))}", f"bound: {bound}"]
        if keys[0] in QUANTITIES and self.chance(3):
            said.append(f"spare: {{last: {_quoted(named[1])}, equals: {_quoted(self.expr(ROOT, stage, keys[0], 0))}}}")
        return f"take: {{{', '.join(said)}}}"

    def fate(self) -> Entry:
        """What becomes of a bid, in the words that reports know."""
        words = self.random.sample(("无效报价", "高价剔除", "待定价", "低价未入围", "有效报价", "甲", "乙"), 4)
        cases = [f"{{if: {_quoted(self.expr('bid', 1, FLAG, 2))}, is: {w}}}" for w in words[:-1]]
        line = f"  fate: {{zh: 报价结果, of: bid, stage: pricing, first: [{', '.join(cases)}, {{is: {words[-1]}}}], cite: seed 三}}"
        self.define(Named("fate", "报价结果", "bid", Kind("words", words=tuple(words)), "value", 1))
        return Entry("values", "fate", line, "报价结果")

    # ── rules ──

    def rule(self, number: int, selects: bool = False) -> Entry:
        stage = self.random.randrange(3)
        owner, effect = self.record(), self.random.choice(("refuse", "invalid", "invalid", *SAID))
        taken = [f for f in self.world.records["bid"].fields if f.name in ("eliminated",) and f.stage is not None and f.stage <= stage]
        parts = [f"name: {{zh: 规则{number}, en: rule {number}}}"]
        if selects and taken:
            owner, effect = "bid", "report"
            parts.append(f"for: bid, selects: {taken[0].name}")
        elif self.chance(40):
            effect = "attest"
            parts.append(f"for: {owner}")
        else:
            parts += self.condition(owner, stage)
        effects = [effect]
        if owner == "bid" and effect != "attest" and self.chance(5):
            effects = ["excess-invalid"]
            parts.append(f"admits: {_quoted(self.admits(stage))}")
        elif effect != "attest" and self.chance(10):
            effects.append(self.random.choice([e for e in SAID if e != effect]))
        parts.append(f"effect: {effects[0] if len(effects) == 1 else '[' + ', '.join(effects) + ']'}")
        if not self.chance(3):
            zh, en = self.message(owner, stage, "zh"), self.message(owner, stage, "en")
            parts.append(f"message: {{zh: {_quoted(zh)}, en: {_quoted(en)}}}")
        if self.chance(10):
            parts.append("unverified: 未读原文")
        id_ = f"{STAGES[stage]}.rule-{number}"
        return Entry("rules", id_, f"  - {{id: {id_}, {', '.join(parts)}, cite: seed {number}}}")

    def condition(self, owner: str, stage: int) -> list[str]:
        """`when` and `require`; half of them a comparison, where figures and margins come from."""
        ask = self.ask(owner, stage)
        found = [f"for: {owner}"]
        if self.chance(3):
            found.append(f"when: {_quoted(ask.expr(FLAG, self.random.choice((0, 1, 2))).text)}")
        depth = self.random.choice((1, 2, 2, 3, 3, 4))
        require = ask.compared(depth - 1) if self.chance(2) else ask.condition(FLAG, depth - 1)
        return [*found, f"require: {_quoted(require.text)}"]

    def admits(self, stage: int) -> str:
        """Whole shares."""
        ask = self.ask("bid", stage)
        text = ask.expr(SHARES, self.random.choice((0, 0, 1, 2))).text
        return text if self.chance(3) else f"{ask.word('round_down')}({text}, {self.random.choice(('1股', '500股'))})"

    def message(self, owner: str, stage: int, lang: str) -> str:
        """Text with names of the record, of those above it, and now and then what an author might try there: aggregates and days."""
        ask = replace(self.ask(owner, stage), chinese=lang == "zh")
        found = []
        for _ in range(self.random.choice((0, 1, 2, 3))):
            kind = self.random.choice((*ORDERED, FLAG, TEXT))
            fields = ask.named(kind)
            if fields:
                found.append("{" + ask.name(self.random.choice(fields)).text + "}")
        if self.chance(100):
            found.append(self.random.choice(("{T}", "{count(bids)}", "{T 15:00}", "{max(bids.price)}")))
        said = ("值为", "，应为", "；", "。", "{{}}", "<i>") if lang == "zh" else ("is ", ", wanted ", "; ", ".", "{{}}", "<i>")
        return "".join(f"{self.random.choice(said)}{p}" for p in found) or said[0]


_LIMITED = {
    "quantity_step": "1000股",
    "price_tick": "0.01元",
    "price_spread": "120%",
    "elimination_share": "3%",
    "lockup_share": "10%",
    "eliminated_share_announced": "3%",
}
"""Terms that the vocabulary limits: other values are refused before a rule is checked."""

_STATED = ("offering", "board", "launched", "inquiry_date", "t_day")


# ── records ──


def draw_book(seed: int) -> Book:
    """Up to three investors and what is theirs. Cells are missing, columns are, and whole tables."""
    random = Random(f"book {seed}")
    keys = _keys(random)
    left_out = [r for r in keys if r not in ("bid", "placee") and random.randrange(4) == 0]
    return {_vocabulary().records[r].table: _table(random, r, rows) for r, rows in keys.items() if r not in left_out}


def draw_submission(seed: int) -> dict[str, Any]:
    """One investor with its placees and what hangs on these, nested."""
    random = Random(f"submission {seed}")
    placees = _table(random, "placee", [{"placee": f"P{i}"} for i in range(1, random.choice((1, 1, 2, 3, 0)) + 1)])
    for placee in placees:
        for name in ("bid", *_BELOW):
            if random.randrange(3) or name == "bid":
                count = random.choice((1, 1, 1, 2, 0)) if name in ("bid", "payment") else 1
                rows = [
                    {"sequence": i + 1} if name == "bid" else {"payment_offering": f"30{i}"} if name == "payment" else {}
                    for i in range(count)
                ]
                placee[_vocabulary().records[name].table] = _table(random, name, rows)
    (investor,) = _table(random, "investor", [{"investor": "V1"}])
    return {"investor": investor, "placees": placees}


_BELOW = ("offline_subscription", "placement", "payment")


def _keys(random: Random) -> dict[str, Rows]:
    investors = [f"V{i}" for i in range(1, random.choice((1, 2, 2, 3)) + 1)]
    placees: Rows = [{"placee": f"P{i}", "investor": random.choice(investors)} for i in range(1, random.choice((1, 2, 3, 4)) + 1)]
    codes = [p["placee"] for p in placees]
    bids: Rows = [{"placee": random.choice(codes), "sequence": i} for i in range(1, random.choice((1, 2, 3, 5, 7)) + 1)]
    found: dict[str, Rows] = {"investor": [{"investor": v} for v in investors], "placee": placees, "bid": bids}
    for name in _BELOW:
        found[name] = [{"placee": p} for p in codes if random.randrange(4)]
    for row in found["payment"]:
        row["payment_offering"] = random.choice(("301000", "301001"))
    found["online_application"] = [{"application": f"A{i}"} for i in range(random.choice((0, 1, 3)))]
    found["strategic_investor"] = [{"strategic_investor": f"S{i}"} for i in range(random.choice((0, 1, 2)))]
    return found


def _table(random: Random, name: str, keys: Sequence[Mapping[str, Any]]) -> Rows:
    """Records with these keys and drawn cells, in columns that they share."""
    record = _vocabulary().records[name]
    absent = random.choice((4, 20, 20, 200))
    skipped = {*record.key, "investor", "placee"}
    fields = [f for f in record.fields if f.type != "derived" and f.name not in skipped and random.randrange(absent)]
    empty = random.choice((4, 20, 100))
    return [
        {**k, **{f.name: None if random.randrange(empty) == 0 else _cell(random, f, wrong=True) for f in fields if f.name not in k}}
        for k in keys
    ]


def _cell(random: Random, found: Named, wrong: bool = False) -> Any:
    """A value of a field; of a record one in two hundred cannot be read."""
    if wrong and random.randrange(200) == 0:
        return random.choice(WRONG)
    return random.choice(found.kind.words or NEAR[found.type])


def _with_unit(found: Named, value: Any) -> Any:
    """A quantity or an amount on the page of an offering names its unit."""
    unit = {"shares": "股", "money": "元"}.get(found.type)
    return f"{value}{unit}" if unit and str(value).replace(".", "").isdigit() else value


def _quoted(value: Any) -> str:
    """A scalar as YAML: a text in quotation marks, so that nothing in it is syntax."""
    return json.dumps(value, ensure_ascii=False)
