"""What the command says beside its reports: progress on a terminal, completion in a shell."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_on_terminal(*arguments: object) -> tuple[str, int]:
    """What a terminal is sent. Nothing is taken from the cache."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "GUIJU_CACHE": "off"}
    with subprocess.Popen(
        [sys.executable, "-m", "validator", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env=env
    ) as process:
        os.close(theirs)
        process.communicate(timeout=60)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:
        pass  # the terminal is gone with the process
    os.close(ours)
    return said.decode(), process.returncode


def test_what_takes_longer_than_a_second_shows_a_sign_of_life_on_the_terminal(folder):
    head, first, _ = (folder / "good.csv").read_text(encoding="utf-8").splitlines()
    rows = [first.replace("V1,P1", f"V{i},P{i}").removesuffix("1") + str(i) for i in range(50_000)]
    (folder / "good.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    said, status = run_on_terminal("check", folder / "good.csv", "--offering", folder / "offering.yaml")
    assert status in (0, 1, 3)
    assert "校验" in said
    assert "0:00:0" in said
    assert said.endswith("\x1b[2K") or "\x1b[?25h" in said  # the line is taken away again, the cursor is back


def test_nothing_is_said_into_a_pipe(guiju, folder):
    assert guiju("check", folder / "good.csv", "--offering", folder / "offering.yaml").stderr == b""


@pytest.mark.parametrize(
    ("typed", "wanted"), [("guiju ru", "rulebook"), ("guiju rulebook re", "resolve"), ("guiju check --again", "--against")]
)
def test_the_shell_completes_commands_and_options(guiju, typed, wanted):
    done = guiju(env={"_GUIJU_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))})
    assert wanted in done.stdout.decode().split()


def test_the_script_for_the_shell_is_shown(guiju):
    """The shell is named: which one started the tests is not ours to say."""
    done = guiju("--show-completion", "zsh", env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert done.returncode == 0
    assert "_guiju" in done.stdout.decode()
