"""Report -> the demand curve: the quantity bid at each price or above, with the cut and the issue price."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from markupsafe import Markup

from validator.render.html.pictures.axes import Scale, axes, marked, marks, prices, unit, upwards
from validator.render.html.pictures.drawing import figure, path
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, fate, shares
from validator.render.tables.statistics import scaled, stated
from validator.report.amounts import decimal
from validator.report.model import Report

_BOTTOM = 3000


def demand(report: Report, lang: Lang) -> Iterator[Markup]:
    """No picture if no bid is left."""
    bids = sorted((-scaled(b.price), b.admitted_quantity) for b in report.bids if b.live and b.price is not None and b.admitted_quantity)
    if not bids:
        return
    found = marks(report)
    x = prices([-p for p, _ in bids], [p for p, _ in found.values()])
    rising = list(steps(bids))
    y = upwards(rising[-1][1], _BOTTOM)
    drawn = [*axes(x, y, "axis-demand", unit(rising[-1][1], lang), lang), *_curve(rising, x, y), *marked(found, x, y, lang)]
    outside = sum(not x.holds(-p) for p, _ in bids)
    note = say("demand-note", lang, count=count(len(bids))) + (say("outside", lang, count=count(outside)) if outside else "")
    yield figure(say("demand", lang), note + _offered(report, lang), _BOTTOM + 420, drawn)


def steps(bids: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Each price from the highest down, with the quantity bid at this price or above."""
    last, total = None, 0
    for negative, quantity in bids:
        if last is not None and negative != last:
            yield -last, total
        last, total = negative, total + quantity
    if last is not None:
        yield -last, total


def _curve(rising: Sequence[tuple[int, int]], x: Scale, y: Scale) -> Iterator[Markup]:
    """A line that rises at each price, from the highest to the lowest. Steps of less than half a pixel are merged."""
    points: list[tuple[int, int]] = []
    for at, total in rising:
        across, down = min(max(x.at(at), x.start), x.end), y.at(total)
        if points and points[-1][0] - across < 5:
            points[-1] = points[-1][0], down
        else:
            points.append((across, down))
    line = f"M{x.end} {y.start}" + "".join(f"H{across}V{down}" for across, down in points) + f"H{x.start}"
    yield path("area", f"{line}V{y.start}Z")
    yield path("demand", line)


def _offered(report: Report, lang: Lang) -> str:
    """The quantity offered offline, as text: on the axis it would be too close to zero to see."""
    offline, effective = stated(report, "offline_initial"), report.fates.get(fate("effective"))
    if not offline:
        return ""
    said = say("demand-offline", lang, offline=shares(decimal(offline), lang))
    if effective is None:
        return said
    multiple = decimal(Fraction(effective.quantity) / offline, 2)
    whole, _, places = multiple.partition(".")
    return said + say("demand-multiple", lang, multiple=f"{int(whole):,}.{places}")
