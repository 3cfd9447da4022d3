"""rules/announcements -> its rulebooks, compiled. They have the same form as all rulebooks, but their own vocabulary, and use no kernel.

The rule language checks each expression as usual. Then `soundness` checks that it can be decided from printed figures.
"""

from pathlib import Path as FilePath
from typing import Any

from dsl.checker.check import Checked, check
from dsl.diagnostics import DiagnosticError
from dsl.quantities import FieldType, Type
from dsl.schema import Field
from validator.announcement.soundness import mistakes
from validator.rulebook.amendments import Flat, Path, Placed
from validator.rulebook.compile.revision import settled
from validator.rulebook.compile.rules import compile_rules
from validator.rulebook.compile.scope import Piece, Scope, Seen, Written
from validator.rulebook.form import ValueForm
from validator.rulebook.governing import Governed
from validator.rulebook.library import ANNOUNCEMENTS, Kind, Library
from validator.rulebook.library import library as rulebooks
from validator.rulebook.model import Rulebook, Value
from validator.vocabulary.vocabulary import Vocabulary


def library(rules: FilePath) -> Library:
    """All rulebooks for announcements, compiled. `rules` is the folder of all rules. Raises DiagnosticError with every mistake."""
    books = rulebooks(rules, KIND)
    books.all()
    return books


def _compile(flat: Flat, vocabulary: Vocabulary, salt: str, _seen: Seen) -> Rulebook:
    """Raises DiagnosticError with every mistake."""
    scope = _Scope(flat, vocabulary)
    values = {n: made for n, placed in flat.values.items() if (made := _value(scope, n, placed)) is not None}
    rules = {} if scope.mistakes else compile_rules(scope)
    if not scope.mistakes:
        for rule in rules.values():
            placed = flat.rules[rule.id]
            said = mistakes(rule, values, vocabulary.schema.root)
            scope.mistakes += [d.at(placed.source.file, placed.line("require")) for d in said]
    return settled(scope, values, {}, rules, salt)


KIND = Kind(Governed("announcement", "on {day}"), _compile, ANNOUNCEMENTS)


class _Scope(Scope):
    """A scope that checks expressions but never lowers them to integers."""

    def check(self, placed: Placed[Any], path: Path, piece: Piece, entity: str, expect: Type | None = None) -> Checked | None:
        try:
            checked = check(piece.expr, self.schema, entity, expect=expect, text=piece.text)
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None
        self.written.append(Written(placed.source, (*placed.path, *path), piece, checked))
        return checked


def _value(scope: Scope, name: str, placed: Placed[ValueForm]) -> Value | None:
    """A value of the form `is`. It may read the values before it."""
    form = placed.form
    if form.is_ is None or form.of not in scope.schema.entities:
        said = f"value `{name}` needs `is` and the record it is of: announcements know no other form"
        scope.mistakes.append(placed.mistake("wrong-form", said, hint=scope.entities()))
        return None
    names = {n for e in scope.schema.parents[form.of] for f in scope.schema.entities[e].fields.values() for n in (f.name, f.zh)}
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
