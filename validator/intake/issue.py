"""Problems of the input as data: what could not be read or linked."""

from dataclasses import dataclass
from typing import Any

from validator.bilingual import Both


@dataclass(frozen=True, slots=True)
class Issue:
    """A part of the input that could not be read or linked. `text`: the text of the cell. `row`: None in submissions."""

    code: str
    table: str
    row: int | None
    column: str | None
    text: str | None
    message: Both

    def to_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "text": self.text,
            "message": self.message.to_dict(),
        }
