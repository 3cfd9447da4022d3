"""The 120% test on every pair of two-decimal prices that lies exactly on the limit, and one tick above: a float gets a quarter wrong."""

from fractions import Fraction

import pytest
from harness import Case, by_columns, by_rows, understand

TICKS = range(1, 3001)
"""0.01 to 30.00 in hundredths."""

EXACT = [(low, low * 6 // 5) for low in TICKS if low * 6 % 5 == 0]
SPREADS = (
    "max(bids.price) <= spread * min(bids.price)",
    "max(bids.price) / min(bids.price) - 1 <= 20%",
    "最大(报价.申购价格) ≤ 120% × 最小(报价.申购价格)",
)


def _case(expr: str, pairs: list[tuple[int, int]], bound: bool = True) -> Case:
    """One investor per pair, with a bid at either price (hundredths)."""
    return Case(
        {
            "offering": [{"spread": "120%"}],
            "investor": [{"investor": f"V{i}"} for i, _ in enumerate(pairs)],
            "placee": [{"placee": f"P{i}", "investor": i} for i, _ in enumerate(pairs)],
            "bid": [{"placee": i, "price": price * 100} for i, pair in enumerate(pairs) for price in pair],
        },
        "investor",
        expr,
        bound=bound,
    )


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("expr", SPREADS)
@pytest.mark.parametrize("evaluate", [by_rows, by_columns])
def test_exactly_120_percent_holds_and_a_tick_above_does_not(expr, evaluate, bound):
    assert len(EXACT) == 600
    on, above, below = (_case(expr, [(low, high + step) for low, high in EXACT], bound) for step in (0, 1, -1))
    meant = understand(on)
    assert evaluate(on, meant) == [True] * len(EXACT)
    assert evaluate(above, meant) == [False] * len(EXACT)
    assert evaluate(below, meant) == [True] * len(EXACT)


@pytest.mark.parametrize("evaluate", [by_rows, by_columns])
def test_every_low_price_has_the_right_highest_tick(evaluate):
    """For a limit that is no tick the last tick below it holds and the next one does not."""
    last = [(low, low * 6 // 5) for low in TICKS]
    expr = SPREADS[0]
    assert evaluate(_case(expr, last)) == [True] * len(last)
    assert evaluate(_case(expr, [(low, high + 1) for low, high in last])) == [False] * len(last)


def test_a_float_would_get_many_wrong():
    wrong = [low for low, high in EXACT if not high / 100 <= 1.2 * (low / 100)]
    assert len(wrong) > len(EXACT) / 5


@pytest.mark.parametrize("evaluate", [by_rows, by_columns])
def test_the_amount_of_a_bid_is_exact_at_every_price(evaluate):
    """price * 100% <= quantity * price, to the last 1/10000 of the biggest bid."""
    prices = [1, 9999, 10000, 10001, 253_100, 999_999_999, 10**9]
    case = Case({"bid": [{"price": p, "quantity": 10**12} for p in prices]}, "bid", "price * quantity")
    assert evaluate(case) == [Fraction(p * 10**12, 10_000) for p in prices]
