"""Report -> the results of the bids: elimination, the four values and the issue price, fates, and each bid."""

from collections.abc import Iterator, Mapping

from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import FOUR_VALUES, count, name, percent, price, shares, yuan
from validator.report.model import FateTotal, Report

_SUBJECTS = 3


def results(report: Report, lang: Lang) -> Iterator[Block]:
    """The sections of the summary."""
    yield from _elimination(report, lang)
    yield from _values(report, lang)
    yield from _fates(report, lang)


def every_bid(report: Report, lang: Lang) -> Iterator[Block]:
    """Each bid with its result."""
    yield Heading(say("bids", lang))
    titles = (name("bid", lang), *(say(c, lang) for c in ("annex-price", "annex-quantity", "quantity", "fate")))
    rows = tuple(
        (
            visible(b.id),
            "—" if b.price is None else price(b.price),
            shares(b.quantity, lang),
            shares(b.admitted_quantity, lang),
            "—" if b.fate is None else name(b.fate, lang) + (f" ({say('open', lang)})" if b.open else ""),
        )
        for b in report.bids
    )
    yield Table(tuple(Column(t, right=0 < at < 4, wide=at == 4) for at, t in enumerate(titles)), rows)


def listed(ids: tuple[str, ...] | list[str], lang: Lang) -> str:
    """The first few ids, and how many more there are."""
    shown = ", ".join(clipped(i) for i in ids[:_SUBJECTS])
    return shown if len(ids) <= _SUBJECTS else f"{shown} {say('more', lang, count=count(len(ids) - _SUBJECTS))}"


def clipped(text: str, length: int = 40) -> str:
    """The text, cut to the length of a cell."""
    shown = visible(text)
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def pairs(*rows: tuple[str, str]) -> Table:
    """Facts as a table without a head: name and text."""
    return Table((Column(""), Column("", wide=True)), rows)


def _elimination(report: Report, lang: Lang) -> Iterator[Block]:
    taken = report.elimination
    if taken.count is None and not taken.undecided and (report.stages or not report.bids):
        return
    yield Heading(say("elimination", lang))
    rows: list[tuple[str, str]] = []
    if taken.count:
        figures = {"count": count(taken.count), "quantity": shares(taken.quantity, lang), "share": percent(taken.share)}
        rows.append((say("eliminated", lang), say("placees-and-quantity", lang, **figures)))
    if taken.cut is not None:
        rows.append((say("cut", lang), _cut(taken.cut, lang)))
    yield pairs(*rows) if rows else Note(say("elimination-none", lang), "faint")
    if taken.undecided:
        yield Note(say("elimination-undecided", lang, ids=listed(taken.undecided, lang)), "warn")


def _cut(cut: Mapping[str, object], lang: Lang) -> str:
    parts = [yuan(str(cut["price"]), lang)] if cut.get("price") else []
    if cut.get("quantity") is not None:
        parts.append(shares(str(cut["quantity"]), lang))
    if cut.get("submitted_at") is not None:
        parts.append(visible(str(cut["submitted_at"])))
    if cut.get("sequence") is not None:
        parts.append(say("sequence", lang, sequence=cut["sequence"]))
    return " · ".join(parts) or "—"


def _values(report: Report, lang: Lang) -> Iterator[Block]:
    rows = [(name(v, lang), yuan(report.values[v], lang)) for v in FOUR_VALUES if v in report.values]
    if rows and report.bids:
        if "issue_price" in report.stated:
            rows.append((name("issue_price", lang), yuan(report.stated["issue_price"], lang)))
        yield Heading(say("values", lang))
        if report.set_aside:
            rows.append((say("standing", lang), say("not-counted", lang, count=count(report.set_aside))))
        yield pairs(*rows)


def _fates(report: Report, lang: Lang) -> Iterator[Block]:
    if not report.fates and not any(bid.undecided for bid in report.bids):
        return
    yield Heading(say("fates", lang))
    rows = tuple((fate, count(t.placees), count(t.investors), shares(t.quantity, lang), count(t.open)) for fate, t in _totals(report, lang))
    titles = ("fate", "placees", "investors", "quantity", "open")
    yield Table(tuple(Column(say(t, lang), right=at > 0) for at, t in enumerate(titles)), rows)


def _totals(report: Report, lang: Lang) -> Iterator[tuple[str, FateTotal]]:
    """The totals of each fate, and of the bids that have none."""
    yield from ((name(fate, lang), total) for fate, total in report.fates.items())
    if any(bid.undecided for bid in report.bids):
        yield say("no-fate", lang), report.undecided
