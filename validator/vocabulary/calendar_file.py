"""rules/calendar.yaml -> trading days: every weekday of the listed years, except the listed days without trading."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import model_validator

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH
from validator.vocabulary.calendar import Calendar, day_number
from validator.vocabulary.form import MISSING, Form, read_form, wanted, wrong
from validator.vocabulary.layers import CALENDAR, file_of
from validator.vocabulary.source import Source, load

SATURDAY = 5
_YEARS = "write `years:`, and under it each year with its days without trading"
_RUN = "write {} as `- [01-01, 01-02]`"


def _is_year(name: str) -> bool:
    return len(name) == 4 and name.isascii() and name.isdigit() and 1990 <= int(name) <= 2099


def _is_filled(kind: type) -> Any:
    return lambda value: isinstance(value, kind) and bool(value)


Year = Annotated[str, wanted(_is_year, "`{value}` is not a year", "write a year such as 2026 in quotes")]
Run = Annotated[list[Any], wanted(lambda v: isinstance(v, list), "`{value}` is not a list of days", _RUN.format("a run of holidays"))]
Runs = Annotated[list[Run], wanted(_is_filled(list), "the days of {key} are not a list of lists", _RUN.format("each run of holidays"))]


class CalendarForm(Form):
    years: Annotated[dict[Year, Runs], wanted(_is_filled(dict), MISSING, _YEARS, "missing-key")]

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise wrong("missing-key", "`years` is missing", _YEARS)
        return value


def load_calendar(folder: Path) -> Calendar:
    """Read the `calendar.yaml` of a folder of rules, or of the layer below it. Raises DiagnosticError with the line of every mistake."""
    source = load(file_of(folder, CALENDAR))
    runs = {int(name): runs for name, runs in read_form(CalendarForm, source, hint=_YEARS).years.items()}
    mistakes = [*_gaps(list(runs), source), *(m for year in runs for m in _mistakes(year, runs[year], source))]
    if mistakes:
        raise DiagnosticError(mistakes)
    closed = {_day(year, text) for year in runs for run in runs[year] for text in run}
    first, last = min(runs), max(runs)
    known = range(day_number(first, 1, 1), day_number(last, 12, 31) + 1)
    return Calendar(tuple(d for d in known if _weekday(d) < SATURDAY and d not in closed), first, last)


def _gaps(years: Sequence[int], source: Source) -> Iterator[Diagnostic]:
    for before, year in pairwise(years):
        if year != before + 1:
            yield _mistake(source, f"{year} does not follow {before}", "list every year once, in order", str(year))


def _mistakes(year: int, runs: Sequence[Sequence[object]], source: Source) -> Iterator[Diagnostic]:
    last = 0
    for at, text in ((at, text) for at, run in enumerate(runs) for text in run):
        day = _day(year, text)
        if day is None:
            yield _mistake(source, f"`{text}` is not a day of {year}", "write month and day, such as 01-01", str(year), at)
        elif _weekday(day) >= SATURDAY:
            yield _mistake(source, f"{year}-{text} is not a weekday", "list only Mondays to Fridays", str(year), at)
        elif day <= last:
            said = f"{year}-{text} is not after the day listed before it"
            yield _mistake(source, said, "list every day once, in order", str(year), at)
        else:
            last = day


def _day(year: int, text: object) -> int | None:
    """`02-11` in a year; None if there is no such day."""
    match text.split("-") if isinstance(text, str) and text.isascii() else []:
        case [month, day] if len(month) == len(day) == 2 and month.isdigit() and day.isdigit():
            try:
                return day_number(year, int(month), int(day))
            except ValueError:
                return None
        case _:
            return None


def _weekday(day: int) -> int:
    return date.fromordinal(day + EPOCH).weekday()


def _mistake(source: Source, message: str, hint: str, *path: str | int) -> Diagnostic:
    return Diagnostic("wrong-form", message, hint=hint, file=source.file, line=source.line_of(("years", *path)))
