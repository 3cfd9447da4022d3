"""Values -> positions in a picture: scales, round ticks, axes with units, and marked prices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from validator.render.html.pictures.drawing import path, text
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import price
from validator.render.tables.statistics import scaled, stated
from validator.report.amounts import decimal
from validator.report.model import Report

LEFT, RIGHT, TOP = 900, 7080, 330
_PRICE = 10_000  # prices in 1/10000 元
_UNITS: Mapping[Lang, tuple[int, ...]] = {"zh": (1, 10_000, 100_000_000), "en": (1, 1_000, 1_000_000, 1_000_000_000)}
"""The units that a quantity axis may use, in shares."""


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


def prices(found: Sequence[int], marks: Iterable[int]) -> Scale:
    """The price axis: the middle 99% with half as much on either side, so that one extreme bid does not squeeze all others together."""
    ordered, part = sorted(found), len(found) // 200
    low, high = ordered[part], ordered[-1 - part]
    room = max((high - low) // 2, _PRICE // 100)
    low, high = max(ordered[0], low - room), min(ordered[-1], high + room)
    low, high = min(low, *marks, low), max(high, *marks, high)
    margin = max((high - low) // 40, 1)
    return Scale(low - margin, high + margin, LEFT, RIGHT)


def upwards(largest: int, bottom: int) -> Scale:
    """The quantity axis, from 0 to a round value that is not below the largest."""
    return Scale(0, round_up(largest), bottom, TOP)


def unit(largest: int, lang: Lang) -> int:
    """The unit of a quantity axis in shares: the largest that is at most a fifth of the largest quantity."""
    return max(u for u in _UNITS[lang] if u <= max(largest // 5, 1))


def axes(x: Scale, y: Scale, up: str, shares: int, lang: Lang) -> Iterator[Markup]:
    """The price axis below, and the quantity axis with grid lines on the left. `up`: the label of the latter, `shares`: its unit."""
    for value in ticks(y.low, y.high, 6):
        yield path("grid", f"M{x.start} {y.at(value)}H{x.end}")
        yield text(_grouped(Fraction(value, shares)), x.start - 60, y.at(value) + 45, "end", "faint")
    found = ticks(x.low, x.high, 9)
    places = max(len(decimal(Fraction(v, _PRICE)).partition(".")[2]) for v in found)
    for value in found:
        yield path("axis", f"M{x.at(value)} {y.start}v50")
        yield text(decimal(Fraction(value, _PRICE), places), x.at(value), y.start + 190, "middle", "faint")
    yield path("axis", f"M{x.start} {y.end}V{y.start}H{x.end}")
    yield text(say("axis-price", lang), x.end, y.start + 350, "end", "faint")
    yield text(say(up, lang, unit=say(f"unit-{shares}", lang)), 60, 110, kind="faint")


def marks(report: Report) -> Mapping[str, tuple[int, str]]:
    """The prices to mark, with their labels."""
    found: dict[str, tuple[int, str]] = {}
    issue = stated(report, "issue_price")
    if issue is not None:
        found["issue"] = int(issue * _PRICE), price(decimal(issue))
    if report.elimination.cut is not None and report.elimination.cut.get("price"):
        cut = str(report.elimination.cut["price"])
        found["cut"] = scaled(cut), price(cut)
    return found


def marked(found: Mapping[str, tuple[int, str]], x: Scale, y: Scale, lang: Lang) -> Iterator[Markup]:
    """A line for each marked price. The label of the issue price is on its left, that of the cut on its right, if there is room."""
    for key, (at, said) in found.items():
        if x.holds(at):
            across, middle = x.at(at), (x.start + x.end) // 2
            left = across > middle if key == "issue" else across > x.end - 1100
            left = left or (key == "issue" and across - x.start > 1500)
            yield path(key, f"M{across} {y.start}V{y.end - 120}")
            yield text(say(f"mark-{key}", lang, price=said), across + (-40 if left else 40), y.end - 60, "end" if left else "start")


def ticks(low: int, high: int, number: int) -> list[int]:
    """At most `number` round values from low to high: steps of 1, 2 or 5 times a power of ten."""
    step = next(s for s in _round_steps() if (high - low) // s <= number - 1)
    return list(range(-(-low // step) * step, high + 1, step))


def round_up(value: int) -> int:
    """The end of an axis that starts at 0: the next tick."""
    step = next(s for s in _round_steps() if value // s <= 5)
    return max(-(-value // step), 1) * step


def _round_steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _grouped(value: Fraction) -> str:
    whole, point, rest = decimal(value).partition(".")
    return f"{int(whole):,}{point}{rest}"
