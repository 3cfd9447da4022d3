"""Report -> the findings by rule, as bars."""

from collections import Counter
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from dsl.outcomes import FOUND
from validator.render.html.pictures.axes import RIGHT, TOP, Scale, round_up, ticks
from validator.render.html.pictures.drawing import clipped, figure, long, path, rect, text
from validator.render.phrases.rules import rule_name
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, name
from validator.report.model import Report

_BARS = 15
_STEP = 240  # from bar to bar
_NAME = 2700  # where the names end


def bars(report: Report, lang: Lang) -> Iterator[Markup]:
    """The rule with most findings first. No picture if there are no findings."""
    found: dict[str, Counter[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, Counter())[finding.outcome] += 1
    if not found:
        return
    rules = sorted(found, key=lambda r: (-found[r].total(), r))
    shown = rules[:_BARS]
    x = Scale(0, round_up(max(f.total() for f in found.values())), _NAME, RIGHT - 500)
    bottom = TOP + _STEP * len(shown)
    drawn = [*_grid(x, bottom, say("axis-findings", lang))]
    for at, rule in enumerate(shown):
        drawn += _bar(clipped(rule_name(report, rule, lang), _NAME - 150), found[rule], x, TOP + _STEP * at)
    drawn += _legend([o for o in FOUND if any(o in f for f in found.values())], lang)
    rest = say("bars-rest", lang, count=count(len(rules) - _BARS)) if len(rules) > _BARS else ""
    yield figure(say("bars", lang), rest, bottom + 420, drawn)


def _bar(said: str, found: Mapping[str, int], x: Scale, top: int) -> Iterator[Markup]:
    yield text(said, _NAME - 60, top + 155, "end")
    start = 0
    for outcome in FOUND:
        if number := found.get(outcome, 0):
            a, b = x.at(start), x.at(start + number)
            yield rect(outcome, a, top + 40, max(b - a, 12), 160)
            start += number
    yield text(count(start), x.at(start) + 60, top + 155)


def _grid(x: Scale, bottom: int, label: str) -> Iterator[Markup]:
    for value in ticks(x.low, x.high, 6):
        across = x.at(value)
        yield path("grid", f"M{across} {TOP}V{bottom}")
        yield text(count(value), across, bottom + 160, "middle", "faint")
    yield path("axis", f"M{x.start} {TOP}V{bottom}")
    yield text(label, x.end, bottom + 340, "end", "faint")


def _legend(outcomes: list[str], lang: Lang) -> Iterator[Markup]:
    across = _NAME
    for outcome in outcomes:
        said = name(outcome, lang)
        yield rect(outcome, across, 60, 100, 100)
        yield text(said, across + 140, 155)
        across += 400 + long(said)
