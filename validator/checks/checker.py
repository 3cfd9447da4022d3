"""An offering -> a checker to keep. The checker turns a book or a submission into a report.

After `checker()` returns, the checker reads only the book it is given: no rule files and no clock.
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
"""How many plans are kept, one per set of supplied columns. The limit bounds memory, whatever users send."""

VERIFY_UP_TO = 50_000
"""A book with at most this many bids runs through both evaluators …"""
VERIFY_RECORDS = 200_000
"""… if its largest table has at most this many records. A table of online applications can have millions."""


def checker(offering: str | Path | Mapping[str, object], rules: str | Path | None = None) -> "Checker":
    """The checker of one offering. Selects the revision, binds the terms and compiles. Raises DiagnosticError with every mistake."""
    made = for_offering(shelf(Path(rules) if rules is not None else rules_folder()), offering)
    _ = made.submissions.spoilt  # compile now, so that the first submission of a portal is not slow
    return made


def for_offering(books: "Library | Shelf", offering: str | Path | Mapping[str, object], rulebook: Rulebook | None = None) -> "Checker":
    """Like `checker`, with rules that are already read. `rulebook` overrides the governing revision."""
    given = read_offering(offering, books.vocabulary)
    if rulebook is None:
        rulebook = books.governing(*board_and_dates(given))
    return Checker(bind(rulebook, given, books.calendar), books.vocabulary)


class Checker:
    """One offering under the revision that governs it. Safe to share between threads."""

    def __init__(self, plan: Plan, vocabulary: Vocabulary) -> None:
        self.plan = plan
        self.vocabulary = vocabulary
        self._books: dict[Supplied, BookRun] = {}

    @cached_property
    def submissions(self) -> SubmissionRun:
        """The compiled run for submissions. Made by `checker`, else at the first submission."""
        return SubmissionRun.of(self.plan, self.vocabulary)

    def book(self, source: object, stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """Check a whole book: a file, a folder, a data frame. `stages` limits what is reported; earlier stages still run if needed.

        A book of up to 50,000 bids runs through both evaluators, and the report is `verified`. `evaluator` selects one ("rows", "columns").
        Raises DiagnosticError if the book is refused, Disagreement if the evaluators differ.
        """
        return self.read(read_book(source, self.vocabulary), stages, evaluator=evaluator)

    def read(self, book: "Book", stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """Like `book`, for a book that is already read."""
        from validator.engine.columns.run import with_gaps

        book = with_gaps(book, self.plan.schema)
        given = book_input(book, self.plan)
        most = max(f.height for f in book.frames.values())
        both = evaluator is None and book.frames[BID].height <= VERIFY_UP_TO and most <= VERIFY_RECORDS
        return self._ready(given.supplied).book(book, given, self._known(stages), evaluator, both=both)

    def offering_only(self, stages: Sequence[str] | None = None) -> Report:
        """Check the offering alone: the rules of its own fields. Rules that need a book are listed as unsupplied."""
        given = submission_input(Submission({}, frozenset(), ()), self.plan)
        return self._ready(given.supplied).offering_only(given, self._known(stages))

    def submission(self, data: object) -> Report:
        """Check one investor's submission with the rules that read only its records and the offering. Does not load Polars."""
        read = read_submission(data, self.submissions.form, one_party=True)
        return self.submissions.check(read, submission_input(read, self.plan))

    def _ready(self, supplied: Supplied) -> BookRun:
        """The compiled run for one set of supplied columns. The most recent ones are cached."""
        found = self._books.pop(supplied, None) or BookRun(BookPlan.of(self.plan, supplied), self.vocabulary.words_en)
        self._books[supplied] = found
        for old in list(self._books)[:-MOST_BOOKS]:
            self._books.pop(old, None)
        return found

    def _known(self, names: Sequence[str] | None) -> tuple[str, ...]:
        known = self.plan.rulebook.stages
        unknown = [n for n in names or () if n not in known]
        if unknown:
            listed = [f"`{s}`" for s in known]
            hint, hint_zh = f"the stages are {', '.join(listed)}", f"阶段有 {'、'.join(listed)}"
            said = ((f"unknown stage `{n}`", f"没有阶段 `{n}`") for n in unknown)
            raise DiagnosticError([Diagnostic("unknown-stage", en, hint=hint, zh=zh, hint_zh=hint_zh) for en, zh in said])
        return tuple(names or ())
