"""Report -> the tables of bids: the annex, the statistics, every bid by its codes."""

from collections.abc import Iterator, Sequence

from validator.render.phrases.sentences import say
from validator.render.phrases.titles import title
from validator.render.phrases.words import Lang, name
from validator.render.tables import annex as listed
from validator.render.tables.statistics import Line, said_of
from validator.render.xlsx.sheets import Column, Form, turned
from validator.report.model import Report


def annex(rows: Sequence[listed.Row], lang: Lang) -> Iterator[Column]:
    """初步询价报价情况, as the announcement prints it."""
    number, investor, placee, _, _, remark = listed.head(lang)
    forms: tuple[Form, ...] = (
        (number, "integer", 8),
        (investor, "text", 34),
        (placee, "text", 44),
        (title("price-unit", lang), "price", 16),
        (title("quantity-unit", lang), "count", 16),
        (remark, "prose", 46),
    )
    return turned(forms, rows)


def every(report: Report, lang: Lang) -> Iterator[Column]:
    """By codes, in the order of the annex. A column of words that is empty throughout is left out."""
    fates: dict[str | None, str] = {b.fate: name(b.fate, lang) if b.fate else "" for b in report.bids}
    opened = say("open", lang)
    forms: tuple[Form, ...] = (
        (say("annex-no", lang), "integer", 8),
        (title("investor-code", lang), "text", 16),
        (title("placee-code", lang), "text", 16),
        (say("finding-sequence", lang), "integer", 13),
        (title("price-unit", lang), "price", 16),
        (title("quantity-unit", lang), "count", 16),
        (title("admitted-unit", lang), "count", 20),
        (say("fate", lang), "text", 22),
        (opened, "text", 8),
        (title("investor_type", lang), "text", 20),
        (title("placee_type", lang), "text", 24),
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
    """As announcements print them. The multiple stands where the offering says how much is sold offline."""
    forms: tuple[Form, ...] = (
        (title("group", lang), "text", 18),
        (title("kind", lang), "text", 36),
        (title("investor-count", lang), "count", 14),
        (title("placee-count", lang), "count", 16),
        (title("bid-total", lang), "count", 20),
        (title("median", lang), "price4", 20),
        (title("mean", lang), "price4", 24),
        (title("multiple", lang), "multiple", 16),
    )
    rows = [
        (
            title("all" if line.group == "six" else line.group, lang),
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
