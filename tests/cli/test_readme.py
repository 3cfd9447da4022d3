"""What the README promises an officer and an editor, command by command: each printed line is one that the command prints."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "301666"


def printed(first: str) -> list[str]:
    """The lines of the text block in which a line begins so; `…` stands for lines left out, a digest is cut."""
    block = next(b for b in re.findall(r"```text\n(.*?)```", README, re.S) if any(line.startswith(first) for line in b.splitlines()))
    return [line for line in block.splitlines() if line not in ("", "…")]


def promised(word: str) -> list[str]:
    """The arguments of the command of the README in which a word stands."""
    line = next(line for line in README.splitlines() if line.startswith("    guiju ") and word in line)
    return shlex.split(line, comments=True)[1:]


def files() -> list[tuple[str, str]]:
    """The files that the README writes: name and text."""
    return re.findall(r"`(rules/[a-z]\S+\.yaml)`.*?```yaml\n(.*?)```", README, re.S)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The example and the rules, as in a clone; the offering that allows two prices."""
    shutil.copytree(EXAMPLE, tmp_path / "examples" / "301666")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    changed = (EXAMPLE / "offering.yaml").read_text(encoding="utf-8") + "maximum_prices: 2\n"
    (tmp_path / "my-offering.yaml").write_text(changed, encoding="utf-8")
    return tmp_path


def said(text: str) -> set[str]:
    return {re.sub("sha256:[0-9a-f]+", "sha256:…", line) for line in text.splitlines()}


@pytest.mark.parametrize(
    ("command", "block"),
    [
        ("--offering my-offering.yaml", "有违反：2 条规则"),
        ("--subject", "P00054 "),
    ],
)
def test_the_officers_stories(guiju, place, command, block):
    out = said(guiju(*promised(command), cwd=place).stdout.decode())
    assert [line for line in printed(block) if line not in out] == []


def test_the_demo(guiju, place):
    out = said(guiju("check", "examples/301666", cwd=place).stdout.decode())
    assert [line for line in printed("规矩 校验报告") if line not in out] == []


def test_the_editors_story(guiju, place):
    assert [Path(name).name for name, _ in files()] == ["2026-06.yaml", "2026-06.cases.yaml"]
    for name, text in files():
        (place / name).write_text(text, encoding="utf-8")
    assert guiju("lint", "rules", cwd=place).returncode == 0
    out = set()
    for word in ("rulebook diff szse", "--against"):
        out |= said(guiju(*promised(word), "--rules", "rules", cwd=place).stdout.decode())
    assert [line for line in printed("修改  报价价差上限") if line not in out and not line.startswith("样例")] == []


def test_the_cases_of_the_editors_story_prove_it(place):
    from validator.cases import check, load
    from validator.rulebook.library import library

    for name, text in files():
        (place / name).write_text(text, encoding="utf-8")
    books = library(place / "rules")
    suite = load(books, "szse-chinext@2026-06")
    suite.groups = {id_: group for id_, group in suite.groups.items() if id_ == "inquiry.price-spread"}
    outcome = check(books, suite)
    assert outcome.passed == 3
    assert [f for f in outcome.failures if "inquiry.price-spread" in f] == []


def test_every_command_of_the_readme_is_one(guiju):
    for line in README.splitlines():
        if line.startswith("    guiju "):
            words = shlex.split(line, comments=True)[1:]
            options = [w for w in words if w.startswith("-")]
            names = words[:2] if words[0] == "rulebook" else words[:1]
            page = guiju(*names, "--help").stdout.decode()
            assert all(o in page for o in options), line
