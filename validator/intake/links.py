"""Records with ids -> the row of each record's parent, and what stands in the way: orphans, missing keys, keys that stand twice."""

from collections.abc import Sequence

import polars as pl

from dsl.quantities import Entity
from validator.intake.cells import shown
from validator.intake.parents import KEY, OF, ROW, Records
from validator.report import Both, Issue


def link(frame: pl.DataFrame, entity: Entity, parent: Entity, parents: pl.DataFrame) -> pl.Series:
    """The row of each record's parent in `parents`. Null where it is missing or stands twice, or where a lender has a rival."""
    known = parents.select(KEY, pl.int_range(pl.len(), dtype=pl.Int64).alias("^at"))
    once = known.filter(pl.col(KEY).is_not_null() & ~pl.col(KEY).is_duplicated())
    rows = frame.select(OF).join(once, left_on=OF, right_on=KEY, how="left", maintain_order="left")["^at"]
    if entity.lends:
        rows = rows.set(frame[OF].is_not_null() & frame[OF].is_duplicated(), None)
    return rows.alias(f"^{parent.name}")


def parent_issues(records: Records, frame: pl.DataFrame, parent: Entity, parents: pl.DataFrame) -> list[Issue]:
    """Records that name no parent, and records whose parent is not in its table."""
    header = records.headers.get(OF)
    if header is None:
        return []
    issues = []
    read = frame.filter(~pl.col("^place").is_in(sorted(records.unread))) if records.unread else frame
    for row in read.filter(pl.col(OF).is_null())[ROW].to_list():
        zh, en = f"没有{header},不知属于哪一个{parent.zh}", f"no {header}: it cannot be told to which {parent.name} the record belongs"
        issues.append(Issue("missing-key", records.table, row, header, None, Both(zh, en)))
    lost = frame.filter(pl.col(OF).is_not_null()).join(parents.select(KEY), left_on=OF, right_on=KEY, how="anti", maintain_order="left")
    if lost.is_empty():
        return issues
    close = _without_zeros(parents[KEY])
    for row, key in lost.select(ROW, OF).iter_rows():
        issues.append(_orphan(records.table, row, header, key, parent, close.get(_bare(key))))
    return issues


def _orphan(table: str, row: int, header: str, key: str, parent: Entity, close: str | None) -> Issue:
    zh = f"{parent.zh}{shown(key)}不在{parent.zh}表中,需要它的规则无法判断"
    en = f"{parent.name} {shown(key)} is not in its table; rules that need it cannot be evaluated"
    if close is not None:
        zh, en = f"{zh};表中有{close},是否丢了前导零", f"{en}; the table has {close}: were leading zeros lost?"
    return Issue("orphan", table, row, header, shown(key), Both(zh, en))


def _without_zeros(keys: pl.Series) -> dict[str, str]:
    return {_bare(k): k for k in keys.drop_nulls().to_list()}


def _bare(key: str) -> str:
    return key.lstrip("0") or "0"


def key_issues(records: Records, frame: pl.DataFrame, entity: Entity) -> list[Issue]:
    """Records of one key, and records whose own text key is missing."""
    issues = _missing(records, frame, entity) if KEY in records.headers else []
    parts = [OF if name not in entity.fields else name for name in entity.key]
    whole = frame.filter(pl.all_horizontal(pl.col(parts).is_not_null()))
    twice = whole.filter(pl.struct(parts).is_duplicated()) if len(parts) > 1 else whole.filter(pl.col(parts[0]).is_duplicated())
    header = records.headers.get(KEY) or records.headers.get(OF)
    for row, key in twice.select(ROW, pl.concat_str([pl.col(p).cast(pl.String) for p in parts], separator="/")).iter_rows():
        zh, en = f"{entity.zh}{shown(key)}出现多次", f"{entity.name} {shown(key)} stands more than once"
        issues.append(Issue("duplicate-key", records.table, row, header, shown(key), Both(zh, en)))
    return issues


def _missing(records: Records, frame: pl.DataFrame, entity: Entity) -> list[Issue]:
    header = records.headers[KEY]
    zh, en = f"没有{header}", f"no {header}"
    rows: Sequence[int] = frame.filter(pl.col(KEY).is_null())[ROW].to_list()
    return [Issue("missing-key", records.table, row, header, None, Both(zh, en)) for row in rows]
