"""rules/vocabulary.yaml -> the schema that rules are checked against, and the names that tables and cells may use."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Literal

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import MONEY, PLAIN, PRICE, Unit
from dsl.schema import Entity, Field, Schema
from validator.vocabulary.form import read_form
from validator.vocabulary.layers import VOCABULARY, file_of
from validator.vocabulary.limits import LOWER, UPPER, Limits
from validator.vocabulary.source import Place, Source, load
from validator.vocabulary.vocabulary import Rows, Vocabulary
from validator.vocabulary.vocabulary_form import UNIT_KINDS, EntityForm, FieldForm, UnitForm, VocabularyForm

ROOT = "offering"
_BOUND = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([^0-9.].*)?")


def load_vocabulary(folder: Path, root: str = ROOT, above: Vocabulary | None = None) -> Vocabulary:
    """Read the `vocabulary.yaml` that counts in a rules folder. Raises DiagnosticError with the line of every mistake.

    `root` is the one record that all others belong to. The units and words of the vocabulary `above` need not be said again.
    """
    source = load(file_of(folder, VOCABULARY) if above is None else folder / VOCABULARY)
    form = read_form(VocabularyForm, source, "`{key}` is missing in {above}", "write `{key}:` below it")
    return _Builder(source, form, root, above).vocabulary()


@dataclass
class _Builder:
    """Collects what is wrong between names; whatever has a mistake is left out of what is built."""

    source: Source
    form: VocabularyForm
    root: str
    above: Vocabulary | None
    mistakes: list[Diagnostic] = field(default_factory=list)

    def vocabulary(self) -> Vocabulary:
        if self.root not in self.form.entities:
            self.say("missing-key", f"`{self.root}` is missing", ("entities",), f"every rule is bound to an {self.root}")
        entities = {name: self.entity(name, form) for name, form in self.form.entities.items()}
        units = {name: _unit(name, form) for name, form in self.form.units.items()}
        schema = Schema(
            entities={name: self.joined(entity, entities) for name, entity in entities.items()},
            units={**(self.above.schema.units if self.above else {}), **units},
            days=dict(self.days()),
            root=self.root,
            values=dict(self.derived(entities)),
        )
        tables, aliases, also = dict(self.tables()), dict(self.aliases(entities)), dict(self.also())
        limits = dict(self.limits(schema))
        self.circles(limits)
        if self.mistakes:
            raise DiagnosticError(self.mistakes)
        words = {**(self.above.words_en if self.above else {}), **self.form.words}
        rows = self.form.rows
        return Vocabulary(schema, tables, aliases, words, limits, also, Rows(tuple(rows.words), tuple(rows.ends), tuple(rows.begins)))

    def entity(self, name: str, form: EntityForm) -> Entity:
        fields = {f.name: f for f in self.fields(("entities", name, "fields"), form.fields_, name)}
        return Entity(name, form.zh, form.table.en, tuple(form.key), form.of, fields)

    def fields(self, place: Place, forms: Mapping[str, FieldForm], entity: str) -> Iterator[Field]:
        zh_names: set[str] = set()
        source: Literal["term", "field"] = "term" if entity == self.root else "field"
        for name, form in forms.items():
            zh = self.once((*place, name, "zh"), form.zh, zh_names)
            yield Field(name, zh, entity, form.bounded, source, None if form.default is None else False)

    def joined(self, entity: Entity, entities: Mapping[str, Entity]) -> Entity:
        """The entity with what its parents tell: whether its key is theirs."""
        place = ("entities", entity.name)
        chain, at = [entity], entity.of
        while at is not None:
            if at not in entities or len(chain) > len(entities):
                loop = at in entities
                said = f"the parents of `{entity.name}` lead back to it" if loop else f"the parent `{at}` of `{entity.name}` is no entity"
                self.say("unknown-entity", said, (*place, "of"), "take out one `of`" if loop else _close(at, entities))
                return replace(entity, of=None)  # so that a schema can be made, for the mistakes that come after
            chain.append(entities[at])
            at = entities[at].of
        for key in entity.key:
            if not any(key in e.fields for e in chain):
                said = f"the key `{key}` is not a field of `{entity.name}` or of its parents"
                self.say("unknown-field", said, (*place, "key"), _close(key, entity.fields))
        return replace(entity, lends=len(chain) > 1 and entity.key == chain[1].key)

    def aliases(self, entities: Mapping[str, Entity]) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
        """Per field the word that each other spelling means."""
        for entity, field_ in ((e, f) for e in entities.values() for f in e.fields.values()):
            forms, words = self.form.entities[entity.name].fields_[field_.name].words, field_.type.type.words
            place = ("entities", entity.name, "fields", field_.name, "words")
            found: dict[str, str] = {}
            for word, form in forms.items():
                if word not in words:
                    self.say("unknown-word", f"`{word}` is not in the list of the field", (*place, word), _close(word, words))
                for other in form.also:
                    if other in words:
                        self.say("duplicate-name", f"`{other}` is a word of the list itself", (*place, word), "take it out")
                    elif other in found:
                        self.say("duplicate-name", f"`{other}` stands for two words", (*place, word), "leave it with one of them")
                    found[other] = word
            if found:
                yield (entity.name, field_.name), found

    def also(self) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
        """Per field its other names. A name means one field within its entity."""
        for entity, of in self.form.entities.items():
            taken = {name for n, form in of.fields_.items() for name in (n, form.zh)}
            for name, form in of.fields_.items():
                for other in form.also:
                    self.once(("entities", entity, "fields", name, "also"), other, taken)
                if form.also:
                    yield (entity, name), tuple(form.also)

    def limits(self, schema: Schema) -> Iterator[tuple[str, Limits]]:
        """What terms must be beyond their types."""
        for place, entity, form in self.every_field():
            name = str(place[-1])
            if not (form.limits or form.after):
                continue
            if entity != self.root or self.above is not None:
                key = next(iter(form.limits), "after")
                self.say("wrong-form", f"`{name}` is no term of an offering, and only these have limits", (*place, key), "take it out")
                continue
            found = schema.entities[self.root].fields[name]
            bounds = {k: b for k, raw in form.limits.items() if (b := self.bound((*place, k), raw, found, schema.units)) is not None}
            self.some_value_fits(place, name, bounds)
            yield name, Limits(bounds, tuple(self.earlier(place, found, form.after)))

    def every_field(self) -> Iterator[tuple[Place, str | None, FieldForm]]:
        """Where each field stands, the entity that it is a field of (None for a derived value), and its form."""
        for entity, of in self.form.entities.items():
            yield from ((("entities", entity, "fields", name), entity, form) for name, form in of.fields_.items())
        for entity, values in self.form.derived.items():
            yield from ((("derived", entity, name), None, form) for name, form in values.items())

    def bound(self, place: Place, raw: object, found: Field, units: Mapping[str, Unit]) -> Fraction | None:
        """`100%`, `0股` or a number without a unit, in base units."""
        written = _BOUND.fullmatch(str(raw)) if not isinstance(raw, bool) else None
        of, unit = found.type, units.get(written[2]) if written else None
        fits = unit is not None and unit.kind == "number" and (unit.dim == of.type.dim or (of.type.dim, unit.dim) == (PRICE, MONEY))
        if written and of.type.kind == "number" and (fits or (not written[2] and of.type.dim == PLAIN)):
            value = Fraction(written[1]) * (unit.factor if unit else 1)
            if of.low <= value * of.scale <= of.high:
                return value
        said = f"`{raw}` is no bound of a field of type {of.name}"
        self.say("wrong-form", said, place, "write a number with its unit, within the bounds of the type")
        return None

    def some_value_fits(self, place: Place, name: str, bounds: Mapping[str, Fraction]) -> None:
        for side in (LOWER, UPPER):
            if all(key in bounds for key in side):
                self.say("wrong-form", f"`{name}` has both `{side[0]}` and `{side[1]}`", (*place, side[1]), "leave one of them")
        low, high = (next((k for k in side if k in bounds), None) for side in (LOWER, UPPER))
        if low and high and not (bounds[low] < bounds[high] or (bounds[low] == bounds[high] and (low, high) == ("least", "most"))):
            self.say("wrong-form", f"no value of `{name}` is within its limits", (*place, high), f"raise `{high}` or lower `{low}`")

    def earlier(self, place: Place, found: Field, after: Iterable[str]) -> Iterator[str]:
        """The days before a day, as far as they are days of the offering."""
        dates = self.dates()
        for name in after:
            if found.name not in dates or name not in dates:
                lacks = name if found.name in dates else found.name
                self.say("unknown-field", f"`{lacks}` is no date of the offering", (*place, "after"), _close(lacks, dates))
            else:
                yield name

    def circles(self, limits: Mapping[str, Limits]) -> None:
        """Days of which each comes after the other."""
        waiting = {name: set(found.after) for name, found in limits.items()}
        while ready := [name for name, before in waiting.items() if not before & set(waiting)]:
            for name in ready:
                del waiting[name]
        for name in waiting:
            place = ("entities", self.root, "fields", name, "after")
            self.say("circular", f"`{name}` comes after itself", place, "take out one `after`")

    def tables(self) -> Iterator[tuple[str, str]]:
        taken: set[str] = set()
        for name, form in self.form.entities.items():
            for lang, shown in (("en", form.table.en), ("zh", form.table.zh)):
                yield self.once(("entities", name, "table", lang), shown, taken), name

    def derived(self, entities: Mapping[str, Entity]) -> Iterator[tuple[str, Mapping[str, Field]]]:
        for entity, forms in self.form.derived.items():
            place = ("derived", entity)
            if entity not in entities:
                self.say("unknown-entity", f"unknown entity `{entity}`", place, _close(entity, entities))
                continue
            values = {f.name: replace(f, source="value") for f in self.fields(place, forms, entity)}
            names = {n for f in entities[entity].fields.values() for n in (f.name, f.zh)}
            for value in values.values():
                if names & {value.name, value.zh}:
                    said = f"`{value.name}` ({value.zh}) is a field of `{entity}` too"
                    self.say("duplicate-name", said, (*place, value.name), "give the value another name")
            yield entity, values

    def days(self) -> Iterator[tuple[str, str]]:
        dates = self.dates()
        for letter, name in self.form.days.items():
            if name not in dates:
                self.say("unknown-field", f"`{name}` is no date of the offering", ("days", letter), _close(name, dates))
            yield letter, name

    def dates(self) -> list[str]:
        fields = self.form.entities[self.root].fields_ if self.root in self.form.entities else {}
        return [name for name, form in fields.items() if form.type.name == "date"]

    def once(self, place: Place, name: str, taken: set[str]) -> str:
        if name in taken:
            self.say("duplicate-name", f"`{name}` names two things", place, "give one of them another name")
        taken.add(name)
        return name

    def say(self, code: str, message: str, place: Place, hint: str | None) -> None:
        self.mistakes.append(Diagnostic(code, message, hint=hint, file=self.source.file, line=self.source.line_of(place)))


def _unit(name: str, form: UnitForm) -> Unit:
    kind, dim = UNIT_KINDS[form.of]
    return Unit(name, Fraction(form.is_), dim, kind)


def _close(word: str, known: Iterable[str]) -> str | None:
    found = get_close_matches(word, list(known), 1, 0.5)
    return f"did you mean `{found[0]}`?" if found else None
