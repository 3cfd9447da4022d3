"""Which revision governs an offering, day by day, and what each revision says: the figures of each board, written by hand."""

import shutil
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from dsl.quantities import EPOCH
from validator.checks.checker import for_offering
from validator.rulebook.library import library

RULES = Path(__file__).parents[2] / "rules"
BOOKS = library(RULES)


def days(by: str, day: str) -> dict[str, int | None]:
    """The dates of an offering whose `by` is this day: an inquiry seven days after the launch, the application five days later."""
    start = date.fromisoformat(day) - timedelta(days=7 if by == "inquiry_date" else 0)
    at = {"launched": start, "inquiry_date": start + timedelta(days=7), "t_day": start + timedelta(days=12)}
    return {name: d.toordinal() - EPOCH for name, d in at.items()}


# The last day of the old revision and the first of the new, by the date that the new one's transition clause names.
BORDERS = [
    ("szse-chinext", "launched", "2021-09-17", "2020-06", "2021-09-18", "2021-09"),
    ("szse-chinext", "launched", "2023-02-16", "2021-09", "2023-02-17", "2023-02"),
    ("szse-chinext", "launched", "2025-03-27", "2023-02", "2025-03-28", "2025-03"),
    ("sse-star", "launched", "2021-09-17", "2019-03", "2021-09-18", "2021-09"),
    ("sse-star", "launched", "2023-02-16", "2021-09", "2023-02-17", "2023-02"),
    ("sse-star", "launched", "2024-06-18", "2023-02", "2024-06-19", "2024-06"),
    ("sse-star", "inquiry_date", "2024-09-30", "2024-06", "2024-10-01", "2024-10"),
    ("sse-star", "launched", "2025-03-27", "2024-10", "2025-03-28", "2025-03"),
    ("szse-main", "launched", "2025-03-27", "2023-02", "2025-03-28", "2025-03"),
    ("sse-main", "launched", "2025-03-27", "2023-02", "2025-03-28", "2025-03"),
]

FIRST = [
    ("szse-chinext", "2020-06-11", "2020-06-12", "2020-06"),
    ("sse-star", "2019-02-28", "2019-03-01", "2019-03"),
    ("szse-main", "2023-02-16", "2023-02-17", "2023-02"),
    ("sse-main", "2023-02-16", "2023-02-17", "2023-02"),
]


@pytest.mark.parametrize(("board", "by", "last", "old", "first", "new"), BORDERS)
def test_the_last_day_of_the_old_and_the_first_of_the_new(board: str, by: str, last: str, old: str, first: str, new: str) -> None:
    assert date.fromisoformat(first) - date.fromisoformat(last) == timedelta(days=1)
    assert BOOKS.governing(board, days(by, last)).name == f"{board}@{old}"
    found = BOOKS.governing(board, days(by, first))
    assert (found.name, found.by, found.since) == (f"{board}@{new}", by, first)


@pytest.mark.parametrize(("board", "before", "first", "revision"), FIRST)
def test_before_its_first_revision_no_rules_govern_a_board(board: str, before: str, first: str, revision: str) -> None:
    with pytest.raises(DiagnosticError) as raised:
        BOOKS.governing(board, days("launched", before))
    assert [d.code for d in raised.value.diagnostics] == ["no-revision"]
    assert BOOKS.governing(board, days("launched", first)).name == f"{board}@{revision}"


def test_every_pair_of_neighbours_has_its_border_above() -> None:
    wanted = {(f"{b}@{old}", f"{b}@{new}") for b, _, _, old, _, new in BORDERS}
    boards = {f.form.rulebook for f in BOOKS.standing()}
    assert boards == {"szse-chinext", "sse-star", "szse-main", "sse-main"}
    assert wanted == {(a.name, b.name) for board in boards for a, b in pairwise(BOOKS.chains[board])}
    assert {(board, revision) for board, _, _, revision in FIRST} == {(b, BOOKS.chains[b][0].form.revision) for b in boards}


def test_an_inquiry_after_the_first_of_october_is_under_the_holding_rule_whenever_it_was_launched() -> None:
    dates = {name: date.fromisoformat(d).toordinal() - EPOCH for name, d in (("launched", "2024-09-20"), ("inquiry_date", "2024-10-09"))}
    assert BOOKS.governing("sse-star", dates).name == "sse-star@2024-10"


def test_a_missing_date_is_never_guessed() -> None:
    for name in ("launched", "inquiry_date"):
        with pytest.raises(DiagnosticError) as raised:
            BOOKS.governing("sse-star", {**days("launched", "2025-06-01"), name: None})
        assert [d.code for d in raised.value.diagnostics] == ["no-date"]


def test_what_boards_share_governs_no_offering() -> None:
    shared = set(BOOKS.chains) - {f.form.rulebook for f in BOOKS.standing()}
    assert shared == {"common", "main", "pilot"}
    words = BOOKS.vocabulary.schema.entities["offering"].fields["board"].type.type.words
    assert shared.isdisjoint(words)
    assert {f.form.rulebook for f in BOOKS.standing()} == set(words)


# ── the figures of each revision, by hand ──

OFFERING: dict[str, Any] = {
    "offering": "000000",
    "launched": "2026-02-06",
    "inquiry_date": "2026-02-11",
    "t_day": "2026-02-25",
    "issue_price": "20元",
    "total_shares": "2000万股",
    "post_issue_shares": "8000万股",
    "strategic_final": "200万股",
    "offline_initial": "1440万股",
    "online_initial": "360万股",
    "offline_final": "1000万股",
    "online_final": "800万股",
    "lockup_share": "20%",
    "unprofitable": "否",
}

# (above 100 times, from 50 to 100 times, unlocked limit in shares of 1800万股 with 200万股 locked, class A first, least offline share)
FIGURES = {
    "szse-chinext@2020-06": ("0.2", "0.1", "12600000", "0.7", "0.7"),
    "szse-chinext@2021-09": ("0.2", "0.1", "12600000", "0.7", "0.7"),
    "szse-chinext@2023-02": ("0.2", "0.1", "12600000", "0.7", "0.7"),
    "szse-chinext@2025-03": ("0.2", "0.1", "12600000", "0.7", "0.7"),
    "sse-star@2019-03": ("0.1", "0.05", "12800000", "0.5", "0.7"),
    "sse-star@2021-09": ("0.1", "0.05", "12800000", "0.5", "0.7"),
    "sse-star@2023-02": ("0.1", "0.05", "12800000", "0.7", "0.7"),
    "sse-star@2024-06": ("0.1", "0.05", "12800000", "0.7", "0.7"),
    "sse-star@2024-10": ("0.1", "0.05", "12800000", "0.7", "0.7"),
    "sse-star@2025-03": ("0.1", "0.05", "12800000", "0.7", "0.7"),
    "szse-main@2023-02": ("0.4", "0.2", None, "0.7", "0.6"),
    "szse-main@2025-03": ("0.4", "0.2", None, "0.7", "0.6"),
    "sse-main@2023-02": ("0.4", "0.2", None, "0.7", "0.6"),
    "sse-main@2025-03": ("0.4", "0.2", None, "0.7", "0.6"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_of_an_offering(name: str) -> None:
    def values(multiple: str) -> dict[str, str | None]:
        offering = {**OFFERING, "board": name.split("@")[0], "online_multiple": multiple}
        return dict(for_offering(BOOKS, offering, BOOKS.get(name)).offering_only().values)

    high, low = values("101"), values("100")
    found = (high["clawback_share"], low["clawback_share"], high.get("unlocked_limit"), high["class_a_share"], high["offline_share_floor"])
    assert found == FIGURES[name]


# (market value of a fund and of a theme fund in 万元, share of elimination, whether bank wealth products are in class A)
RULE_FIGURES = {
    "szse-chinext@2020-06": ("1000", "1000", ">= 10%", False),
    "szse-chinext@2021-09": ("1000", "1000", "<= 3%", False),
    "szse-chinext@2023-02": ("6000", "1000", "<= 3%", False),
    "szse-chinext@2025-03": ("6000", "1000", "<= 3%", True),
    "sse-star@2019-03": ("1000", "1000", ">= 10%", False),
    "sse-star@2021-09": ("1000", "1000", "<= 3%", False),
    "sse-star@2023-02": ("6000", "1000", "<= 3%", False),
    "sse-star@2024-06": ("6000", "1000", "= 3%", False),
    "sse-star@2024-10": ("6000", "1000", "= 3%", False),
    "sse-star@2025-03": ("6000", "1000", "= 3%", True),
    "szse-main@2023-02": ("6000", "1000", "<= 3%", False),
    "szse-main@2025-03": ("6000", "1000", "<= 3%", True),
    "sse-main@2023-02": ("6000", "1000", "<= 3%", False),
    "sse-main@2025-03": ("6000", "1000", "<= 3%", True),
}


def submission(theme: bool, value: str) -> dict[str, Any]:
    placee = {
        "placee": "P1",
        "placee_type": "银行公募理财产品",
        "theme_fund": theme,
        "average_market_value": f"{value}万元",
        "star_market_value": "600万元",
    }
    return {"investor": {"investor": "V1"}, "placees": [placee]}


@pytest.mark.parametrize("name", RULE_FIGURES)
def test_the_figures_of_rules(name: str) -> None:
    fund, theme, share, bank_in_a = RULE_FIGURES[name]
    book = BOOKS.get(name)
    offering = {**OFFERING, "board": name.split("@")[0]}
    checker = for_offering(BOOKS, offering, book)
    for is_theme, floor in ((False, fund), (True, theme)):
        for value, violated in ((floor, False), (str(int(floor) - 1), True)):
            findings = checker.submission(submission(is_theme, value)).violated
            assert ("registration.market-value" in {f.rule for f in findings}) is violated, f"{name}: {value} of a theme fund: {is_theme}"

    def announced(text: str) -> str:
        counts = (
            for_offering(BOOKS, {**offering, "eliminated_share_announced": text}, book).offering_only().by_rule["terms.elimination-share"]
        )
        return next(outcome for outcome, n in counts.items() if n)

    if share == ">= 10%":
        assert (announced("10%"), announced("9.9999%")) == ("holds", "not_evaluable")  # bids at the issue price may have been spared
    else:
        assert (announced("3%"), announced("10%")) == ("holds", "violated")
        assert (book.terms.get("elimination_share") is not None) is (share == "= 3%")
    assert ("银行公募理财产品" in str(BOOKS.flat(name).values["class_a"].form.is_)) is bank_in_a


def test_only_the_star_board_asks_for_a_holding_of_star_shares_and_only_since_october_2024() -> None:
    asking = {f.name for f in BOOKS.standing() if "star_value_floor" in BOOKS.get(f.name).values}
    assert asking == {"sse-star@2024-10", "sse-star@2025-03"}


def test_the_main_boards_have_no_co_investment() -> None:
    rules = {"pricing.sponsor-coinvestment", "placement.sponsor-share"}
    for file in BOOKS.standing():
        has = rules & set(BOOKS.get(file.name).rules)
        assert has == (set() if file.form.rulebook.endswith("-main") else rules), file.name


# What was not read in a source is marked: of what the announcements of 2026 alone say, all but ChiNext of 2025.
UNVERIFIED = [
    ("registration.materials", lambda name: name != "szse-chinext@2025-03"),
    ("pricing-basis.suggestion", lambda name: name != "szse-chinext@2025-03"),
    ("conduct.shared-account", lambda name: name != "szse-chinext@2025-03"),
    ("terms.price-ceiling", lambda name: not name.endswith("2025-03")),
    ("placement.staff-limit", lambda name: name.endswith(("2019-03", "2020-06", "2021-09"))),
    ("terms.elimination-share", lambda name: False),
    ("registration.market-value", lambda name: False),
    ("inquiry.price-spread", lambda name: True),
]


@pytest.mark.parametrize(("rule", "wanted"), UNVERIFIED, ids=[rule for rule, _ in UNVERIFIED])
def test_what_was_not_read_is_marked(rule: str, wanted: Any) -> None:
    marks = {f.name: BOOKS.get(f.name).rules[rule].unverified for f in BOOKS.standing()}
    assert marks == {name: wanted(name) for name in marks}


def test_every_rule_and_every_figure_names_a_source() -> None:
    for file in BOOKS.standing():
        book = BOOKS.get(file.name)
        assert [r.id for r in book.rules.values() if not r.cites] == []
        literal = [n for n, v in BOOKS.flat(file.name).values.items() if v.form.cite is None and (v.form.rows or "%" in (v.form.is_ or ""))]
        assert literal == [], file.name


# ── holes and overlaps ──


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return shutil.copytree(RULES, tmp_path / "rules")


def edited(folder: Path, file: str, old: str, new: str) -> list[str]:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return mistakes(folder)


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        library(folder)
    return [f"{d.code}: {d.message}" for d in raised.value.diagnostics]


def test_a_revision_that_is_taken_out_leaves_a_hole(rules: Path) -> None:
    (rules / "sse" / "star" / "2023-02.yaml").unlink()
    assert mistakes(rules) == ["amends-nothing: sse-star@2024-06 amends `sse-star@2023-02`, which does not exist"]


def test_a_revision_that_begins_before_the_one_it_amends_overlaps_it(rules: Path) -> None:
    said = edited(rules, "szse/chinext/2023-02.yaml", "from: 2023-02-17", "from: 2021-09-18")
    assert said == ["overlap: szse-chinext@2023-02 applies from 2021-09-18, not later than szse-chinext@2021-09 (2021-09-18)"]


def test_two_revisions_that_amend_one_overlap(rules: Path) -> None:
    said = edited(rules, "sse/star/2024-10.yaml", "amends: sse-star@2024-06", "amends: sse-star@2023-02")
    assert "overlap: sse-star@2024-06 does not follow the other revisions of sse-star" in said or (
        "overlap: sse-star@2024-10 does not follow the other revisions of sse-star" in said
    )


def test_what_is_adopted_exists(rules: Path) -> None:
    said = edited(rules, "sse/main/2025-03.yaml", "adopts: common@2025-03", "adopts: common@2025-04")
    assert said == ["amends-nothing: sse-main@2025-03 adopts `common@2025-04`, which does not exist"]


def test_what_is_adopted_adopts_nothing_itself(rules: Path) -> None:
    said = edited(rules, "sse/main/2025-03.yaml", "adopts: common@2025-03", "adopts: szse-chinext@2025-03")
    assert said == ["circular: sse-main@2025-03 adopts `szse-chinext@2025-03`, but szse-chinext itself adopts other revisions"]


# ── adoption ──


def test_a_shared_change_comes_before_the_boards_own_and_after_what_it_amends() -> None:
    assert [f.name for f in BOOKS.lineage("sse-star@2024-10")] == [
        "common@2019-03",
        "pilot@2019-03",
        "sse-star@2019-03",
        "common@2021-09",
        "sse-star@2021-09",
        "common@2023-02",
        "sse-star@2023-02",
        "sse-star@2024-06",
        "sse-star@2024-10",
    ]
    assert [f.name for f in BOOKS.lineage("szse-main@2025-03")] == [
        "common@2019-03",
        "common@2021-09",
        "common@2023-02",
        "main@2023-02",
        "szse-main@2023-02",
        "common@2025-03",
        "szse-main@2025-03",
    ]


def test_a_shared_change_does_not_undo_what_a_board_states() -> None:
    """STAR's uniform 3% was stated after the ceiling that boards share, and stands under every later revision."""
    for revision in ("2024-06", "2024-10", "2025-03"):
        rule = BOOKS.flat(f"sse-star@{revision}").rules["terms.elimination-share"]
        assert rule.source.file.endswith("sse/star/2024-06.yaml")
