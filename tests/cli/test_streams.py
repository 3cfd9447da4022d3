"""Where stdout or the disk gives out: never a traceback, never half a file, one line that says it."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# `@/` stands for the folder; each with the status that it has where all is well.
COMMANDS = {
    "check as text": (0, "check @/bad.csv --offering @/offering.yaml"),
    "check as json": (0, "check @/bad.csv --offering @/offering.yaml --format json --bids"),
    "check as xlsx": (0, "check @/bad.csv --offering @/offering.yaml --format xlsx"),
    "check as html": (0, "check @/bad.csv --offering @/offering.yaml --format html"),
    "check as csv": (0, "check @/bad.csv --offering @/offering.yaml --format csv"),
    "list": (0, "rulebook list --format json"),
    "show": (0, "rulebook show szse-chinext"),
    "resolve": (0, "rulebook resolve @/offering.yaml"),
    "diff": (0, "rulebook diff szse-chinext@2025-03 szse-chinext@2026-06"),
    "explain": (0, "explain inquiry.price-spread"),
    "schema": (0, "schema rulebook"),
    "help": (0, "check --help"),
}


@pytest.fixture
def start(folder, rules):
    """Starts a command with its own stdout or limits; gives what it said on stderr, and its status."""

    def begin(name: str, more: tuple[str, ...] = (), **options: object) -> tuple[str, int]:
        words = [w.replace("@/", f"{folder}/") for w in COMMANDS[name][1].split()]
        by_rules = [] if name == "help" else ["--rules", str(rules)]
        command = [sys.executable, "-m", "validator", *words, *by_rules, *more]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, timeout=60, check=False, **options)  # type: ignore[call-overload]
        return done.stderr.decode(), done.returncode

    return begin


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_is_said_in_one_line(start, name):
    with open("/dev/full", "wb") as full:
        assert start(name, stdout=full) == ("guiju: no space left on device\n", 2)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_that_nobody_reads_is_no_error(start, name):
    reader, writer = os.pipe()
    os.close(reader)
    said, status = start(name, stdout=writer)
    os.close(writer)
    assert said == ""
    assert status == COMMANDS[name][0] or name == "help"  # help is the library's: it leaves with 1


@pytest.mark.parametrize("name", ["check as text", "check as json", "list", "help"])
def test_streams_that_were_closed_before_change_nothing_but_that_nobody_hears(start, name):
    assert start(name, preexec_fn=lambda: os.close(1)) == ("", COMMANDS[name][0])
    words = COMMANDS[name]
    assert start(name, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.close(2))[1] == words[0]


def test_a_disk_that_fills_while_a_file_is_written_leaves_the_old_file(start, folder):
    out = folder / "report.json"
    out.write_text("old")
    before = sorted(p.name for p in folder.iterdir())

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    said, status = start("check as json", ("-o", str(out)), stdout=subprocess.DEVNULL, preexec_fn=small)
    assert (said, status) == ("guiju: file too large\n", 2)
    assert out.read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == before


def test_a_dash_is_stdout(guiju, folder):
    named = guiju("check", folder / "bad.csv", "--offering", folder / "offering.yaml", "--format", "json", "-o", "-", cwd=folder)
    assert named.stdout == guiju("check", folder / "bad.csv", "--offering", folder / "offering.yaml", "--format", "json").stdout != b""
    assert not (folder / "-").exists()


@pytest.mark.parametrize("out", ["tables/bids.csv", "offering.yaml", "tables/../tables/bids.csv"])
def test_a_table_of_a_folder_is_not_overwritten_by_the_report_on_it(guiju, folder, out):
    (folder / "tables").mkdir()
    (folder / "tables" / "bids.csv").write_bytes((folder / "good.csv").read_bytes())
    old = (folder / out).read_bytes()
    done = guiju("check", folder / "tables", "--offering", folder / "offering.yaml", "--format", "csv", "-o", folder / out)
    assert (done.returncode, "own-input" in done.stderr.decode()) == (2, True)
    assert (folder / out).read_bytes() == old


def test_the_book_beside_its_offering_is_not_overwritten_and_an_old_report_is(guiju, folder):
    (folder / "good.csv").rename(folder / "bids.csv")
    (folder / "bad.csv").unlink()  # a second table of bids would be refused
    for out in ("bids.csv", "offering.yaml"):
        assert "own-input" in guiju("check", folder, "-o", folder / out).stderr.decode()
    for _ in range(2):
        assert guiju("check", folder, "-o", folder / "report.json").returncode in (0, 3)


@pytest.mark.parametrize("name", ["offering.csv", "offering.xlsx"])
def test_a_table_in_the_place_of_the_offering_is_told_what_an_offering_is(guiju, folder, name):
    (folder / name).write_bytes(b"PK\x03\x04")
    done = guiju("check", folder / "good.csv", "--offering", folder / name)
    assert done.returncode == 2
    assert f"no-offering: `{folder / name}` 是表格" in done.stderr.decode()
    assert "`guiju schema offering`" in done.stderr.decode()


def test_a_whole_disk_is_no_folder_of_rules(guiju, tmp_path):
    for n in range(34):
        (tmp_path / "home" / str(n)).mkdir(parents=True)
        for m in range(30):
            (tmp_path / "home" / str(n) / f"{m}.yaml").touch()
    done = guiju("lint", tmp_path / "home")
    assert done.returncode == 2
    assert "no-rules: it holds more than 1,000 files and folders" in done.stderr.decode()
