"""Any tree that the parser could build, however wrong its types, is answered or refused with diagnostics; nothing else is ever raised."""

from collections import Counter
from random import Random

import pytest
from harness import ENTITIES, Case, by_columns, by_rows, understand
from trees import COLLECTIONS, DAYS, LITERALS, TEXTS, Choose

from dsl.diagnostics import DiagnosticError
from dsl.functions import FUNCTIONS
from dsl.nodes import Aggregate, At, Binary, Call, Compare, Date, Day, Expr, Flag, If, List, Logic, Name, Number, Period, Text, Unary

WORDS = ("公募基金", "公章", "其他", "A", "this", "本", "xyz")
FIELDS = tuple(f for e in ENTITIES for f in e.fields.values())
RECORDS = (*(e.name for e in ENTITIES), *COLLECTIONS.values(), *(e.zh for e in ENTITIES), "this", "本", "x")


def _name(one: Choose) -> Name:
    last = one((one(FIELDS).name, one(FIELDS).zh, one(WORDS), one(RECORDS)))
    return one((Name((last,)), Name((one(RECORDS), last))))


def _leaf(one: Choose) -> Expr:
    dim = one(tuple(LITERALS))
    number = Number(one(LITERALS[dim]), dim=dim)
    return one(
        (_name(one), _name(one), number, Text(one(TEXTS)), Flag(one((True, False))), Date(one(DAYS)), Day(one("TIXA"), one((0, -1, 3))))
    )


def _tree(one: Choose, depth: int) -> Expr:
    if depth == 0:
        return one((_leaf(one), _leaf(one), Period(one((0, 3)), one(("days", "months"))), List((_leaf(one),))))
    a, b, c = (_tree(one, depth - 1) for _ in range(3))
    scalar = one([f for f in FUNCTIONS.values() if f.kind == "scalar"])
    aggregate = one([f for f in FUNCTIONS.values() if f.kind == "aggregate"])
    return one(
        (
            _leaf(one),
            At(a, 0),
            Unary(one(("not", "-")), a),
            Binary(one(("+", "-", "*", "/", "multiple")), a, b),
            Binary("in", a, one((b, List((b, c)), List(())))),
            Compare((one(("=", "!=", "<", ">=")),), (a, b)),
            Compare(("<", "<="), (a, b, c)),
            Logic(one(("and", "or")), (a, b, c)),
            If(a, b, c),
            Call(scalar.name, (a, b, c)[: scalar.arity[0]]),
            Aggregate(aggregate.name, (a, b)[: aggregate.arity[0]], one((None, c)), one((True, False))),
            Aggregate("count", (Name((one(RECORDS),)),), one((None, c)), one((True, False))),
            Aggregate(
                aggregate.name, (Name((one(RECORDS), one(FIELDS).name)), b)[: aggregate.arity[0]], one((None, c)), one((True, False))
            ),
        )
    )


@pytest.mark.parametrize("start", range(0, 4000, 1000))
def test_any_tree_is_answered_or_refused(start):
    seen: Counter[str] = Counter()
    for seed in range(start, start + 1000):
        one = Random(seed).choice
        case = Case({e.name: [{}] for e in ENTITIES}, one(ENTITIES).name, _tree(one, one((1, 2, 3))))
        try:
            meant = understand(case)
        except DiagnosticError as refused:
            seen.update(d.code for d in refused.diagnostics)
            continue
        seen["answered"] += 1
        assert by_rows(case, meant) == by_columns(case, meant)
    assert seen["answered"] > 30
    assert len(seen) > 12
