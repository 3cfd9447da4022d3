"""Typed tables -> the records of one entity, from its own table and from the tables below it that have its columns.

The records of an entity without a table of its own are derived from the codes and columns in the tables below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dsl.kernel.unreadable import UNREAD
from dsl.schema import Entity, Schema
from validator.intake.book.agreement import KEY, OF, ROW, Statements, agree, told
from validator.intake.book.typed_table import Cells, TypedTable
from validator.intake.cells.column import dtype_of
from validator.intake.issue import Issue


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an entity before they are linked: `^row`, `^key` (its own key, if that is one text), `^of` (its parent's), its fields.

    `table`: the entity's own table, or the one that the records were derived from. `headers`: the headers of the keys in that table. A
    column such as `^of!` has the texts of cells that could not be read: always for a key, for a field only if it has such a cell.
    """

    frame: pl.DataFrame
    table: str
    own: bool
    headers: Mapping[str, str]
    issues: tuple[Issue, ...] = ()


def records_of(entity: Entity, tables: Sequence[TypedTable], schema: Schema) -> Records:
    """All records of an entity. `tables` are all tables of the book."""
    own = next((t for t in tables if t.entity == entity), None)
    above = [t for t in tables if t.entity != entity and entity.name in schema.parents[t.entity.name]]
    sources = [s for t in above if (s := _statements(t, entity, schema))]
    if own is not None:
        return _completed(own, entity, schema, [s for s in sources if s.columns])
    if sources:
        return _derived(entity, sources)
    return Records(_whole(pl.DataFrame({ROW: pl.Series([], dtype=pl.Int64)}), entity), entity.collection, False, {})


def key_columns(entity: Entity) -> Mapping[str, str]:
    """For each part of an entity's key, its column: `^key` for a key of one part, `^of` for the parent's key, else the field itself."""
    return {name: (KEY if len(entity.key) == 1 else name) if name in entity.fields else OF for name in entity.key}


def _own_key(entity: Entity) -> str | None:
    return next((name for name, column in key_columns(entity).items() if column == KEY), None)


def _columns(table: TypedTable, entity: Entity, schema: Schema) -> dict[str, Cells]:
    """The columns of an entity in a table: its key as `^key`, its parent's key as `^of`, and its fields."""
    own = _own_key(entity)
    found = {KEY if f == own else f: c for (owner, f), c in table.columns.items() if owner == entity.name}
    link = None if entity.of is None else (entity.of, schema.entities[entity.of].key[0])
    if link is not None and link in table.columns:
        found[OF] = table.columns[link]
    return found


def _statements(table: TypedTable, entity: Entity, schema: Schema) -> Statements | None:
    columns = _columns(table, entity, schema)
    key = columns.pop(KEY, None)
    return None if key is None else Statements(table, key, columns)


def _whole(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The frame with all columns, in the vocabulary's order. A column that is not supplied is null. `^key` is also copied to its field."""
    own = _own_key(entity)
    types = {KEY: pl.String, OF: pl.String} | {f.name: dtype_of(f) for f in entity.fields.values() if f.name != own}
    keys = {column + UNREAD for column in {KEY, OF, *key_columns(entity).values()}}
    unsupplied = [pl.lit(None, dtype).alias(name) for name, dtype in types.items() if name not in frame.columns]
    untold = [pl.lit(None, pl.String).alias(t) for t in keys if t not in frame.columns]
    whole = frame.with_columns(*unsupplied, *untold)
    if own is not None:
        whole = whole.with_columns(pl.col(KEY).alias(own))
        if whole[KEY + UNREAD].null_count() < whole.height:
            whole = whole.with_columns(pl.col(KEY + UNREAD).alias(own + UNREAD))
    texts = [t for t in whole.columns if t.endswith(UNREAD) and (t in keys or whole[t].null_count() < whole.height)]
    return whole.select(ROW, KEY, OF, *entity.fields, *sorted(texts))


def _completed(own: TypedTable, entity: Entity, schema: Schema, sources: Sequence[Statements]) -> Records:
    """The records of an entity's own table, completed from the tables below it where a key occurs only once in the own table."""
    columns = _columns(own, entity, schema)
    keys = [c for c in {KEY, OF, *key_columns(entity).values()} if c in columns]
    unread = [told(n, c) for n, c in columns.items() if c.bad]
    frame = pl.DataFrame([own.rows.alias(ROW), *(c.values.alias(n) for n, c in columns.items()), *unread])
    headers = {name: columns[name].header for name in keys}
    first = _statements(own, entity, schema)
    if not sources or first is None:
        return Records(_whole(frame, entity), own.name, True, headers)
    once = frame.filter(pl.col(KEY).is_not_null() & ~pl.col(KEY).is_duplicated()).select(KEY)
    agreed, issues = agree(entity, [first, *sources], once)
    speaker = _speaker(sources)
    headers = ({OF: speaker.columns[OF].header} if OF in speaker.columns else {}) | headers
    return Records(_whole(_overlaid(frame, agreed.drop(ROW)), entity), own.name, True, headers, issues)


def _overlaid(frame: pl.DataFrame, agreed: pl.DataFrame) -> pl.DataFrame:
    """The frame, with agreed values in the rows whose key is in `agreed`."""
    names = [n for n in agreed.columns if n != KEY]
    news = agreed.select(KEY, pl.lit(True).alias("^agreed"), *(pl.col(n).alias(f"{n}^") for n in names))
    joined = frame.join(news, on=KEY, how="left", maintain_order="left")
    old = {n: pl.col(n) if n in frame.columns else pl.lit(None) for n in names}
    return joined.with_columns(pl.when(pl.col("^agreed")).then(pl.col(f"{n}^")).otherwise(old[n]).alias(n) for n in names)


def _derived(entity: Entity, sources: Sequence[Statements]) -> Records:
    """One record per key that occurs in any table. Its row is the first with that key."""
    agreed, issues = agree(entity, sources, None)
    speaker = _speaker(sources)
    headers = {KEY: speaker.key.header} | ({OF: speaker.columns[OF].header} if OF in speaker.columns else {})
    return Records(_whole(agreed, entity), speaker.table.name, False, headers, issues)


def _speaker(sources: Sequence[Statements]) -> Statements:
    """The table that issues about a parent's key refer to."""
    return next((s for s in sources if OF in s.columns), sources[0])
