"""The report of an announcement: the same as of a book, with notes on what rounding explains and on what no rule reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.report import Both, Report, Subject


@dataclass(frozen=True, slots=True)
class Note:
    """A difference that rounding explains (尾差): no finding. `left` and `right` are the sides of the statement as shown."""

    rule: str
    subject: Subject
    figures: Mapping[str, str]
    left: str
    right: str
    difference: str
    message: Both

    def to_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "subject": {"kind": self.subject.kind, "id": self.subject.id},
            "figures": dict(self.figures),
            "left": self.left,
            "right": self.right,
            "difference": self.difference,
            "message": self.message.to_dict(),
        }


@dataclass(frozen=True)
class AnnouncementReport(Report):
    """One announcement. `offering` is its securities code."""

    announcement: str = ""
    notes: tuple[Note, ...] = ()
    unread: tuple[Both, ...] = ()
    """The names of figures that are stated but that no rule reads."""

    def to_dict(self, bids: bool = False) -> dict[str, Any]:
        """The promised JSON, as plain data."""
        more = {"announcement": self.announcement, "notes": [n.to_dict() for n in self.notes], "unread": [n.en for n in self.unread]}
        return {**Report.to_dict(self, bids), **more}
