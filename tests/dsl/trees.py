"""Choices -> typed expressions as the parser builds them, and tables of records to ask them of.

Only the cells that an expression reads are drawn; they come from short lists of values at the borders, so that equal values, zeros,
bounds and missing cells meet often.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from harness import ENTITIES, KINDS, ROOT, SCHEMA, SEALS, Row, day, moment

from dsl.nodes import (
    Aggregate,
    At,
    Binary,
    Call,
    Compare,
    Date,
    Day,
    Expr,
    Flag,
    If,
    List,
    Logic,
    Name,
    Number,
    Period,
    Text,
    Unary,
    children,
)
from dsl.quantities import DATE, DAY_MS, FLAG, MOMENT, MONEY, NUMBER, PLAIN, PRICE, SHARES, TEXT, Dimension, FieldType, Type
from dsl.schema import Field

DIMENSIONS = (PLAIN, MONEY, SHARES, PRICE)
NUMERIC = tuple(Type("number", d) for d in DIMENSIONS)
LITERALS: dict[Dimension, tuple[Fraction, ...]] = {
    PLAIN: tuple(map(Fraction, ("0", "1", "2", "3", "7", "1.2", "0.03", "100", "0.000001", "1000000000"))),
    MONEY: tuple(map(Fraction, ("0", "0.01", "1", "12.5", "100000000", "0.0001"))),
    SHARES: tuple(map(Fraction, ("0", "1", "500", "1000000", "3"))),
    PRICE: tuple(map(Fraction, ("0", "0.01", "10", "12", "25.31", "100000", "0.0001"))),
}
TEXTS = ("", "A1", "A2", "公章", "Ａ１", "公\u200b 章", "𠮷野", "__import__('os')")
PATTERNS = ("", "A[0-9]", "[0-9A-Z]{0,2}", "(A1|公章)?", "[A-Z]?[0-9]{1,3}|公章", "𠮷{1,2}野", "__import__[(]'os'[)]", "((A|B)1|𠮷){1,2}")
STEPS = (0, 1, -1, 2, 250, -250)
DAYS = tuple(day(t) for t in ("1990-01-01", "2024-02-29", "2026-01-31", "2026-03-02", "2099-12-31"))
MOMENTS = tuple(moment(t) for t in ("1990-01-01", "2026-03-02 09:30:00", "2026-03-02 15:00:00.001", "2099-12-31 23:59:59.999"))
OWNERS = ("bid", "investor", "placee", "application", "offering", "subscription")
COLLECTIONS = {e.name: e.collection for e in ENTITIES}
Choose = Callable[[Sequence[Any]], Any]
"""Picks one of several: Hypothesis, or a seeded generator."""

FUNCTIONS_OF: dict[str, tuple[str, ...]] = {
    "number": ("max", "min", "sum", "median", "weighted_mean"),
    "date": ("max", "min"),
    "moment": ("max", "min"),
    "flag": ("any", "all"),
}


@dataclass
class Ask:
    """An expression of a type, as asked of a record of `owner`; inside an aggregate over `element`."""

    one: Choose
    owner: str
    element: str | None = None
    everywhere: bool = False
    depth: int = 3
    values: tuple[Field, ...] = ()

    def fields(self, entity: str) -> list[Field]:
        return [*SCHEMA.entities[entity].fields.values(), *(v for v in self.values if v.entity == entity)]

    def some(self, options: Sequence[Any], sizes: Sequence[int]) -> list[Any]:
        return [self.one(options) for _ in range(self.one(sizes))]

    def expr(self, type_: Type, depth: int) -> Expr:
        if depth <= 0 or type_.kind == "words":
            return self.leaf(type_)
        ways: list[Callable[[Type, int], Expr]] = [self.chosen]
        if depth < self.depth:
            ways += [lambda t, _: self.leaf(t)] * 2
        if self.element is None and type_.kind in FUNCTIONS_OF:
            ways += [self.aggregate] * 3
        match type_.kind:
            case "number":
                ways += [self.number] * 6
            case "flag":
                ways += [self.flag] * 7
            case "date" | "moment":
                ways += [self.moved] * 2
        way: Callable[[Type, int], Expr] = self.one(ways)
        return way(type_, depth - 1)

    # ── leaves ──

    def leaf(self, type_: Type) -> Expr:
        fields = [(e, f) for e in self.levels() for f in self.fields(e) if f.type.type == type_]
        computed = [(e, f) for e, f in fields if f.source == "value"]
        if computed and self.one((True, False)):
            return self.name(*self.one(computed))
        if fields and (type_.kind == "words" or self.one((True, True, True, False))):
            return self.name(*self.one(fields))
        match type_.kind:
            case "number":
                return Number(self.one(LITERALS[type_.dim]), dim=type_.dim)
            case "flag":
                return Flag(self.one((True, False)))
            case "date":
                return self.one([*map(Date, DAYS), Day("T"), Day("T", -2), Day("I", 1)])
            case "moment":
                return At(self.one([*map(Date, DAYS), Day("T", 2), Day("I", -1)]), self.one((0, DAY_MS // 2, DAY_MS - 1)))
            case "text":
                return Text(self.one(TEXTS))
        return self.chosen(type_, 0)

    def levels(self) -> list[str]:
        start = self.element or self.owner
        above = SCHEMA.parents[start]
        return [*above, *(x for e in above for x in SCHEMA.lenders[e] if x != start)]

    def name(self, entity: str, found: Field) -> Name:
        """Qualified where the bare name would be ambiguous, and now and then for its own sake."""
        same = [e for e in self.levels() for f in self.fields(e) if f.name == found.name]
        last = self.one((found.name, found.zh)) if found.zh != "名称" else found.name
        if len(same) == 1 and self.one((True, True, False)):
            return Name((last,))
        mine = entity == self.owner or (len(same) == 1 and entity in SCHEMA.parents[self.owner])
        if mine and self.element and not self.everywhere and self.one((True, False)):
            return Name(("this", last))
        return Name((COLLECTIONS[entity] if entity == self.element else entity, last))

    # ── numbers and times ──

    def number(self, type_: Type, depth: int) -> Expr:
        dim = type_.dim
        match self.one(("+", "-", "*", "/", "negative", "round", "least", *(("days", "days", "text", "date") if dim == PLAIN else ("*",)))):
            case "+" | "-" as op:
                return Binary(op, self.expr(type_, depth), self.expr(type_, depth))
            case "*":
                pairs = [(Dimension(dim.money - d.money, dim.shares - d.shares), d) for d in DIMENSIONS]
                return self.scaled("*", [p for p in pairs if p[0] in DIMENSIONS], depth)
            case "/":
                pairs = [(dim * d, d) for d in DIMENSIONS]
                return self.scaled("/", [p for p in pairs if p[0] in DIMENSIONS], depth)
            case "negative":
                return Unary("-", self.expr(type_, depth))
            case "round":
                unit = Number(self.one([x for x in LITERALS[dim] if x > 0]), dim=dim)
                terms = [Name((f.name,)) for f in SCHEMA.entities[ROOT].fields.values() if f.type.type == type_]
                unit_or_term = self.one([unit, unit, *terms])
                return Call(self.one(("round_up", "round_down", "round_half_up")), (self.expr(type_, depth), unit_or_term))
            case "days":
                return Binary("-", self.expr(DATE, depth), self.expr(DATE, depth))
            case "text":
                return Call("length", (self.expr(TEXT, depth),))
            case "date":
                return Call(self.one(("year", "weekday")), (self.expr(DATE, depth),))
            case _:
                return self.least(type_, depth)

    def scaled(self, op: str, pairs: list[tuple[Dimension, Dimension]], depth: int) -> Expr:
        left, right = self.one(pairs)
        return Binary(op, self.expr(Type("number", left), depth), self.expr(Type("number", right), depth))

    def least(self, type_: Type, depth: int) -> Expr:
        count = self.one((2, 2, 3))
        return Call(self.one(("least", "greatest")), tuple(self.expr(type_, depth) for _ in range(count)))

    def moved(self, type_: Type, depth: int) -> Expr:
        match self.one(("days", "months", "least", "clock", "trading")):
            case "trading" if type_ == DATE:
                steps = self.one(STEPS)
                number = Number(Fraction(abs(steps)))
                return Call("trading_day", (self.expr(DATE, depth), Unary("-", number) if steps < 0 else number))
            case "months" if type_ == DATE:
                period = Period(self.one((0, 1, 11, 12, 49)), "months")
            case "least":
                return self.least(type_, depth)
            case "clock" if type_ == MOMENT:
                return At(self.expr(DATE, depth), self.one((0, 1, DAY_MS - 1)))
            case _:
                period = Period(self.one((0, 1, 30, 365)), "days")
        return Binary(self.one("+-"), self.expr(type_, depth), period)

    # ── conditions ──

    def flag(self, _: Type, depth: int) -> Expr:
        match self.one(("compare", "compare", "chain", "logic", "not", "in", "multiple", "present", "words", "text")):
            case "compare":
                type_ = self.one((*NUMERIC, *NUMERIC, DATE, MOMENT, FLAG, TEXT))
                ops = ("=", "!=") if type_ in (FLAG, TEXT) else ("=", "!=", "<", "<=", ">", ">=")
                return Compare((self.one(ops),), (self.expr(type_, depth), self.expr(type_, depth)))
            case "chain":
                type_, ops = self.one((*NUMERIC, DATE, MOMENT)), self.one((("<", "<="), ("<=", "<="), (">=", ">")))
                return Compare(ops, tuple(self.expr(type_, depth) for _ in range(3)))
            case "logic":
                return Logic(self.one(("and", "or")), tuple(self.expr(FLAG, depth) for _ in range(self.one((2, 2, 3)))))
            case "not":
                return Unary("not", self.expr(FLAG, depth))
            case "in":
                return self.member(depth)
            case "multiple":
                type_ = self.one(NUMERIC)
                return Binary("multiple", self.expr(type_, depth), self.expr(type_, depth))
            case "present":
                return Call("present", (self.expr(self.one((*NUMERIC, DATE, MOMENT, FLAG, TEXT)), depth),))
            case "text":
                if self.one((True, False)):
                    return Call("alike", (self.expr(TEXT, depth), self.expr(TEXT, depth)))
                return Call("matches", (self.expr(TEXT, depth), Text(self.one(PATTERNS))))
            case _:
                return self.words(depth)

    def member(self, depth: int) -> Expr:
        type_ = self.one((*NUMERIC, DATE, TEXT))
        items: tuple[Expr, ...]
        if type_ == TEXT:
            items = tuple(Text(t) for t in self.some(TEXTS, (1, 2, 3)))
        elif type_ == DATE:
            items = tuple(Date(d) for d in self.some(DAYS, (1, 2, 3)))
        else:
            numbers = self.some(LITERALS[type_.dim], (1, 2, 3))
            items = tuple(Number(n, dim=type_.dim) for n in numbers)
        return Binary("in", self.expr(type_, depth), List(items))

    def words(self, depth: int) -> Expr:
        """A comparison with words, now and then through a choice."""
        type_ = self.one((KINDS.type, SEALS.type))
        fields = [(e, f) for e in self.levels() for f in self.fields(e) if f.type.type == type_]
        if not fields:
            return Call("present", (self.leaf(NUMBER),))
        word = Name((self.one(type_.words),))
        left = self.name(*self.one(fields))
        if self.one((True, False)):
            left = If(self.expr(FLAG, depth), left, word)  # type: ignore[assignment]
        if self.one((True, False)):
            return Binary("in", left, List(tuple(Name((w,)) for w in type_.words[:2])))
        return Compare((self.one(("=", "!=")),), (left, word))

    def chosen(self, type_: Type, depth: int) -> Expr:
        return If(self.expr(FLAG, depth), self.expr(type_, depth), self.expr(type_, depth))

    # ── aggregates ──

    def aggregate(self, type_: Type, depth: int) -> Expr:
        below = SCHEMA.below[self.owner]
        everywhere = self.owner != ROOT and (not below or self.one((True, False, False)))
        element = self.one(tuple(e.name for e in ENTITIES[1:]) if everywhere else below)
        inner = Ask(self.one, self.owner, element, everywhere, self.depth, self.values)
        where = inner.expr(FLAG, depth) if self.one((True, False)) else None
        if everywhere:
            where = self.joined(inner, where)
        collection = COLLECTIONS[element]
        if type_ == NUMBER and self.one((True, False)):
            if self.one((True, False)):
                return Aggregate("count", (Name((collection,)),), where, everywhere)
            of = self.one((*NUMERIC, DATE, TEXT, FLAG))
            return Aggregate("distinct", (inner.argument(of, depth),), where, everywhere)
        function = self.one(FUNCTIONS_OF[type_.kind])
        args = [inner.argument(type_, depth)]
        if function == "weighted_mean":
            args.append(inner.expr(self.one(NUMERIC), depth))
        return Aggregate(function, tuple(args), where, everywhere)

    def argument(self, type_: Type, depth: int) -> Expr:
        """An argument that names the collection at least once, so that the checker knows what the aggregate runs over."""
        assert self.element is not None
        drawn = self.expr(type_, depth)
        own = Name((COLLECTIONS[self.element], SCHEMA.entities[self.element].key[0]))
        if any(isinstance(n, Name) and n.parts[0] == COLLECTIONS[self.element] and len(n.parts) == 2 for n in _walk(drawn)):
            return drawn
        fields = [f for f in SCHEMA.entities[self.element].fields.values() if f.type.type == type_]
        if fields:
            return Name((COLLECTIONS[self.element], self.one(fields).name))
        return If(Call("present", (own,)), drawn, self.leaf(type_))

    def joined(self, inner: "Ask", where: Expr | None) -> Expr | None:
        """`a = this.b` for one or two fields of one type."""
        assert inner.element is not None
        mine = SCHEMA.entities[self.owner].fields.values()
        theirs = SCHEMA.entities[inner.element].fields.values()
        pairs = [(a, b) for a in theirs for b in mine if a.type.type == b.type.type]
        found: list[Expr] = []
        for a, b in self.some(pairs, (1, 2, 0) if pairs else (0,)):
            left, right = Name((COLLECTIONS[inner.element], a.name)), Name(("this", b.name))
            found.append(Compare(("=",), (left, right) if self.one((True, False)) else (right, left)))
        found += [where] if where is not None else []
        return None if not found else found[0] if len(found) == 1 else Logic("and", tuple(found))


def _walk(expr: Expr) -> list[Expr]:
    return [expr, *(x for c in children(expr) for x in _walk(c))]


def question(one: Choose, depth: int = 3, values: tuple[Field, ...] = (), owners: Sequence[str] = OWNERS) -> tuple[str, Expr]:
    """Who is asked, and what."""
    ask = Ask(one, one(owners), depth=depth, values=values)
    return ask.owner, ask.expr(one((FLAG, *NUMERIC, FLAG, FLAG, DATE, MOMENT, TEXT)), depth)


def value(one: Choose, values: tuple[Field, ...] = ()) -> tuple[str, Expr]:
    """What a value may say: often a quotient, which reads as two columns from then on."""
    ask = Ask(one, one(("bid", "placee", "investor", "offering")), depth=2, values=values)
    if one((True, False)):
        return ask.owner, ask.scaled("/", [(d, e) for d in DIMENSIONS for e in DIMENSIONS if d / e in DIMENSIONS], 1)
    return ask.owner, ask.expr(one((FLAG, *NUMERIC, DATE, MOMENT, TEXT)), 2)


def cells(type_: FieldType) -> tuple[Any, ...]:
    """Values at the borders of a field, None among them."""
    match type_.type.kind:
        case "flag":
            return (True, False, None)
        case "date":
            return (*DAYS, None)
        case "moment":
            return (*MOMENTS, None)
        case "text":
            return (*TEXTS, None)
        case "words":
            return (*type_.type.words, None)
    near = {0, 1, type_.scale, 3 * type_.scale, 12 * type_.scale // 10, type_.scale * 2, -type_.scale // 2, type_.low, type_.high}
    return (*sorted(n for n in near if type_.low <= n <= type_.high), None)


def tables(one: Choose, read: Collection[tuple[str, str]]) -> dict[str, list[Row]]:
    """A small book in which the cells of the fields `read` (entity, name) are drawn and all others are missing."""
    found: dict[str, list[Row]] = {}
    for e in ENTITIES:
        size = 1 if e.name == ROOT else one((2, 3, 1, 4, 0, 6) if e.name == "bid" else (2, 1, 3, 0))
        fields = [f for f in e.fields.values() if (e.name, f.name) in read]
        found[e.name] = [{f.name: one(cells(f.type)) for f in fields} for _ in range(size)]
        if e.of is not None:
            for row in found[e.name]:
                row[e.of] = one([*range(len(found[e.of])), None])
    return found
