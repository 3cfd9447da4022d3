"""The version stands in one place, and what is installed says that it is typed."""

import re
import tomllib
from pathlib import Path

import validator
from validator.report.model import ENGINE

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_command_and_every_report_name_the_version_of_the_package(guiju):
    done = guiju("--version")
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"guiju {validator.__version__}\n", b"")
    assert f"guiju {validator.__version__}" == ENGINE


def test_the_build_reads_it_where_it_stands():
    """With the pattern that the build uses where none is given."""
    assert PROJECT["project"]["dynamic"] == ["version"]
    text = (ROOT / PROJECT["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    assert re.findall(r'^__version__ = "(.+)"$', text, re.M) == [validator.__version__]


def test_no_other_file_of_ours_repeats_it():
    for top in ("dsl", "validator"):
        for path in (ROOT / top).rglob("*.py"):
            assert path == ROOT / "validator" / "__init__.py" or f'"{validator.__version__}"' not in path.read_text(encoding="utf-8"), path


def test_the_change_log_has_a_section_for_it():
    assert f"## {validator.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_both_packages_say_that_they_are_typed():
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (ROOT / package / "py.typed").is_file()
