"""Report -> pictures as inline SVG: the demand curve, the bids by price and size, the findings by rule.

Drawn in whole numbers, a tenth of a pixel each; colours are classes of the page (`html/style.css`), so that dark, light and paper each have
their own. Every fate has its own mark besides its colour: a copy in grey still tells them apart.
"""

from collections.abc import Iterator

from markupsafe import Markup

from validator.render.html.pictures.bars import bars
from validator.render.html.pictures.demand import demand
from validator.render.html.pictures.scatter import scatter
from validator.render.phrases.say import Lang
from validator.report.model import Report


def pictures(report: Report, lang: Lang) -> Iterator[Markup]:
    """The figures of the page that the report has something for."""
    yield from demand(report, lang)
    yield from scatter(report, lang)
    yield from bars(report, lang)
