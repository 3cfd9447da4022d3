"""What intervals can make of a comparison, against wanted values by hand, and against values drawn from the intervals themselves."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from validator.announcement.intervals import (
    Interval,
    Truth,
    agree,
    both,
    compare,
    each,
    either,
    known,
    margin,
    middle,
    multiple,
    negative,
    opposite,
    over,
    plus,
    point,
    rounded,
    times,
)


def between(low: str, high: str, grid: str | None = None) -> Interval:
    a, b = Fraction(low), Fraction(high)
    return Interval(a, b, (a + b) / 2, None if grid is None else Fraction(grid))


SURE, NEVER, OPEN = (True, False), (False, True), (True, True)

COMPARED = [
    ("apart", ("=",), [between("1", "2"), between("3", "4")], NEVER),
    ("touching in one value", ("=",), [between("1", "2"), between("2", "4")], OPEN),
    ("two exact equals", ("=",), [point(2), point(2)], SURE),
    ("an exact one inside", ("=",), [point(2), between("1", "3")], OPEN),
    ("two intervals that are the same", ("=",), [between("1", "2"), between("1", "2")], OPEN),
    ("different although one may equal", ("!=",), [point(2), between("1", "3")], OPEN),
    ("certainly different", ("!=",), [between("1", "2"), point(3)], SURE),
    ("exactly equal is not different", ("!=",), [point(3), point(3)], NEVER),
    ("below or equal at the ends", ("<=",), [between("2", "3"), between("1", "2")], OPEN),
    ("strictly below at the ends", ("<",), [between("2", "3"), between("1", "2")], NEVER),
    ("strictly below with room", ("<",), [between("1", "3"), between("2", "4")], OPEN),
    ("always below or equal", ("<=",), [between("1", "2"), between("2", "4")], SURE),
    ("not always strictly below", ("<",), [between("1", "2"), between("2", "4")], OPEN),
    ("above mirrors below", (">",), [between("1", "2"), between("2", "3")], NEVER),
    ("above or equal at the ends", (">=",), [between("1", "2"), between("2", "3")], OPEN),
    ("a chain whose ends do not fit though its neighbours do", ("<=", "<="), [point(5), between("0", "9"), point(4)], NEVER),
    ("a chain with one value left", ("<=", "<="), [point(5), between("0", "9"), point(5)], OPEN),
    ("a strict chain with no value left", ("<", "<="), [point(5), between("0", "9"), point(5)], NEVER),
    ("a chain downwards", (">=", ">"), [point(5), between("0", "9"), point(4)], OPEN),
    ("multiples only: between two of them", ("=",), [between("1500", "2000", "500"), point(1700)], NEVER),
    ("multiples only: one of them", ("=",), [between("1500", "2000", "500"), point(1500)], OPEN),
    ("two grids meet in their common multiple", ("=",), [between("0", "40", "15"), between("20", "35", "10")], OPEN),
    ("two grids do not meet", ("=",), [between("0", "25", "15"), between("10", "35", "10")], NEVER),
]


@pytest.mark.parametrize(("ops", "sides", "want"), [c[1:] for c in COMPARED], ids=[c[0] for c in COMPARED])
def test_a_comparison_can_be_true_and_can_be_false(ops: tuple[str, ...], sides: list[Interval], want: tuple[bool, bool]) -> None:
    truth = compare(ops, sides)
    assert (truth.may_hold, truth.may_fail) == want


def test_arithmetic_takes_the_outermost_values() -> None:
    a, b = between("-1", "2"), between("3", "4")
    assert (plus(a, b).low, plus(a, b).high) == (2, 6)
    assert (negative(b).low, negative(b).high) == (-4, -3)
    assert (times(a, b).low, times(a, b).high) == (-4, 8)
    assert (times(a, negative(b)).low, times(a, negative(b)).high) == (-8, 4)
    quotient = over(a, b)
    assert quotient is not None and (quotient.low, quotient.high) == (Fraction(-1, 3), Fraction(2, 3))


@pytest.mark.parametrize("divisor", [point(0), between("-1", "1"), between("0", "1"), between("-1", "0")])
def test_a_divisor_that_can_be_zero_gives_nothing(divisor: Interval) -> None:
    assert over(point(1), divisor) is None


def test_least_greatest_and_the_middle_rise_with_every_side() -> None:
    sides = [between("1", "5"), between("2", "3"), between("4", "9")]
    ends = [(i.low, i.high) for i in (each(min, sides), each(max, sides), each(middle, sides))]
    assert ends == [(1, 3), (4, 9), (2, 5)]
    assert each(middle, [between("1", "2"), between("4", "6")]).low == Fraction(5, 2)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("round_up", "2.4", "3"),
        ("round_up", "-2.4", "-2"),
        ("round_down", "2.6", "2"),
        ("round_down", "-2.4", "-3"),
        ("round_half_up", "2.5", "3"),
        ("round_half_up", "-2.5", "-3"),
        ("round_half_up", "2.4", "2"),
    ],
)
def test_rounding_is_that_of_the_language(name: str, value: str, wanted: str) -> None:
    found = rounded(name, point(Fraction(value)), Fraction(1))
    assert (found.low, found.high, found.grid) == (Fraction(wanted), Fraction(wanted), 1)


def test_a_multiple_is_looked_for_in_the_interval() -> None:
    sides = (between("101", "199"), between("150", "200"), point(300), point(0), between("100", "300", "150"), between("100", "299", "150"))
    for unit in (point(100), point(-100)):
        found = [multiple(i, unit) for i in sides]
        assert [t and (t.may_hold, t.may_fail) for t in found] == [NEVER, OPEN, SURE, SURE, OPEN, NEVER]


def test_a_multiple_of_an_interval_is_a_whole_quotient() -> None:
    found = [multiple(point(7), unit) for unit in (between("2.25", "2.35"), between("2.35", "2.45"), between("-2.35", "-2.25"))]
    assert [t and (t.may_hold, t.may_fail) for t in found] == [OPEN, NEVER, OPEN]
    assert multiple(point(7), between("-1", "1")) is None and multiple(point(7), point(0)) is None


def test_conditions_agree_where_one_choice_makes_them_agree() -> None:
    maybe = Truth(True, True, False)
    assert [agree(known(True), known(b)) for b in (True, False)] == [known(True), known(False)]
    assert agree(maybe, known(True)) == Truth(True, True, False) and agree(maybe, known(False)) == Truth(True, True, True)


def test_and_or_not_follow_sql_and_keep_what_is_certain() -> None:
    maybe = Truth(True, True, False)
    assert both([known(True), None]) is None
    assert both([known(False), None]) == known(False)
    assert both([maybe, known(True)]) == Truth(True, True, False)
    assert both([]) == known(True)
    assert either([known(True), None]) == known(True)
    assert either([known(False), None]) is None
    assert either([maybe, known(False)]) == Truth(True, True, False)
    assert either([maybe, None]) is None
    assert either([]) == known(False)
    assert opposite(maybe) == Truth(True, True, True)


def test_a_margin_is_zero_on_the_limit_and_negative_beyond() -> None:
    assert margin("=", between("1", "2"), between("2", "3")) == 0
    assert margin("=", between("1", "2"), between("3", "4")) == -1
    assert margin("<=", between("2", "3"), between("1", "2")) == 0
    assert margin(">=", between("1", "2"), between("4", "5")) == -2
    assert margin("!=", point(1), point(2)) == 1


# ── drawn values ──


@st.composite
def intervals_with_values(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    low, width, inside = draw(st.integers(-2000, 2000)), draw(st.integers(0, 200)), draw(st.integers(0, 10))
    value = Fraction(10 * low + width * inside, 70)
    return Interval(Fraction(low, 7), Fraction(low + width, 7), value), value


drawn = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@drawn
@given(intervals_with_values(), intervals_with_values(), intervals_with_values())
def test_no_values_inside_the_intervals_escape_the_answer(
    a: tuple[Interval, Fraction], b: tuple[Interval, Fraction], c: tuple[Interval, Fraction]
) -> None:
    (ia, va), (ib, vb), (ic, vc) = a, b, c
    sums = plus(times(ia, ib), negative(ic))
    assert sums.low <= va * vb - vc <= sums.high
    assert sums.printed == va * vb - vc
    quotient = over(ia, ib)
    if quotient is not None:
        assert quotient.low <= va / vb <= quotient.high
    for op, holds in (("=", va + vb == vc), ("<=", va + vb <= vc), ("<", va + vb < vc), (">=", va + vb >= vc), (">", va + vb > vc)):
        truth = compare((op,), (plus(ia, ib), ic))
        assert truth.printed == holds
        assert truth.may_hold if holds else truth.may_fail


@drawn
@given(intervals_with_values(), intervals_with_values(), intervals_with_values())
def test_what_can_be_true_is_true_of_some_values(
    a: tuple[Interval, Fraction], b: tuple[Interval, Fraction], c: tuple[Interval, Fraction]
) -> None:
    """An equality of sums that may hold has a witness: walk from the lowest left and highest right until the sides meet."""
    (ia, _), (ib, _), (ic, _) = a, b, c
    if not compare(("=",), (plus(ia, ib), ic)).may_hold:
        return
    wanted = max(ia.low + ib.low, ic.low)
    x = min(ia.high, wanted - ib.low)
    y = wanted - x
    assert ia.low <= x <= ia.high and ib.low <= y <= ib.high and ic.low <= wanted <= ic.high
