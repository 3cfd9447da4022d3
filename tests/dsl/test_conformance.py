"""Every sentence of the language (L1 to L23) has lines in a table; both evaluators give the wanted values, worked out by hand."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import Answer, Case, by_columns, by_function, by_rows, records_of, understand, wanted
from reference import by_reference

from dsl.diagnostics import DiagnosticError

ROOT = Path(__file__).parents[2]

ELSEWHERE = {
    "L7": "tests/dsl/test_mistakes.py",
    "L10a": "tests/engine/test_set_aside.py",
    "L17": "tests/engine",
    "L18": "tests/engine",
    "L19": "tests/engine",
    "L20": "tests/engine",
    "L21": "tests/engine",
    "L22": "tests/engine",
    "L23": "tests/dsl/test_mistakes.py",
}


@dataclass(frozen=True)
class Line:
    law: str
    title: str
    case: Case
    gives: list[str] | None
    error: str | None

    def __str__(self) -> str:
        return f"{self.law} {self.title}"


def _lines() -> list[Line]:
    found = []
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml")):
        # The base loader reads every scalar as text, so that no number of a case passes through a float.
        data = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
        found += [_line(item, data["tables"]) for item in data["lines"]]
    return found


def _line(item: dict[str, Any], tables: dict[str, Any]) -> Line:
    values = [tuple(v) for v in item.get("values", [])]
    case = Case({**tables, **item.get("with", {})}, item["of"], item["expr"], values, item.get("bound") != "false")
    known = {"law", "title", "of", "expr", "values", "with", "bound", "gives", "error"}
    assert set(item) <= known and ("gives" in item) != ("error" in item), item
    return Line(item["law"], item["title"], case, item.get("gives"), item.get("error"))


LINES = _lines()


@pytest.mark.parametrize("evaluate", [by_rows, by_function, by_columns, by_reference])
@pytest.mark.parametrize("line", [x for x in LINES if x.gives is not None], ids=str)
def test_the_answer_is_the_wanted_one(line, evaluate):
    meant = understand(line.case)
    want: list[Answer] = [wanted(text, meant.checked.type) for text in line.gives]
    assert len(want) == len(records_of(line.case.tables, line.case.of))
    assert evaluate(line.case, meant) == want


@pytest.mark.parametrize("line", [x for x in LINES if x.error is not None], ids=str)
def test_the_mistake_is_the_wanted_one(line):
    with pytest.raises(DiagnosticError) as raised:
        understand(line.case)
    assert {d.code for d in raised.value.diagnostics} == {line.error}


def test_every_sentence_has_a_line_or_another_test():
    assert {x.law for x in LINES}.isdisjoint(ELSEWHERE)
    assert {x.law for x in LINES} | set(ELSEWHERE) == {f"L{n}" for n in range(1, 24)} | {"L8a", "L10a", "L15a"}
    for law, place in ELSEWHERE.items():
        files = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
        assert any(re.search(rf"\b{law}\b", f.read_text(encoding="utf-8")) for f in files), f"no test of {place} speaks of {law}"


def test_no_two_lines_have_one_name():
    assert len({str(x) for x in LINES}) == len(LINES)
