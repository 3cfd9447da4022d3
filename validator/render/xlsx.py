"""Report -> an Excel workbook: summary, invalid bids, findings, annex, statistics, every bid, and the rules with their clauses.

Codes and names are texts, prices and shares numbers, never a formula or a link. No clock: the same report gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import assert_never

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.render import annex, blocks, findings
from validator.render.blocks import Heading, Note, Table
from validator.render.looks import Style
from validator.render.ooxml import ROWS, Cell, Column, Page, write
from validator.render.ooxml import Table as Sheet
from validator.render.ooxml import lines as taken
from validator.render.safe import visible
from validator.render.sentences import say
from validator.render.statistics import Line, said_of, statistics
from validator.render.summary import clauses, rule_name, summary
from validator.render.titles import title
from validator.render.words import Lang, count, name
from validator.report import Report

_OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")


def render(report: Report, lang: Lang) -> bytes:
    """The workbook. Raises DiagnosticError where a table has more rows than a sheet."""
    sheets: list[Page | Sheet] = [_summary(report, lang), *_sheets(report, lang)]
    return write(sheets, visible(say("title", lang, offering=report.offering)))


def _sheets(report: Report, lang: Lang) -> Iterator[Sheet]:
    """The sheets after the summary. One without rows is left out, but for the findings and the rules."""
    listed = list(annex.rows(report, lang))
    barred = [row for row, bid in zip(listed, report.bids, strict=True) if not bid.live]
    if barred:
        yield _sheet(say("sheet-invalid", lang), _annex(barred, lang))
    yield _sheet(say("sheet-findings", lang), _findings(report, lang))
    if listed:
        yield _sheet(say("annex", lang), _annex(listed, lang))
    if lines := statistics(report):
        yield _sheet(title("sheet-statistics", lang), _statistics(lines, lang))
    if listed:
        yield _sheet(say("bids", lang), _bids(report, lang))
    if report.intake:
        yield _sheet(say("intake", lang), _issues(report, lang))
    if report.decisions:
        yield _sheet(title("sheet-decisions", lang), _decisions(report, lang))
    yield _sheet(say("sheet-rules", lang), _rules(report, lang))
    if report.terms:
        yield _sheet(title("sheet-terms", lang), _terms(report, lang))


def _sheet(name: str, columns: Iterable[Column]) -> Sheet:
    sheet = Sheet(name, tuple(columns))
    if sheet.rows > ROWS:
        what = f"the sheet `{name}` would have {count(sheet.rows)} rows; Excel holds {count(ROWS)}"
        raise DiagnosticError([Diagnostic("too-many-rows", what, hint="`--format csv` or `--format json` has no limit")])
    return sheet


def _columns(forms: Iterable[tuple[str, Style, int]], rows: Sequence[Sequence[Cell]]) -> Iterator[Column]:
    """Rows of a few hundred cells, turned into columns. `forms`: title, style, width."""
    forms = tuple(forms)
    turned: Iterable[Sequence[Cell]] = zip(*rows, strict=True) if rows else [()] * len(forms)
    return (Column(head, style, width, cells) for (head, style, width), cells in zip(forms, turned, strict=True))


# ── bids ──


def _annex(rows: Sequence[annex.Row], lang: Lang) -> Iterator[Column]:
    number, investor, placee, _, _, remark = annex.head(lang)
    forms: tuple[tuple[str, Style, int], ...] = (
        (number, "integer", 8),
        (investor, "text", 34),
        (placee, "text", 44),
        (title("price-unit", lang), "price", 16),
        (title("quantity-unit", lang), "count", 16),
        (remark, "prose", 48),
    )
    return _columns(forms, rows)


def _bids(report: Report, lang: Lang) -> Iterator[Column]:
    fates: dict[str | None, str] = {b.fate: name(b.fate, lang) if b.fate else "" for b in report.bids}
    opened = say("open", lang)
    forms: tuple[tuple[str, Style, int], ...] = (
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
        for b in report.bids
    ]
    return (c for c in _columns(forms, rows) if any(c.cells) or c.style != "text")


def _statistics(lines: Sequence[Line], lang: Lang) -> Iterator[Column]:
    forms: tuple[tuple[str, Style, int], ...] = (
        (title("group", lang), "text", 16),
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
    return (c for c in _columns(forms, rows) if c.style != "multiple" or any(c.cells))


# ── findings and rules ──

_FINDING_FORMS: tuple[tuple[Style, int], ...] = (
    ("text", 13),
    ("prose", 20),
    ("prose", 24),
    ("text", 14),
    ("text", 10),
    ("text", 9),
    ("integer", 8),
    ("prose", 40),
    ("prose", 28),
    ("text", 12),
    ("prose", 14),
    ("prose", 30),
    ("text", 12),
    ("text", 8),
)  # the columns of `findings.COLUMNS`: as narrow as they may be, to be read on paper


def _findings(report: Report, lang: Lang) -> Iterator[Column]:
    forms = ((head, style, width) for head, (style, width) in zip(findings.head(lang), _FINDING_FORMS, strict=True))
    return _columns(forms, list(findings.rows(report, report.findings, lang)))


def _rules(report: Report, lang: Lang) -> Iterator[Column]:
    """Every rule that was asked or is to be signed for: its clause, what came of it, and what it lacked."""
    states = dict(report.attestations)
    forms: tuple[tuple[str, Style, int], ...] = (
        (say("rule", lang), "prose", 26),
        (say("finding-rule-id", lang), "prose", 26),
        (title("stage", lang), "text", 13),
        (title("subject-kind", lang), "text", 12),
        (say("clause", lang), "prose", 34),
        (say("effect", lang), "text", 12),
        (say("finding-source", lang), "text", 10),
        *((name(o, lang), "count", 11) for o in _OUTCOMES),
        (title("lacking", lang), "prose", 28),
        (title("attest-state", lang), "text", 12),
    )
    rows = [(*_about(report, rule, lang), *_came_of(report, rule), *_wanting(report, rule, states, lang)) for rule in _applied(report)]
    return _columns(forms, rows)


def _applied(report: Report) -> Sequence[str]:
    return tuple(dict.fromkeys((*report.by_rule, *(r for r, _ in report.attestations), *report.rules)))


def _about(report: Report, rule: str, lang: Lang) -> tuple[str, ...]:
    info = report.rules.get(rule)
    if info is None:
        return rule, rule, rule.partition(".")[0], "", "", "", ""
    effects = ("、" if lang == "zh" else ", ").join(name(e, lang) for e in info.effect)
    source = say("unverified-short" if info.unverified else "verified-short", lang)
    return rule_name(report, rule, lang), rule, info.stage, name(info.entity, lang), clauses(info.cite, report.sources), effects, source


def _came_of(report: Report, rule: str) -> tuple[int | None, ...]:
    outcomes = report.by_rule.get(rule)
    return tuple(None if outcomes is None else outcomes.get(o, 0) for o in _OUTCOMES)


def _wanting(report: Report, rule: str, states: dict[str, str], lang: Lang) -> tuple[str, str]:
    state = states.get(rule)
    signed = "" if state is None else name(state, lang) if state == "violated" else say(f"state-{state}", lang)
    return ", ".join(map(visible, report.lacking.get(rule, ()))), signed


def _terms(report: Report, lang: Lang) -> Iterator[Column]:
    forms: tuple[tuple[str, Style, int], ...] = tuple((say(k, lang), "text", 30) for k in ("term", "value", "default"))
    return _columns(forms, [(t, str(f.get("value") or "—"), str(f.get("default") or "—")) for t, f in report.terms.items()])


def _issues(report: Report, lang: Lang) -> Iterator[Column]:
    forms: tuple[tuple[str, Style, int], ...] = (
        (say("table", lang), "text", 14),
        (say("row", lang), "integer", 8),
        (say("column", lang), "text", 26),
        (say("content", lang), "prose", 30),
        (say("reason", lang), "prose", 60),
    )
    return _columns(forms, [(i.table, i.row, i.column, i.text, i.message.zh if lang == "zh" else i.message.en) for i in report.intake])


def _decisions(report: Report, lang: Lang) -> Iterator[Column]:
    keys = ("rule", "subject", "outcome", "name", "at", "remark", "used")
    said: dict[str, Callable[[str], str]] = {"outcome": lambda o: name(o, lang), "used": lambda u: title(f"used-{u}", lang)}
    widths = (34, 18, 12, 16, 22, 44, 24)
    forms: tuple[tuple[str, Style, int], ...] = tuple(
        (title(f"decision-{k}", lang), "prose" if k == "remark" else "text", w) for k, w in zip(keys, widths, strict=True)
    )
    return _columns(forms, [tuple(said.get(k, str)(d.get(k, "")) for k in keys) for d in report.decisions])


# ── the summary ──

_WIDTHS = (32, 24, 22, 24, 20, 16, 16)  # of the summary's columns: about an A4 page across


class _Cells:
    """The lines of the summary as they come."""

    def __init__(self) -> None:
        self.lines: list[tuple[tuple[str, Style], ...]] = []
        self.spans: list[tuple[int, int, int]] = []
        self.heights: list[tuple[int, int]] = []

    def put(self, cells: Sequence[tuple[str, Style]], wide: int | None = None) -> None:
        """A line. The cell at `wide` takes the room that the line leaves over; Excel works out no height for such a one."""
        spare = len(_WIDTHS) - len(cells)
        rooms = list(_WIDTHS[: len(cells)])
        line = list(cells)
        if wide is not None and spare > 0:
            self.spans.append((len(self.lines), wide, wide + spare))
            line[wide + 1 : wide + 1] = [("", cells[wide][1])] * spare
            rooms = [*_WIDTHS[:wide], sum(_WIDTHS[wide : wide + spare + 1]), *_WIDTHS[wide + spare + 1 :]]
        rows = max((taken(text, room - 1) for (text, _), room in zip(cells, rooms, strict=True)), default=1)
        self.heights.append((len(self.lines), rows))
        self.lines.append(tuple(line))


def _summary(report: Report, lang: Lang) -> Page:
    """The page that the terminal shows, as cells."""
    cells = _Cells()
    for at, block in enumerate(summary(report, lang, next_steps=False)):
        match block:
            case Heading(text=text):
                if at:
                    cells.put(())
                cells.put([(text, "heading" if at else "title")], 0)
            case Note(text=text, tone=tone):
                cells.put([(text, tone)], 0)
            case Table(columns=columns, rows=rows):
                wide = _wide(columns)
                if any(c.title for c in columns):
                    cells.put([(c.title, "head-number" if c.right else "head") for c in columns], wide)
                for row in rows:
                    cells.put([(text, "right" if c.right else "prose") for c, text in zip(columns, row, strict=True)], wide)
            case _:
                assert_never(block)
    title_rows = [(0, 2), *cells.heights[1:]]  # its letters are half as high again
    return Page(say("sheet-summary", lang), _WIDTHS, tuple(cells.lines), tuple(cells.spans), tuple(title_rows))


def _wide(columns: Sequence[blocks.Column]) -> int | None:
    """The column that may take more room: the last of the wide ones, else the last that holds words."""
    words = [at for at, c in enumerate(columns) if not c.right]
    return next((at for at in reversed(words) if columns[at].wide), words[-1] if words and words[-1] == len(columns) - 1 else None)
