"""Problems of the input as data: what could not be read or linked, and what was read and how."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from validator.bilingual import Both

Level = Literal["issue", "note"]


@dataclass(frozen=True, slots=True)
class Issue:
    """A part of the input that could not be read or linked. `text`: the text of the cell. `row`: None in submissions.

    `level`: a "note" says how something was read, and has no effect on the status. `rows`: the first ten rows if there are several, and
    `count` how many there are.
    """

    code: str
    table: str
    row: int | None
    column: str | None
    text: str | None
    message: Both
    level: Level = "issue"
    rows: tuple[int, ...] = ()
    count: int = 1

    def to_dict(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "code": self.code,
            "table": self.table,
            "column": self.column,
            "row": self.row,
            "rows": list(self.rows) or ([] if self.row is None else [self.row]),
            "count": self.count,
            "text": self.text,
            "message": self.message.to_dict(),
        }


SHOWN_ROWS = 10


def merged(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """One entry for each code, table and column: the first of its rows speaks for all. Issues without a row or a column stay by themselves
    if their texts differ."""
    groups: dict[tuple[str | None, ...], list[Issue]] = {}
    for issue in issues:
        own = issue.text if issue.row is None else None
        groups.setdefault((issue.level, issue.code, issue.table, issue.column, own), []).append(issue)
    return tuple(_one(group) for group in groups.values())


def _one(group: list[Issue]) -> Issue:
    if len(group) == 1:
        return group[0]
    group = sorted(group, key=lambda i: i.row or 0)
    first = group[0]
    rows = sorted({row for i in group for row in (i.rows or ((i.row,) if i.row is not None else ()))})
    count = sum(i.count for i in group)
    shown, more = list(map(str, rows[:SHOWN_ROWS])), len(rows) > SHOWN_ROWS
    zh = f"{first.message.zh}(共{count}处,见第{'、'.join(shown)}行{'等' if more else ''})"
    en = f"{first.message.en} ({count} in all, rows {', '.join(shown)}{' …' if more else ''})"
    if len({i.text for i in group}) > 1:  # each row with its own text, so that none is lost
        zh_rows = "、".join(f"第{i.row}行“{i.text or ''}”" for i in group[:SHOWN_ROWS])
        en_rows = ", ".join(f"row {i.row} `{i.text or ''}`" for i in group[:SHOWN_ROWS])
        zh = f"{first.message.zh}(共{count}处:{zh_rows}{'等' if more else ''})"
        en = f"{first.message.en} ({count} in all: {en_rows}{' …' if more else ''})"
    if first.column is None and rows:  # each row has words of its own
        zh = "；".join(i.message.zh for i in group[:SHOWN_ROWS]) + (f"；等共{count}行" if count > SHOWN_ROWS else "")
        en = "; ".join(i.message.en for i in group[:SHOWN_ROWS]) + (f"; … {count} rows in all" if count > SHOWN_ROWS else "")
    elif not rows:
        zh, en = first.message.zh, first.message.en
    return replace(first, message=Both(zh, en), rows=tuple(rows[:SHOWN_ROWS]), count=count)
