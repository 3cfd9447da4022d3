"""Any expression, over any records: rows, columns and a naive reading of the sentences give the same answers, missing ones included.

Two ways to choose: Hypothesis, which shrinks what it finds, and plain seeds, which wander further.
"""

from collections import Counter
from random import Random

import pytest
from harness import ROOT, SCHEMA, Case, by_columns, by_function, by_rows, understand
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from reference import by_reference
from trees import Choose, question, tables

from dsl.checker import references
from dsl.diagnostics import DiagnosticError
from dsl.to_text import to_text

REFUSED = {"overflow", "too-large", "quotient-in-aggregate"}
SEEDS = 60


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_rows_columns_and_the_naive_reading_agree(data):
    _agree(lambda options: data.draw(st.sampled_from(options)), Counter())


@pytest.mark.parametrize("start", range(0, 16 * SEEDS, SEEDS))
def test_they_agree_from_seeds(start):
    seen: Counter[str] = Counter()
    for seed in range(start, start + SEEDS):
        _agree(Random(seed).choice, seen)
    assert seen["refused"] < seen["answered"] / 4
    assert seen["known"] > seen["missing"] / 4 > 0


def _agree(one: Choose, seen: Counter[str]) -> None:
    owner, expr = question(one)
    bound = one((True, False))
    try:
        fields = references(understand(Case({}, owner, expr)).checked.expr)
        read = {(r.field.entity, r.field.name) for r in fields} | {(ROOT, d) for d in SCHEMA.days.values()}
        case = Case(tables(one, read), owner, expr, bound=bound)
        meant = understand(case)
    except DiagnosticError as refused:
        assert {d.code for d in refused.diagnostics} <= REFUSED, (refused, expr)
        seen["refused"] += 1
        return
    note(f"{owner}: {to_text(meant.checked.expr, 'en', SCHEMA)}")
    want = by_reference(case, meant.checked.expr)
    seen["answered"] += 1
    seen["missing"] += sum(a is None for a in want)
    seen["known"] += sum(a is not None for a in want)
    answers = {way.__name__: way(case, meant) for way in (by_rows, by_function, by_columns)}
    assert answers == dict.fromkeys(answers, want), f"{owner}: {to_text(meant.checked.expr, 'en', SCHEMA)}\n{case.tables}"
