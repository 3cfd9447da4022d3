"""Report -> the bids by price and size, each fate with its own mark."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from validator.render.html.pictures.axes import LEFT, Scale, axes, marked, marks, prices, unit, upwards
from validator.render.html.pictures.drawing import figure, long, path, sign, text
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, fate, name
from validator.render.tables.statistics import scaled
from validator.report.model import BidLine, Report

_BOTTOM = 3000
_CELL = 40  # tenths of a pixel: bids in the same square of this size share a mark

# kind of fate, which is also its CSS class -> its mark, a path from its middle, about four pixels wide
_MARKS: Mapping[str, str] = {
    "effective": "m-19 0a19 19 0 1 0 38 0a19 19 0 1 0-38 0z",
    "low": "m-22-22h44v44h-44z",
    "eliminated": "m0-30l28 50h-56z",
    "waiting": "m0-28l28 28l-28 28l-28-28z",
    "invalid": "m-21-21l42 42m0-42l-42 42",
}
_OTHER = ("waiting", "m-25 0h50")


def scatter(report: Report, lang: Lang) -> Iterator[Markup]:
    """No picture if no bid has both."""
    placed = [(b, scaled(b.price), b.quantity) for b in report.bids if b.price is not None and b.quantity is not None]
    if not placed:
        return
    found = marks(report)
    x = prices([at for _, at, _ in placed], [at for at, _ in found.values()])
    sizes = sorted(q for _, _, q in placed)
    largest = min(sizes[-1], 2 * sizes[-1 - len(sizes) // 200])
    y = upwards(largest, _BOTTOM)
    inside = [(b, at, q) for b, at, q in placed if x.holds(at) and y.holds(q)]
    drawn = [
        *axes(x, y, "axis-quantity", unit(largest, lang), lang),
        *marked(found, x, y, lang),
        *_bids(inside, x, y),
        *_legend([b for b, _, _ in placed], _BOTTOM + 560, lang),
    ]
    note = say("scatter-note", lang, count=count(len(placed)))
    if len(inside) < len(placed):
        note += say("outside", lang, count=count(len(placed) - len(inside)))
    yield figure(say("scatter", lang), note, _BOTTOM + 680, drawn)


def _bids(bids: Sequence[tuple[BidLine, int, int]], x: Scale, y: Scale) -> Iterator[Markup]:
    """One path per fate, the rarer fates on top."""
    places: dict[str, dict[tuple[int, int], None]] = {}
    for bid, at, quantity in bids:
        place = x.at(at) // _CELL * _CELL, y.at(quantity) // _CELL * _CELL
        places.setdefault(bid.fate or "", {})[place] = None
    numbers = Counter(bid.fate or "" for bid, _, _ in bids)
    signs = _signs()
    for word in sorted(places, key=lambda w: (-numbers[w], w)):
        kind, mark = signs.get(word, _OTHER)
        yield path(kind, "".join(f"M{a} {b}{mark}" for a, b in places[word]))


def _legend(bids: Sequence[BidLine], row: int, lang: Lang) -> Iterator[Markup]:
    fates, signs = Counter(bid.fate or "" for bid in bids), _signs()
    order = [*(w for w in signs if w in fates), *sorted(w for w in fates if w not in signs)]
    across = LEFT + 60
    for word in order:
        kind, mark = signs.get(word, _OTHER)
        said = say("bids-of", lang, fate=name(word, lang) if word else say("no-fate", lang), count=count(fates[word]))
        yield sign(kind, mark, across, row - 45)
        yield text(said, across + 110, row)
        across += 340 + long(said)


def _signs() -> Mapping[str, tuple[str, str]]:
    """Class and mark of each fate, by its name in reports."""
    return {fate(kind): (kind, mark) for kind, mark in _MARKS.items()}
