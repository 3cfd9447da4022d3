"""Records of one entity -> the same records with their subject ids, in canonical order.

An id is the key as text: `P1`, or `P1/12` for a bid. A bid without a number gets `P1/#1`; another missing part of a key is `?`. If two
records have the same id, they are ordered by content and the second one gets `#2`. So ids do not depend on the order of rows.
"""

import polars as pl

from dsl.kernel.unreadable import UNREAD
from dsl.schema import Entity
from validator.intake.book.agreement import OF, ROW

ID = "^id"
ALIKE = "^alike"


def with_ids(records: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Sorted by id. `^alike` marks the records whose key alone was not a unique id."""
    frame = records.with_columns(_base(entity).alias(ID)).sort(ID)
    alike = _alike(frame[ID])
    frame = frame.with_columns(alike.alias(ALIKE))
    while alike.any():
        frame = pl.concat([frame.filter(~alike), _numbered(frame.filter(alike), entity)]).sort(ID)
        alike = _alike(frame[ID])
    return frame


def _alike(ids: pl.Series) -> pl.Series:
    """Which of the sorted ids have an equal neighbour, or still need a number."""
    after = (ids == ids.shift(1)).fill_null(False)
    return after | after.shift(-1, fill_value=False) | ids.str.ends_with("/#")


def _base(entity: Entity) -> pl.Expr:
    return pl.concat_str([_part(entity, name) for name in entity.key], separator="/")


def _part(entity: Entity, name: str) -> pl.Expr:
    field = entity.fields.get(name)
    if field is None:
        return pl.col(OF).fill_null("?")
    return pl.col(name).cast(pl.String).fill_null("#" if field.type.name == "count" else "?")


def _numbered(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Number records that share an id by content. The row decides only between records with the same content."""
    unread = [n + UNREAD for n in entity.fields if n + UNREAD in frame.columns]
    ordered = frame.sort([ID, OF, *entity.fields, *unread, ROW], nulls_last=False, maintain_order=True)
    nth = pl.col(ID).cum_count().over(ID)
    unnumbered = pl.col(ID).str.ends_with("/#")
    return ordered.with_columns(pl.when(unnumbered).then(pl.concat_str(ID, nth.cast(pl.String))).otherwise(_told_apart(nth)).alias(ID))


def _told_apart(nth: pl.Expr) -> pl.Expr:
    return pl.when(nth > 1).then(pl.concat_str(pl.col(ID), pl.lit("#"), nth.cast(pl.String))).otherwise(pl.col(ID))
