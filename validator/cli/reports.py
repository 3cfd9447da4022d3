"""A report or page -> bytes in the chosen format, to stdout or a file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from validator.cli import door
from validator.render import terminal as screen
from validator.render.pages.blocks import Block, Heading
from validator.render.phrases.say import Lang, both, say
from validator.report.model import Report

_BOM = b"\xef\xbb\xbf"  # without it Excel reads a CSV file as GBK; a pipe does not need it


@dataclass(frozen=True, slots=True)
class Out:
    """Target, format and language of a report."""

    format: str
    target: Path | None
    lang: Lang


def format_of(output: Path | None, default: str) -> str:
    """The format given by the suffix of a file name."""
    suffix = "" if output is None else output.suffix.lower().lstrip(".")
    return suffix if suffix in _WRITERS else default


def write(report: Report, out: Out, bids: bool) -> None:
    """Write a report on one book."""
    _put(_WRITERS[out.format](report, out, bids), out)


def write_page(page: Sequence[Block], data: object, out: Out, workbook: Callable[[], bytes] | None = None) -> None:
    """Write any other result: as a page for people, as JSON data, or as a workbook if there is one."""
    match out.format:
        case "xlsx" if workbook is not None:
            _refuse_screen(out)
            _put(workbook(), out)
        case "text":
            _put(screen.page(page, to_file=out.target is not None).encode(), out)
        case "json":
            from validator.render.phrases.safe import in_json

            _put((in_json(json.dumps(data, ensure_ascii=False, indent=1)) + "\n").encode(), out)
        case "html":
            from validator.render import html

            title, *blocks = page
            assert isinstance(title, Heading)
            _put(html.page(title.text, blocks, out.lang).encode(), out)
        case _:
            way = both("three-forms") if workbook is None else both("four-forms")
            door.refuse("no-such-form", both("no-such-form", form=out.format), way)


def _put(data: bytes, out: Out) -> None:
    door.put(data, out.target)
    if out.target is not None:
        door.tell(say("written", out.lang, target=out.target))


def _text(report: Report, out: Out, bids: bool) -> bytes:
    from validator.render.pages.report.summary import summary

    return screen.page(summary(report, out.lang, bids=bids), to_file=out.target is not None).encode()


def _json(report: Report, out: Out, bids: bool) -> bytes:
    from validator.render import json

    return json.render(report, bids=bids).encode()


def _html(report: Report, out: Out, bids: bool) -> bytes:
    from validator.render import html

    return html.render(report, out.lang, bids=bids).encode()


def _csv(report: Report, out: Out, bids: bool) -> bytes:
    from validator.render.tables import annex

    return (_BOM if out.target is not None else b"") + annex.render(report, out.lang).encode()


def _xlsx(report: Report, out: Out, bids: bool) -> bytes:
    _refuse_screen(out)
    from validator.render import xlsx

    return xlsx.render(report, out.lang, bids=bids)


def _refuse_screen(out: Out) -> None:
    if out.target is None and screen.on_terminal():
        door.refuse("not-for-screens", both("workbook-on-screen"), both("write-the-workbook"))


_Writer = Callable[[Report, Out, bool], bytes]

_WRITERS: Mapping[str, _Writer] = {"text": _text, "json": _json, "html": _html, "csv": _csv, "xlsx": _xlsx}
