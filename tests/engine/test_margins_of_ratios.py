"""The margin between two ratios is read in percentage points; that of two multiples has no unit. The JSON keeps its decimals."""

from pathlib import Path

import pytest

from tests.engine.small import bids, checker, rule
from validator.render.phrases.rules import called, margin, margin_figure, margin_unit

# `part` is 900,000 of 1,350,000 shares: 2/3, said to be written per cent. `times` is the same and is not.
HEAD = """
stages: [inquiry]
terms: {maximum_quantity: {required: true}, elimination_share: {default: 60%, cite: seed 一}}
values:
  part: {zh: 占比, of: bid, percent: true, is: quantity / maximum_quantity, cite: seed 一}
  times: {zh: 倍数, of: bid, is: quantity / maximum_quantity, cite: seed 一}
rules:
"""

# A rule that is broken, its margin in the JSON and for people. 2/3 - 60% = 6.666…%; more decimals, as the last of two is never a 0.
MARGINS = {
    "part <= elimination_share": ("-0.066666666667", "-6.67", "个百分点"),
    "times <= elimination_share": ("-0.066666666667", "-6.67", "个百分点"),
    "times <= 60%": ("-0.066666666667", "-6.67", "个百分点"),
    "part - 0.5 <= 0": ("-0.166666666667", "-16.67", "个百分点"),
    "(if quantity > 5股 then part else 1) <= 0.5": ("-0.166666666667", "-16.67", "个百分点"),
    "times <= 0.5": ("-0.166666666667", "-0.166666666667", ""),
    "part * 10 <= 5": ("-1.666666666667", "-1.666666666667", ""),
    "quantity <= elimination_share * maximum_quantity": ("-90000", "-90000", "股"),
}


@pytest.mark.parametrize("require", MARGINS)
def test_the_margin_of_ratios_is_read_in_percentage_points(require: str, tmp_path: Path) -> None:
    exact, shown, unit = MARGINS[require]
    report = checker(tmp_path, HEAD + rule("inquiry.r", "bid", require), maximum_quantity="135万股").book({"bids": bids(900_000)})
    (found,) = report.findings
    words = called(report, found.rule)
    assert found.margin == exact
    assert (margin_figure(words, exact), margin_unit(words, "zh"), margin(words, exact, "zh")) == (shown, unit, shown + unit)
