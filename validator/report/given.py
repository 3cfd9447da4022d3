"""A book or a submission -> what a report says about the input: digest, ids, names of bidders, supplied columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from dsl.kernel.nodes import Scalar
from validator.intake.issue import Issue, merged
from validator.intake.submission.read import Submission
from validator.plan.model import BID, QUANTITY, Plan
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
    )
    bids = {n: frames[BID].get_column(n).to_list() for n in ("price", QUANTITY, "submitted_at", "sequence")}
    supplied = _supplied(book.supplied, book.records, plan)
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
    )
    bids = {n: [r.get(n) for r in tables[BID]] for n in ("price", QUANTITY, "submitted_at", "sequence")}
    counts = {e: len(t) for e, t in tables.items() if t}
    supplied = supplied or _supplied(given.supplied, counts, plan)
    labels = {n: [r.get(n) for r in tables[e]] for e, n in LABELS}
    return Input(_digest(tables), counts, given.issues, given.unknown_columns, supplied, names, bids, labels)


def _digest(tables: Mapping[str, Sequence[Mapping[str, Scalar]]]) -> str:
    """sha256 of the records as they were read, because a submission has no file."""
    columns = {e: list(t[0]) for e, t in tables.items() if t}  # all records of a table have the same fields in the same order
    text = json.dumps({e: [names, *(list(r.values()) for r in tables[e])] for e, names in columns.items()}, ensure_ascii=False)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _supplied(columns: frozenset[tuple[str, str]], records: Mapping[str, int], plan: Plan) -> Supplied:
    """A table is supplied if it was given, or if another table names the keys of its records. Columns that only have a default do not
    count."""
    return Supplied(columns, frozenset(records) | {e.name for e in plan.schema.entities.values() if (e.name, e.key[0]) in columns})


def _row(value: Scalar) -> int | None:
    return None if value is None else int(value)
