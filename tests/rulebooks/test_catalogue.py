"""The shared catalogue and the rulebooks name the same rules: each id on both sides, in each revision, of equal record, effect, clause.

Its stages of announcements have rulebooks of their own: tests/announcement/test_announcement_rules.py compares those.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.shared import SHARED, needs_shared
from validator.cases import run as cases
from validator.cases.file import Case
from validator.rulebook.library import library
from validator.rulebook.model import Rule

RULES = Path(__file__).parents[2] / "rules"
CONDUCT = "conduct"
"""Its items point at the rules of other stages, are attested, or are rules of its own."""

OURS = (
    "conduct.item-1", "conduct.item-3", "conduct.item-4", "conduct.item-5", "conduct.item-6", "conduct.item-7", "conduct.item-8",
    "conduct.item-9", "conduct.item-10", "conduct.item-14", "conduct.item-15", "conduct.item-18", "conduct.item-21",
)  # fmt: skip
"""All rules that the catalogue has no id for: the items of conduct that officers attest."""

NO_COINVESTMENT = {"pricing.sponsor-coinvestment", "placement.sponsor-share"}
NOT_HERE = {"sse-main": NO_COINVESTMENT, "szse-main": NO_COINVESTMENT}
"""Rules of the catalogue that a board does not have: the main boards know no co-investment (reference 2.5)."""

LETTERS = {"A": "inquiry", "A'": "inquiry", "B": "issuance", "C": "change", "R": "rules"}

OTHER_CLAUSES = {
    "sse-star": {"pricing.sponsor-coinvestment"},
    "sse-main": {"clawback.quantity", "clawback.unlocked-limit", "online-application.holding"},
    "szse-main": {"clawback.quantity", "clawback.unlocked-limit"},
}
"""Rules that a board states otherwise, so that the clauses of ChiNext's announcements are not theirs."""

pytestmark = needs_shared
LIBRARY = library(RULES)
BOOKS = LIBRARY.all()


def catalogue() -> dict[str, Any]:
    """The catalogue's stages that offerings and their books go through; announcements have rulebooks of their own."""
    data: Any = yaml.safe_load((SHARED / "contract" / "catalogue.yaml").read_text(encoding="utf-8"))
    return {stage: rows for stage, rows in data.items() if stage == CONDUCT or not announced(rows)}


def announced(rows: list[dict[str, Any]]) -> bool:
    return any(row["for"] == "announcement" for row in rows)


@cache
def wanted() -> dict[str, dict[str, Any]]:
    rows = [row for stage, found in catalogue().items() for row in (found["rules"] if stage == CONDUCT else found)]
    assert len(rows) == len({row["id"] for row in rows})
    return {row["id"]: row for row in rows}


def ours() -> dict[str, dict[str, Rule]]:
    """Every rule of every revision that can govern an offering: id -> revision -> rule."""
    found: dict[str, dict[str, Rule]] = {}
    for book in BOOKS:
        for rule in book.rules.values():
            found.setdefault(rule.id, {})[book.name] = rule
    return found


def test_every_revision_has_the_rules_of_the_catalogue_and_no_others() -> None:
    for book in BOOKS:
        assert sorted(book.rules) == sorted({*wanted(), *OURS} - NOT_HERE.get(book.id, set())), book.name


def test_the_stages_are_those_of_the_catalogue() -> None:
    for book in BOOKS:
        assert sorted(book.stages) == sorted(catalogue())


def test_records_and_effects_are_those_of_the_catalogue() -> None:
    for id_, row in wanted().items():
        for revision, rule in ours()[id_].items():
            assert rule.entity == row["for"], f"{id_} of {revision}"
            assert list(rule.effect) == row["effect"], f"{id_} of {revision}"


def test_stages_run_in_the_order_in_which_an_offering_goes() -> None:
    """Terms are announced after all else is known here; the others stand as the catalogue has them."""
    order = [stage for stage in catalogue() if stage != "terms"]
    for book in BOOKS:
        assert [s for s in book.stages if s != "terms"] == order


# ── clauses ──


def clauses(text: str) -> set[tuple[str, str]]:
    """`A 三(四)3, 三(四)6(1)` -> the source and clause of each; a part that names no source goes on with the last one."""
    found: set[tuple[str, str]] = set()
    source = ""
    for part in (p.strip() for p in re.split(r"[,;]", text)):
        if part == "the effect is unverified":
            continue
        named = re.fullmatch(r"(?:500股 )?(A'|[ABCR])(?: (.*))?", part)
        source = LETTERS[named[1]] if named else source
        clause = (named[2] or "") if named else part
        found.add((source, clause.removesuffix(" (原则上)")))
    return found


def stated(rule: Rule) -> set[tuple[str, str]]:
    """Its clauses without the marks that say how a figure is known, and without what else the items of conduct point at."""
    pairs = {(c.source, re.sub(r"\((已读|实测|已读、实测)\)$", "", c.clause)) for c in rule.cites}
    return {(s, c) for s, c in pairs if not re.fullmatch(r"三\(五\)\d+", c) or (s, c) in clauses(wanted()[rule.id]["cite"])}


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
def test_clauses_are_those_of_the_catalogue(book: Any) -> None:
    """A rulebook may name a section of the reference beside them, nothing else."""
    for id_ in wanted().keys() & book.rules.keys():
        cites, want = stated(book.rules[id_]), clauses(wanted()[id_]["cite"])
        assert {s for s, _ in cites - want} <= {"rules"}, f"{id_} of {book.name}"
        assert (want <= cites) is (id_ not in OTHER_CLAUSES.get(book.id, set())), f"{id_} of {book.name}"


# ── cases ──


@pytest.mark.parametrize("name", [book.name for book in BOOKS])
def test_every_rule_has_its_three_kinds_of_case(name: str) -> None:
    """What is broken, what holds, and what lacks an input; validator/cases/coverage.py looks closer once they have run."""
    suite = cases.load(LIBRARY, name)
    for rule in suite.rulebook.rules.values():
        _, found, _ = suite.groups.get(rule.id, (None, [], None))
        if rule.selects:
            assert any(case.eliminated for case in found), rule.id
        elif rule.effect != ("attest",):
            assert any(rule.id in case.gives for case in found), rule.id
            assert any(rule.id not in (*case.gives, *case.not_evaluable, *case.not_applicable) for case in found), rule.id
            assert counts_only(rule) or any(lacks(case) for case in found), rule.id


def lacks(case: Case) -> bool:
    tables = [changed if isinstance(changed, list) else [changed] for changed in case.with_.values()]
    return any(value is None for table in tables for record in table for value in record.values())


def counts_only(rule: Rule) -> bool:
    """Rules that count records read no field that could be missing."""
    return rule.id == "inquiry.one-bid"


# ── conduct ──


def test_all_items_of_conduct_point_at_their_rules_or_are_attested() -> None:
    conduct = catalogue()[CONDUCT]
    attested = {n: [f"{CONDUCT}.item-{n}"] for n in conduct["attest"]}
    assert sorted({**conduct["decided-by"], **attested}) == list(range(1, 22))
    for book in BOOKS:
        items = {n: [r.id for r in book.rules.values() if points_at(r, n)] for n in range(1, 22)}
        assert {n: sorted(rules) for n, rules in items.items()} == {
            n: sorted(rules) for n, rules in {**conduct["decided-by"], **attested}.items()
        }, book.name


def points_at(rule: Rule, item: int) -> bool:
    return any((c.source, c.clause) == ("inquiry", f"三(五){item}") for c in rule.cites)


def test_what_is_attested_asks_nothing_of_the_data() -> None:
    attested = {id_ for id_, row in wanted().items() if row["effect"] == ["attest"]}
    for id_ in (*attested, *OURS):
        assert all(r.effect == ("attest",) and r.require is None for r in ours()[id_].values())


SOUND = {"registration.review", "pricing-basis.retention", "offline-subscription.own-intent", "conduct.item-15"}
"""The attestations that say what is so. All others say what was not found."""


def test_every_attestation_says_what_is_signed_for_and_its_answers_cannot_be_turned_round() -> None:
    """The name is the good state: `与发行人串通报价` answered 是 would say the opposite of what was meant."""
    found = {r.id: r for book in BOOKS for r in book.rules.values() if "attest" in r.effect}
    assert set(found) >= SOUND
    for id_, rule in found.items():
        assert rule.answers is not None
        words = rule.answers.good.zh, rule.answers.bad.zh
        if id_ in SOUND:
            assert words == ("已核查", "存在问题"), id_
        else:
            assert words == ("未发现", "发现"), id_
            assert rule.name.zh.startswith("未发现"), id_
            assert rule.name.en.startswith("no") and "found" in rule.name.en, id_
