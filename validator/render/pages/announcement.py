"""Report on an announcement -> its page: the summary, then every mismatch, and the differences that rounding explains."""

from collections.abc import Iterable, Iterator

from validator.announcement.run import AnnouncementReport
from validator.bilingual import Both
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.pages.report.summary import summary
from validator.render.phrases.rules import rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say, spoken
from validator.render.phrases.words import enumerated, told
from validator.report.model import Subject


def page(report: AnnouncementReport, lang: Lang) -> tuple[Block, ...]:
    """The whole page."""
    return (*summary(report, lang, next_steps=False), *_details(report, lang))


def _details(report: AnnouncementReport, lang: Lang) -> Iterator[Block]:
    violated = [(f.rule, f.subject, f.message) for f in report.violated]
    others = [(f.rule, f.subject, f.message) for f in report.findings if f.outcome != "violated"]
    tails = [(n.rule, n.subject, n.message) for n in report.notes]
    yield from _listed(report, "false", violated, lang)
    yield from _listed(report, "open", others, lang)
    yield from _listed(report, "tails", tails, lang)
    if report.unread:
        names = enumerated((spoken(n, lang) for n in report.unread), lang)
        yield Note(say("announcement-unread", lang, names=visible(names)), "faint")


def _listed(report: AnnouncementReport, part: str, found: Iterable[tuple[str, Subject, Both]], lang: Lang) -> Iterator[Block]:
    rows = tuple((rule_name(report, r, lang), _subject(s, lang), told(m, lang)) for r, s, m in found)
    if rows:
        yield Heading(say(f"announcement-{part}", lang))
        columns = (
            Column(say("finding-rule", lang)),
            Column(say("finding-subject", lang), wide=True),
            Column(say("finding-says", lang), wide=True),
        )
        yield Table(columns, rows)


def _subject(subject: Subject, lang: Lang) -> str:
    return say("announcement-whole", lang) if subject.kind == "announcement" else visible(subject.id)
