"""Any expression, over any records: rows, columns and a naive reading of the sentences give the same answers, missing ones included.

Two ways to choose: Hypothesis, which shrinks what it finds, and plain seeds, which wander further.
"""

import itertools
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from harness import (
    ROOT,
    SCHEMA,
    Case,
    by_columns,
    by_function,
    by_rows,
    outcomes_by_columns,
    outcomes_by_rows,
    understand,
    value_type,
    with_value,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import by_reference
from trees import Ask, Choose, question, tables, value

from dsl.checker.check import references
from dsl.diagnostics import DiagnosticError
from dsl.kernel.ratio import Ratio
from dsl.nodes import Expr
from dsl.outcomes import HOLDS, NOT_APPLICABLE, NOT_EVALUABLE, VIOLATED
from dsl.quantities import FLAG
from dsl.schema import Field, Schema
from dsl.to_text import to_text
from tests.proofs.size import size

REFUSED = {"overflow", "too-large", "quotient-in-aggregate", "unknown-calendar"}
SEEDS = 60
DEPTH = 3


@pytest.mark.proof
@settings(max_examples=size(10_000, usual=250), deadline=None, suppress_health_check=list(HealthCheck))
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


@pytest.mark.parametrize("start", range(0, 4 * SEEDS, SEEDS))
def test_outcomes_agree_from_seeds(start):
    seen: Counter[int] = Counter()
    for seed in range(start, start + SEEDS):
        one = Random(seed).choice
        ask = Ask(one, one(("bid", "placee", "investor")), depth=2)
        exprs = [ask.expr(FLAG, 2), ask.expr(FLAG, 2)]
        try:
            checked = [understand(Case({}, ask.owner, x)).checked.expr for x in exprs]
            read = {(r.field.entity, r.field.name) for x in checked for r in references(x)} | {(ROOT, d) for d in SCHEMA.days.values()}
            case = Case(tables(one, read), ask.owner, exprs[0], bound=one((True, False)))
            when, require = (understand(replace(case, expr=x)).meaning for x in exprs)
        except DiagnosticError as refused:
            assert {d.code for d in refused.diagnostics} <= REFUSED
            continue
        assert not isinstance(when, Ratio) and not isinstance(require, Ratio)
        for asked in (when, None):
            ((outcomes, idle),) = outcomes_by_rows(case, (asked, require))
            assert outcomes_by_columns(case, asked, require) == (outcomes, idle)
            seen.update([*outcomes, *[NOT_APPLICABLE] * idle])
    assert set(seen) == {HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE}


SHORT = (
    *("price > 1元", "not (price > 1元)", "price > 1元 or quantity > 2股", "price > 1元 and quantity > 2股", "present(price)"),
    *("not (price > 1元 or amended)", "not (amended and price > 1元)", "amended and price > 1元 or present(price)"),
    *("amended", "not amended", "amended or share > 60%", "not present(price)", "present(share) or amended"),
    *("share = factor", "share != factor", "not (share = factor)", "share = 50%", "sort in [公募基金, 社保基金]", "not (sort = 其他)"),
    *(
        "(if share = 50% then price else 2元) > 1元",
        "if amended then share = factor else sort = 其他",
        "quantity is a multiple of 2股",
        "true",
    ),
)
"""What proves that something is there, what only seems to, and what is easily taken for true where it is missing."""


def test_rules_of_one_pass_do_not_disturb_each_other():
    """What one rule proves of a record may spare another a look, never its outcome: every record, every two rules, one under the other."""
    every = itertools.product(
        (None, 1, 2), (None, 1, 4), (None, "是", "否"), (None, "0.5", "1"), (None, "0.5", "1"), (None, "公募基金", "其他")
    )
    names = ("price", "quantity", "amended", "share", "factor", "sort")
    bids = [{"bid": f"B{i}", "placee": "P1", **dict(zip(names, cells, strict=True))} for i, cells in enumerate(every)]
    case = Case({"investor": [{"investor": "V1"}], "placee": [{"placee": "P1", "investor": "V1"}], "bid": bids}, "bid", "true")
    meanings = [understand(replace(case, expr=text)).meaning for text in SHORT]
    kernels = [m for m in meanings if not isinstance(m, Ratio)]
    alone = {rule: outcomes_by_columns(case, *rule) for rule in itertools.product((None, *kernels), kernels)}
    for first, second in itertools.product(kernels, kernels):
        rules = [(None, first), (None, second), (first, second)]
        assert outcomes_by_rows(case, *rules) == [alone[r] for r in rules], (first, second)


def _values(schema: Schema) -> tuple[Field, ...]:
    return tuple(f for fields in schema.values.values() for f in fields.values())
