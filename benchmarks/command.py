"""A folder with a book -> a run of the whole command in its own process, as a user starts it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]


def check(folder: Path, suffix: str) -> Callable[[], None]:
    """`guiju check` on the book of a folder. The report is written next to the book."""
    report = folder / f"report.{suffix}"
    line = [
        sys.executable,
        "-m",
        "validator",
        "check",
        str(folder / "book"),
        "--offering",
        str(folder / "offering.yaml"),
        "-o",
        str(report),
    ]

    def run() -> None:
        done = subprocess.run(line, cwd=HOME, capture_output=True, check=False)
        assert done.returncode == 1, done.stderr.decode()

    return run
