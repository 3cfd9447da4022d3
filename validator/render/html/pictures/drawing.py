"""SVG for the few shapes of the pictures. Every text is escaped here."""

from collections.abc import Iterable
from typing import Literal

from markupsafe import Markup

from validator.render.phrases.safe import visible

WIDTH = 7200

_FIGURE = Markup(
    '<figure><figcaption>{heading} <span>{note}</span></figcaption>\n<div class="drawn"><svg viewBox="0 0 {width} {height}" role="img">'
    "<title>{heading}</title>{drawn}</svg></div></figure>\n"
)
_PATH = Markup('<path class="{}" d="{}"/>')
_MOVED = Markup('<path class="{}" transform="translate({} {}) scale(2)" d="M0 0{}"/>')
_RECT = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
_TEXT = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')


def figure(heading: str, note: str, height: int, drawn: Iterable[Markup]) -> Markup:
    """A picture with its title and a note."""
    return _FIGURE.format(heading=heading, note=note, width=WIDTH, height=height, drawn=Markup("").join(drawn))


def path(kind: str, shape: str) -> Markup:
    return _PATH.format(kind, shape)


def sign(kind: str, mark: str, x: int, y: int) -> Markup:
    """A mark in a legend, twice as large as in the picture."""
    return _MOVED.format(kind, x, y, mark)


def rect(kind: str, x: int, y: int, width: int, height: int) -> Markup:
    return _RECT.format(kind, x, y, width, height)


def text(said: str, x: int, y: int, anchor: Literal["start", "middle", "end"] = "start", kind: str = "said") -> Markup:
    return _TEXT.format(kind, x, y, anchor, said)


def long(said: str) -> int:
    """The approximate width of a text, in tenths of a pixel."""
    return sum(125 if ord(c) > 0x2E80 else 70 for c in said)


def clipped(said: str, room: int) -> str:
    """The part of a text that fits."""
    shown = visible(said)
    while long(shown) > room:
        shown = shown[:-2] + "…"
    return shown
