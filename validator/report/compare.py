"""Two reports on one book -> the findings that are only in one of them, and the other differences.

Two findings are the same if rule, outcome and record are the same. Their figures may differ, because a limit can be one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from validator.report.model import Finding, Report

Sides = tuple[str | None, str | None]


@dataclass(frozen=True)
class Comparison:
    """The differences from `old` to `new`. What is the same in both is left out."""

    old: Report
    new: Report
    appeared: tuple[Finding, ...]
    disappeared: tuple[Finding, ...]
    fates: Mapping[Sides, tuple[str, ...]]
    """By old and new fate: the ids of the bids whose fate changes."""
    values: Mapping[str, Sides]
    elimination: bool
    """Whether the elimination differs."""

    @property
    def same(self) -> bool:
        return not (self.appeared or self.disappeared or self.fates or self.values or self.elimination)


def compare(old: Report, new: Report) -> Comparison:
    """The differences between two runs over the same book."""
    before, after = ({_key(f): f for f in r.findings} for r in (old, new))
    was = {b.id: b.fate for b in old.bids}
    moved: dict[Sides, list[str]] = {}
    for bid in new.bids:
        if was.get(bid.id) != bid.fate:
            moved.setdefault((was.get(bid.id), bid.fate), []).append(bid.id)
    names = dict.fromkeys((*old.values, *new.values))
    values = {n: (old.values.get(n), new.values.get(n)) for n in names}
    return Comparison(
        old,
        new,
        tuple(f for k, f in after.items() if k not in before),
        tuple(f for k, f in before.items() if k not in after),
        {k: tuple(v) for k, v in moved.items()},
        {n: sides for n, sides in values.items() if sides[0] != sides[1]},
        old.elimination != new.elimination,
    )


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.outcome, finding.subject.kind, finding.subject.id
