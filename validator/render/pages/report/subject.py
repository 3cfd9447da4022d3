"""A report -> its part on one placee, investor or bid: the results of its bids, and the rules that decided them."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.outcomes import WORST_FIRST
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import called, clauses, effects, limited, margin, rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, both, say
from validator.render.phrases.words import count, name, price, shares, told
from validator.report.model import BidLine, Finding, Report


@dataclass(frozen=True)
class OfSubject:
    """One placee, investor or bid in a report. Findings on its parents are included, since an investor's breach makes its bids invalid."""

    report: Report
    id: str
    bids: tuple[BidLine, ...]
    findings: tuple[Finding, ...]


def of_report(report: Report, id_: str) -> OfSubject:
    """The part of a report on one record. Raises DiagnosticError if there is no such record."""
    bids = tuple(b for b in report.bids if id_ in (b.id, b.placee, b.investor))
    above = {("placee", b.placee) for b in bids} | {("investor", b.investor) for b in bids}
    found = [f for f in report.findings if _concerns(f, id_) or (f.subject.kind, f.subject.id) in above]
    if not bids and not found:
        raise DiagnosticError([_unknown(report, id_)])
    return OfSubject(report, id_, bids, tuple(sorted(found, key=lambda f: WORST_FIRST.index(f.outcome))))


def data(found: OfSubject) -> dict[str, Any]:
    """The JSON data."""
    lines = found.report.to_dict(bids=True)["bids"]
    return {
        "format": "guiju.subject/1",
        "offering": found.report.offering,
        "rulebook": dict(found.report.rulebook),
        "subject": found.id,
        **({"stages": list(found.report.stages)} if found.report.stages else {}),
        "bids": [line for line, bid in zip(lines, found.report.bids, strict=True) if bid in found.bids],
        "findings": [f.to_dict() for f in found.findings],
    }


def page(found: OfSubject, lang: Lang) -> tuple[Block, ...]:
    """The page for people."""
    return tuple(_page(found, lang))


def _page(found: OfSubject, lang: Lang) -> Iterator[Block]:
    names = dict.fromkeys(n for b in found.bids for n in (b.investor_name, b.placee_name) if n)
    yield Heading("  ".join(map(visible, (found.id, *list(names)[:2]))))
    if found.report.stages:
        yield Note(limited(found.report, lang), "warn")
    if found.bids:
        titles = (name("bid", lang), *(say(c, lang) for c in ("annex-price", "annex-quantity", "quantity", "fate")))
        yield Table(tuple(Column(t, right=0 < i < 4) for i, t in enumerate(titles)), tuple(_bid(b, lang) for b in found.bids))
    if lacking := sum(map(len, found.report.unsupplied.values())):
        yield Note(say("rules-not-asked", lang, count=count(lacking)), "warn")
    if not found.findings:
        yield Note(say("nothing-found", lang), "plain" if lacking else "good")
        return
    yield Heading(say("sheet-findings", lang))
    columns = ("finding-outcome", "rule", "finding-subject", "finding-says", "finding-margin", "clause")
    yield Table(
        tuple(Column(say(c, lang), right=c == "finding-margin", wide=c in ("finding-says", "clause")) for c in columns),
        tuple(_finding(found.report, f, lang) for f in found.findings),
    )


def _bid(bid: BidLine, lang: Lang) -> tuple[str, ...]:
    return (
        visible(bid.id),
        "—" if bid.price is None else price(bid.price),
        shares(bid.quantity, lang),
        shares(bid.admitted_quantity, lang),
        "—" if bid.fate is None else name(bid.fate, lang) + (f" ({say('open', lang)})" if bid.open else ""),
    )


def _finding(report: Report, f: Finding, lang: Lang) -> tuple[str, ...]:
    said = effects(f.effect, lang)
    return (
        f"{name(f.outcome, lang)}\n→ {said}" if f.outcome == "violated" and said else name(f.outcome, lang),
        f"{rule_name(report, f.rule, lang)}\n{f.rule}",
        visible(f.subject.id),
        told(f.message, lang),
        margin(called(report, f.rule), f.margin, lang),
        clauses(f.cite, report.sources),
    )


def _concerns(finding: Finding, id_: str) -> bool:
    return id_ in (finding.subject.id, finding.subject.placee, finding.subject.investor)


def _unknown(report: Report, id_: str) -> Diagnostic:
    known = {k for b in report.bids for k in ((b.id,) if "/" in id_ else (b.placee, b.investor)) if k}
    close = get_close_matches(id_, sorted(known), 1, 0.6)
    said, way = both("unknown-subject", id=id_), both("did-you-mean", name=close[0]) if close else both("name-a-subject")
    return Diagnostic("unknown-subject", said.en, hint=way.en, zh=said.zh, hint_zh=way.zh)
