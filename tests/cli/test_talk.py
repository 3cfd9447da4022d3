"""What the command says beside its reports: progress on a terminal, completion in a shell."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_on_terminal(folder: Path, wait: float) -> tuple[str, int]:
    """What a terminal is sent when the offering is written only after `wait` seconds."""
    offering = (folder / "offering.yaml").read_bytes()
    os.remove(folder / "offering.yaml")
    os.mkfifo(folder / "offering.yaml")
    ours, theirs = pty.openpty()
    arguments = [sys.executable, "-m", "validator", "check", str(folder / "good.csv"), "--offering", str(folder / "offering.yaml")]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        with (folder / "offering.yaml").open("wb") as pipe:  # opens once the command waits for it
            time.sleep(wait)
            pipe.write(offering)
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
    said, status = run_on_terminal(folder, 2.5)
    assert status in (0, 3)
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
