"""Problems of the input as data: what could not be read or linked, and what was read and how."""

from dataclasses import dataclass
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
