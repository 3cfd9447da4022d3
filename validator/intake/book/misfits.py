"""Rows that do not fit their header -> rows of which no cell is believed, each named with its codes.

A code is kept where it ties the row to records that other rows know: what is counted over these must not look complete without the row.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from dsl.schema import Entity, Schema
from validator.intake.cells.cell import BLANKS
from validator.intake.cells.header import Heading
from validator.intake.formats.raw_table import RawColumn, RawTable, note, words_of
from validator.intake.issue import Issue


def fitted(raw: RawTable, known: Sequence[Heading], entity: Entity, schema: Schema) -> RawTable:
    """The table with every cell of its misfits marked as broken, but for the codes that are known."""
    if raw.misfits is None or not raw.misfits.any():
        return raw
    codes = _codes(known, entity, schema)
    tied = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(raw.rows))
    columns = list(raw.columns)
    kept: list[Heading] = []
    for heading in codes:
        text = columns[heading.index].texts.str.strip_chars(BLANKS)
        tied = tied | text.is_in(text.filter(~raw.misfits).drop_nulls().unique().implode()).fill_null(False)
        columns[heading.index] = _broken(raw, heading.index, raw.misfits & ~tied)
        kept.append(heading)
    others = {h.index for h in known} - {h.index for h in kept}
    for at in others:
        columns[at] = _broken(raw, at, raw.misfits)
    said = [_named(raw, codes, at) for at in raw.misfits.arg_true().to_list()]
    return replace(raw, columns=tuple(columns), issues=(*raw.issues, *said))


def _codes(known: Sequence[Heading], entity: Entity, schema: Schema) -> list[Heading]:
    """The columns of the codes of the entity and of its parents, the highest parent first."""
    by_field = {(h.field.entity, h.field.name): h for h in known}
    chain = [e for e in reversed(schema.parents[entity.name]) if e != schema.root]
    return [
        by_field[e, k] for e in chain for k in schema.entities[e].key if (e, k) in by_field and by_field[e, k].field.type.name == "text"
    ]


def _broken(raw: RawTable, at: int, where: pl.Series) -> RawColumn:
    column = raw.columns[at]
    return replace(column, broken=where if column.broken is None else column.broken | where)


def _named(raw: RawTable, codes: Sequence[Heading], at: int) -> Issue:
    row = raw.rows[at]
    words = words_of(raw.columns[h.index].texts[at] for h in codes)
    zh = f"第{row}行的单元格与表头不对应,除代码外均不采信:{words}。请核对是否缺少引号或该行不完整"
    en = (
        f"the cells of row {row} do not fit the header; none but its codes is believed: {words}; check for missing quotes or a line cut off"
    )
    return note("misfit-row", zh, en, row, None, words)
