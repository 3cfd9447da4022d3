"""Report -> pictures as inline SVG: the demand curve, the bids by price and size, the findings by rule.

Coordinates are integers in tenths of a pixel. Colours are classes in `html/style.css`, so that dark, light and print each have their own.
Every fate has its own mark as well as its colour, so that a grey copy is still readable.
"""

from collections.abc import Iterator

from markupsafe import Markup

from validator.render.html.pictures.bars import bars
from validator.render.html.pictures.demand import demand
from validator.render.html.pictures.scatter import scatter
from validator.render.phrases.say import Lang
from validator.report.model import Report


def pictures(report: Report, lang: Lang) -> Iterator[Markup]:
    """The pictures for which the report has data."""
    yield from demand(report, lang)
    yield from scatter(report, lang)
    yield from bars(report, lang)
