"""CONTRIBUTING.md is followed: its paths exist, its commands are run, the tables of its recipes are those that the code reads."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsl.functions import FUNCTIONS
from validator.cli import reports
from validator.cli.options import Format
from validator.intake.formats import read

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`(my-rules/\S+)`\n\n```yaml\n(.*?)```", PAGE, re.M | re.S))
SHOWN = re.findall(r"^```text\n(.*?)```", PAGE, re.M | re.S)
COMMANDS = re.findall(r"^ {4,}((?:make|guiju|\.venv/bin/python|\.ci/run|mkdir|cp)\b.*?)(?: {2,}#.*)?$", PAGE, re.M)
PATHS = sorted({word for word in re.findall(r"`([\w./-]*/[\w./-]*)`", PAGE) if not word.startswith("my-rules")})
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def recipe(name: str) -> str:
    return PAGE.split(f"## Recipe: {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_command_is_one_that_exists() -> None:
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        words = command.split()
        if words[0] == "make":
            assert words[1] in TARGETS, command
        if words[0] == ".venv/bin/python":
            assert words[1:3] == ["-m", "pytest"], command
            assert all((ROOT / word).exists() for word in words if word.startswith("tests/")), command


# ── a rule ──


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of what the recipe copies, after its commands up to the files, and with these."""
    (tmp_path / "rules").mkdir()
    for name in ("vocabulary.yaml", "calendar.yaml"):
        shutil.copy(ROOT / "rules" / name, tmp_path / "rules")
    run(tmp_path, *(c for c in COMMANDS if c.startswith(("mkdir", "cp"))))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(place: Path, *commands: str) -> str:
    """What the commands print on both streams, in the order in which they print it."""
    (place / "bin").mkdir(exist_ok=True)
    guiju = place / "bin" / "guiju"
    guiju.write_text(f'#!/bin/sh\nexec {sys.executable} -m validator "$@"\n')
    guiju.chmod(0o755)
    env = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "GUIJU_CACHE": "off"}
    return "".join(
        subprocess.run(
            ["sh", "-c", c], cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=120
        ).stdout
        for c in commands
    )


def test_the_recipe_for_a_rule_gives_what_it_shows(place: Path) -> None:
    assert sorted(FILES) == ["my-rules/2026-06.cases.yaml", "my-rules/2026-06.yaml"]
    commands = [c for c in COMMANDS if c.startswith("guiju ")]
    assert [c.split()[1] for c in commands] == ["lint", "fmt", "test"]
    assert run(place, *commands) == SHOWN[0]


def test_and_without_its_last_case_what_is_not_proved(place: Path) -> None:
    cases = place / "my-rules" / "2026-06.cases.yaml"
    text = cases.read_text(encoding="utf-8").replace("count: 3", "count: 2")
    cases.write_text(text[: text.index("    - name: a price is missing")], encoding="utf-8")
    assert run(place, "guiju test my-rules") == SHOWN[1]


# ── a function, a file format, a report ──


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda f: f.name)
def test_every_function_has_lines_where_the_recipe_puts_them(function) -> None:
    assert "`dsl/functions.py`: one entry in `FUNCTIONS`" in recipe("a function of the language")
    lines = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "dsl" / "cases").glob("*.yaml"))
    assert re.search(rf"\b{function.name}\(", lines) or f"{function.zh}(" in lines


def test_a_file_format_that_is_entered_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "one entry in `FORMATS` by the suffix, and the suffix in `KNOWN`" in recipe("a file format of a book")
    assert all(suffix in read.KNOWN for suffix in read.FORMATS)
    monkeypatch.setitem(read.FORMATS, ".tabs", lambda data, name, file, heads: [read.read_csv(data.replace(b"\t", b","), name, file)])  # type: ignore[arg-type]
    found = read.read_source(("bids.tabs", "配售对象代码\t申购价格\nP1\t50\n".encode()))
    assert [[c.header for c in table.columns] for table in found.tables] == [["配售对象代码", "申购价格"]]


def test_a_writer_that_is_entered_is_chosen_by_the_suffix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "one entry in `_WRITERS`; `validator/cli/options.py`: the name in `Format`" in recipe("a format of the report")
    assert set(reports._WRITERS) == set(Format)
    assert reports.format_of(Path("a.fax"), "text") == "text"
    monkeypatch.setitem(reports._WRITERS, "fax", lambda report, out, bids: b"faxed")  # type: ignore[arg-type]
    target = tmp_path / "a.fax"
    reports.write(None, reports.Out(reports.format_of(target, "text"), target, "en"), False)  # type: ignore[arg-type]
    assert target.read_bytes() == b"faxed"
