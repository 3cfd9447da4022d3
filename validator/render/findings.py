"""Report -> the list of findings as a table, for the workbook and the page."""

from collections.abc import Iterable, Iterator

from validator.render.rules import clauses, effects, rule_name
from validator.render.safe import visible
from validator.render.sentences import say
from validator.render.words import Lang, name
from validator.report import Finding, Report

COLUMNS = (
    "outcome",
    "rule",
    "rule-id",
    "subject",
    "placee",
    "investor",
    "row",
    "says",
    "figures",
    "margin",
    "missing",
    "clause",
    "effect",
    "source",
)

Row = tuple[str | int | None, ...]


def head(lang: Lang) -> tuple[str, ...]:
    """The titles of the columns."""
    return tuple(say(f"finding-{c}", lang) for c in COLUMNS)


def rows(report: Report, findings: Iterable[Finding], lang: Lang) -> Iterator[Row]:
    """One row a finding. Figures stay exact text in base units, as in the JSON."""
    rules: dict[str, tuple[str, str, str]] = {}  # what is the same for every finding of a rule
    for f in findings:
        if f.rule not in rules:
            rules[f.rule] = rule_name(report, f.rule, lang), clauses(f.cite, report.sources), effects(f.effect, lang)
        yield row(f, *rules[f.rule], lang)


def row(f: Finding, called: str, clause: str, effect: str, lang: Lang) -> Row:
    """One finding of a rule that is called so."""
    return (
        name(f.outcome, lang),
        called,
        f.rule,
        visible(f.subject.id),
        visible(f.subject.placee or ""),
        visible(f.subject.investor or ""),
        f.subject.row,
        visible(f.message.zh if lang == "zh" else f.message.en),
        visible("; ".join(f"{key} = {figure}" for key, figure in f.figures.items())),
        f.margin or "",
        visible(", ".join(f.missing)),
        clause,
        effect,
        say("unverified-short" if f.unverified else "verified-short", lang),
    )
