"""The books of the shared cases, figure by figure, in both evaluators."""

import json
import random
from pathlib import Path

import pytest

import validator
from tests.shared import SHARED

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")

BOOKS = sorted(p.parent for p in (SHARED / "cases" / "books").glob("*/expected.json"))
REAL = SHARED / "cases" / "301666"


@pytest.mark.parametrize("evaluator", ["rows", "columns"])
@pytest.mark.parametrize("folder", BOOKS, ids=lambda p: p.name)
def test_six_books_come_out_as_expected(folder: Path, evaluator: str) -> None:
    want = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    report = validator.checker(folder / "offering.yaml").book(folder / "book", evaluator=evaluator)
    found = sorted([f.rule, f.subject.id] for f in report.violated if f.stage in ("registration", "pricing-basis", "inquiry"))
    assert found == sorted(want["findings"])
    assert {b.id: b.fate for b in report.bids} == want["fates"]
    assert {b.id: b.admitted_quantity for b in report.bids} == want["admitted"]
    assert (report.elimination.count, report.elimination.quantity) == (want["eliminated_count"], str(want["eliminated_quantity"]))
    effective = report.fates["有效报价"]
    assert (effective.placees, effective.investors) == (want["effective_placees"], want["effective_investors"])
    assert effective.quantity == str(want["effective_quantity"])
    assert report.values["live_quantity"] == str(want["live_quantity"])
    exact = report.values_exact
    assert [exact[n] for n in ("median_all", "mean_all", "median_six", "mean_six")] == want["four_values"]
    assert exact["lowest_of_four"] == want["lowest_of_four"]


@pytest.fixture(scope="module")
def real() -> validator.Report:
    return validator.checker(REAL / "offering.yaml").book(REAL / "bids.csv")


def test_301666_gives_the_announced_figures(real: validator.Report) -> None:
    found = real.to_dict()
    assert found["verified"] is True
    assert found["intake"] == []
    assert found["findings"] == []
    assert found["elimination"] == {
        "count": 451,
        "quantity": "3025400000",
        "share": "0.029876510292",
        "share_exact": "30254/1012635",
        "cut": {"price": "51.38", "quantity": "14000000", "submitted_at": "2026-03-30 14:49:12.152", "sequence": 2264},
    }
    assert found["fates"]["有效报价"] == {"placees": 9164, "investors": 281, "quantity": "98221900000", "open": 0}
    assert found["fates"]["低价未入围"]["placees"] == 3
    assert found["values"]["lowest_of_four"] == "49.2200"
    assert found["values_exact"]["lowest_of_four"] == "2461/50"
    asked = sum(sum(counts.values()) for counts in found["outcomes"]["by_rule"].values())
    assert asked == sum(found["outcomes"][k] for k in ("holds", "violated", "not_applicable", "not_evaluable", "error"))


def test_the_order_of_rows_changes_nothing(real: validator.Report, tmp_path: Path) -> None:
    header, *rows = (REAL / "bids.csv").read_text(encoding="utf-8-sig").splitlines()
    random.Random(301666).shuffle(rows)
    shuffled = tmp_path / "bids.csv"
    shuffled.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    again = validator.checker(REAL / "offering.yaml").book(shuffled).to_dict(bids=True)
    first = real.to_dict(bids=True)
    assert again.pop("input")["digest"] != first.pop("input")["digest"]
    assert again == first


def test_without_the_issue_price_all_that_is_left_waits_for_it(tmp_path: Path) -> None:
    lines = (REAL / "offering.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    offering = tmp_path / "offering.yaml"
    offering.write_text("".join(x for x in lines if not x.startswith("issue_price")), encoding="utf-8")
    found = validator.checker(offering).book(REAL / "bids.csv").to_dict()
    assert found["provisional"] == ["issue_price"]
    assert found["fates"]["待定价"]["placees"] == 9167
    assert (found["elimination"]["count"], found["elimination"]["quantity"]) == (451, "3025400000")


@pytest.mark.parametrize("folder", BOOKS[:2], ids=lambda p: p.name)
def test_findings_of_shuffled_tables_differ_in_rows_only(folder: Path, tmp_path: Path) -> None:
    for table in (folder / "book").glob("*.csv"):
        header, *rows = table.read_text(encoding="utf-8-sig").splitlines()
        random.Random(7).shuffle(rows)
        (tmp_path / table.name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    checker = validator.checker(folder / "offering.yaml")
    first, again = (checker.book(p).to_dict(bids=True) for p in (folder / "book", tmp_path))
    for found in (first, again):
        del found["input"]
        for finding in found["findings"]:
            finding["subject"].pop("row", None)
    assert again == first
