"""The cases of the newest revision of each rulebook notice small mistakes in its rules and values: see tests/mutation/mutants.py."""

from functools import cache
from pathlib import Path

import pytest

from tests.mutation.mutants import names, survivors_of
from tests.proofs.size import size
from validator.cases import run as cases
from validator.rulebook.library import library

BOOKS = library(Path(__file__).parents[2] / "rules")
NEWEST = list({file.form.rulebook: file.name for file in BOOKS.standing()}.values())
NAMED = [(revision, name) for revision in NEWEST for name in names(BOOKS.get(revision))]
DRAWN = NAMED[:: len(NAMED) // size(len(NAMED), usual=4)]
MOST = 0.25
"""The share that may survive: `count(bids) != 0` means what `count(bids) > 0` means, and no case can tell the two apart."""
FEW = 8
"""Of so few mutants one may survive whatever its share."""


@cache
def suite(revision: str) -> cases.Suite:
    return cases.load(BOOKS, revision)


@pytest.mark.parametrize(("revision", "name"), DRAWN, ids=map(" ".join, DRAWN))
def test_cases_notice_the_mutants(revision, name, record_property):
    total, left = survivors_of(BOOKS, suite(revision), name)
    record_property("mutants", total)
    record_property("survivors", left)
    assert len(left) <= max(MOST * total, total <= FEW), left
