"""A submission of ten bids through three entry points: integers -> outcomes, texts by name -> report, bytes -> bytes.

Before anything is timed, the results of all contenders are compared on random submissions. Most violate rules or have missing cells.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks import book, ours
from benchmarks.measure import Run
from benchmarks.peers import cells, python_by_hand
from benchmarks.result import Result, require_same
from validator.checks.checker import Checker

DRAWN = 300
CALLS = 500
"""Calls per measurement, because one call is too short for a clock."""

Data = Mapping[str, Any]
Breaches = Sequence[tuple[str, int]]
Rules = Sequence[str]


def violated(found: Breaches) -> Result:
    """The result of a contender that reports only violations."""
    said: dict[str, list[int]] = {rule: [] for rule in python_by_hand.RULES}
    for rule, row in found:
        said[rule].append(row)
    return Result(violated={rule: sorted(rows) for rule, rows in said.items()})


def samples(drawn: int) -> Iterator[dict[str, object]]:
    """Submissions with no fault, with one, and with several."""
    yield book.submission()
    for seed in range(drawn):
        yield book.spoiled_submission(seed, 1 + seed % 7)


def compare(made: Checker, peers: Mapping[str, Callable[[Data], Result]], drawn: int = DRAWN) -> None:
    """Raises AssertionError if a peer and Guiju differ on a random submission."""
    for data in samples(drawn):
        kernel, plan = ours.submission_kernel(made, data)
        wanted = ours.result_of(plan, kernel())
        for name, answer in peers.items():
            require_same(name, wanted, answer(data))


def results(libraries: Mapping[str, Any]) -> dict[str, Callable[[Data], Result]]:
    """For each peer: submission -> result."""

    def by_hand(data: Data) -> Result:
        return python_by_hand.told(*python_by_hand.submission(cells.family(data)))

    found: dict[str, Callable[[Data], Result]] = {"Python by hand": by_hand}
    if "pydantic" in libraries:
        found["pydantic"] = lambda data: violated(libraries["pydantic"].check(data))
    if "zen-engine" in libraries:
        graph = libraries["zen-engine"].Graph()
        found["zen-engine"] = lambda data: violated(graph.check(cells.context(data)))
    return found


def kernels(made: Checker, data: Data, libraries: Mapping[str, Any]) -> dict[str, Run]:
    """Integers -> outcomes."""
    family, context = cells.family(data), cells.context(data)
    found: dict[str, Run] = {"Guiju": ours.submission_kernel(made, data)[0], "Python by hand": lambda: python_by_hand.submission(family)}
    if "zen-engine" in libraries:
        graph = libraries["zen-engine"].Graph()
        found["zen-engine"] = lambda: graph.check(context)
    return found


def objects(made: Checker, data: Data, libraries: Mapping[str, Any]) -> dict[str, Run]:
    """Texts by name, as a portal's form gives them -> the report as an object."""
    found: dict[str, Run] = {
        "Guiju": lambda: made.submission(data),
        "Python by hand": lambda: python_by_hand.submission(cells.family(data)),
    }
    if "pydantic" in libraries:
        found["pydantic"] = lambda: libraries["pydantic"].check(data)
    if "zen-engine" in libraries:
        graph = libraries["zen-engine"].Graph()
        found["zen-engine"] = lambda: graph.check(cells.context(data))
    return found


def wire(made: Checker, data: Data, libraries: Mapping[str, Any]) -> dict[str, Run]:
    """JSON -> JSON."""
    given = json.dumps(data, ensure_ascii=False).encode()

    def written(found: object) -> bytes:
        return json.dumps(found, ensure_ascii=False).encode()

    found: dict[str, Run] = {
        "Guiju": lambda: written(made.submission(json.loads(given)).to_dict()),
        "Python by hand": lambda: written(python_by_hand.submission(cells.family(json.loads(given)))),
    }
    if "pydantic" in libraries:
        found["pydantic"] = lambda: written(libraries["pydantic"].check_json(given))
    if "zen-engine" in libraries:
        graph = libraries["zen-engine"].Graph()
        found["zen-engine"] = lambda: written(graph.check(cells.context(json.loads(given))))
    return found
