"""Announcements and books mean the same: of exact figures an expression gives the same answer in both, missing ones included.

The wanted answers are those of the rows (tests/dsl), over records without a parent: an announcement's tables hang on the announcement only.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

import pytest
from harness import ROOT, SCHEMA, WEEKDAYS, Answer, Case, Meant, Tables, by_rows, cell, records_of, understand
from trees import question, tables

from dsl.checker.check import collections, references
from dsl.diagnostics import DiagnosticError
from dsl.nodes import Aggregate, Call, Expr, Number, Ref, children
from dsl.schema import Field
from dsl.to_text import to_text
from validator.announcement.evaluate import Evaluator, Place
from validator.announcement.intervals import Interval, Truth, known, point
from validator.announcement.printed import Cell
from validator.announcement.read import Announcement, Record
from validator.bilingual import Both
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar

CALENDAR = Calendar(WEEKDAYS.days, 1990, 2099)
BOOK = Rulebook("small", "2026-01", Both("小", "small"), "published", "2026-01-01", (), {}, {}, {}, {}, SCHEMA, "")
OWNERS = (ROOT, "application", "investor", "bid")
SEEDS = 400


@pytest.mark.parametrize("start", range(0, 8 * SEEDS, SEEDS))
def test_of_exact_figures_an_announcement_gives_the_answer_of_the_rows(start: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(start, start + SEEDS):
        drawn = _drawn(Random(seed).choice)
        if drawn is None:
            continue
        case, meant = drawn
        try:
            got = by_announcement(case, meant)
        except DiagnosticError as refused:
            assert {d.code for d in refused.diagnostics} == {"unknown-calendar"}
            continue
        want = by_rows(case, meant)
        assert got == want, f"{seed}: {case.of}: {to_text(meant.checked.expr, 'en', SCHEMA)}\n{case.tables}"
        seen["known"] += sum(a is not None for a in want)
        seen["missing"] += sum(a is None for a in want)
        seen["aggregates"] += any(True for _ in collections(meant.checked.expr))
    assert seen["known"] > 100 and seen["missing"] > 50 and seen["aggregates"] > 10, seen


def _drawn(one: Callable[..., object]) -> tuple[Case, Meant] | None:
    """A case whose names are those of the announcement, of the record asked, or of the one that an aggregate is at."""
    owner, expr = question(one, 3, owners=OWNERS)
    try:
        checked = understand(Case({}, owner, expr)).checked
        if not _flat(checked.expr, owner):
            return None
        read = {(r.field.entity, r.field.name) for r in references(checked.expr)} | {(ROOT, d) for d in SCHEMA.days.values()}
        case = Case(tables(one, read), owner, expr)
        return case, understand(case)
    except DiagnosticError:
        return None


def _flat(expr: Expr, owner: str) -> bool:
    inside = list(collections(expr))
    if any(not a.everywhere and owner != ROOT for a in inside):
        return False
    if any(isinstance(n, Call) and n.function.startswith("round_") and not isinstance(n.args[1], Number) for n in _walk(expr)):
        return False  # refused: the unit of a rounding is a literal in an announcement
    return _within(expr, owner, None)


def _within(expr: Expr, owner: str, element: str | None) -> bool:
    """Whether names are of the announcement, of the record asked, or of the element that an aggregate is at: never of a parent."""
    match expr:
        case Aggregate(collection=collection):
            return all(_within(c, owner, collection) for c in children(expr))
        case Ref(field=found, via=via):
            own = owner if element is None or via == "this" else element
            return found.entity in (ROOT, own)
        case _:
            return all(_within(c, owner, element) for c in children(expr))


def _walk(expr: Expr) -> Iterator[Expr]:
    yield expr
    for child in children(expr):
        yield from _walk(child)


def by_announcement(case: Case, meant: Meant) -> list[Answer]:
    """The answer per record through the evaluator of announcements."""
    records = {e: tuple(_record(case.tables, e, i) for i in range(len(records_of(case.tables, e)))) for e in SCHEMA.entities}
    evaluator = Evaluator(Announcement("small", records, (), (), ""), BOOK, CALENDAR)
    return [_plain(evaluator.answer(meant.checked.expr, Place((case.of, i)))) for i in range(len(records[case.of]))]


def _record(given: Tables, entity: str, number: int) -> Record:
    row = records_of(given, entity)[number]
    cells = {f.name: _cell(value, f) for f in SCHEMA.entities[entity].fields.values() if (value := row.get(f.name)) is not None}
    return Record(str(number), cells)


def _cell(value: object, of: Field) -> Cell:
    read = cell(value, of.type)
    match of.type.type.kind:
        case "flag":
            return Cell("", known(bool(read)))
        case "text" | "words":
            return Cell("", str(read))
        case _:
            assert isinstance(read, int)
            return Cell("", point(Fraction(read, of.type.scale)))


def _plain(found: object) -> Answer:
    match found:
        case Interval():
            assert found.exact and found.low == found.printed
            return found.printed
        case Truth():
            assert found.may_hold is not found.may_fail and found.may_hold is found.printed
            return found.printed
        case str() | None:
            return found
    raise AssertionError(found)
