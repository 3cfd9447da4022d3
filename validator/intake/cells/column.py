"""A column of texts -> a column of scalars, with exact integer arithmetic, and the cells that could not be read.

Each kind of field has a fast path for plain forms. Every other text goes to `cell.read_cell`, once per distinct text, so that both readers
always agree. Floats are never used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from dsl.kernel.nodes import Scalar
from dsl.quantities import DAY_MS, Unit
from dsl.schema import Field
from validator.intake.cells.cell import BLANKS, FLAGS, MAX_TEXT, Unreadable, read_cell

MAX_INT64_DIGITS = 18
MAX_PLACES = 12

_PLAIN = r"^(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?$"
_SEEN = r"^[0-9A-Za-z\u{4e00}-\u{9fff}]"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.:][0-9]{3})?$"


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that could not be read: its place in the column, its text, the reason."""

    index: int
    text: str
    reason: Unreadable


@dataclass(frozen=True, slots=True)
class Column:
    """The values of a column of texts. Blank and bad cells are null."""

    values: pl.Series
    bad: tuple[Bad, ...]


def dtype_of(field: Field) -> type[pl.DataType]:
    """The type of a field's column: Int64 at the field's scale, Boolean, String."""
    match field.type.type.kind:
        case "flag":
            return pl.Boolean
        case "text" | "words":
            return pl.String
        case _:
            return pl.Int64


def read_column(texts: pl.Series, field: Field, units: Mapping[str, Unit], unit: Unit | None, aliases: Mapping[str, str]) -> Column:
    """The scalars of a String column. The name of the series is ignored."""
    text = texts.str.strip_chars(BLANKS)
    text = _only(text, text != "")
    fast = _fast(text, field, unit, aliases)
    rest = (text.is_not_null() & fast.is_null()).arg_true()
    if rest.is_empty():
        return Column(fast, ())
    return _slow(text, fast, rest, field, units, unit, aliases)


def _slow(
    text: pl.Series,
    fast: pl.Series,
    rest: pl.Series,
    field: Field,
    units: Mapping[str, Unit],
    unit: Unit | None,
    aliases: Mapping[str, str],
) -> Column:
    read: dict[str, Scalar | Unreadable] = {}
    values: list[Scalar] = []
    bad: list[Bad] = []
    for index, cell in zip(rest.to_list(), text.gather(rest).to_list(), strict=True):
        if cell not in read:
            read[cell] = _try(cell, field, units, unit, aliases)
        found = read[cell]
        if isinstance(found, Unreadable):
            bad.append(Bad(index, cell, found))
            found = None
        values.append(found)
    return Column(fast.scatter(rest, pl.Series(values, dtype=fast.dtype)), tuple(bad))


def _try(cell: str, field: Field, units: Mapping[str, Unit], unit: Unit | None, aliases: Mapping[str, str]) -> Scalar | Unreadable:
    try:
        return read_cell(cell, field, units, unit, aliases)
    except Unreadable as reason:
        return reason


def _fast(text: pl.Series, field: Field, unit: Unit | None, aliases: Mapping[str, str]) -> pl.Series:
    """The values of plain forms; null for every other form and for values outside the field's bounds."""
    match field.type.type.kind:
        case "number":
            return _within(_number(text, field, unit), field)
        case "date":
            return _within(_days(_where(text, _DATE)), field)
        case "moment":
            return _within(_moments(_where(text, _MOMENT)), field)
        case "flag":
            return _mapped(text, pl.Boolean, FLAGS)
        case "words":
            words = field.type.type.words
            return _mapped(text, pl.String, {w: w for w in words} | {a: w for a, w in aliases.items() if w in words})
        case _:
            return _only(text, text.str.contains(_SEEN) & (text.str.len_bytes() <= MAX_TEXT))


# Each step is a separate call: within one expression Polars would repeat a step for each of its uses.


def _only(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values where the mask is true, null elsewhere."""
    return pl.select(pl.when(where).then(values)).to_series()


def _where(text: pl.Series, form: str) -> pl.Series:
    return _only(text, text.str.contains(form))


def _within(values: pl.Series, field: Field) -> pl.Series:
    return _only(values, values.is_between(field.type.low, field.type.high))


def _mapped(text: pl.Series, dtype: type[pl.DataType], table: Mapping[str, Scalar]) -> pl.Series:
    return text.replace_strict(dict(table), default=None, return_dtype=dtype)


def _number(text: pl.Series, field: Field, unit: Unit | None) -> pl.Series:
    """The digits as one integer, times the unit. Null if that is not exact or could exceed 64 bits."""
    plain = _where(text, _PLAIN)
    if plain.str.contains(",", literal=True).any():
        plain = plain.str.replace_all(",", "", literal=True)
    length = plain.str.len_bytes().cast(pl.Int64)
    after = (length - 1 - plain.str.find(".", literal=True).cast(pl.Int64)).fill_null(0)
    places = min(_int(after.max()), MAX_PLACES)
    factor = Fraction(field.type.scale, 10**places) * (unit.factor if unit else 1)
    room = MAX_INT64_DIGITS - len(str(factor.numerator))
    digits = plain.str.replace(".", "", literal=True)
    fits = (after <= places) & (digits.str.len_bytes().cast(pl.Int64) + places - after <= room)
    whole = _only(digits, fits).str.to_integer(strict=False, dtype=pl.Int64)
    if places:
        whole = whole * after.replace_strict({p: 10 ** (places - p) for p in range(places + 1)}, default=1, return_dtype=pl.Int64)
    whole = whole * factor.numerator
    if factor.denominator == 1:
        return whole
    return _only(whole // factor.denominator, whole % factor.denominator == 0)


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _days(text: pl.Series) -> pl.Series:
    """Days from 1970-01-01; null if the calendar has no such day."""
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64)


def _moments(text: pl.Series) -> pl.Series:
    hour, minute, second, milli = (
        text.str.slice(at, size).str.to_integer(strict=False, dtype=pl.Int64) for at, size in ((11, 2), (14, 2), (17, 2), (20, 3))
    )
    return _days(text) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + milli.fill_null(0)
