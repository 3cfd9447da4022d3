"""`guiju check`: exit status, streams, files. What the verdict is, is tested elsewhere."""

import csv
import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def check(folder: Path, book: str = "bad.csv") -> list[str]:
    return ["check", str(folder / book), "--offering", str(folder / "offering.yaml")]


# ── status and streams ──


def test_a_violation_is_status_1_and_the_report_is_on_stdout(guiju, folder):
    done = guiju(*check(folder))
    assert (done.returncode, done.stderr) == (1, b"")
    assert "inquiry.quantity-minimum" in done.stdout.decode()


def test_an_offering_alone_is_checked_without_a_book(guiju, folder):
    done = guiju("check", "--offering", folder / "offering.yaml", "--format", "json")
    assert done.returncode in (0, 3), done.stderr
    assert json.loads(done.stdout)["input"]["records"] == {}


def test_status_follows_the_report(guiju, folder):
    for book in ("good.csv", "bad.csv"):
        done = guiju(*check(folder, book), "--format", "json")
        outcomes = json.loads(done.stdout)["outcomes"]
        unsupplied = json.loads(done.stdout)["unsupplied"]
        assert done.returncode == (1 if outcomes["violated"] else 3 if outcomes["not_evaluable"] or unsupplied else 0)


# `@/` stands for the folder.
BAD = ["check", "@/bad.csv", "--offering", "@/offering.yaml"]
WRONG = {
    "no offering": (
        ["check", "@/bad.csv"],
        "no-offering: 没有给出发行条款\n  提示: 请指定其文件：`--offering offering.yaml`；若是多个发行的表",
    ),
    "no such offering": (["check", "@/bad.csv", "--offering", "@/none.yaml"], "@/none.yaml"),
    "no such book": (["check", "@/none.csv", "--offering", "@/offering.yaml"], "@/none.csv"),
    "no such rules": ([*BAD, "--rules", "@/none"], "@/none"),
    "unknown stage": ([*BAD, "--stage", "inquriy"], "unknown-stage: 没有阶段 `inquriy`"),
    "unknown format": ([*BAD, "--format", "pdf"], "'pdf'"),
    "unknown option": (["check", "@/bad.csv", "--offerings", "x"], "--offering"),
    "unknown command": (["chekc"], "chekc"),
    "a folder as offering": (["check", "@/bad.csv", "--offering", "@/"], "@"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_a_few_lines_with_status_2(guiju, folder, case):
    arguments, wanted = WRONG[case]
    done = guiju(*(a.replace("@", str(folder)) for a in arguments))
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert wanted.replace("@", str(folder)) in said
    assert "Traceback" not in said
    assert 1 <= len(said.splitlines()) <= 6


def test_what_a_file_hides_does_not_reach_the_terminal(guiju, folder):
    with (folder / "offering.yaml").open("a", encoding="utf-8") as file:
        file.write('"evil\\e[2J\\u202e": 1\n')
    done = guiju(*check(folder))
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr
    assert "\u202e" not in done.stderr.decode()


def test_all_mistakes_of_an_offering_are_told_with_their_lines(guiju, folder):
    offering = folder / "offering.yaml"
    offering.write_text(offering.read_text(encoding="utf-8").replace("launched", "lanched").replace("3%", "3元"), encoding="utf-8")
    said = guiju(*check(folder)).stderr.decode()
    assert f"{offering}:4: " in said
    assert f"{offering}:10: " in said


def test_no_colour_into_a_pipe_whatever_the_environment_says(guiju, folder):
    done = guiju(
        *check(folder), env={"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color", "COLUMNS": "300", "TTY_COMPATIBLE": "1"}
    )
    assert b"\x1b" not in done.stdout
    assert done.stdout == guiju(*check(folder)).stdout


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "de_DE.ISO-8859-1", "LANG": "de_DE.ISO-8859-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"TZ": "America/New_York"},
        {"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "1"},
    ],
    ids=str,
)
def test_locale_zone_hash_seed_and_threads_change_nothing(guiju, folder, env):
    arguments = (*check(folder), "--format", "json", "--bids")
    assert guiju(*arguments, env=env).stdout == guiju(*arguments).stdout


def test_help_is_readable_in_a_locale_that_knows_no_chinese(guiju):
    done = guiju("--help", env={"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0
    assert "规矩" in done.stdout.decode()


def test_help_loads_neither_polars_nor_pydantic():
    code = (
        "import sys, validator.cli as c\ntry: c.main()\nexcept SystemExit: print(*sorted({'polars', 'pydantic'} & set(sys.modules)), 'end')"
    )
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, cwd=ROOT, check=True, timeout=60)
    assert done.stdout.decode().splitlines()[-1].strip() == "end"


def test_an_interrupt_is_130_without_a_word_too_many(folder):
    rows = (folder / "good.csv").read_text(encoding="utf-8").splitlines()
    many = [rows[1].replace("V1,P1", f"V{i},P{i}").removesuffix("1") + str(i) for i in range(2_000)]
    (folder / "bad.csv").write_text("\n".join([rows[0], *many, ""]), encoding="utf-8")
    command = [sys.executable, "-m", "validator", *check(folder), "--format", "json", "--bids"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # more than a pipe holds is on its way: the command waits until somebody reads on
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert (process.returncode, said) == (130, b"")


def test_a_reader_that_leaves_early_is_no_error(folder):
    arguments = [sys.executable, "-m", "validator", *check(folder), "--format", "json", "--bids"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        status = process.wait(timeout=60)
    assert (status, said) == (1, b"")


# ── formats and files ──


def test_json_ends_in_one_newline_and_has_bids_only_if_asked(guiju, folder):
    plain, full = (guiju(*check(folder), "--format", "json", *more).stdout.decode() for more in ((), ("--bids",)))
    assert plain.endswith("}\n")
    assert "bids" not in json.loads(plain)
    assert [b["placee"] for b in json.loads(full)["bids"]] == ["P1", "P2", "P3"]


def test_the_annex_names_the_reason(guiju, folder):
    rows = list(csv.DictReader(StringIO(guiju(*check(folder), "--format", "csv").stdout.decode())))
    assert [r["拟申购数量"] for r in rows] == ["10000000", "9000000", "900000"]
    assert "低于最低拟申购数量" in rows[2]["备注"]


@pytest.mark.parametrize(
    ("name", "first"),
    [("r.json", b"{"), ("r.xlsx", b"PK"), ("r.html", b"<!doctype html>"), ("r.csv", b"\xef\xbb\xbf"), ("r.md", "规矩".encode())],
)
def test_the_suffix_of_the_file_says_the_format(guiju, folder, name, first):
    done = guiju(*check(folder), "-o", folder / name)
    assert (done.returncode, done.stdout) == (1, b"")
    assert (folder / name).read_bytes().startswith(first)
    assert name in done.stderr.decode()


def test_a_file_is_the_same_as_the_pipe(guiju, folder):
    guiju(*check(folder), "--format", "json", "-o", folder / "out.txt")
    assert (folder / "out.txt").read_bytes() == guiju(*check(folder), "--format", "json").stdout


def test_a_failed_run_leaves_the_old_file_and_nothing_beside_it(guiju, folder):
    out = folder / "r.json"
    out.write_text("old")
    (folder / "offering.yaml").write_text("offering: 301999\n")
    before = sorted(p.name for p in folder.iterdir())
    assert guiju(*check(folder), "-o", out).returncode == 2
    assert out.read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == before


def test_a_good_run_replaces_it_keeps_its_mode_and_leaves_nothing_beside_it(guiju, folder):
    out = folder / "r.json"
    out.write_text("old")
    out.chmod(0o640)
    before = sorted(p.name for p in folder.iterdir())
    assert guiju(*check(folder), "-o", out).returncode == 1
    assert json.loads(out.read_text())["offering"] == "301999"
    assert out.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in folder.iterdir()) == before


def _folder(out: Path) -> None:
    out.mkdir()


def _pipe(out: Path) -> None:
    os.mkfifo(out)


def _link(out: Path) -> None:
    out.symlink_to(out.parent / "good.csv")


def _dangling(out: Path) -> None:
    out.symlink_to(out.parent / "nowhere")


@pytest.mark.parametrize("make", [_folder, _pipe, _link, _dangling])
def test_only_a_regular_file_is_written(guiju, folder, make):
    make(folder / "out")
    old = (folder / "good.csv").read_bytes()
    done = guiju(*check(folder), "--format", "json", "-o", folder / "out")
    assert done.returncode == 2
    assert f"not-a-file: `{folder / 'out'}` 不是普通文件" in done.stderr.decode()
    assert (folder / "good.csv").read_bytes() == old


@pytest.mark.parametrize("own", ["bad.csv", "offering.yaml", "./bad.csv"])
def test_the_input_is_never_overwritten(guiju, folder, own):
    old = (folder / own).read_bytes()
    done = guiju(*check(folder), "--format", "csv", "-o", f"{folder}/{own}")
    assert done.returncode == 2
    assert "own-input" in done.stderr.decode()
    assert (folder / own).read_bytes() == old


def test_a_file_in_no_folder_is_refused_before_any_work(guiju, folder):
    done = guiju(*check(folder), "-o", folder / "none" / "r.json")
    assert (done.returncode, "no-folder" in done.stderr.decode()) == (2, True)
