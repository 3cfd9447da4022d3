"""A cell in the plain form that programs write -> its scalar; None if `cell.read_cell` must read it. Both always agree.

A submission has hundreds of cells, and nearly all of them look like 是, 51.38, 14000000 or 2026-03-31 09:30:00.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from dsl.kernel.nodes import Scalar
from dsl.quantities import EPOCH
from dsl.schema import Field
from validator.intake.cells.cell import FLAGS

Plain = Callable[[str], Scalar]

_DIGITS = 18
_TEXT = 100
_DAY_ZERO = datetime(1970, 1, 1)
_MS = timedelta(milliseconds=1)


def plain_reader(field: Field, aliases: Mapping[str, str]) -> Plain:
    """The reader for cells of a field that have no unit."""
    match field.type.type.kind:
        case "number":
            return _numbers(field)
        case "date":
            return _dates(field)
        case "moment":
            return _moments(field)
        case "flag":
            return FLAGS.get
        case "words":
            words = field.type.type.words
            return ({w: w for w in words if w not in aliases} | {a: w for a, w in aliases.items() if w in words}).get
        case _:
            return _text


def _numbers(field: Field) -> Plain:
    scale, low, high = field.type.scale, field.type.low, field.type.high
    places = len(str(scale)) - 1

    def read(text: str) -> Scalar:
        if len(text) > _DIGITS or not text.isascii():
            return None
        whole, point, part = text.partition(".")
        if not whole.isdigit() or (point and (len(part) > places or not part.isdigit())):
            return None
        value = int(whole) * scale + (int(part) * 10 ** (places - len(part)) if part else 0)
        return value if low <= value <= high else None

    return read


def _dates(field: Field) -> Plain:
    low, high = field.type.low, field.type.high

    def read(text: str) -> Scalar:
        if len(text) != 10 or not text.isascii() or text[4] != "-" or text[7] != "-":
            return None
        try:
            value = date.fromisoformat(text).toordinal() - EPOCH
        except ValueError:
            return None
        return value if low <= value <= high else None

    return read


def _moments(field: Field) -> Plain:
    low, high = field.type.low, field.type.high

    def read(text: str) -> Scalar:
        size = len(text)
        if (size != 19 and (size != 23 or text[19] != ".")) or not text.isascii():
            return None
        if text[4] != "-" or text[7] != "-" or text[10] != " " or text[13] != ":" or text[16] != ":":
            return None
        try:
            value = (datetime.fromisoformat(text) - _DAY_ZERO) // _MS
        except ValueError:
            return None
        return value if low <= value <= high else None

    return read


def _text(text: str) -> Scalar:
    return text if 0 < len(text) <= _TEXT and text.isprintable() and _seen(text[0]) and _seen(text[-1]) else None


def _seen(character: str) -> bool:
    """Whether a character is certainly visible: a Chinese character, or an ASCII letter or digit."""
    return "\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum())
