"""What a command did -> bytes on stdout or in a file, and the exit status. Every failure becomes one clear line on stderr.

0 all evaluated, nothing violated; 1 violations; 2 the command, a rulebook or a file is wrong; 3 nothing violated, not all evaluated.
"""

import contextlib
import gc
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.bilingual import Both
from validator.render.phrases.safe import visible
from validator.render.phrases.say import both

WRONG = 2
_INTERRUPTED = 130


def open_streams() -> None:
    """UTF-8 out, whatever the locale says. Where the caller has closed a stream nobody listens to it, and that is all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it is the process's own stream from here on
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def enter(app: Callable[[], object]) -> None:
    """Runs the command line. What fails before a command has begun, e.g. a page of help on a full disk, is one line too."""
    gc.set_threshold(1_000_000, 20, 100)  # a command makes much, and little of it in circles: looking for these took a quarter of its time
    try:
        app()
    except OSError as error:
        raise SystemExit(wrong(_of_file(error))) from None


def run(work: Callable[[], int], lang: str = "en") -> NoReturn:
    """Does the work and leaves with its exit status. What is refused is told in `lang` where it has a text in it."""
    try:
        status = work()
    except DiagnosticError as error:
        status = WRONG
        for diagnostic in error.diagnostics:
            tell("\n".join(map(visible, diagnostic.told(lang).split("\n"))))
    except KeyboardInterrupt:
        status = _INTERRUPTED
    except OSError as error:
        status = wrong(_of_file(error))
    except Exception as error:  # a bug of ours: the officer gets a line that she can send on, not a traceback
        status = wrong(f"internal error ({type(error).__name__}: {' '.join(str(error).split())[:300]}), please report it")
    raise SystemExit(status)


def tell(line: str) -> None:
    """Talk, to stderr. Nobody listening is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)


def wrong(line: str) -> int:
    """One line on what is wrong, and the status for it."""
    tell(f"guiju: {visible(line)}")
    return WRONG


def refuse(code: str, said: Both, way: Both | None = None) -> NoReturn:
    """A mistake in the command itself, as any other diagnostic: what is wrong and the way out."""
    hint, hint_zh = (None, "") if way is None else (way.en, way.zh)
    raise DiagnosticError([Diagnostic(code, said.en, hint=hint, zh=said.zh, hint_zh=hint_zh)])


def put(data: bytes, target: Path | None) -> None:
    """The report to stdout, or into the file beside which it is written first: a failed run leaves the old file."""
    if target is None:
        _to_stdout(data)
        return
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def writable(target: Path | None, *sources: Iterable[Path]) -> None:
    """Refuses, before any work is done, a target that is no regular file or is one of the files to be read, under whatever name."""
    if target is None:
        return
    if not target.parent.is_dir():
        refuse("no-folder", both("no-folder", file=target))
    if not os.path.lexists(target):
        return
    there = target.lstat()
    if not stat.S_ISREG(there.st_mode):
        refuse("not-a-file", both("not-a-file", file=target), both("regular-files-only"))
    if any(_is(there, file) for source in sources for file in source):
        refuse("own-input", both("own-input", file=target), both("another-file"))


def _is(there: os.stat_result, file: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(there, file.stat())
    return False


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it closes stdout at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_file(error: OSError) -> str:
    said = error.strerror or str(error)
    return f"`{error.filename}`: {said.lower()}" if error.filename else said.lower()
