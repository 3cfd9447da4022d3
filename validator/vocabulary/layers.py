"""A folder of rules -> the folders that make it up: itself, and ours below it where it only adds to ours.

A folder with a vocabulary of its own is whole and stands alone. One without holds revisions that amend ours: they stand among ours as if
they lay in one folder, the vocabulary is ours, and so is the calendar unless it has one.
"""

import os
from itertools import islice
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError

VOCABULARY = "vocabulary.yaml"
CALENDAR = "calendar.yaml"

MOST = 1_000
"""Folders and files that a folder of rules may hold: more, and it is a home or a disk that was named by mistake."""


def rules_folder() -> Path:
    """The rules that come with this package: beside its modules in a wheel, at the top of a checkout."""
    packed = Path(__file__).parents[1] / "rules"
    return packed if packed.exists() else Path(__file__).parents[2] / "rules"


def layers(folder: Path) -> tuple[Path, ...]:
    """The lowest first. Raises DiagnosticError where there are no rules."""
    if os.path.lexists(folder / VOCABULARY):  # whatever it is: who reads it refuses a pipe or a broken link
        return (folder,)
    if not folder.is_dir():
        raise _refused(folder, "there is no such folder of rules")
    found = [name for _, below, names in islice(os.walk(folder), MOST) for name in (*below, *names)]
    if len(found) > MOST:
        raise _refused(folder, f"it holds more than {MOST:,} files and folders: it is no folder of rules")
    if not any(name.endswith(".yaml") for name in found):
        raise _refused(folder, "there are no rules in the folder")
    return (rules_folder(), folder)


def file_of(folder: Path, name: str) -> Path:
    """The file of that name which counts: the folder's own, else ours below it."""
    found = layers(folder)
    return next((f / name for f in reversed(found) if os.path.lexists(f / name)), found[-1] / name)


def _refused(folder: Path, said: str) -> DiagnosticError:
    hint = 'a folder of rules holds rulebooks such as 2026-06.yaml: `revision: "2026-06"` and what it `amends`'
    return DiagnosticError([Diagnostic("no-rules", said, hint=hint, file=str(folder))])
