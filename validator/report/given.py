"""A book or a submission -> what a report says about the input: digest, ids, names of bidders, supplied columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from dsl.kernel.nodes import Scalar
from dsl.kernel.unreadable import UNREAD
from validator.intake.issue import Issue, merged
from validator.intake.submission.read import Submission
from validator.plan.model import BID, PRICE, QUANTITY, Name, Plan
from validator.plan.supplied_columns import Supplied
from validator.report.model import Subject

if TYPE_CHECKING:
    from validator.intake.book.book import Book


@dataclass(frozen=True)
class Names:
    """Per entity and in the book's order: the ids of the records, their rows in the input, and the rows of their parents."""

    ids: Mapping[str, Sequence[str]]
    rows: Mapping[str, Sequence[int | None]]
    parents: Mapping[str, Sequence[int | None]]
    unread: Mapping[Name, Sequence[str | None]] = field(default_factory=dict)
    """For each field with unreadable cells: their texts in the book's order, None for the other cells."""

    def unreadable(self, entity: str, row: int, field_: Name, plan: Plan) -> str | None:
        """The text of the first unreadable cell of a field that a record, a record above it or a record below it has."""
        column = self.unread.get(field_)
        if column is None:
            return None
        owner = field_[0]
        if owner in plan.schema.parents[entity]:
            at = self._above(entity, row, owner, plan)
            return None if at is None else column[at]
        spoilt = (i for i, text in enumerate(column) if text is not None)
        mine = (i for i in spoilt if entity == plan.schema.root or self._above(owner, i, entity, plan) == row)
        return next((column[i] for i in mine), None)

    def _above(self, entity: str, row: int, goal: str, plan: Plan) -> int | None:
        """The row of the record of `goal` that a record belongs to. The offering is row 0."""
        if goal == plan.schema.root:
            return 0
        at: int | None = row
        while at is not None and entity != goal and (parent := plan.schema.entities[entity].of) is not None:
            at, entity = self.parents[entity][at], parent
        return at if entity == goal else None

    def subject(self, entity: str, row: int, plan: Plan) -> Subject:
        """The record of a finding, with the placee and investor that it belongs to."""
        if entity == plan.schema.root:
            return Subject(entity, plan.code)
        above: dict[str, str] = {}
        at: int | None = row
        child = entity
        while at is not None and (parent := plan.schema.entities[child].of) is not None:
            at = self.parents[child][at]
            child = parent
            if at is not None:
                above[parent] = self.ids[parent][at]
        return Subject(entity, self.ids[entity][row], above.get("placee"), above.get("investor"), self.rows[entity][row])


@dataclass(frozen=True)
class Input:
    """The input, as a report needs it. `bids`: price, quantity, submitted_at and sequence of each bid, in the book's order."""

    digest: str
    records: Mapping[str, int]
    issues: tuple[Issue, ...]
    unknown_columns: tuple[tuple[str, str], ...]
    supplied: Supplied
    names: Names
    bids: Mapping[str, Sequence[Scalar]]
    labels: Mapping[str, Sequence[Scalar]]
    """Names and kinds of investors and placees, by field."""

    @cached_property
    def spoilt(self) -> frozenset[int]:
        """The bids in which the price or the quantity is unreadable (L10a)."""
        texts = (self.names.unread.get((BID, name), ()) for name in (PRICE, QUANTITY))
        return frozenset(row for column in texts for row, text in enumerate(column) if text is not None)


LABELS = (("investor", "investor_name"), ("investor", "investor_type"), ("placee", "placee_name"), ("placee", "placee_type"))
"""The fields of bidders that a report prints besides codes."""


def book_input(book: "Book", plan: Plan) -> Input:
    frames = book.frames
    entities = [e for e in plan.schema.entities if e != plan.schema.root]
    parents = {e: plan.schema.entities[e].of for e in entities}
    names = Names(
        {e: frames[e].get_column("^id").to_list() for e in entities},
        {e: frames[e].get_column("^row").to_list() for e in entities},
        {e: frames[e].get_column(f"^{p}").to_list() for e, p in parents.items() if p is not None},
        {(e, n): frames[e].get_column(n + UNREAD).to_list() for e, n in book.unreadable},
    )
    bids = {n: frames[BID].get_column(n).to_list() for n in ("price", QUANTITY, "submitted_at", "sequence")}
    supplied = _supplied(book.supplied, book.records, book.unreadable, plan)
    labels = {n: frames[e].get_column(n).to_list() for e, n in LABELS}
    return Input(book.digest, book.records, merged(book.issues), book.unknown_columns, supplied, names, bids, labels)


def submission_input(given: Submission, plan: Plan, supplied: Supplied | None = None) -> Input:
    """The input of a report on a submission. `supplied` replaces what the submission itself says it supplies."""
    entities = [e for e in plan.schema.entities if e != plan.schema.root]
    parents = {e: plan.schema.entities[e].of for e in entities}
    tables: Mapping[str, Sequence[Mapping[str, Scalar]]] = {e: given.tables.get(e, []) for e in entities}
    names = Names(
        {e: [str(r["^id"]) for r in tables[e]] for e in entities},
        {e: [None] * len(tables[e]) for e in entities},
        {e: [_row(r.get(f"^{p}")) for r in tables[e]] for e, p in parents.items() if p is not None},
        {(e, n): [_text(r.get(n + UNREAD)) for r in tables[e]] for e, n in given.unreadable},
    )
    bids = {n: [r.get(n) for r in tables[BID]] for n in ("price", QUANTITY, "submitted_at", "sequence")}
    counts = {e: len(t) for e, t in tables.items() if t}
    supplied = supplied or _supplied(given.supplied, counts, given.unreadable, plan)
    labels = {n: [r.get(n) for r in tables[e]] for e, n in LABELS}
    return Input(_digest(tables), counts, given.issues, given.unknown_columns, supplied, names, bids, labels)


def _digest(tables: Mapping[str, Sequence[Mapping[str, Scalar]]]) -> str:
    """sha256 of the records as they were read, because a submission has no file."""
    columns = {e: list(t[0]) for e, t in tables.items() if t}  # all records of a table have the same fields in the same order
    text = json.dumps({e: [names, *(list(r.values()) for r in tables[e])] for e, names in columns.items()}, ensure_ascii=False)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _supplied(columns: frozenset[Name], records: Mapping[str, int], unreadable: frozenset[Name], plan: Plan) -> Supplied:
    """A table is supplied if it was given, or if another table names the keys of its records. Columns that only have a default do not
    count."""
    tables = frozenset(records) | {e.name for e in plan.schema.entities.values() if (e.name, e.key[0]) in columns}
    return Supplied(columns, tables, unreadable)


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _row(value: Scalar) -> int | None:
    return None if value is None else int(value)
