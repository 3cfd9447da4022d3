"""The statistics of the remaining bids, worked out by hand, and beside what the rules themselves compute."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import validator
from validator.render.tables.statistics import Line, mean, median, scaled, statistics
from validator.report.model import BidLine, Report

EXAMPLE = Path(__file__).parents[2] / "examples" / "301666"


def line(number: int, price: str | None, quantity: int | None, **more: object) -> BidLine:
    facts: dict[str, object] = {"live": True, "eliminated": False, "fate": "有效报价", "open": False, "investor": f"V{number % 2}"}
    facts |= {"placee": f"P{number}", "sequence": number, "price": price, "quantity": quantity, "admitted_quantity": quantity}
    return BidLine(**(facts | {"id": f"P{number}/{number}"} | more))  # type: ignore[arg-type]


def of(report: Report, *bids: BidLine) -> tuple[Line, ...]:
    return statistics(replace(report, bids=bids, values={}))


@pytest.mark.parametrize(
    ("prices", "wanted"),
    [
        ([], None),
        ([7], Fraction(7)),
        ([3, 1], Fraction(2)),
        ([1, 2], Fraction(3, 2)),
        ([9, 1, 2], Fraction(2)),
        ([4, 1, 2, 2], Fraction(2)),
    ],
)
def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two(prices: list[int], wanted: Fraction | None) -> None:
    assert median(prices) == wanted


def test_the_mean_is_weighted_and_exact() -> None:
    assert mean([(1, 1), (2, 2)]) == Fraction(5, 3)
    assert mean([]) is None
    assert mean([(5, 0)]) is None


@pytest.mark.parametrize(("text", "wanted"), [("51.38", 513800), ("50", 500000), ("0.0001", 1), ("-0.5", -5000), ("100000", 10**9)])
def test_prices_are_read_exactly(text: str, wanted: int) -> None:
    assert scaled(text) == wanted


def test_a_small_book_by_hand(report: Report) -> None:
    """Remaining: 10.00 x 100, 10.01 x 200 (公募基金) and 10.03 x 300 (保险资金); the invalid and the eliminated bid count nowhere."""
    fund, insurer = {"placee_type": "公募基金", "investor_type": "基金管理公司"}, {"placee_type": "保险资金", "investor_type": "保险公司"}
    lines = of(
        report,
        line(1, "10.00", 100, **fund),
        line(2, "10.01", 200, **fund),
        line(3, "10.03", 300, **insurer),
        line(4, "99.00", 900, live=False, eliminated=None, **fund),
        line(5, "11.00", 500, eliminated=True, **insurer),
    )
    # (1000 + 2002 + 3009) / 600 = 10.018333…; (1000 + 2002) / 300 = 10.00666…
    assert lines == (
        Line("all", "", 2, 3, 600, "10.0100", "10.0183", None),
        Line("placee_type", "公募基金", 2, 2, 300, "10.0050", "10.0067", None),
        Line("placee_type", "保险资金", 1, 1, 300, "10.0300", "10.0300", None),
        Line("investor_type", "基金管理公司", 2, 2, 300, "10.0050", "10.0067", None),
        Line("investor_type", "保险公司", 1, 1, 300, "10.0300", "10.0300", None),
    )


def test_a_half_is_rounded_up_once(report: Report) -> None:
    """(10.0001 + 10.0002) / 2 = 10.00015, shown as 10.0002: not 10.0001, as rounding half to even or a float would."""
    (found,) = of(report, line(1, "10.0001", 1), line(2, "10.0002", 1))
    assert (found.median, found.mean) == ("10.0002", "10.0002")


def test_the_admitted_quantity_weighs_not_the_one_entered(report: Report) -> None:
    (found,) = of(report, line(1, "10.00", 400, admitted_quantity=100), line(2, "20.00", 100))
    assert (found.quantity, found.mean) == (200, "15.0000")


def test_a_bid_without_price_leaves_the_figures_of_its_lines_empty(report: Report) -> None:
    lines = of(report, line(1, None, 100, placee_type="公募基金"), line(2, "10.00", 200, placee_type="保险资金"))
    assert [(x.kind, x.median, x.mean, x.quantity) for x in lines] == [
        ("", None, None, 300),
        ("保险资金", "10.0000", "10.0000", 200),
        ("公募基金", None, None, 100),
    ]


def test_a_kind_that_is_not_stated_is_a_line_of_its_own_and_comes_last(report: Report) -> None:
    lines = of(report, line(1, "10.00", 1), line(2, "10.00", 1), line(3, "10.00", 1, placee_type="保险资金"))
    assert [(x.group, x.kind, x.placees) for x in lines] == [("all", "", 3), ("placee_type", "保险资金", 1), ("placee_type", "", 2)]


def test_nothing_is_counted_while_a_live_bid_may_still_be_eliminated(report: Report) -> None:
    assert of(report, line(1, "10.00", 1), line(2, "10.00", 1, eliminated=None)) == ()
    assert of(report, line(1, "10.00", 1, live=False)) == ()


HEADER = ("投资者代码", "配售对象代码", "网下投资者类型", "配售对象类型", "申购价格", "拟申购数量(万股)", "申报时间", "申报序号")


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_the_whole_book_agrees_with_what_the_rules_compute(tmp_path: Path, size: int) -> None:
    """Books of few bids through the rules themselves: all and the six kinds, to the last decimal."""
    kinds = ("公募基金", "私募基金", "保险资金", "年金基金", "机构自营投资账户")
    with (tmp_path / "bids.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(size):
            price = f"{46 + n * 7 % 5}.{n * 13 % 100:02}"
            writer.writerow(
                (f"V{n:03}", f"P{n:03}", "证券公司", kinds[n % 5], price, 100 + n % 9 * 10, f"2026-03-30 10:00:{n % 60:02}.000", n + 1)
            )
    report = validator.checker(EXAMPLE / "offering.yaml").book(tmp_path / "bids.csv")
    lines = statistics(report)
    assert (lines[0].median, lines[0].mean) == (report.values["median_all"], report.values["mean_all"])
    six = {"公募基金", "社保基金", "养老金", "年金基金", "保险资金", "合格境外投资者资金"}
    remaining = [b for b in report.bids if b.live and not b.eliminated]
    own = statistics(replace(report, bids=tuple(b for b in remaining if b.placee_type in six), values={}))
    assert (own[0].median, own[0].mean) == (report.values["median_six"], report.values["mean_six"])
    assert sum(x.quantity or 0 for x in lines if x.group == "placee_type") == lines[0].quantity
    assert sum(x.placees or 0 for x in lines if x.group == "investor_type") == lines[0].placees


def test_the_example_book() -> None:
    """The announced book: median and mean of all as the report's own values, and the kinds add up to the whole."""
    report = validator.checker(EXAMPLE / "offering.yaml").book(EXAMPLE / "bids.csv")
    lines = statistics(report)
    whole = lines[0]
    assert (whole.median, whole.mean) == (report.values["median_all"], report.values["mean_all"])
    live, eliminated = int(report.values["live_quantity"] or 0), int(report.values["eliminated_quantity"] or 0)
    assert whole.quantity == live - eliminated == 98_238_100_000
    kinds = [x for x in lines if x.group == "placee_type"]
    assert sum(x.quantity or 0 for x in kinds) == whole.quantity
    assert [x.placees for x in kinds] == sorted((x.placees for x in kinds), key=lambda n: -(n or 0))
    assert not any(x.group == "investor_type" for x in lines)
