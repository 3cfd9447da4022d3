"""Columns of elements -> answers of aggregates: over the whole table, per group, or per key.

An element whose value or condition is missing leaves a gap, and a gap makes the answer missing. Two exceptions: one true decides `any`, and
one false decides `all`. L10 gives the answer over no elements.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from dsl.kernel.nodes import Scalar
from dsl.to_polars.emit import Total

ROW = "~row"

_EMPTY: Mapping[str, Scalar] = {"count": 0, "sum": 0, "distinct": 0, "any": False, "all": True}
"""The answer over no elements; that of other aggregates is missing."""


class Part(NamedTuple):
    """The value and the condition of an aggregate on every element; None if it has no value or no condition."""

    value: pl.Series | None
    where: pl.Series | None

    @property
    def certain(self) -> bool:
        """Whether nothing is missing, so that there is no gap."""
        return not any(s is not None and s.null_count() for s in self)


def of_table(totals: Sequence[Total], parts: Sequence[Part], height: int) -> list[Scalar]:
    """The answers over all elements, as Python values."""
    rest = [i for i, part in enumerate(parts) if any(s is not None for s in part)]
    if not rest:
        return [height] * len(totals)
    known = [_known(totals[i], parts[i], i) for i in rest]
    listed = [e.implode() if totals[i].function == "middle" else e for i, e in zip(rest, known, strict=True)]
    found = pl.DataFrame(list(_named(parts))).select(*listed, *(_gap(parts[i], i) for i in rest if not parts[i].certain))
    return [_answer(t, i, found) if i in rest else height for i, t in enumerate(totals)]


def _answer(total: Total, at: int, found: pl.DataFrame) -> Scalar:
    """The same as `_settled`, for one row."""
    answer, gap = found.get_column(str(at))[0], f"{at}?" in found.columns and found.get_column(f"{at}?")[0] is True
    if total.function in ("any", "all"):
        decides = total.function == "any"
        return decides if answer is decides else None if gap else not decides
    if gap:
        return None
    if total.function == "middle":
        return answer[(len(answer) - 1) // 2] + answer[len(answer) // 2] if len(answer) else None
    return _EMPTY.get(total.function) if answer is None else answer


def of_groups(
    totals: Sequence[Total], parts: Sequence[Part], rows: pl.Series, height: int, lost: pl.Series | None = None
) -> list[pl.Series]:
    """The answers per group. `rows`: for each element the number of its group, from 0 to `height` - 1; null if it has none.

    `lost` marks groups whose elements are not all known.
    """
    frame = pl.DataFrame([rows.alias(ROW), *_named(parts)])
    if rows.null_count():
        frame = frame.filter(pl.col(ROW).is_not_null())
    if frame.get_column(ROW).is_sorted():
        frame = frame.with_columns(pl.col(ROW).set_sorted())  # grouping is then twenty times as fast
    grouped = _grouped(frame, [ROW], totals, parts)
    at = grouped.get_column(ROW)
    answers = grouped.select(_settled(t, i, grouped).cast(t.dtype).alias(str(i)) for i, t in enumerate(totals))
    whole = [_empty(t, height).scatter(at, answers.get_column(str(i))) if len(at) else _empty(t, height) for i, t in enumerate(totals)]
    return whole if lost is None else [_without_lost(t, found, lost) for t, found in zip(totals, whole, strict=True)]


def spread(answers: pl.Series, rows: pl.Series, total: Total) -> pl.Series:
    """For each record the answer of its group; the answer over no elements if it has no group."""
    found, nothing = answers.gather(rows), _EMPTY.get(total.function)
    if nothing is None or not rows.null_count():
        return found
    paired = pl.DataFrame([found.alias("a"), rows.alias(ROW)])
    return paired.select(pl.when(pl.col(ROW).is_null()).then(pl.lit(nothing, dtype=found.dtype)).otherwise("a")).to_series()


def matched(total: Total, part: Part, own: Sequence[pl.Series], theirs: Sequence[pl.Series]) -> pl.Series:
    """Answers of `all … where a = this.b`, by one join on the keys. A missing key on either side might match, so it leaves a gap."""
    keys = [f"~key{i}" for i in range(len(own))]
    asked = pl.DataFrame([c.alias(k) for c, k in zip(own, keys, strict=True)])
    frame = pl.DataFrame([*(c.alias(k) for c, k in zip(theirs, keys, strict=True)), *_named([part])])
    unclear = pl.any_horizontal(pl.col(k).is_null() for k in keys)
    if part.where is not None:
        frame = frame.filter(pl.col("where0").is_null() | pl.col("where0"))
        unclear = unclear | pl.col("where0").is_null()
    sure, unsure = frame.filter(~unclear), frame.filter(unclear)
    answers = asked.join(_grouped(sure, keys, [total], [part]), on=keys, how="left", maintain_order="left")
    possible = _possible(asked, unsure, sure, keys).alias("0?")
    if "0?" in answers.columns:
        possible = possible | answers.get_column("0?").fill_null(False)
    whole = answers.with_columns(possible.alias("0?"))
    return whole.select(_settled(total, 0, whole).cast(total.dtype)).to_series()


def _named(parts: Sequence[Part]) -> Iterator[pl.Series]:
    for i, (value, where) in enumerate(parts):
        if value is not None:
            yield value.alias(f"value{i}")
        if where is not None:
            yield where.alias(f"where{i}")


def _grouped(frame: pl.DataFrame, by: list[str], totals: Sequence[Total], parts: Sequence[Part]) -> pl.DataFrame:
    """Per group: the answer of aggregate 1 over known elements in column `1`; in `1?` whether it has a gap, if it can have one."""
    known = [_known(t, p, i) for i, (t, p) in enumerate(zip(totals, parts, strict=True))]
    gaps = {
        (t.fold.value, t.fold.where): i for i, t in reversed(list(enumerate(totals))) if not parts[i].certain
    }  # one gap column for all aggregates over the same elements
    grouped = frame.group_by(by).agg(*known, *(_gap(parts[i], i) for i in gaps.values()))
    shared = {i: gaps[t.fold.value, t.fold.where] for i, t in enumerate(totals) if not parts[i].certain}
    return grouped.with_columns(pl.col(f"{first}?").alias(f"{i}?") for i, first in shared.items() if i != first)


def _known(total: Total, part: Part, at: int) -> pl.Expr:
    """The answer over the elements that count and whose value is not missing. `middle` gives the sorted values."""
    where, value = pl.col(f"where{at}"), pl.col(f"value{at}")
    counted = value if part.where is None else where if part.value is None else pl.when(where).then(value)
    if total.function in ("sum", "middle") and total.wide:
        counted = counted.cast(pl.Int128)
    match total.function:
        case "count":
            found = (pl.len() if part.where is None else counted.sum()).cast(pl.Int64)
        case "distinct":
            found = counted.drop_nulls().n_unique().cast(pl.Int64)
        case "middle":
            found = counted.drop_nulls().sort()
        case "sum":
            found = counted.sum()
        case "max":
            found = counted.max()
        case "min":
            found = counted.min()
        case "any":
            found = counted.any()
        case "all":
            found = counted.all()
    return found.alias(str(at))


def _gap(part: Part, at: int) -> pl.Expr:
    """Whether an element's condition is missing, or its value although the element counts."""
    where, value = pl.col(f"where{at}"), pl.col(f"value{at}")
    if part.value is None:
        found = where.is_null()
    elif part.where is None:
        found = value.is_null()
    else:
        found = where.is_null() | (where & value.is_null())
    return found.any().alias(f"{at}?")


def _settled(total: Total, at: int, known: pl.DataFrame) -> pl.Expr:
    """The final answer, from the answer over known elements and the gap."""
    answer, gap = pl.col(str(at)), pl.col(f"{at}?").fill_null(False) if f"{at}?" in known.columns else None
    match total.function:
        case "any" | "all":
            decides = total.function == "any"
            decided = pl.when(answer == decides).then(decides)
            return decided.otherwise(not decides) if gap is None else decided.when(~gap).then(not decides)
        case "middle":
            size = answer.list.len().cast(pl.Int64)
            found = answer.list.get((size - 1) // 2, null_on_oob=True) + answer.list.get(size // 2, null_on_oob=True)
        case "max" | "min":
            found = answer
        case _:
            found = answer.fill_null(0)
    return found if gap is None else pl.when(~gap).then(found)


def _without_lost(total: Total, found: pl.Series, lost: pl.Series) -> pl.Series:
    """Missing for groups with lost elements, unless a known element decides `any` or `all`."""
    decides = {"any": True, "all": False}.get(total.function)
    decided = pl.lit(False) if decides is None else (pl.col("found") == decides).fill_null(False)
    return pl.DataFrame([found.alias("found"), lost.alias("lost")]).select(pl.when(~pl.col("lost") | decided).then("found")).to_series()


def _empty(total: Total, height: int) -> pl.Series:
    return pl.repeat(_EMPTY.get(total.function), height, dtype=total.dtype, eager=True)


# ── keys that are missing ──


def _possible(asked: pl.DataFrame, unsure: pl.DataFrame, sure: pl.DataFrame, keys: list[str]) -> pl.Series:
    """For each record: could an element match whose key or filter is missing, or, if the record's own key is missing, any element?"""
    found = pl.repeat(False, asked.height, dtype=pl.Boolean, eager=True)
    if not unsure.height and not any(asked.get_column(k).null_count() for k in keys):
        return found
    numbered = asked.with_row_index(ROW)
    for mine, group in _by_missing(numbered, keys):
        others = pl.concat([unsure.select(keys), sure.select(keys)]) if any(mine) else unsure.select(keys)
        for theirs, candidates in _by_missing(others, keys):
            both = [k for k, a, b in zip(keys, mine, theirs, strict=True) if not a and not b]
            hit = group.join(candidates.select(both).unique(), on=both, how="semi") if both else group
            found = found | numbered.get_column(ROW).is_in(hit.get_column(ROW).implode())
    return found


def _by_missing(frame: pl.DataFrame, keys: list[str]) -> list[tuple[tuple[bool, ...], pl.DataFrame]]:
    """The rows of a frame, grouped by which of their keys are missing."""
    patterns = frame.select(pl.col(k).is_null() for k in keys).unique().rows()
    same = [pl.all_horizontal(pl.col(k).is_null() == m for k, m in zip(keys, p, strict=True)) for p in patterns]
    return [(p, frame.filter(s)) for p, s in zip(patterns, same, strict=True)]
