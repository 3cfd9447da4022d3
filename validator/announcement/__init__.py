"""Check the printed figures of an announcement against the rulebooks in rules/announcements.

report = validator.announcement.check("announcement.yaml")
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.announcement.run import AnnouncementReport


def check(path: str | Path, rules: Path | None = None) -> "AnnouncementReport":
    """The report on one announcement, under the revision of its rulebook that governs it. Raises DiagnosticError."""
    from dsl.diagnostics import DiagnosticError
    from validator.announcement.intervals import Interval
    from validator.announcement.read import read_announcement
    from validator.announcement.rulebooks import library
    from validator.announcement.run import report, run
    from validator.vocabulary.layers import rules_folder

    books = library(rules or rules_folder())
    announcement = read_announcement(Path(path), books.vocabulary)
    published = announcement.root("published")
    assert published is not None and isinstance(published.value, Interval)
    try:
        rulebook = books.governing(announcement.rulebook, {"published": int(published.value.printed)})
        return report(run(rulebook, announcement, books.calendar))
    except DiagnosticError as error:
        raise DiagnosticError(d.at(Path(path).as_posix(), 1) for d in error.diagnostics) from None
