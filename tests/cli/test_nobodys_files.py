"""What a run reads it never writes over, and what is no file it never waits for."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
ANNOUNCEMENT = next(p for p in sorted((ROOT / "examples").rglob("*announcement*.yaml")) if not p.name.endswith(".cases.yaml"))


# ── what is no file ──


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(path.parent)  # a socket's path is short
        try:
            made.bind(path.name)
        finally:
            os.chdir(before)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _linked_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("the pipe itself.x"))
    path.symlink_to("the pipe itself.x")


PLACES: dict[str, tuple[str, list[str]]] = {
    "the offering": ("offering.yaml", ["check", "@/good.csv", "--offering", "@/offering.yaml"]),
    "the offering as JSON": ("offering.json", ["check", "@/good.csv", "--offering", "@/offering.json"]),
    "the offering to resolve": ("offering.yaml", ["rulebook", "resolve", "@/offering.yaml"]),
    "the book": ("good.csv", ["check", "@/good.csv", "--offering", "@/offering.yaml"]),
    "a workbook": ("good.xlsx", ["check", "@/good.xlsx", "--offering", "@/offering.yaml"]),
    "a table of a book": ("tables/bids.csv", ["check", "@/tables", "--offering", "@/offering.yaml"]),
    "a file beside the tables": ("tables/photo", ["check", "@/tables", "--offering", "@/offering.yaml"]),
    "a table of offerings": ("offerings.csv", ["check", "@/offerings.csv"]),
    "an announcement": ("announcement.yaml", ["check", "@/announcement.yaml"]),
    "the book beside its offering": ("one/bids.csv", ["check", "@/one"]),
    "the offering beside its book": ("one/offering.yaml", ["check", "@/one"]),
    "a rulebook": ("my rules/2025-03.yaml", ["check", "@/good.csv", "--offering", "@/offering.yaml", "--rules", "@/my rules"]),
    "a rulebook to list": ("my rules/2026-06.yaml", ["rulebook", "list", "--rules", "@/my rules"]),
    "a rulebook to lint": ("my rules/2025-03.yaml", ["lint", "@/my rules"]),
    "a rulebook to format": ("my rules/2025-03.yaml", ["fmt", "@/my rules"]),
    "the cases": ("my rules/2025-03.cases.yaml", ["test", "@/my rules"]),
    "the vocabulary": ("my rules/vocabulary.yaml", ["lint", "@/my rules"]),
    "the vocabulary of a schema": ("my rules/vocabulary.yaml", ["schema", "offering", "--rules", "@/my rules"]),
    "the calendar": ("my rules/calendar.yaml", ["check", "@/good.csv", "--offering", "@/offering.yaml", "--rules", "@/my rules"]),
}


@pytest.fixture
def everything(folder: Path, rules: Path) -> Path:
    """A file of each kind that a run may read."""
    (folder / "tables").mkdir()
    shutil.copy(folder / "good.csv", folder / "tables" / "bids.csv")
    (folder / "one").mkdir()
    shutil.copy(folder / "good.csv", folder / "one" / "bids.csv")
    shutil.copy(folder / "offering.yaml", folder / "one" / "offering.yaml")
    (folder / "offerings.csv").write_text("offering,board,launched\n301999,szse-chinext,2026-03-24\n", encoding="utf-8")
    shutil.copy(ANNOUNCEMENT, folder / "announcement.yaml")
    return folder


@pytest.mark.skipif(os.name != "posix", reason="pipes")
@pytest.mark.parametrize(
    ("place", "make"),
    [(place, _pipe) for place in PLACES]
    + [(p, make) for p in ("the offering", "a table of a book", "a rulebook") for make in (_socket, _device, _linked_pipe)],
)
def test_what_is_no_file_is_refused_at_once(everything: Path, place: str, make: Callable[[Path], None]) -> None:
    name, arguments = PLACES[place]
    (everything / name).unlink(missing_ok=True)
    make(everything / name)
    command = [sys.executable, "-m", "validator", *(a.replace("@", str(everything)) for a in arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "pipe" in done.stderr or "socket" in done.stderr or "device" in done.stderr, done.stderr
    assert "internal error" not in done.stderr
    assert Path(name).name in done.stderr


# ── what a run reads ──

RULE_FILES = [
    "my rules/2025-03.yaml",
    "my rules/2026-06.cases.yaml",
    "my rules/vocabulary.yaml",
    "my rules/calendar.yaml",
    "my rules/a/x.yaml",
]
OWN_RULES = ["--rules", "@/my rules"]
BOOK = ["check", "@/good.csv", "--offering", "@/offering.yaml"]
READ: dict[str, tuple[list[str], list[str]]] = {
    "check a book": ([*BOOK, *OWN_RULES], ["good.csv", "offering.yaml", *RULE_FILES]),
    "check a book against a revision": ([*BOOK, "--against", "szse-chinext@2026-06", *OWN_RULES], ["good.csv", *RULE_FILES]),
    "check one subject": ([*BOOK, "--subject", "P1", *OWN_RULES], ["good.csv", *RULE_FILES]),
    "check an offering alone": (["check", "--offering", "@/offering.yaml", *OWN_RULES], ["offering.yaml", *RULE_FILES]),
    "check a folder of tables": (["check", "@/tables", "--offering", "@/offering.yaml"], ["tables/bids.csv", "offering.yaml"]),
    "check a book beside its offering": (["check", "@/one", *OWN_RULES], ["one/bids.csv", "one/offering.yaml", *RULE_FILES]),
    "check a folder of offerings": (["check", "@/many", *OWN_RULES], ["many/1/bids/b.csv", "many/1/offering.yaml", *RULE_FILES]),
    "check a table of offerings": (["check", "@/offerings.csv", *OWN_RULES], ["offerings.csv", *RULE_FILES]),
    "check an announcement": (["check", "@/announcement.yaml"], ["announcement.yaml"]),
    "compare revisions": (["rulebook", "diff", "szse-chinext@2025-03", "szse-chinext@2026-06", *OWN_RULES], RULE_FILES),
    "test": (["test", "@/my rules"], RULE_FILES),
    "test other rules": (["test", *OWN_RULES], RULE_FILES),
    "lint": (["lint", "@/my rules"], RULE_FILES),
    "schema": (["schema", "offering", *OWN_RULES], RULE_FILES),
}


def _itself(file: Path, elsewhere: Path) -> Path:
    return file


def _spelled_otherwise(file: Path, elsewhere: Path) -> Path:
    return file.parent / ".." / file.parent.name / "." / file.name


def _through_a_linked_folder(file: Path, elsewhere: Path) -> Path:
    elsewhere.symlink_to(file.parent)
    return elsewhere / file.name


def _hard_link(file: Path, elsewhere: Path) -> Path:
    elsewhere.hardlink_to(file)
    return elsewhere


def _symbolic_link(file: Path, elsewhere: Path) -> Path:
    elsewhere.symlink_to(file)
    return elsewhere


def _given_as_a_link(file: Path, elsewhere: Path) -> Path:
    """The run reads a link, and the target is what it leads to."""
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    return elsewhere


NAMED = [_itself, _spelled_otherwise, _through_a_linked_folder, _hard_link, _symbolic_link, _given_as_a_link]


def run_here(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The command in this process: there are many of them."""
    from typer.main import get_command

    from validator.cli.commands import app

    with pytest.raises(SystemExit) as left:
        get_command(app).main(arguments, prog_name="guiju")
    return int(str(left.value.code)), capsys.readouterr().err


def contents(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("command", READ)
def test_what_a_run_reads_is_never_written_over(
    everything: Path, command: str, name: Callable[[Path, Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (everything / "many" / "1" / "bids").mkdir(parents=True)
    shutil.copy(everything / "good.csv", everything / "many" / "1" / "bids" / "b.csv")
    shutil.copy(everything / "offering.yaml", everything / "many" / "1" / "offering.yaml")
    (everything / "my rules" / "a").mkdir()
    (everything / "my rules" / "a" / "x.yaml").write_text("rulebook: x\n", encoding="utf-8")
    arguments, files = READ[command]
    for at, file in enumerate(files):
        target = name(everything / file, everything / f"elsewhere {at}")
        before = contents(everything)
        status, said = run_here([*(a.replace("@", str(everything)) for a in arguments), "-o", str(target)], capsys)
        assert (status, "own-input" in said or "not-a-file" in said) == (2, True), (file, said)
        assert contents(everything) == before


@pytest.mark.parametrize("arguments", [["lint"], ["schema", "rulebook"], ["check", "--offering", "@/offering.yaml"]])
@pytest.mark.parametrize("file", ["vocabulary.yaml", "szse/chinext/2025-03.yaml"])
def test_our_own_rules_are_not_written_over_either(
    everything: Path, arguments: list[str], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (RULES / file).stat()
    status, said = run_here([*(a.replace("@", str(everything)) for a in arguments), "-o", str(RULES / file)], capsys)
    assert (status, "own-input" in said) == (2, True)
    assert (RULES / file).stat().st_ino == before.st_ino


@pytest.mark.parametrize("make", [_pipe, _socket, _device, Path.mkdir])
@pytest.mark.parametrize("command", READ)
def test_only_regular_files_are_written(
    everything: Path, command: str, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make(everything / "out")
    status, said = run_here([*(a.replace("@", str(everything)) for a in READ[command][0]), "-o", str(everything / "out")], capsys)
    assert (status, "not-a-file" in said) == (2, True)


def test_formatting_a_linked_rulebook_keeps_the_link(rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, elsewhere = rules / "2025-03.yaml", tmp_path / "shared.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("highest_price <= ", "highest_price<="), encoding="utf-8")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert run_here(["fmt", str(rules)], capsys)[0] == 0
    assert file.is_symlink()
    assert "highest_price <= " in elsewhere.read_text(encoding="utf-8")
