"""The cell styles, as properties of XlsxWriter formats."""

from collections.abc import Mapping
from typing import Any, Literal

Style = Literal[
    "plain",
    "head",
    "head-number",
    "text",
    "prose",
    "right",
    "integer",
    "count",
    "price",
    "price4",
    "multiple",
    "figure",
    "title",
    "heading",
    "good",
    "warn",
    "bad",
    "faint",
]

FONT: Mapping[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "font_scheme": False}
LINE = 23  # height of a line in pixels

_LINE = {"valign": "vcenter"}
_WRAP = {"valign": "vcenter", "text_wrap": True}
_RULED = {"bottom": 7, "bottom_color": "#9AA5B1"}  # a hairlineline
_HEAD = {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "bottom_color": "#1F3B57", "valign": "vcenter", "text_wrap": True}

# `_m` leaves a gap as wide as the letter m, so that the next column is separate. Not every program supports an indent here.
_NUMBERS: Mapping[Style, str] = {
    "integer": "0_m",
    "count": "#,##0_m",
    "price": "#,##0.00##_m",
    "price4": "#,##0.0000_m",
    "multiple": "#,##0.00_m",
}
_TEXTS: Mapping[Style, Mapping[str, Any]] = {
    "plain": _LINE,
    "head": _HEAD,
    "head-number": {**_HEAD, "align": "right", "indent": 1},
    "text": {**_WRAP, **_RULED, "num_format": "@"},
    "prose": {**_WRAP, **_RULED},
    "right": {**_LINE, **_RULED, "align": "right", "indent": 1},
    "title": {**_LINE, "bold": True, "font_size": 15},
    "heading": {**_LINE, "bold": True, "font_size": 11, "font_color": "#1F3B57"},
    "good": {**_WRAP, "font_color": "#2E7D32"},
    "warn": {**_WRAP, "font_color": "#9A5B00"},
    "bad": {**_WRAP, "font_color": "#C62828", "bold": True},
    "faint": {**_WRAP, "font_color": "#6B6B6B"},
}

NUMERIC = frozenset((*_NUMBERS, "figure"))
LOOKS: Mapping[Style, Mapping[str, Any]] = {
    **{style: {**_LINE, **_RULED, "num_format": form} for style, form in _NUMBERS.items()},
    "figure": {**_LINE, **_RULED, "align": "right", "indent": 1},
    # Marked as text, so that editing a cell in Excel does not turn it into a formula.
    **{style: {**look, "quote_prefix": True} for style, look in _TEXTS.items()},
}
