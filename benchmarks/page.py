"""Measured parts -> docs/performance.md, with the picture that `benchmarks.picture` draws."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import picture
from benchmarks.parts import OURS, Part
from benchmarks.picture import shown

PACKAGES = ("polars", "pydantic", "dataframely", "pandera", "zen-engine")

HEAD = """# What it costs

Made by `python -m benchmarks`, which writes this page; `pip install -e '.[bench]'` installs the libraries for comparison.
Measured on {day} with {machine}; {packages}.

Every contender gets the same records and checks the same rules, those of the stages registration, pricing-basis, inquiry and pricing.
Its results are compared with Guiju's before anything is timed, and a difference stops the run. The last column lists work that a contender
does not do: its time is not comparable in full. Contenders run in turns, with a different first one each round. The first round does not
count. A time is the median of the rounds. *times Guiju* is the median of the ratios within each round, so that a busy moment affects both.

![Times of all contenders by part]({picture})
"""


def write(folder: Path, parts: Sequence[Part]) -> None:
    """Write the page and its picture."""
    folder.mkdir(exist_ok=True)
    picture.write(folder / "performance.svg", parts)
    head = HEAD.format(day=date.today().isoformat(), machine=_machine(), packages=_packages(), picture="performance.svg")
    (folder / "performance.md").write_text(head + "\n" + "\n".join(table(p) for p in parts), encoding="utf-8")


def table(part: Part) -> str:
    """One part as a section of Markdown."""
    lines = [f"## {part.title}", "", "| | median | times Guiju | does less |", "|---|---:|---:|---|"]
    first = next(n for n in part.timings.rounds if n.startswith(OURS))
    for name in sorted(part.timings.rounds, key=part.timings.median):
        less = part.does.get(name, "")
        lines.append(f"| {name} | {shown(part.timings.median(name))} | {part.timings.ratio(name, first):.2f} | {less} |")
    lines += ["", *_said(part), *part.notes]
    return "\n".join(lines).rstrip() + "\n"


def _said(part: Part) -> Sequence[str]:
    """Sentences on the milestones and whether this run reached them."""
    said = []
    if part.goal is not None:
        peer, goal = part.goal
        ratio = part.timings.ratio(OURS, peer)
        said.append(
            f"Guiju takes {ratio:.2f} times as long as {peer}; the milestone of {goal} is {'reached' if ratio <= goal else 'missed'}."
        )
    for name, limit in part.limits.items():
        median = part.timings.median(name)
        said.append(f"{name}: {shown(median)}; the milestone of {shown(limit)} is {'reached' if median <= limit else 'missed'}.")
    return said


def _machine() -> str:
    cores = f"{os.cpu_count()} cores" if (os.cpu_count() or 1) > 1 else "one core"
    return f"{cores} of {_processor()}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _packages() -> str:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
