"""Report -> one HTML page that stands alone: no script, nothing loaded from elsewhere, every text escaped, fit for A4."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape
from typing import assert_never

from validator.render import annex, findings, pictures
from validator.render.blocks import Block, Column, Heading, Note, Table
from validator.render.safe import visible
from validator.render.sentences import say
from validator.render.statistics import Line, said_of, statistics
from validator.render.summary import by_rule, rule_name, summary
from validator.render.titles import title
from validator.render.words import Lang, count, name, price, shares
from validator.report import Report

_SHOWN = 500  # findings of one rule and outcome; what is left out is counted on the page

_STYLE = (
    """
:root { color-scheme: light dark; --line: #8885; --faint: #6b6b6b; --good: #2e7d32; --warn: #9a5b00; --bad: #c62828 }
:root { --blue: #1f5f99; --orange: #b8520b; --grey: #77808a; --purple: #7b3fa0; --pale: #f0c37a }
@media screen and (prefers-color-scheme: dark) {
  :root { --faint: #a3a3a3; --good: #7cc47f; --warn: #e0a84a; --bad: #ff7b72 }
  :root { --blue: #79b8ff; --orange: #ff9e57; --grey: #98a2ad; --purple: #c792ea; --pale: #6b4e16 }
}
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
p { white-space: pre-line }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; break-after: avoid }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
tr { break-inside: avoid }
th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line) }
td { white-space: pre-line; overflow-wrap: anywhere; min-width: 4rem }
th { color: var(--faint); font-weight: normal; white-space: nowrap }
.right { text-align: right; white-space: nowrap }
.keep { white-space: nowrap }
.faint { color: var(--faint) } .good { color: var(--good) } .warn { color: var(--warn) } .bad { color: var(--bad); font-weight: bold }
summary { cursor: pointer; margin: .3rem 0 } details p { margin: .2rem 0 }
@page { size: A4; margin: 14mm 12mm }
@media print {
  :root { color-scheme: light }
  body { font-size: 10.5px; max-width: none; margin: 0; padding: 0 }
  .wide { overflow: visible } th, td { padding-right: .5rem } td { min-width: 0 }
  details td, details th { white-space: pre-line }
  details::details-content { content-visibility: visible; display: block; height: auto }
  summary { list-style: none; font-weight: 600; break-after: avoid }
}
"""
    + pictures.STYLE
)


def render(report: Report, lang: Lang, *, bids: bool = False) -> str:
    """The page: the summary, the pictures, the statistics, the findings by rule and, with `bids`, the annex."""
    return "".join(_page(report, lang, bids))


def page(title: str, blocks: Iterable[Block], lang: Lang) -> str:
    """Any page of blocks."""
    return "".join((_head(title, lang), *(_block(b) for b in blocks), _FOOT))


_FOOT = "</body>\n</html>\n"


def _head(title: str, lang: Lang) -> str:
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
    )


def _page(report: Report, lang: Lang, bids: bool) -> Iterator[str]:
    title, *blocks = summary(report, lang, next_steps=False)
    assert isinstance(title, Heading)
    yield _head(title.text, lang)
    yield from (_block(b) for b in blocks)
    yield from _pictures(report, lang)
    yield from _statistics(report, lang)
    yield from _findings(report, lang)
    if bids and report.bids:
        yield from _annex(report, lang)
    yield _FOOT


def _block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"<h2>{escape(text)}</h2>\n"
        case Note(text=text, tone=tone):
            return f'<p class="{tone}">{escape(text)}</p>\n'
        case Table(columns=columns, rows=rows):
            return _table(columns, rows)
        case _:
            assert_never(block)


def _table(columns: tuple[Column, ...], rows: Iterable[tuple[str, ...]]) -> str:
    shapes = [' class="right"' if c.right else "" if c.wide else ' class="keep"' for c in columns]
    out = ['<div class="wide"><table>\n']
    if any(c.title for c in columns):
        heads = "".join(f"<th{s}>{escape(c.title)}</th>" for c, s in zip(columns, shapes, strict=True))
        out.append(f"<thead><tr>{heads}</tr></thead>\n")
    out.append("<tbody>\n")
    out.extend("<tr>" + "".join(f"<td{s}>{escape(cell)}</td>" for cell, s in zip(row, shapes, strict=True)) + "</tr>\n" for row in rows)
    return "".join((*out, "</tbody></table></div>\n"))


def _pictures(report: Report, lang: Lang) -> Iterator[str]:
    drawn = list(pictures.pictures(report, lang))
    if drawn:
        yield f"<h2>{escape(title('pictures', lang))}</h2>\n"
        yield from drawn


def _statistics(report: Report, lang: Lang) -> Iterator[str]:
    """The remaining bids by kind; what the book does not state is said, not left out in silence."""
    lines = statistics(report)
    if not lines:
        return
    yield f"<h2>{escape(title('statistics', lang))}</h2>\n"
    multiples = any(line.multiple for line in lines)
    keys = ("group", "kind", "investor-count", "placee-count", "bid-total-short", "median", "mean", *(("multiple",) if multiples else ()))
    columns = tuple(Column(title(k, lang), right=at > 1) for at, k in enumerate(keys))
    yield _table(columns, (_figures(line, lang)[: len(columns)] for line in lines))
    for group in ("placee_type", "investor_type"):
        if not any(line.group == group for line in lines):
            yield f'<p class="faint">{escape(title(f"no-{group}", lang))}</p>\n'


def _figures(line: Line, lang: Lang) -> tuple[str, ...]:
    group = title("all" if line.group == "six" else line.group, lang)
    investors, placees = ("" if n is None else count(n) for n in (line.investors, line.placees))
    quantity = "" if line.quantity is None else shares(line.quantity, lang)
    multiple = "" if line.multiple is None else f"{Decimal(line.multiple):,}"
    return group, said_of(line, lang), investors, placees, quantity, line.median or "", line.mean or "", multiple


_OF_RULE = ("clause", "effect", "source")  # the same for every finding of a rule: said once


def _findings(report: Report, lang: Lang) -> Iterator[str]:
    """Each rule's findings in a fold: what is the same for all of them first, then the columns that say something there."""
    if report.findings:
        yield f"<h2>{escape(say('sheet-findings', lang))}</h2>\n"
    heads = dict(zip(findings.COLUMNS, findings.head(lang), strict=True))
    for outcome in ("violated", "not_evaluable", "error"):
        for rule, found in by_rule(report, outcome):
            about = f"{name(outcome, lang)} · {rule_name(report, rule, lang)} · {rule} · {count(len(found))}"
            rows = [dict(zip(findings.COLUMNS, row, strict=True)) for row in findings.rows(report, found[:_SHOWN], lang)]
            shared = " · ".join(f"{heads[c]} {rows[0][c]}" for c in _OF_RULE if rows[0][c])
            told = [c for c in findings.COLUMNS[3:] if c not in _OF_RULE and any(row[c] not in (None, "") for row in rows)]
            columns = tuple(Column(heads[c], wide=c in ("says", "figures", "missing")) for c in told)
            yield f'<details><summary>{escape(about)}</summary>\n<p class="faint">{escape(shared)}</p>\n'
            yield _table(columns, (tuple("" if row[c] is None else str(row[c]) for c in told) for row in rows))
            if len(found) > _SHOWN:
                yield f'<p class="warn">{escape(say("more", lang, count=count(len(found) - _SHOWN)))}</p>\n'
            yield "</details>\n"


def _annex(report: Report, lang: Lang) -> Iterator[str]:
    yield f"<h2>{escape(say('annex', lang))}</h2>\n"
    columns = tuple(Column(t, right=at in (0, 3, 4), wide=at == 5) for at, t in enumerate(annex.head(lang)))
    rows = (
        (str(n), visible(i), visible(p), "" if at is None else price(at), "" if q is None else shares(q, lang), remark)
        for n, i, p, at, q, remark in annex.rows(report, lang)
    )
    yield _table(columns, rows)
