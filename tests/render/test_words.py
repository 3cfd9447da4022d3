"""Figures for people: exact, grouped, with their units."""

from fractions import Fraction

import pytest

from validator.render.phrases.words import percent, price, shares, yuan
from validator.report.amounts import percent as percent_of


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("98221900000", "9,822,190万股", "98,221,900,000 shares"),
        ("14000000", "1,400万股", "14,000,000 shares"),
        ("10000", "1万股", "10,000 shares"),
        ("9999", "9,999股", "9,999 shares"),
        ("27918309", "2,791.8309万股", "27,918,309 shares"),
        ("0", "0股", "0 shares"),
        ("-100000", "-10万股", "-100,000 shares"),
        (10_000_001, "1,000.0001万股", "10,000,001 shares"),
        ("123456789012345678901234567890", "12,345,678,901,234,567,890,123,456.789万股", "123,456,789,012,345,678,901,234,567,890 shares"),
        (None, "—", "—"),
    ],
)
def test_shares(text: str | int | None, zh: str, en: str) -> None:
    assert (shares(text, "zh"), shares(text, "en")) == (zh, en)


@pytest.mark.parametrize(("text", "wanted"), [("51.38", "51.38"), ("50", "50.00"), ("46.5", "46.50"), ("49.2234", "49.2234")])
def test_prices_have_two_decimals_at_least(text: str, wanted: str) -> None:
    assert price(text) == wanted


def test_yuan() -> None:
    assert (yuan("50", "zh"), yuan("50", "en"), yuan(None, "zh")) == ("50.00元", "50.00 yuan", "—")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.029876510292", "2.9877%"),
        ("0.0298765", "2.9877%"),  # half up
        ("0.029876499999", "2.9876%"),
        ("0", "0.0000%"),
        ("1", "100.0000%"),
        (None, "—"),
    ],
)
def test_percent_rounds_half_up_to_four_decimals(text: str | None, wanted: str) -> None:
    assert percent(text) == wanted


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Fraction(2, 3), "66.67%"),
        (Fraction("0.661693125522"), "66.17%"),
        (Fraction(7, 10), "70%"),
        (Fraction("0.69996"), "69.996%"),
        (Fraction("0.6999996"), "69.99996%"),
        (Fraction("0.029877"), "2.9877%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(6, 5), "120%"),
        (Fraction(0), "0%"),
        (Fraction(-1, 3), "-33.33%"),
    ],
)
def test_a_ratio_is_per_cent_and_never_rounded_to_a_limit(ratio: Fraction, shown: str) -> None:
    assert percent_of(ratio) == shown
