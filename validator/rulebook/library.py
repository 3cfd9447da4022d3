"""A folder of rules -> its rulebooks: files found, revisions chained, the one that governs an offering compiled.

The date that selects a revision is the one that its transition clause names (`applies.by`), never today and never the highest version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH
from validator.rulebook.amendments import File, Flat, flatten
from validator.rulebook.compile.revision import compile_rulebook
from validator.rulebook.compile.scope import Seen
from validator.rulebook.form import RulebookFile
from validator.rulebook.governing import Selector, governing_name, unknown_rulebook
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.calendar_file import load_calendar
from validator.vocabulary.form import read_form
from validator.vocabulary.layers import CALENDAR, VOCABULARY, file_of, layers
from validator.vocabulary.source import Source, load
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

OTHER = (VOCABULARY, CALENDAR)
CASES = ".cases.yaml"
ANNOUNCEMENTS = "announcements"
"""The folder of the rulebooks that speak of announcements: they have a vocabulary and an evaluator of their own."""


@dataclass(frozen=True)
class Library:
    """Every revision of every rulebook of a folder and of the layers below it, by id; each chain in the order of its amendments."""

    folder: Path
    vocabulary: Vocabulary
    calendar: Calendar
    chains: Mapping[str, Sequence[File]]
    shared: Mapping[str, Sequence[File]]
    """Per rulebook what its first revision amends: revisions of other rulebooks, which several boards share."""
    _compiled: dict[str, Rulebook] = field(default_factory=dict)
    _seen: Seen = field(default_factory=Seen)

    def all(self) -> list[Rulebook]:
        """Every revision, compiled. Raises DiagnosticError."""
        return [self.get(f.name) for f in self.standing()]

    def standing(self) -> list[File]:
        """The revisions that can govern an offering. Those that others only build on may lack names that each board adds."""
        below = {f.form.rulebook for files in self.shared.values() for f in files}
        return [f for name, chain in self.chains.items() if name not in below for f in chain]

    def own(self) -> list[File]:
        """Of these, the revisions that rest on a file of the folder itself."""
        return [f for f in self.standing() if any(self.holds(g.source) for g in self.lineage(f.name))]

    def holds(self, source: Source) -> bool:
        """Whether a file is the folder's own, and not of a layer below it."""
        return Path(source.file).is_relative_to(self.folder)  # as `rulebook_files` names them

    def get(self, name: str) -> Rulebook:
        """`szse-chinext@2025-03`, or the last revision of `szse-chinext`. Raises DiagnosticError."""
        chain, at = self._find(name)
        file = chain[at]
        if file.name not in self._compiled:
            self._compiled[file.name] = compile_rulebook(self.flat(file.name), self.vocabulary, self._salt(), self._seen)
        return self._compiled[file.name]

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
        """The revision that governs an offering, compiled. `dates`: days by the offering's field names. Raises DiagnosticError."""
        return self.get(self.governing_name(rulebook, dates))

    def governing_name(self, rulebook: str, dates: Mapping[str, int | None]) -> str:
        """The name of that revision, not compiled."""
        return governing_name(self.index, rulebook, dates)

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

    def _salt(self) -> str:
        files = [file_of(self.folder, name) for name in OTHER]
        return sha256(b"\0".join(f.read_bytes() for f in files if f.exists())).hexdigest()


def library(folder: Path) -> Library:
    """Read every rulebook of `folder` and its layers; nothing is compiled yet. Raises DiagnosticError with all mistakes of form."""
    vocabulary, calendar = load_vocabulary(folder), load_calendar(folder)
    files, mistakes = _gather(_read(p) for p in rulebook_files(folder))
    chains: dict[str, Sequence[File]] = {}
    for name in sorted({f.form.rulebook for f in files}):
        try:
            chains[name] = _chain(name, files, vocabulary)
        except DiagnosticError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise DiagnosticError(mistakes)
    return Library(folder, vocabulary, calendar, chains, {n: _roots(c[0], files) for n, c in chains.items()})


def rulebook_files(folder: Path) -> list[Path]:
    """The rulebook files of a folder and of the layers below it, in a stable order; not those of announcements."""
    found = layers(folder)
    apart = [layer.resolve() / ANNOUNCEMENTS for layer in found]
    files = {p.resolve(): p for layer in found for p in sorted(layer.rglob("*.yaml"))}  # a folder may lie in ours: its files count once
    return [p for at, p in files.items() if _is_rulebook(p) and not any(at.is_relative_to(f) for f in apart)]


def _is_rulebook(path: Path) -> bool:
    return path.name not in OTHER and not path.name.endswith(CASES)


def lint(folder: Path) -> tuple[Diagnostic, ...]:
    """Every mistake in every rulebook of a folder, and of those below it on which they rest."""
    try:
        found = library(folder)
    except DiagnosticError as error:
        return error.diagnostics
    mistakes: list[Diagnostic] = []
    for file in found.own():
        try:
            found.get(file.name)
        except DiagnosticError as error:
            mistakes += error.diagnostics
    return DiagnosticError(dict.fromkeys(mistakes)).diagnostics


def _read(path: Path) -> Callable[[], File]:
    def read() -> File:
        source = load(path)
        return File(read_form(RulebookFile, source), source)

    return read


def _gather(reads: Iterable[Callable[[], File]]) -> tuple[list[File], list[Diagnostic]]:
    files: list[File] = []
    mistakes: list[Diagnostic] = []
    for read in reads:
        try:
            files.append(read())
        except DiagnosticError as error:
            mistakes += error.diagnostics
    return files, mistakes


def _chain(name: str, files: list[File], vocabulary: Vocabulary) -> list[File]:
    """The revisions of one rulebook, each amending the one before; the first may amend a revision that boards share."""
    own = [f for f in files if f.form.rulebook == name]
    mistakes = list(_form_mistakes(own, files, vocabulary))
    names = {f.name for f in own}
    chain = [f for f in own if f.form.amends not in names][:1]
    while chain and (after := [f for f in own if f.form.amends == chain[-1].name and f not in chain]):
        chain.append(after[0])
    for file in own:
        if file not in chain and not mistakes:
            mistakes.append(_at(file, "amends", "overlap", f"{file.name} does not follow the other revisions of {name}", _LINE))
    for old, new in pairwise(chain):
        if new.form.applies.by == old.form.applies.by and new.form.applies.from_ <= old.form.applies.from_:
            message = f"{new.name} applies from {new.form.applies.from_}, not later than {old.name} ({old.form.applies.from_})"
            mistakes.append(_at(new, "applies", "overlap", message))
    if mistakes:
        raise DiagnosticError(mistakes)
    return chain


_LINE = "each revision amends the one before it; only the first may amend none, or one of another rulebook"


def _roots(first: File, files: list[File]) -> list[File]:
    """What the first revision of a rulebook amends, and what that amends."""
    found: list[File] = []
    at = first
    while at.form.amends is not None:
        at = next(f for f in files if f.name == at.form.amends)
        if at in found or at is first:
            message = f"{first.name} amends itself, by way of others"
            raise DiagnosticError([_at(first, "amends", "circular", message)])
        found.insert(0, at)
    return found


def _form_mistakes(files: list[File], every: list[File], vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    seen: dict[str, File] = {}
    dates = [f.name for f in vocabulary.schema.entities[vocabulary.schema.root].fields.values() if f.type.name == "date"]
    for file in files:
        other = seen.setdefault(file.form.revision, file)
        if other is not file:
            yield _at(file, "revision", "overlap", f"{file.name} stands twice, also in {other.source.file}")
        amends = file.form.amends
        if amends is not None and amends not in {f.name for f in every}:
            yield _at(file, "amends", "amends-nothing", f"{file.name} amends `{amends}`, which does not exist")
        yield from _adopts_mistakes(file, every)
        if file.form.applies.by not in dates:
            yield _at(
                file, "applies", "unknown-name", f"`{file.form.applies.by}` is no date of an offering", "the dates are " + ", ".join(dates)
            )
        try:
            date.fromisoformat(file.form.applies.from_)
        except ValueError:
            yield _at(file, "applies", "wrong-date", f"`{file.form.applies.from_}` is no day of the calendar")


def _adopts_mistakes(file: File, every: list[File]) -> Iterator[Diagnostic]:
    """What is adopted exists, is another rulebook's, and that rulebook adopts nothing itself."""
    adopts = file.form.adopts
    if adopts is None:
        return
    rulebook = adopts.partition("@")[0]
    if adopts not in {f.name for f in every}:
        yield _at(file, "adopts", "amends-nothing", f"{file.name} adopts `{adopts}`, which does not exist")
    elif any(f.form.adopts for f in every if f.form.rulebook == rulebook):
        message = f"{file.name} adopts `{adopts}`, but {rulebook} adopts others in turn"
        yield _at(file, "adopts", "circular", message, "adopt what it adopts")


def _at(file: File, key: str, code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, hint=hint, file=file.source.file, line=file.line(key))


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
