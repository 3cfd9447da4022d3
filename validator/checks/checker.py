"""The door for programs: an offering -> a checker that is kept; a book or a submission -> its report.

After `checker()` returns, nothing but the book it is given is read: no file of rules, no clock.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.engine.agreement import Disagreement, difference
from validator.engine.rows import records
from validator.engine.rows import run as rows
from validator.intake import read_book
from validator.intake.offering import board_and_dates, read_offering
from validator.intake.submission.read import Submission, read_submission
from validator.plan.bind import bind
from validator.plan.model import BID, Plan, Stage
from validator.plan.one_investor import Near, near
from validator.plan.prune import needed
from validator.report.build import summarise
from validator.report.decisions import read_decisions
from validator.report.findings import for_book
from validator.report.given import _book_input, submission_input
from validator.report.model import Report
from validator.rulebook.cache import Shelf, shelf
from validator.rulebook.model import Rulebook
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from validator.intake.book.book import Book
    from validator.rulebook.library import Library

VERIFY_UP_TO = 50_000
"""Bids up to which a book is run through both evaluators,"""
VERIFY_RECORDS = 200_000
"""and records of its largest table: a day's online applications are millions."""


def checker(offering: str | Path | Mapping[str, object], rules: str | Path | None = None) -> "Checker":
    """The checker of one offering: picks the revision, binds the terms, compiles. Raises DiagnosticError with all that is wrong."""
    return for_offering(shelf(Path(rules) if rules is not None else rules_folder()), offering)


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

    @cached_property
    def _near(self) -> Near:
        return near(self.plan)

    def book(self, source: object, stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """Check a whole book: a file, a folder, a data frame. `stages` limits what is reported, not what is run before.

        Up to 50,000 bids both evaluators run and the report is `verified`; `evaluator` ("rows" or "columns") asks for one alone.
        Raises DiagnosticError where the book is refused, Disagreement where the evaluators differ.
        """
        return self.read(read_book(source, self.vocabulary), stages, evaluator=evaluator)

    def read(self, book: "Book", stages: Sequence[str] | None = None, *, evaluator: str | None = None) -> Report:
        """As `book`, for a book that was read before."""
        from validator.engine.columns import run as columns
        from validator.engine.columns.run import with_gaps

        book = with_gaps(book, self.plan.schema)
        given = _book_input(book, self.plan)
        plan = for_book(self.plan, given.supplied)
        run = self._stages(plan, stages)
        decisions = read_decisions(book.decisions, plan, given.names)
        raw = None
        most = max(f.height for f in book.frames.values())
        both = evaluator is None and book.frames[BID].height <= VERIFY_UP_TO and most <= VERIFY_RECORDS
        if evaluator != "rows":
            raw = columns.run(plan, book.frames, run, barred=decisions.barred)
        if evaluator == "rows" or both:
            other = rows.run(plan, records.from_book(book, plan.layout), run, barred=decisions.barred)
            if raw is not None and raw != other:
                raise Disagreement(f"the two evaluators differ: {difference(raw, other)}")
            raw = other
        assert raw is not None
        report = summarise(plan, raw, given, run, self._shown(stages), self.vocabulary.words_en, decisions)
        return report.with_verified() if both else report

    def offering_only(self, stages: Sequence[str] | None = None) -> Report:
        """Check the offering alone: the rules of its own fields. Those that need a book are listed as unsupplied."""
        given = submission_input(Submission({}, frozenset(), ()), self.plan)
        plan = for_book(self.plan, given.supplied)
        run = self._stages(plan, stages)
        of_offering = {a.number for a in plan.asked() if a.rule.entity == plan.schema.root}
        raw = rows.run(plan, records.from_dicts({}, plan.layout), run, of_offering)
        return summarise(plan, raw, given, run, self._shown(stages), self.vocabulary.words_en)

    def submission(self, data: object) -> Report:
        """Check one investor's submission: the rules that read only its own records and the offering. Loads no Polars."""
        read = read_submission(data, self.vocabulary)
        given = submission_input(read, self.plan)
        plan = self._near.plan(for_book(self.plan, given.supplied))
        raw = rows.run(plan, records.from_dicts(read.tables, plan.layout), plan.stages, self._near.rules, lean=True)
        report = summarise(plan, raw, given, plan.stages, self._shown(None), self.vocabulary.words_en)
        return report.with_not_asked(tuple(a.rule.id for a in self.plan.asked() if a.number not in self._near.rules))

    def _stages(self, plan: Plan, names: Sequence[str] | None) -> tuple[Stage, ...]:
        known = plan.rulebook.stages
        unknown = [n for n in names or () if n not in known]
        if unknown:
            hint = "the stages are " + ", ".join(f"`{s}`" for s in known)
            raise DiagnosticError([Diagnostic("unknown-stage", f"unknown stage `{n}`", hint=hint) for n in unknown])
        return needed(plan, plan.upto(names))

    def _shown(self, names: Sequence[str] | None) -> tuple[str, ...]:
        return tuple(names) if names else self.plan.rulebook.stages
