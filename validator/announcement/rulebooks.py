"""rules/announcements -> its rulebooks, compiled: the same form as every rulebook, another vocabulary, no kernel.

What a rule says is checked by the language as ever; then `sound` sees to it that it can be told of printed figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Any

from dsl.checker.check import Checked, check
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH, FieldType, Type
from dsl.schema import Field
from validator.announcement.soundness import mistakes
from validator.bilingual import Both
from validator.rulebook.amendments import File, Flat, Path, Placed, documents, flatten
from validator.rulebook.compile.revision import canonical
from validator.rulebook.compile.rules import compile_rules
from validator.rulebook.compile.scope import Piece, Scope, Written
from validator.rulebook.form import RulebookFile, ValueForm
from validator.rulebook.library import ANNOUNCEMENTS, CASES, OTHER
from validator.rulebook.model import Rulebook, Value
from validator.vocabulary.calendar import Calendar
from validator.vocabulary.calendar_file import load_calendar
from validator.vocabulary.form import read_form
from validator.vocabulary.layers import VOCABULARY, file_of, layers
from validator.vocabulary.source import load
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

ROOT = "announcement"


@dataclass(frozen=True)
class Library:
    """Every revision of every rulebook of announcements, oldest first, and what they speak of."""

    folder: FilePath
    vocabulary: Vocabulary
    calendar: Calendar
    revisions: Mapping[str, Sequence[Rulebook]]
    files: Mapping[str, FilePath]
    """The file of each revision, by its name."""

    def governing(self, rulebook: str, published: int) -> Rulebook:
        """The last revision that was in force on the day of publication. Raises DiagnosticError."""
        found = self.revisions.get(rulebook)
        if found is None:
            known = ", ".join(f"`{k}`" for k in self.revisions)
            raise DiagnosticError([Diagnostic("unknown-rulebook", f"unknown rulebook `{rulebook}`", hint=f"the rulebooks are {known}")])
        there = [r for r in found if _day(r.since) <= published]
        if not there:
            said = f"no revision of {rulebook} was in force on {date.fromordinal(published + EPOCH).isoformat()}"
            raise DiagnosticError([Diagnostic("no-revision", said, hint=f"the first revision here applies from {found[0].since}")])
        return there[-1]


def library(rules: FilePath) -> Library:
    """Read and compile all of them. `rules` is the folder of all rules. Raises DiagnosticError with every mistake."""
    folders = [layer / ANNOUNCEMENTS for layer in layers(rules)]
    folder = next((f for f in reversed(folders) if (f / VOCABULARY).is_file()), folders[-1])
    vocabulary = load_vocabulary(folder, ROOT, load_vocabulary(rules))
    known = [*(file_of(rules, name) for name in OTHER), *(folder / name for name in OTHER)]
    salt = sha256(b"\0".join(file.read_bytes() for file in known if file.exists()))
    files: list[File] = []
    found: list[Diagnostic] = []
    for path in (p for f in folders for p in sorted(f.rglob("*.yaml")) if p.name not in OTHER and not p.name.endswith(CASES)):
        try:
            source = load(path)
            files.append(File(read_form(RulebookFile, source), source))
        except DiagnosticError as error:
            found += error.diagnostics
    revisions: dict[str, list[Rulebook]] = {}
    for chain in _chains(files):
        try:
            revisions.setdefault(chain[-1].form.rulebook, []).append(_compile(flatten(chain), vocabulary, salt.hexdigest()))
        except DiagnosticError as error:
            found += error.diagnostics
    if found:
        raise DiagnosticError(dict.fromkeys(found))
    return Library(folder, vocabulary, load_calendar(rules), revisions, {f.name: FilePath(f.source.file) for f in files})


def _chains(files: Sequence[File]) -> list[list[File]]:
    """Each file after all that it amends, in the order of their dates."""
    by_name = {f.name: f for f in files}
    chains = []
    for file in sorted(files, key=lambda f: (f.form.rulebook, f.form.applies.from_)):
        chain = [file]
        while (amended := by_name.get(chain[0].form.amends or "")) is not None and amended not in chain:
            chain.insert(0, amended)
        if chain[0].form.amends is not None:
            said = f"{chain[0].name} amends `{chain[0].form.amends}`, which does not exist or amends it in turn"
            raise DiagnosticError([Diagnostic("amends-nothing", said, file=file.source.file, line=chain[0].line("amends"))])
        chains.append(chain)
    return chains


def _compile(flat: Flat, vocabulary: Vocabulary, salt: str) -> Rulebook:
    scope = _Scope(flat, vocabulary)
    values = {n: made for n, placed in flat.values.items() if (made := _value(scope, n, placed)) is not None}
    rules = {} if scope.mistakes else compile_rules(scope)
    if not scope.mistakes:
        for rule in rules.values():
            placed = flat.rules[rule.id]
            scope.mistakes += [d.at(placed.source.file, placed.line("require")) for d in mistakes(rule, values, ROOT)]
    if scope.mistakes:
        raise DiagnosticError(dict.fromkeys(scope.mistakes))
    title, applies = Both(flat.title.zh, flat.title.en), flat.applies
    return Rulebook(
        id=flat.id,
        revision=flat.revision,
        title=title,
        by=applies.by,
        since=applies.from_,
        stages=tuple(flat.stages),
        sources=documents(flat.sources),
        terms={},
        values=values,
        rules=rules,
        schema=scope.schema,
        digest=flat.digest(salt, {(w.source.file, w.path): canonical(w, scope.schema) for w in scope.written}),
        own=frozenset(flat.own),
    )


class _Scope(Scope):
    """Expressions are checked, but never lowered to integers."""

    def check(self, placed: Placed[Any], path: Path, piece: Piece, entity: str, expect: Type | None = None) -> Checked | None:
        try:
            checked = check(piece.expr, self.schema, entity, expect=expect, text=piece.text)
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None
        self.written.append(Written(placed.source, (*placed.path, *path), piece, checked))
        return checked


def _value(scope: Scope, name: str, placed: Placed[ValueForm]) -> Value | None:
    """A value of the form `is`, which may read the values before it."""
    form = placed.form
    if form.is_ is None or form.of not in scope.schema.entities:
        said = f"value `{name}` needs `is` and the record it is of: announcements know no other form"
        scope.mistakes.append(placed.mistake("wrong-form", said, hint=scope.entities()))
        return None
    names = {n for e in scope.schema.parents(form.of) for f in scope.schema.entities[e].fields.values() for n in (f.name, f.zh)}
    if {name, form.zh} & names:
        scope.mistakes.append(placed.mistake("name-clash", f"`{name}` ({form.zh}) is a figure already", hint="give it another name"))
        return None
    piece = scope.parse(placed, ("is",), form.is_)
    meaning = scope.check(placed, ("is",), piece, form.of) if piece else None
    if meaning is None:
        return None
    made = Field(name, form.zh, form.of, FieldType("value", meaning.type), "value")
    scope.known[form.of][name] = made
    return Value(made, meaning, "is", scope.cites(placed, form.cite), bool(form.unverified), form.show)


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - EPOCH
