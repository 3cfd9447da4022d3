"""Shared state while one revision is compiled: the growing schema, the mistakes found so far, and every expression with its place."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from dsl.checker.check import Checked, check, references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.lower import Env, Lowered, lower
from dsl.nodes import Expr
from dsl.parser import parse, parse_order
from dsl.quantities import Type
from dsl.schema import Field, Schema
from validator.bilingual import Cite
from validator.rulebook.amendments import Flat, Path, Placed
from validator.vocabulary.source import Source
from validator.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression: its text, its tree, and the direction if it is a sort key."""

    text: str
    expr: Expr
    descending: bool | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A checked expression, with the file and path where it is written."""

    source: Source
    path: Path
    piece: Piece
    checked: Checked


Asked = tuple[int, str, Type | None, str]
"""Cache key: the state of the known values, the record, the expected type, and the text."""


@dataclass
class Seen:
    """Cache of parsed and checked texts under one vocabulary. Revisions share most of their expressions."""

    trees: dict[str, Expr] = field(default_factory=dict)
    checked: dict[Asked, Checked] = field(default_factory=dict)
    named: dict[Asked, Checked] = field(default_factory=dict)
    states: dict[tuple[int, Field, Lowered], int] = field(default_factory=dict)
    """(state, value) -> next state. Two revisions have the same state if they defined the same values in the same order."""


@dataclass
class Scope:
    """One revision while it is compiled."""

    flat: Flat
    vocabulary: Vocabulary
    seen: Seen = field(default_factory=Seen)
    mistakes: list[Diagnostic] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    """Names of values that did not compile. An expression that reads one is not reported again."""
    known: dict[str, dict[str, Field]] = field(init=False)
    schema: Schema = field(init=False)
    env: Env = field(init=False)
    """What is known of names before an offering is bound: only the bounds of their types."""
    used: Counter[str] = field(init=False)
    """How often each name is used for a field or a value."""
    state: int = field(init=False)
    """A number that identifies the values defined so far, see `Seen.states`."""

    def __post_init__(self) -> None:
        base = self.vocabulary.schema
        self.known = {e: dict(base.values.get(e, {})) for e in base.entities}
        self.schema = replace(base, values=self.known)
        self.env = Env(self.schema)
        self.state = 0
        fields = [f for e in base.entities.values() for f in (*e.fields.values(), *self.known[e.name].values())]
        self.used = Counter(n for f in fields for n in {f.name, f.zh})
        self.used.update(n for name, placed in self.flat.values.items() for n in {name, placed.form.zh})

    def settle(self) -> None:
        """Raise DiagnosticError if there are mistakes."""
        follows = ("unknown-name", "unknown-word", "bad-placeholder")
        own = [
            m
            for m in self.mistakes
            if not (m.code in follows and any(f"`{n}`" in m.message or f"{{{n}}}" in m.message for n in self.failed))
        ]
        if self.mistakes:
            raise DiagnosticError(dict.fromkeys(own or self.mistakes))

    def parse(self, placed: Placed[Any], path: Path, text: str) -> Piece | None:
        try:
            if path[:2] == ("take", "order"):
                return Piece(text, *parse_order(text, units=self.schema.units))
            return Piece(text, self.tree(text))
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None

    def tree(self, text: str) -> Expr:
        """Raises DiagnosticError."""
        found = self.seen.trees.get(text)
        if found is None:
            found = self.seen.trees[text] = parse(text, units=self.schema.units)
        return found

    def define(self, made: Field, meaning: Lowered) -> None:
        """Add a value to the schema, so that later expressions can read it."""
        self.known[made.entity][made.name] = made
        self.env.define(made.entity, made.name, meaning)
        step = (self.state, made, self.env.values[made.entity, made.name])
        self.state = self.seen.states.setdefault(step, len(self.seen.states) + 1)

    def named(self, text: str, entity: str) -> Checked:
        """The checked expression of a placeholder in a message. Raises DiagnosticError."""
        key = (self.state, entity, None, text)
        if key not in self.seen.named:
            self.seen.named[key] = check(self.tree(text), self.schema, entity, text=text)
        return self.seen.named[key]

    def check(self, placed: Placed[Any], path: Path, piece: Piece, entity: str, expect: Type | None = None) -> Checked | None:
        key = (self.state, entity, expect, piece.text)
        try:
            checked = self.seen.checked.get(key) if piece.text else None
            if checked is None:
                checked = check(piece.expr, self.schema, entity, expect=expect, text=piece.text)
                lower(checked, self.env)
                self.seen.checked[key] = checked
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None
        self.written.append(Written(placed.source, (*placed.path, *path), piece, checked))
        return checked

    def prove(self, placed: Placed[Any], path: Path, make: Callable[[Checked, Env], object], checked: Checked | None) -> None:
        """Try to lower the expression now, so that its mistakes are reported here and not when an offering is bound."""
        try:
            if checked is not None:
                make(checked, self.env)
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]

    def stage_fits(self, placed: Placed[Any], stage: str, parts: Iterable[Checked], what: str) -> None:
        """Add a mistake if an expression reads a value that only a later stage knows."""
        for ref in (r for p in parts for r in references(p.expr) if r.field.source == "value"):
            needed = ref.field.stage
            if what == "value" and not stage and (needed or self.effects(ref.field)):
                message = f"`{ref.field.name}` depends on the stage, so this value needs `stage:`"
                self.mistakes.append(placed.mistake("needs-stage", message, hint=self.stages()))
            elif needed and (not stage or self.flat.stages.index(needed) > self.flat.stages.index(stage)):
                message = f"`{ref.field.name}` is known from stage {needed} on, but this {what} belongs to {stage}"
                self.mistakes.append(placed.mistake("later-stage", message))

    def effects(self, found: Field) -> bool:
        """Whether the engine updates this field between stages (`live`, `admitted_quantity`)."""
        return found.name in self.vocabulary.schema.values.get(found.entity, {})

    def cites(self, placed: Placed[Any], text: str | None) -> tuple[Cite, ...]:
        found = []
        for part in (p.strip() for p in (text or "").split(";") if p.strip()):
            source, _, clause = part.partition(" ")
            if source not in self.flat.sources:
                known = ", ".join(f"`{s}`" for s in self.flat.sources)
                self.mistakes.append(
                    placed.mistake("unknown-source", f"unknown source `{source}`", "cite", hint=f"the sources are {known}")
                )
            found.append(Cite(source, clause.strip()))
        return tuple(found)

    def unread(self, text: str | None) -> bool:
        """Whether every cited document is marked `unverified`."""
        named = {p.split()[0] for p in (text or "").split(";") if p.strip()}
        marks = [bool(self.flat.sources[n].unverified) for n in named if n in self.flat.sources]
        return bool(marks) and all(marks)

    def entities(self) -> str:
        return "the records are " + ", ".join(f"`{e}`" for e in self.schema.entities)

    def stages(self) -> str:
        return "the stages are " + ", ".join(f"`{s}`" for s in self.flat.stages)
