"""`guiju check`: a book and its offering, many offerings at once, or an announcement -> what was found, in the format asked for."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.diagnostics import DiagnosticError
from validator.cli import door, inputs, progress, reports
from validator.cli.reports import Out
from validator.render.phrases.say import both, say
from validator.report.model import Report
from validator.vocabulary.layers import rules_folder

if TYPE_CHECKING:
    from validator.checks.offerings import Offerings

_OFFERING = "offering.yaml"
_TEXTS = (".yaml", ".yml")
_OTHER_TABLES = {"unknown-table", "no-board"}
"""What is said of a table, or tables, that do not list offerings."""
_TABLES = (".csv", ".xlsx", ".xls", ".parquet", ".jsonl", ".zip")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the officer wants to know of a book."""

    rules: Path | None
    stages: tuple[str, ...] = ()
    revision: str | None = None
    against: str | None = None
    subject: str | None = None
    bids: bool = False

    @property
    def folder(self) -> Path:
        return self.rules or rules_folder()


def check(book: Path | None, offering: Path | None, asked: Asked, out: Out) -> int:
    """Writes the report and gives its exit status."""
    if offering is None and book is not None:
        if book.suffix.lower() in _TEXTS:
            return _announcement(book, asked, out)
        if not book.is_dir():
            return _offerings(book, asked, out)
        if os.path.lexists(book / _OFFERING):
            from validator.checks.folder import book_beside

            return _one(book_beside(book), book / _OFFERING, asked, out)
        if any(book.glob(f"*/{_OFFERING}")):
            return _folder(book, asked, out)
    if offering is None:
        door.refuse("no-offering", both("offering-not-given"), both("name-the-offering"))
    if offering.suffix.lower() in _TABLES:
        door.refuse("no-offering", both("offering-is-a-table", file=offering), both("write-the-offering"))
    return _one(book, offering, asked, out)


def _one(book: Path | None, offering: Path, asked: Asked, out: Out) -> int:
    from validator.checks.checker import for_offering
    from validator.rulebook.cache import shelf

    given = () if book is None else inputs.of_book(book)
    door.writable(out.target, (offering,), given, inputs.of_rules(asked.rules))

    def run(revision: str | None) -> Report:
        checker = for_offering(books, offering, None if revision is None else books.get(revision))
        stages = asked.stages or None
        return checker.offering_only(stages=stages) if book is None else checker.book(book, stages=stages)

    with progress.shown(say("checking", out.lang)):
        books = shelf(asked.folder)
        report = run(asked.revision)
        other = None if asked.against is None else run(asked.against)
    if other is not None:
        _compared(report, other, out)
    elif asked.subject is not None:
        _of_subject(report, asked.subject, out)
    else:
        reports.write(report, out, asked.bids)
    return report.status


def _compared(old: Report, new: Report, out: Out) -> None:
    from validator.render.pages import comparison
    from validator.report.compare import compare

    found = compare(old, new)
    reports.write_page(comparison.page(found, out.lang), comparison.data(found), out)


def _of_subject(report: Report, id_: str, out: Out) -> None:
    from validator.render.pages.report import subject

    found = subject.of_report(report, id_)
    reports.write_page(subject.page(found, out.lang), subject.data(found), out)


def _offerings(table: Path, asked: Asked, out: Out) -> int:
    from validator.checks.table import check_offerings

    _plain(asked, "of-offerings-table")
    door.writable(out.target, (table,), inputs.of_rules(asked.rules))
    try:
        with progress.shown(say("checking-table", out.lang)):
            found = check_offerings(table, asked.rules)
    except DiagnosticError as error:
        if any(d.code in _OTHER_TABLES for d in error.diagnostics):
            door.refuse("no-offering", both("offering-not-given"), both("name-the-offering-or-board"))
        raise

    return _written(found, out)


def _folder(folder: Path, asked: Asked, out: Out) -> int:
    from validator.checks.folder import check_folder

    _plain(asked, "of-offerings-folder")
    door.writable(out.target, inputs.of_offerings(folder, _OFFERING), inputs.of_rules(asked.rules))
    with progress.shown(say("checking-folder", out.lang)) as told:
        found = check_folder(folder, asked.rules, told)
    return _written(found, out)


def _written(found: "Offerings", out: Out) -> int:
    from validator.render.pages import offerings

    def workbook() -> bytes:
        from validator.render.xlsx.offerings import render

        return render(found, out.lang)

    reports.write_page(offerings.page(found, out.lang), found.to_dict(), out, workbook)
    return found.status


def _announcement(file: Path, asked: Asked, out: Out) -> int:
    from validator.announcement import check as check_announcement
    from validator.announcement.read import names_rulebook
    from validator.vocabulary.source import load

    door.writable(out.target, (file,), inputs.of_rules(asked.rules))
    if not names_rulebook(load(file).data):
        door.refuse("no-book", both("neither-announcement-nor-book", file=file), both("is-it-the-offering", file=file))
    _plain(asked, "of-announcement")
    from validator.render.pages import announcement

    report = check_announcement(file, asked.rules)
    reports.write_page(announcement.page(report, out.lang), report.to_dict(), out)
    return report.status


def _plain(asked: Asked, refusal: str) -> None:
    """Refuses options that mean something for one book only, with that text."""
    given = {"--stage": asked.stages, "--as": asked.revision, "--against": asked.against, "--subject": asked.subject, "--bids": asked.bids}
    for option, value in given.items():
        if value:
            door.refuse("no-such-option", both(refusal, option=option), both("leave-it-out"))
