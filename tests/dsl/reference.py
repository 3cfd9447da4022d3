"""Checked tree -> answer, the slow and obvious way: Fractions, one record at a time, straight from the sentences L1 to L16.

A cell that cannot be read is missing. Only `present` asks further: it is missing where something readable in such a cell would make its
argument known (L8a). A few readings stand for all, so the tables of these cases keep to what a few can show.

Written without a look at lower, to_python and to_polars, so that a mistake of theirs is not repeated here.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import ceil, floor
from operator import eq, ge, gt, le, lt, ne
from typing import Any, assert_never
from unicodedata import normalize

from harness import ENTITIES, ROOT, SCHEMA, UNREADABLE, Answer, Case, Meant, cell, records_of, trading_day

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
    Ref,
    Text,
    Unary,
    Word,
)
from dsl.quantities import DAY_MS, EPOCH, FIRST_DAY, LAST_DAY
from dsl.schema import Field

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass
class Thing:
    """A record as it is: cells by name, the record above it, the one record that lends to it, and those below it."""

    entity: str
    cells: dict[str, Answer]
    above: "Thing | None" = None
    lent: dict[str, list["Thing"]] = field(default_factory=dict)
    below: dict[str, list["Thing"]] = field(default_factory=dict)


READINGS: dict[str, tuple[str, ...]] = {
    "flag": ("是", "否"),
    "text": ("甲", "乙"),
    "words": ("公募基金", "其他"),
    "date": ("2026-01-05", "2026-04-30"),
    "moment": ("2026-01-05 10:00", "2026-04-30 10:00"),
    "number": ("1", "12", "1000"),
}

World = dict[str, list["Thing"]]


def by_reference(case: Case, meant: Meant) -> list[Answer]:
    """The answer per record of `case.of` to an expression that the checker gave back, the values it may read computed before."""
    others = [_read(c, meant, []) for c in _readings(case)]
    world = _read(case, meant, others)
    return [_Scope(world, thing, thing, others).eval(meant.checked.expr) for thing in world[case.of]]


def _read(case: Case, meant: Meant, others: "list[World]") -> "World":
    """The records of a case with their values."""
    world = _world(case)
    for step, checked in zip(meant.steps, meant.known, strict=True):
        for thing, answer in [(t, _Scope(world, t, t, others).eval(checked.expr)) for t in world[step.entity]]:
            thing.cells[step.name] = answer
    return world


def _readings(case: Case) -> Iterator[Case]:
    """The case with something readable in each cell that cannot be read, in every combination. None if there is no such cell."""
    cells = [
        (e.name, i, f)
        for e in ENTITIES[1:]
        for i, row in enumerate(records_of(case.tables, e.name))
        for f in e.fields.values()
        if row.get(f.name) == UNREADABLE
    ]
    for readings in product(*(READINGS[f.type.type.kind] for _, _, f in cells)) if cells else ():
        tables = {e: [dict(r) for r in rows] for e, rows in case.tables.items()}
        for (e, i, f), text in zip(cells, readings, strict=True):
            tables[e][i][f.name] = text
        yield replace(case, tables=tables)


def _world(case: Case) -> dict[str, list[Thing]]:
    world = {e.name: [Thing(e.name, _cells(row, e.fields.values())) for row in records_of(case.tables, e.name)] for e in ENTITIES}
    for e in ENTITIES:
        if e.of is None:
            continue
        key = SCHEMA.entities[e.of].key[0]
        for row, thing in zip(records_of(case.tables, e.name), world[e.name], strict=True):
            named = row.get(e.of)
            thing.above = next((p for i, p in enumerate(world[e.of]) if named is not None and named in (i, p.cells[key])), None)
            if thing.above is not None and e.lends:
                thing.above.lent.setdefault(e.name, []).append(thing)
            up = thing.above
            while up is not None:
                up.below.setdefault(e.name, []).append(thing)
                up = up.above
    for e in ENTITIES[1:]:
        world[ROOT][0].below[e.name] = world[e.name]
    return world


def _cells(row: dict[str, Any], fields: Any) -> dict[str, Answer]:
    return {f.name: _answer(f, cell(row.get(f.name), f.type)) for f in fields}


def _answer(found: Field, read: Any) -> Answer:
    return Fraction(read, found.type.scale) if found.type.type.kind == "number" and read is not None else read


@dataclass
class _Scope:
    world: dict[str, list[Thing]]
    owner: Thing
    here: Thing
    others: "list[World]" = field(default_factory=list)
    """The same records with something readable in each cell that cannot be read."""

    def eval(self, expr: Expr) -> Any:
        match expr:
            case Number(value=value):
                return value
            case Text(value=text):
                return text.strip()
            case Word(value=value) | Flag(value=value):
                return value
            case Date(days=days):
                return days
            case Day(anchor=anchor, offset=offset):
                at = self.world[ROOT][0].cells[SCHEMA.days[anchor]]
                return None if at is None else trading_day(int(at), offset)
            case At(day=day, clock=clock):
                return strict(lambda d: d * DAY_MS + clock, self.eval(day))
            case Ref(field=found, via=via):
                thing = self.find(self.owner if via == "this" else self.here, found.entity)
                return None if thing is None else thing.cells[found.name]
            case Unary(op="not", operand=x):
                return strict(lambda a: not a, self.eval(x))
            case Unary(operand=x):
                return strict(lambda a: -a, self.eval(x))
            case Binary(op="in", left=left, right=List(items=items)):
                return strict(lambda a: any(a == self.eval(i) for i in items), self.eval(left))
            case Binary(op=op, left=left, right=Period(count=count, kind=kind)):
                step = count if op == "+" else -count
                return strict(lambda d: _moved(d, step, kind), self.eval(left))
            case Binary(op=op, left=left, right=right):
                return strict(ARITHMETIC[op], self.eval(left), self.eval(right))
            case Compare(ops=ops, operands=operands):
                values = [self.eval(x) for x in operands]
                return _all([strict(COMPARISONS[op], a, b) for op, a, b in zip(ops, values, values[1:], strict=False)])
            case Logic(op=op, operands=operands):
                return (_all if op == "and" else _any)([self.eval(x) for x in operands])
            case If(condition=condition, then=then, other=other):
                held = self.eval(condition)
                return None if held is None else self.eval(then if held else other)
            case Call(function="present", args=(x,)):
                return True if self.eval(x) is not None else None if self.could_be(x) else False
            case Call(function="matches", args=(x, Text(value=pattern))):
                return strict(lambda text: len(text) in _ends(pattern, text, {0}), self.eval(x))
            case Call(function=function, args=args):
                return strict(CALLS[function], *(self.eval(x) for x in args))
            case Aggregate():
                return self.aggregate(expr)
            case Name() | List() | Period():
                raise AssertionError(expr)
            case _:
                assert_never(expr)

    def could_be(self, expr: Expr) -> bool:
        return any(self.within(w).eval(expr) is not None for w in self.others)

    def within(self, world: "World") -> "_Scope":
        """The same records in another world."""
        owner, here = (world[t.entity][next(i for i, x in enumerate(self.world[t.entity]) if x is t)] for t in (self.owner, self.here))
        return _Scope(world, owner, here)

    def find(self, start: Thing, entity: str) -> Thing | None:
        at: Thing | None = start
        if entity == ROOT:
            return self.world[ROOT][0]
        while at is not None:
            if at.entity == entity:
                return at
            if entity in SCHEMA.lenders[at.entity]:
                lent = at.lent.get(entity, [])
                return lent[0] if len(lent) == 1 else None
            at = at.above
        return None

    def aggregate(self, expr: Aggregate) -> Any:
        """L10: an element whose `where` is missing, or a value that is missing, makes the answer missing, unless any or all is decided."""
        things = self.world[expr.collection] if expr.everywhere else self.owner.below.get(expr.collection, [])
        scopes = [_Scope(self.world, self.owner, t, self.others) for t in things]
        held = [(s, True if expr.where is None else s.eval(expr.where)) for s in scopes]
        gap = any(h is None for _, h in held)
        rows = [tuple(s.eval(a) for a in expr.args) for s, h in held if h]
        known = [r for r in rows if None not in r]
        gap = gap or len(known) < len(rows)
        first = [r[0] if r else None for r in known]
        if expr.function in ("any", "all"):
            decides = expr.function == "any"
            return decides if decides in first else None if gap else not decides
        if gap or (not known and expr.function not in EMPTY):
            return None
        return EMPTY[expr.function](first) if expr.function in EMPTY else FULL[expr.function](known)


def strict(f: Callable[..., Any], *values: Any) -> Any:
    """Missing where a side is (L9)."""
    return None if None in values else f(*values)


def _all(values: Sequence[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _moved(at: int, step: int, kind: str) -> int:
    if kind == "days":
        return at + step * (DAY_MS if abs(at) > 10**7 else 1)
    day = date.fromordinal(at + EPOCH)
    months = day.year * 12 + day.month - 1 + step
    for last in (day.day, 30, 29, 28):
        try:
            return date(months // 12, months % 12 + 1, min(last, day.day)).toordinal() - EPOCH
        except ValueError:
            continue
    raise AssertionError(day)


def _quotient(a: Any, b: Any) -> Any:
    return None if b == 0 else Fraction(a) / b


def _multiple(a: Any, b: Any) -> Any:
    return None if b == 0 else (Fraction(a) / b).denominator == 1


def _rounded(rule: Callable[[Fraction], int]) -> Callable[[Any, Any], Any]:
    return lambda x, unit: None if unit == 0 else rule(Fraction(x) / unit) * unit


def _half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2)) if x >= 0 else ceil(x - Fraction(1, 2))


def _median(rows: list[tuple[Any, ...]]) -> Any:
    ranked = sorted(r[0] for r in rows)
    return Fraction(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


def _mean(rows: list[tuple[Any, ...]]) -> Any:
    return _quotient(sum(v * w for v, w in rows), sum(w for _, w in rows))


def _alike(a: str, b: str) -> bool:
    """L15a, with the zero-width characters that the tables hold."""
    a, b = ("".join(c for c in normalize("NFKC", t) if not c.isspace() and c not in "\u200b\u200d\u2060\ufeff\xad") for t in (a, b))
    return a == b


def _trading_day(at: int, steps: Fraction) -> int | None:
    """Day by day over the weekdays; missing outside the years that the calendar of the tables knows."""
    step, left = (-1 if steps < 0 else 1), abs(steps)
    if steps == 0:
        left, at = Fraction(1), at - 1
        if not FIRST_DAY <= at + 1 <= LAST_DAY:
            return None
    elif not FIRST_DAY <= at <= LAST_DAY:
        return None
    while left:
        at += step
        left -= date.fromordinal(at + EPOCH).isoweekday() < 6
    return at if FIRST_DAY <= at <= LAST_DAY else None


def _ends(pattern: str, text: str, starts: set[int]) -> set[int]:
    """Where a reading of the pattern that begins at one of `starts` can end."""
    found: set[int] = set()
    for sequence in _alternatives(pattern):
        at = starts
        while sequence:
            size = _size(sequence)
            one, sequence = sequence[:size], sequence[size:]
            times = (1, 1)
            if sequence[:1] == "?":
                times, sequence = (0, 1), sequence[1:]
            elif sequence[:1] == "{":
                count, _, sequence = sequence[1:].partition("}")
                low, _, high = count.partition(",")
                times = (int(low), int(high or low))
            reached = [at]
            for _ in range(times[1]):
                reached.append(_once(one, text, reached[-1]))
            at = set().union(*reached[times[0] :])
        found |= at
    return found


def _alternatives(pattern: str) -> list[str]:
    parts, size = [""], 0
    while pattern:
        size = 1 if pattern[0] == "|" else _size(pattern)
        if pattern[0] == "|":
            parts.append("")
        else:
            parts[-1] += pattern[:size]
        pattern = pattern[size:]
    return parts


def _size(pattern: str) -> int:
    """How many characters the first sign, class or group takes."""
    if pattern[0] == "[":
        return pattern.index("]") + 1
    size, depth = 0, 0
    while True:
        size += pattern.index("]", size) - size if pattern[size] == "[" else 0
        depth += {"(": 1, ")": -1}.get(pattern[size], 0)
        size += 1
        if not depth:
            return size


def _once(one: str, text: str, starts: set[int]) -> set[int]:
    if one[0] == "(":
        return _ends(one[1:-1], text, starts)
    signs = {one}
    if one[0] == "[":
        ranges = re.findall(r"(.)-(.)|(.)", one[1:-1])
        signs = {chr(c) for low, high, sign in ranges for c in range(ord(low or sign), ord(high or sign) + 1)}
    return {at + 1 for at in starts if text[at : at + 1] in signs and at < len(text)}


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
    "multiple": _multiple,
}
CALLS: dict[str, Callable[..., Any]] = {
    "least": min,
    "greatest": max,
    "round_up": _rounded(ceil),
    "round_down": _rounded(floor),
    "round_half_up": _rounded(_half_up),
    "alike": _alike,
    "length": lambda text: Fraction(len(text.strip())),
    "year": lambda day: Fraction(date.fromordinal(day + EPOCH).year),
    "weekday": lambda day: Fraction(date.fromordinal(day + EPOCH).isoweekday()),
    "trading_day": _trading_day,
}
EMPTY: dict[str, Callable[[list[Any]], Any]] = {"count": len, "sum": sum, "distinct": lambda v: len(set(v))}
FULL: dict[str, Callable[[list[tuple[Any, ...]]], Any]] = {
    "max": lambda rows: max(r[0] for r in rows),
    "min": lambda rows: min(r[0] for r in rows),
    "median": _median,
    "weighted_mean": _mean,
}
