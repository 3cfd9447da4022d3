"""The parts of the benchmark. Each makes its inputs, requires equal results, and times its contenders in turns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import book, command, ours, submissions
from benchmarks.measure import Run, Timings, interleaved
from benchmarks.peers import polars_by_hand, python_by_hand
from benchmarks.result import require_same

OURS = "Guiju"

LIBRARIES: Mapping[str, tuple[str, str]] = {
    "dataframely": ("dataframely", "dataframely_schemas"),
    "pandera": ("pandera", "pandera_schemas"),
    "pydantic": ("pydantic", "pydantic_models"),
    "zen-engine": ("zen", "zen_graph"),
}
"""Package name -> the module of the peer that uses it."""

NO_REPORT = "counts and findings without figures, margins, messages, clauses; stops at unreadable text"


@dataclass(frozen=True)
class Setting:
    """The folder of the inputs, and the number of rounds."""

    work: Path
    rounds: int

    def book(self, bids: int) -> Path:
        """The folder of a book of that size, made if it does not exist."""
        folder = self.work / f"{bids}-{book.OFFERING['offering']}"
        if not (folder / "done").exists():
            book.write_book(folder, bids)
            (folder / "done").touch()
        return folder


@dataclass(frozen=True)
class Part:
    """One table of the page. `goal`: the peer to compare with and the ratio to reach. Some parts have time limits in seconds instead."""

    title: str
    timings: Timings
    does: Mapping[str, str]
    goal: tuple[str, float] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def submission(
    title: str, runs: Callable[..., dict[str, Run]], data: Callable[[], dict[str, object]], less: str, goal: tuple[str, float] | None = None
) -> Callable[[Setting], Part]:
    """A part on a submission of ten bids. First the results of the contenders are compared on random submissions."""

    def part(setting: Setting) -> Part:
        made, peers = ours.checker(book.OFFERING), libraries("pydantic", "zen-engine")
        submissions.compare(made, submissions.results(peers))
        timings = interleaved(runs(made, data(), peers), setting.rounds, submissions.CALLS)
        does = {"Python by hand": less, **{name: peer.LESS for name, peer in peers.items()}}
        return Part(f"Submission of ten bids, {title}", timings, does, goal)

    return part


def book_kernel(bids: int) -> Callable[[Setting], Part]:
    """Typed frames -> outcomes and figures."""

    def part(setting: Setting) -> Part:
        folder = setting.book(bids)
        made = ours.checker(folder / "offering.yaml")
        read = ours.read(made, folder / "book")
        wanted = ours.result_of(made.plan, ours.book_kernel(made, read)())
        require_same("Polars by hand", wanted, polars_by_hand.result(polars_by_hand.check(read.frames)))
        contenders: dict[str, Run] = {
            OURS: ours.book_kernel(made, read),
            "Polars by hand": lambda: polars_by_hand.check(read.frames),
        }
        does = {OURS: "", "Polars by hand": "no margins, no list of missing inputs"}
        given = python_by_hand.families({e: f.to_dict(as_series=False) for e, f in read.frames.items()})
        sizes = {e: f.height for e, f in read.frames.items()}
        require_same("Python by hand", wanted, python_by_hand.result(python_by_hand.check(given, sizes)))
        contenders["Python by hand"] = partial(python_by_hand.check, given, sizes)
        does["Python by hand"] = "no figures, no margins; gets tuples instead of frames"
        for name, library in libraries("dataframely", "pandera").items():
            schemas = library.Schemas(read.frames)
            require_same(name, wanted, library.result(schemas.check(read.frames)))
            contenders[name] = partial(schemas.check, read.frames)
            does[name] = library.LESS
        timings = interleaved(contenders, setting.rounds)
        return Part(f"Book of {bids:,} bids, kernel (typed frames → outcomes and figures)", timings, does, ("Polars by hand", 1.3))

    return part


def libraries(*names: str) -> dict[str, Any]:
    """The peers whose library is installed. Prints a note for each of the others."""
    found = {}
    for name in names:
        package, module = LIBRARIES[name]
        if find_spec(package) is None:
            print(f"{name} is not installed and is left out: pip install -e '.[bench]'")
            continue
        found[name] = import_module(f"benchmarks.peers.{module}")
    return found


def whole_command(setting: Setting) -> Part:
    """Bytes -> bytes, from the start of the process until the report is written."""
    folder = setting.book(10_000)
    contenders = {f"{OURS}, to {suffix}": command.check(folder, suffix) for suffix in ("json", "xlsx")}
    timings = interleaved(contenders, setting.rounds)
    return Part("Whole command, book of 10,000 bids", timings, {}, None, {f"{OURS}, to json": 0.9, f"{OURS}, to xlsx": 1.5})


PARTS: Mapping[str, Callable[[Setting], Part]] = {
    "submission": submission(
        "integers → outcomes", submissions.kernels, book.submission, "not which bids stay live", ("Python by hand", 1.5)
    ),
    "submission-broken": submission(
        "integers → outcomes, 14 findings with their figures",
        submissions.kernels,
        partial(book.spoiled_submission, 5, 3),
        "no figures, no margins, not which bids stay live",
    ),
    "submission-report": submission("texts by name → report", submissions.objects, book.submission, NO_REPORT),
    "submission-bytes": submission("JSON → JSON", submissions.wire, book.submission, NO_REPORT),
    "book-10k": book_kernel(10_000),
    "book-1m": book_kernel(1_000_000),
    "command": whole_command,
}
