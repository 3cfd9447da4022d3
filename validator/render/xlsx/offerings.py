"""Reports on many offerings -> an Excel workbook: the page, every revision, every offering, every finding."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dsl.outcomes import OUTCOMES
from validator.checks.folder import Books
from validator.checks.offerings import Archive
from validator.intake.issue import Issue
from validator.render.pages import offerings as archive
from validator.render.pages.blocks import Heading
from validator.render.phrases.rules import clauses, effects
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say, spoken
from validator.render.phrases.words import fate, name, table, told
from validator.render.tables import findings
from validator.render.xlsx.formats import Style
from validator.render.xlsx.rules import finding_forms
from validator.render.xlsx.sheets import Cell, Column, Form, Table, turned
from validator.render.xlsx.summary import of_blocks
from validator.render.xlsx.write import write
from validator.report.model import Finding


def of_table(found: Archive, lang: Lang) -> bytes:
    """A table of offerings."""
    lines: list[tuple[Cell, ...]] = [(o.row, o.offering, o.rulebook, *_counts(o.outcomes)) for o in found.lines]
    forms: tuple[Form, ...] = ((say("row", lang), "integer", 8), (say("offering-code", lang), "text", 12), *_revision(lang))
    sheets = [
        Table(say("archive-revisions", lang), tuple(_revisions(found.to_dict()["outcomes"]["by_revision"], lang))),
        Table(say("archive-sheet", lang), tuple(turned(forms, lines))),
        Table(say("sheet-findings", lang), tuple(turned(finding_forms(lang), list(_found(found, lang)))), findings.PRINTED),
    ]
    if found.unsupplied:
        sheets.append(Table(say("unsupplied", lang), tuple(_unsupplied(found, lang))))
    return _written(found, sheets, [("", i) for i in found.intake], lang)


def of_folder(found: Books, lang: Lang) -> bytes:
    """A folder of offerings with their books."""
    lines: list[tuple[Cell, ...]] = [(folder, *_offering(r.to_dict()), *_counts(r.outcomes)) for folder, r in found.reports.items()]
    forms: tuple[Form, ...] = ((say("folder", lang), "text", 22), (say("offering-code", lang), "text", 12), *_revision(lang, books=True))
    listed: list[tuple[Cell, ...]] = [(folder, *row) for folder, r in found.reports.items() for row in findings.rows(r, r.findings, lang)]
    refused = [(folder, i) for folder, issues in found.refused.items() for i in issues]
    sheets = [
        Table(say("archive-revisions", lang), tuple(_revisions(found.by_revision(), lang))),
        Table(say("archive-sheet", lang), tuple(turned(forms, lines))),
        Table(
            say("sheet-findings", lang),
            tuple(turned(((say("folder", lang), "text", 22), *finding_forms(lang)), listed)),
            1 + findings.PRINTED,
        ),
    ]
    return _written(found, sheets, [*refused, *((f, i) for f, r in found.reports.items() for i in r.intake)], lang)


def _written(found: Archive | Books, sheets: list[Table], issues: Sequence[tuple[str, Issue]], lang: Lang) -> bytes:
    if issues:
        sheets.append(Table(say("intake", lang), tuple(_intake(issues, lang))))
    title, *rest = archive.opening(found, lang)
    assert isinstance(title, Heading)
    return write([of_blocks([title, *rest, *archive.by_rule(found, lang)], lang), *sheets], visible(title.text))


def _revision(lang: Lang, *, books: bool = False) -> tuple[Form, ...]:
    counted: tuple[Form, ...] = tuple((name(o, lang), "count", 11) for o in OUTCOMES)
    columns = ("number-of-bids", "eliminated", "effective") if books else ()
    return ((say("rulebook", lang), "text", 24), *((say(c, lang), "count", 11) for c in columns), *counted)


def _revisions(by_revision: Mapping[str, Mapping[str, Any]], lang: Lang) -> Iterator[Column]:
    forms: tuple[Form, ...] = (
        (say("rulebook", lang), "text", 24),
        (say("archive-offerings", lang), "count", 11),
        *((name(o, lang), "count", 11) for o in OUTCOMES),
    )
    return turned(forms, [(n, c["offerings"], *_counts(c)) for n, c in by_revision.items()])


def _offering(report: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Of one book: code, revision, and how many bids there are, are eliminated, are effective."""
    book, effective = report["rulebook"], report["fates"].get(fate("effective"))
    return (
        visible(report["offering"]),
        f"{book['id']}@{book['revision']}",
        report["input"]["records"].get("bid", 0),
        report["elimination"]["count"],
        None if effective is None else effective["placees"],
    )


def _counts(outcomes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(outcomes[o] for o in OUTCOMES)


def _found(found: Archive, lang: Lang) -> Iterator[Sequence[Cell]]:
    """As `findings.rows`, each under the names and titles of its own revision."""
    revision = {o.offering: o.rulebook for o in found.lines}
    for f in found.findings:
        clause = _cited(found, f, revision.get(f.subject.id, ""))
        yield findings.row(f, found.called[f.rule], _called(found, f, lang), clause, effects(f.effect, lang), lang)


def _called(found: Archive, finding: Finding, lang: Lang) -> str:
    said = found.names.get(finding.rule)
    return finding.rule if said is None else told(said, lang)


def _cited(found: Archive, finding: Finding, revision: str) -> str:
    return clauses(finding.cite, found.sources.get(revision, {}))


def _unsupplied(found: Archive, lang: Lang) -> Iterator[Column]:
    looks: Sequence[Style] = ("prose", "text", "prose", "prose")
    titles = ("rule", "finding-rule-id", "missing-columns", "in-revisions")
    forms = [(say(key, lang), look, width) for key, look, width in zip(titles, looks, (34, 32, 60, 40), strict=True)]
    rules = dict.fromkeys(rule for of_it in found.unsupplied.values() for rule in of_it)
    names = {r: told(n, lang) for r, n in found.names.items()}
    rows = [(names.get(r, r), r, archive.columns_of(found, r, lang), archive.revisions_of(found, r, lang)) for r in rules]
    return turned(forms, rows)


def _intake(issues: Sequence[tuple[str, Issue]], lang: Lang) -> Iterator[Column]:
    forms: tuple[Form, ...] = (
        (say("archive-offerings", lang), "text", 22),
        (say("table", lang), "text", 16),
        (say("row", lang), "integer", 8),
        (say("column", lang), "text", 26),
        (say("content", lang), "prose", 30),
        (say("reason", lang), "prose", 60),
    )
    said = ((at, i, spoken(i.message, lang)) for at, i in issues)
    return turned(forms, [(at, table(i.table, lang), i.row, i.column, i.text, message) for at, i, message in said])
