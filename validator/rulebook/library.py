"""A folder of rules -> its rulebooks: files found, revisions chained, the one that governs compiled.

The date that selects a revision is the one that its transition clause names (`applies.by`), never today and never the highest version.
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
"""The folder of the rulebooks that speak of announcements: they have a vocabulary and an evaluator of their own."""


Compile = Callable[[Flat, Vocabulary, str, Seen], Rulebook]


@dataclass(frozen=True)
class Kind:
    """All that differs between the rulebooks of offerings and those of announcements."""

    governed: Governed
    """What they govern: it is the one record that all others of their vocabulary belong to."""
    compile: Compile
    below: str = ""
    """The folder that they and their vocabulary lie in, below each folder of rules."""


OFFERINGS = Kind(OFFERING, compile_rulebook)


@dataclass(frozen=True)
class Library:
    """Every revision of every rulebook of a folder and of the layers below it, by id; each chain in the order of its amendments."""

    folder: Path
    kind: Kind
    vocabulary: Vocabulary
    calendar: Calendar
    chains: Mapping[str, Sequence[File]]
    shared: Mapping[str, Sequence[File]]
    """Per rulebook what its first revision amends: revisions of other rulebooks, which several boards share."""
    salt: str
    """The digest of what every revision rests on beside its own files."""
    _compiled: dict[str, Rulebook] = field(default_factory=dict)
    _seen: Seen = field(default_factory=Seen)

    def all(self) -> list[Rulebook]:
        """Every revision, compiled. Raises DiagnosticError with the mistakes of all."""
        made, mistakes = _gather(partial(self.get, f.name) for f in self.standing())
        if mistakes:
            raise DiagnosticError(dict.fromkeys(mistakes))
        return made

    def standing(self) -> list[File]:
        """The revisions that can govern an offering. Those that others only build on may lack names that each board adds."""
        below = {f.form.rulebook for files in self.shared.values() for f in files}
        return [f for name, chain in self.chains.items() if name not in below for f in chain]

    def own(self) -> list[File]:
        """Of these, the revisions that rest on a file of the folder itself."""
        return [f for f in self.standing() if any(self.holds(g.source) for g in self.lineage(f.name))]

    def holds(self, source: Source) -> bool:
        """Whether a file is the folder's own, and not of a layer below it."""
        return Path(source.file).is_relative_to(self.folder)  # as `_files` names them

    def get(self, name: str) -> Rulebook:
        """`szse-chinext@2025-03`, or the last revision of `szse-chinext`. Raises DiagnosticError."""
        file = self.file(name)
        if file.name not in self._compiled:
            self._compiled[file.name] = self.kind.compile(self.flat(file.name), self.vocabulary, self.salt, self._seen)
        return self._compiled[file.name]

    def file(self, name: str) -> File:
        """The file of a revision itself."""
        chain, at = self._find(name)
        return chain[at]

    def flat(self, name: str) -> Flat:
        """The revision's text with all it inherits, not compiled."""
        return flatten(self.lineage(name))

    def lineage(self, name: str) -> list[File]:
        """All files that make up a revision, the first to the last."""
        chain, at = self._find(name)
        found = list(self.shared[chain[0].form.rulebook])
        for file in chain[: at + 1]:
            adopted = self.lineage(file.form.adopts) if file.form.adopts else []
            found += [*(f for f in adopted if f.name not in {g.name for g in found}), file]
        return found

    def governing(self, rulebook: str, dates: Mapping[str, int | None]) -> Rulebook:
        """The revision that governs, compiled. `dates`: the days of what it governs, by their field names. Raises DiagnosticError."""
        return self.get(self.governing_name(rulebook, dates))

    def governing_name(self, rulebook: str, dates: Mapping[str, int | None]) -> str:
        """The name of that revision, not compiled."""
        return governing_name(self.index, rulebook, dates, self.kind.governed)

    @property
    def index(self) -> dict[str, tuple[Selector, ...]]:
        """What selects each revision, by rulebook, in the order of the chain."""
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
        known = ", ".join(f"`{f.form.revision}`" for f in chain)
        raise DiagnosticError(
            [Diagnostic("unknown-revision", f"{rulebook} has no revision `{revision}`", hint=f"the revisions are {known}")]
        )


def library(folder: Path, kind: Kind = OFFERINGS) -> Library:
    """Read every rulebook of `folder` and its layers; nothing is compiled yet. Raises DiagnosticError with all mistakes of form."""
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
    """The rulebook files of that kind in a folder and in the layers below it, in a stable order."""
    tops = [layer / kind.below for layer in layers(folder)]
    apart = [] if kind.below else [top.resolve() / ANNOUNCEMENTS for top in tops]
    files = {p.resolve(): p for top in tops for p in sorted(top.rglob("*.yaml"))}  # a folder may lie in ours: its files count once
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
    """The folder of the vocabulary that a kind has of its own: the uppermost that has one counts."""
    tops = [layer / kind.below for layer in layers(folder)]
    return next((top for top in reversed(tops) if os.path.lexists(top / VOCABULARY)), tops[-1])


def _salt(folder: Path, kind: Kind) -> str:
    """sha256 over what every revision rests on: the vocabulary and the calendar."""
    files = [file_of(folder, name) for name in OTHER]
    files += [_place(folder, kind) / name for name in OTHER] if kind.below else []
    return sha256(b"\0".join(read_regular(f) for f in files if f.exists())).hexdigest()


def _gather(makes: Iterable[Callable[[], T]]) -> tuple[list[T], list[Diagnostic]]:
    """What could be made, and the mistakes of what could not."""
    made: list[T] = []
    mistakes: list[Diagnostic] = []
    for make in makes:
        try:
            made.append(make())
        except DiagnosticError as error:
            mistakes += error.diagnostics
    return made, mistakes


def lint(folder: Path, kind: Kind = OFFERINGS) -> tuple[Diagnostic, ...]:
    """Every mistake in every rulebook of a folder, and of those below it on which they rest."""
    try:
        found = library(folder, kind)
    except DiagnosticError as error:
        return error.diagnostics
    _, mistakes = _gather(partial(found.get, file.name) for file in found.own())
    return DiagnosticError(dict.fromkeys(mistakes)).diagnostics


@dataclass(frozen=True)
class Resolution:
    """`day` is the offering's own day of the date that selects (`rulebook.by`). `following` is the revision that ends it, if any does."""

    rulebook: Rulebook
    day: str
    following: File | None
    lineage: tuple[File, ...]
    """The files that make it up, first to last."""


def resolve(books: Library, board: str, dates: Mapping[str, int | None]) -> Resolution:
    """Raises DiagnosticError where no revision governs the offering."""
    rulebook = books.governing(board, dates)
    chain = books.chains[board]
    after = [f for at, f in enumerate(chain) if at and chain[at - 1].name == rulebook.name]
    day = date.fromordinal((dates[rulebook.by] or 0) + EPOCH).isoformat()
    return Resolution(rulebook, day, after[0] if after else None, tuple(books.lineage(rulebook.name)))
