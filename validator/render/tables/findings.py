"""Report -> the list of findings as a table, for the workbook and the page."""

from collections.abc import Iterable, Iterator

from validator.render.phrases.rules import called, clauses, effects, figure, margin_figure, margin_unit, missing, rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import name, told
from validator.report.model import Called, Finding, Report

COLUMNS = (
    "outcome",
    "rule",
    "subject",
    "says",
    "margin",
    "unit",
    "missing",
    "clause",
    "effect",
    "source",
    "figures",
    "rule-id",
    "placee",
    "investor",
    "row",
)
PRINTED = 10
"""How many columns, from the left, are printed. The others are for filtering; the message already contains their content."""

Row = tuple[str | int | None, ...]


def head(lang: Lang) -> tuple[str, ...]:
    """The column titles."""
    return tuple(say(f"finding-{c}", lang) for c in COLUMNS)


def rows(report: Report, findings: Iterable[Finding], lang: Lang) -> Iterator[Row]:
    """One row per finding. Figures are exact text in base units, as in the JSON."""
    rules: dict[str, tuple[str, str, str]] = {}  # texts that are the same for every finding of a rule
    for f in findings:
        if f.rule not in rules:
            rules[f.rule] = rule_name(report, f.rule, lang), clauses(f.cite, report.sources), effects(f.effect, lang)
        yield row(f, called(report, f.rule), *rules[f.rule], lang)


def row(f: Finding, words: Called, rule: str, clause: str, effect: str, lang: Lang) -> Row:
    """One finding of a rule of that name."""
    return (
        name(f.outcome, lang),
        rule,
        visible(f.subject.id),
        told(f.message, lang),
        margin_figure(words, f.margin) if f.margin else "",
        margin_unit(words, lang) if f.margin else "",
        visible(missing(words, [(m, m in f.unreadable) for m in f.missing], lang)),
        clause,
        effect,
        say("unverified-short" if f.unverified else "verified-short", lang),
        visible(say("semicolon", lang).join(figure(words, key, text, lang) for key, text in f.figures.items())),
        f.rule,
        visible(f.subject.placee or ""),
        visible(f.subject.investor or ""),
        f.subject.row,
    )
