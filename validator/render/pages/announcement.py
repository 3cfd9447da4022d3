"""Report of an announcement -> its page: the summary of every report, then each thing that does not add up, and what rounding explains."""

from collections.abc import Iterable, Iterator, Mapping

from validator.announcement.run import AnnouncementReport
from validator.bilingual import Both
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.pages.report.summary import summary
from validator.render.phrases.rules import rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.sentences import say
from validator.render.phrases.words import Lang
from validator.report.model import Subject

_SAID: Mapping[str, tuple[str, str]] = {
    "false": ("不符之处", "What does not add up"),
    "open": ("未能判断之处", "What could not be told"),
    "tails": ("尾差(四舍五入可以解释,不是不符)", "Explained by rounding (no findings)"),
    "whole": ("公告", "announcement"),
    "unread": ("没有规则用到的数据:{names}", "Figures that no rule reads: {names}"),
}


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
        names = ("、" if lang == "zh" else ", ").join(n.zh if lang == "zh" else n.en for n in report.unread)
        yield Note(_say("unread", lang).format(names=visible(names)), "faint")


def _listed(report: AnnouncementReport, title: str, found: Iterable[tuple[str, Subject, Both]], lang: Lang) -> Iterator[Block]:
    rows = tuple((rule_name(report, r, lang), _subject(s, lang), visible(m.zh if lang == "zh" else m.en)) for r, s, m in found)
    if rows:
        yield Heading(_say(title, lang))
        columns = (
            Column(say("finding-rule", lang)),
            Column(say("finding-subject", lang), wide=True),
            Column(say("finding-says", lang), wide=True),
        )
        yield Table(columns, rows)


def _subject(subject: Subject, lang: Lang) -> str:
    return _say("whole", lang) if subject.kind == "announcement" else visible(subject.id)


def _say(key: str, lang: Lang) -> str:
    zh, en = _SAID[key]
    return zh if lang == "zh" else en
