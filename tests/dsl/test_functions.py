"""Every function of the language is whole: an entry, a meaning for kernels and for printed figures, lines that prove it, and its text."""

import itertools
import unicodedata
from collections.abc import Iterator
from datetime import date
from random import Random

import polars as pl
import pytest
from harness import SCHEMA, UNITS, Case, outcomes_by_columns, outcomes_by_rows, understand
from test_conformance import LINES
from trees import question

from dsl.checker.check import check
from dsl.diagnostics import DiagnosticError
from dsl.functions import FUNCTIONS
from dsl.kernel import applied, meanings
from dsl.kernel.lower import Env, lower
from dsl.kernel.ratio import Ratio
from dsl.nodes import Aggregate, Call, Expr, children
from dsl.parser import parse
from dsl.quantities import EPOCH, FIRST_DAY, LAST_DAY
from dsl.to_polars.applied import APPLIED as COLUMNS
from dsl.to_text import to_text
from dsl.trading_days import Table
from validator.announcement import intervals
from validator.vocabulary.calendar_file import load_calendar
from validator.vocabulary.layers import rules_folder


def _called(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Call | Aggregate):
        yield expr.function
    for child in children(expr):
        yield from _called(child)


# ── the table ──


@pytest.mark.parametrize("where", [meanings, intervals], ids=["kernels", "printed figures"])
def test_every_function_has_a_meaning(where):
    assert set(where.SCALARS) == {f.name for f in FUNCTIONS.values() if f.kind == "scalar"}
    assert set(where.AGGREGATES) == {f.name for f in FUNCTIONS.values() if f.kind == "aggregate"}


def test_what_printed_figures_cannot_tell_are_functions():
    assert set(FUNCTIONS) > intervals.UNTOLD


def test_every_function_has_lines_whose_values_were_worked_out_by_hand():
    told = {name for line in LINES if line.gives is not None for name in _called(parse(str(line.case.expr), units=UNITS))}
    assert told >= set(FUNCTIONS)


def test_every_function_is_drawn():
    drawn = {name for seed in range(2000) for name in _called(question(Random(seed).choice)[1])}
    assert drawn == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_its_form_is_read_and_written_in_both_languages(function):
    tree = parse(function.form, units=UNITS)
    chinese = to_text(tree, "zh", SCHEMA)
    assert chinese.startswith(f"{function.zh}(") and to_text(tree, "en", SCHEMA) == function.form
    assert parse(chinese, units=UNITS) == tree
    assert len(function.arguments(5)) == max(5, len(function.takes))


# ── what an author is told ──

TOLD = [
    ("length(price)", "type-mismatch", "`length` cannot take 元/股", "length(price)"),
    ("alike(reason, price)", "type-mismatch", "`alike` cannot take `reason` (a text) and `price` (元/股)", "alike(reason, price)"),
    ("alike(reason, abc)", "unknown-name", "unknown name `abc`", "abc"),
    ("year(submitted_at)", "type-mismatch", "`year` cannot take a moment", "year(submitted_at)"),
    ("trading_day(day, 1, 2)", "wrong-arguments", "`trading_day` takes 2 values, not 3", "trading_day(day, 1, 2)"),
    (
        "trading_day(day, 251)",
        "not-constant",
        "the number of trading days must be a literal whole number from -250 to 250",
        "251",
    ),
    ("trading_day(2099-12-31, 1)", "unknown-calendar", "this lies outside the known trading days", "trading_day(2099-12-31, 1)"),
    ('matches(reason, (if amended then "a" else "b"))', "not-constant", "a pattern must be a text in quotation marks", None),
    ('matches(reason, "[0-9]+")', "bad-pattern", "`+` has no meaning in a pattern", "+"),
    ("max(price, quantity)", "wrong-arguments", "`max` takes one value, not 2", "max(price, quantity)"),
    (f"year(day{' - 40000天' * 20})", "overflow", "this date could be outside the years 2 to 9998", None),
]


@pytest.mark.parametrize(("text", "code", "message", "place"), TOLD, ids=[t[0][:40] for t in TOLD])
def test_an_author_is_told_what_is_wrong(text, code, message, place):
    with pytest.raises(DiagnosticError) as raised:
        understand(Case({}, "bid", text))
    (told,) = raised.value.diagnostics
    assert (told.code, told.message) == (code, message)
    assert told.span is not None and (place is None or text[told.span.start : told.span.end] == place)


def test_another_calendar_is_refused_in_words():
    with pytest.raises(DiagnosticError, match="the calendar is always that of the exchange"):
        understand(Case({}, "bid", 'trading_day(day, 1, "hkex")'))


# ── both evaluators on values at hand ──

TEXTS = ("", "甲", "𠮷野", "A1", "Ａ１", "（a）", "é", "e\u0301", "ﬁ", "①", "a\nb", "１２３", "\u200b", "a \u3000b", None)
DAYS = (-719_000, -1, 0, 58, 59, 789, FIRST_DAY, LAST_DAY, LAST_DAY + 40_000, 2_900_000, None)
VALUES = {
    "shape": (TEXTS, (None,)),
    "length": (TEXTS, (None,)),
    "matches": (TEXTS, ("[A-Z][0-9]", r"\u0061", "", "[0-9]{3,3}", "(?:.)")),
    "year": (DAYS, (None,)),
    "lookup": ((-5, -4, -3, -2, -1, 0, None), (Table(-4, (7, None, 9)), Table(0, ()))),
}


@pytest.mark.parametrize("op", applied.APPLIED)
def test_rows_and_columns_apply_the_same(op):
    assert set(applied.APPLIED) == set(COLUMNS) == set(VALUES)
    values, extras = VALUES[op]
    for extra in extras:
        want = [None if v is None else applied.APPLIED[op](v, extra) for v in values]
        frame = pl.DataFrame([pl.Series("x", values, dtype=pl.String if op in ("shape", "length", "matches") else pl.Int64)])
        assert frame.select(COLUMNS[op](pl.col("x"), extra).alias("y")).get_column("y").to_list() == want
        assert frame.head(0).select(COLUMNS[op](pl.col("x"), extra).alias("y")).height == 0


def test_every_character_has_one_shape_in_rows_and_columns():
    """But for those that Unicode has added since the tables of this Python were made: it leaves them as they are."""
    signs = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    shapes = pl.DataFrame({"x": signs}).select(COLUMNS["shape"](pl.col("x"), None).alias("y")).get_column("y")
    other = [s for s, found in zip(signs, shapes, strict=True) if applied.shape(s) != found]
    assert {unicodedata.category(s) for s in other} <= {"Cn"}
    assert len(other) < 500


def test_every_space_and_format_character_without_a_width_is_left_out():
    for c in range(0x110000):
        sign = chr(c)
        if sign.isspace() or (unicodedata.category(sign) == "Cf" and unicodedata.name(sign).startswith(("ZERO WIDTH", "SOFT HYPHEN"))):
            assert applied.shape(sign) == "", hex(c)


SHORT = (
    *('matches(reason, "A[0-9]")', 'not matches(reason, "A[0-9]")', 'alike(reason, "A1")', 'not alike(reason, "A1")', "length(reason) > 1"),
    *('matches(reason, "A[0-9]") and day > 2026-01-01', "trading_day(day, 1) = 2026-04-06", "not (trading_day(day, 1) = 2026-04-06)"),
    *("trading_day(day, 1) > 2026-04-06", "present(trading_day(day, 1))", "trading_day(day, 1) in [2026-04-06]", "year(day) = 2026"),
    'if trading_day(day, 1) = 2026-04-06 then matches(reason, "A1") else length(reason) = 2',
)


def test_rules_of_one_pass_do_not_disturb_each_other():
    """As for the other nodes (test_agreement): what one rule proves of a record never changes another's outcome."""
    days = (None, "2026-04-03", "2026-04-07", "2099-12-31")
    bids = [{"bid": f"B{i}", "reason": r, "day": d} for i, (r, d) in enumerate(itertools.product((None, "A1", "Ａ１", "B"), days))]
    case = Case({"bid": bids}, "bid", "true")
    kernels = [m for m in (understand(Case({}, "bid", text)).meaning for text in SHORT) if not isinstance(m, Ratio)]
    alone = {rule: outcomes_by_columns(case, *rule) for rule in itertools.product((None, *kernels), kernels)}
    for first, second in itertools.product(kernels, kernels):
        rules = [(None, first), (None, second), (first, second)]
        assert outcomes_by_rows(case, *rules) == [alone[r] for r in rules], (first, second)


# ── trading days ──

CALENDAR = load_calendar(rules_folder())


@pytest.mark.parametrize("steps", [1, -1, 2, -2, 5, 60, -60, 250, -250])
def test_a_day_of_a_record_is_counted_from_as_t_is(steps):
    known = CALENDAR.trading_days()
    table = known.table(steps)
    assert known.table(steps) is table
    for day in range(known.first - 3, known.last + 4):
        try:
            want = CALENDAR.trading_day(day, steps)
        except DiagnosticError:
            want = None
        assert known.after(day, steps) == table.at(day) == want


def test_no_steps_are_the_day_itself_or_the_next_trading_day():
    known = CALENDAR.trading_days()
    spring_festival = date(2026, 2, 16).toordinal() - EPOCH
    assert known.after(spring_festival, 0) == date(2026, 2, 24).toordinal() - EPOCH
    assert all(known.after(d, 0) == d for d in known.days)
    assert known.after(known.last, 0) in (known.last, None)


def test_rules_are_checked_without_a_calendar():
    for text in ("trading_day(day, 1) > day", "trading_day(2026-04-03, 1) > day", "trading_day(T, 250) > day"):
        lower(check(parse(text, units=UNITS), SCHEMA, "bid", text=text), Env(SCHEMA))
