"""A folder of rules -> its compiled revisions, kept in the user's cache from one start to the next.

What is kept is named by the digest of what it was made from, the rule files and the code that compiled them: nothing stale is ever found.
A kept file states the digest of its own content; what is damaged, or holds anything but plain values of our own classes, is not used.
Whatever goes wrong with the cache, the rules are read and compiled as if there were none.
"""

import io
import os
import pickle
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.rulebook.governing import Selector, governing_name
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.layers import layers
from validator.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from validator.rulebook.library import Library

SWITCH = "GUIJU_CACHE"
"""Environment: a folder for the cache, or `off`."""

KEPT = 64
"""Files kept at most; the oldest go first."""

_HEAD = b"guiju cache 1\n"
_CODE = Path(__file__).parents[2]
_CLASSES = {("fractions", "Fraction"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath"), ("builtins", "frozenset"), ("builtins", "set")}


@dataclass
class Shelf:
    """What `checker()` needs of a library. A revision that is not kept yet is compiled, and kept."""

    folder: Path
    vocabulary: Vocabulary
    calendar: Calendar
    index: Mapping[str, Sequence[Selector]]
    key: str
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


def _key(folder: Path) -> str:
    """sha256 over the rule files, ours below them too, by name and content, and over the code that reads them."""
    seen = sha256()
    for layer in layers(folder):
        for path in sorted(p for p in layer.rglob("*.yaml") if not p.name.endswith(".cases.yaml")):
            data = path.read_bytes()
            seen.update(f"{path.relative_to(layer).as_posix()}\0{len(data)}\0".encode())
            seen.update(data)
    for top in ("dsl", "validator/vocabulary", "validator/rulebook"):
        for path in sorted(p for p in (_CODE / top).rglob("*") if p.suffix in (".py", ".lark")):
            stat = path.stat()
            seen.update(f"{path.relative_to(_CODE)}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return seen.hexdigest()


# ── files ──


def _place(key: str, name: str) -> Path | None:
    """Where a thing is kept; None where there is no cache."""
    asked = os.environ.get(SWITCH)
    if asked == "off":
        return None
    home = os.environ.get("XDG_CACHE_HOME")
    folder = Path(asked) if asked else Path(home) / "guiju" if home else Path.home() / ".cache" / "guiju"
    return folder / f"{key[:40]}-{sha256(name.encode(errors='surrogatepass')).hexdigest()[:16]}"


def _take(key: str, name: str) -> Any:
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        path = _place(key, name)
        if path is None or _foreign(path):
            return None
        data = path.read_bytes()
        head, digest, content = data[: len(_HEAD)], data[len(_HEAD) : len(_HEAD) + 64], data[len(_HEAD) + 64 :]
        if head == _HEAD and digest.decode("ascii", "replace") == sha256(key.encode() + content).hexdigest():
            with suppress(Exception):  # a damaged or foreign content: compile anew
                return _Plain(io.BytesIO(content)).load()
    return None


def _put(key: str, name: str, thing: object) -> None:
    with suppress(OSError, RuntimeError, pickle.PicklingError, RecursionError):
        path = _place(key, name)
        if path is None:
            return
        content = pickle.dumps(thing, protocol=5)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        part.write_bytes(_HEAD + sha256(key.encode() + content).hexdigest().encode() + content)
        part.replace(path)
        _prune(path.parent)


def _foreign(path: Path) -> bool:
    """Whether someone else could have written the file."""
    if os.name != "posix":
        return False
    for at in (path.parent, path):
        stat = at.stat()
        if stat.st_uid != os.getuid() or stat.st_mode & 0o022:
            return True
    return False


def _prune(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime_ns)
    for path in files[:-KEPT]:
        path.unlink(missing_ok=True)


class _Plain(pickle.Unpickler):
    """Reads values of our own classes and of nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _CLASSES or (module.split(".")[0] in ("dsl", "validator") and name[:1].isupper() and "." not in name):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")
