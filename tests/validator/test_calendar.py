"""Trading days against days worked out by hand, and the file against an independent calendar."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.diagnostics import DiagnosticError
from dsl.quantities import EPOCH
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.calendar_file import load_calendar
from validator.vocabulary.layers import rules_folder

CALENDAR = load_calendar(rules_folder())


def day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal() - EPOCH


def shown(days: int) -> str:
    return date.fromordinal(days + EPOCH).isoformat()


BY_HAND = [
    ("2026-02-25", -4, "2026-02-11"),  # 301680: Spring Festival lies between
    ("2026-02-25", -9, "2026-02-04"),
    ("2026-02-11", 4, "2026-02-25"),
    ("2026-04-03", -4, "2026-03-30"),  # 301666
    ("2026-04-03", 1, "2026-04-07"),  # Qingming: Monday the 6th is a holiday
    ("2026-04-03", 2, "2026-04-08"),
    ("2025-09-30", 1, "2025-10-09"),
    ("2020-01-23", 1, "2020-02-03"),  # the holiday was lengthened by Friday the 31st
    ("2024-02-08", 1, "2024-02-19"),  # Friday the 9th was closed though not a public holiday
    ("2019-01-02", 0, "2019-01-02"),
    ("2025-12-31", 1, "2026-01-05"),
    ("2026-01-05", -1, "2025-12-31"),
    ("2019-01-02", 1, "2019-01-03"),
    ("2026-02-18", 1, "2026-02-24"),  # from a day without trading the first step leads to the next one on that side
    ("2026-02-18", -1, "2026-02-13"),
    ("2026-02-18", 0, "2026-02-18"),
]


@pytest.mark.parametrize(("start", "offset", "wanted"), BY_HAND)
def test_trading_days_are_counted_over_weekends_and_holidays(start: str, offset: int, wanted: str) -> None:
    assert shown(CALENDAR.trading_day(day(start), offset)) == wanted


def test_the_years_2019_to_2026_are_those_of_an_independent_calendar() -> None:
    library = pytest.importorskip("exchange_calendars")
    sessions = library.get_calendar("XSHG", start=f"{CALENDAR.first}-01-01", end=f"{CALENDAR.last}-12-31").sessions
    assert (CALENDAR.first, CALENDAR.last) == (2019, 2026)
    assert [shown(d) for d in CALENDAR.days] == [s.date().isoformat() for s in sessions]


HOLIDAYS_2026 = [
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
]


def test_the_year_2026_is_that_of_the_state_council() -> None:
    free = {d for first, last in HOLIDAYS_2026 for d in range(day(first), day(last) + 1)}
    year = range(day("2026-01-01"), day("2026-12-31") + 1)
    wanted = [shown(d) for d in year if d not in free and date.fromordinal(d + EPOCH).weekday() < 5]
    assert [shown(d) for d in year if CALENDAR.is_trading_day(d)] == wanted


@pytest.mark.parametrize(
    ("first", "wanted"), [(2019, 244), (2020, 243), (2021, 243), (2022, 242), (2023, 242), (2024, 242), (2025, 243), (2026, 242)]
)
def test_every_year_has_its_known_number_of_trading_days(first: int, wanted: int) -> None:
    year = range(day(f"{first}-01-01"), day(f"{first}-12-31") + 1)
    assert sum(map(CALENDAR.is_trading_day, year)) == wanted


BEYOND = [
    ("2026-12-31", 1, "1 trading day after 2026-12-31"),
    ("2026-12-25", 5, "5 trading days after 2026-12-25"),
    ("2019-01-02", -1, "1 trading day before 2019-01-02"),
    ("2027-01-04", -1, "1 trading day before 2027-01-04"),
    ("2018-12-28", 1, "1 trading day after 2018-12-28"),
    ("2026-02-25", 10**12, "1000000000000 trading days after 2026-02-25"),
]


@pytest.mark.parametrize(("start", "offset", "said"), BEYOND)
def test_a_day_beyond_the_known_years_is_told_never_guessed(start: str, offset: int, said: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        CALENDAR.trading_day(day(start), offset)
    assert str(caught.value) == (
        f"unknown-calendar: {said} is outside the known trading days of 2019 to 2026\n"
        "  hint: add the year to rules/calendar.yaml once its holidays are announced"
    )


def test_a_day_beyond_all_dates_is_told_too() -> None:
    for far in (10**9, -(10**9)):
        with pytest.raises(DiagnosticError, match="unknown-calendar"):
            CALENDAR.trading_day(far, 1)
        with pytest.raises(DiagnosticError, match="unknown-calendar"):
            CALENDAR.is_trading_day(far)


def test_the_day_itself_is_given_back_in_any_year() -> None:
    assert CALENDAR.trading_day(day("2030-01-01"), 0) == day("2030-01-01")


@given(st.sampled_from(CALENDAR.days[300:-300]), st.integers(-300, 300))
def test_steps_forth_and_back_lead_home_and_are_counted_one_by_one(start: int, offset: int) -> None:
    goal = CALENDAR.trading_day(start, offset)
    assert CALENDAR.trading_day(goal, -offset) == start
    between = range(min(start, goal), max(start, goal))
    assert sum(map(CALENDAR.is_trading_day, between)) == abs(offset)


def written(folder: Path, text: str) -> Calendar:
    (folder / "calendar.yaml").write_text(text, encoding="utf-8")
    return load_calendar(folder)


def test_a_calendar_of_one_year_is_read(tmp_path: Path) -> None:
    calendar = written(tmp_path, 'years:\n  "2026":\n    - [01-01, 01-02]\n')
    assert (calendar.first, calendar.last, len(calendar.days)) == (2026, 2026, 259)
    assert shown(calendar.days[0]) == "2026-01-05"
    assert date.fromordinal(calendar.days[-1] + EPOCH) + timedelta(1) == date(2027, 1, 1)


MISTAKES = [
    ("", "1: missing-key: `years` is missing", "write `years:`, and under it each year with its days without trading"),
    ("years: {}", "1: missing-key: `years` is missing", "write `years:`, and under it each year with its days without trading"),
    ('years:\n  "2026":\n    - [01-01]\nzone: x', "4: unknown-key: unknown key `zone`", "the only key is `years`"),
    ("years:\n  2026:\n    - [01-01]", "2: key-not-text: the key `2026` is not a text", 'write "2026" in quotes'),
    ('years:\n  "26":\n    - [01-01]', "2: wrong-form: `26` is not a year", "write a year such as 2026 in quotes"),
    ('years:\n  "2025": [[01-01]]\n  "2027": [[01-01]]', "3: wrong-form: 2027 does not follow 2025", "list every year once, in order"),
    ('years:\n  "2026":', "2: wrong-form: the days of 2026 are not a list of lists", "write each run of holidays as `- [01-01, 01-02]`"),
    ('years:\n  "2026":\n    - 01-01', "3: wrong-form: `01-01` is not a list of days", "write a run of holidays as `- [01-01, 01-02]`"),
    ('years:\n  "2026":\n    - [02-30]', "3: wrong-form: `02-30` is not a day of 2026", "write month and day, such as 01-01"),
    ('years:\n  "2026":\n    - [01-01]\n    - [1-2]', "4: wrong-form: `1-2` is not a day of 2026", "write month and day, such as 01-01"),
    ('years:\n  "2026":\n    - [01-03]', "3: wrong-form: 2026-01-03 is not a weekday", "list only Mondays to Fridays"),
    (
        'years:\n  "2026":\n    - [01-01, 01-01]',
        "3: wrong-form: 2026-01-01 is not after the day listed before it",
        "list every day once, in order",
    ),
]


@pytest.mark.parametrize(("text", "said", "hint"), MISTAKES)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, said: str, hint: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        written(tmp_path, text)
    assert str(caught.value) == f"{(tmp_path / 'calendar.yaml').as_posix()}:{said}\n  hint: {hint}"
