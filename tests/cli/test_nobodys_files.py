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
