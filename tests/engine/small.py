"""A rulebook of a few lines and a book of a few records -> the report that both evaluators give.

The vocabulary and the calendar are the project's own; the rulebook stands in a folder of the test's. Every book runs by rows, by columns
and through both, so that each line of these tests is said of both evaluators.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import validator
from validator.checks.checker import Checker
from validator.report.model import Report

RULES = Path(__file__).parents[2] / "rules"

OFFERING: dict[str, Any] = {
    "offering": "301000",
    "board": "szse-chinext",
    "launched": "2026-02-06",
    "inquiry_date": "2026-02-11",
    "t_day": "2026-02-25",
}

HEAD = """
rulebook: szse-chinext
revision: "{revision}"
title: {{zh: 小, en: small}}
applies: {{by: {by}, from: {since}}}
sources: {{seed: {{title: 公告}}}}
"""

OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")

Rows = Sequence[Mapping[str, Any]]


def rulebook(body: str, *, revision: str = "2025-01", by: str = "launched", since: str = "2020-01-01") -> str:
    """The head that every small rulebook needs, and the body of this one."""
    return HEAD.format(revision=revision, by=by, since=since) + body


def rule(id_: str, for_: str, require: str, effect: str = "invalid", **more: str) -> str:
    """One rule in flow form, with a name and a clause. Keyword `for_` and the like are written as they are in YAML."""
    parts = {"id": id_, "name": f"{{zh: {id_}之名, en: name of {id_}}}", "for": for_, "require": f'"{require}"', "effect": effect, **more}
    return "  - {" + ", ".join(f"{k}: {v}" for k, v in {**parts, "cite": "seed 一"}.items()) + "}\n"


def folder(tmp_path: Path, *books: str) -> Path:
    """A folder of rules with the project's vocabulary and calendar."""
    for name in ("vocabulary.yaml", "calendar.yaml"):
        shutil.copy(RULES / name, tmp_path / name)
    for i, text in enumerate(books):
        (tmp_path / f"{i}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def checker(tmp_path: Path, body: str, **terms: Any) -> Checker:
    """A checker of the small offering under a rulebook with this body."""
    return validator.checker({**OFFERING, **terms}, rules=folder(tmp_path, rulebook(body)))


def same(check: Checker, tables: Mapping[str, Rows], stages: Sequence[str] | None = None) -> Report:
    """The one report of a book: by rows, by columns, and through both."""
    verified = check.book(tables, stages)
    for evaluator in ("rows", "columns"):
        alone = check.book(tables, stages, evaluator=evaluator)
        assert alone.with_verified().to_dict(bids=True) == verified.to_dict(bids=True), evaluator
    added_up(verified)
    return verified


def added_up(report: Report) -> None:
    """The five outcomes of every rule add up to the records of its kind (as handed in, or as derived from codes), and all to the whole."""
    counts = {"offering": 1, **report.records}
    for id_, found in report.by_rule.items():
        assert sum(found.values()) == counts.setdefault(report.rules[id_].entity, sum(found.values())), id_
    assert {o: sum(found.get(o, 0) for found in report.by_rule.values()) for o in OUTCOMES} == dict(report.outcomes)


def bids(*quantities: int | None, price: Any = 10, **columns: Any) -> list[dict[str, Any]]:
    """Bids 1, 2, … of placees P1, P2, …, all of one price. A column is a list, or one value for all."""
    rows = []
    for i, quantity in enumerate(quantities):
        more = {"price": price, **columns}
        picked = {k: v[i] if isinstance(v, list) else v for k, v in more.items()}
        rows.append({"placee": f"P{i + 1}", "sequence": i + 1, "quantity": quantity, **picked})
    return rows


def placees(*investors: str) -> list[dict[str, Any]]:
    """Placees P1, P2, … of these investors."""
    return [{"placee": f"P{i}", "investor": v} for i, v in enumerate(investors, 1)]


def violated(report: Report) -> list[tuple[str, str]]:
    """(rule, subject) of every breach, in the report's order."""
    return [(f.rule, f.subject.id) for f in report.violated]


def outcomes(report: Report, rule_: str) -> dict[str, str]:
    """Subject → outcome of a rule's findings."""
    return {f.subject.id: f.outcome for f in report.findings if f.rule == rule_}
