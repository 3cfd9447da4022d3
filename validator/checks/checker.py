"""The door for programs: an offering -> a checker that is kept; a book or a submission -> its report.

After `checker()` returns, nothing but the book it is given is read: no file of rules, no clock.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.checks.run import BookRun, SubmissionRun
from validator.intake import read_book
from validator.intake.offering import board_and_dates, read_offering
from validator.intake.submission.read import Submission, read_submission
from validator.plan.bind import bind
from validator.plan.model import BID, Plan
from validator.plan.supplied_columns import BookPlan, Supplied
from validator.report.given import book_input, submission_input
from validator.report.model import Report
from validator.rulebook.cache import Shelf, shelf
from validator.rulebook.model import Rulebook
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from validator.intake.book.book import Book
    from validator.rulebook.library import Library

MOST_BOOKS = 32
"""Plans kept for books that lack different columns: anyone may send what he likes, and memory must not grow with it."""

VERIFY_UP_TO = 50_000
"""Bids up to which a book is run through both evaluators,"""
VERIFY_RECORDS = 200_000
"""and records of its largest table: a day's online applications are millions."""


def checker(offering: str | Path | Mapping[str, object], rules: str | Path | None = None) -> "Checker":
    """The checker of one offering: picks the revision, binds the terms, compiles. Raises DiagnosticError with all that is wrong."""
    made = for_offering(shelf(Path(rules) if rules is not None else rules_folder()), offering)
    _ = made.submissions  # nothing is planned or compiled once a portal asks
    return made


def for_offering(books: "Library | Shelf", offering: str | Path | Mapping[str, object], rulebook: Rulebook | None = None) -> "Checker":
    """As `checker`, with the rules already read, or under a given revision."""
    given = read_offering(offering, books.vocabulary)
    if rulebook is None:
        rulebook = books.governing(*board_and_dates(given))
    return Checker(bind(rulebook, given, books.calendar), books.vocabulary)


class Checker:
    """One offering under the revision that governs it. May be shared by threads."""

    def __init__(self, plan: Plan, vocabulary: Vocabulary) -> None:
        self.plan = plan
        self.vocabulary = vocabulary
        self._books: dict[Supplied, BookRun] = {}

    @cached_property
    def submissions(self) -> SubmissionRun:
        """What checks submissions: made by `checker`, or when the first one comes."""
        return SubmissionRun.of(self.plan, self.vocabulary)

    def book(self, source: object, stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """Check a whole book: a file, a folder, a data frame. `stages` limits what is reported, not what is run before.

        Up to 50,000 bids both evaluators run and the report is `verified`; `evaluator` ("rows" or "columns") asks for one alone.
        Raises DiagnosticError where the book is refused, Disagreement where the evaluators differ.
        """
        return self.read(read_book(source, self.vocabulary), stages, evaluator=evaluator)

    def read(self, book: "Book", stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """As `book`, for a book that was read before."""
        from validator.engine.columns.run import with_gaps

        book = with_gaps(book, self.plan.schema)
        given = book_input(book, self.plan)
        most = max(f.height for f in book.frames.values())
        both = evaluator is None and book.frames[BID].height <= VERIFY_UP_TO and most <= VERIFY_RECORDS
        return self._ready(given.supplied).book(book, given, self._known(stages), evaluator, both=both)

    def offering_only(self, stages: Sequence[str] | None = None) -> Report:
        """Check the offering alone: the rules of its own fields. Those that need a book are listed as unsupplied."""
        given = submission_input(Submission({}, frozenset(), ()), self.plan)
        return self._ready(given.supplied).offering_only(given, self._known(stages))

    def submission(self, data: object) -> Report:
        """Check one investor's submission: the rules that read only its own records and the offering. Loads no Polars."""
        read = read_submission(data, self.submissions.form)
        return self.submissions.check(read, submission_input(read, self.plan))

    def _ready(self, supplied: Supplied) -> BookRun:
        """Made once for books with the same columns; the last few are kept."""
        found = self._books.pop(supplied, None) or BookRun(BookPlan.of(self.plan, supplied), self.vocabulary.words_en)
        self._books[supplied] = found
        for old in list(self._books)[:-MOST_BOOKS]:
            self._books.pop(old, None)
        return found

    def _known(self, names: Sequence[str] | None) -> tuple[str, ...]:
        known = self.plan.rulebook.stages
        unknown = [n for n in names or () if n not in known]
        if unknown:
            hint = "the stages are " + ", ".join(f"`{s}`" for s in known)
            raise DiagnosticError([Diagnostic("unknown-stage", f"unknown stage `{n}`", hint=hint) for n in unknown])
        return tuple(names or ())
