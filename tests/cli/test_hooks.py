"""The hooks of pre-commit, ours and those that we offer: every entry is a command that exists, with arguments that it takes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from validator.vocabulary.source import load

ROOT = Path(__file__).parents[2]


def hooks() -> list[dict[str, object]]:
    ours, offered = (load(ROOT / name).data for name in (".pre-commit-config.yaml", ".pre-commit-hooks.yaml"))
    assert isinstance(ours, dict) and isinstance(offered, list)
    return [*(hook for repo in ours["repos"] for hook in repo["hooks"]), *offered]


def test_both_files_have_the_hooks_that_are_promised() -> None:
    assert [hook["id"] for hook in hooks()] == ["ruff-check", "ruff-format", "mypy", "guiju-lint", "guiju-fmt", "guiju-lint", "guiju-fmt"]


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: str(hook["entry"]))
def test_its_entry_is_a_command_that_takes_its_arguments(hook, rules, tmp_path):
    command, *arguments = str(hook["entry"]).removeprefix(".venv/bin/").split()
    arguments += hook.get("args", [])
    if command == "guiju":
        shutil.copytree(rules, tmp_path / "rules")
        run = [sys.executable, "-m", "validator", *arguments]
    else:
        (tmp_path / "a.py").write_text('A = "a"\n', encoding="utf-8")
        run = [sys.executable, "-m", command, *arguments, "a.py"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "GUIJU_CACHE": "off"}
    done = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_hook_for_the_form_changes_a_file_that_is_not_in_form(guiju, rules):
    """pre-commit stops a commit where a hook has changed a file: `guiju fmt` needs no other status."""
    file = rules / "2025-03.yaml"
    assert guiju("fmt", rules).returncode == 0
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("price_spread * lowest_price", "price_spread*lowest_price"), encoding="utf-8")
    assert guiju("fmt", rules).returncode == 0
    assert file.read_text(encoding="utf-8") == text
