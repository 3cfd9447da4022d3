"""Report -> an Excel workbook: summary, invalid bids with reasons, findings, every bid, the annex, what could not be read.

Texts are written as texts, never as formulas or links; prices and shares as numbers. No clock: the same report gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.render import annex, findings
from validator.render.blocks import Heading, Note, Table
from validator.render.safe import visible
from validator.render.sentences import say
from validator.render.summary import rule_name, summary
from validator.render.words import Lang, count, name
from validator.report import Report

_ROWS = 1_048_575  # of a sheet, below its head
_CELL = 32_767  # characters of a cell
_OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")
_TONES = {"good": "#2e7d32", "warn": "#b26a00", "bad": "#c62828", "faint": "#777777", "plain": "#000000"}

Cell = str | int | Decimal | None


def render(report: Report, lang: Lang) -> bytes:
    """The workbook. Raises DiagnosticError where a table has more rows than a sheet."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Guiju {visible(report.offering)}", "created": datetime(2000, 1, 1)})
        _summary(book, report, lang)
        for key, widths, head, rows in _sheets(report, lang):
            _sheet(book, say(key, lang), head, widths, rows)
    return out.getvalue()


_Sheet = tuple[str, Sequence[int], Sequence[str], Sequence[Sequence[Cell]]]


def _sheets(report: Report, lang: Lang) -> Iterator[_Sheet]:
    """The sheets after the summary: title, widths, head, rows. One without rows is left out, but for the findings."""
    bids = list(annex.rows(report, lang))
    listed = [(n, i, p, None if at is None else Decimal(at), q, remark) for n, i, p, at, q, remark in bids]
    barred = [row for row, bid in zip(listed, report.bids, strict=True) if not bid.live]
    if barred:
        yield "sheet-invalid", _ANNEX_WIDTHS, annex.head(lang), barred
    yield "sheet-findings", _FINDING_WIDTHS, findings.head(lang), list(findings.rows(report, report.findings, lang))
    if bids:
        yield "annex", _ANNEX_WIDTHS, annex.head(lang), listed
        yield "bids", (16, 12, 12, 10, 16, 16, 14, 10), _bid_head(lang), list(_bids(report, lang))
    if report.intake:
        yield (
            "intake",
            (14, 8, 22, 24, 60),
            tuple(say(k, lang) for k in ("table", "row", "column", "content", "reason")),
            list(_issues(report, lang)),
        )
    rules = tuple(say(k, lang) for k in ("rule", "finding-rule-id")) + tuple(name(o, lang) for o in _OUTCOMES)
    yield "sheet-rules", (36, 34, 10, 10, 10, 10, 10), rules, list(_rules(report, lang))


_ANNEX_WIDTHS = (8, 32, 40, 12, 18, 60)
_FINDING_WIDTHS = (10, 30, 30, 18, 12, 12, 8, 60, 50, 16, 24, 30, 16, 10)


def _bid_head(lang: Lang) -> tuple[str, ...]:
    keys = ("annex-investor", "annex-placee", "finding-sequence", "annex-price", "annex-quantity", "quantity", "fate", "open")
    return tuple(say(k, lang) for k in keys)


def _bids(report: Report, lang: Lang) -> Iterator[Sequence[Cell]]:
    for b in report.bids:
        fate = name(b.fate, lang) if b.fate else ""
        at = None if b.price is None else Decimal(b.price)
        yield b.investor, b.placee, b.sequence, at, b.quantity, b.admitted_quantity, fate, say("open", lang) if b.open else ""


def _issues(report: Report, lang: Lang) -> Iterator[Sequence[Cell]]:
    for i in report.intake:
        yield i.table, i.row, i.column, i.text, i.message.zh if lang == "zh" else i.message.en


def _rules(report: Report, lang: Lang) -> Iterator[Sequence[Cell]]:
    for rule, outcomes in report.by_rule.items():
        yield rule_name(report, rule, lang), rule, *(outcomes.get(o, 0) for o in _OUTCOMES)


def _summary(book: Any, report: Report, lang: Lang) -> None:
    sheet = book.add_worksheet(say("sheet-summary", lang))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 4, 24)
    title, head = book.add_format({"bold": True, "font_size": 12}), book.add_format({"bold": True, "bottom": 1})
    formats = {tone: book.add_format({"font_color": colour, "bold": tone == "bad"}) for tone, colour in _TONES.items()}
    wrapped = {
        right: book.add_format({"text_wrap": True, "valign": "top", "align": "right" if right else "left"}) for right in (True, False)
    }
    row = 0
    for block in summary(report, lang, next_steps=False):
        match block:
            case Heading(text=text):
                row += 1
                sheet.write_string(row, 0, text, title)
                row += 1
            case Note(text=text, tone=tone):
                sheet.write_string(row, 0, text, formats[tone])
                row += 1
            case Table(columns=columns, rows=rows):
                if any(c.title for c in columns):
                    for at, column in enumerate(columns):
                        sheet.write_string(row, at, column.title, head)
                    row += 1
                for cells in rows:
                    for at, cell in enumerate(cells):
                        sheet.write_string(row, at, cell, wrapped[columns[at].right])
                    row += 1


def _sheet(book: Any, title: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]]) -> None:
    """A table with a fixed head and a filter."""
    if len(rows) > _ROWS:
        what = f"the sheet `{title}` would have {count(len(rows))} rows; Excel holds {count(_ROWS)}"
        raise DiagnosticError([Diagnostic("too-many-rows", what, hint="`--format csv` or `--format json` has no limit")])
    sheet = book.add_worksheet(title)
    bold, formats = book.add_format({"bold": True, "bottom": 1, "text_wrap": True}), _formats(book)
    for at, (text, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, text, bold)
    for at, cells in enumerate(rows, 1):
        _row(sheet, at, cells, formats)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)


def _row(sheet: Any, at: int, cells: Iterable[Cell], formats: Mapping[type, Any]) -> None:
    for column, cell in enumerate(cells):
        match cell:
            case None:
                continue
            case str():
                sheet.write_string(at, column, visible(cell)[:_CELL])
            case _:
                sheet.write_number(at, column, cell, formats[type(cell)])


def _formats(book: Any) -> Mapping[type, Any]:
    """Prices with two to four decimals, counts and shares with separators."""
    return {int: book.add_format({"num_format": "#,##0"}), Decimal: book.add_format({"num_format": "#,##0.00##"})}
