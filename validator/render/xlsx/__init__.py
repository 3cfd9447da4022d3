"""Report -> an Excel workbook: summary, invalid bids, findings, annex, statistics, and the rules with their clauses.

Codes and names are text, prices and shares are numbers. No cell is a formula or a link. The same report gives the same bytes.
"""

from collections.abc import Iterable, Iterator

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count
from validator.render.tables import annex
from validator.render.tables.findings import PRINTED
from validator.render.tables.statistics import statistics
from validator.render.xlsx import bids as of_bids
from validator.render.xlsx import rules, summary
from validator.render.xlsx.sheets import ROWS, Column, Page, Table
from validator.render.xlsx.write import write
from validator.report.model import Report


def render(report: Report, lang: Lang, *, bids: bool = False) -> bytes:
    """The workbook. With `bids` it lists every bid by its codes. Raises DiagnosticError if a table has more rows than a sheet can hold."""
    sheets: list[Page | Table] = [summary.page(report, lang), *_tables(report, lang, bids)]
    return write(sheets, visible(say("title", lang, offering=report.offering)))


def _tables(report: Report, lang: Lang, bids: bool) -> Iterator[Table]:
    """The sheets after the summary. Empty sheets are left out, except findings, decisions and rules."""
    listed = list(annex.rows(report, lang))
    barred = [row for row, bid in zip(listed, report.bids, strict=True) if not bid.live]
    if barred:
        yield _table(say("sheet-invalid", lang), of_bids.annex(report, barred, lang))
    yield _table(say("sheet-findings", lang), rules.findings(report, lang), PRINTED)
    if listed:
        yield _table(say("annex", lang), of_bids.annex(report, listed, lang))
    if lines := statistics(report):
        yield _table(say("sheet-statistics", lang), of_bids.statistics(lines, lang))
    if listed and bids:
        yield _table(say("bids", lang), of_bids.every(report, lang))
    if report.intake:
        yield _table(say("intake", lang), rules.intake(report, lang))
    yield _table(say("sheet-decisions", lang), rules.decisions(report, lang), rules.DECISIONS_PRINTED)
    yield _table(say("sheet-rules", lang), rules.applied(report, lang), rules.APPLIED_PRINTED)
    if report.terms:
        yield _table(say("sheet-terms", lang), rules.terms(report, lang))


def _table(name: str, columns: Iterable[Column], printed: int | None = None) -> Table:
    table = Table(name, tuple(columns), printed)
    if table.rows > ROWS:
        what = f"the sheet `{name}` would have {count(table.rows)} rows; Excel holds {count(ROWS)}"
        raise DiagnosticError([Diagnostic("too-many-rows", what, hint="`--format csv` or `--format json` has no limit")])
    return table
