"""Report -> the officer's decisions (裁定) as rows of texts, and the form in which she answers what is open."""

from collections.abc import Iterator, Mapping

from validator.render.phrases.rules import answer, rule_name
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import name, told
from validator.report.model import OPEN, Report, attestation_mark

FORM = ("rule", "asks", "subject", "outcome", "name", "at", "remark", "used", "fingerprint")
"""The columns of the form. It is read back as the table of decisions: their titles are those that the intake knows."""

COLUMNS = ("rule", "subject", "outcome", "name", "at", "remark", "used")


def head(lang: Lang, columns: tuple[str, ...] = COLUMNS) -> tuple[str, ...]:
    """The titles of the columns."""
    return tuple(say(f"decision-{key}", lang) for key in columns)


def rows(report: Report, lang: Lang) -> Iterator[tuple[str, ...]]:
    """One row per decision, in the order of the table, with a cell for each of `COLUMNS`."""
    for decision in report.decisions:
        told = {
            **decision,
            "outcome": answer(report, decision.get("rule", ""), decision.get("outcome", ""), lang),
            "used": say(f"used-{decision.get('used', '')}", lang),
        }
        yield tuple(told.get(key, "") for key in COLUMNS)


def form(report: Report, lang: Lang) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The rows of the form, each with the words that may be chosen: the decisions made, then attestations and findings that are open.

    A decision that did nothing is left out: what it spoke of is open, and has a row of its own.
    """
    for decision in report.decisions:
        if decision.get("used") != "nothing":
            yield (
                _cells({**decision, "outcome": _word(report, decision, lang)}, report, lang),
                words(report, decision.get("rule", ""), lang),
            )
    for rule, state in report.attestations:
        if state == "open":
            mark = attestation_mark(report.offering, rule)
            yield _cells({"rule": rule, "subject": report.offering, "fingerprint": mark}, report, lang), words(report, rule, lang)
    for finding in report.findings:
        if finding.outcome in OPEN and finding.decision is None:
            asked = {"rule": finding.rule, "subject": finding.subject.id, "fingerprint": finding.fingerprint}
            yield _cells({**asked, "asks": told(finding.message, lang)}, report, lang), words(report, finding.rule, lang)


def words(report: Report, rule: str, lang: Lang) -> tuple[str, ...]:
    """The two words that answer a rule, the good one first."""
    info = report.rules.get(rule)
    return () if info is None or info.answers is None else (told(info.answers.good, lang), told(info.answers.bad, lang))


def _word(report: Report, decision: Mapping[str, str], lang: Lang) -> str:
    return name("invalid", lang) if decision.get("used") == "invalid" else answer(report, decision["rule"], decision["outcome"], lang)


def _cells(cells: Mapping[str, str], report: Report, lang: Lang) -> tuple[str, ...]:
    rule = cells.get("rule", "")
    used = say(f"used-{cells['used']}", lang) if "used" in cells else ""
    filled = {"asks": rule_name(report, rule, lang) if rule else "", **cells, "used": used}
    return tuple(filled.get(key, "") for key in FORM)
