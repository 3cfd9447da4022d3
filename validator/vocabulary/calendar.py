"""Trading days of the Shanghai and Shenzhen exchanges, as days from 1970-01-01. `calendar_file` reads them.

Only the years in the file are known. A day outside them is a diagnostic, never guessed from the weekday.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH
from dsl.trading_days import TradingDays


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` are all trading days of the years from `first` to `last`, ascending."""

    days: tuple[int, ...]
    first: int
    last: int

    def trading_day(self, day: int, offset: int) -> int:
        """The trading day `offset` trading days after `day` (before it if negative), or `day` itself for 0.

        If `day` is not a trading day, the first step leads to the nearest trading day in that direction. Raises DiagnosticError
        `unknown-calendar`.
        """
        if offset == 0:
            return day
        at = bisect_right(self.days, day) + offset - 1 if offset > 0 else bisect_left(self.days, day) + offset
        if not self._known(day) or not 0 <= at < len(self.days):
            raise DiagnosticError([self._unknown(day, offset)])
        return self.days[at]

    def is_trading_day(self, day: int) -> bool:
        """Raises DiagnosticError `unknown-calendar` outside the known years."""
        if not self._known(day):
            raise DiagnosticError([self._unknown(day, 0)])
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

    def trading_days(self) -> TradingDays:
        """The calendar for the rule language, which yields missing for a day outside the known years."""
        return TradingDays(self.days, day_number(self.first, 1, 1), day_number(self.last, 12, 31))

    def _known(self, day: int) -> bool:
        return day_number(self.first, 1, 1) <= day <= day_number(self.last, 12, 31)

    def _unknown(self, day: int, offset: int) -> Diagnostic:
        shown = _shown(day)
        steps = f"{abs(offset)} trading day{'s' if abs(offset) > 1 else ''} {'after' if offset > 0 else 'before'} {shown}"
        said = f"{steps if offset else shown} is outside the known trading days of {self.first} to {self.last}"
        return Diagnostic("unknown-calendar", said, hint="add the year to rules/calendar.yaml once its holidays are announced")


def day_number(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01. Raises ValueError if there is no such day."""
    return date(year, month, day).toordinal() - EPOCH


def _shown(day: int) -> str:
    try:
        return date.fromordinal(day + EPOCH).isoformat()
    except (ValueError, OverflowError):
        return f"the day {day}"
