"""Columns and tables that are not supplied -> what to supply, table by table, and the rules that need it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import columns_of, rule_name, wanted, wanted_said
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, name
from validator.report.model import Report


@dataclass(frozen=True, slots=True)
class Lacking:
    """By table: the columns that are not supplied, with the rules that need them; and the tables that are not supplied, with theirs."""

    columns: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    tables: Mapping[str, tuple[str, ...]]


def lacking(report: Report) -> Lacking:
    """A rule that needs a table that is not supplied is listed under that table only."""
    absent: dict[str, list[str]] = {
        e: [] for e, rules in report.unsupplied.items() if report.by_rule and not any(map(report.by_rule.get, rules))
    }
    columns: dict[str, dict[str, None]] = {}
    waiting: dict[str, dict[str, None]] = {}
    for entity, rules in report.unsupplied.items():
        for rule in rules:
            tables = wanted(report, rule) or {entity: []}
            if missing := next((e for e in absent if e == entity or e in tables), None):
                absent[missing].append(rule)
                continue
            for table, of_it in tables.items():
                columns.setdefault(table, {}).update(dict.fromkeys(of_it))
                waiting.setdefault(table, {})[rule] = None
    return Lacking(
        {table: (tuple(of_it), tuple(waiting[table])) for table, of_it in columns.items()},
        {table: tuple(rules) for table, rules in absent.items()},
    )


def section(report: Report, lang: Lang) -> Iterator[Block]:
    """The section of the summary: one row per table."""
    if not report.unsupplied:
        return
    found = lacking(report)
    yield Heading(say("unsupplied", lang))
    rows = [(name(t, lang), columns_of(report, columns, lang) or "—", count(len(rules))) for t, (columns, rules) in found.columns.items()]
    if rows:
        titles = (
            Column(say("table", lang)),
            Column(say("missing-columns", lang), wide=True),
            Column(say("rules-waiting", lang), right=True),
        )
        yield Table(titles, tuple(rows))
    if found.tables:
        said = (say("table-of-rules", lang, table=name(e, lang), count=count(len(rules))) for e, rules in found.tables.items())
        yield Note(say("absent-tables", lang, tables=" · ".join(said)))
    yield Note(say("unsupplied-how", lang), "faint")


def details(report: Report, lang: Lang) -> Table:
    """For each rule: the columns and tables that it needs and that are not supplied."""
    rules = [rule for of_it in report.unsupplied.values() for rule in of_it]
    rows = tuple((f"{rule_name(report, rule, lang)}\n{rule}", wanted_said(report, rule, lang) or "—") for rule in rules)
    least = max(map(len, rules), default=0)
    return Table((Column(say("rule", lang), wide=True, least=least), Column(say("missing-columns", lang), wide=True)), rows)
