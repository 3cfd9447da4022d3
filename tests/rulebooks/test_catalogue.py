"""The shared catalogue and the rulebooks name the same rules: every id once on both sides, with equal record and effect."""

from pathlib import Path
from typing import Any

import yaml

from tests.shared import SHARED, needs_shared
from validator.rulebook.library import library
from validator.rulebook.model import Rule

RULES = Path(__file__).parents[2] / "rules"
CONDUCT = "conduct"
"""Its items point at the rules of other stages, are attested, or are rules of its own."""

pytestmark = needs_shared
BOOKS = library(RULES).all()


def catalogue() -> dict[str, Any]:
    """The catalogue's stages that offerings and their books go through; announcements have rulebooks of their own."""
    data: Any = yaml.safe_load((SHARED / "contract" / "catalogue.yaml").read_text(encoding="utf-8"))
    return {stage: rows for stage, rows in data.items() if stage == CONDUCT or not announced(rows)}


def announced(rows: list[dict[str, Any]]) -> bool:
    return any(row["for"] == "announcement" for row in rows)


def wanted() -> dict[str, dict[str, Any]]:
    rows = [row for stage, found in catalogue().items() for row in (found["rules"] if stage == CONDUCT else found)]
    return {row["id"]: row for row in rows}


def ours() -> dict[str, dict[str, Rule]]:
    """Every rule of every revision that can govern an offering: id -> revision -> rule."""
    found: dict[str, dict[str, Rule]] = {}
    for book in BOOKS:
        for rule in book.rules.values():
            found.setdefault(rule.id, {})[book.name] = rule
    return found


def items() -> dict[str, str]:
    """The items of conduct that officers attest: rule id -> what the catalogue calls them."""
    return {rule: rule.split(".")[1] for rule in ours() if rule.startswith(f"{CONDUCT}.") and rule not in wanted()}


def test_every_rule_of_the_catalogue_is_in_a_rulebook_and_the_other_way_round() -> None:
    assert sorted(set(wanted()) - set(ours())) == []
    assert sorted(set(ours()) - set(wanted()) - set(items())) == []


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


def test_conduct_points_at_rules_that_are_there_and_attests_the_rest() -> None:
    conduct = catalogue()[CONDUCT]
    for pointed in conduct["decided-by"].values():
        assert set(pointed) <= set(ours())
    assert sorted(int(name.removeprefix("item-")) for name in items().values()) == conduct["attest"]
    for rule in items():
        assert all(r.effect == ("attest",) and r.require is None for r in ours()[rule].values())
