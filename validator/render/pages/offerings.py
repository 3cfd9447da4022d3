"""Reports on many offerings -> a page: results per board and revision, then findings by rule and by offering."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dsl.outcomes import OUTCOMES, WORST_FIRST
from validator.bilingual import Both
from validator.checks.offerings import Columns, Offerings
from validator.intake.issue import Issue
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import margin
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, pick, say
from validator.render.phrases.words import count, enumerated, fate, name, shares, table, told
from validator.report.model import Finding

_FINDINGS = 40  # most rows: the page says how many are left out, the JSON has all
_ISSUES = 8
_CODES = 5

Found = Sequence[tuple[str, Finding]]
"""Findings, each with its offering."""

Names = Mapping[str, Both]
"""Rules by id."""


def page(found: Offerings, lang: Lang) -> tuple[Block, ...]:
    """The page for a table of offerings, or for a folder of offerings with their books."""
    return tuple(_page(found, lang))


def opening(found: Offerings, lang: Lang) -> Iterator[Block]:
    """The verdict, and the outcomes of each revision."""
    outcomes = found.to_dict()["outcomes"]
    yield Heading(say("archive-title", lang, count=count(len(found.lines) + found.refused)))
    yield from _verdict(outcomes, found.unsure, lang)
    if outcomes["by_revision"]:
        yield Heading(say("archive-revisions", lang))
        yield _revisions(outcomes["by_revision"], lang)


def by_rule(found: Offerings, lang: Lang) -> Iterator[Block]:
    """The findings, the gravest first."""
    return _by_rule([(f.folder or f.offering, f.said) for f in found.findings], found.names, lang)


def _page(found: Offerings, lang: Lang) -> Iterator[Block]:
    yield from opening(found, lang)
    yield from _books(found, lang)
    yield from by_rule(found, lang)
    if found.columns is not None:
        yield from _violations(found, lang)
        yield from _unsupplied(found, found.columns, lang)
    yield from _issues([(i.offering if i.folder else "", i.said) for i in found.intake], lang)
    if found.columns is not None and found.columns.unknown:
        columns = ", ".join(f"{table(t, lang)}.{visible(c)}" for t, c in found.columns.unknown)
        yield Note(say("unknown-columns", lang, columns=columns), "faint")


def _books(found: Offerings, lang: Lang) -> Iterator[Block]:
    """One line per book."""
    reports = [(line.folder, line.report) for line in found.lines if line.report is not None]
    if not reports:
        return
    yield Heading(say("archive-sheet", lang))
    columns = ("folder", "offering-code", "rulebook", "number-of-bids", "eliminated", "effective", "violated", "not_evaluable")
    rows = []
    for folder, r in reports:
        effective = r.fates.get(fate("effective"))
        rows.append(
            (
                visible(folder),
                visible(r.offering),
                f"{r.rulebook['id']}@{r.rulebook['revision']}",
                count(r.records.get("bid", 0)),
                "—" if r.elimination.count is None else count(r.elimination.count),
                "—" if effective is None else f"{count(effective.placees)} · {shares(effective.quantity, lang)}",
                count(r.outcomes["violated"]),
                count(r.outcomes["not_evaluable"]),
            )
        )
    titles = tuple(Column(name(c, lang) if c in OUTCOMES else say(c, lang), right=i > 2) for i, c in enumerate(columns))
    yield Table(titles, tuple(rows))


def _verdict(outcomes: Mapping[str, Any], unsure: bool, lang: Lang) -> Iterator[Block]:
    if outcomes["violated"]:
        broken = {r for of in outcomes["by_revision"].values() for r, c in of["by_rule"].items() if c.get("violated")}
        yield Note(say("breaches", lang, rules=count(len(broken)), count=count(outcomes["violated"])), "bad")
    if unsure or outcomes["not_evaluable"] or outcomes["error"]:
        yield Note(say("open-ends" if outcomes["violated"] else "undecided", lang), "warn")
    elif not outcomes["violated"]:
        yield Note(say("all-hold", lang), "good")


def _revisions(by_revision: Mapping[str, Mapping[str, Any]], lang: Lang) -> Table:
    titles = (Column(say("rulebook", lang)), Column(say("archive-offerings", lang), right=True))
    rows = ((n, count(c["offerings"]), *(count(c[o]) for o in OUTCOMES)) for n, c in by_revision.items())
    return Table((*titles, *(Column(name(o, lang), right=True) for o in OUTCOMES)), tuple(rows))


def _by_rule(found: Found, names: Names, lang: Lang) -> Iterator[Block]:
    groups: dict[tuple[str, str], list[str]] = {}
    for offering, finding in found:
        groups.setdefault((finding.outcome, finding.rule), []).append(offering)
    if not groups:
        return
    yield Heading(say("sheet-findings", lang))
    worst_first = sorted(groups.items(), key=lambda g: (WORST_FIRST.index(g[0][0]), -len(g[1]), g[0][1]))
    columns = ("finding-outcome", "rule", "number", "archive-offerings")
    rows = (
        (name(outcome, lang), _rule(rule, names, lang), count(len(of)), _listed(dict.fromkeys(of), lang))
        for (outcome, rule), of in worst_first
    )
    yield Table(tuple(Column(say(c, lang), c == "number", c == "archive-offerings") for c in columns), tuple(rows))


def _violations(found: Offerings, lang: Lang) -> Iterator[Block]:
    broken = [f.said for f in found.findings if f.said.outcome == "violated"]
    if not broken:
        return
    yield Heading(say("archive-violations", lang))
    columns = ("offering-code", "rule", "finding-says", "finding-margin")
    yield Table(
        tuple(Column(say(c, lang), c == "finding-margin", c == "finding-says") for c in columns),
        tuple(
            (
                visible(f.subject.id),
                _rule(f.rule, found.names, lang),
                told(f.message, lang),
                margin(found.called[f.rule], f.margin, lang),
            )
            for f in broken[:_FINDINGS]
        ),
    )
    if len(broken) > _FINDINGS:
        yield Note(say("more", lang, count=count(len(broken) - _FINDINGS)) + " · --format json", "faint")


def _unsupplied(found: Offerings, waiting: Columns, lang: Lang) -> Iterator[Block]:
    """Each rule once, with the columns that are not supplied and the revisions that need them."""
    if not waiting.unsupplied:
        return
    yield Heading(say("unsupplied", lang))
    rules = dict.fromkeys(rule for rules in waiting.unsupplied.values() for rule in rules)
    rows = tuple((_rule(r, found.names, lang), columns_of(waiting, r, lang), revisions_of(found, waiting, r, lang)) for r in rules)
    columns = ("rule", "missing-columns", "in-revisions")
    yield Table(tuple(Column(say(c, lang), wide=c != "rule") for c in columns), rows)


def columns_of(waiting: Columns, rule: str, lang: Lang) -> str:
    """The columns that a rule needs and that are not supplied, under the names that a table uses."""
    said = waiting.lacking.get(rule, {})
    return visible(enumerated((pick(zh, column, lang) for column, zh in said.items()), lang)) or "—"


def revisions_of(found: Offerings, waiting: Columns, rule: str, lang: Lang) -> str:
    """The revisions in the table that need the columns of a rule."""
    asking = [n for n, revision in sorted(found.revisions.items()) if rule in revision.by_rule]
    lacking = {n for n in asking if rule in waiting.unsupplied.get(n, ())}
    if lacking == set(asking):
        return say("all-revisions", lang)
    boards = {n.partition("@")[0]: {m for m in asking if m.startswith(n.partition("@")[0] + "@")} for n in asking}
    whole = {board for board, revisions in boards.items() if revisions <= lacking}
    return ", ".join(dict.fromkeys(b if (b := n.partition("@")[0]) in whole else n for n in sorted(lacking)))


def _rule(rule: str, names: Names, lang: Lang) -> str:
    said = names.get(rule)
    return rule if said is None else f"{told(said, lang)}\n{rule}"


def _issues(issues: Sequence[tuple[str, Issue]], lang: Lang) -> Iterator[Block]:
    if not issues:
        return
    yield Heading(f"{say('intake', lang)}  {count(len(issues))}")
    rows = tuple(
        (visible(at), table(i.table, lang), "" if i.row is None else str(i.row), told(i.message, lang)) for at, i in issues[:_ISSUES]
    )
    columns = ("offering-code", "table", "row", "reason")
    yield Table(tuple(Column(say(c, lang), c == "row", c == "reason") for c in columns), rows)
    if len(issues) > _ISSUES:
        yield Note(say("more", lang, count=count(len(issues) - _ISSUES)), "faint")


def _listed(codes: Iterable[str], lang: Lang) -> str:
    every = [visible(c) for c in codes]
    shown = ", ".join(every[:_CODES])
    return shown if len(every) <= _CODES else f"{shown} {say('more', lang, count=count(len(every) - _CODES))}"
