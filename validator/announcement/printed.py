"""A figure as printed (`3,518.19倍`, `-`, several prints of one quantity) -> its text and its possible exact values.

A figure with decimals may be any value within half a unit of its last decimal. A figure without decimals is exact. A dash and an empty cell
(`空白`) are exactly 0. Only a figure that is not stated at all is missing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dsl.quantities import PLAIN, Unit
from dsl.schema import Field
from validator.announcement.intervals import Interval, Truth, known, point
from validator.intake.cells.cell import Unreadable, find_unit, fits, read_cell

NOTHING = frozenset({"-", "--", "—", "——", "–", "－", "空白", "blank"})

_FOLD = str.maketrans({0x3000: " ", 0x2212: "-"} | {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)})
_PRINT = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,30})(?:\.([0-9]{1,30}))?[ ]*([^0-9.,+ -].*)?", re.S)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, text, flag or day of an announcement. It is printed with `places` decimals, in a unit of `factor` base units."""

    text: str
    value: Interval | Truth | str
    places: int = 0
    factor: Fraction = Fraction(1)
    unit: str = ""

    @property
    def step(self) -> Fraction:
        """The value of one unit in the last printed digit."""
        return self.factor * Fraction(1, 10**self.places)


def read_print(value: object, field: Field, units: Mapping[str, Unit]) -> Cell | None:
    """The cell of a printed value. None if nothing is printed. Raises Unreadable."""
    if field.type.type.kind != "number":
        return _other(value, field, units)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unreadable("不是公告印出的数", "is not a figure as it is printed")
    shown = (value if isinstance(value, str) else format(value, "f") if isinstance(value, Decimal) else str(value)).strip()
    return _figure(shown, field, units) if shown else None


def read_prints(values: Sequence[object], field: Field, units: Mapping[str, Unit]) -> tuple[Cell | None, list[Cell]]:
    """The most precise of several prints of one quantity, and the prints that contradict it by more than rounding."""
    cells = sorted((c for v in values if (c := read_print(v, field, units)) is not None), key=lambda c: c.step)
    if not cells:
        return None, []
    best, *others = cells
    return best, [c for c in others if _apart(best, c)]


def _apart(a: Cell, b: Cell) -> bool:
    if isinstance(a.value, Interval) and isinstance(b.value, Interval):
        return abs(a.value.printed - b.value.printed) > (a.step + b.step) / 2
    return a.value != b.value


def _figure(shown: str, field: Field, units: Mapping[str, Unit]) -> Cell:
    if shown in NOTHING:
        return Cell(shown, point(0))
    found = _PRINT.fullmatch(shown.translate(_FOLD))
    if found is None:
        raise Unreadable("不是公告印出的数", "is not a figure as it is printed")
    sign, whole, decimals, name = found.groups()
    places = len(decimals or "")
    number = Fraction(int(sign + whole.replace(",", "") + (decimals or "")), 10**places)
    factor, name = _factor(name, number, field, units)
    if field.type.name == "count" and places:
        raise Unreadable("是个数,不应有小数", "is a count and has no decimals")
    half = factor / 10**places / 2 if places else Fraction(0)
    exact = number * factor
    return Cell(shown, Interval(exact - half, exact + half, exact), places, factor, name)


def _factor(name: str | None, number: Fraction, field: Field, units: Mapping[str, Unit]) -> tuple[Fraction, str]:
    if name is None:
        if field.type.type.dim != PLAIN and number:
            raise Unreadable("没有写明单位", "names no unit")
        return Fraction(1), ""
    unit = find_unit(name.strip(), units)
    if unit is None or not fits(unit, field):
        raise Unreadable(f"单位“{name.strip()}”不适用于{field.zh}", f"has a unit that does not fit {field.name}: {name.strip()}")
    return unit.factor, unit.name


def _other(value: object, field: Field, units: Mapping[str, Unit]) -> Cell | None:
    scalar = read_cell(value, field, units)
    if scalar is None:
        return None
    text = str(value).strip()
    match field.type.type.kind:
        case "flag":
            return Cell("是" if scalar else "否", known(bool(scalar)))
        case "date" | "moment":
            return Cell(text, point(int(scalar)))
        case _:
            return Cell(text, str(scalar))
