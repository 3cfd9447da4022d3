"""Typed tables -> the records of one entity, joined from its own table and from the flat tables that speak of it.

A parent without a table of its own is derived from the codes and columns of the tables below it. Where two statements about one field of a
parent differ, or one of them could not be read, the field is missing for it: neither is believed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dsl.quantities import Entity, Schema
from validator.intake.cells import shown
from validator.intake.columns import dtype_of
from validator.intake.typed import Cells, TypedTable
from validator.report import Both, Issue

OF = "^of"
KEY = "^key"
ROW = "^row"
BAD = "!"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an entity before they are linked: `^row`, `^key` (its own key, if that is one text), `^of` (its parent's), its fields.

    `table` is where they stand: their own table, or the flat one they were derived from. `headers` are those of `^key` and `^of` there,
    `unread` the places of records whose `^key` or `^of` has an issue already.
    """

    frame: pl.DataFrame
    table: str
    headers: dict[str, str]
    issues: tuple[Issue, ...]
    unread: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class _Source:
    """What one table says of an entity's records. `columns` by field, `^of` among them."""

    table: TypedTable
    key: Cells
    columns: dict[str, Cells]


def records_of(entity: Entity, tables: Sequence[TypedTable], schema: Schema) -> Records:
    """All records of an entity. `tables` are all tables of the book."""
    own = next((t for t in tables if t.entity == entity), None)
    key = entity.key[0] if len(entity.key) == 1 and entity.key[0] in entity.fields else None
    sources = [] if key is None else [s for t in tables if t.entity != entity and (s := _source(t, entity, key, schema))]
    if own is not None:
        return _merged(entity, schema, _own(own, entity, key, schema), own, key, [s for s in sources if s.columns])
    if not sources or key is None:
        return Records(_empty(entity, key), entity.collection, {}, (), {})
    return _derived(entity, sources, schema)


def parent_key(entity: Entity, schema: Schema) -> tuple[str, str] | None:
    """The (entity, field) by which a record names its parent."""
    return None if entity.of is None else (entity.of, schema.entities[entity.of].key[0])


def _columns(table: TypedTable, entity: Entity, key: str | None, schema: Schema) -> dict[str, Cells]:
    """What a table says of an entity, by field; its parent's key as `^of`, its own key left out where it is the join's."""
    found = {f: c for (owner, f), c in table.columns.items() if owner == entity.name and f != key}
    link = parent_key(entity, schema)
    if link is not None and link in table.columns:
        found[OF] = table.columns[link]
    return found


def _source(table: TypedTable, entity: Entity, key: str, schema: Schema) -> _Source | None:
    cells = table.columns.get((entity.name, key))
    if cells is None or entity.name not in schema.parents(table.entity.name):
        return None
    return _Source(table, cells, _columns(table, entity, key, schema))


def _dtype(entity: Entity, name: str) -> type[pl.DataType]:
    return pl.String if name in (OF, KEY) else dtype_of(entity.fields[name])


def _empty(entity: Entity, key: str | None) -> pl.DataFrame:
    return _complete(pl.DataFrame({ROW: pl.Series([], dtype=pl.Int64)}), entity, key)


def _complete(frame: pl.DataFrame, entity: Entity, key: str | None) -> pl.DataFrame:
    """All columns of the entity in the vocabulary's order; those not handed in are null. The key is also a field."""
    names = [OF, KEY, *(f for f in entity.fields if f != key)]
    absent = [pl.lit(None, _dtype(entity, n)).alias(n) for n in names if n not in frame.columns]
    whole = frame.with_columns(absent)
    if key is not None:
        whole = whole.with_columns(pl.col(KEY).alias(key))
    return whole.select(ROW, KEY, OF, *entity.fields)


def _own(table: TypedTable, entity: Entity, key: str | None, schema: Schema) -> pl.DataFrame:
    columns = _columns(table, entity, key, schema)
    series = [table.rows.alias(ROW), *(c.values.alias(n) for n, c in columns.items())]
    if key is not None and (entity.name, key) in table.columns:
        series.append(table.columns[entity.name, key].values.alias(KEY))
    return _complete(pl.DataFrame(series), entity, key)


def _merged(entity: Entity, schema: Schema, frame: pl.DataFrame, own: TypedTable, key: str | None, sources: list[_Source]) -> Records:
    """The records of an entity's own table, completed by what the flat tables say of those keys that stand in it once."""
    link = parent_key(entity, schema)
    held = {KEY: own.columns.get((entity.name, key or "")), OF: own.columns.get(link or ("", ""))}
    headers = {name: cells.header for name, cells in held.items() if cells is not None}
    unread = {name: cells.bad for name, cells in held.items() if cells is not None}
    if not sources or key is None or KEY not in headers:
        return Records(frame, own.name, headers, (), unread)
    first = _Source(own, own.columns[entity.name, key], _columns(own, entity, key, schema))
    once = frame.filter(pl.col(KEY).is_not_null() & ~pl.col(KEY).is_duplicated()).select(KEY)
    agreed, issues = _agree(entity, [first, *sources], once)
    for source in sources:
        if OF in source.columns:
            headers.setdefault(OF, source.columns[OF].header)
    names = [n for n in agreed.columns if n != KEY and n != ROW]
    joined = frame.join(
        agreed.select(KEY, pl.lit(True).alias("^once"), *(pl.col(n).alias(n + BAD) for n in names)),
        on=KEY,
        how="left",
        maintain_order="left",
    )
    whole = joined.with_columns(pl.when(pl.col("^once")).then(pl.col(n + BAD)).otherwise(pl.col(n)).alias(n) for n in names)
    return Records(whole.select(frame.columns), own.name, headers, issues, unread)


def _derived(entity: Entity, sources: list[_Source], schema: Schema) -> Records:
    """One record per key that any table names; its row is the first that names it."""
    agreed, issues = _agree(entity, sources, None)
    headers = {KEY: sources[0].key.header}
    speaker = next((s for s in sources if OF in s.columns), sources[0])
    if OF in speaker.columns:
        headers[OF] = speaker.columns[OF].header
    return Records(_complete(agreed, entity, entity.key[0]), speaker.table.name, headers, issues, {})


def _agree(entity: Entity, sources: list[_Source], keys: pl.DataFrame | None) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """One row per key with the values on which all statements agree; blank cells say nothing. `keys` limits the keys."""
    parts = [_statements(s) for s in sources]
    if keys is not None:
        parts = [p.join(keys, on=KEY, how="semi") for p in parts]
    stacked = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    if not stacked[KEY].is_duplicated().any():
        return stacked.select(n for n in stacked.columns if not n.endswith(BAD)), ()
    names = [n for n in stacked.columns if n not in (KEY, ROW) and not n.endswith(BAD)]
    bad = {n: n + BAD for n in names if n + BAD in stacked.columns}
    grouped = stacked.group_by(KEY).agg(
        pl.col(ROW).min(),
        *(pl.col(n).min().alias(n) for n in names),
        *(pl.col(n).max().alias(n + "^") for n in names),
        *(pl.col(b).any() for b in bad.values()),
    )
    issues = [
        issue for n in names for issue in _contradictions(entity, n, grouped.filter(pl.col(n) != pl.col(n + "^")).select(KEY), sources)
    ]
    doubt = {n: (pl.col(n) != pl.col(n + "^")) | (pl.col(bad[n]) if n in bad else pl.lit(False)) for n in names}
    return grouped.select(KEY, ROW, *(pl.when(~doubt[n]).then(pl.col(n)).alias(n) for n in names)), tuple(issues)


def _statements(source: _Source) -> pl.DataFrame:
    series = [source.key.values.alias(KEY), source.table.rows.alias(ROW)]
    for name, cells in source.columns.items():
        series.append(cells.values.alias(name))
        if cells.bad:
            mask = pl.Series(name + BAD, [False], dtype=pl.Boolean).new_from_index(0, len(cells.values))
            series.append(mask.scatter(sorted(cells.bad), True).alias(name + BAD))
    return pl.DataFrame(series).filter(pl.col(KEY).is_not_null())


def _contradictions(entity: Entity, name: str, keys: pl.DataFrame, sources: list[_Source]) -> Iterable[Issue]:
    """One issue per key: the texts that differ, and the first row of the lowest table that says one of them."""
    if keys.is_empty():
        return
    parts = [_texts(i, s, s.columns[name]).join(keys, on=KEY, how="semi") for i, s in enumerate(sources) if name in s.columns]
    said = pl.concat(parts).filter(pl.col("value").is_not_null()).sort(KEY, "at", ROW, descending=[False, True, False])
    texts = said.group_by(KEY, maintain_order=True).agg(pl.col("at").first(), pl.col(ROW).first(), pl.col("text").unique().sort())
    field = None if name == OF else entity.fields[name]
    for key, at, row, both in texts.iter_rows():
        source = sources[at]
        header = source.columns[name].header
        text = shown(" | ".join(both))
        zh = f"{entity.zh}{key}的{field.zh if field else header}前后不一:{text};按缺失处理"
        en = f"the rows disagree about {field.name if field else header} of {entity.name} {key}: {text}; it counts as missing"
        yield Issue("contradiction", source.table.name, row, header, text, Both(zh, en))


def _texts(at: int, source: _Source, cells: Cells) -> pl.DataFrame:
    return pl.DataFrame(
        [
            source.key.values.alias(KEY),
            pl.Series("at", [at], dtype=pl.Int64).new_from_index(0, len(cells.values)),
            source.table.rows.alias(ROW),
            cells.texts.str.strip_chars().alias("text"),
            cells.values.cast(pl.String).alias("value"),
        ]
    )
