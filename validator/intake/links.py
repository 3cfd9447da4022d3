"""Records with ids -> the row of each record's parent, and what stands in the way: orphans, missing keys, keys that stand twice."""

import polars as pl

from dsl.quantities import Entity
from validator.intake.cells import shown
from validator.intake.ids import ALIKE
from validator.intake.parents import KEY, OF, ROW, Records
from validator.report import Both, Issue


def link(frame: pl.DataFrame, entity: Entity, parent: Entity, parents: pl.DataFrame) -> pl.Series:
    """The row of each record's parent in `parents`. Null where it is missing or stands twice, or where a lender has a rival."""
    known = parents.select(KEY, ALIKE, pl.int_range(pl.len(), dtype=pl.Int64).alias("^at"))
    once = known.filter(pl.col(KEY).is_not_null() & ~pl.col(ALIKE))
    rows = frame.select(OF).join(once, left_on=OF, right_on=KEY, how="left", maintain_order="left")["^at"]
    if entity.lends:
        rows = rows.set(frame[ALIKE], None)
    return rows.alias(f"^{parent.name}")


def parent_issues(records: Records, frame: pl.DataFrame, parent: Entity, parents: pl.DataFrame) -> list[Issue]:
    """Records that name no parent, and records whose parent is not in its table."""
    header = records.headers.get(OF)
    if header is None:
        return []
    issues = []
    for row in _blank(records, frame, OF):
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
    whole = frame.filter(pl.col(ALIKE)).filter(pl.all_horizontal(pl.col(parts).is_not_null()))
    twice = whole.filter(pl.struct(parts).is_duplicated())
    header = records.headers.get(KEY) or records.headers.get(OF)
    for row, key in twice.select(ROW, pl.concat_str([pl.col(p).cast(pl.String) for p in parts], separator="/")).iter_rows():
        zh, en = f"{entity.zh}{shown(key)}出现多次", f"{entity.name} {shown(key)} stands more than once"
        issues.append(Issue("duplicate-key", records.table, row, header, shown(key), Both(zh, en)))
    return issues


def _missing(records: Records, frame: pl.DataFrame, entity: Entity) -> list[Issue]:
    header = records.headers[KEY]
    zh, en = f"没有{header}", f"no {header}"
    return [Issue("missing-key", records.table, row, header, None, Both(zh, en)) for row in _blank(records, frame, KEY)]


def _blank(records: Records, frame: pl.DataFrame, name: str) -> list[int]:
    """The rows whose key is blank; those whose key could not be read have their issue already."""
    unread = sorted(records.unread.get(name, ()))
    rows: list[int] = frame.filter(pl.col(name).is_null() & ~pl.col("^place").is_in(unread))[ROW].to_list()
    return rows
