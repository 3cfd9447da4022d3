"""`guiju check`: a book and an offering -> a report in the format asked for."""

from collections.abc import Callable, Mapping
from pathlib import Path

import validator
from validator.cli import door, screen
from validator.render.words import Lang
from validator.report import Report

_BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV file for GBK; a pipe has no need of it


def check(
    book: Path | None,
    offering: Path | None,
    rules: Path | None,
    stages: tuple[str, ...],
    format: str,
    bids: bool,
    output: Path | None,
    lang: Lang,
) -> int:
    """Writes the report and gives its exit status."""
    if offering is None:
        door.refuse("no-offering", "the offering is not given", "name its file: `--offering offering.yaml`")
    door.writable(output, book, offering)
    checker = validator.checker(offering, rules=rules)
    report = checker.offering_only(stages=stages or None) if book is None else checker.book(book, stages=stages or None)
    door.put(_WRITERS[format](report, lang, bids, output), output)
    if output is not None:
        door.tell(f"{'已写入' if lang == 'zh' else 'written:'} {output}")
    return report.status


def format_of(output: Path | None, default: str) -> str:
    """The format that a file's name asks for."""
    suffix = "" if output is None else output.suffix.lower().lstrip(".")
    return suffix if suffix in _WRITERS else default


def _text(report: Report, lang: Lang, bids: bool, output: Path | None) -> bytes:
    from validator.render.summary import summary

    return screen.page(summary(report, lang, bids=bids), to_file=output is not None).encode()


def _json(report: Report, lang: Lang, bids: bool, output: Path | None) -> bytes:
    from validator.render import json

    return json.render(report, bids=bids).encode()


def _html(report: Report, lang: Lang, bids: bool, output: Path | None) -> bytes:
    from validator.render import html

    return html.render(report, lang, bids=bids).encode()


def _csv(report: Report, lang: Lang, bids: bool, output: Path | None) -> bytes:
    from validator.render import annex

    return (_BOM if output is not None else b"") + annex.render(report, lang).encode()


def _xlsx(report: Report, lang: Lang, bids: bool, output: Path | None) -> bytes:
    if output is None and screen.on_terminal():
        door.refuse("not-for-screens", "a workbook cannot be shown on a terminal", "write it to a file: `-o report.xlsx`")
    from validator.render import xlsx

    return xlsx.render(report, lang)


_Writer = Callable[[Report, Lang, bool, Path | None], bytes]

_WRITERS: Mapping[str, _Writer] = {"text": _text, "json": _json, "html": _html, "csv": _csv, "xlsx": _xlsx}
