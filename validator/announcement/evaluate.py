"""A checked expression + the figures of an announcement -> the values that it can have.

Missing values follow SQL, as in the two evaluators of books; a `Trace` remembers what was read, so that a report can show it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from dsl.checker.check import Checked
from dsl.functions import FUNCTIONS
from dsl.kernel.build import add_months
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
from dsl.quantities import DAY_MS, FIRST_ANY_DAY, LAST_ANY_DAY, MOMENT
from dsl.schema import Field
from dsl.trading_days import TradingDays
from validator.announcement.intervals import (
    AGGREGATES,
    SCALARS,
    Answer,
    Interval,
    Truth,
    agree,
    both,
    compare,
    either,
    known,
    multiple,
    negative,
    opposite,
    over,
    plus,
    point,
    times,
)
from validator.announcement.printed import Cell
from validator.announcement.read import Announcement
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar

Spot = tuple[str, int]
"""An entity and the number of one of its records."""


@dataclass(frozen=True, slots=True)
class Place:
    """The record for which a rule is checked, and the record that an aggregate has reached."""

    owner: Spot
    element: Spot | None = None


@dataclass
class Trace:
    """The cells that one statement read, in the order read: `used` counts those whose value went into it."""

    figures: dict[tuple[Spot, str], Cell] = field(default_factory=dict)
    used: Counter[tuple[Spot, str]] = field(default_factory=Counter)
    missing: dict[tuple[Spot, str], None] = field(default_factory=dict)

    @property
    def twice(self) -> bool:
        """Whether a figure with a whole interval went into the statement more than once."""
        return any(n > 1 and isinstance(v := self.figures[k].value, Interval) and not v.exact for k, n in self.used.items())


@dataclass
class Evaluator:
    """`in_condition` is set while a condition is read: what it reads decides which statement is made, not whether it is true."""

    announcement: Announcement
    rulebook: Rulebook
    calendar: Calendar
    trace: Trace = field(default_factory=Trace)
    in_condition: bool = False
    trading_days: TradingDays = field(init=False)
    touched: set[tuple[str, str]] = field(default_factory=set)
    """Entity and name of everything that was asked for, by conditions too."""

    def __post_init__(self) -> None:
        self.trading_days = self.calendar.trading_days()

    def condition(self, expr: Expr, at: Place) -> Truth | None:
        """A condition: certain wherever it is known, for no figure has a part in it."""
        before, self.in_condition = self.in_condition, True
        try:
            return self.truth(expr, at)
        finally:
            self.in_condition = before

    def truth(self, expr: Expr, at: Place) -> Truth | None:
        found = self.answer(expr, at)
        assert found is None or isinstance(found, Truth)
        return found

    def interval(self, expr: Expr, at: Place) -> Interval | None:
        found = self.answer(expr, at)
        assert found is None or isinstance(found, Interval)
        return found

    def answer(self, expr: Expr, at: Place) -> Answer:
        match expr:
            case Number(value=value):
                return point(value)
            case Text(value=value):
                return value.strip()
            case Word(value=value):
                return value
            case Flag(value=flag):
                return known(flag)
            case Date(days=days):
                return point(days)
            case Day(anchor=anchor, offset=offset):
                return self._day(anchor, offset)
            case At(day=day, clock=clock):
                found = self.interval(day, at)
                return None if found is None else plus(times(found, point(DAY_MS)), point(clock))
            case Ref():
                return self._ref(expr, at)
            case Unary(op="not", operand=operand):
                truth = self.truth(operand, at)
                return None if truth is None else opposite(truth)
            case Unary(operand=operand):
                found = self.interval(operand, at)
                return None if found is None else negative(found)
            case Binary(left=left, right=Period() as period):
                return self._shifted(left, expr.op, period, at)
            case Binary(op="in", left=left, right=List(items=items)):
                return either([self._same(self.answer(left, at), self.answer(i, at)) for i in items])
            case Binary():
                return self._binary(expr, at)
            case Compare(ops=ops, operands=operands):
                return self.compared(ops, [self.answer(o, at) for o in operands])
            case Logic(op="and", operands=operands):
                return both([self.truth(o, at) for o in operands])
            case Logic(operands=operands):
                return either([self.truth(o, at) for o in operands])
            case If(condition=condition, then=then, other=other):
                truth = self.condition(condition, at)
                return None if truth is None else self.answer(then if truth.may_hold else other, at)
            case Call():
                return self._call(expr, at)
            case Aggregate():
                return self._aggregate(expr, at)
            case Name() | List() | Period():
                raise AssertionError("the checker leaves no names, lists only beside `in`, and periods only beside `+` and `-`")
            case _:
                assert_never(expr)

    def compared(self, ops: Sequence[str], sides: Sequence[Answer]) -> Truth | None:
        """A comparison of sides that are known already. A chain is the `and` of its links: one that is false decides (L9)."""
        if any(s is None for s in sides):
            links = zip(ops, sides, sides[1:], strict=False)
            return None if len(ops) == 1 else both([self.compared((op,), pair) for op, *pair in links])
        numbers = [s for s in sides if isinstance(s, Interval)]
        if len(numbers) == len(sides):
            return compare(ops, numbers)
        same = self._same(sides[0], sides[1])
        return opposite(same) if same is not None and ops[0] == "!=" else same

    def _same(self, a: Answer, b: Answer) -> Truth | None:
        if a is None or b is None:
            return None
        if isinstance(a, Interval) and isinstance(b, Interval):
            return compare(("=",), (a, b))
        if isinstance(a, Truth) and isinstance(b, Truth):
            return agree(a, b)
        return known(a == b)

    # ── names ──

    def _day(self, anchor: str, offset: int) -> Interval | None:
        name = self.rulebook.schema.days[anchor]
        cell = self._cell((self.rulebook.schema.root, 0), self.rulebook.schema.entities[self.rulebook.schema.root].fields[name])
        if cell is None:
            return None
        assert isinstance(cell.value, Interval)
        return point(self.calendar.trading_day(int(cell.value.printed), offset))

    def _ref(self, ref: Ref, at: Place) -> Answer:
        spot = self.spot(ref, at)
        if ref.field.source == "value":
            return self.answer(self.meaning(ref).expr, Place(spot))
        cell = self._cell(spot, ref.field)
        return None if cell is None else cell.value

    def meaning(self, ref: Ref) -> Checked:
        """What a value is, as one expression."""
        found = self.rulebook.values[ref.field.name].meaning
        assert isinstance(found, Checked)
        return found

    def spot(self, ref: Ref, at: Place) -> Spot:
        """The record that a name speaks of."""
        if ref.field.entity == self.rulebook.schema.root:
            return (ref.field.entity, 0)
        at_element = at.element is not None and ref.via != "this" and at.element[0] == ref.field.entity
        return at.element if at_element and at.element is not None else at.owner

    def _cell(self, spot: Spot, found: Field) -> Cell | None:
        cell = self.announcement.records[spot[0]][spot[1]].cells.get(found.name)
        self.touched.add((spot[0], found.name))
        if cell is None:
            self.trace.missing[spot, found.name] = None
        elif not self.in_condition:
            self.trace.figures[spot, found.name] = cell
            self.trace.used[spot, found.name] += 1
        return cell

    # ── operators ──

    def _binary(self, expr: Binary, at: Place) -> Answer:
        a, b = self.interval(expr.left, at), self.interval(expr.right, at)
        if a is None or b is None:
            return None
        match expr.op:
            case "+":
                return plus(a, b)
            case "-":
                return plus(a, negative(b))
            case "*":
                return times(a, b)
            case "/":
                return over(a, b)
            case _:
                return multiple(a, b)

    def _shifted(self, left: Expr, op: str, period: Period, at: Place) -> Interval | None:
        """A day or a moment moved by days, a day by months; missing where no date can be."""
        found = self.interval(left, at)
        if found is None:
            return None
        step = -period.count if op == "-" else period.count
        day = DAY_MS if left.type == MOMENT else 1
        furthest = found.printed + step * (31 if period.kind == "months" else 1) * day
        if not FIRST_ANY_DAY * day <= furthest <= LAST_ANY_DAY * day:
            return None
        return plus(found, point(step * day)) if period.kind == "days" else point(add_months(int(found.printed), step))

    def _call(self, expr: Call, at: Place) -> Answer:
        meaning = SCALARS[expr.function]
        if FUNCTIONS[expr.function].strict:
            sides = [self.answer(a, at) for a in expr.args]
            return None if any(s is None for s in sides) else meaning(self.trading_days, *sides)
        missing = dict(self.trace.missing)
        before, self.in_condition = self.in_condition, True
        sides = [self.answer(a, at) for a in expr.args]
        self.in_condition, self.trace.missing = before, missing
        return meaning(self.trading_days, *sides)

    # ── aggregates ──

    def elements(self, expr: Aggregate, at: Place) -> Iterator[tuple[Place, Truth | None]]:
        """The records that an aggregate runs over: those whose `where` is not false."""
        for i in range(len(self.announcement.records[expr.collection])):
            inner = Place(at.owner, (expr.collection, i))
            wanted = known(True) if expr.where is None else self.condition(expr.where, inner)
            if wanted is None or wanted.may_hold:
                yield inner, wanted

    def _aggregate(self, expr: Aggregate, at: Place) -> Answer:
        """One that is strict is missing where a record's condition or a value of it is."""
        chosen = list(self.elements(expr, at))
        strict = FUNCTIONS[expr.function].strict
        if strict and any(wanted is None for _, wanted in chosen):
            return None
        sides = [[None if wanted is None else self.answer(a, inner) for inner, wanted in chosen] for a in expr.args]
        if strict and any(s is None for column in sides for s in column):
            return None
        return AGGREGATES[expr.function](len(chosen), *sides)
