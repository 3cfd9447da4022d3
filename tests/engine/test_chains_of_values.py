"""Values that name the one before them twice: 2^22 ways lead to the first of 22, yet each value is taken once from rule to report."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import validator
from dsl.diagnostics import DiagnosticError
from tests.engine.small import OFFERING, checker, folder, rule, rulebook

BOOK = {"bids": [{"placee": "P1", "sequence": 1, "price": 9, "quantity": 5}]}


def body(length: int, step: str, of: str = "offering", first: str = "issue_pe") -> str:
    steps = [first, *(step.replace("v", f"v{i}") for i in range(length - 1))]
    values = "".join(f'  v{i}: {{zh: 值{i}, of: {of}, is: "{text}"}}\n' for i, text in enumerate(steps))
    return f"\nstages: [a]\nvalues:\n{values}rules:\n" + rule("a.last", of, f"v{length - 1} >= 0")


def calls(run: Callable[[], object]) -> int:
    count = 0

    def profile(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("of", "first", "step"),
    [
        ("offering", "issue_pe", "v + v"),
        ("offering", "issue_pe", "if v > 0 then v else v + 1"),
        ("offering", "issue_pe", "least(v, v + 1)"),
        ("bid", "quantity / 1股", "v + v"),
        ("bid", "quantity / 1股", "if v > 0 then v else v + 1"),
    ],
)
def test_cost_grows_with_the_number_of_values(tmp_path: Path, of: str, first: str, step: str) -> None:
    """Sixteen values take at most three times the calls of eight. Were each way taken, it would be two hundred times."""
    short, long = (tmp_path / name for name in ("short", "long"))
    counts = []
    for place, length in ((short, 8), (long, 16)):
        place.mkdir()
        rules = folder(place, rulebook(body(length, step, of, first)))
        counts.append(calls(lambda rules=rules: validator.checker({**OFFERING, "issue_pe": "20"}, rules).book(BOOK)))  # type: ignore[misc]
    assert counts[1] <= 3 * counts[0]


@pytest.mark.parametrize("step", ["v * v", "v / (v + 1)"])
def test_numbers_that_grow_too_long_are_a_mistake(tmp_path: Path, step: str) -> None:
    with pytest.raises(DiagnosticError) as refused:
        checker(tmp_path, body(22, step))
    assert {(d.code, d.message) for d in refused.value.diagnostics} == {("overflow", "this could exceed 2,000 bits")}
