"""Report -> one self-contained HTML page: no script, nothing loaded from elsewhere, printable on A4.

The Jinja templates are in this folder. Jinja escapes every text.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from validator.render.html.parts import annex, findings, statistics
from validator.render.html.pictures import pictures
from validator.render.pages.blocks import Block, Heading, Note, Table
from validator.render.pages.report.not_supplied import details
from validator.render.pages.report.results import results
from validator.render.pages.report.summary import closing, opening
from validator.render.phrases.say import Lang, say
from validator.report.model import Report

_HERE = Path(__file__).parent


def render(report: Report, lang: Lang, *, bids: bool = False) -> str:
    """Verdict and tasks, results, pictures, statistics, data not supplied, findings by rule and, with `bids`, the annex."""
    heading, facts, verdict, *broken = opening(report, lang)
    assert isinstance(heading, Heading)
    return _filled(
        "report.html",
        lang,
        heading=heading.text,
        facts=facts,
        verdict=verdict,
        broken=_sections(broken),
        results=_sections(results(report, lang)),
        pictures=list(pictures(report, lang)),
        statistics=_sections(statistics(report, lang)),
        missing=_sections(closing(report, lang)),
        waiting=details(report, lang) if report.unsupplied else None,
        findings=list(findings(report, lang)),
        annex=annex(report, lang) if bids and report.bids else None,
    )


def page(heading: str, blocks: Iterable[Block], lang: Lang) -> str:
    """An HTML page for any blocks."""
    return _filled("page.html", lang, heading=heading, sections=_sections(blocks))


def _sections(blocks: Iterable[Block]) -> list[tuple[str, list[Block]]]:
    """Each heading with the blocks under it. The first block must be a heading."""
    sections: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading):
            sections.append((block.text, []))
        else:
            if not sections:
                sections.append(("", []))
            sections[-1][1].append(block)
    return sections


def _filled(template: str, lang: Lang, **parts: Any) -> str:
    found = _templates().get_template(template)
    return "".join(found.generate(lang=say("page-language", lang), say=lambda key: say(key, lang), **parts))


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    found.tests["note"] = lambda block: isinstance(block, Note)
    found.tests["table"] = lambda block: isinstance(block, Table)
    return found
