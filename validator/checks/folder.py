"""A folder of offerings, each in a folder of its own with its book beside it -> one report: each under the revision that governed it.

What is wrong with one offering or its book is said of it; the others are checked all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.outcomes import OUTCOMES
from validator.bilingual import Both
from validator.checks.checker import for_offering
from validator.intake.issue import Issue
from validator.report.model import ENGINE, FORMAT, Report
from validator.rulebook.cache import shelf
from validator.vocabulary.layers import rules_folder

OFFERING = "offering.yaml"
_BOOKS = ("book", "bids", "报价簿", "报价")
"""What a book beside its offering is called: a folder, or a file of any format."""
_FORMATS = (".csv", ".xlsx", ".parquet", ".json", ".jsonl", ".zip")


@dataclass(frozen=True)
class Books:
    """The report on each book by the name of its folder, and the issues of those that could not be checked."""

    reports: Mapping[str, Report]
    refused: Mapping[str, tuple[Issue, ...]]

    @property
    def status(self) -> int:
        """1 violations, 3 something could not be read or evaluated, else 0."""
        found = {r.status for r in self.reports.values()}
        return 1 if 1 in found else 3 if self.refused or 3 in found else 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the report's words: `outcomes` by revision, one flat list of findings, and a line for each book."""
        reports = self.reports.values()
        records: dict[str, int] = {"offering": len(reports)}
        for report in reports:
            for entity, n in report.records.items():
                records[entity] = records.get(entity, 0) + n
        digests = {f"{r.rulebook['id']}@{r.rulebook['revision']}": dict(r.rulebook) for r in reports}
        read = "\n".join(f"{name} {report.input_digest}" for name, report in self.reports.items())
        return {
            "format": FORMAT,
            "engine": ENGINE,
            "rulebooks": [digests[name] for name in sorted(digests)],
            "input": {"digest": f"sha256:{sha256(read.encode()).hexdigest()}", "records": records},
            "intake": [
                *({"offering": name, **i.to_dict()} for name, issues in self.refused.items() for i in issues),
                *({"offering": r.offering, **i.to_dict()} for r in reports for i in r.intake),
            ],
            "outcomes": {**{o: sum(r.outcomes[o] for r in reports) for o in OUTCOMES}, "by_revision": self.by_revision()},
            "offerings": [{"folder": name, **_line(report)} for name, report in self.reports.items()],
            "findings": [{"offering": r.offering, **f.to_dict()} for r in reports for f in r.findings],
        }

    def by_revision(self) -> dict[str, dict[str, Any]]:
        """How many offerings a revision governs, and the outcomes of its rules."""
        found: dict[str, dict[str, Any]] = {}
        for report in self.reports.values():
            name = f"{report.rulebook['id']}@{report.rulebook['revision']}"
            counts = found.setdefault(name, {"offerings": 0, **dict.fromkeys(OUTCOMES, 0), "by_rule": {}})
            counts["offerings"] += 1
            for outcome in OUTCOMES:
                counts[outcome] += report.outcomes[outcome]
            for rule, of_rule in report.by_rule.items():
                known = counts["by_rule"].setdefault(rule, {})
                for outcome, n in of_rule.items():
                    known[outcome] = known.get(outcome, 0) + n
        return dict(sorted(found.items()))


def check_folder(folder: str | Path, rules: str | Path | None = None, told: Callable[[int, int], None] | None = None) -> Books:
    """Check every offering below a folder. `told` hears how many are done, and of how many."""
    books = shelf(Path(rules) if rules is not None else rules_folder())
    places = sorted(p.parent for p in Path(folder).glob(f"*/{OFFERING}"))
    reports: dict[str, Report] = {}
    refused: dict[str, tuple[Issue, ...]] = {}
    for done, place in enumerate(places):
        if told is not None:
            told(done, len(places))
        try:
            book = book_beside(place)
            checker = for_offering(books, place / OFFERING)
            reports[place.name] = checker.offering_only() if book is None else checker.book(book)
        except DiagnosticError as error:
            refused[place.name] = tuple(map(_issue, error.diagnostics))
    return Books(reports, refused)


def book_beside(place: Path) -> Path | None:
    """The book that lies beside an offering, if there is one. Raises DiagnosticError where there are several."""
    found = sorted(p for p in place.iterdir() if p.stem in _BOOKS and (p.suffix.lower() in _FORMATS or p.is_dir()))
    if len(found) > 1:
        names = ", ".join(f"`{p.name}`" for p in found)
        raise DiagnosticError([Diagnostic("two-books", f"two books beside one offering: {names}", hint="leave one", file=str(place))])
    return found[0] if found else None


def _issue(diagnostic: Diagnostic) -> Issue:
    said = f"{diagnostic.message}; {diagnostic.hint}" if diagnostic.hint else diagnostic.message
    return Issue(diagnostic.code, Path(diagnostic.file).name, diagnostic.line or None, None, None, Both(said, said))


def _line(report: Report) -> dict[str, Any]:
    """One book in short: what its own report says without its findings."""
    full = report.to_dict()
    kept = ("offering", "provisional", "verified", "rulebook", "input", "elimination", "fates", "unsupplied", "attestations")
    outcomes = {o: report.outcomes[o] for o in OUTCOMES}
    return {**{k: full[k] for k in kept}, "status": report.status, "outcomes": outcomes}
