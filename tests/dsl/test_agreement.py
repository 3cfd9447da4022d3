"""Any expression, over any records: rows, columns and a naive reading of the sentences give the same answers, missing ones included.

Two ways to choose: Hypothesis, which shrinks what it finds, and plain seeds, which wander further.
"""

from collections import Counter
from random import Random

import pytest
from harness import ROOT, SCHEMA, Case, by_columns, by_function, by_rows, understand, value_type, with_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import by_reference
from trees import Choose, question, tables, value

from dsl.checker import references
from dsl.diagnostics import DiagnosticError
from dsl.nodes import Expr
from dsl.quantities import Field, Schema
from dsl.to_text import to_text

REFUSED = {"overflow", "too-large", "quotient-in-aggregate"}
SEEDS = 60
DEPTH = 3


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
    values: list[tuple[str, str, Expr]] = []
    schema = SCHEMA
    read = {(ROOT, d) for d in SCHEMA.days.values()}
    try:
        for name in one((("u",), (), ("u", "w"))):
            owner, expr = value(one, _values(schema))
            checked = understand(Case({}, owner, expr, values)).checked
            read |= {(r.field.entity, r.field.name) for r in references(checked.expr)}
            values.append((owner, name, expr))
            schema = with_value(schema, Field(name, f"{name}值", owner, value_type(checked.type), "value"))
        owner, expr = question(one, DEPTH, _values(schema))
        bound = one((True, False))
        read |= {(r.field.entity, r.field.name) for r in references(understand(Case({}, owner, expr, values)).checked.expr)}
        case = Case(tables(one, read), owner, expr, values, bound)
        meant = understand(case)
    except DiagnosticError as refused:
        assert {d.code for d in refused.diagnostics} <= REFUSED, (refused, expr)
        seen["refused"] += 1
        return
    want = by_reference(case, meant)
    seen["answered"] += 1
    seen["missing"] += sum(a is None for a in want)
    seen["known"] += sum(a is not None for a in want)
    answers = {way.__name__: way(case, meant) for way in (by_rows, by_function, by_columns)}
    shown = [to_text(c.expr, "en", meant.schema) for c in (*meant.known, meant.checked)]
    assert answers == dict.fromkeys(answers, want), f"{owner}: {shown}\n{case.tables}"


def _values(schema: Schema) -> tuple[Field, ...]:
    return tuple(f for fields in schema.values.values() for f in fields.values())
