"""Report -> the tables of rules: findings, every rule with its clause, and inputs other than the book."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dsl.outcomes import OUTCOMES
from validator.render.phrases.rules import answer, changed_terms, clauses, effects, rule_name, wanted_said
from validator.render.phrases.say import Lang, say, spoken
from validator.render.phrases.words import name, table
from validator.render.tables import decisions as decided
from validator.render.tables import findings as found
from validator.render.xlsx.formats import Style
from validator.render.xlsx.sheets import Column, Form, turned
from validator.report.model import Report

_FINDING_FORMS: Mapping[str, tuple[Style, int]] = {
    "outcome": ("text", 10),
    "rule": ("prose", 20),
    "subject": ("text", 15),
    "says": ("prose", 36),
    "margin": ("figure", 13),
    "unit": ("text", 8),
    "missing": ("prose", 14),
    "clause": ("prose", 26),
    "effect": ("prose", 12),
    "source": ("text", 8),
    "figures": ("prose", 36),
    "rule-id": ("text", 31),
    "placee": ("text", 12),
    "investor": ("text", 10),
    "row": ("integer", 8),
}
"""Column widths, as narrow as possible for printing."""


_DECISION_FORMS: Mapping[str, tuple[Style, int]] = {
    "rule": ("text", 31),
    "asks": ("prose", 36),
    "subject": ("text", 16),
    "outcome": ("text", 12),
    "name": ("text", 10),
    "at": ("text", 18),
    "remark": ("prose", 24),
    "used": ("text", 17),
    "fingerprint": ("text", 72),  # hidden, but a text that wraps would make its row taller
}

DECISIONS_PRINTED = 8
"""How many columns of `decisions` are printed: without the fingerprint."""

APPLIED_PRINTED = 11
"""How many columns of `applied` are printed: up to the signature."""


def findings(report: Report, lang: Lang) -> Iterator[Column]:
    """One row per finding."""
    return turned(finding_forms(lang), list(found.rows(report, report.findings, lang)))


def finding_forms(lang: Lang) -> tuple[Form, ...]:
    """The columns of `findings.rows`."""
    return tuple((head, *_FINDING_FORMS[key]) for key, head in zip(found.COLUMNS, found.head(lang), strict=True))


def applied(report: Report, lang: Lang) -> Iterator[Column]:
    """Every rule that was checked or must be signed: its clause, its outcomes, and the columns that are not supplied."""
    states = dict(report.attestations)
    forms: tuple[Form, ...] = (
        (say("rule", lang), "prose", 26),
        (say("subject-kind", lang), "text", 12),
        (say("clause", lang), "prose", 40),
        (say("effect", lang), "prose", 12),
        (say("finding-source", lang), "text", 8),
        *((name(o, lang), "count", 9) for o in OUTCOMES),
        (say("attest-state", lang), "text", 10),
        (say("lacking", lang), "prose", 40),
        (say("finding-rule-id", lang), "text", 31),
    )
    rules = dict.fromkeys((*report.by_rule, *states, *report.rules))
    rows = [(*_about(report, rule, lang), *_came_of(report, rule), *_wanting(report, rule, states, lang), rule) for rule in rules]
    return turned(forms, rows)


def _about(report: Report, rule: str, lang: Lang) -> tuple[str, ...]:
    info = report.rules.get(rule)
    if info is None:
        return rule, "", "", "", ""
    source = say("unverified-short" if info.unverified else "verified-short", lang)
    return (
        rule_name(report, rule, lang),
        name(info.entity, lang),
        clauses(info.cite, report.sources),
        effects(info.effect, lang),
        source,
    )


def _came_of(report: Report, rule: str) -> tuple[int | None, ...]:
    outcomes = report.by_rule.get(rule)
    return tuple(None if outcomes is None else outcomes.get(o, 0) for o in OUTCOMES)


def _wanting(report: Report, rule: str, states: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    state = states.get(rule)
    signed = "" if state is None else answer(report, rule, state, lang)
    return signed, wanted_said(report, rule, lang)


def terms(report: Report, lang: Lang) -> Iterator[Column]:
    """The defaults that this offering changes."""
    forms: Sequence[Form] = [(say(k, lang), "text", 30) for k in ("term", "value", "default")]
    return turned(forms, changed_terms(report, lang))


def intake(report: Report, lang: Lang) -> Iterator[Column]:
    """The values that could not be read."""
    forms: tuple[Form, ...] = (
        (say("table", lang), "text", 14),
        (say("row", lang), "integer", 8),
        (say("column", lang), "text", 26),
        (say("content", lang), "prose", 30),
        (say("reason", lang), "prose", 60),
    )
    issues = report.intake
    return turned(forms, [(table(i.table, lang), i.row, i.column, i.text, spoken(i.message, lang)) for i in issues])


def decisions(report: Report, lang: Lang) -> Iterator[Column]:
    """The form in which an officer answers what is open. The workbook is read back with it, and then only this sheet."""
    lines = list(decided.form(report, lang))
    titles = zip(decided.FORM, decided.head(lang, decided.FORM), strict=True)
    columns = turned(tuple((title, *_DECISION_FORMS[key]) for key, title in titles), [cells for cells, _ in lines])
    for key, column in zip(decided.FORM, columns, strict=True):
        choices = [words for _, words in lines] if key == "outcome" else []
        yield replace(column, choices=choices, hidden=key == "fingerprint")
