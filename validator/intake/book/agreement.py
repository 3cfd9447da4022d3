"""Statements of several tables about one entity's records -> one row per key, with the values on which the tables agree.

A blank cell states nothing. If two statements differ, or one could not be read, the value is unreadable: neither of them is preferred.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dsl.kernel.unreadable import UNREAD
from dsl.schema import Entity
from validator.bilingual import Both
from validator.intake.book.typed_table import Cells, TypedTable
from validator.intake.cells.cell import BLANKS, shown
from validator.intake.issue import Issue

ROW, KEY, OF = "^row", "^key", "^of"
MOST = "^"
"""Suffix of the largest value of a group."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What one table states about an entity's records: their keys, and columns by field. Their parents' keys are the column `^of`."""

    table: TypedTable
    key: Cells
    columns: Mapping[str, Cells]


def told(name: str, cells: Cells) -> pl.Series:
    """The texts of the cells that could not be read, null for the others."""
    places = pl.Series(sorted(cells.bad), dtype=pl.Int64)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells.values))
    return nothing.scatter(places, cells.texts.gather(places).fill_null("")).alias(name + UNREAD)


def agree(entity: Entity, sources: Sequence[Statements], keys: pl.DataFrame | None) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """A frame of `^key`, `^row` (the first one), the values and the texts of unreadable ones, and the contradictions. `keys`: keep only
    these."""
    parts = [_frame(s) for s in sources]
    if keys is not None:
        parts = [p.join(keys, on=KEY, how="semi") for p in parts]
    stacked = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    if not stacked[KEY].is_duplicated().any():
        return stacked, ()
    texts = [n for n in stacked.columns if n.endswith(UNREAD)]
    names = [n for n in stacked.columns if n not in (KEY, ROW, *texts)]
    least, most = [pl.col(n).min() for n in names], [pl.col(n).max().alias(n + MOST) for n in names]
    grouped = stacked.group_by(KEY).agg(pl.col(ROW).min(), *least, *most, *(pl.col(t).max() for t in texts))
    issues: list[Issue] = []
    for name in names:
        differ = grouped.filter((pl.col(name) != pl.col(name + MOST)).fill_null(False)).select(KEY)
        if not differ.is_empty():
            found = _contradictions(name, differ, sources)
            issues += _issues(entity, name, found, sources)
            grouped = _doubted(grouped, name, found)
    read = [pl.when(pl.col(n + UNREAD).is_null()).then(pl.col(n)).alias(n) if n + UNREAD in grouped.columns else pl.col(n) for n in names]
    return grouped.select(KEY, ROW, *read, *(n + UNREAD for n in names if n + UNREAD in grouped.columns)), tuple(issues)


def _doubted(grouped: pl.DataFrame, name: str, found: pl.DataFrame) -> pl.DataFrame:
    """The groups with the texts that contradict each other as the text of an unreadable value."""
    both = found.select(KEY, pl.col("text").list.join(" | ").alias("^both"))
    old = pl.col(name + UNREAD) if name + UNREAD in grouped.columns else pl.lit(None, pl.String)
    joined = grouped.join(both, on=KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("^both", old).alias(name + UNREAD)).drop("^both")


def _frame(source: Statements) -> pl.DataFrame:
    series = [source.key.values.alias(KEY), source.table.rows.alias(ROW)]
    for name, cells in source.columns.items():
        series.append(cells.values.alias(name))
        if cells.bad:
            series.append(told(name, cells))
    return pl.DataFrame(series).filter(pl.col(KEY).is_not_null())


def _contradictions(name: str, keys: pl.DataFrame, sources: Sequence[Statements]) -> pl.DataFrame:
    """Per key: the texts that differ, and the first row that states one of them, from the last of the tables (`at`)."""
    parts = [_texts(i, s, s.columns[name]).join(keys, on=KEY, how="semi") for i, s in enumerate(sources) if name in s.columns]
    said = pl.concat(parts).filter(pl.col("value").is_not_null()).sort(KEY, "at", ROW, descending=[False, True, False])
    return said.group_by(KEY, maintain_order=True).agg(pl.col("at").first(), pl.col(ROW).first(), pl.col("text").unique().sort())


def _issues(entity: Entity, name: str, found: pl.DataFrame, sources: Sequence[Statements]) -> Iterable[Issue]:
    field = None if name == OF else entity.fields[name]
    for key, at, row, both in found.iter_rows():
        table, header = sources[at].table, sources[at].columns[name].header
        text = shown(" | ".join(both))
        zh = f"{entity.zh}{shown(key)}的{field.zh if field else header}前后不一:{text};不予采用"
        en = f"the rows disagree about {field.name if field else header} of {entity.name} {shown(key)}: {text}; none of them is used"
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
