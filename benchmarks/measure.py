"""Contenders -> timings. They run in turns, so that a busy moment of the machine affects all of them."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]


@dataclass(frozen=True)
class Timings:
    """Seconds of every round, by contender. All have the same number of rounds."""

    rounds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        return median(self.rounds[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as long as `other`: the median of the ratios of each round."""
        return median(a / b for a, b in zip(self.rounds[name], self.rounds[other], strict=True))


def interleaved(contenders: Mapping[str, Run], rounds: int, repeat: int = 1) -> Timings:
    """One run of each per round, after one that does not count. The first one changes from round to round. `repeat`: calls per run."""
    names = list(contenders)
    taken: dict[str, list[float]] = {n: [] for n in names}
    for turn in range(rounds + 1):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            run = contenders[name]
            gc.collect()
            gc.disable()  # like timeit: otherwise garbage collection would hit contenders at random
            start = time.perf_counter()
            for _ in range(repeat):
                run()
            spent = time.perf_counter() - start
            gc.enable()
            if turn:
                taken[name].append(spent / repeat)
    return Timings(taken)
