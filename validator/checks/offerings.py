"""The result of a run over many offerings: the rows of a table, or the subfolders of a folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dsl.outcomes import OUTCOMES
from validator.bilingual import Both
from validator.intake.issue import Issue
from validator.report.model import ENGINE, FORMAT, Called, Finding, Report

T = TypeVar("T", Finding, Issue)

Counts = dict[str, int]
"""How often each outcome occurs."""


@dataclass(frozen=True, slots=True)
class Of(Generic[T]):
    """A finding or an issue of one offering. `folder` is the name of its folder, empty for a row of a table."""

    said: T
    offering: str
    folder: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"offering": self.offering, **self.said.to_dict()} if self.folder else self.said.to_dict()


@dataclass(frozen=True, slots=True)
class Line:
    """One offering: its code, the revision that governs it, and how often each outcome occurs."""

    offering: str
    rulebook: str
    outcomes: Mapping[str, int]
    status: int
    row: int = 0
    """The row in a table, 0 for a folder."""
    folder: str = ""
    report: Report | None = None
    """The report on the book in a folder. None for a row of a table."""

    def to_dict(self) -> dict[str, Any]:
        if self.report is None:
            return {"offering": self.offering, "row": self.row, "rulebook": self.rulebook, "outcomes": dict(self.outcomes)}
        full = self.report.to_dict()
        kept = ("offering", "provisional", "verified", "rulebook", "input", "elimination", "fates", "unsupplied", "attestations")
        return {"folder": self.folder, **{k: full[k] for k in kept}, "status": self.status, "outcomes": dict(self.outcomes)}


@dataclass
class Revision:
    """One revision: its sources, how many offerings it governs, and how often each outcome occurs for each of its rules."""

    rulebook: Mapping[str, str]
    sources: Mapping[str, str]
    offerings: int = 0
    by_rule: dict[str, Counts] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = {o: sum(counts.get(o, 0) for counts in self.by_rule.values()) for o in OUTCOMES}
        by_rule = {rule: {o: n for o, n in counts.items() if n} for rule, counts in self.by_rule.items()}
        return {"offerings": self.offerings, **total, "by_rule": by_rule}


@dataclass
class Columns:
    """The columns that a table does not supply. A folder has none, since each of its reports lists those of its own book."""

    unknown: tuple[tuple[str, str], ...] = ()
    unsupplied: dict[str, list[str]] = field(default_factory=dict)
    """Per revision: the rules that need a column that is not supplied."""
    lacking: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per rule in `unsupplied`: the columns that are not supplied, with their Chinese names."""


@dataclass
class Offerings:
    """The offerings that were checked, with all findings. An offering that could not be checked is in `intake`."""

    digest: str = ""
    revisions: dict[str, Revision] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    findings: list[Of[Finding]] = field(default_factory=list)
    intake: list[Of[Issue]] = field(default_factory=list)
    columns: Columns | None = None
    records: Counts = field(default_factory=dict)
    """The number of records of each entity in all books."""
    refused: int = 0
    """Folders whose offering or book could not be checked."""
    names: dict[str, Both] = field(default_factory=dict)
    """The name of every rule that was checked."""
    called: dict[str, Called] = field(default_factory=dict)
    """Per rule: the labels of the figures in its findings."""

    @property
    def status(self) -> int:
        """Exit status: 1 if anything is violated, 3 if something could not be read or evaluated, else 0."""
        found = {line.status for line in self.lines}
        return 1 if 1 in found else 3 if 3 in found or self.unsure else 0

    @property
    def unsure(self) -> bool:
        """Whether something could not be read, is missing or was not supplied."""
        waiting = self.columns.unsupplied if self.columns is not None else any(x.report and x.report.unsupplied for x in self.lines)
        return bool(any(i.said.level == "issue" for i in self.intake) or waiting)

    def add(self, line: Line, by_rule: Mapping[str, Mapping[str, int]]) -> None:
        """Add a checked offering. Its revision must already be in `revisions`."""
        self.lines.append(line)
        revision = self.revisions[line.rulebook]
        revision.offerings += 1
        for rule, counts in by_rule.items():
            known = revision.by_rule.setdefault(rule, {})
            for outcome, n in counts.items():
                known[outcome] = known.get(outcome, 0) + n

    def by_revision(self) -> dict[str, dict[str, Any]]:
        """How many offerings a revision governs, and the outcomes of its rules."""
        return {name: found.to_dict() for name, found in sorted(self.revisions.items()) if found.offerings}

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the keys of a report: `outcomes` by revision, one flat list of findings, and a line for each offering."""
        by_revision = self.by_revision()
        records: Counts = {"offering": len(self.lines), **self.records}
        total = {o: sum(r[o] for r in by_revision.values()) for o in OUTCOMES}
        data: dict[str, Any] = {
            "format": FORMAT,
            "engine": ENGINE,
            "rulebooks": [dict(found.rulebook) for _, found in sorted(self.revisions.items())],
            "input": {"digest": self.digest, "records": records},
            "intake": _dicts(self.intake),
        }
        if self.columns is not None:
            data["unknown_columns"] = [{"table": t, "column": c} for t, c in self.columns.unknown]
        data["outcomes"] = {**total, "by_revision": by_revision}
        if self.columns is not None:
            waiting = sorted({r for rules in self.columns.unsupplied.values() for r in rules})
            data["unsupplied"] = {"offering": waiting} if self.columns.unsupplied else {}
            data["lacking"] = {rule: list(columns) for rule, columns in sorted(self.columns.lacking.items())}
        return {**data, "offerings": [line.to_dict() for line in self.lines], "findings": _dicts(self.findings)}


def _dicts(found: Iterable[Of[T]]) -> list[dict[str, Any]]:
    return [of.to_dict() for of in found]
