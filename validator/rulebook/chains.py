"""Rulebook files as read -> the chain of each rulebook: its revisions in order. Each revision amends the one before it."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.rulebook.amendments import File
from validator.vocabulary.vocabulary import Vocabulary

_LINE = "each revision amends the one before it; only the first may amend nothing, or a revision of another rulebook"


def chain_of(name: str, files: list[File], vocabulary: Vocabulary) -> list[File]:
    """The revisions of one rulebook in order. The first may amend a revision that several boards share. Raises DiagnosticError."""
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


def roots(first: File, files: list[File]) -> list[File]:
    """The revisions of other rulebooks that the first revision rests on, oldest first. Raises DiagnosticError for a circle."""
    found: list[File] = []
    at = first
    while at.form.amends is not None:
        at = next(f for f in files if f.name == at.form.amends)
        if at in found or at is first:
            message = f"{first.name} amends itself through other revisions"
            raise DiagnosticError([_at(first, "amends", "circular", message)])
        found.insert(0, at)
    return found


def _form_mistakes(files: list[File], every: list[File], vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    seen: dict[str, File] = {}
    dates = [f.name for f in vocabulary.schema.entities[vocabulary.schema.root].fields.values() if f.type.name == "date"]
    for file in files:
        other = seen.setdefault(file.form.revision, file)
        if other is not file:
            yield _at(file, "revision", "overlap", f"{file.name} exists twice, also in {other.source.file}")
        amends = file.form.amends
        if amends is not None and amends not in {f.name for f in every}:
            yield _at(file, "amends", "amends-nothing", f"{file.name} amends `{amends}`, which does not exist")
        yield from _adopts_mistakes(file, every)
        if file.form.applies.by not in dates:
            yield _at(
                file,
                "applies",
                "unknown-name",
                f"`{file.form.applies.by}` is not a date field of an {vocabulary.schema.root}",
                "the dates are " + ", ".join(dates),
            )
        try:
            date.fromisoformat(file.form.applies.from_)
        except ValueError:
            yield _at(file, "applies", "wrong-date", f"`{file.form.applies.from_}` is not a date")


def _adopts_mistakes(file: File, every: list[File]) -> Iterator[Diagnostic]:
    """An adopted revision must exist, belong to another rulebook, and that rulebook must adopt nothing itself."""
    adopts = file.form.adopts
    if adopts is None:
        return
    rulebook = adopts.partition("@")[0]
    if adopts not in {f.name for f in every}:
        yield _at(file, "adopts", "amends-nothing", f"{file.name} adopts `{adopts}`, which does not exist")
    elif any(f.form.adopts for f in every if f.form.rulebook == rulebook):
        message = f"{file.name} adopts `{adopts}`, but {rulebook} itself adopts other revisions"
        yield _at(file, "adopts", "circular", message, "adopt those revisions directly")


def _at(file: File, key: str, code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, hint=hint, file=file.source.file, line=file.line(key))
