"""What the benchmark times is the same work: every contender says what Guiju says, of drawn submissions and of a small book."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import book, ours, submissions
from benchmarks.parts import LIBRARIES
from benchmarks.peers import polars_by_hand, python_by_hand
from benchmarks.result import Result, require_same

BIDS = 600


def library(name: str) -> Any:
    package, module = LIBRARIES[name]
    pytest.importorskip(package)
    return pytest.importorskip(f"benchmarks.peers.{module}")


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Mapping[str, Any]]:
    """Ours, and what the contenders are given."""
    folder: Path = book.write_book(tmp_path_factory.mktemp("book"), BIDS)
    made = ours.checker(folder / "offering.yaml")
    read = ours.read(made, folder / "book")
    return ours.result_of(made.plan, ours.book_kernel(made, read)()), read.frames


@pytest.mark.parametrize("name", ["Python by hand", "pydantic", "zen-engine"])
def test_of_a_submission(name: str) -> None:
    peers = {} if name == "Python by hand" else {name: library(name)}
    submissions.compare(ours.checker(book.OFFERING), {name: submissions.results(peers)[name]}, drawn=40)


def test_of_a_book_polars_by_hand(frames: tuple[Result, Mapping[str, Any]]) -> None:
    wanted, given = frames
    require_same("Polars by hand", wanted, polars_by_hand.result(polars_by_hand.check(given)))


def test_of_a_book_python_by_hand(frames: tuple[Result, Mapping[str, Any]]) -> None:
    wanted, given = frames
    families = python_by_hand.families({e: f.to_dict(as_series=False) for e, f in given.items()})
    require_same("Python by hand", wanted, python_by_hand.result(python_by_hand.check(families, {e: f.height for e, f in given.items()})))


@pytest.mark.parametrize("name", ["dataframely", "pandera"])
def test_of_a_book(name: str, frames: tuple[Result, Mapping[str, Any]]) -> None:
    peer, (wanted, given) = library(name), frames
    require_same(name, wanted, peer.result(peer.Schemas(given).check(given)))


def test_every_outcome_is_met_by_what_is_drawn() -> None:
    made = ours.checker(book.OFFERING)
    met = [0, 0, 0, 0]
    broken = set()
    for data in submissions.samples(submissions.DRAWN):
        kernel, plan = ours.submission_kernel(made, data)
        found = ours.result_of(plan, kernel())
        for counts in found.counts.values():
            met = [m + c for m, c in zip(met, counts, strict=True)]
        broken |= {rule for rule, hits in found.findings.items() if any(outcome == 1 for _, outcome, _ in hits)}
    assert all(met)
    assert len(broken) > 20


@pytest.mark.parametrize(
    "wrong",
    [
        Result(counts={"inquiry.one-bid": (9, 1, 0, 0)}),
        Result(violated={"inquiry.one-bid": [3]}),
        Result(findings={"inquiry.one-bid": [(3, 1, {})]}),
        Result(values={"median_all": None}),
    ],
    ids=["a count", "a breach", "a finding", "a value"],
)
def test_a_contender_that_differs_is_named(wrong: Result, frames: tuple[Result, Mapping[str, Any]]) -> None:
    with pytest.raises(AssertionError, match=r"^a liar: "):
        require_same("a liar", frames[0], wrong)
