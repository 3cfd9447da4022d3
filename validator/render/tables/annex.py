"""Report -> the annex of the announcement, 初步询价报价情况: one row per bid. The remark is its fate and, if it is invalid, the reasons.

Prices in 元/股 and quantities in 股: as in a book, a column that names no unit is in base units.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

from validator.render.phrases.rules import limited, rule_name
from validator.render.phrases.safe import cell, visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import name, price, shares
from validator.report.model import BidLine, Report

COLUMNS = ("annex-no", "annex-investor", "annex-placee", "annex-price", "annex-quantity", "annex-remark")

Row = tuple[int, str, str, str | None, int | None, str]


def head(lang: Lang) -> tuple[str, ...]:
    """The titles of the columns."""
    return tuple(say(c, lang) for c in COLUMNS)


def rows(report: Report, lang: Lang) -> Iterator[Row]:
    """Number, investor, placee, price, quantity, remark, in the report's order. If a name is missing, the code is given.

    Names are not escaped. The caller must escape them.
    """
    against = _against(report)
    plain: dict[tuple[str | None, bool, bool], str] = {}  # cached remarks for bids without reasons, which are most bids
    for number, bid in enumerate(report.bids, 1):
        investor, placee = bid.investor_name or bid.investor or "", bid.placee_name or bid.placee or ""
        rules = _standing(bid, against) if against else []
        if not rules and (bid.fate, bid.open, bid.undecided) not in plain:
            plain[bid.fate, bid.open, bid.undecided] = _remark(report, bid, (), lang)
        remark = _remark(report, bid, rules, lang) if rules else plain[bid.fate, bid.open, bid.undecided]
        yield number, investor, placee, bid.price, bid.quantity, remark


def render(report: Report, lang: Lang) -> str:
    """The table as CSV."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if report.stages:
        writer.writerow((limited(report, lang),))
    writer.writerow(head(lang))
    for number, investor, placee, at, quantity, remark in rows(report, lang):
        figures = ("" if at is None else price(at), "" if quantity is None else quantity)
        writer.writerow((number, cell(investor), cell(placee), *figures, cell(remark)))
    return out.getvalue()


DECIDED = "decision"
"""Used in place of a rule id for bids that an officer made invalid."""

# The reasons against a bid: rules that it, its placee or its investor violates, and their effects.
_Against = Mapping[tuple[str, str], list[tuple[str, bool]]]


def _against(report: Report) -> _Against:
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for finding in report.violated:
        whole = "refuse" in finding.effect or "invalid" in finding.effect
        if whole or "excess-invalid" in finding.effect:
            found.setdefault((finding.subject.kind, finding.subject.id), []).append((finding.rule, whole))
    for decision in report.decisions:
        if decision["used"] == "invalid":
            found.setdefault((DECIDED, decision["subject"]), []).append((DECIDED, True))
    return found


def _standing(bid: BidLine, against: _Against) -> list[tuple[str, bool]]:
    own = (("investor", bid.investor), ("placee", bid.placee), ("bid", bid.id))
    keys = (*own, *((DECIDED, key) for _, key in own))
    return [rule for kind, key in keys if key is not None for rule in against.get((kind, key), ())]


def _remark(report: Report, bid: BidLine, rules: Sequence[tuple[str, bool]], lang: Lang) -> str:
    broken = [rule for rule, whole in rules if whole and not bid.live]
    reasons = [say("sheet-decisions", lang) if rule == DECIDED else rule_name(report, rule, lang) for rule in broken]
    said = [name(bid.fate, lang) if bid.fate else "", say("semicolon", lang).join(reasons)]
    if bid.live and any(not whole for _, whole in rules):
        comma = say("comma", lang)
        excess = comma.join(rule_name(report, rule, lang) for rule, whole in rules if not whole)
        said.append(f"{excess}{comma}{say('quantity', lang)} {shares(bid.admitted_quantity, lang)}")
    if bid.undecided:
        return say("annex-open", lang)
    said.append(say("annex-open", lang) if bid.open else "")
    fate, *more = (visible(s) for s in said)
    return fate + "".join(say("in-brackets", lang, text=m) for m in more if m)
