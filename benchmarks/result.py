"""The result of a contender in a common form. Results are compared before anything is timed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE = range(4)

Figures = Mapping[str, object]


@dataclass
class Result:
    """Per rule the count of each outcome, and each finding by row with its outcome and figures; then the fates of the bids."""

    counts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    findings: dict[str, list[tuple[int, int, Figures]]] = field(default_factory=dict)
    values: dict[str, Fraction | int | None] = field(default_factory=dict)
    bids: dict[str, list[object]] = field(default_factory=dict)
    violated: dict[str, list[int]] = field(default_factory=dict)
    """The rows on which each rule is violated, for contenders that report nothing else."""


def require_same(name: str, wanted: Result, found: Result) -> None:
    """Raises AssertionError with the first difference. Parts that a contender does not report are not compared."""
    for part in ("counts", "values", "bids"):
        ours, theirs = getattr(wanted, part), getattr(found, part)
        for key, value in theirs.items():
            assert key in ours, f"{name}: {part} of {key} is not ours"
            assert ours[key] == value, f"{name}: {part} of {key}: {_first(ours[key], value)}"
    for rule, rows in found.violated.items():
        broken = sorted(row for row, outcome, _ in wanted.findings.get(rule, ()) if outcome == VIOLATED)
        assert broken == rows, f"{name}: {rule} violated: {_first(broken, rows)}"
    for rule in wanted.counts if found.findings else ():
        named = found.findings.get(rule)
        if named is None:
            assert rule not in found.counts or not any(found.counts[rule][i] for i in (VIOLATED, NOT_EVALUABLE)), f"{name}: {rule} not said"
            continue
        keys = list(named[0][2]) if named else []
        said: list[tuple[int, int, Figures]] = [(row, o, {k: f[k] for k in keys}) for row, o, f in wanted.findings[rule]]
        assert said == named, f"{name}: findings of {rule}: {_first(said, named)}"


def _first(ours: object, theirs: object) -> str:
    if isinstance(ours, list) and isinstance(theirs, list):
        for i, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            if a != b:
                return f"at {i} wanted {a}, found {b}"
        return f"wanted {len(ours)}, found {len(theirs)}"
    return f"wanted {ours}, found {theirs}"
