"""Reports on many offerings -> a page: per board and revision, then what was found, rule by rule and offering by offering."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dsl.outcomes import OUTCOMES, WORST_FIRST
from validator.bilingual import Both
from validator.checks.folder import Books
from validator.checks.offerings import Archive
from validator.intake.issue import Issue
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import margin
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, pick, say
from validator.render.phrases.words import count, enumerated, fate, name, shares, table, told
from validator.report.model import Finding

_FINDINGS = 40  # rows: the rest is counted here and stands in the JSON
_ISSUES = 8
_CODES = 5

Found = Sequence[tuple[str, Finding]]
"""Findings with the offering that each belongs to."""

Names = Mapping[str, Both]
"""Rules by id."""


def page(found: Archive, lang: Lang) -> tuple[Block, ...]:
    """A table of offerings."""
    return tuple(_table(found, lang))


def folder_page(found: Books, lang: Lang) -> tuple[Block, ...]:
    """A folder of offerings with their books."""
    return tuple(_folder(found, lang))


def opening(found: Archive | Books, lang: Lang) -> Iterator[Block]:
    """The verdict, and how each revision fared."""
    if isinstance(found, Archive):
        total, unsure = sum(found.offerings.values()), bool(found.intake or found.unsupplied)
    else:
        total = len(found.reports) + len(found.refused)
        unsure = bool(found.refused or any(r.intake or r.unsupplied for r in found.reports.values()))
    outcomes = found.to_dict()["outcomes"]
    yield Heading(say("archive-title", lang, count=count(total)))
    yield from _verdict(outcomes, unsure, lang)
    if outcomes["by_revision"]:
        yield Heading(say("archive-revisions", lang))
        yield _revisions(outcomes["by_revision"], lang)


def by_rule(found: Archive | Books, lang: Lang) -> Iterator[Block]:
    """What was found, the worst first."""
    if isinstance(found, Archive):
        return _by_rule([(f.subject.id, f) for f in found.findings], found.names, lang)
    names = {rule: info.name for r in found.reports.values() for rule, info in r.rules.items()}
    return _by_rule([(folder, f) for folder, r in found.reports.items() for f in r.findings], names, lang)


def _table(found: Archive, lang: Lang) -> Iterator[Block]:
    yield from opening(found, lang)
    yield from by_rule(found, lang)
    yield from _violations(found, lang)
    yield from _unsupplied(found, lang)
    yield from _issues([("", i) for i in found.intake], lang)
    if found.unknown_columns:
        columns = ", ".join(f"{table(t, lang)}.{visible(c)}" for t, c in found.unknown_columns)
        yield Note(say("unknown-columns", lang, columns=columns), "faint")


def _folder(found: Books, lang: Lang) -> Iterator[Block]:
    yield from opening(found, lang)
    yield from _books(found, lang)
    yield from by_rule(found, lang)
    refused = [(folder, i) for folder, issues in found.refused.items() for i in issues]
    yield from _issues([*refused, *((r.offering, i) for r in found.reports.values() for i in r.intake)], lang)


def _books(found: Books, lang: Lang) -> Iterator[Block]:
    """One line a book."""
    if not found.reports:
        return
    yield Heading(say("archive-sheet", lang))
    columns = ("folder", "offering-code", "rulebook", "number-of-bids", "eliminated", "effective", "violated", "not_evaluable")
    rows = []
    for folder, r in found.reports.items():
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


def _violations(found: Archive, lang: Lang) -> Iterator[Block]:
    broken = [f for f in found.findings if f.outcome == "violated"]
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


def _unsupplied(found: Archive, lang: Lang) -> Iterator[Block]:
    """A rule once, with the columns that it waits for and the revisions that ask it."""
    if not found.unsupplied:
        return
    yield Heading(say("unsupplied", lang))
    rules = dict.fromkeys(rule for rules in found.unsupplied.values() for rule in rules)
    rows = tuple((_rule(r, found.names, lang), columns_of(found, r, lang), revisions_of(found, r, lang)) for r in rules)
    columns = ("rule", "missing-columns", "in-revisions")
    yield Table(tuple(Column(say(c, lang), wide=c != "rule") for c in columns), rows)


def columns_of(found: Archive, rule: str, lang: Lang) -> str:
    """The columns that a rule waits for, by the names that a table may have for them."""
    said = found.lacking.get(rule, {})
    return visible(enumerated((pick(zh, column, lang) for column, zh in said.items()), lang)) or "—"


def revisions_of(found: Archive, rule: str, lang: Lang) -> str:
    """The revisions of those in the table that wait for it."""
    asking = [n for n, by_rule in sorted(found.outcomes.items()) if rule in by_rule]
    waiting = {n for n in asking if rule in found.unsupplied.get(n, ())}
    if waiting == set(asking):
        return say("all-revisions", lang)
    boards = {n.partition("@")[0]: {m for m in asking if m.startswith(n.partition("@")[0] + "@")} for n in asking}
    whole = {board for board, revisions in boards.items() if revisions <= waiting}
    return ", ".join(dict.fromkeys(b if (b := n.partition("@")[0]) in whole else n for n in sorted(waiting)))


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
