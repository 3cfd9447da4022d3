"""Every folder of ../shared/cases/files against files/expected.yaml, whose values stand in the README of that folder, not in the code."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import validator
from tests.shared import SHARED, needs_shared
from validator.report.model import Report

FILES = SHARED / "cases" / "files"
EXPECTED: Mapping[str, Mapping[str, Any]] = yaml.safe_load((Path(__file__).parent / "files" / "expected.yaml").read_text("utf-8"))
DEFAULT = "guiju check bids.csv --offering offering.yaml"
KINDS = {"notes": "note", "issues": "issue"}

pytestmark = needs_shared


def _cases() -> list[Any]:
    open_ = {name: pytest.mark.xfail(reason=want["open"], strict=True) for name, want in EXPECTED.items() if "open" in want}
    return [pytest.param(name, id=name, marks=[open_[name]] if name in open_ else []) for name in EXPECTED]


@cache
def _report(name: str) -> Report:
    folder = FILES / name
    command = (folder / "cmd.txt").read_text() if (folder / "cmd.txt").exists() else DEFAULT
    return validator.checker(folder / "offering.yaml").book(folder / command.split()[2])


@cache
def _told(name: str) -> Mapping[str, Any]:
    return _report(name).to_dict(bids=True)


def _same(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """What must not differ from the base: outcomes, fates, elimination, values. Row numbers may."""
    findings = sorted((f["rule"], f["outcome"], f["subject"]["id"], sorted(f["figures"].items())) for f in report["findings"])
    bids = [{k: v for k, v in bid.items() if k != "row"} for bid in report["bids"]]
    return {k: report[k] for k in ("outcomes", "values_exact", "elimination", "fates")} | {"findings": findings, "bids": bids}


def _count(report: Mapping[str, Any], outcome: str, rule: str) -> int:
    found = report["outcomes"] if rule == "all" else report["outcomes"]["by_rule"].get(rule, {})
    return int(found.get(outcome, 0))


@pytest.mark.parametrize("name", _cases())
def test_a_file_gives_what_its_kind_must_give(name: str) -> None:
    want = EXPECTED[name]
    if "refused" in want:
        with pytest.raises(validator.DiagnosticError) as refusal:
            _report(name)
        assert [d.code for d in refusal.value.diagnostics] == [want["refused"]]
        return
    told = _told(name)
    if "as" in want:
        assert _same(told) == _same(_told(want["as"]))
        assert _report(name).status == _report(want["as"]).status
    if "as" in want or "clean" in want:
        assert [i for i in told["intake"] if i["level"] == "issue"] == []
    if "now" in want:
        of = told["outcomes"]
        assert [_report(name).status, of["violated"], of["not_evaluable"], told["values"]["lowest_of_four"]] == want["now"]
    for key, level in KINDS.items():
        said = [[i["code"], row] for i in told["intake"] if i["level"] == level for row in (i["rows"] or [None])]
        for entry in want.get(key, ()):
            assert entry in said
    for outcome in ("holds", "violated", "not_evaluable"):
        assert {r: _count(told, outcome, r) for r in want.get(outcome, {})} == want.get(outcome, {})
    if "status" in want:
        assert _report(name).status == want["status"]
    if "records" in want:
        assert told["input"]["records"]["bid"] == want["records"]
    if "lowest" in want:
        assert told["values"]["lowest_of_four"] == want["lowest"]


def test_every_expectation_names_a_folder() -> None:
    assert set(EXPECTED) <= {p.name for p in FILES.iterdir()}
