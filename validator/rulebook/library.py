"""A folder of rules -> its rulebooks. Finds the files, chains the revisions, and compiles a revision when it is first needed.

A revision is selected by the date that its transition clause names (`applies.by`), never by today and never as the highest version.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH
from validator.regular_file import read_regular
from validator.rulebook.amendments import File, Flat, flatten
from validator.rulebook.chains import chain_of, roots
from validator.rulebook.compile.revision import compile_rulebook
from validator.rulebook.compile.scope import Seen
from validator.rulebook.form import RulebookFile
from validator.rulebook.governing import OFFERING, Governed, Selector, governing_name, unknown_rulebook
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.calendar_file import load_calendar
from validator.vocabulary.form import read_form
from validator.vocabulary.layers import CALENDAR, VOCABULARY, file_of, layers
from validator.vocabulary.source import Source, load
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

T = TypeVar("T")

OTHER = (VOCABULARY, CALENDAR)
CASES = ".cases.yaml"
ANNOUNCEMENTS = "announcements"
"""The folder of the rulebooks for announcements. They have their own vocabulary and evaluator."""


Compile = Callable[[Flat, Vocabulary, str, Seen], Rulebook]


@dataclass(frozen=True)
class Kind:
    """The differences between rulebooks of offerings and rulebooks of announcements."""

    governed: Governed
    """What they govern: the root record of their vocabulary."""
    compile: Compile
    below: str = ""
    """The subfolder of a folder of rules that holds them and their vocabulary."""


OFFERINGS = Kind(OFFERING, compile_rulebook)


@dataclass(frozen=True)
class Library:
    """Every revision of every rulebook of a folder and the layers below it. `chains`: revisions in order, by rulebook id."""

    folder: Path
    kind: Kind
    vocabulary: Vocabulary
    calendar: Calendar
    chains: Mapping[str, Sequence[File]]
    shared: Mapping[str, Sequence[File]]
    """Per rulebook: the revisions of other rulebooks that its first revision amends. Several boards share them."""
    salt: str
    """The digest of the vocabulary and the calendar, on which every revision rests."""
    _compiled: dict[str, Rulebook] = field(default_factory=dict)
    _seen: Seen = field(default_factory=Seen)

    def all(self) -> list[Rulebook]:
        """Every revision, compiled. Raises DiagnosticError with the mistakes of all revisions."""
        made, mistakes = _gather(partial(self.get, f.name) for f in self.standing())
        if mistakes:
            raise DiagnosticError(dict.fromkeys(mistakes))
        return made

    def standing(self) -> list[File]:
        """The revisions that can govern. Shared ones are left out: they may use names that only the boards define."""
        below = {f.form.rulebook for files in self.shared.values() for f in files}
        return [f for name, chain in self.chains.items() if name not in below for f in chain]

    def own(self) -> list[File]:
        """The revisions of `standing` that use at least one file of the folder itself."""
        return [f for f in self.standing() if any(self.holds(g.source) for g in self.lineage(f.name))]

    def holds(self, source: Source) -> bool:
        """Whether a file belongs to the folder itself and not to a layer below it."""
        return Path(source.file).is_relative_to(self.folder)  # `_files` builds paths from `folder`, so no resolving is needed

    def get(self, name: str) -> Rulebook:
        """`szse-chinext@2025-03`, or the last revision of `szse-chinext`. Raises DiagnosticError."""
        file = self.file(name)
        if file.name not in self._compiled:
            self._compiled[file.name] = self.kind.compile(self.flat(file.name), self.vocabulary, self.salt, self._seen)
        return self._compiled[file.name]

    def file(self, name: str) -> File:
        """The file of a revision, without what it inherits."""
        chain, at = self._find(name)
        return chain[at]

    def flat(self, name: str) -> Flat:
        """A revision with everything it inherits, not compiled."""
        return flatten(self.lineage(name))

    def lineage(self, name: str) -> list[File]:
        """All files that make up a revision, oldest first."""
        chain, at = self._find(name)
        found = list(self.shared[chain[0].form.rulebook])
        for file in chain[: at + 1]:
            adopted = self.lineage(file.form.adopts) if file.form.adopts else []
            found += [*(f for f in adopted if f.name not in {g.name for g in found}), file]
        return found

    def governing(self, rulebook: str, dates: Mapping[str, int | None]) -> Rulebook:
        """The governing revision, compiled. `dates`: the days of the offering or announcement by field name. Raises DiagnosticError."""
        return self.get(self.governing_name(rulebook, dates))

    def governing_name(self, rulebook: str, dates: Mapping[str, int | None]) -> str:
        """The name of the governing revision. Compiles nothing. Raises DiagnosticError."""
        return governing_name(self.index, rulebook, dates, self.kind.governed)

    @property
    def index(self) -> dict[str, tuple[Selector, ...]]:
        """The selectors of the revisions by rulebook, in the order of the chain."""
        return {
            name: tuple(Selector(f.name, f.form.applies.by, f.form.applies.from_) for f in chain) for name, chain in self.chains.items()
        }

    def _find(self, name: str) -> tuple[Sequence[File], int]:
        rulebook, _, revision = name.partition("@")
        chain = self.chains.get(rulebook)
        if chain is None:
            raise DiagnosticError([unknown_rulebook(rulebook, self.chains)])
        if not revision:
            return chain, len(chain) - 1
        for i, file in enumerate(chain):
            if file.form.revision == revision:
                return chain, i
        known = [f"`{f.form.revision}`" for f in chain]
        hint, hint_zh = f"the revisions are {', '.join(known)}", f"版本有 {'、'.join(known)}"
        said, zh = f"{rulebook} has no revision `{revision}`", f"{rulebook} 没有版本 `{revision}`"
        raise DiagnosticError([Diagnostic("unknown-revision", said, hint=hint, zh=zh, hint_zh=hint_zh)])


def library(folder: Path, kind: Kind = OFFERINGS) -> Library:
    """Read every rulebook of `folder` and its layers. Compiles nothing. Raises DiagnosticError with all mistakes of form."""
    vocabulary, calendar = _vocabulary(folder, kind), load_calendar(folder)
    files, mistakes = _gather(partial(_read, path) for path in _files(folder, kind))
    chains: dict[str, Sequence[File]] = {}
    for name in sorted({f.form.rulebook for f in files}):
        try:
            chains[name] = chain_of(name, files, vocabulary)
        except DiagnosticError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise DiagnosticError(mistakes)
    shared = {name: roots(chain[0], files) for name, chain in chains.items()}
    return Library(folder, kind, vocabulary, calendar, chains, shared, _salt(folder, kind))


def _files(folder: Path, kind: Kind) -> list[Path]:
    """The rulebook files of one kind in a folder and the layers below it, in a stable order."""
    tops = [layer / kind.below for layer in layers(folder)]
    apart = [] if kind.below else [top.resolve() / ANNOUNCEMENTS for top in tops]
    files = {p.resolve(): p for top in tops for p in sorted(top.rglob("*.yaml"))}  # the folder may be inside ours: count its files once
    return [p for at, p in files.items() if _is_rulebook(p) and not any(at.is_relative_to(f) for f in apart)]


def _is_rulebook(path: Path) -> bool:
    return path.name not in OTHER and not path.name.endswith(CASES)


def _read(path: Path) -> File:
    source = load(path)
    return File(read_form(RulebookFile, source), source)


def _vocabulary(folder: Path, kind: Kind) -> Vocabulary:
    own = load_vocabulary(folder)
    return load_vocabulary(_place(folder, kind), kind.governed.name, own) if kind.below else own


def _place(folder: Path, kind: Kind) -> Path:
    """The folder of a kind's own vocabulary: the uppermost layer that has one."""
    tops = [layer / kind.below for layer in layers(folder)]
    return next((top for top in reversed(tops) if os.path.lexists(top / VOCABULARY)), tops[-1])


def _salt(folder: Path, kind: Kind) -> str:
    """sha256 over the vocabulary and the calendar."""
    files = [file_of(folder, name) for name in OTHER]
    files += [_place(folder, kind) / name for name in OTHER] if kind.below else []
    return sha256(b"\0".join(read_regular(f) for f in files if f.exists())).hexdigest()


def _gather(makes: Iterable[Callable[[], T]]) -> tuple[list[T], list[Diagnostic]]:
    """Call each of `makes`. Returns the results, and the diagnostics of those that failed."""
    made: list[T] = []
    mistakes: list[Diagnostic] = []
    for make in makes:
        try:
            made.append(make())
        except DiagnosticError as error:
            mistakes += error.diagnostics
    return made, mistakes


def lint(folder: Path, kind: Kind = OFFERINGS) -> tuple[Diagnostic, ...]:
    """Every mistake in the rulebooks of a folder and in the shared files they use."""
    try:
        found = library(folder, kind)
    except DiagnosticError as error:
        return error.diagnostics
    _, mistakes = _gather(partial(found.get, file.name) for file in found.own())
    return DiagnosticError(dict.fromkeys(mistakes)).diagnostics


@dataclass(frozen=True)
class Resolution:
    """The governing revision. `day` is the offering's value of the selecting date (`rulebook.by`). `following` is the next revision."""

    rulebook: Rulebook
    day: str
    following: File | None
    lineage: tuple[File, ...]
    """The files that make up the revision, oldest first."""


def resolve(books: Library, board: str, dates: Mapping[str, int | None]) -> Resolution:
    """Which revision governs an offering, and why. Raises DiagnosticError if none does."""
    rulebook = books.governing(board, dates)
    chain = books.chains[board]
    after = [f for at, f in enumerate(chain) if at and chain[at - 1].name == rulebook.name]
    day = date.fromordinal((dates[rulebook.by] or 0) + EPOCH).isoformat()
    return Resolution(rulebook, day, after[0] if after else None, tuple(books.lineage(rulebook.name)))
