"""Report -> pictures as SVG text: the demand curve, the bids by price and size, the findings by rule.

Drawn by hand in whole numbers, a tenth of a pixel each; colours are classes of the page (`STYLE`), so that dark, light and paper each have
their own. Every fate has its own mark besides its colour: a copy in grey still tells them apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from validator.render.safe import visible
from validator.render.statistics import scaled, stated
from validator.render.summary import rule_name
from validator.render.titles import title
from validator.render.words import Lang, count, name, price
from validator.report import BidLine, Report
from validator.shown import decimal

STYLE = """
svg { display: block; width: 100%; height: auto; font-size: 125px; font-family: inherit }
svg text { fill: currentColor } svg .faint { fill: var(--faint) }
.axis { stroke: currentColor; stroke-width: 8; fill: none } .grid { stroke: var(--line); stroke-width: 6 }
.demand { stroke: var(--blue); stroke-width: 18; fill: none } .area { fill: var(--blue); opacity: .13 }
.cut { stroke: var(--orange); stroke-width: 14; stroke-dasharray: 60 40 } .issue { stroke: var(--bad); stroke-width: 14 }
.effective { fill: var(--blue); fill-opacity: .55 } .eliminated { fill: var(--orange) } .low { fill: var(--grey) }
.invalid { stroke: var(--bad); stroke-width: 13; fill: none } .waiting { stroke: var(--blue); stroke-width: 12; fill: none }
.violated { fill: var(--bad) } .error { fill: var(--purple) } .not_evaluable { fill: var(--pale); stroke: var(--warn); stroke-width: 8 }
figure { margin: 1rem 0 1.6rem; max-width: 60rem; break-inside: avoid } figcaption { font-weight: 600; margin-bottom: .3rem }
figcaption span { font-weight: normal; color: var(--faint) }
"""

_WIDTH = 7200
_LEFT, _RIGHT, _TOP = 900, 7080, 330
_SCALE = 10_000  # prices in 1/10000 元


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` along pixels from `start` to `end`."""

    low: int
    high: int
    start: int
    end: int

    def at(self, value: int) -> int:
        return self.start + (value - self.low) * (self.end - self.start) // (self.high - self.low)

    def holds(self, value: int) -> bool:
        return self.low <= value <= self.high


def pictures(report: Report, lang: Lang) -> Iterator[str]:
    """The figures of the page that the report has something for."""
    yield from _demand(report, lang)
    yield from _scatter(report, lang)
    yield from _bars(report, lang)


# ── cumulative demand ──


def _demand(report: Report, lang: Lang) -> Iterator[str]:
    bids = sorted((-scaled(b.price), b.admitted_quantity) for b in report.bids if b.live and b.price is not None and b.admitted_quantity)
    if not bids:
        return
    marks = _marks(report)
    x = _prices([-p for p, _ in bids], [p for p, _ in marks.values()])
    steps = list(_steps(bids))
    bottom = 3000
    y = Scale(0, max(_round_up(steps[-1][1]), 1), bottom, _TOP)
    unit = _unit(steps[-1][1], lang)
    drawn = [
        *_axes(x, y, title("axis-price", lang), title("axis-demand", lang, unit=title(f"unit-{unit}", lang)), unit),
        *_curve(steps, x, y),
        *(_mark(key, at, text, x, y, lang) for key, (at, text) in marks.items() if x.holds(at)),
    ]
    outside = sum(not x.holds(-p) for p, _ in bids)
    note = title("demand-note", lang, count=count(len(bids))) + (title("outside", lang, count=count(outside)) if outside else "")
    yield _figure(title("demand", lang), note, bottom + 420, drawn)


def _marks(report: Report) -> Mapping[str, tuple[int, str]]:
    """The prices to point out, with their text."""
    found: dict[str, tuple[int, str]] = {}
    issue = stated(report, "issue_price")
    if issue is not None:
        found["issue"] = int(issue * _SCALE), price(decimal(issue))
    if report.elimination.cut is not None and report.elimination.cut.get("price"):
        cut = str(report.elimination.cut["price"])
        found["cut"] = scaled(cut), price(cut)
    return found


def _steps(bids: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Each price from the highest down, with the quantity bid at it or above."""
    last, total = None, 0
    for negative, quantity in bids:
        if last is not None and negative != last:
            yield -last, total
        last, total = negative, total + quantity
    if last is not None:
        yield -last, total


def _curve(steps: Sequence[tuple[int, int]], x: Scale, y: Scale) -> Iterator[str]:
    """A line that rises at each price, from the highest to the lowest; steps of less than half a pixel are drawn as one."""
    points: list[tuple[int, int]] = []
    for at, total in steps:
        across, down = min(max(x.at(at), x.start), x.end), y.at(total)
        if points and points[-1][0] - across < 5:
            points[-1] = points[-1][0], down
        else:
            points.append((across, down))
    line = f"M{x.end} {y.start}" + "".join(f"H{across}V{down}" for across, down in points) + f"H{x.start}"
    yield f'<path class="area" d="{line}V{y.start}Z"/><path class="demand" d="{line}"/>'


def _mark(key: str, at: int, text: str, x: Scale, y: Scale, lang: Lang) -> str:
    """A price line. The issue price is named on its left, the cut on its right, unless there is no room."""
    across, middle = x.at(at), (x.start + x.end) // 2
    left = across > middle if key == "issue" else across > x.end - 1100
    left = left or (key == "issue" and across - x.start > 1500)
    row = y.end - 60
    side = f'x="{across - 40}" text-anchor="end"' if left else f'x="{across + 40}"'
    said = escape(title(f"mark-{key}", lang, price=text))
    return f'<path class="{key}" d="M{across} {y.start}V{row - 60}"/><text {side} y="{row}">{said}</text>'


# ── bids by price and size ──

# fate: class, and the mark as a path from its middle, some four pixels wide
_FATES: Mapping[str, tuple[str, str]] = {
    "有效报价": ("effective", "m-19 0a19 19 0 1 0 38 0a19 19 0 1 0-38 0z"),
    "低价未入围": ("low", "m-22-22h44v44h-44z"),
    "高价剔除": ("eliminated", "m0-30l28 50h-56z"),
    "待定价": ("waiting", "m0-28l28 28l-28 28l-28-28z"),
    "无效报价": ("invalid", "m-21-21l42 42m0-42l-42 42"),
}
_OTHER = ("waiting", "m-25 0h50")
_CELL = 40  # pixels in tenths: bids whose places fall into one such square share a mark


def _scatter(report: Report, lang: Lang) -> Iterator[str]:
    placed = [(b, scaled(b.price), b.quantity) for b in report.bids if b.price is not None and b.quantity is not None]
    if not placed:
        return
    x = _prices([at for _, at, _ in placed], [at for at, _ in _marks(report).values()])
    sizes = sorted(q for _, _, q in placed)
    largest = min(sizes[-1], 2 * sizes[-1 - len(sizes) // 200])
    bottom = 3000
    y = Scale(0, max(_round_up(largest), 1), bottom, _TOP)
    unit = _unit(largest, lang)
    inside = [(b, at, q) for b, at, q in placed if x.holds(at) and y.holds(q)]
    drawn = [
        *_axes(x, y, title("axis-price", lang), title("axis-quantity", lang, unit=title(f"unit-{unit}", lang)), unit),
        *_marked(inside, x, y),
        *_legend([b for b, _, _ in placed], bottom + 520, lang),
    ]
    note = title("scatter-note", lang, count=count(len(placed)))
    if len(inside) < len(placed):
        note += title("outside", lang, count=count(len(placed) - len(inside)))
    yield _figure(title("scatter", lang), note, bottom + 640, drawn)


def _marked(bids: Sequence[tuple[BidLine, int, int]], x: Scale, y: Scale) -> Iterator[str]:
    """One path a fate, the rarer fates on top."""
    places: dict[str, dict[tuple[int, int], None]] = {}
    for bid, at, quantity in bids:
        place = x.at(at) // _CELL * _CELL, y.at(quantity) // _CELL * _CELL
        places.setdefault(bid.fate or "", {})[place] = None
    numbers = Counter(bid.fate or "" for bid, _, _ in bids)
    for fate in sorted(places, key=lambda f: (-numbers[f], f)):
        kind, mark = _FATES.get(fate, _OTHER)
        yield f'<path class="{kind}" d="{"".join(f"M{a} {b}{mark}" for a, b in places[fate])}"/>'


def _legend(bids: Sequence[BidLine], row: int, lang: Lang) -> Iterator[str]:
    fates = Counter(bid.fate or "" for bid in bids)
    order = [*(f for f in _FATES if f in fates), *sorted(f for f in fates if f not in _FATES)]
    across = _LEFT
    for fate in order:
        kind, mark = _FATES.get(fate, _OTHER)
        said = title("bids-of", lang, fate=name(fate, lang) if fate else title("undecided", lang), count=count(fates[fate]))
        yield f'<path class="{kind}" d="M{across} {row - 45}{mark}"/><text x="{across + 90}" y="{row}">{escape(said)}</text>'
        across += 250 + _long(said)


# ── findings by rule ──

_BARS = 15
_NAME = 2700  # where the names end


def _bars(report: Report, lang: Lang) -> Iterator[str]:
    found: dict[str, Counter[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, Counter())[finding.outcome] += 1
    if not found:
        return
    rules = sorted(found, key=lambda r: (-sum(found[r].values()), r))
    x = Scale(0, _round_up(max(sum(found[r].values()) for r in rules)), _NAME, _RIGHT - 500)
    shown = rules[:_BARS]
    bottom = _TOP + 240 * len(shown)
    drawn = [*_grid(x, bottom, title("axis-findings", lang))]
    for at, rule in enumerate(shown):
        drawn += _bar(_clipped(rule_name(report, rule, lang)), found[rule], x, _TOP + 240 * at)
    kinds = [o for o in _OUTCOMES if any(o in f for f in found.values())]
    across = _NAME
    for kind in kinds:
        said = name(kind, lang)
        drawn.append(
            f'<rect class="{kind}" x="{across}" y="60" width="100" height="100"/><text x="{across + 140}" y="155">{escape(said)}</text>'
        )
        across += 400 + _long(said)
    rest = title("bars-rest", lang, count=count(len(rules) - _BARS)) if len(rules) > _BARS else ""
    yield _figure(title("bars", lang), rest, bottom + 420, drawn)


_OUTCOMES = ("violated", "not_evaluable", "error")


def _bar(text: str, found: Mapping[str, int], x: Scale, top: int) -> Iterator[str]:
    yield f'<text x="{_NAME - 60}" y="{top + 155}" text-anchor="end">{escape(text)}</text>'
    start = 0
    for outcome in _OUTCOMES:
        if number := found.get(outcome, 0):
            a, b = x.at(start), x.at(start + number)
            yield f'<rect class="{outcome}" x="{a}" y="{top + 40}" width="{max(b - a, 12)}" height="160"/>'
            start += number
    yield f'<text x="{x.at(start) + 60}" y="{top + 155}">{count(start)}</text>'


def _grid(x: Scale, bottom: int, label: str) -> Iterator[str]:
    for value in _ticks(x.low, x.high, 6):
        across = x.at(value)
        yield f'<path class="grid" d="M{across} {_TOP}V{bottom}"/>'
        yield f'<text class="faint" x="{across}" y="{bottom + 160}" text-anchor="middle">{count(value)}</text>'
    yield f'<path class="axis" d="M{x.start} {_TOP}V{bottom}"/>'
    yield f'<text class="faint" x="{x.end}" y="{bottom + 340}" text-anchor="end">{escape(label)}</text>'


# ── axes ──


def _axes(x: Scale, y: Scale, across: str, up: str, unit: int) -> Iterator[str]:
    """The price axis below, the quantity axis on the left with its lines, and what each of them measures."""
    values = _ticks(y.low, y.high, 6)
    for value in values:
        yield f'<path class="grid" d="M{x.start} {y.at(value)}H{x.end}"/>'
        said = _grouped(Fraction(value, unit))
        yield f'<text class="faint" x="{x.start - 60}" y="{y.at(value) + 45}" text-anchor="end">{said}</text>'
    prices = _ticks(x.low, x.high, 9)
    places = max(len(decimal(Fraction(v, _SCALE)).partition(".")[2]) for v in prices)
    for value in prices:
        yield f'<path class="axis" d="M{x.at(value)} {y.start}v50"/>'
        said = decimal(Fraction(value, _SCALE), places)
        yield f'<text class="faint" x="{x.at(value)}" y="{y.start + 190}" text-anchor="middle">{said}</text>'
    yield f'<path class="axis" d="M{x.start} {y.end}V{y.start}H{x.end}"/>'
    yield f'<text class="faint" x="{x.end}" y="{y.start + 350}" text-anchor="end">{escape(across)}</text>'
    yield f'<text class="faint" x="60" y="110">{escape(up)}</text>'


def _prices(prices: Sequence[int], marks: Iterable[int]) -> Scale:
    """The price axis: the middle 99% with half as much on either side, so that one wild bid does not press all others together."""
    ordered, part = sorted(prices), len(prices) // 200
    low, high = ordered[part], ordered[-1 - part]
    room = max((high - low) // 2, _SCALE // 100)
    low, high = max(ordered[0], low - room), min(ordered[-1], high + room)
    low, high = min(low, *marks, low), max(high, *marks, high)
    margin = max((high - low) // 40, 1)
    return Scale(low - margin, high + margin, _LEFT, _RIGHT)


def _ticks(low: int, high: int, number: int) -> list[int]:
    """At most `number` round values from low to high: steps of 1, 2 or 5 and noughts."""
    step = next(s for s in _round_steps() if (high - low) // s <= number - 1)
    return list(range(-(-low // step) * step, high + 1, step))


def _round_steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _round_up(value: int) -> int:
    """The end of an axis that starts at 0: the next tick."""
    step = next(s for s in _round_steps() if value // s <= 5)
    return max(-(-value // step), 1) * step


def _unit(largest: int, lang: Lang) -> int:
    """The unit of an axis in shares: the largest in which it still passes 1."""
    units = (1, 10_000, 100_000_000) if lang == "zh" else (1, 1_000, 1_000_000, 1_000_000_000)
    return max(u for u in units if u <= max(largest // 5, 1))


# ── frame ──


def _figure(heading: str, note: str, height: int, drawn: Iterable[str]) -> str:
    said = f" <span>{escape(note)}</span>" if note else ""
    return (
        f"<figure><figcaption>{escape(heading)}{said}</figcaption>\n"
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img"><title>{escape(heading)}</title>{"".join(drawn)}</svg></figure>\n'
    )


def _grouped(value: Fraction) -> str:
    whole, point, rest = decimal(value).partition(".")
    return f"{int(whole):,}{point}{rest}"


def _long(text: str) -> int:
    """About how wide a text is drawn."""
    return sum(125 if ord(c) > 0x2E80 else 70 for c in text)


def _clipped(text: str) -> str:
    """What fits beside a bar."""
    shown = visible(text)
    while _long(shown) > _NAME - 150:
        shown = shown[:-2] + "…"
    return shown
