"""A folder of offerings, each in its own folder with its book -> one report. Each offering is checked under the revision that governs it.

A mistake in one offering or its book is reported for that offering. The others are still checked.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.outcomes import OUTCOMES
from validator.bilingual import Both
from validator.checks.checker import for_offering
from validator.checks.offerings import Line, Of, Offerings, Revision
from validator.intake.issue import Issue
from validator.report.model import Report
from validator.rulebook.cache import shelf
from validator.vocabulary.layers import rules_folder

OFFERING = "offering.yaml"
_BOOKS = ("book", "bids", "报价簿", "报价")
"""Names of a book next to its offering.yaml: a folder, or a file in any supported format."""
_TABLES = ("bids", "报价")
_FORMATS = (".csv", ".xlsx", ".parquet", ".json", ".jsonl", ".zip")


def check_folder(folder: str | Path, rules: str | Path | None = None, told: Callable[[int, int], None] | None = None) -> Offerings:
    """Check every offering below a folder. `told` is called with the number done and the total."""
    books = shelf(Path(rules) if rules is not None else rules_folder())
    places = sorted(p.parent for p in Path(folder).glob(f"*/{OFFERING}"))
    found = Offerings()
    refused: list[Of[Issue]] = []
    read: list[str] = []
    for done, place in enumerate(places):
        if told is not None:
            told(done, len(places))
        try:
            book = book_beside(place)
            checker = for_offering(books, place / OFFERING)
            report = checker.offering_only() if book is None else checker.book(book)
        except DiagnosticError as error:
            found.refused += 1
            refused += [Of(_issue(d), place.name, place.name) for d in error.diagnostics]
        else:
            _add(found, report, place.name)
            read.append(f"{place.name} {report.input_digest}")
    found.intake = [*refused, *found.intake]
    found.digest = "sha256:" + sha256("\n".join(read).encode()).hexdigest()
    return found


def _add(found: Offerings, report: Report, folder: str) -> None:
    name = f"{report.rulebook['id']}@{report.rulebook['revision']}"
    found.revisions.setdefault(name, Revision(report.rulebook, report.sources))
    outcomes = {o: report.outcomes[o] for o in OUTCOMES}
    found.add(Line(report.offering, name, outcomes, report.status, folder=folder, report=report), report.by_rule)
    found.findings += [Of(f, report.offering, folder) for f in report.findings]
    found.intake += [Of(i, report.offering, folder) for i in report.intake]
    found.names |= {rule: info.name for rule, info in report.rules.items()}
    for entity, n in report.records.items():
        found.records[entity] = found.records.get(entity, 0) + n


def book_beside(place: Path) -> Path | None:
    """The book next to an offering, or None; the folder itself if a table of bids lies there among others.

    Raises DiagnosticError if there are several books.
    """
    found = sorted(p for p in place.iterdir() if p.stem in _BOOKS and (p.suffix.lower() in _FORMATS or p.is_dir()))
    if len(found) > 1:
        names = ", ".join(f"`{p.name}`" for p in found)
        raise DiagnosticError(
            [Diagnostic("two-books", f"two books for one offering: {names}", hint="keep only one of them", file=str(place))]
        )
    if found and found[0].stem in _TABLES and found[0].is_file():
        others = (p for p in place.iterdir() if p != found[0] and p.suffix.lower() in _FORMATS and not p.name.startswith((".", "~$")))
        return place if any(others) else found[0]
    return found[0] if found else None


def _issue(diagnostic: Diagnostic) -> Issue:
    said = f"{diagnostic.message}; {diagnostic.hint}" if diagnostic.hint else diagnostic.message
    return Issue(diagnostic.code, Path(diagnostic.file).name, diagnostic.line or None, None, None, Both(said, said))
