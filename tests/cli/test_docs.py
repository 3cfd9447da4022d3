"""What the pages of docs/ say is what the program does: their files are read, their cases run, their expressions translated."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dsl.checker.check import check as checked
from dsl.functions import FUNCTIONS
from dsl.parser import parse
from dsl.to_text import to_text
from validator.rulebook.library import Library, library

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
NEW = "szse-chinext@2026-06"


def files(page: str) -> dict[str, str]:
    """The files that a page writes: name and text."""
    return dict(re.findall(r"^`(\S+\.yaml)`\n\n```yaml\n(.*?)```", page, re.S | re.M))


@pytest.fixture(scope="module")
def ours() -> Library:
    return library(ROOT / "rules")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in files(LANGUAGE).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


# ── language.md ──


def test_the_files_of_the_page_are_a_folder_of_rules(guiju, place):
    assert sorted(files(LANGUAGE)) == ["my-rules/2026-06.cases.yaml", "my-rules/2026-06.yaml"]
    done = guiju("lint", "my-rules", cwd=place)
    assert (done.returncode, done.stderr) == (0, b"")


def test_its_cases_prove_its_rules(place):
    from validator.cases.run import check, load

    books = library(place / "my-rules")
    suite = load(books, NEW)
    own = {id_ for id_, name in suite.places.items() if name == NEW}
    assert own == {"inquiry.placee-limit", "inquiry.price-count"}
    suite.groups = {id_: group for id_, group in suite.groups.items() if id_ in own}
    outcome = check(books, suite)
    assert [(r.id, r.name, r.said) for r in outcome.results if r.said] == []
    assert outcome.passed == 6
    assert [f for f in outcome.failures if "inquiry.placee-limit" in f] == []


def test_a_mistake_is_said_as_the_page_prints_it(guiju, place):
    file = place / "my-rules" / "2026-06.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("when: institution", "when: instituton"), encoding="utf-8")
    block = next(b for b in re.findall(r"```text\n(.*?)```", LANGUAGE, re.S) if "unknown-name" in b)
    done = guiju("lint", "my-rules", cwd=place)
    assert (done.returncode, done.stderr.decode()) == (2, block)


def excerpts() -> list[tuple[str, str]]:
    """The revision and the text of each excerpt."""
    return re.findall(r"```yaml\n# (\S+@\S+)\n(.*?)```", LANGUAGE, re.S)


@pytest.mark.parametrize(("name", "text"), excerpts(), ids=[t.partition(":")[0] for _, t in excerpts()])
def test_what_is_quoted_of_our_rules_is_in_them(ours, tmp_path, name, text):
    from validator.vocabulary.source import load

    (tmp_path / "excerpt.yaml").write_text(text, encoding="utf-8")
    said = load(tmp_path / "excerpt.yaml").data
    assert isinstance(said, dict)
    for value, form in said.items():
        found = ours.flat(name).values[value].form.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        assert found == _texts(form)


def _texts(form: object) -> object:
    """Numbers as expressions hold them. A bare `true` stays one."""
    if isinstance(form, bool):
        return form
    if isinstance(form, dict):
        return {k: _texts(v) for k, v in form.items()}
    return [_texts(v) for v in form] if isinstance(form, list) else str(form)


EXPRESSIONS = re.findall(r"^\| (\w+) \| `([^`]+)` \| `([^`]+)` \|", LANGUAGE, re.M)


@pytest.mark.parametrize(("entity", "english", "chinese"), EXPRESSIONS, ids=[e for _, e, _ in EXPRESSIONS])
def test_both_sides_of_the_table_are_one_expression(ours, entity, english, chinese):
    schema = ours.get("szse-chinext@2025-03").schema
    one, other = (checked(parse(text, units=schema.units), schema, entity, text=text) for text in (english, chinese))
    assert one.type == other.type
    assert to_text(one.expr, "zh", schema) == to_text(other.expr, "zh", schema) == chinese
    assert to_text(other.expr, "en", schema) == english


def test_the_table_is_there_and_no_function_is_left_out():
    assert len(EXPRESSIONS) >= 15
    for function in FUNCTIONS.values():
        assert f"| `{function.form}` | {function.zh} | {function.doc_en} | {function.doc_zh} |" in LANGUAGE


def test_every_effect_and_every_record_is_named(ours):
    from typing import get_args

    from validator.rulebook.form import Effect

    for word in (*get_args(Effect), *ours.vocabulary.schema.entities):
        assert re.search(rf"[` ]{word}[` ]", LANGUAGE), word


# ── embedding.md ──


def test_every_example_of_embedding_gives_what_the_page_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    text = re.sub(r"^```(python)?$", "", (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8"), flags=re.M)
    test = doctest.DocTestParser().get_doctest(text, {}, "embedding.md", "docs/embedding.md", 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert len(test.examples) >= 15
    assert "".join(said) == ""


def test_a_submission_of_embedding_loads_no_polars():
    code = (
        "import sys, validator; c = validator.checker('examples/301666/offering.yaml');"
        "c.submission({'bids': [{'placee': 'P1', 'price': '50'}]}); assert 'polars' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
