"""A folder of rules -> its compiled revisions, kept in the user's cache from one start to the next.

What is kept is named by the digest of what it was made from, the rule files and the code that compiled them: nothing stale is ever found.
A kept file states the digest of its own content; what is damaged, or holds anything but plain values of our own classes, is not used.
Whatever goes wrong with the cache, the rules are read and compiled as if there were none.

INVARIANT: no file is replaced or removed that does not have the name, the kind and the first bytes of a kept one.
"""

import io
import os
import pickle
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.regular_file import read_regular
from validator.rulebook.governing import Selector, governing_name
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.layers import layers
from validator.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from validator.rulebook.library import Library

SWITCH = "GUIJU_CACHE"
"""Environment: a folder in which the cache has its own, or `off`."""

KEPT = 64
"""Files kept at most; the oldest go first."""

_FOLDER = "guiju"
_SIGN = b"guiju cache "
_HEAD = _SIGN + b"1\n"
_NAME = re.compile(r"[0-9a-f]{40}-[0-9a-f]{16}|\.[0-9a-f]{40}-[0-9a-f]{16}\.[0-9a-f]{8}")
"""A kept file, or what a start that was killed left of one."""
_CODE = Path(__file__).parents[2]
_CLASSES = {("fractions", "Fraction"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath"), ("builtins", "frozenset"), ("builtins", "set")}


@dataclass
class Shelf:
    """What `checker()` needs of a library. A revision that is not kept yet is compiled, and kept."""

    folder: Path
    vocabulary: Vocabulary
    calendar: Calendar
    index: Mapping[str, Sequence[Selector]]
    key: str | None
    _found: dict[str, Rulebook] = field(default_factory=dict)
    _read: "Library | None" = None

    def governing(self, rulebook: str, dates: Mapping[str, int | None]) -> Rulebook:
        """As `Library.governing`."""
        return self.get(governing_name(self.index, rulebook, dates))

    def get(self, name: str) -> Rulebook:
        """As `Library.get`, for a full name."""
        if name not in self._found:
            kept = _take(self.key, name)
            self._found[name] = kept if isinstance(kept, Rulebook) and kept.name == name else self._compiled(name)
        return self._found[name]

    def _compiled(self, name: str) -> Rulebook:
        if self._read is None:
            from validator.rulebook.library import library

            self._read = library(self.folder)
        made = self._read.get(name)
        _put(self.key, name, made)
        return made


def shelf(folder: Path) -> Shelf:
    """The rules of a folder, from the cache where they are there. Raises DiagnosticError as `library` does."""
    key = _key(folder)
    kept = _take(key, "index")
    if isinstance(kept, tuple) and len(kept) == 3:
        vocabulary, calendar, index = kept
        if isinstance(vocabulary, Vocabulary) and isinstance(calendar, Calendar) and isinstance(index, dict):
            return Shelf(folder, vocabulary, calendar, index, key)
    from validator.rulebook.library import library

    books = library(folder)
    _put(key, "index", (books.vocabulary, books.calendar, books.index))
    return Shelf(folder, books.vocabulary, books.calendar, books.index, key, _read=books)


def _key(folder: Path) -> str | None:
    """sha256 over the rule files, ours below them too, and over the code that reads them; None where a file cannot be read."""
    seen = sha256()
    for layer in layers(folder):
        for path in sorted(p for p in layer.rglob("*.yaml") if not p.name.endswith(".cases.yaml")):
            try:
                data = read_regular(path)
            except OSError:  # whoever reads the rules says what is wrong with it
                return None
            seen.update(f"{path.relative_to(layer).as_posix()}\0{len(data)}\0".encode(errors="surrogateescape"))
            seen.update(data)
    for top in ("dsl", "validator/vocabulary", "validator/rulebook"):
        for path in sorted(p for p in (_CODE / top).rglob("*") if p.suffix in (".py", ".lark")):
            of = path.stat()
            seen.update(f"{path.relative_to(_CODE)}\0{of.st_size}\0{of.st_mtime_ns}\0".encode())
    return seen.hexdigest()


# ── files ──


def _place(key: str | None, name: str) -> Path | None:
    """Where a thing is kept; None where there is no cache."""
    asked = os.environ.get(SWITCH)
    if asked == "off" or key is None:
        return None
    home = asked or os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / _FOLDER
    return folder / f"{key[:40]}-{sha256(name.encode(errors='surrogatepass')).hexdigest()[:16]}"


def _take(key: str | None, name: str) -> Any:
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        path = _place(key, name)
        if key is None or path is None or _foreign(path):
            return None
        data = read_regular(path)
        head, digest, content = data[: len(_HEAD)], data[len(_HEAD) : len(_HEAD) + 64], data[len(_HEAD) + 64 :]
        if head == _HEAD and digest.decode("ascii", "replace") == sha256(key.encode() + content).hexdigest():
            with suppress(Exception):  # a damaged or foreign content: compile anew
                return _Plain(io.BytesIO(content)).load()
    return None


def _put(key: str | None, name: str, thing: object) -> None:
    with suppress(OSError, RuntimeError, pickle.PicklingError, RecursionError):
        path = _place(key, name)
        if key is None or path is None:
            return
        content = pickle.dumps(thing, protocol=5)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(path) and not _ours(path):
            return
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with part.open("xb") as file:
                file.write(_HEAD + sha256(key.encode() + content).hexdigest().encode() + content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _prune(path.parent)


def _foreign(path: Path) -> bool:
    """Whether someone else could have written the file."""
    if os.name != "posix":
        return False
    for at in (path.parent, path):
        of = at.stat()
        if of.st_uid != os.getuid() or of.st_mode & 0o022:
            return True
    return False


def _prune(folder: Path) -> None:
    ours = sorted((p for p in folder.iterdir() if _ours(p)), key=lambda p: p.lstat().st_mtime_ns)
    for path in ours[:-KEPT]:
        path.unlink(missing_ok=True)


def _ours(path: Path) -> bool:
    """Whether a file that is there is one that we have kept."""
    if not _NAME.fullmatch(path.name):
        return False
    with suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode) and read_regular(path, len(_SIGN)) == _SIGN
    return False


class _Plain(pickle.Unpickler):
    """Reads values of our own classes and of nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _CLASSES or (module.split(".")[0] in ("dsl", "validator") and name[:1].isupper() and "." not in name):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")
