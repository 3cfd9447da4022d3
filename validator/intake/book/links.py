"""Records with ids -> the row of each record's parent, and issues: orphans, missing keys, duplicated keys."""

import polars as pl

from dsl.kernel.unreadable import UNREAD
from dsl.schema import Entity
from validator.bilingual import Both
from validator.intake.book.agreement import KEY, OF, ROW
from validator.intake.book.ids import ALIKE
from validator.intake.book.records import Records, key_columns
from validator.intake.cells.cell import shown
from validator.intake.issue import Issue


def link(frame: pl.DataFrame, parent: Entity, parents: pl.DataFrame) -> pl.Series:
    """The row of each record's parent in `parents`. Null if no row has the parent's key, or more than one."""
    known = parents.select(KEY, pl.int_range(pl.len(), dtype=pl.Int64).alias("^at"))
    once = known.filter(pl.col(KEY).is_not_null() & ~_twice(parents, KEY))
    rows = frame.select(OF).join(once, left_on=OF, right_on=KEY, how="left", maintain_order="left")["^at"]
    return rows.alias(f"^{parent.name}")


def _twice(frame: pl.DataFrame, column: str) -> pl.Series:
    """Which records share their key. Skipped if every key was a unique id."""
    if not frame[ALIKE].any():
        return frame[ALIKE]
    return frame[column].is_not_null() & frame[column].is_duplicated()


def parent_issues(records: Records, frame: pl.DataFrame, parent: Entity, parents: pl.DataFrame) -> list[Issue]:
    """Issues of records that name no parent, and of records whose parent is not in its table."""
    header = records.headers.get(OF)
    if header is None:
        return []
    issues = []
    for row in _blank(frame, OF):
        zh, en = f"没有{header},不知属于哪一个{parent.zh}", f"no {header}: the {parent.name} of the record is unknown"
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


def key_issues(records: Records, frame: pl.DataFrame, entity: Entity, parent: Entity | None) -> list[Issue]:
    """Issues of records with the same key, and of missing parts of a key. A bid may have no number yet: the platform assigns it later."""
    columns = key_columns(entity)
    issues = [i for name, column in columns.items() if column != OF for i in _missing_parts(records, frame, entity, name, column)]
    for name, column in columns.items():
        if records.own and column in (KEY, OF) and column not in records.headers and not frame.is_empty():
            issues.append(_no_column(records.table, name, entity, entity if column == KEY else parent))
    whole = frame.filter(pl.col(ALIKE)).filter(pl.all_horizontal(pl.col(columns.values()).is_not_null()))
    twice = whole.filter(pl.struct(columns.values()).is_duplicated())
    header = records.headers.get(KEY) or records.headers.get(OF)
    text = pl.concat_str([pl.col(c).cast(pl.String) for c in columns.values()], separator="/")
    for row, key in twice.select(ROW, text).iter_rows():
        zh, en = f"{entity.zh}{shown(key)}出现多次", f"{entity.name} {shown(key)} occurs more than once"
        issues.append(Issue("duplicate-key", records.table, row, header, shown(key), Both(zh, en)))
    return issues


def _missing_parts(records: Records, frame: pl.DataFrame, entity: Entity, name: str, column: str) -> list[Issue]:
    header = records.headers.get(column)
    if header is None or entity.fields[name].type.name != "text":
        return []
    message = Both(f"没有{header}", f"no {header}")
    return [Issue("missing-key", records.table, row, header, None, message) for row in _blank(frame, column)]


def _no_column(table: str, name: str, entity: Entity, owner: Entity | None) -> Issue:
    field = owner.fields[name] if owner is not None else entity.fields[name]
    zh = f"表中没有可读的“{field.zh}”列,不知其记录是哪一个{(owner or entity).zh}的"
    en = f"the table has no readable column {field.name}: the {(owner or entity).name} of each record is unknown"
    return Issue("missing-key", table, None, None, None, Both(zh, en))


def _blank(frame: pl.DataFrame, column: str) -> list[int]:
    """The rows whose key is blank and has no issue yet."""
    rows: list[int] = frame.filter(pl.col(column).is_null() & pl.col(column + UNREAD).is_null())[ROW].to_list()
    return rows
