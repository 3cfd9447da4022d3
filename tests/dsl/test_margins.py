"""How far a comparison is from its limit: what a finding prints as its margin, negative for a breach. Wanted values by hand."""

from dataclasses import replace

import pytest
from harness import Case, by_columns, by_rows, environment, understand, wanted

from dsl.diagnostics import DiagnosticError
from dsl.kernel.lower import margin as margin_of
from dsl.quantities import NUMBER

TABLES = {
    "offering": [{"issue_price": "10", "spread": "120%", "t_day": "2026-04-02"}],
    "placee": [{"placee": "P1", "assets": "1000"}],
    "bid": [
        {"placee": "P1", "price": "10", "quantity": "1000", "day": "2026-03-31", "submitted_at": "2026-03-31 15:00", "factor": "2"},
        {
            "placee": "P1",
            "price": "12.01",
            "quantity": "400",
            "day": "2026-04-03",
            "submitted_at": "2026-03-31 15:00:00.001",
            "factor": "-2",
        },
        {},
    ],
}

MARGINS = [
    ("quantity >= 500股", ["500", "-100", None]),
    ("quantity > 500股", ["500", "-100", None]),
    ("500股 <= quantity", ["500", "-100", None]),
    ("quantity <= 500股", ["-500", "100", None]),
    ("price <= spread * issue_price", ["2", "-0.01", None]),
    ("price <= issue_price / 3", ["-20/3", "-2603/300", None]),
    ("1 / factor < 1", ["1/2", "3/2", None]),
    ("day <= T - 1天", ["1", "-2", None]),
    ("submitted_at <= day 15:00", ["0", "259199999", None]),
    ("submitted_at <= 2026-03-31 15:00", ["0", "-1", None]),
    ("price * quantity <= assets", ["-9000", "-3804", None]),
]


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize(("expr", "want"), MARGINS, ids=[e for e, _ in MARGINS])
def test_the_margin_of_one_comparison(expr, want, bound):
    case = Case(TABLES, "bid", expr, bound=bound)
    meant = understand(case)
    margin = margin_of(meant.checked, environment(case))
    assert margin is not None
    asked = replace(meant, meaning=margin)
    assert by_rows(case, asked) == by_columns(case, asked) == [wanted(w, NUMBER) for w in want]


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize(("expr", "want"), MARGINS, ids=[e for e, _ in MARGINS])
def test_the_margin_has_the_sign_of_the_answer(expr, want, bound):
    case = Case(TABLES, "bid", expr, bound=bound)
    strict = "<=" not in expr and ">=" not in expr
    held = [None if w is None else m > 0 or (m == 0 and not strict) for w, m in ((w, wanted(w, NUMBER)) for w in want)]
    assert by_rows(case) == by_columns(case) == held


@pytest.mark.parametrize(
    "expr",
    [
        "quantity = 500股",
        "quantity != 500股",
        "1股 <= quantity <= 500股",
        "quantity > 1股 and quantity < 500股",
        "amended",
        'reason != "x"',
        "quantity is a multiple of 500股",
    ],
)
def test_other_conditions_have_no_margin(expr):
    case = Case(TABLES, "bid", expr)
    assert margin_of(understand(case).checked, environment(case)) is None


def test_a_margin_that_could_pass_128_bits_is_a_diagnostic():
    """Both sides fit, their difference over a common denominator might not."""
    case = Case(TABLES, "bid", "gain * gain * 51 < 0元 * 1元 - gain * gain * 51")
    meant = understand(case)
    wide = Case(TABLES, "bid", "gain * gain * 101 < 0元 * 1元 - gain * gain * 101")
    assert margin_of(meant.checked, environment(case)) is not None
    with pytest.raises(DiagnosticError, match="overflow"):
        margin_of(understand(wide).checked, environment(wide))
