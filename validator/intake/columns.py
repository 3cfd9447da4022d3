"""A column of texts -> a column of scalars, with exact integer arithmetic, and the cells that could not be read.

A fast path per kind takes the plain forms; whatever it does not recognise goes to `cells.read_cell`, once per distinct text, so that both
always agree. No float anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from dsl.kernel import Scalar
from dsl.quantities import DAY_MS, Field, Unit
from validator.intake.cells import BLANKS, FLAGS, MAX_TEXT, Unreadable, read_cell

MAX_INT64_DIGITS = 18

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
    """What a column of texts stands for. Blank and bad cells are null."""

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
    """The scalars of a String column. The name of the series does not matter."""
    text = texts.rename("text").str.strip_chars(BLANKS)
    frame = pl.DataFrame([text.set(text == "", None) if text.has_nulls() or (text == "").any() else text])
    fast = frame.select(_fast(frame["text"], field, unit, aliases).cast(dtype_of(field)).alias("value"))["value"]
    rest = (frame["text"].is_not_null() & fast.is_null()).arg_true()
    if rest.is_empty():
        return Column(fast, ())
    return _slow(frame["text"], fast, rest, field, units, unit, aliases)


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


def _fast(text: pl.Series, field: Field, unit: Unit | None, aliases: Mapping[str, str]) -> pl.Expr:
    """The values of the plain forms, null for every other; a value outside the field's bounds is null too."""
    cell = pl.col("text")
    match field.type.type.kind:
        case "number":
            return _within(_number(text, field, unit), field)
        case "date":
            return _within(_day(cell, _DATE), field)
        case "moment":
            return _within(_moment(cell), field)
        case "flag":
            words = {w: v for w, v in FLAGS.items() if not w.isalpha() or not w.isascii()}
            return (
                pl.when(cell.is_in([w for w, v in words.items() if v]))
                .then(True)
                .when(cell.is_in([w for w, v in words.items() if not v]))
                .then(False)
            )
        case "words":
            word = cell.replace(dict(aliases)) if aliases else cell
            return pl.when(word.is_in(list(field.type.type.words))).then(word)
        case _:
            return pl.when(cell.str.contains(_SEEN) & (cell.str.len_bytes() <= MAX_TEXT)).then(cell)


def _within(value: pl.Expr, field: Field) -> pl.Expr:
    return pl.when(value.is_between(field.type.low, field.type.high)).then(value)


def _number(text: pl.Series, field: Field, unit: Unit | None) -> pl.Expr:
    """Digits before and after the point as one integer, then times the unit; null where that is not exact or could pass 64 bits."""
    cell = pl.col("text")
    plain: pl.Expr = pl.when(cell.str.contains(_PLAIN)).then(cell)
    if text.str.contains(",", literal=True).any():
        plain = plain.str.replace_all(",", "", literal=True)
    places = _places(text)
    factor = field.type.scale * (unit.factor if unit else 1) / Fraction(10**places)
    room = MAX_INT64_DIGITS - places - len(str(factor.numerator))
    if room < 1:
        return pl.lit(None, pl.Int64)
    whole, part = plain.str.extract(r"^0*([0-9]*)", 1), plain.str.extract(r"\.([0-9]*)$", 1).fill_null("")
    fits = (whole.str.len_bytes() <= room) & (part.str.len_bytes() <= places)
    digits = pl.when(fits).then(pl.concat_str(whole, part.str.pad_end(places, "0")) if places else whole)
    count = pl.when(digits == "").then(pl.lit("0")).otherwise(digits).str.to_integer(strict=False, dtype=pl.Int64) * factor.numerator
    return pl.when(count % factor.denominator == 0).then(count // factor.denominator)


def _places(text: pl.Series) -> int:
    """The decimals of the longest plain number, up to 12."""
    lengths = text.str.extract(r"\.([0-9]{1,12})$", 1).str.len_bytes()
    longest = lengths.max()
    return longest if isinstance(longest, int) else 0


def _day(cell: pl.Expr, form: str) -> pl.Expr:
    """Days from 1970-01-01; null where the text has not this form or is no day of the calendar."""
    day = pl.when(cell.str.contains(form)).then(cell.str.slice(0, 10))
    return day.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64)


def _moment(cell: pl.Expr) -> pl.Expr:
    plain = pl.when(cell.str.contains(_MOMENT)).then(cell)
    part = [plain.str.slice(at, 2).str.to_integer(strict=False, dtype=pl.Int64) for at in (11, 14, 17)]
    millis = plain.str.slice(20, 3).str.to_integer(strict=False, dtype=pl.Int64).fill_null(0)
    return _day(cell, _MOMENT) * DAY_MS + ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + millis
