"""Report -> the officer's decisions (裁定) as rows of texts: rule, subject, decision, officer, and effect."""

from collections.abc import Iterator

from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import name
from validator.report.model import Report

COLUMNS = ("rule", "subject", "outcome", "name", "at", "remark", "used")


def head(lang: Lang) -> tuple[str, ...]:
    """The titles of `COLUMNS`."""
    return tuple(say(f"decision-{key}", lang) for key in COLUMNS)


def rows(report: Report, lang: Lang) -> Iterator[tuple[str, ...]]:
    """One row per decision, in the order of the table, with a cell for each of `COLUMNS`."""
    for decision in report.decisions:
        told = {
            **decision,
            "outcome": name(decision.get("outcome", ""), lang),
            "used": say(f"used-{decision.get('used', '')}", lang),
        }
        yield tuple(told.get(key, "") for key in COLUMNS)
