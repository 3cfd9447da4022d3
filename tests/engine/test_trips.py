"""How many files of ours a run enters, and how often it goes from one to another: a reader follows the way of the data by it."""

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import validator
from benchmarks import book

ROOT = Path(__file__).parents[2]
OURS = tuple(f"{ROOT / top}/" for top in ("dsl", "validator"))


def trips(run: Callable[[], object]) -> tuple[set[str], int]:
    """The files that a run enters, and its calls from one file into another. Loading a module is no trip."""
    rooms: set[str] = set()
    calls = 0

    def profile(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal calls
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(OURS) and frame.f_code.co_name != "<module>":
            rooms.add(name.removeprefix(f"{ROOT}/"))
            calls += frame.f_back is None or frame.f_back.f_code.co_filename != name

    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(None)
    return rooms, calls


def bids_file() -> tuple[str, bytes]:
    """The bids of the clean submission as a csv file."""
    placees: Any = book.submission()["placees"]
    bids = [{"placee": p["placee"], **b} for p in placees for b in p["bids"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(bids[0]))
    writer.writeheader()
    writer.writerows(bids)
    return "bids.csv", text.getvalue().encode()


@pytest.fixture(scope="module")
def check() -> validator.Checker:
    return validator.checker(book.OFFERING)


def test_a_book_enters_few_rooms(check: validator.Checker) -> None:
    """Both evaluators run. The first book of its columns is planned and compiled as well."""
    validator.checker(book.OFFERING).book(bids_file())  # whatever is loaded when it is first needed
    first, _ = trips(lambda: check.book(bids_file()))
    second, calls = trips(lambda: check.book(bids_file()))
    assert len(first) <= 54, sorted(first)
    assert len(second) <= 41, sorted(second)
    assert calls <= 3_200


def test_a_submission_enters_few_rooms(check: validator.Checker) -> None:
    data = book.submission()
    first, _ = trips(lambda: check.submission(data))
    second, calls = trips(lambda: check.submission(data))
    assert len(first) < 30, sorted(first)
    assert len(second) < 30, sorted(second)
    assert calls <= 1_500
