"""Measured parts -> one SVG: a point for every contender. Each part has its own logarithmic scale (without a zero, so no bars)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.parts import OURS, Part

INK, OWN, OTHER = "#1f2933", "#0b6e99", "#7b8794"


def write(target: Path, parts: Sequence[Part]) -> None:
    """Write the SVG. The same measurements give the same bytes."""
    matplotlib.rcParams.update({"svg.hashsalt": "guiju", "svg.fonttype": "none", "font.size": 9, "text.color": INK})
    sizes = [len(p.timings.rounds) for p in parts]
    figure, axes = pyplot.subplots(len(parts), 1, figsize=(8, 0.32 * sum(sizes) + 0.75 * len(parts)), height_ratios=sizes, squeeze=False)
    for axis, part in zip(axes[:, 0], parts, strict=True):
        _points(axis, part)
    figure.tight_layout(h_pad=1.2)
    figure.savefig(target, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def _points(axis: Axes, part: Part) -> None:
    names = sorted(part.timings.rounds, key=part.timings.median, reverse=True)
    medians = [part.timings.median(n) for n in names]
    starred = [n + (" *" if part.does.get(n) else "") for n in names]
    colours = [OWN if n.startswith(OURS) else OTHER for n in names]
    axis.scatter(medians, range(len(names)), c=colours, s=60, zorder=3)
    axis.set_yticks(range(len(names)), starred)
    axis.set_ylim(-0.6, len(names) - 0.4)
    axis.set_xscale("log")
    axis.set_xlim(min(medians) / 2, max(medians) * 3)
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(lambda seconds, _: shown(seconds))
    axis.grid(color="#e4e9ed", zorder=0)
    axis.set_title(part.title + ("   (* does less)" if part.does else ""), loc="left", fontsize=9, fontweight="bold")
    for at, (name, median) in enumerate(zip(names, medians, strict=True)):
        axis.annotate(
            shown(median), (median, at), (8, -3), textcoords="offset points", fontweight="bold" if name.startswith(OURS) else "normal"
        )
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(labelsize=8, length=2)


def shown(seconds: float) -> str:
    """A time with three significant digits, in a suitable unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"
