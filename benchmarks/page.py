"""Measured parts -> docs/performance.md."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.parts import OURS, Part


def table(part: Part) -> str:
    """One part as a table of Markdown."""
    lines = [f"## {part.title}", "", "| | median | times ours |", "|---|---|---|"]
    first = next(n for n in part.timings.rounds if n.startswith(OURS))
    for name in sorted(part.timings.rounds, key=part.timings.median):
        lines.append(f"| {name} | {shown(part.timings.median(name))} | {part.timings.ratio(name, first):.2f} |")
    if part.goal is not None:
        peer, goal = part.goal
        lines += ["", f"Guiju takes {part.timings.ratio(OURS, peer):.2f} times as long as {peer}; the milestone is {goal}."]
    return "\n".join(lines) + "\n"


def write(folder: Path, parts: Sequence[Part]) -> None:
    folder.mkdir(exist_ok=True)
    text = "# What it costs\n\n" + "\n".join(table(p) for p in parts)
    (folder / "performance.md").write_text(text, encoding="utf-8")


def shown(seconds: float) -> str:
    """With three figures, in the unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"
