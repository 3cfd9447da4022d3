"""Reports on many offerings -> an Excel workbook: the page, every revision, every offering, every finding."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dsl.outcomes import OUTCOMES
from validator.checks.offerings import Columns, Line, Offerings
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


def render(found: Offerings, lang: Lang) -> bytes:
    """The workbook for a table of offerings, or for a folder of offerings with their books."""
    folder: tuple[Form, ...] = ((say("folder", lang), "text", 22),)
    row: tuple[Form, ...] = ((say("row", lang), "integer", 8),)
    books = found.columns is None
    listed = _found_in_books(found, lang) if books else _found_in_table(found, lang)
    forms: tuple[Form, ...] = (*(folder if books else row), (say("offering-code", lang), "text", 12), *_revision(lang, books=books))
    sheets = [
        Table(say("archive-revisions", lang), tuple(_revisions(found.by_revision(), lang))),
        Table(say("archive-sheet", lang), tuple(turned(forms, [(*_line(line), *_counts(line.outcomes)) for line in found.lines]))),
        Table(
            say("sheet-findings", lang),
            tuple(turned((*(folder if books else ()), *finding_forms(lang)), list(listed))),
            findings.PRINTED + books,
        ),
    ]
    if found.columns is not None and found.columns.unsupplied:
        sheets.append(Table(say("unsupplied", lang), tuple(_unsupplied(found, found.columns, lang))))
    if found.intake:
        sheets.append(Table(say("intake", lang), tuple(_intake([(i.folder, i.said) for i in found.intake], lang))))
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


def _line(line: Line) -> tuple[Cell, ...]:
    """One offering: its place, code and revision, and from its book the number of bids, of eliminated and of effective bids."""
    if line.report is None:
        return line.row, line.offering, line.rulebook
    effective = line.report.fates.get(fate("effective"))
    return (
        line.folder,
        visible(line.offering),
        line.rulebook,
        line.report.records.get("bid", 0),
        line.report.elimination.count,
        None if effective is None else effective.placees,
    )


def _counts(outcomes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(outcomes[o] for o in OUTCOMES)


def _found_in_books(found: Offerings, lang: Lang) -> Iterator[Sequence[Cell]]:
    for line in found.lines:
        if line.report is not None:
            yield from ((line.folder, *row) for row in findings.rows(line.report, line.report.findings, lang))


def _found_in_table(found: Offerings, lang: Lang) -> Iterator[Sequence[Cell]]:
    """Like `findings.rows`, with the names and titles of the revision of each finding."""
    revision = {o.offering: o.rulebook for o in found.lines}
    for f in (f.said for f in found.findings):
        clause = _cited(found, f, revision.get(f.subject.id, ""))
        yield findings.row(f, found.called[f.rule], _called(found, f, lang), clause, effects(f.effect, lang), lang)


def _called(found: Offerings, finding: Finding, lang: Lang) -> str:
    said = found.names.get(finding.rule)
    return finding.rule if said is None else told(said, lang)


def _cited(found: Offerings, finding: Finding, revision: str) -> str:
    known = found.revisions.get(revision)
    return clauses(finding.cite, {} if known is None else known.sources)


def _unsupplied(found: Offerings, waiting: Columns, lang: Lang) -> Iterator[Column]:
    looks: Sequence[Style] = ("prose", "text", "prose", "prose")
    titles = ("rule", "finding-rule-id", "missing-columns", "in-revisions")
    forms = [(say(key, lang), look, width) for key, look, width in zip(titles, looks, (34, 32, 60, 40), strict=True)]
    rules = dict.fromkeys(rule for of_it in waiting.unsupplied.values() for rule in of_it)
    names = {r: told(n, lang) for r, n in found.names.items()}
    rows = [(names.get(r, r), r, archive.columns_of(waiting, r, lang), archive.revisions_of(found, waiting, r, lang)) for r in rules]
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
