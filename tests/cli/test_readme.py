"""The README is run: every command of it, in its order, in a copy of the repository; every block that it prints is what is printed.

A line `…` stands for lines left out; all others follow each other in the output as they do in the block. Digests are cut to `sha256:…`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "301666"

BLOCK = re.compile(r"^((?:    \S[^\n]*\n)+)|^```(\w+)\n(.*?)^```", re.M | re.S)
FILE = re.compile(r"^`(\S+\.yaml)`[^\n]*\n\n```yaml\n(.*?)```", re.M | re.S)
ELSEWHERE = ("make ", "libreoffice ", "guiju test ")
"""Commands that are not run here: they build the environment, open a window, or take a minute. What they print is looked at below."""
NUMBERS = {0, 1, 3}


def blocks() -> Iterator[tuple[str, str]]:
    """Each block of commands ("$"), and each fenced one by its language."""
    for found in BLOCK.finditer(README):
        yield ("$", found[1]) if found[1] else (found[2], found[3])


def files() -> dict[str, str]:
    """The files that the README writes: name and text."""
    return dict(FILE.findall(README))


def commands(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, and beside it what a user brings: a book, an offering, a folder, a table of offerings, an announcement."""
    place = tmp_path_factory.mktemp("clone")
    for name in ("examples", "rules"):
        shutil.copytree(ROOT / name, place / name)
    for name, text in files().items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    shutil.copy(EXAMPLE / "offering.yaml", place)
    shutil.copy(EXAMPLE / "announcement.yaml", place)
    (place / "FOLDER").mkdir()
    shutil.copy(EXAMPLE / "offering.yaml", place / "FOLDER")
    lines = (EXAMPLE / "bids.csv").read_text(encoding="utf-8").splitlines()[:50]
    (place / "FOLDER" / "bids.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workbook(place / "book.xlsx", [line.split(",") for line in lines])
    offering = "offering,board,launched,inquiry_date,t_day\n301666,szse-chinext,2026-03-24,2026-03-30,2026-04-03\n"
    (place / "offerings.csv").write_text(offering, encoding="utf-8")
    return place


def workbook(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)


@pytest.fixture(scope="module")
def printed(place: Path) -> dict[str, str]:
    """What every command of the README prints, by its line."""
    (place / "bin").mkdir()
    (place / "bin" / "guiju").write_text(f'#!/bin/sh\nexec {sys.executable} -m validator "$@"\n')
    (place / "bin" / "guiju").chmod(0o755)
    path = {"PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    found: dict[str, str] = {}
    for command in (c for kind, block in blocks() if kind == "$" for c in commands(block) if not c.startswith(ELSEWHERE)):
        done = subprocess.run(["sh", "-c", command], cwd=place, capture_output=True, env={**os.environ, **path}, timeout=120)
        assert done.returncode in NUMBERS, f"{command}: {done.stderr.decode()}"
        assert set(done.stderr.decode().splitlines()) <= {"已写入 report.xlsx"}, command
        found[command] = done.stdout.decode()
    return found


def lines_of(text: str) -> list[str]:
    return [re.sub("sha256:[0-9a-f]+", "sha256:…", line) for line in text.splitlines() if line.strip()]


def follows(block: str, output: str) -> str | None:
    """The first line of a block that the output does not have where it should; None where all is as printed."""
    lines, at, free = lines_of(output), 0, True
    for wanted in lines_of(block):
        if wanted == "…":
            free = True
        elif free and wanted in lines[at:]:
            at, free = lines.index(wanted, at) + 1, False
        elif not free and lines[at : at + 1] == [wanted]:
            at += 1
        else:
            return wanted
    return None


def test_every_block_that_is_printed_is_what_the_commands_above_it_print(printed):
    checked, above = 0, ""
    for kind, block in blocks():
        if kind == "$":
            above = "\n".join(printed.get(c, "") for c in commands(block))
        elif kind == "text" and not block.startswith("规矩 校验报告"):
            assert follows(re.sub(r"^样例 cases.*\n+…\n", "", block), above) is None
            checked += 1
    assert checked == 3


def test_the_last_block_is_what_make_demo_prints(printed):
    recipe = re.findall(r"^\t@\$\(BIN\)/(guiju check .*?); test", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    first = recipe[0].replace("$(EXAMPLE)", "examples/301666")
    shown = next(c for c in printed if c.startswith("guiju check examples/301666/bids.csv"))
    assert shown == f"{first} -o report.xlsx"
    blocks_of_text = [block for kind, block in blocks() if kind == "text"]
    assert blocks_of_text[-1].startswith("规矩 校验报告")


def test_the_demo(guiju, place):
    block = [block for kind, block in blocks() if kind == "text"][-1]
    done = guiju("check", "examples/301666/bids.csv", "--offering", "examples/301666/offering.yaml", cwd=place)
    assert done.returncode == 3  # as the Makefile expects
    assert follows(block, done.stdout.decode()) is None


def test_a_line_that_is_not_printed_is_missed():
    """The comparison itself: a wrong figure, a line too many, a line left out, another order."""
    output = "a\nb 1\n\nc\nd\n"
    assert follows("b 1\nc\n", output) is None
    assert follows("a\n…\nd\n", output) is None
    assert follows("b 2\nc\n", output) == "b 2"
    assert follows("b 1\nd\n", output) == "d"
    assert follows("c\n…\na\n", output) == "a"


def test_the_officers_and_the_editors_stories_take_three_commands_at_most():
    story = README[README.index("## For the officer") : README.index("## What else")]
    stories = [m[1] for m in BLOCK.finditer(story) if m[1]]
    assert [len(commands(s)) for s in stories] == [3, 3, 1]
    editor = README[README.index("Then three commands") :]
    assert len(commands(next(m[1] for m in BLOCK.finditer(editor) if m[1]))) == 3


def test_the_workbook_of_the_first_story_opens(printed, place):
    from python_calamine import CalamineWorkbook

    assert "初步询价报价情况" in CalamineWorkbook.from_path(place / "report.xlsx").sheet_names


def test_the_number_of_cases_is_the_printed_one(place):
    from validator.cases.run import check, load
    from validator.rulebook.library import library

    books = library(place / "my-rules")
    suite = load(books, "szse-chinext@2026-06")
    standing = [f.name for f in books.own()]
    assert standing == ["szse-chinext@2026-06"]
    said = re.search(r"^样例 cases: (\d+) passed, 0 failed$", README, re.M)
    assert said is not None
    assert sum(len(cases) for _, cases, _ in suite.groups.values()) == int(said[1])
    suite.groups = {id_: group for id_, group in suite.groups.items() if id_ == "inquiry.price-spread"}
    outcome = check(books, suite)
    assert outcome.passed == 3
    assert [f for f in outcome.failures if "inquiry.price-spread" in f] == []


def test_the_files_of_the_editors_story_have_no_mistake(guiju, place):
    assert list(files()) == ["my-rules/2026-06.yaml", "my-rules/2026-06.cases.yaml"]
    done = guiju("lint", "my-rules", cwd=place)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_rule_that_is_shown_is_ours_in_both_languages(place):
    from dsl.checker.check import check
    from dsl.parser import parse
    from dsl.to_text import to_text
    from validator.rulebook.library import library
    from validator.vocabulary.source import load_text

    text = next(block for kind, block in blocks() if kind == "yaml" and block.startswith("- id:"))
    shown = load_text(text, "README").data
    assert isinstance(shown, list) and isinstance(shown[0], dict)
    book = library(ROOT / "rules").get("szse-chinext@2025-03")
    rule = book.rules[shown[0]["id"]]
    assert shown[0] == {
        "id": rule.id,
        "name": rule.name.to_dict(),
        "for": rule.entity,
        "require": to_text(rule.require.expr, "en", book.schema),
        "effect": rule.effect[0],
        "cite": "; ".join(f"{c.source} {c.clause}" for c in rule.cites),
    }
    chinese = re.search(r"Names may be Chinese as well: `require: (.+?)`", README)
    assert chinese is not None
    same = check(parse(chinese[1], units=book.schema.units), book.schema, rule.entity, text=chinese[1])
    assert to_text(same.expr, "en", book.schema) == shown[0]["require"]


def test_the_python_of_the_readme_runs(place, monkeypatch):
    monkeypatch.chdir(place)
    for kind, block in blocks():
        if kind == "python":
            exec(compile(block, "README.md", "exec"), {})


def test_the_floor_plan_names_what_is_there():
    plan = README[README.index("## Floor plan") : README.index("## What it prints")]
    rows = re.findall(r"^\| (`.+?) \|", plan, re.M)
    assert len(rows) >= 12
    for row in rows:
        at = ROOT
        for name in re.findall(r"`([^`]+)`", row):
            path = ROOT / name if (ROOT / name).exists() else at / name
            assert path.exists(), name
            at = path.parent
    named = " ".join(rows)
    for top in ("dsl", "validator", "rules", "examples", "tests"):
        assert f"`{top}/" in named


def test_the_links_lead_to_files():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link
