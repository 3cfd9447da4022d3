"""Offerings as they were announced: 301680 and 600930, and 593 others of four boards since 2019, each under the rules of its day."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import validator
from tests.shared import SHARED, needs_shared
from validator.checks.offerings import Offerings

CSV = SHARED / "cases" / "offerings" / "offerings.csv"

CLAWBACK = {"001391", "688235", "688396", "688425", "688469", "688538"}
"""Those whose announced sizes do not follow from the size in the table: it includes a greenshoe, or is wrong (688235)."""

OTHERS = {
    ("clawback.strategic-first", "688235"),  # the parts of the table do not make its total: an error of the source
    ("terms.elimination-share", "301079"),  # inquiry of 2021-09-27, launched before 09-18: seven days stand in for the launch
    ("terms.offline-share", "688469"),  # with a greenshoe the online part is larger: before it the offline share is 80%
    ("terms.offline-share", "688538"),
}

GREENSHOES = {"001391": "19817.65", "688396": "4394.90", "688425": "19277.70", "688469": "25380", "688538": "40221.65"}
"""What was sold online beyond the size of the offering, in 万股: 15% of that size, to a multiple of 500股."""


@needs_shared
def test_301680_as_announced() -> None:
    checker = validator.checker(SHARED / "cases" / "301680" / "offering.yaml")
    report = checker.offering_only()
    assert report.rulebook["revision"] == "2025-03"
    assert report.values["clawback_quantity"] == "3545500"
    assert (report.values["offline_after_clawback"], report.values["online_after_clawback"]) == ("9212367", "8513500")
    assert report.by_rule["clawback.quantity"] == {"holds": 1}
    assert report.violated == ()


LARGE: dict[str, Any] = {
    "offering": "600930",
    "board": "sse-main",
    "launched": "2025-06-20",
    "inquiry_date": "2025-06-27",
    "t_day": "2025-07-07",
    "issue_price": "3.18元",
    "total_shares": "496894.4214万股",
    "strategic_final": "248447.2107万股",
    "offline_initial": "173913.0607万股",
    "online_initial": "74534.15万股",
    "online_multiple": "300",
    "lockup_share": "70%",
}


def test_600930_whose_locked_shares_follow_from_what_is_moved() -> None:
    """0.4 * (248447.2107 - 0.7 * 173913.0607) / (1 - 0.28) = 70393.371万, rounded up to 500股."""
    values = validator.checker(LARGE).offering_only().values
    assert values["public_quantity"] == "2484472107"
    assert values["clawback_quantity"] == "703934000"
    assert values["offline_after_clawback"] == "1035196607"


def test_600930_with_a_greenshoe_moves_as_much() -> None:
    """The base is the size before it: 74534.15万股 more are sold online, and the clawback stays."""
    more = {"greenshoe_shares": "74534.15万股", "online_initial": "149068.30万股"}
    values = validator.checker({**LARGE, **more}).offering_only().values
    assert values["clawback_quantity"] == "703934000"
    assert values["online_after_clawback"] == "2194617000"


@pytest.mark.parametrize(("price", "moved"), [("20元", "127500000"), ("19.99元", "180000000")])
def test_from_100_yi_on_the_locked_shares_are_taken_off(price: str, moved: str) -> None:
    """5亿股 at 20元 are 100亿元: 0.4 * (45000 - 0.7 * 31500) / 0.72 = 12750万; below that 0.4 * 45000 = 18000万."""
    offering = {**LARGE, "issue_price": price, "total_shares": "5亿股", "strategic_final": "5000万股"}
    offering |= {"offline_initial": "31500万股", "online_initial": "13500万股"}
    assert validator.checker(offering).offering_only().values["clawback_quantity"] == moved


# ── the archive ──


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(CSV.read_text(encoding="utf-8-sig").splitlines()))


def found(archive: Offerings) -> set[tuple[str, str]]:
    assert {f.said.outcome for f in archive.findings} <= {"violated"}, "what a whole column lacks is said once, not of each offering"
    return {(f.said.rule, f.offering) for f in archive.findings}


@needs_shared
def test_the_table_of_offerings_gives_what_is_known_and_nothing_else() -> None:
    archive = validator.check_offerings(CSV)
    assert found(archive) == {("clawback.quantity", code) for code in CLAWBACK} | OTHERS
    assert archive.intake == []
    assert len(archive.lines) == 593
    counts = [revision.by_rule["clawback.quantity"] for revision in archive.revisions.values()]
    assert sum(c["holds"] + c["violated"] for c in counts) == 593


@needs_shared
def test_with_its_greenshoe_stated_an_offering_is_as_it_should_be(tmp_path: Path) -> None:
    told = [
        {**row, "total_shares(万股)": str(Decimal(row["total_shares(万股)"]) - Decimal(more)), "greenshoe_shares(万股)": more}
        for row in rows()
        if (more := GREENSHOES.get(row["offering"]))
    ]
    assert len(told) == len(GREENSHOES)
    path = tmp_path / "offerings.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(told[0]))
        writer.writeheader()
        writer.writerows(told)
    assert found(validator.check_offerings(path)) == set()


HEAD = "offering,board,launched,inquiry_date,t_day,unprofitable,issue_price,total_shares,strategic_final,offline_initial,online_initial"
HEAD += ",offline_final,online_final,online_multiple,eliminated_share_announced\n"

# 1800万股 of 2000万股 are public: 80% offline, 20% online; ten percent of them, 180万股, are moved on the STAR board.
SIZES = ",,20,20000000,2000000,14400000,3600000,12600000,5400000,2000,"
ROW = f"688001,sse-star,2022-03-01,2022-03-08,2022-03-11{SIZES}1.0046%\n"

ODD = [
    ("as it should be", "", "", set()),
    ("no strategic placement", ",20000000,2000000,", ",18000000,0,", set()),
    ("the strategic quantity is blank", ",2000000,14400000", ",,14400000", set()),
    ("the multiple is blank", ",2000,1.0046%", ",,1.0046%", set()),
    ("the final sizes are blank", ",12600000,5400000,", ",,,", set()),
    ("no price", ",,20,20000000", ",,,20000000", set()),
    ("unprofitable, 80% offline", "2022-03-11,,", "2022-03-11,是,", set()),
    ("unprofitable, a share less offline", "2022-03-11,,20,20000000,2000000,14400000,3600000,12600000,5400000",
     "2022-03-11,是,20,20000000,2000000,14399999,3600001,12599999,5400001", {"terms.offline-share"}),
    ("10% on the last day of the old rules", "2022-03-01,2022-03-08,2022-03-11" + SIZES + "1.0046%",
     "2021-09-17,2021-09-24,2021-09-29" + SIZES + "10.0046%", set()),
    ("10% on the first day of the new rules", "2022-03-01,2022-03-08,2022-03-11" + SIZES + "1.0046%",
     "2021-09-18,2021-09-27,2021-09-30" + SIZES + "10.0046%", {"terms.elimination-share"}),
    ("1% when 3% is uniform: bids may have been spared", "2022-03-01,2022-03-08,2022-03-11", "2024-06-19,2024-06-26,2024-07-01", set()),
    ("rounded down", "12600000,5400000", "12600500,5399500", {"clawback.quantity"}),
    ("another board's share", "688001,sse-star", "301001,szse-chinext", {"clawback.quantity"}),
    ("a main board's share", "12600000,5400000,2000", "7200000,10800000,2000", {"clawback.quantity"}),
    ("a main board of its day", "688001,sse-star,2022-03-01,2022-03-08,2022-03-11,,20,20000000,2000000,14400000,3600000,12600000,5400000",
     "603001,sse-main,2023-03-01,2023-03-08,2023-03-13,,20,20000000,2000000,14400000,3600000,7200000,10800000", set()),
    ("100亿元 on a main board, no lock-up given",
     "688001,sse-star,2022-03-01,2022-03-08,2022-03-11,,20,20000000,2000000,14400000,3600000,12600000,5400000",
     "603001,sse-main,2023-03-01,2023-03-08,2023-03-13,,500,20000000,2000000,14400000,3600000,7200000,10800000", set()),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "want"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_what_may_stand_in_another_table(tmp_path: Path, old: str, new: str, want: set[str]) -> None:
    """Blanks are never findings of an offering, and never guessed."""
    assert ROW.count(old) == 1 or old == ""
    path = tmp_path / "offerings.csv"
    path.write_text(HEAD + (ROW.replace(old, new) if old else ROW), encoding="utf-8")
    archive = validator.check_offerings(path)
    assert archive.intake == []
    assert {rule for rule, _ in found(archive)} == want


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("sse-star", "bse", "no-board"),
        ("2022-03-01", "2019-02-28", "no-revision"),
        ("sse-star", "sse-main", "no-revision"),
        ("2022-03-01", "", "no-date"),
    ],
)
def test_an_offering_that_no_revision_governs_is_named(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = tmp_path / "offerings.csv"
    path.write_text(HEAD + ROW.replace(old, new) + ROW.replace("688001", "688002"), encoding="utf-8")
    archive = validator.check_offerings(path)
    assert code in [issue.said.code for issue in archive.intake]
    assert {issue.said.row for issue in archive.intake} == {2}
    assert len(archive.lines) == 1
