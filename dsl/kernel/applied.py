"""The operations of `Apply` on a single value. Constant folding and generated Python source call them.

dsl/to_polars/applied.py has the same operations on columns; a test compares the two.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

from dsl.quantities import EPOCH

Op = Literal["shape", "length", "year", "matches", "lookup"]

BLANK = (
    "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Spaces, and characters without a width (Unicode's Default_Ignorable_Code_Point), as a character class that both regex engines accept."""

_BLANK = re.compile(BLANK)


def shape(text: str, _: None = None) -> str:
    """What `alike` compares: the text after NFKC, without spaces and zero-width characters."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


def year(day: int, _: None = None) -> int:
    """The year of a day, which is given as days since 1970-01-01."""
    return date.fromordinal(day + EPOCH).year


APPLIED: Mapping[Op, Callable[[Any, Any], int | bool | str | None]] = {
    "shape": shape,
    "length": lambda text, _: len(text),
    "year": year,
    "matches": lambda text, expression: re.fullmatch(expression, text, re.ASCII) is not None,
    "lookup": lambda key, table: table.at(key),
}
