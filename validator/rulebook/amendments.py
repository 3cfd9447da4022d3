"""A chain of rulebook files -> one flat revision. A rule, term or value in an amendment replaces the inherited one as a whole.

Every part keeps the file and the path where it is written, so that later diagnostics can name the line.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, TypeVar

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.rulebook.form import Applies, Both, RulebookFile, RuleForm, SourceDocument, TermForm, ValueForm
from validator.vocabulary.source import Source

F = TypeVar("F")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One rulebook file: its form and its source text."""

    form: RulebookFile
    source: Source

    @property
    def name(self) -> str:
        return f"{self.form.rulebook}@{self.form.revision}"

    def line(self, *path: str | int) -> int:
        return self.source.line_of(path)


@dataclass(frozen=True, slots=True)
class Placed(Generic[F]):
    """A rule, term or value, with the file and path where it is written."""

    form: F
    source: Source
    path: Path

    def line(self, *below: str | int) -> int:
        return self.source.line_of((*self.path, *below))

    def mistake(self, code: str, message: str, *below: str | int, hint: str | None = None) -> Diagnostic:
        """A diagnostic at a key of this part."""
        return Diagnostic(code, message, hint=hint, file=self.source.file, line=self.line(*below))


@dataclass
class Flat:
    """One revision with everything it inherits."""

    id: str
    revision: str
    title: Both
    applies: Applies
    stages: list[str]
    sources: dict[str, SourceDocument] = field(default_factory=dict)
    terms: dict[str, Placed[TermForm]] = field(default_factory=dict)
    values: dict[str, Placed[ValueForm]] = field(default_factory=dict)
    rules: dict[str, Placed[RuleForm]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    head: Source | None = None

    def digest(self, salt: str, meanings: Mapping[tuple[str, Path], str]) -> str:
        """sha256 over everything that decides a verdict: the flat revision and its vocabulary (`salt`).

        `meanings` holds the canonical text of each expression by file and path, so its language does not change the digest.
        """
        data: dict[str, Any] = {
            "vocabulary": salt,
            "rulebook": self.id,
            "revision": self.revision,
            "applies": self.applies.model_dump(),
            "stages": self.stages,
        }
        parts: dict[str, Mapping[str, Placed[Any]]] = {"terms": self.terms, "values": self.values, "rules": self.rules}
        for kind, named in parts.items():
            data[kind] = {k: _meant(v, meanings) for k, v in named.items()}
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + sha256(text.encode()).hexdigest()


def _meant(placed: Placed[Any], meanings: Mapping[tuple[str, Path], str]) -> Any:
    """A part as plain data, with canonical text for its expressions."""
    data: Any = placed.form.model_dump(by_alias=True, exclude_defaults=True)
    for (file, path), text in meanings.items():
        if file == placed.source.file and path[: len(placed.path)] == placed.path:
            at = data
            *above, last = path[len(placed.path) :]
            for step in above:
                at = at[step]
            at[last] = text
    return data


def flatten(chain: Sequence[File]) -> Flat:
    """The last revision of a chain, with everything it inherits. Each file amends the one before. Raises DiagnosticError."""
    first = chain[0].form
    flat = Flat(chain[-1].form.rulebook, first.revision, first.title, first.applies, list(first.stages))
    mistakes: list[Diagnostic] = []
    for file in chain:
        form = file.form
        flat.revision, flat.title, flat.applies, flat.head = form.revision, form.title, form.applies, file.source
        flat.stages = list(form.stages) or flat.stages
        flat.sources |= form.sources
        flat.own = set()
        mistakes += _remove(flat, file)
        for name, term in form.terms.items():
            flat.terms[name] = Placed(term, file.source, ("terms", name))
        for name, value in form.values.items():
            flat.values[name] = Placed(value, file.source, ("values", name))
        mistakes += _rules(flat, file)
        flat.own |= {*form.terms, *form.values, *(r.id for r in form.rules)}
    if mistakes:
        raise DiagnosticError(mistakes)
    return flat


def _remove(flat: Flat, file: File) -> Iterator[Diagnostic]:
    for i, name in enumerate(file.form.removes):
        found = [p for p in (flat.terms, flat.values, flat.rules) if name in p]
        if not found:
            yield Diagnostic(
                "amends-nothing",
                f"`{name}` cannot be removed: {file.form.amends or 'nothing'} has no such rule, term or value",
                file=file.source.file,
                line=file.line("removes", i),
            )
        for parts in found:
            del parts[name]


def _rules(flat: Flat, file: File) -> Iterator[Diagnostic]:
    seen: dict[str, int] = {}
    for i, rule in enumerate(file.form.rules):
        placed = Placed(rule, file.source, ("rules", i))
        if rule.id in seen:
            yield placed.mistake("duplicate-rule", f"rule `{rule.id}` is written twice, first at line {seen[rule.id]}", "id")
        seen.setdefault(rule.id, placed.line("id"))
        flat.rules[rule.id] = placed


def documents(sources: Mapping[str, SourceDocument]) -> dict[str, str]:
    """The text that a report prints for each source, by its short name."""
    return {k: d.title + (f"({d.number})" if d.number else "") for k, d in sources.items()}
