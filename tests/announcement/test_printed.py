"""A figure as printed: the values that it stands for, by hand, and what is refused."""

from fractions import Fraction

import pytest

from validator.announcement.intervals import Interval, Truth
from validator.announcement.printed import Cell, read_print, read_prints
from validator.announcement.rulebooks import library
from validator.intake.cells.cell import Unreadable
from validator.vocabulary.layers import rules_folder

SCHEMA = library(rules_folder()).vocabulary.schema
FIELDS = SCHEMA.entities["announcement"].fields

PRINTED = [
    ("issue_price", "46.08元", "46.075", "46.085"),
    ("issue_price", "46.08元/股", "46.075", "46.085"),
    ("lowest_of_four", "61.1700元", "61.16995", "61.17005"),
    ("total_shares", "4,362.1636万股", "43621635.5", "43621636.5"),
    ("total_shares", "252,016,129股", "252016129", "252016129"),
    ("changed_amount", "2亿元", "200000000", "200000000"),
    ("changed_amount", "20,000.00万元", "199999950", "200000050"),
    ("changed_amount", "5.4亿元", "535000000", "545000000"),
    ("valuation_gap", "-1,409.03万元", "-14090350", "-14090250"),
    ("valuation_gap", "−1,409.03万元", "-14090350", "-14090250"),
    ("eliminated_share", "2.9877%", "0.0298765", "0.0298775"),
    ("issue_share", "10%", "0.1", "0.1"),
    ("equity_weight", "1.00", "0.995", "1.005"),
    ("effective_multiple", "3,518.19倍", "3518.185", "3518.195"),
    ("capital_price", "1.02元/注册资本", "1.015", "1.025"),
    ("effective_placees", "9,164个", "9164", "9164"),
    ("refunds", "-", "0", "0"),
    ("refunds", "—", "0", "0"),
    ("refunds", "空白", "0", "0"),
    ("refunds", "blank", "0", "0"),
    ("refunds", 0, "0", "0"),
    ("refunds", "0.00万元", "-50", "50"),
    ("offline_share", "80.00％", "0.79995", "0.80005"),
]


@pytest.mark.parametrize(("name", "text", "low", "high"), PRINTED)
def test_a_figure_stands_for_what_rounds_to_it(name: str, text: str, low: str, high: str) -> None:
    cell = read_print(text, FIELDS[name], SCHEMA.units)
    assert cell is not None and isinstance(cell.value, Interval)
    assert (cell.value.low, cell.value.high) == (Fraction(low), Fraction(high))
    assert cell.value.printed == (Fraction(low) + Fraction(high)) / 2
    assert cell.text == str(text)


REFUSED = [
    ("issue_price", "四十六元", "is not a figure as it is printed"),
    ("issue_price", "46.08", "names no unit"),
    ("issue_price", "46.08万股", "has a unit that does not fit issue_price: 万股"),
    ("issue_price", "约46.08元", "is not a figure as it is printed"),
    ("issue_price", "46.08元/公斤", "has a unit that does not fit issue_price: 元/公斤"),
    ("gross_proceeds", "1,00万元", "is not a figure as it is printed"),
    ("gross_proceeds", "10,0000万元", "is not a figure as it is printed"),
    ("gross_proceeds", "1.万元", "is not a figure as it is printed"),
    ("gross_proceeds", "1e4万元", "has a unit that does not fit gross_proceeds: e4万元"),
    ("gross_proceeds", True, "is not a figure as it is printed"),
    ("effective_placees", "9164.5个", "is a count and has no decimals"),
    ("t_day", "2026-02-30", "is not a day of the calendar"),
    ("claims_below_peers", "也许", "is neither 是 nor 否"),
    ("need_claim", "多于", "is not one of 高于, 等于, 低于"),
]


@pytest.mark.parametrize(("name", "value", "said"), REFUSED)
def test_what_is_no_figure_is_refused(name: str, value: object, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_print(value, FIELDS[name], SCHEMA.units)
    assert refused.value.en == said


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing_printed_is_missing(value: object) -> None:
    assert read_print(value, FIELDS["issue_price"], SCHEMA.units) is None


def test_flags_words_days_and_texts_are_what_they_say() -> None:
    flag = read_print("是", FIELDS["claims_below_peers"], SCHEMA.units)
    word = read_print("高于", FIELDS["need_claim"], SCHEMA.units)
    day = read_print("2026年4月3日", FIELDS["t_day"], SCHEMA.units)
    assert flag is not None and flag.value == Truth(True, False, True)
    assert word is not None and word.value == "高于"
    assert day is not None and isinstance(day.value, Interval) and day.value.printed == 20546 and day.text == "2026年4月3日"


@pytest.mark.parametrize(
    ("prints", "best", "apart"),
    [
        (["2亿元", "20,000.00万元", "20,000万元"], "20,000.00万元", []),
        (["20,000.00万元", "2亿元"], "20,000.00万元", []),
        (["1.22亿元", "12,200万元"], "12,200万元", []),
        (["1.22亿元", "12,200.00万元", "1.23亿元"], "12,200.00万元", ["1.23亿元"]),
        (["100.00万元", "100.01万元"], "100.00万元", []),
        (["100.00万元", "100.02万元"], "100.00万元", ["100.02万元"]),
    ],
)
def test_of_several_prints_the_most_precise_counts(prints: list[str], best: str, apart: list[str]) -> None:
    found, others = read_prints(prints, FIELDS["changed_amount"], SCHEMA.units)
    assert found is not None and found.text == best
    assert [c.text for c in others] == apart


def test_the_last_digit_is_the_step() -> None:
    cell = read_print("4,362.1636万股", FIELDS["total_shares"], SCHEMA.units)
    assert isinstance(cell, Cell) and cell.step == 1
