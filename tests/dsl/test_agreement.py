"""Any expression, over any records: rows, columns and a naive reading of the sentences give the same answers, missing ones included."""

from collections import Counter

from harness import ROOT, SCHEMA, Case, by_columns, by_function, by_rows, understand
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from reference import by_reference
from trees import questions, tables

from dsl.checker import references
from dsl.diagnostics import DiagnosticError

SEEN: Counter[str] = Counter()
REFUSED = ("overflow", "too-large", "quotient-in-aggregate", "not-a-join")


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions(), st.data())
def test_rows_columns_and_the_naive_reading_agree(question, data):
    owner, expr = question
    bound = data.draw(st.booleans())
    try:
        fields = references(understand(Case({}, owner, expr)).checked.expr)
        read = [(r.field.entity, r.field.name) for r in fields] + [(ROOT, d) for d in SCHEMA.days.values()]
        case = Case(data.draw(tables(read)), owner, expr, bound=bound)
        meant = understand(case)
    except DiagnosticError as refused:
        codes = {d.code for d in refused.diagnostics}
        assert codes <= set(REFUSED), refused
        SEEN["refused"] += 1
        return
    SEEN["answered"] += 1
    note(f"checked: {meant.checked.expr}")
    want = by_reference(case, meant.checked.expr)
    SEEN["missing"] += sum(a is None for a in want)
    SEEN["known"] += sum(a is not None for a in want)
    assert by_rows(case, meant) == want
    assert by_function(case, meant) == want
    assert by_columns(case, meant) == want
def test_zz():
    print(SEEN); assert 0
