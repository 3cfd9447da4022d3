"""What is measured: each part makes its inputs, requires equal results, and times its contenders in turns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import book, command, ours
from benchmarks.measure import Run, Timings, interleaved
from benchmarks.peers import polars_by_hand, python_by_hand
from benchmarks.result import require_same

OURS = "Guiju"


@dataclass(frozen=True)
class Setting:
    """Where inputs are kept, and how many rounds are run."""

    work: Path
    rounds: int

    def book(self, bids: int) -> Path:
        """The folder of a book of that size, made if it is not there."""
        folder = self.work / f"{bids}-{book.OFFERING['offering']}"
        if not (folder / "done").exists():
            book.write_book(folder, bids)
            (folder / "done").touch()
        return folder


@dataclass(frozen=True)
class Part:
    """One table of the page. `goal`: the peer that ours is held against, and the ratio to reach; or a time in seconds."""

    title: str
    timings: Timings
    does: Mapping[str, str]
    goal: tuple[str, float] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def submission_kernel(setting: Setting) -> Part:
    """Typed integers of ten bids -> outcomes."""
    made = ours.checker(book.OFFERING)
    tables = ours.submission_tables(made, book.submission())
    ((at, investor, placees),) = python_by_hand.families(tables)
    ours_run = ours.submission_kernel(made, book.submission())

    def by_hand() -> list[python_by_hand.Finding]:
        out: list[python_by_hand.Finding] = []
        python_by_hand.ask(at, investor, placees, [0] * len(python_by_hand.RULES), out.append)
        return out

    timings = interleaved({OURS: ours_run, "Python by hand": by_hand}, setting.rounds, 2000)
    return Part("Submission of ten bids, kernel (integers → outcomes)", timings, {}, ("Python by hand", 1.5))


def book_kernel(bids: int) -> Callable[[Setting], Part]:
    """Typed frames -> outcomes and figures."""

    def part(setting: Setting) -> Part:
        folder = setting.book(bids)
        made = ours.checker(folder / "offering.yaml")
        read = ours.read(made, folder / "book")
        wanted = ours.result_of(made.plan, ours.run_columns(made, read))
        require_same("Polars by hand", wanted, polars_by_hand.result(polars_by_hand.check(read.frames)))
        contenders: dict[str, Run] = {
            OURS: lambda: ours.run_columns(made, read),
            "Polars by hand": lambda: polars_by_hand.check(read.frames),
        }
        does = {OURS: "", "Polars by hand": "no margins, not what is missing"}
        for name, library in libraries("dataframely", "pandera").items():
            schemas = library.Schemas(read.frames)
            require_same(name, wanted, library.result(schemas.check(read.frames)))
            contenders[name] = partial(schemas.check, read.frames)
            does[name] = library.LESS
        timings = interleaved(contenders, setting.rounds)
        return Part(f"Book of {bids:,} bids, kernel (typed frames → outcomes and figures)", timings, does, ("Polars by hand", 1.3))

    return part


def libraries(*names: str) -> dict[str, Any]:
    """The peers of libraries that are installed; of another one a word is said."""
    found = {}
    for name in names:
        if find_spec(name) is None:
            print(f"{name} is not installed and stays out: pip install -e '.[bench]'")
            continue
        found[name] = import_module(f"benchmarks.peers.{name}_schemas")
    return found


def whole_command(setting: Setting) -> Part:
    """Bytes -> bytes, from the start of the process to the report written."""
    folder = setting.book(10_000)
    contenders = {f"{OURS}, to {suffix}": command.check(folder, suffix) for suffix in ("json", "xlsx")}
    timings = interleaved(contenders, setting.rounds)
    return Part("Whole command, book of 10,000 bids", timings, {}, None, {f"{OURS}, to json": 0.9, f"{OURS}, to xlsx": 1.5})


PARTS: Mapping[str, Callable[[Setting], Part]] = {
    "submission": submission_kernel,
    "book-10k": book_kernel(10_000),
    "book-1m": book_kernel(1_000_000),
    "command": whole_command,
}
