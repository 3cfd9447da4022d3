"""Submissions whose columns change from one to the next: the cost of the first submission, and of 200 sets of columns in rotation.

    python -m benchmarks.rotation

A portal sends the columns that it has. One program handles every set of supplied columns, so a new set must cost no more than a known one.
"""

import gc
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Any

import validator
from benchmarks import book

SETS = 200
ROUNDS = 5
CHECKERS = 15
KEYS = frozenset(("investor", "placee", "bids", "placees"))


def columns(seed: int) -> dict[str, Any]:
    """The clean submission without some of its columns. The seed selects which."""
    draw, data = Random(seed), book.submission()

    def thinned(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        lost = {k for k in records[0] if k not in KEYS and draw.random() < 0.3}
        return [{k: v for k, v in r.items() if k not in lost} for r in records]

    placees: Any = data["placees"]
    kept = [{**p, "bids": thinned(q["bids"])} for p, q in zip(thinned(placees), placees, strict=True)]
    return {"investor": thinned([data["investor"]])[0], "placees": kept}


def milliseconds(run: Callable[[], object]) -> float:
    """The CPU time of this process, so that other processes do not matter."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def main() -> None:
    gc.disable()
    data = book.submission()
    firsts, seconds = [], []
    for _ in range(CHECKERS):
        check = validator.checker(book.OFFERING)
        firsts.append(milliseconds(lambda c=check: c.submission(data)))
        seconds.append(milliseconds(lambda c=check: c.submission(data)))
        gc.collect()
    check = validator.checker(book.OFFERING)
    sets = [columns(seed) for seed in range(SETS)]
    new = [milliseconds(lambda d=d: check.submission(d)) for d in sets]
    rotation = [milliseconds(lambda d=d: check.submission(d)) for _ in range(ROUNDS) for d in sets]
    same = {i: [milliseconds(lambda d=d: check.submission(d)) for _ in range(ROUNDS)] for i, d in enumerate(sets)}
    one = [t for times in same.values() for t in times[1:]]
    print(f"checker(): {median(milliseconds(lambda: validator.checker(book.OFFERING)) for _ in range(CHECKERS)):.0f} ms")
    print(
        f"first submission of a checker {median(firsts):.2f} ms, second {median(seconds):.2f} ms: {median(firsts) / median(seconds):.2f}x"
    )
    print(f"{SETS} sets of columns: new {median(new):.2f} ms, in rotation {median(rotation):.2f} ms, the same again {median(one):.2f} ms")
    print(f"new {median(new) / median(one):.2f}x, rotation {median(rotation) / median(one):.2f}x of the same again")


if __name__ == "__main__":
    main()
