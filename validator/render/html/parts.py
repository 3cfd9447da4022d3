"""Report -> the parts of the page other than the summary, as blocks: statistics, findings by rule, the annex."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dsl.outcomes import FOUND
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import by_rule, rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, name, price, shares
from validator.render.tables import annex as listed
from validator.render.tables import findings as found
from validator.render.tables.statistics import Line, said_of
from validator.render.tables.statistics import statistics as lines_of
from validator.report.model import Finding, Report

_SHOWN = 500  # findings of one rule and outcome; the page says how many are left out
_OF_RULE = ("clause", "effect", "source")  # the same for every finding of a rule, so shown once
_TOLD = ("subject", "placee", "investor", "row", "says", "figures", "margin", "missing")


@dataclass(frozen=True, slots=True)
class Fold:
    """The findings of one rule: first the facts that all of them share, then the columns that are not empty."""

    heading: str
    shared: str
    table: Table
    rest: str


def statistics(report: Report, lang: Lang) -> Iterator[Block]:
    """The remaining bids by kind; a kind that the book does not state gets a note."""
    lines = lines_of(report)
    if not lines:
        return
    yield Heading(say("statistics", lang))
    multiples = any(line.multiple for line in lines)
    keys = ("group", "kind", "investor-count", "placee-count", "bid-total-short", "median", "mean", *(("multiple",) if multiples else ()))
    columns = tuple(Column(say(k, lang), right=at > 1) for at, k in enumerate(keys))
    yield Table(columns, tuple(_figures(line, lang)[: len(columns)] for line in lines))
    for group in ("placee_type", "investor_type"):
        if not any(line.group == group for line in lines):
            yield Note(say(f"unstated-{group}", lang), "faint")


def _figures(line: Line, lang: Lang) -> tuple[str, ...]:
    group = say("all" if line.group == "six" else line.group, lang)
    investors, placees = ("" if n is None else count(n) for n in (line.investors, line.placees))
    quantity = "" if line.quantity is None else shares(line.quantity, lang)
    multiple = "" if line.multiple is None else f"{Decimal(line.multiple):,}"
    return group, said_of(line, lang), investors, placees, quantity, line.median or "", line.mean or "", multiple


def findings(report: Report, lang: Lang) -> Iterator[Fold]:
    """The gravest outcome first; within it the rule with most findings."""
    for outcome in FOUND:
        for rule, of_rule in by_rule(report, outcome):
            yield _fold(report, rule, of_rule, lang)


def _fold(report: Report, rule: str, of_rule: list[Finding], lang: Lang) -> Fold:
    heads = dict(zip(found.COLUMNS, found.head(lang), strict=True))
    heading = f"{name(of_rule[0].outcome, lang)} · {rule_name(report, rule, lang)} · {rule} · {count(len(of_rule))}"
    rows = [dict(zip(found.COLUMNS, row, strict=True)) for row in found.rows(report, of_rule[:_SHOWN], lang)]
    shared = " · ".join(f"{heads[c]} {rows[0][c]}" for c in _OF_RULE if rows[0][c])
    for row in rows:
        row["margin"] = f"{row['margin']} {row.pop('unit')}".strip()
    told = [c for c in _TOLD if any(row[c] not in (None, "") for row in rows)]
    columns = tuple(Column(heads[c], right=c in ("row", "margin"), wide=c in ("says", "figures", "missing")) for c in told)
    table = Table(columns, tuple(tuple("" if row[c] is None else str(row[c]) for c in told) for row in rows))
    return Fold(heading, shared, table, say("more", lang, count=count(len(of_rule) - _SHOWN)) if len(of_rule) > _SHOWN else "")


def annex(report: Report, lang: Lang) -> Table:
    """The annex of the announcement, 初步询价报价情况."""
    columns = tuple(Column(t, right=at in (0, 3, 4), wide=at == 5) for at, t in enumerate(listed.head(lang)))
    rows = (
        (str(n), visible(i), visible(p), "" if at is None else price(at), "" if q is None else shares(q, lang), remark)
        for n, i, p, at, q, remark in listed.rows(report, lang)
    )
    return Table(columns, tuple(rows))
