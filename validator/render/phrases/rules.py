"""The rules of a report -> texts: names, clauses, effects, findings, and the columns that are not supplied."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from validator.bilingual import Both, Cite
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, pick, say, spoken
from validator.render.phrases.words import enumerated, name, told
from validator.report.amounts import POINTS, hundredfold, percent
from validator.report.model import Called, Finding, Label, Report

_BETWEEN_CLAUSES = "、"  # in either language: clauses are quoted in Chinese


def rule_name(report: Report, rule: str, lang: Lang) -> str:
    """A rule's name in the reader's language, or its id if the report does not know the rule."""
    info = report.rules.get(rule)
    return rule if info is None else told(info.name, lang)


def answer(report: Report, rule: str, outcome: str, lang: Lang) -> str:
    """The outcome of a decision or the state of an attestation in the rule's own words: `未发现`, `待确认`."""
    info = report.rules.get(rule)
    if outcome in ("good", "bad") and info is not None and info.answers is not None:
        return told(info.answers.good if outcome == "good" else info.answers.bad, lang)
    return say("state-open", lang) if outcome == "open" else name(outcome, lang)


def limited(report: Report, lang: Lang) -> str:
    """What a report that is limited to some stages leaves out. Empty if it is whole."""
    return say("limited", lang, stages=visible(enumerated(report.stages, lang))) if report.stages else ""


def by_rule(report: Report, outcome: str) -> list[tuple[str, list[Finding]]]:
    """The findings of an outcome by rule, the rule with most findings first."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.outcome == outcome:
            groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))


def clauses(cites: Iterable[Cite], titles: Mapping[str, str]) -> str:
    """`初步询价及推介公告 三(四)3、三(四)6(1); …`: each source once, by its title if `titles` has it."""
    by_source: dict[str, list[str]] = {}
    for cite in cites:
        by_source.setdefault(cite.source, []).append(cite.clause)
    listed = ((titles.get(source, source), _BETWEEN_CLAUSES.join(c for c in said if c)) for source, said in by_source.items())
    return visible("; ".join(f"{title} {inside}".strip() for title, inside in listed))


def effects(said: Sequence[str], lang: Lang) -> str:
    """The effects of a breach."""
    return enumerated((name(e, lang) for e in said), lang)


def called(report: Report, rule: str) -> Called:
    """The labels of the figures in the findings of a rule."""
    info = report.rules.get(rule)
    return Called() if info is None else info.called


def figure(words: Called, key: str, text: str | None, lang: Lang) -> str:
    """`拟申购数量 = 900000股`: a figure's name, its exact text in base units, and the unit."""
    label = words.labels.get(key, Label(key, Both("", ""), False))
    if text is None:
        text = say("figure-missing", lang)
    elif label.flag:
        text = say("flag-true" if text == "true" else "flag-false", lang)
    elif label.percent:
        text = percent(Fraction(text))
    else:
        text = _with_unit(text, label.unit, lang)
    return f"{pick(label.zh, key, lang)} = {text}"


def margin(words: Called, text: str | None, lang: Lang) -> str:
    """`-100000股`: a margin with its unit, or empty if there is none."""
    return "" if text is None else _with_unit(margin_figure(words, text), words.margin, lang)


def margin_figure(words: Called, text: str) -> str:
    """`-100000`: a margin in its `margin_unit`, without it."""
    return hundredfold(Fraction(text)) if words.margin == POINTS else text


def margin_unit(words: Called, lang: Lang) -> str:
    """The unit of a rule's margins, or empty if there is none."""
    return spoken(words.margin, lang)


def _with_unit(text: str, unit: Both, lang: Lang) -> str:
    named = spoken(unit, lang)
    return say("with-unit", lang, figure=text, unit=named) if named else text


def missing(words: Called, inputs: Iterable[tuple[str, bool]], lang: Lang) -> str:
    """The missing inputs, under the names that a book uses. An input whose cell holds something that cannot be read (True) is marked."""

    def named(name: str, unreadable: bool) -> str:
        text = pick(words.labels[name].zh, name, lang) if name in words.labels else name
        return text + say("unreadable-mark", lang) if unreadable else text

    return enumerated((named(*one) for one in inputs), lang)


def wanted(report: Report, rule: str) -> dict[str, list[str]]:
    """The columns that a rule needs and that are not supplied, by table. A table that is not supplied has an empty list."""
    tables: dict[str, list[str]] = {}
    for column in report.lacking.get(rule, ()):
        entity, _ = report.columns.get(column, (column, ""))
        tables.setdefault(entity, []).extend([] if entity == column else [column])
    return tables


def columns_of(report: Report, columns: Iterable[str], lang: Lang) -> str:
    """Columns under the names that a book uses."""
    said = (pick(report.columns[c][1], c, lang) if c in report.columns else c for c in columns)
    return visible(enumerated(said, lang))


def wanted_said(report: Report, rule: str, lang: Lang) -> str:
    """`配售对象：注册完成时间、证券账户；发行：T日`."""
    colon, stop = say("colon", lang), say("semicolon", lang)
    tables = wanted(report, rule).items()
    return visible(stop.join(f"{name(e, lang)}{colon}{columns_of(report, c, lang)}" if c else name(e, lang) for e, c in tables))


def changed_terms(report: Report, lang: Lang) -> tuple[tuple[str, str, str], ...]:
    """The defaults that the offering changes: term, value here, default."""
    return tuple((told(c.name, lang), told(c.value, lang), told(c.default, lang)) for c in report.changed)
