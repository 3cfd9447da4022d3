"""Raw tables -> a book: one typed frame per entity, linked to its parent's frame, in an order that does not depend on the input's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dsl.kernel.unreadable import UNREAD
from dsl.quantities import MAX_RECORDS
from dsl.schema import Entity, Schema
from validator.intake.book.agreement import KEY, ROW
from validator.intake.book.ids import ID, with_ids
from validator.intake.book.links import key_issues, link, parent_issues
from validator.intake.book.records import records_of
from validator.intake.book.typed_table import Typed, TypedTable, type_table
from validator.intake.book.which_table import Decision, name_tables
from validator.intake.formats.raw_table import RawTable, refuse
from validator.intake.formats.read import Source
from validator.intake.issue import Issue
from validator.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True)
class Book:
    """All records of an offering: a frame for every entity but the offering, with all its fields.

    Frames also have `^row`, `^id`, `^key` (the record's own code) and `^<parent>` (a row of the parent's frame), and for each field with
    unreadable cells a column such as `price!` with their texts. `supplied`: the fields for which a column was given, or which have a
    default. `records`: how many records each given table has.
    """

    frames: Mapping[str, pl.DataFrame]
    supplied: frozenset[tuple[str, str]]
    issues: tuple[Issue, ...]
    unknown_columns: tuple[tuple[str, str], ...]
    digest: str
    records: Mapping[str, int]
    decisions: tuple[Decision, ...] = ()

    @property
    def unreadable(self) -> frozenset[tuple[str, str]]:
        """The fields (entity, name) that have unreadable cells."""
        return frozenset((e, n.removesuffix(UNREAD)) for e, f in self.frames.items() for n in f.columns if n.endswith(UNREAD))


def build(source: Source, vocabulary: Vocabulary) -> Book:
    """The book of a source. Raises DiagnosticError if none of its tables is known."""
    schema = vocabulary.schema
    named = name_tables(source.tables, vocabulary)
    typed = [_typed(raw, entity, vocabulary) for entity, raw in named.tables.items()]
    entities = [e for e in schema.entities.values() if e.name != schema.root]
    frames, issues = _frames([t.table for t in typed], entities, schema)
    return _book(source, typed, entities, frames, [*source.issues, *named.issues, *issues], named.decisions)


def build_archive(source: Source, vocabulary: Vocabulary) -> Book:
    """A table of offerings under any name, as a book whose only frame has the offerings."""
    schema = vocabulary.schema
    if len(source.tables) != 1:
        raise refuse("unknown-table", "an archive of offerings is one table", "supply one file such as offerings.csv")
    typed = [_typed(source.tables[0], schema.root, vocabulary)]
    root = schema.entities[schema.root]
    frames, issues = _frames([t.table for t in typed], [root], schema)
    return _book(source, typed, [root], frames, [*source.issues, *issues], ())


def _book(
    source: Source,
    typed: list[Typed],
    entities: list[Entity],
    frames: dict[str, pl.DataFrame],
    issues: list[Issue],
    decisions: tuple[Decision, ...],
) -> Book:
    given = {column for t in typed for column in t.table.columns}
    defaults = {(e.name, f.name) for e in entities for f in e.fields.values() if f.default is not None}
    found = [*issues, *(i for t in typed for i in t.issues)]
    return Book(
        frames=frames,
        supplied=frozenset(given | defaults),
        issues=tuple(sorted(found, key=_issue_order)),
        unknown_columns=tuple(sorted({u for t in typed for u in t.unknown})),
        digest=source.digest,
        records={t.table.entity.name: len(t.table.rows) for t in sorted(typed, key=lambda t: t.table.entity.name)},
        decisions=decisions,
    )


def _typed(raw: RawTable, entity: str, vocabulary: Vocabulary) -> Typed:
    if len(raw.rows) > MAX_RECORDS:
        raise refuse("file-refused", f"`{raw.name}` has more than {MAX_RECORDS:,} records")
    return type_table(raw, entity, vocabulary)


def _frames(tables: Sequence[TypedTable], entities: Sequence[Entity], schema: Schema) -> tuple[dict[str, pl.DataFrame], list[Issue]]:
    """Parents first, so that their children can be linked to them."""
    whole: dict[str, pl.DataFrame] = {}
    issues: list[Issue] = []
    for entity in sorted(entities, key=lambda e: len(schema.parents[e.name])):
        records = records_of(entity, tables, schema)
        frame = with_ids(_defaults(records.frame, entity), entity)
        parent = schema.entities[entity.of] if entity.of is not None else None
        issues += [*records.issues, *key_issues(records, frame, entity, parent)]
        if parent is not None:
            issues += parent_issues(records, frame, parent, whole[parent.name])
            frame = frame.with_columns(link(frame, parent, whole[parent.name]))
        whole[entity.name] = frame
    return {e.name: _columns(whole[e.name], e) for e in entities}, issues


def _defaults(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """A default stands for an empty cell, never for one that could not be read (L8a)."""
    stands = {f.name: pl.col(f.name).fill_null(f.default) for f in entity.fields.values() if f.default is not None}
    for name in stands:
        if name + UNREAD in frame.columns:
            stands[name] = pl.when(pl.col(name + UNREAD).is_null()).then(stands[name]).alias(name)
    return frame.with_columns(stands.values())


def _columns(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    links = [] if entity.of is None else [f"^{entity.of}"]
    texts = [n + UNREAD for n in entity.fields if n + UNREAD in frame.columns and frame[n + UNREAD].null_count() < frame.height]
    return frame.select(ROW, ID, KEY, *links, *entity.fields, *texts)


def _issue_order(issue: Issue) -> tuple[str, str, str, str, str, int]:
    """The row comes last, so that another order of rows changes only the row numbers of the list."""
    return issue.table, issue.code, issue.column or "", issue.text or "", issue.message.en, issue.row or 0
