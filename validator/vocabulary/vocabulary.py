"""rules/vocabulary.yaml -> the schema that rules are checked against, and the names that tables and cells may use.

The form is checked here, mistake by mistake with its line: an edition of the vocabulary is written by people too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Literal

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import FIELD_TYPES, MONEY, PLAIN, PRICE, SHARES, Dimension, FieldType, Kind, Unit, words_type
from dsl.schema import Entity, Field, Schema
from validator.vocabulary.layers import VOCABULARY, file_of
from validator.vocabulary.layers import rules_folder as rules_folder
from validator.vocabulary.source import Place, Plain, Source, load

Form = Mapping[str, Plain]

ROOT = "offering"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The schema, and beside it what only tables and reports need."""

    schema: Schema
    tables: Mapping[str, str]
    """The entity of every name of a table, English or Chinese."""
    aliases: Mapping[tuple[str, str], Mapping[str, str]]
    """Per entity and field the word that another spelling stands for."""
    words_en: Mapping[str, str]
    """The English for the Chinese words of the data."""


def load_vocabulary(folder: Path, root: str = ROOT, above: Vocabulary | None = None) -> Vocabulary:
    """Read the `vocabulary.yaml` that counts in a rules folder. Raises DiagnosticError with the line of every mistake.

    `root` is the one record that all others belong to. The units and words of the vocabulary `above` need not be said again.
    """
    file = file_of(folder, VOCABULARY) if above is None else folder / VOCABULARY
    return _Reader(load(file), root, above).vocabulary()


_UNIT_KINDS: Mapping[str, tuple[Kind, Dimension]] = {
    "money": ("number", MONEY),
    "shares": ("number", SHARES),
    "price": ("number", PRICE),
    "number": ("number", PLAIN),
    "days": ("days", PLAIN),
    "months": ("months", PLAIN),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ZH_NAME = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9_]*")
_WORD_LIST = re.compile(r"one of \[(.*)\]")
_DAY_NAME = re.compile(r"[A-Z]")


class _Reader:
    """Collects the mistakes; whatever has one is left out of what is built."""

    def __init__(self, source: Source, root: str, above: Vocabulary | None) -> None:
        self.source = source
        self.root = root
        self.above = above
        self.mistakes: list[Diagnostic] = []
        self.aliases: dict[tuple[str, str], Mapping[str, str]] = {}

    def vocabulary(self) -> Vocabulary:
        top = self.form((), self.source.data, "entities", "derived", "units", "days", "words")
        raw = self.form(("entities",), top.get("entities"))
        entities = {e.name: e for e in self.entities(raw)}
        units = {u.name: u for u in self.units(self.form(("units",), top.get("units")))}
        schema = Schema(
            entities={name: self.joined(entity, entities) for name, entity in entities.items()},
            units={**(self.above.schema.units if self.above else {}), **units},
            days=dict(self.days(self.form(("days",), top.get("days")), entities)),
            root=self.root,
            values=dict(self.derived(self.form(("derived",), top.get("derived")), entities)),
        )
        tables = dict(self.tables(raw))
        words = {word: self.text(("words", word), en) for word, en in self.form(("words",), top.get("words")).items()}
        if self.mistakes:
            raise DiagnosticError(self.mistakes)
        return Vocabulary(schema, tables, self.aliases, {**(self.above.words_en if self.above else {}), **words})

    def entities(self, raw: Form) -> Iterator[Entity]:
        if self.root not in raw:
            self.say("missing-key", f"`{self.root}` is missing", ("entities",), f"every rule is bound to an {self.root}")
        for name, data in raw.items():
            place = ("entities", name)
            form = self.form(place, data, "zh", "table", "key", "fields", optional=("of",))
            self.name(place, name)
            key, of = form.get("key"), form.get("of")
            fields = {f.name: f for f in self.fields((*place, "fields"), form.get("fields"), name)}
            table = self.form((*place, "table"), form.get("table"), "en", "zh")
            yield Entity(
                name,
                self.zh_name((*place, "zh"), form.get("zh")),
                self.name((*place, "table", "en"), table.get("en")),
                tuple(self.text((*place, "key"), k) for k in (key if isinstance(key, list) else [key])),
                None if of is None else self.text((*place, "of"), of),
                fields,
            )

    def joined(self, entity: Entity, entities: Mapping[str, Entity]) -> Entity:
        """The entity with what its parents tell: whether its key is theirs."""
        place = ("entities", entity.name)
        chain, at = [entity], entity.of
        while at is not None:
            if at not in entities or len(chain) > len(entities):
                loop = at in entities
                said = f"the parents of `{entity.name}` lead back to it" if loop else f"the parent `{at}` of `{entity.name}` is no entity"
                hint = "take out one `of`" if loop else self.close(at, entities)
                self.say("unknown-entity", said, (*place, "of"), hint)
                return entity
            chain.append(entities[at])
            at = entities[at].of
        for key in filter(None, entity.key):
            if not any(key in e.fields for e in chain):
                hint = self.close(key, entity.fields)
                self.say("unknown-field", f"the key `{key}` is no field of `{entity.name}` or its parents", (*place, "key"), hint)
        return replace(entity, lends=len(chain) > 1 and entity.key == chain[1].key)

    def fields(self, place: Place, data: Plain, entity: str) -> Iterator[Field]:
        zh_names: set[str] = set()
        for name, raw in self.form(place, data).items():
            here = (*place, name)
            form = self.form(here, raw, "zh", "type", optional=("default", "aliases", "highest"))
            kind = self.type((*here, "type"), form.get("type"))
            zh = self.once((*here, "zh"), self.zh_name((*here, "zh"), form.get("zh")), zh_names)
            if "default" in form and (form["default"] != "否" or kind is not FIELD_TYPES["flag"]):
                self.say("wrong-form", f"the default of `{name}` is not 否 of a flag", (*here, "default"), "only a flag has a default: 否")
            if "highest" in form:
                kind = self.bounded((*here, "highest"), form["highest"], kind)
            if "aliases" in form:
                self.aliases[entity, name] = self.other_words((*here, "aliases"), form["aliases"], kind)
            source: Literal["term", "field"] = "term" if entity == self.root else "field"
            default = False if "default" in form else None
            yield Field(self.name(here, name), zh, entity, kind, source, default)

    def type(self, place: Place, data: Plain) -> FieldType:
        text = self.text(place, data)
        if listed := _WORD_LIST.fullmatch(text):
            words = tuple(word.strip() for word in listed[1].split(","))
            if "" in words or len(set(words)) < len(words):
                self.say("wrong-form", "a word of the list is empty or stands twice", place, "write one of [first, second]")
            return words_type(words)
        if text and text not in FIELD_TYPES:
            hint = self.close(text, FIELD_TYPES) or "the types are " + ", ".join(f"`{t}`" for t in (*FIELD_TYPES, "one of [words]"))
            self.say("unknown-type", f"unknown type `{text}`", place, hint)
        return FIELD_TYPES.get(text, FIELD_TYPES["text"])

    def bounded(self, place: Place, data: Plain, kind: FieldType) -> FieldType:
        """The type with a lower upper bound, given in base units."""
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data * kind.scale <= kind.high:
            return replace(kind, high=data * kind.scale)
        self.say(
            "wrong-form",
            f"`{data}` is no bound of a field of type {kind.name}",
            place,
            "write a whole number of base units within its bounds",
        )
        return kind

    def other_words(self, place: Place, data: Plain, kind: FieldType) -> Mapping[str, str]:
        found = {other: self.text((*place, other), word) for other, word in self.form(place, data).items()}
        for other, word in found.items():
            if word not in kind.type.words:
                self.say("unknown-word", f"`{word}` is not in the list of the field", (*place, other), self.close(word, kind.type.words))
            if other in kind.type.words:
                self.say("duplicate-name", f"`{other}` is a word of the list itself", (*place, other), "take it out")
        return found

    def tables(self, raw: Form) -> Iterator[tuple[str, str]]:
        taken: set[str] = set()
        for name in raw:
            data = raw[name]
            table = data.get("table") if isinstance(data, dict) else None
            for lang, shown in table.items() if isinstance(table, dict) else ():
                if isinstance(shown, str):
                    yield self.once(("entities", name, "table", lang), shown, taken), name

    def derived(self, raw: Form, entities: Mapping[str, Entity]) -> Iterator[tuple[str, Mapping[str, Field]]]:
        for entity, data in raw.items():
            place = ("derived", entity)
            if entity not in entities:
                self.say("unknown-entity", f"unknown entity `{entity}`", place, self.close(entity, entities))
                continue
            values = {f.name: replace(f, source="value") for f in self.fields(place, data, entity)}
            fields = entities[entity].fields
            names = {n for f in fields.values() for n in (f.name, f.zh)}
            for value in values.values():
                if names & {value.name, value.zh}:
                    said = f"`{value.name}` ({value.zh}) is a field of `{entity}` too"
                    self.say("duplicate-name", said, (*place, value.name), "give the value another name")
            yield entity, values

    def units(self, raw: Form) -> Iterator[Unit]:
        for name, data in raw.items():
            place = ("units", name)
            form = self.form(place, data, "of", "is")
            of, factor = self.text((*place, "of"), form.get("of")), form.get("is")
            if of and of not in _UNIT_KINDS:
                kinds = ", ".join(f"`{k}`" for k in _UNIT_KINDS)
                self.say("unknown-type", f"`{of}` is not what a unit can measure", (*place, "of"), f"a unit is one of {kinds}")
            elif isinstance(factor, bool) or not isinstance(factor, int | Decimal) or factor <= 0:
                self.say(
                    "wrong-form", f"the unit `{name}` is not a positive number of base units", (*place, "is"), "write such as 10000 or 0.01"
                )
            elif of:
                kind, dim = _UNIT_KINDS[of]
                yield Unit(name, Fraction(factor), dim, kind)

    def days(self, raw: Form, entities: Mapping[str, Entity]) -> Iterator[tuple[str, str]]:
        dates = [f.name for f in entities[self.root].fields.values() if f.type.name == "date"] if self.root in entities else []
        for letter, data in raw.items():
            field = self.text(("days", letter), data)
            if not _DAY_NAME.fullmatch(letter):
                self.say("wrong-form", f"`{letter}` is not a capital letter", ("days", letter), "name a day by one letter, such as T")
            if field and field not in dates:
                self.say("unknown-field", f"`{field}` is no date of the offering", ("days", letter), self.close(field, dates))
            yield letter, field

    def form(self, place: Place, data: Plain, *keys: str, optional: tuple[str, ...] = ()) -> Form:
        """The mapping at a place: with all `keys`, or with any where none are named."""
        shown = f"`{place[-1]}`" if place else "the file"
        if not isinstance(data, dict):
            self.wrong(place, f"{shown} is not a mapping of names", "write each name with a colon on a line of its own")
            return {}
        known = (*keys, *optional)
        for key in data if keys else ():
            if key not in known:
                hint = self.close(key, known) or "the keys are " + ", ".join(f"`{k}`" for k in known)
                self.say("unknown-key", f"unknown key `{key}`", (*place, key), hint)
        for key in keys:
            if key not in data:
                self.say("missing-key", f"`{key}` is missing in {shown}", place, f"write `{key}:` below it")
        return data

    def text(self, place: Place, data: Plain) -> str:
        if isinstance(data, str) and data:
            return data
        self.wrong(place, f"`{place[-1]}` is not a text", "write a text, in quotes if it looks like a number or a flag")
        return ""

    def name(self, place: Place, data: Plain) -> str:
        return self.shaped(place, data, _NAME, "an English name: small letters, digits and _")

    def zh_name(self, place: Place, data: Plain) -> str:
        return self.shaped(place, data, _ZH_NAME, "a Chinese name: it starts with a Chinese character and has no blanks")

    def shaped(self, place: Place, data: Plain, form: re.Pattern[str], said: str) -> str:
        text = self.text(place, data)
        if text and not form.fullmatch(text):
            self.say("wrong-form", f"`{text}` is not {said}", place, "rules use it as a name")
        return text

    def once(self, place: Place, name: str, taken: set[str]) -> str:
        if name and name in taken:
            self.say("duplicate-name", f"`{name}` names two things", place, "give one of them another name")
        taken.add(name)
        return name

    def close(self, word: str, known: Iterable[str]) -> str | None:
        found = get_close_matches(word, list(known), 1, 0.5)
        return f"did you mean `{found[0]}`?" if found else None

    def wrong(self, place: Place, message: str, hint: str) -> None:
        """A mistake of form, unless nothing is written there: then the missing key has been named already."""
        if self.source.has(place):
            self.say("wrong-form", message, place, hint)

    def say(self, code: str, message: str, place: Place, hint: str | None) -> None:
        self.mistakes.append(Diagnostic(code, message, hint=hint, file=self.source.file, line=self.source.line_of(place)))
