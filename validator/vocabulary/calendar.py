"""rules/calendar.yaml -> trading days of the Shanghai and Shenzhen exchanges, as days from 1970-01-01.

Only the years that the file holds are known: a day outside them is a diagnostic, never a guess from the weekday.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH
from dsl.trading_days import TradingDays
from validator.vocabulary.layers import CALENDAR, file_of
from validator.vocabulary.source import Plain, Source, load

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` are all trading days of the years from `first` to `last`, ascending."""

    days: tuple[int, ...]
    first: int
    last: int

    def trading_day(self, day: int, offset: int) -> int:
        """The trading day `offset` trading days after (before) `day`; `day` itself for 0. Raises DiagnosticError `unknown-calendar`.

        From a day without trading the first step leads to the next trading day on that side.
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
        """The same as the language counts with: what it cannot tell it leaves missing."""
        return TradingDays(self.days, _day(self.first, 1, 1), _day(self.last, 12, 31))

    def _known(self, day: int) -> bool:
        return _day(self.first, 1, 1) <= day <= _day(self.last, 12, 31)

    def _unknown(self, day: int, offset: int) -> Diagnostic:
        shown = _shown(day)
        steps = f"{abs(offset)} trading day{'s' if abs(offset) > 1 else ''} {'after' if offset > 0 else 'before'} {shown}"
        said = f"{steps if offset else shown} lies outside the known trading days of {self.first} to {self.last}"
        return Diagnostic("unknown-calendar", said, hint="add the year to rules/calendar.yaml once its holidays are announced")


def load_calendar(folder: Path) -> Calendar:
    """Read the `calendar.yaml` that counts in a rules folder. Raises DiagnosticError with the line of every mistake."""
    return _Reader(load(file_of(folder, CALENDAR))).calendar()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[Diagnostic] = []

    def calendar(self) -> Calendar:
        closed: set[int] = set()
        years: list[int] = []
        for name, runs in self.years():
            year = self.year(name, years)
            closed.update(self.closed(year, runs, ("years", name)))
            years.append(year)
        if self.mistakes:
            raise DiagnosticError(self.mistakes)
        known = range(_day(years[0], 1, 1), _day(years[-1], 12, 31) + 1)
        return Calendar(tuple(d for d in known if _weekday(d) < SATURDAY and d not in closed), years[0], years[-1])

    def years(self) -> Iterator[tuple[str, Plain]]:
        data = self.source.data
        top = data if isinstance(data, dict) else {}
        for key in top:
            if key != "years":
                self.say("unknown-key", f"unknown key `{key}`", "a calendar has only `years`", key)
        years = top.get("years")
        if isinstance(years, dict) and years:
            yield from years.items()
        else:
            self.say("missing-key", "`years` is missing", "write `years:` and below it each year with its days without trading", "years")

    def year(self, name: str, before: list[int]) -> int:
        if not (len(name) == 4 and name.isascii() and name.isdigit() and 1990 <= int(name) <= 2099):
            self.say("wrong-form", f"`{name}` is not a year", "write a year such as 2026 in quotes", "years", name)
            return before[-1] + 1 if before else 1990
        if before and int(name) != before[-1] + 1:
            self.say("wrong-form", f"{name} does not follow {before[-1]}", "list every year once, in order", "years", name)
        return int(name)

    def closed(self, year: int, runs: Plain, path: tuple[str, str]) -> Iterator[int]:
        if not isinstance(runs, list) or not runs:
            self.say("wrong-form", f"the days of {year} are not a list of lists", "write each run of holidays as `- [01-01, 01-02]`", *path)
            return
        last = 0
        for at, run in enumerate(runs):
            if not isinstance(run, list):
                self.say("wrong-form", f"`{run}` is not a list of days", "write a run of holidays as `- [01-01, 01-02]`", *path, at)
                continue
            for text in run:
                day = _read_day(year, text)
                if day is None:
                    self.say("wrong-form", f"`{text}` is not a day of {year}", "write month and day, such as 01-01", *path, at)
                elif _weekday(day) >= SATURDAY:
                    self.say("wrong-form", f"{year}-{text} is no weekday", "list only Mondays to Fridays", *path, at)
                elif day <= last:
                    self.say(
                        "wrong-form", f"{year}-{text} does not come after the day before it", "list every day once, in order", *path, at
                    )
                else:
                    last = day
                    yield day

    def say(self, code: str, message: str, hint: str, *path: str | int) -> None:
        self.mistakes.append(Diagnostic(code, message, hint=hint, file=self.source.file, line=self.source.line_of(path)))


def _read_day(year: int, text: Plain) -> int | None:
    """`02-11` in a year; None if it is no day."""
    match str(text).split("-") if isinstance(text, str) and text.isascii() else []:
        case [month, day] if len(month) == len(day) == 2 and month.isdigit() and day.isdigit():
            try:
                return _day(year, int(month), int(day))
            except ValueError:
                return None
        case _:
            return None


def _day(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal() - EPOCH


def _weekday(day: int) -> int:
    return date.fromordinal(day + EPOCH).weekday()


def _shown(day: int) -> str:
    try:
        return date.fromordinal(day + EPOCH).isoformat()
    except (ValueError, OverflowError):
        return f"the day {day}"
