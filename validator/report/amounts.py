"""Exact values -> text: decimals in base units for programs, and figures as people write them (90万股, 120%, 25.31元)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from dsl.quantities import EPOCH, MONEY, PLAIN, PRICE, SHARES, Type
from dsl.schema import Field
from validator.bilingual import Both

Known = Fraction | int | bool | str | None

POINTS = Both("个百分点", "percentage points")
"""The unit of the difference of two ratios, for people: the text of the margin is a plain number."""

_NONE = Both("", "")
_UNITS = {MONEY: Both("元", "yuan"), PRICE: Both("元", "yuan"), SHARES: Both("股", "shares")}
_MARGIN_UNITS = {"moment": Both("秒", "seconds"), "date": Both("天", "days")}

_START = datetime(1970, 1, 1)


def decimal(value: Fraction, places: int | None = None) -> str:
    """The shortest exact decimal. With `places` it is rounded to them; a value that no decimal names exactly is rounded to 12 places.

    Halves are rounded away from zero.
    """
    if places is None:
        exact = _exact_places(value)
        if exact is None:
            return decimal(value, 12)
        places = exact
    num, den = value.as_integer_ratio()
    whole = (2 * abs(num) * 10**places + den) // (2 * den)
    text = str(whole).rjust(places + 1, "0")
    sign = "-" if num < 0 and whole else ""
    return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)


def _exact_places(value: Fraction) -> int | None:
    """How many decimals the exact value has; None if no decimal is exact."""
    den, twos, fives = value.denominator, 0, 0
    while den % 2 == 0:
        den, twos = den // 2, twos + 1
    while den % 5 == 0:
        den, fives = den // 5, fives + 1
    return max(twos, fives) if den == 1 else None


def fraction(value: Fraction) -> str:
    """In lowest terms: `2461/50`, or `7` for a whole number."""
    return str(value)


def plain(value: Known, type_: Type, places: int | None = None) -> str | None:
    """A value in base units, as the JSON of a report prints figures, values and margins. This text is promised to programs."""
    if value is None:
        return None
    match type_.kind:
        case "number":
            return decimal(Fraction(value), places)
        case "date":
            return day(int(value))
        case "moment":
            return moment(int(value))
        case "flag":
            return "true" if value else "false"
        case _:
            return str(value)


def margin_text(value: Fraction, type_: Type) -> str:
    """A margin: in days between dates, in seconds between moments, else in base units."""
    return decimal(value / 1000 if type_.kind == "moment" else value)


def unit(type_: Type) -> Both:
    """The unit of `plain` text in Chinese and English; empty if it has none."""
    return _UNITS.get(type_.dim, _NONE) if type_.kind == "number" else _NONE


def margin_unit(type_: Type) -> Both:
    """The unit of `margin_text` text."""
    return _MARGIN_UNITS.get(type_.kind) or unit(type_)


def day(value: int) -> str:
    """Days from 1970-01-01 as 2026-03-30."""
    return date.fromordinal(value + EPOCH).isoformat()


def moment(value: int) -> str:
    """Milliseconds from 1970-01-01 Beijing time as 2026-03-30 14:49:12.152."""
    at = _START + timedelta(milliseconds=value)
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{value % 1000:03d}"


def spoken(value: Known, type_: Type, lang: str, field: Field | None = None, words: Mapping[str, str] | None = None) -> str:
    """A value as a message prints it. `lang` is `zh` or `en`. A missing value is `(缺失)` or `(missing)`."""
    if value is None:
        return "(缺失)" if lang == "zh" else "(missing)"
    match type_.kind:
        case "number":
            return _quantity(Fraction(value), type_, lang, field)
        case "flag":
            return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
        case "words":
            return str(value) if lang == "zh" else (words or {}).get(str(value), str(value))
        case "moment":
            return _short(moment(int(value)))
        case _:
            return plain(value, type_) or ""


def _short(text: str) -> str:
    text = text.removesuffix(".000")
    return text[:-3] if len(text) == 19 and text.endswith(":00") else text


def _quantity(value: Fraction, type_: Type, lang: str, field: Field | None) -> str:
    zh = lang == "zh"
    if type_.dim == SHARES:
        if zh and abs(value) >= 10_000:
            return f"{decimal(value / 10_000)}万股"
        return decimal(value) + "股" if zh else f"{_grouped(value)} shares"
    if type_.dim == MONEY:
        if zh and abs(value) >= 10_000:
            return f"{decimal(value / 10_000)}万元"
        return decimal(value) + "元" if zh else f"{_grouped(value)} yuan"
    if type_.dim == PRICE:
        text = decimal(value)
        text = decimal(value, 2) if _exact_places(value) is not None and len(text.partition(".")[2]) < 2 else text
        return text + ("元" if zh else " yuan")
    if type_.dim == PLAIN and is_ratio(field):
        return percent(value)
    return decimal(value)


def is_ratio(field: Field | None) -> bool:
    """Whether people write a field per cent."""
    return field is not None and field.type.name == "ratio"


def percent(value: Fraction) -> str:
    """A ratio as people write it: `66.17%`."""
    return f"{hundredfold(value)}%"


def hundredfold(value: Fraction) -> str:
    """A ratio in per cent, or a difference of two in percentage points: exact if four decimals are enough, else rounded to two: 66.17.

    More decimals if the last would be a zero: 69.996% is never printed as 70.00%, which it is not.
    """
    hundred = value * 100
    exact = _exact_places(hundred)
    if exact is not None and exact <= 4:
        return decimal(hundred)
    texts = (decimal(hundred, places) for places in range(2, 13))
    return next((text for text in texts if not text.endswith("0")), decimal(hundred))


def _grouped(value: Fraction) -> str:
    whole, point, rest = decimal(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if not whole.startswith("-0") else decimal(value)
