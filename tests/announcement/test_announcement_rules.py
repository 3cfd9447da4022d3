"""The rulebooks of announcements against the shared catalogue and vocabulary, and their cases."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from dsl.diagnostics import DiagnosticError
from tests.shared import SHARED, needs_shared
from validator.announcement.cases import run_cases
from validator.announcement.rulebooks import library
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.source import load

BOOKS = library(rules_folder())


def test_every_case_gives_what_it_says_and_every_rule_is_proved() -> None:
    found = run_cases(rules_folder())
    assert found.failures == ()
    assert found.passed == 425


@needs_shared
@pytest.mark.parametrize("name", ["disclosure", "proceeds"])
def test_the_rules_are_those_of_the_catalogue(name: str) -> None:
    catalogue = yaml.safe_load((SHARED / "contract" / "catalogue.yaml").read_text(encoding="utf-8"))
    (rulebook,) = (BOOKS.get(f.name) for f in BOOKS.chains[name])
    assert {r.id: (r.entity, list(r.effect)) for r in rulebook.rules.values()} == {
        row["id"]: (row["for"], row["effect"]) for row in catalogue[name]
    }


@needs_shared
def test_the_vocabulary_has_every_name_of_the_contract() -> None:
    contract: Any = load(SHARED / "contract" / "vocabulary.yaml").data
    for name in ("announcement", "project", "shareholder", "forecast", "peer", "approval"):
        entity = BOOKS.vocabulary.schema.entities[name]
        wanted = {n: f["zh"] for n, f in contract[name]["fields"].items() if n != "figures"}
        assert entity.zh == contract[name]["zh"]
        assert {n: entity.fields[n].zh for n in wanted} == wanted
        key = contract[name]["key"]
        assert set(key if isinstance(key, list) else [key]) <= set(entity.key)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(rules_folder(), tmp_path / "rules")
    return tmp_path / "rules"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "disclosure.yaml",
            "1 / (1 + eliminated_placees",
            "1 / (2 + eliminated_placees",
            "未印配售对象总数而占比恰好装满: violated: did not expect",
        ),
        (
            "disclosure.yaml",
            "500股",
            "100股",
            "disclosure.online-maximum: 印数略不足时的上限: violated: did not expect disclosure.online-maximum",
        ),
        ("disclosure.cases.yaml", "count: 166", "count: 165", "the file says `count: 165`, but there are 166 cases"),
        (
            "disclosure.cases.yaml",
            "    - {name: 未印T日, with: {announcement: {t_day: null}}, not_evaluable: [disclosure.dates]}\n",
            "",
            "disclosure.dates: no case in which `t_day` is missing",
        ),
        ("proceeds.cases.yaml", "    - {name: 恰为额度, ", "    - {name: 低于额度, ", ""),
    ],
)
def test_a_change_of_a_rule_or_a_case_is_noticed(copied: Path, file: str, old: str, new: str, said: str) -> None:
    path = copied / "announcements" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    failures = run_cases(copied).failures
    assert any(said in f for f in failures) if said else failures == ()


def test_a_case_of_what_does_not_exist_is_refused(copied: Path) -> None:
    path = copied / "announcements" / "proceeds.cases.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("变更后/甲一: {committed_after: null}", "变更后/丁: {committed_after: null}"),
        encoding="utf-8",
    )
    with pytest.raises(DiagnosticError, match="the base has no `变更后/丁` in `projects`"):
        run_cases(copied)
