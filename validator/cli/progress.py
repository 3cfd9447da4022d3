"""Progress on stderr for work that takes longer than a second. Only on a terminal, and erased when the work is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

_QUIET = 1.0  # seconds: faster work shows no progress, and does not load rich

Told = Callable[[int, int], None]
"""Called with the number done and the total."""


@contextmanager
def shown(what: str) -> Iterator[Told]:
    """Show `what`, the elapsed time and, if the work reports it, the progress."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    line = _Line(what)
    timer = Timer(_QUIET, line.start)
    timer.daemon = True
    timer.start()
    try:
        yield line.tell
    finally:
        timer.cancel()
        timer.join()
        line.stop()


class _Line:
    """One progress line of rich, created only when it is needed."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.state: tuple[int, int | None] = (0, None)
        self.update: Told | None = None
        self.stop: Callable[[], None] = lambda: None

    def tell(self, done: int, total: int) -> None:
        self.state = done, total
        if self.update is not None:
            self.update(done, total)

    def start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        counted = (BarColumn(), MofNCompleteColumn()) if self.state[1] is not None else ()
        bar = Progress(TextColumn("{task.description}"), *counted, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
        done, total = self.state
        task = bar.add_task(self.what, completed=done, total=total)
        self.update = lambda done, total: bar.update(task, completed=done, total=total)
        self.stop = bar.stop
        bar.start()
