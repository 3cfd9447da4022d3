"""Statements of several tables about one entity's records -> one row per key, with the values on which the tables agree.

A blank cell states nothing. If two statements differ, or one could not be read, the value is missing: neither of them is preferred.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dsl.schema import Entity
from validator.bilingual import Both
from validator.intake.book.typed_table import Cells, TypedTable
from validator.intake.cells.cell import BLANKS, shown
from validator.intake.issue import Issue

ROW, KEY, OF = "^row", "^key", "^of"
TOLD = "!"
"""Suffix of a mask: the value is missing, and an issue already gives the reason."""
MOST = "^"
"""Suffix of the largest value of a group."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What one table states about an entity's records: their keys, and columns by field. Their parents' keys are the column `^of`."""

    table: TypedTable
    key: Cells
    columns: Mapping[str, Cells]


def told(name: str, cells: Cells) -> pl.Series:
    """The mask of the cells that could not be read."""
    mask = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(cells.values))
    return mask.scatter(sorted(cells.bad), True).alias(name + TOLD)


def agree(entity: Entity, sources: Sequence[Statements], keys: pl.DataFrame | None) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """A frame of `^key`, `^row` (the first one), the values and their masks, and the contradictions. `keys`: keep only these."""
    parts = [_frame(s) for s in sources]
    if keys is not None:
        parts = [p.join(keys, on=KEY, how="semi") for p in parts]
    stacked = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    if not stacked[KEY].is_duplicated().any():
        return stacked, ()
    masks = [n for n in stacked.columns if n.endswith(TOLD)]
    names = [n for n in stacked.columns if n not in (KEY, ROW, *masks)]
    least, most = [pl.col(n).min() for n in names], [pl.col(n).max().alias(n + MOST) for n in names]
    grouped = stacked.group_by(KEY).agg(pl.col(ROW).min(), *least, *most, *(pl.col(m).any() for m in masks))
    issues: list[Issue] = []
    doubts: list[pl.Expr] = []
    for name in names:
        differ = (pl.col(name) != pl.col(name + MOST)).fill_null(False)
        issues += _contradictions(entity, name, grouped.filter(differ).select(KEY), sources)
        doubts.append((differ | pl.col(name + TOLD) if name + TOLD in masks else differ).alias(name + TOLD))
    doubted = grouped.with_columns(doubts)
    return doubted.select(KEY, ROW, *(pl.when(~pl.col(n + TOLD)).then(pl.col(n)) for n in names), *(n + TOLD for n in names)), tuple(issues)


def _frame(source: Statements) -> pl.DataFrame:
    series = [source.key.values.alias(KEY), source.table.rows.alias(ROW)]
    for name, cells in source.columns.items():
        series.append(cells.values.alias(name))
        if cells.bad:
            series.append(told(name, cells))
    return pl.DataFrame(series).filter(pl.col(KEY).is_not_null())


def _contradictions(entity: Entity, name: str, keys: pl.DataFrame, sources: Sequence[Statements]) -> Iterable[Issue]:
    """One issue per key: the texts that differ, and the first row that states one of them, from the last of the tables."""
    if keys.is_empty():
        return
    parts = [_texts(i, s, s.columns[name]).join(keys, on=KEY, how="semi") for i, s in enumerate(sources) if name in s.columns]
    said = pl.concat(parts).filter(pl.col("value").is_not_null()).sort(KEY, "at", ROW, descending=[False, True, False])
    texts = said.group_by(KEY, maintain_order=True).agg(pl.col("at").first(), pl.col(ROW).first(), pl.col("text").unique().sort())
    field = None if name == OF else entity.fields[name]
    for key, at, row, both in texts.iter_rows():
        table, header = sources[at].table, sources[at].columns[name].header
        text = shown(" | ".join(both))
        zh = f"{entity.zh}{shown(key)}的{field.zh if field else header}前后不一:{text};按缺失处理"
        en = f"the rows disagree about {field.name if field else header} of {entity.name} {shown(key)}: {text}; the value counts as missing"
        yield Issue("contradiction", table.name, row, header, text, Both(zh, en))


def _texts(at: int, source: Statements, cells: Cells) -> pl.DataFrame:
    return pl.DataFrame(
        [
            source.key.values.alias(KEY),
            pl.Series("at", [at], dtype=pl.Int64).new_from_index(0, len(cells.values)),
            source.table.rows.alias(ROW),
            cells.texts.str.strip_chars(BLANKS).alias("text"),
            cells.values.cast(pl.String).alias("value"),
        ]
    )
