"""The door for programs: an offering -> a checker that is kept; a book or a submission -> its report.

After `checker()` returns, nothing but the book it is given is read: no file of rules, no clock.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel import Scalar
from validator.engine import records, rows
from validator.engine.decisions import read_decisions
from validator.engine.findings import Names, for_book
from validator.engine.near import Near, near
from validator.engine.needed import needed
from validator.engine.plan import BID, QUANTITY, Plan, Stage, bind
from validator.engine.summary import Input, summarise
from validator.engine.supplied import Supplied
from validator.intake import read_book
from validator.intake.submission import Submission, read_submission
from validator.offering import board_and_dates, read_offering
from validator.report import Report
from validator.rulebook.model import Rulebook
from validator.rulebook.shelf import Shelf, shelf
from validator.vocabulary import Vocabulary, rules_folder

if TYPE_CHECKING:
    from validator.intake.book import Book
    from validator.rulebook.library import Library

LABELS = (("investor", "investor_name"), ("investor", "investor_type"), ("placee", "placee_name"), ("placee", "placee_type"))
"""What a report says of who bids, beside codes."""

VERIFY_UP_TO = 50_000
"""Bids up to which a book is run through both evaluators,"""
VERIFY_RECORDS = 200_000
"""and records of its largest table: a day's online applications are millions."""


class Disagreement(Exception):
    """The two evaluators differ: a fault of ours, and never a verdict."""


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
        from validator.engine import columns
        from validator.engine.columns import with_gaps

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


def _book_input(book: "Book", plan: Plan) -> Input:
    frames = book.frames
    entities = [e for e in plan.schema.entities if e != plan.schema.root]
    parents = {e: plan.schema.entities[e].of for e in entities}
    names = Names(
        {e: frames[e].get_column("^id").to_list() for e in entities},
        {e: frames[e].get_column("^row").to_list() for e in entities},
        {e: frames[e].get_column(f"^{p}").to_list() for e, p in parents.items() if p is not None},
    )
    bids = {n: frames[BID].get_column(n).to_list() for n in ("price", QUANTITY, "submitted_at", "sequence")}
    supplied = _supplied(book.supplied, book.records, plan)
    labels = {n: frames[e].get_column(n).to_list() for e, n in LABELS}
    return Input(book.digest, book.records, book.issues, book.unknown_columns, supplied, names, bids, labels)


def submission_input(given: Submission, plan: Plan, supplied: Supplied | None = None) -> Input:
    """What a report says of a submission's records."""
    entities = [e for e in plan.schema.entities if e != plan.schema.root]
    parents = {e: plan.schema.entities[e].of for e in entities}
    tables: Mapping[str, Sequence[Mapping[str, Scalar]]] = {e: given.tables.get(e, []) for e in entities}
    names = Names(
        {e: [str(r["^id"]) for r in tables[e]] for e in entities},
        {e: [None] * len(tables[e]) for e in entities},
        {e: [_row(r.get(f"^{p}")) for r in tables[e]] for e, p in parents.items() if p is not None},
    )
    bids = {n: [r.get(n) for r in tables[BID]] for n in ("price", QUANTITY, "submitted_at", "sequence")}
    counts = {e: len(t) for e, t in tables.items() if t}
    handed = supplied or _supplied(given.supplied, counts, plan)
    labels = {n: [r.get(n) for r in tables[e]] for e, n in LABELS}
    return Input(_digest(tables), counts, given.issues, given.unknown_columns, handed, names, bids, labels)


def _digest(tables: Mapping[str, Sequence[Mapping[str, Scalar]]]) -> str:
    """sha256 over the records as read: a submission has no bytes of its own."""
    columns = {e: list(t[0]) for e, t in tables.items() if t}  # all records of a table have the same, in one order
    text = json.dumps({e: [names, *(list(r.values()) for r in tables[e])] for e, names in columns.items()}, ensure_ascii=False)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _supplied(columns: frozenset[tuple[str, str]], records: Mapping[str, int], plan: Plan) -> Supplied:
    """A table is there where it was handed in, or where the codes of its records stood in another: a flag's default hands in nothing."""
    return Supplied(columns, frozenset(records) | {e.name for e in plan.schema.entities.values() if (e.name, e.key[0]) in columns})


def _row(value: Scalar) -> int | None:
    return None if value is None else int(value)


def difference(a: object, b: object) -> str:
    """Where two raw runs part, for the one who must find the fault."""
    for name in ("counts", "hits", "root", "columns", "selected", "waiting"):
        x, y = getattr(a, name), getattr(b, name)
        if x != y:
            keys = [k for k in {**x, **y} if x.get(k) != y.get(k)]
            return f"{name} of {keys[:3]}"
    return "nothing that is compared"
