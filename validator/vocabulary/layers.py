"""A folder of rules -> its layers: the folder alone, or our rules and the folder on top.

A folder with its own vocabulary is complete and is used alone. A folder without one holds revisions that amend ours. They are read as if
they were in our folder. The vocabulary is ours, and so is the calendar unless the folder has one.
"""

import os
from itertools import islice
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError

VOCABULARY = "vocabulary.yaml"
CALENDAR = "calendar.yaml"

MOST = 1_000
"""The most files and folders in a folder of rules. A folder with more is probably a home folder or a disk, given by mistake."""


def rules_folder() -> Path:
    """The rules of this package: inside the package in a wheel, at the top in a checkout."""
    packed = Path(__file__).parents[1] / "rules"
    return packed if packed.exists() else Path(__file__).parents[2] / "rules"


def layers(folder: Path) -> tuple[Path, ...]:
    """The layers, lowest first. Raises DiagnosticError if there are no rules."""
    if os.path.lexists(folder / VOCABULARY):  # whatever it is: its reader refuses a pipe or a broken link
        return (folder,)
    if not folder.is_dir():
        raise _refused(folder, "there is no such folder of rules")
    found = [name for _, below, names in islice(os.walk(folder), MOST) for name in (*below, *names)]
    if len(found) > MOST:
        raise _refused(folder, f"it holds more than {MOST:,} files and folders, so it is not a folder of rules")
    if not any(name.endswith(".yaml") for name in found):
        raise _refused(folder, "there are no rules in the folder")
    return (rules_folder(), folder)


def file_of(folder: Path, name: str) -> Path:
    """The file of that name that applies: the folder's own, else ours."""
    found = layers(folder)
    return next((f / name for f in reversed(found) if os.path.lexists(f / name)), found[-1] / name)


def _refused(folder: Path, said: str) -> DiagnosticError:
    hint = 'a folder of rules holds rulebooks such as 2026-06.yaml: `revision: "2026-06"` and what it `amends`'
    return DiagnosticError([Diagnostic("no-rules", said, hint=hint, file=str(folder))])
