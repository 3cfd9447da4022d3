"""Report -> the tables of bids: the annex, the statistics, every bid by its codes."""

from collections.abc import Iterator, Sequence

from validator.render.phrases.rules import limited
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import name
from validator.render.tables import annex as listed
from validator.render.tables.statistics import Line, said_of
from validator.render.xlsx.sheets import Column, Form, turned
from validator.report.model import Report


def annex(report: Report, rows: Sequence[listed.Row], lang: Lang) -> Iterator[Column]:
    """初步询价报价情况, as announcements print it."""
    number, investor, placee, _, _, remark = listed.head(lang)
    if report.stages:  # a sheet is cut out and sent on without the others
        remark += say("in-brackets", lang, text=limited(report, lang))
    forms: tuple[Form, ...] = (
        (number, "integer", 8),
        (investor, "text", 34),
        (placee, "text", 44),
        (say("price-unit", lang), "price", 16),
        (say("quantity-unit", lang), "count", 16),
        (remark, "prose", 46),
    )
    return turned(forms, rows)


def every(report: Report, lang: Lang) -> Iterator[Column]:
    """Every bid by its codes, in the order of the annex. A text column without any value is left out."""
    fates: dict[str | None, str] = {b.fate: name(b.fate, lang) if b.fate else "" for b in report.bids}
    opened = say("open", lang)
    forms: tuple[Form, ...] = (
        (say("annex-no", lang), "integer", 8),
        (say("investor-code", lang), "text", 16),
        (say("placee-code", lang), "text", 16),
        (say("finding-sequence", lang), "integer", 13),
        (say("price-unit", lang), "price", 16),
        (say("quantity-unit", lang), "count", 16),
        (say("admitted-unit", lang), "count", 20),
        (say("fate", lang), "text", 22),
        (opened, "text", 8),
        (say("investor_type", lang), "text", 20),
        (say("placee_type", lang), "text", 24),
    )
    rows = [
        (
            number,
            b.investor,
            b.placee,
            b.sequence,
            b.price,
            b.quantity,
            b.admitted_quantity,
            fates[b.fate],
            opened if b.open else None,
            b.investor_type,
            b.placee_type,
        )
        for number, b in enumerate(report.bids, 1)
    ]
    return (c for c in turned(forms, rows) if any(c.cells) or c.style != "text")


def statistics(lines: Sequence[Line], lang: Lang) -> Iterator[Column]:
    """The statistics as announcements print them. The multiple is given if the offering states the quantity sold offline."""
    forms: tuple[Form, ...] = (
        (say("group", lang), "text", 18),
        (say("kind", lang), "text", 36),
        (say("investor-count", lang), "count", 14),
        (say("placee-count", lang), "count", 16),
        (say("bid-total", lang), "count", 20),
        (say("median", lang), "price4", 20),
        (say("mean", lang), "price4", 24),
        (say("multiple", lang), "multiple", 16),
    )
    rows = [
        (
            say("all" if line.group == "six" else line.group, lang),
            said_of(line, lang),
            line.investors,
            line.placees,
            line.quantity,
            line.median,
            line.mean,
            line.multiple,
        )
        for line in lines
    ]
    return (c for c in turned(forms, rows) if c.style != "multiple" or any(c.cells))
