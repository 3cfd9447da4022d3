"""One cell -> one scalar at its field's scale, or the reason why it cannot be read. The column reader must give the same.

Every value becomes text first and is read as text: an integer as its digits, a double as the shortest decimal that identifies it. Nothing
is rounded: 25.31001 in units of 1/10000 is unreadable, not 25.31.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from dsl.kernel.nodes import Scalar
from dsl.quantities import DAY_MS, EPOCH, MONEY, PRICE, SHARES, Unit
from dsl.schema import Field

# The characters that are stripped from the ends of a cell, with the ideographic space. Control and zero-width characters are not stripped.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

MARKS: Mapping[str, bool] = {"√": True, "✓": True, "✔": True, "yes": True, "有": True, "×": False, "✗": False, "no": False, "无": False}
"""Flags in another spelling: read, and noted."""
FLAGS: Mapping[str, bool] = {
    "是": True,
    "true": True,
    "1": True,
    "y": True,
    "否": False,
    "false": False,
    "0": False,
    "n": False,
    **MARKS,
}

# No field can hold a longer number. The limit keeps a hostile `1E999999999` from being expanded.
MAX_DIGITS = 60
MAX_TEXT = 100_000
SHOWN_TEXT = 200

_BASE = {MONEY: "元", SHARES: "股", PRICE: "元/股"}
_FOLD = str.maketrans({0x3000: " ", 0x2212: "-"} | {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)})
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x00-\x20\x7f-\xa0\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]*"
)
_NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?(?![0-9.,])[ ]*(.*)", re.S)
_DAY = r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?"
_DATE = re.compile(_DAY + r"(?:[ T]+0{1,2}:00(?::00(?:[.]0+)?)?)?")
_MOMENT = re.compile(
    _DAY + r"(?:[ ]+|T)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+)|,([0-9]+)|:([0-9]{3}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class Unreadable(Exception):
    """Why a cell could not be read, in both languages. The phrase follows the text of the cell."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_cell(
    value: object, field: Field, units: Mapping[str, Unit], unit: Unit | None = None, aliases: Mapping[str, str] | None = None
) -> Scalar:
    """The scalar of a cell; None if it is blank. `unit`: the unit in the header. A unit in the cell overrides it."""
    if isinstance(value, list | tuple | dict | set | bytes):
        raise Unreadable("不是一个单元格的值", "is not the value of one cell")
    if field.type.type.kind == "text" and isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise Unreadable("数字过长", "has too many digits")
    try:
        text = text_of(value)
    except Exception:  # a foreign object whose own code fails
        raise Unreadable("不是一个单元格的值", "is not the value of one cell") from None
    text = "" if text is None else text.strip(BLANKS)
    if not text:
        return None
    if len(text) > MAX_TEXT:
        raise Unreadable(f"超过{MAX_TEXT}个字符", f"is longer than {MAX_TEXT} characters")
    if not text.isprintable() and _SURROGATE.search(text):
        raise Unreadable("含有半个字符", "has half of a character")
    match field.type.type.kind:
        case "number":
            return _bounded(_number(text.translate(_FOLD), field, units, unit), field)
        case "date":
            return _bounded(_date(text.translate(_FOLD)), field)
        case "moment":
            return _bounded(_moment(text.translate(_FOLD)), field)
        case "flag":
            return _flag(text.translate(_FOLD))
        case "words":
            return _word(text, field, aliases or {})
        case _:
            return _text(text)


def read_day(text: str) -> int:
    """The day of a text that is a day, with or without a time of day, in days since 1970. Raises Unreadable."""
    folded = text.strip(BLANKS).translate(_FOLD)
    return _moment(folded) // DAY_MS if _MOMENT.fullmatch(folded) else _date(folded)


def text_of(value: object) -> str | None:
    """A value as the text of a cell: `1400` for 1400.0, `51.38` for a double, `2026-03-30` for a day. None for a missing value and NaN."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, str):
        return str.__getitem__(value, slice(None))  # a subclass may turn itself into another text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**MAX_DIGITS else f"1E{MAX_DIGITS}"
    if isinstance(value, float | Decimal):
        return _digits(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value == value else None
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def is_unseen(text: str) -> bool:
    """Whether a text has no visible character."""
    return _UNSEEN.fullmatch(text) is not None


def is_bare(value: object) -> bool:
    """Whether a cell is a number and nothing more: no unit stands beside it."""
    found = _NUMBER.fullmatch((text_of(value) or "").strip(BLANKS).translate(_FOLD))
    return found is not None and not found[5]


def shown(text: str | None) -> str | None:
    """A cell's text for an issue, cut off after 200 characters. Half of a surrogate pair, which no file can hold, is escaped."""
    if text is None:
        return None
    short = text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + "…"
    return short if short.isprintable() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", short)


def shown_value(value: object) -> str | None:
    """Any value for an issue, whatever it is: its text, or only the name of its type if it has none."""
    if isinstance(value, list | tuple | dict | set | bytes):
        return f"<{type(value).__name__}>"
    try:
        return shown(text_of(value))
    except Exception:  # a foreign object whose own code fails
        return f"<{type(value).__name__}>"


def _digits(value: float | Decimal) -> str | None:
    number = value if isinstance(value, Decimal) else Decimal(float.__repr__(value))
    if number.is_nan():
        return None
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        return str(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text and isinstance(value, float) else text


# ── numbers ──


def _number(text: str, field: Field, units: Mapping[str, Unit], header: Unit | None) -> int:
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise Unreadable("不是数", "is not a number")
    sign, whole, part, exponent, name = found.groups()
    own = _unit(name, field, units) if name else None
    unit = own or header
    digits = whole.replace(",", "") + (part or "")
    power = int(exponent or 0) - len(part or "")
    if len(digits) > MAX_DIGITS or abs(power) > MAX_DIGITS:
        raise Unreadable("数字过长", "has too many digits")
    count, per = int(digits) * field.type.scale, 1
    if unit is not None:
        count, per = count * unit.factor.numerator, unit.factor.denominator
    if power >= 0:
        count *= 10**power
    else:
        per *= 10**-power
    value, rest = divmod(count, per)
    if rest:
        raise Unreadable(*_too_fine(field))
    return -value if sign == "-" else value


def _unit(name: str, field: Field, units: Mapping[str, Unit]) -> Unit:
    unit = find_unit(name, units)
    if unit is None:
        raise Unreadable("不是数", "is not a number")
    if not fits(unit, field):
        raise Unreadable(f"单位“{name}”不适用于{field.zh}", f"has a unit that does not fit {field.name}: {name}")
    return unit


def find_unit(name: str, units: Mapping[str, Unit]) -> Unit | None:
    """The unit of that name. Spaces, case and full-width characters do not matter."""
    if name in units:
        return units[name]
    wanted = _unit_key(name)
    return next((u for n, u in units.items() if _unit_key(n) == wanted), None)


def _unit_key(name: str) -> str:
    return name.translate(_FOLD).replace(" ", "").casefold()


def fits(unit: Unit, field: Field) -> bool:
    """Whether a unit is allowed for a field. A price may be in 元 instead of 元/股; a number of months may have a unit of months."""
    if unit.kind != "number":
        return unit.kind == "months" and field.name.endswith("_months")
    if field.type.name == "count" and unit.factor.denominator != 1:
        return False
    dim = field.type.type.dim
    return unit.dim == dim or (dim == PRICE and unit.dim == MONEY)


def _too_fine(field: Field) -> tuple[str, str]:
    step = format(Decimal(1) / field.type.scale, "f") + _BASE.get(field.type.type.dim, "")
    return f"比{step}更细,无法按原值记录", f"has more decimals than this unit allows: the smallest step is {step}"


def _bounded(value: int, field: Field) -> int:
    if field.type.low <= value <= field.type.high:
        return value
    if value < 0 <= field.type.low and field.type.type.kind == "number":
        raise Unreadable("为负数", "is negative")
    if field.type.type.kind != "number":
        raise Unreadable("不在1990年至2099年之间", "is not between 1990 and 2099")
    limit = f"{field.type.high // field.type.scale:,}{_BASE.get(field.type.type.dim, '')}"
    raise Unreadable(f"超过上限{limit}", f"is above the limit of {limit}")


# ── days and moments ──


def _date(text: str) -> int:
    found = _DATE.fullmatch(text)
    if found is None:
        raise Unreadable(*_no_day(text, "日期", "date"))
    return _day(found)


def _moment(text: str) -> int:
    found = _MOMENT.fullmatch(text)
    if found is None:
        if _DATE.fullmatch(text):
            raise Unreadable("没有时刻", "has no time of day")
        raise Unreadable(*_no_day(text, "时间", "moment"))
    hour, minute, second = int(found[7]), int(found[8]), int(found[9] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("不是一天中的时刻", "is not a time of day")
    fraction = found[10] or found[11] or found[12] or ""
    if fraction[3:].strip("0"):
        raise Unreadable("比毫秒更细", "is more precise than a millisecond")
    clock = ((hour * 60 + minute) * 60 + second) * 1000 + int(fraction[:3].ljust(3, "0"))
    return _day(found) * DAY_MS + clock - _shift(found[13])


def _shift(offset: str | None) -> int:
    """How many milliseconds a stated time zone is ahead of Beijing time."""
    if not offset:
        return 0
    hours, minutes = (0, 0) if offset == "Z" else (int(offset[1:3]), int(offset[-2:]))
    east = (hours * 60 + minutes) * (-1 if offset[0] == "-" else 1)
    return (east - 480) * 60_000


def _day(found: re.Match[str]) -> int:
    month = next(g for g in found.group(2, 3, 4, 5) if g)
    try:
        return date(int(found[1]), int(month), int(found[6])).toordinal() - EPOCH
    except ValueError:
        raise Unreadable("不是日历上的一天", "is not a day of the calendar") from None


def _no_day(text: str, zh: str, en: str) -> tuple[str, str]:
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return f"是数字而不是{zh}(请在 Excel 中设为日期格式)", f"is a number, not a {en} (give the cell a date format in Excel)"
    return f"不是{zh}", f"is not a {en}"


# ── flags, words, texts ──


def _flag(text: str) -> bool:
    found = FLAGS.get(text.lower())
    if found is None:
        raise Unreadable("不是“是”或“否”", "is neither 是 nor 否")
    return found


def _word(text: str, field: Field, aliases: Mapping[str, str]) -> str:
    whole = "".join(text.split())
    word = aliases.get(text) or aliases.get(whole, whole)
    words = field.type.type.words
    if word not in words:
        raise Unreadable(f"不在{'、'.join(words)}之中", f"is not one of {', '.join(words)}")
    return word


def _text(text: str) -> str:
    if is_unseen(text):
        raise Unreadable("没有可见的字符", "has no visible character")
    return text
