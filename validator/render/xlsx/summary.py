"""The blocks of a page, as shown on the terminal -> a sheet."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from typing import assert_never

from validator.render.pages import blocks
from validator.render.pages.blocks import Block, Heading, Note
from validator.render.pages.report.summary import summary
from validator.render.phrases.say import Lang, say
from validator.render.xlsx.formats import Style
from validator.render.xlsx.row_height import lines
from validator.render.xlsx.sheets import Line, Page
from validator.report.model import Report

_WIDTHS = (26, 22, 22, 22, 22, 22, 18)  # column widths: about an A4 sheet in landscape
_UPTO = (0, *accumulate(_WIDTHS))


def page(report: Report, lang: Lang) -> Page:
    """The summary of one report as a sheet."""
    return of_blocks(summary(report, lang, next_steps=False), lang)


def of_blocks(page: Iterable[Block], lang: Lang) -> Page:
    """Any page as a sheet. All its tables share the columns of the sheet."""
    return Page(say("sheet-summary", lang), _WIDTHS, tuple(_lines(page)))


def _lines(page: Iterable[Block]) -> Iterator[Line]:
    for at, block in enumerate(page):
        match block:
            case Heading(text=text):
                if at:
                    yield Line()
                yield _across(text, "heading" if at else "title", 1 if at else 2)
            case Note(text=text, tone=tone):
                yield _across(text, tone, lines(text, _UPTO[-1] - 1))
            case blocks.Table():
                yield from _table(block)
            case _:
                assert_never(block)


def _across(text: str, style: Style, rows: int) -> Line:
    return Line(((text, style),), (len(_WIDTHS),), rows)


def _table(table: blocks.Table) -> Iterator[Line]:
    titles = tuple(c.title for c in table.columns)
    spans = _spread((*([titles] if any(titles) else ()), *table.rows), len(titles))
    if any(titles):
        heads: Sequence[Style] = ["head-number" if c.right else "head" for c in table.columns]
        yield Line(tuple(zip(titles, heads, strict=True)), spans, _tall(titles, spans))
    looks: Sequence[Style] = ["right" if c.right else "prose" for c in table.columns]
    for row in table.rows:
        yield Line(tuple(zip(row, looks, strict=True)), spans, _tall(row, spans))


def _spread(rows: Sequence[Sequence[str]], columns: int) -> tuple[int, ...]:
    """How many columns of the sheet each column of a table spans: the fewest with which its rows need the least lines."""
    borders = ((0, *rest) for rest in combinations(range(1, len(_WIDTHS) + 1), columns))
    spans = (tuple(b - a for a, b in pairwise(border)) for border in borders)
    return min(spans, key=lambda s: (sum(_tall(row, s) for row in rows), sum(s), max(s)))


def _tall(row: Sequence[str], spans: Sequence[int]) -> int:
    """How many lines a row needs."""
    borders = (0, *accumulate(spans))
    return max(lines(text, _UPTO[b] - _UPTO[a] - 1) for text, (a, b) in zip(row, pairwise(borders), strict=True))
