"""The book of examples/301666 counted again with nothing but the standard library, against the announcement's figures."""

import csv
import runpy
import shutil
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "301666"
CUT_TIME = "2026-03-30 14:49:12.152"

Row = dict[str, str]


@pytest.fixture(scope="module")
def book() -> list[Row]:
    with (EXAMPLE / "bids.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def price(row: Row) -> Fraction:
    return Fraction(row["申购价格(元/股)"])


def quantity(row: Row) -> int:
    return int(row["拟申购数量(万股)"])


def total(rows: list[Row]) -> int:
    return sum(map(quantity, rows))


def eliminated(row: Row) -> bool:
    """The three sentences of the announcement."""
    at, size = price(row), quantity(row)
    cut = Fraction("51.38")
    return at > cut or (at == cut and size < 1400) or (at == cut and size == 1400 and row["申报时间"] > CUT_TIME)


def test_the_generator_writes_the_same_bytes(tmp_path: Path) -> None:
    copy = shutil.copy(EXAMPLE / "make_book.py", tmp_path)
    runpy.run_path(copy, run_name="__main__")
    assert (tmp_path / "bids.csv").read_bytes() == (EXAMPLE / "bids.csv").read_bytes()


def test_the_totals_are_the_announced_ones(book: list[Row]) -> None:
    assert (len(book), total(book)) == (9_618, 10_126_350)
    out = [r for r in book if eliminated(r)]
    low = [r for r in book if not eliminated(r) and price(r) < Fraction("46.08")]
    effective = [r for r in book if not eliminated(r) and price(r) >= Fraction("46.08")]
    assert (len(out), total(out)) == (451, 302_540)
    assert (len(low), total(low)) == (3, 1_620)
    assert (len(effective), total(effective)) == (9_164, 9_822_190)
    assert len({r["投资者代码"] for r in effective}) == 281


def test_the_elimination_stops_before_the_next_bid_would_pass_three_percent(book: list[Row]) -> None:
    limit = Fraction(3, 100) * total(book)
    first_kept = [r for r in book if (price(r), quantity(r), r["申报时间"]) == (Fraction("51.38"), 1400, CUT_TIME)]
    assert len(first_kept) == 1
    assert 302_540 <= limit < 302_540 + quantity(first_kept[0])


def test_every_bid_keeps_the_rules_that_its_columns_decide(book: list[Row]) -> None:
    for row in book:
        assert price(row) * 100 % 1 == 0
        assert 100 <= quantity(row) <= 1400
        assert (quantity(row) - 100) % 10 == 0
        assert "2026-03-30 09:30:00.000" <= row["申报时间"] <= "2026-03-30 15:00:00.000"
        declared = int(row["资产规模(万元)"])
        assert declared >= price(row) * quantity(row)
        assert (row["资产规模是否超过本次发行可申购金额上限"] == "是") is (declared > price(row) * 1400)
    assert len({r["配售对象代码"] for r in book}) == len({r["申报序号"] for r in book}) == len(book)


def test_every_investor_has_three_prices_at_most_and_twenty_percent_between_them(book: list[Row]) -> None:
    prices: dict[str, set[Fraction]] = defaultdict(set)
    for row in book:
        prices[row["投资者代码"]].add(price(row))
    assert len(prices) == 283
    assert max(map(len, prices.values())) == 3
    widest = max(max(p) / min(p) for p in prices.values())
    assert widest == Fraction(6, 5)  # on the limit, and no further


def test_the_issue_price_is_below_the_four_values(book: list[Row]) -> None:
    """61.1700, which the announcement prints, cannot be met by any book: nothing above 51.38 was left to take part."""
    left = [r for r in book if not eliminated(r)]
    six = {"公募基金", "社保基金", "养老金", "年金基金", "保险资金", "合格境外投资者资金"}
    for rows in (left, [r for r in left if r["配售对象类型"] in six]):
        prices = sorted(map(price, rows))
        middle = (prices[(len(prices) - 1) // 2] + prices[len(prices) // 2]) / 2
        mean = sum(price(r) * quantity(r) for r in rows) / Fraction(total(rows))
        assert Fraction("46.08") < min(middle, mean) <= max(middle, mean) < Fraction("51.38")
