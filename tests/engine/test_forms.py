"""Arithmetic, functions and choices around aggregates, on both sides of a comparison: verdict, figures and margin worked out by hand.

T is 2026-02-25 and I 2026-02-11. Every form has a record that breaks it and one that holds, mostly on the limit. A book gives the same
by rows and by columns, a submission the same as a book, and the margins of both records are proved by cases.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import validator
from tests.engine.small import OFFERING, Rows, folder, rulebook, same
from validator.cli.commands import app


@dataclass(frozen=True)
class Form:
    """One investor V1 with placees P1, P2 …; all bids are those of P1. `figures` and `margin` are those of the breach."""

    name: str
    require: str
    breaks: Rows
    holds: Rows
    figures: Mapping[str, str]
    margin: str | None
    left: str | None = "0"
    """The margin where it holds."""
    table: str = "bids"
    of_investor: tuple[Mapping[str, Any], Mapping[str, Any]] = field(default=({}, {}))
    """Cells of V1 itself, breaking and holding."""


def _prices(*prices: str) -> Rows:
    return [{"price": p} for p in prices]


def _quantities(*quantities: int) -> Rows:
    return [{"quantity": q} for q in quantities]


def _both(*pairs: tuple[str, int]) -> Rows:
    return [{"price": p, "quantity": q} for p, q in pairs]


def _amended(*pairs: tuple[str, str]) -> Rows:
    return [{"price": p, "amended": a} for p, a in pairs]


FORMS = (
    # 12.01 - 10 = 2.01 against 20% * 10 = 2; 12 - 10 = 2 is on the limit.
    Form(
        "difference-of-two",
        "max(bids.price) - min(bids.price) <= 20% * min(bids.price)",
        _prices("10.00", "12.01"),
        _prices("10.00", "12.00"),
        {"max(bids.price)": "12.01", "min(bids.price)": "10"},
        "-0.01",
    ),
    # 501 + 500 = 1001, rounded up to 1100; 500 + 451 = 951, rounded up to 1000.
    Form(
        "rounded-sum",
        "round_up(sum(bids.quantity), 100股) <= 1000股",
        _quantities(501, 500),
        _quantities(500, 451),
        {"sum(bids.quantity)": "1001"},
        "-100",
    ),
    # One bid is amended: the highest, 12.5, against 12. None is: the lowest, 11, leaves 1.
    Form(
        "choice-between-two",
        "(if any(bids.amended) then max(bids.price) else min(bids.price)) <= 12元",
        _amended(("11.00", "否"), ("12.50", "是")),
        _amended(("11.00", "否"), ("12.50", "否")),
        {"any(bids.amended)": "true", "max(bids.price)": "12.5", "min(bids.price)": "11"},
        "-0.5",
        "1",
    ),
    # The lesser of 12 and 10 is 10, against the lowest, 9.5; against 10 it is on the limit.
    Form(
        "least-of-one-and-a-limit",
        "least(max(bids.price), 10元) <= min(bids.price)",
        _prices("9.50", "12.00"),
        _prices("10.00", "12.00"),
        {"max(bids.price)": "12", "min(bids.price)": "9.5"},
        "-0.5",
    ),
    # Three and one are 4, two and one are 3.
    Form("count-and-one", "count(bids) + 1 <= 3", _prices("1", "1", "1"), _prices("1", "1"), {"count(bids)": "3"}, "-1"),
    # 12.5 / 10 = 1.25; 12 / 10 = 1.2.
    Form(
        "quotient-of-two",
        "max(bids.price) / min(bids.price) <= 1.2",
        _prices("10.00", "12.50"),
        _prices("10.00", "12.00"),
        {"max(bids.price)": "12.5", "min(bids.price)": "10"},
        "-0.05",
    ),
    # -20.5 against -20.
    Form("negated", "-min(bids.price) >= -20元", _prices("20.50", "21"), _prices("20", "21"), {"min(bids.price)": "20.5"}, "-0.5"),
    # The middle of 10 and 12 is 11, twice that 22; of 10 and 11 it is 10.5, twice that 21.
    Form("median-doubled", "median(bids.price) * 2 <= 21元", _prices("10", "12"), _prices("10", "11"), {"median(bids.price)": "11"}, "-1"),
    # (10 * 100 + 13 * 200) / 300 = 12, less 1 is 11; (10 * 200 + 13 * 100) / 300 = 11, less 1 is 10.
    Form(
        "weighted-mean-less-one",
        "weighted_mean(bids.price, bids.quantity) - 1元 <= 10元",
        _both(("10.00", 100), ("13.00", 200)),
        _both(("10.00", 200), ("13.00", 100)),
        {"weighted_mean(bids.price, bids.quantity)": "12"},
        "-1",
    ),
    # A day after 02-24 15:00:00.001 is a millisecond past T 15:00.
    Form(
        "moment-a-day-later",
        "max(bids.submitted_at) + 1天 <= T 15:00",
        [{"submitted_at": "2026-02-24 15:00:00.001"}],
        [{"submitted_at": "2026-02-24 15:00:00.000"}],
        {"max(bids.submitted_at)": "2026-02-24 15:00:00.001", "T 15:00": "2026-02-25 15:00:00.000"},
        "-0.001",
    ),
    # A month after 01-12 is 02-12, a day past I; after 01-11 it is I itself.
    Form(
        "date-a-month-later",
        "max(placees.established) + 1个月 <= I",
        [{"established": "2026-01-12"}],
        [{"established": "2026-01-11"}],
        {"max(placees.established)": "2026-01-12", "I": "2026-02-11"},
        "-1",
        table="placees",
    ),
    # From 12-31 to 01-31 there are 31 days, from 01-01 there are 30.
    Form(
        "days-between-two",
        "max(placees.established) - min(placees.established) <= 30",
        [{"established": "2025-12-31"}, {"established": "2026-01-31"}],
        [{"established": "2026-01-01"}, {"established": "2026-01-31"}],
        {"max(placees.established)": "2026-01-31", "min(placees.established)": "2025-12-31"},
        "-1",
        table="placees",
    ),
    # 31.02 / 3 = 10.34; 31 / 3 = 10.333…, rounded to 10.33.
    Form(
        "rounded-mean",
        "round_half_up(sum(bids.price) / count(bids), 0.01元) <= 10.33元",
        _prices("10.00", "10.00", "11.02"),
        _prices("10.00", "10.00", "11.00"),
        {"sum(bids.price)": "31.02", "count(bids)": "3"},
        "-0.01",
    ),
    # Three bids: 10.5 against 10; two: 12 against 12.
    Form(
        "choice-on-the-right",
        "max(bids.price) <= (if count(bids) > 2 then 10元 else 12元)",
        _prices("10.50", "10.00", "9.00"),
        _prices("12.00", "11.00"),
        {"max(bids.price)": "10.5", "count(bids)": "3"},
        "-0.5",
    ),
    # Above 10元: 1001, rounded up to 1500; 501, rounded up to 1000.
    Form(
        "rounded-sum-on-the-right",
        "1000股 >= round_up(sum(bids.quantity where price > 10元), 500股)",
        _both(("11.00", 1001), ("10.00", 900)),
        _both(("11.00", 501), ("10.00", 900)),
        {"sum(bids.quantity where price > 10元)": "1001"},
        "-500",
    ),
    # The greater of 9 and 9.5 is 9.5, of 9 and 10 it is 10.
    Form(
        "greatest-with-a-field",
        "10元 <= greatest(min(bids.price), suggested_low)",
        _prices("9.00"),
        _prices("9.00"),
        {"min(bids.price)": "9", "suggested_low": "9.5"},
        "-0.5",
        of_investor=({"suggested_low": "9.50"}, {"suggested_low": "10.00"}),
    ),
    # 10 * 1001 = 10010 against 10000.
    Form(
        "product-of-two",
        "min(bids.price) * sum(bids.quantity) <= 1万元",
        _both(("10.00", 1001)),
        _both(("10.00", 1000)),
        {"min(bids.price)": "10", "sum(bids.quantity)": "1001"},
        "-10",
    ),
    # 12 less 10 is 2, and 3 is wanted: `<` is short of it by 1; 13.01 is past it by a hundredth.
    Form(
        "strict-on-the-left",
        "3元 < max(bids.price) - min(bids.price)",
        _prices("10.00", "12.00"),
        _prices("10.00", "13.01"),
        {"max(bids.price)": "12", "min(bids.price)": "10"},
        "-1",
        "0.01",
    ),
    # 1000 and 500 are no multiple of 1000, 1500 and 500 are. What is no single comparison has no margin.
    Form(
        "multiple",
        "sum(bids.quantity) + 500股 is a multiple of 1000股",
        _quantities(400, 600),
        _quantities(500, 1000),
        {"sum(bids.quantity)": "1000"},
        None,
        None,
    ),
    # 3 * 2 = 6; 2 * 2 = 4.
    Form("in-a-list", "count(bids) * 2 in [2, 4]", _prices("1", "1", "1"), _prices("1", "1"), {"count(bids)": "3"}, None, None),
    # 17 - 10 = 7; 16 - 10 = 6.
    Form(
        "chain",
        "5元 <= max(bids.price) - min(bids.price) <= 6元",
        _prices("10.00", "17.00"),
        _prices("10.00", "16.00"),
        {"max(bids.price)": "17", "min(bids.price)": "10"},
        None,
        None,
    ),
)

RULE = """
stages: [a]
rules:
  - id: a.form
    name: {{zh: 式, en: form}}
    for: investor
    require: "{require}"
    effect: refuse
    cite: seed 一
"""

CASES = """
rulebook: szse-chinext
revision: "2025-01"
count: 2
base: {base}
cases:
  a.form:
    - {{name: breaks, with: {breaks}, gives: [a.form]{margin}}}
    - {{name: holds, with: {holds}{left}}}
"""


def _tables(form: Form, rows: Rows, investor: Mapping[str, Any]) -> dict[str, Rows]:
    placees: Rows = [{"placee": f"P{i}", **r} for i, r in enumerate(rows, 1)] if form.table == "placees" else [{"placee": "P1"}]
    bids: Rows = [{"placee": "P1", "sequence": i, **r} for i, r in enumerate(rows, 1)] if form.table == "bids" else []
    tables: dict[str, Rows] = {"investors": [{"investor": "V1", **investor}], "placees": [{"investor": "V1", **p} for p in placees]}
    return {**tables, "bids": bids} if bids else tables


def _submission(tables: Mapping[str, Rows]) -> dict[str, Any]:
    (investor,) = tables["investors"]
    placees = [{k: v for k, v in p.items() if k != "investor"} for p in tables["placees"]]
    bids = [{k: v for k, v in b.items() if k != "placee"} for b in tables.get("bids", ())]
    return {"investor": investor, "placees": [{**p, **({"bids": bids} if bids else {})} for p in placees]}


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.name)
@pytest.mark.parametrize("door", ["book", "submission"])
def test_a_form_breaks_and_holds_as_worked_out_by_hand(form: Form, door: str, tmp_path: Path) -> None:
    rules = folder(tmp_path, rulebook(RULE.format(require=form.require)))
    check = validator.checker(OFFERING, rules=rules)
    breaking, holding = (_tables(form, rows, v) for rows, v in zip((form.breaks, form.holds), form.of_investor, strict=True))
    if door == "book":
        broken, held = same(check, breaking), same(check, holding)
    else:
        broken, held = check.submission(_submission(breaking)), check.submission(_submission(holding))
    assert [(f.rule, f.subject.id, dict(f.figures), f.margin) for f in broken.findings] == [("a.form", "V1", form.figures, form.margin)]
    assert broken.outcomes["violated"] == 1
    assert (held.findings, held.outcomes["holds"]) == ((), 1)


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.name)
def test_its_cases_prove_both_margins(form: Form, tmp_path: Path) -> None:
    rules = folder(tmp_path, rulebook(RULE.format(require=form.require)))
    base = {"offering": OFFERING, "investor": {}, "placee": {}, "bid": {"price": "1.00元", "quantity": 1}}
    margins = ["" if m is None else f', margin: "{Fraction(m)}"' for m in (form.margin, form.left)]
    withs = [
        json.dumps({form.table: list(rows), **({"investor": v} if v else {})}, ensure_ascii=False)
        for rows, v in zip((form.breaks, form.holds), form.of_investor, strict=True)
    ]
    text = CASES.format(base=json.dumps(base, ensure_ascii=False), breaks=withs[0], holds=withs[1], margin=margins[0], left=margins[1])
    (rules / "0.cases.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["test", str(rules)])
    said = [line for line in done.output.splitlines() if not any(gap in line for gap in ("no case leaves", "no case holds on"))]
    assert "cases: 2 passed" in done.output, "\n".join(said)
