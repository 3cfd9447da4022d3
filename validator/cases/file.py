"""A cases file -> its base and its cases; base and case -> the tables to check.

The base is one clean record of each kind. A case changes some fields of it, or lists small tables whose items each change a copy of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.schema import Schema
from validator.vocabulary.form import Form, read_form
from validator.vocabulary.source import Source, load
from validator.vocabulary.vocabulary import Vocabulary

Plain = Any
Row = Mapping[str, Plain]


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value)


Text = Annotated[str | None, BeforeValidator(_text)]


class Case(Form):
    """A change of the base, and the outcomes that it must give.

    `gives` lists every rule that is violated, `not_evaluable` every rule that is undecided: any other such rule fails the case.
    """

    name: Annotated[str, Field(min_length=1)]
    with_: Annotated[dict[str, Plain], Field(alias="with", default_factory=dict)]
    gives: list[str] = Field(default_factory=list)
    not_evaluable: list[str] = Field(default_factory=list)
    subjects: dict[str, list[str]] = Field(default_factory=dict)
    """Per rule: the records that violate it. Optional."""
    undecided: dict[str, list[str]] = Field(default_factory=dict)
    """Per rule: the records on which it is undecided. Optional."""
    values: dict[str, Text] = Field(default_factory=dict)
    fates: dict[str, str] = Field(default_factory=dict)
    admitted: dict[str, int] = Field(default_factory=dict)
    eliminated: list[str] | None = None
    margin: Text = None
    effect: list[str] | None = None
    figures: dict[str, Text] = Field(default_factory=dict)
    """The figures that the findings of the proven rule print, by name."""
    not_applicable: list[str] = Field(default_factory=list)
    issues: list[str] = Field(default_factory=list)
    """What cannot be read or linked, by the codes of the issues. Any other issue fails the case."""

    @property
    def offering(self) -> Row:
        """Changed fields of the offering."""
        found = self.with_.get("offering", {})
        return found if isinstance(found, Mapping) else {}


class CasesForm(Form):
    rulebook: str
    revision: str
    count: int
    upto: str | None = None
    base: dict[str, dict[str, Plain]] = Field(default_factory=dict)
    cases: dict[str, list[Case]]


@dataclass(frozen=True)
class Base:
    """The clean record of each kind. `upto`: the stage up to which every case runs at least."""

    offering: Row
    records: Mapping[str, Row]
    upto: str | None = None

    def over(self, inherited: "Base") -> "Base":
        """The base of an amendment: each field that it states replaces the inherited one."""
        entities = {**inherited.records, **self.records}
        records = {e: {**inherited.records.get(e, {}), **self.records.get(e, {})} for e in entities}
        return Base({**inherited.offering, **self.offering}, records, self.upto or inherited.upto)


@dataclass(frozen=True)
class CaseFile:
    """All cases of one file, by the rule or value that they prove."""

    source: Source
    base: Base
    groups: Mapping[str, list[Case]]
    count: int

    def mistake(self, code: str, message: str, id_: str) -> Diagnostic:
        return Diagnostic(code, message, file=self.source.file, line=self.source.line_of(("cases", id_)))

    def miscounted(self) -> Iterator[str]:
        """A mistake if `count` is not the number of cases, as after a case was removed by accident."""
        found = sum(map(len, self.groups.values()))
        if found != self.count:
            yield f"the file says `count: {self.count}`, but there are {found} cases"


def read_cases(path: Path, vocabulary: Vocabulary, revision: str) -> CaseFile:
    """Raises DiagnosticError: no such file, wrong form, another revision, an unknown record."""
    if not path.exists():
        raise DiagnosticError(
            [Diagnostic("no-cases", f"{revision} has no cases", hint=f"write them to {path.name}", file=str(path), line=1)]
        )
    source = load(path)
    form = read_form(CasesForm, source)
    schema = vocabulary.schema
    mistakes: list[Diagnostic] = []

    def say(message: str, *place: str | int, hint: str | None = None) -> None:
        mistakes.append(Diagnostic("wrong-form", message, hint=hint, file=source.file, line=source.line_of(place)))

    if f"{form.rulebook}@{form.revision}" != revision:
        say(f"these are cases of {form.rulebook}@{form.revision}, not of {revision}", "revision")
    for entity in form.base:
        if entity not in schema.entities:
            say(f"unknown record `{entity}`", "base", entity, hint="the records are " + ", ".join(f"`{e}`" for e in schema.entities))
    known = {*schema.entities, *(e.collection for e in schema.entities.values())}
    for id_, cases in form.cases.items():
        names = [c.name for c in cases]
        for i, case in enumerate(cases):
            if names.index(case.name) != i:
                say(f"two cases of `{id_}` have the name `{case.name}`", "cases", id_, i)
            for key in case.with_:
                if key not in known:
                    say(f"unknown record or table `{key}`", "cases", id_, i, "with", key)
                elif not _shaped(case.with_[key], key not in schema.entities):
                    wanted = "a list of records" if key not in schema.entities else "the changed fields of one record"
                    say(f"`{key}` is not {wanted}", "cases", id_, i, "with", key)
    if mistakes:
        raise DiagnosticError(mistakes)
    records = {e: r for e, r in form.base.items() if e != schema.root}
    return CaseFile(source, Base(form.base.get(schema.root, {}), records, form.upto), form.cases, form.count)


def _shaped(value: Plain, table: bool) -> bool:
    return isinstance(value, list) and all(isinstance(r, dict) for r in value) if table else isinstance(value, dict)


def tables_of(base: Base, case: Case, schema: Schema) -> dict[str, list[Row]]:
    """The tables of a case, by table name. Every record has its own key and its parent's."""
    counts = _counts(base, case, schema)
    tables: dict[str, list[Row]] = {}
    for entity in schema.entities.values():
        if entity.name == schema.root or not counts[entity.name]:
            continue
        template = base.records.get(entity.name, {})
        listed = case.with_.get(entity.collection)
        changes = listed if listed is not None else [case.with_.get(entity.name, {})] * counts[entity.name]
        tables[entity.collection] = [
            {**_keys(entity.name, i, counts, schema), **template, **change} for i, change in enumerate(changes, start=1)
        ]
    return tables


def _counts(base: Base, case: Case, schema: Schema) -> dict[str, int]:
    """How many records of each kind: as many as are listed; else one if the base has one, or as many as the listed children need."""
    counts: dict[str, int] = {}
    for entity in reversed([e for e in schema.entities.values() if e.name != schema.root]):
        listed = case.with_.get(entity.collection)
        if listed is not None:
            counts[entity.name] = len(listed)
            continue
        counts[entity.name] = 1 if entity.name in base.records or entity.name in case.with_ else 0
        if entity.name == "placee":
            below = [schema.entities[e] for e in schema.below[entity.name]]
            needs = [len([r for r in case.with_.get(e.collection) or () if entity.name not in r]) for e in below]
            counts[entity.name] = max(counts[entity.name], *needs)
    return counts


def _keys(entity: str, i: int, counts: Mapping[str, int], schema: Schema) -> dict[str, Plain]:
    """Generated keys: V1, P1, P2 …. The i-th child belongs to the i-th placee, or to the first if there are not that many."""
    kind = schema.entities[entity]
    keys: dict[str, Plain] = {}
    if kind.of is not None:
        parent = schema.entities[kind.of].key[0]
        keys[parent] = _named(kind.of, i if i <= counts.get(kind.of, 0) and kind.of != "investor" else 1)
    own = kind.key[-1]
    if own in kind.fields:
        keys[own] = i if own == "sequence" else _named(entity, i)
    return keys


def _named(entity: str, i: int) -> str:
    """V for investors, else the first letter of the entity: P1, A1, S1 …"""
    letter = {"investor": "V", "online_application": "A"}.get(entity, entity[0].upper())
    return f"{letter}{i}"
