"""One investor's nested records as plain data -> lists of records per entity, with the same cells, ids and links as in a book.

    {"investor": {...}, "placees": [{..., "bids": [{...}]}]}

A nested record need not name its parent's key. A record that is not nested names it, or belongs to the only parent that is given. No
Polars here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.unreadable import UNREAD
from dsl.quantities import Unit
from dsl.schema import Entity, Field
from validator.bilingual import Both
from validator.intake.cells.cell import Unreadable, read_cell, shown, shown_value
from validator.intake.cells.header import field_names, name_key, read_header
from validator.intake.cells.plain_cell import Plain, plain_reader
from validator.intake.issue import Issue
from validator.intake.submission.records import OF, Draft, Family, Record, pointer
from validator.vocabulary.vocabulary import Vocabulary

NO_ALIASES: Mapping[str, str] = {}

MOST_LEVELS = 16
"""How deep records may be nested. A vocabulary has a few levels of entities; the limit keeps hostile data from exhausting the stack."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Records by entity in canonical order: all fields, `^id`, `^key`, `^row` (None) and `^<parent>`, a place in the parent's list.

    A record also has the text of each cell that could not be read, under a name such as `price!`. `unreadable`: the fields with such cells.
    """

    tables: Mapping[str, list[Record]]
    supplied: frozenset[tuple[str, str]]
    issues: tuple[Issue, ...]
    unknown_columns: tuple[tuple[str, str], ...] = ()
    unreadable: frozenset[tuple[str, str]] = frozenset()


def read_submission(data: object, form: "SubmissionForm", *, one_party: bool = False) -> Submission:
    """Raises DiagnosticError if the data has the wrong form. A wrong value is an issue.

    `one_party`: the records must all be of one investor; raises DiagnosticError if they are of two, or if a record belongs to nobody.
    """
    if not isinstance(data, Mapping):
        form_ = 'such as {"investor": {…}, "placees": [{…, "bids": [{…}]}]}'
        raise _wrong_form("", f"a submission is not a mapping {form_}", f"提交的内容应为对象,{form_.removeprefix('such as ')}")
    reader = _Reader(form)
    reader.tables(data)
    return reader.submission(one_party)


# ── the form, made once from the vocabulary ──


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field that a key of a record may name. `own`: it belongs to the record's entity. `link`: it is the parent's key."""

    field: Field
    column: tuple[str, str]
    own: bool
    link: bool
    aliases: Mapping[str, str]
    plain: Plain


@dataclass(frozen=True, slots=True)
class SubmissionForm:
    """The tables and fields that a submission may have, by name. Made once per vocabulary."""

    vocabulary: Vocabulary
    entities: tuple[Entity, ...]
    tables: Mapping[str, str]
    names: Mapping[str, Mapping[str, Field]]
    slots: Mapping[str, Mapping[str, _Slot]]
    """By the exact names of the vocabulary, so that the common spelling needs no `name_key`."""
    blank: Mapping[str, Record]
    defaults: frozenset[tuple[str, str]]


def submission_form(vocabulary: Vocabulary) -> SubmissionForm:
    """The form with every table and field of a vocabulary."""
    schema = vocabulary.schema
    entities = sorted((e for e in schema.entities.values() if e.name != schema.root), key=lambda e: len(schema.parents[e.name]))
    tables = {name_key(n): entity for n, entity in vocabulary.tables.items() if entity != schema.root}
    names = {e.name: field_names(vocabulary, e.name, also=False) for e in entities}
    return SubmissionForm(
        vocabulary,
        tuple(entities),
        tables | {name_key(n): e.name for e in entities for n in (e.name, e.zh)},
        names,
        {e.name: {n: _slot(f, e, vocabulary) for f in names[e.name].values() for n in (f.name, f.zh)} for e in entities},
        {e.name: {f.name: f.default for f in e.fields.values()} for e in entities},
        frozenset((e.name, f.name) for e in entities for f in e.fields.values() if f.default is not None),
    )


def _slot(field: Field, entity: Entity, vocabulary: Vocabulary) -> _Slot:
    column = (field.entity, field.name)
    link = entity.of is not None and column == (entity.of, vocabulary.schema.entities[entity.of].key[0])
    aliases = vocabulary.aliases.get(column, NO_ALIASES)
    return _Slot(field, column, field.entity == entity.name, link, aliases, plain_reader(field, aliases))


# ── one submission ──


class _Reader:
    """Collects the records and the issues of one submission."""

    def __init__(self, form: SubmissionForm) -> None:
        self.form = form
        self.units = form.vocabulary.schema.units
        self.family = Family(form.vocabulary.schema, form.entities, form.blank, self.say)
        self.supplied: set[tuple[str, str]] = set()
        self.issues: list[Issue] = []
        self.unknown: set[tuple[str, str]] = set()
        self.unread: set[tuple[str, str]] = set()

    def tables(self, data: Mapping[object, object]) -> None:
        for key, value in _items(data, ""):
            name = _name(key)
            entity = self.form.tables.get(name_key(name))
            if entity is None:
                self.unknown.add(("submission", name))
            else:
                self.records(entity, name, value, None)

    def submission(self, one_party: bool) -> Submission:
        self.family.settle(one_party)
        return Submission(
            {name: [d.record for d in drafts] for name, drafts in self.family.lists.items()},
            frozenset(self.supplied | self.form.defaults),
            tuple(sorted(self.issues, key=lambda i: (i.table, i.code, i.column or "", i.text or "", i.message.en))),
            tuple(sorted(self.unknown)),
            frozenset(self.unread),
        )

    def records(self, entity: str, path: str, value: object, above: Draft | None) -> None:
        """Read one record or a list of them. Null is an empty list. `above`: the record that they are nested in."""
        self.family.lists.setdefault(entity, [])
        if isinstance(value, Mapping):
            self.record(entity, path, value, above)
            return
        if not isinstance(value, list | tuple | None):
            raise _no_mapping(path, ", or a list of such")
        for index, item in enumerate(_each(value, path)):
            if not isinstance(item, Mapping):
                raise _no_mapping(f"{path}[{index}]")
            self.record(entity, f"{path}[{index}]", item, above)

    def record(self, entity: str, path: str, data: Mapping[object, object], above: Draft | None) -> None:
        if path.count(".") > MOST_LEVELS:
            zh, en = f"嵌套超过{MOST_LEVELS}层", f"records are nested more than {MOST_LEVELS} levels deep"
            raise _wrong_form(path[: path.index("[") if "[" in path else None], en, zh)
        draft = Draft(self.form.blank[entity].copy(), path, above)
        self.family.lists[entity].append(draft)
        seen: dict[tuple[str, str], str] = {}
        slots, cells = self.form.slots[entity], draft.record
        for key, value in _items(data, path):
            if type(value) is str and type(key) is str:
                slot = slots.get(key)
                if slot is not None and slot.own and slot.column not in seen and (read := slot.plain(value)) is not None:
                    cells[slot.field.name] = read
                    seen[slot.column] = key
                    continue
            name = _name(key)
            plain = value is None or isinstance(value, str | int | float)
            below = None if plain or not isinstance(value, Mapping | list | tuple) else self.form.tables.get(name_key(name))
            if below is not None:
                self.records(below, f"{path}.{name}", value, self._above(below, entity, draft))
            else:
                self.cell(entity, draft, name, value, seen)
        self.supplied.update(seen)
        self.family.named.update((entity, name) for _, name in seen)

    def _above(self, below: str, entity: str, draft: Draft) -> Draft | None:
        return draft if self.form.vocabulary.schema.entities[below].of == entity else None

    def cell(self, entity: str, draft: Draft, name: str, value: object, seen: dict[tuple[str, str], str]) -> None:
        slot, unit = self.slot(entity, draft, name)
        if slot is None:
            return
        if slot.column in seen:
            zh, en = (
                f"{draft.path}.{name}与{seen[slot.column]}是同一字段",
                f"`{draft.path}.{name}` is the same field as `{seen[slot.column]}`",
            )
            self.say("duplicate-header", self.form.vocabulary.schema.entities[entity], name, shown_value(value), zh, en)
            if slot.link:
                draft.of = None
            else:
                self.keep(entity, draft, slot.field, value)
            return
        seen[slot.column] = name
        try:
            if isinstance(value, float | Decimal) and Decimal(value).is_nan():  # NaN; in a table it means that there is no value
                raise Unreadable("不是数", "is not a number")
            read = read_cell(value, slot.field, self.units, unit, slot.aliases)
        except Unreadable as reason:
            self.unreadable(entity, draft, name, slot.field, value, reason)
            draft.told.add(OF if slot.link else slot.field.name)
            if not slot.link:
                self.keep(entity, draft, slot.field, value)
            return
        if slot.link:
            draft.of = read if isinstance(read, str) else None
        elif read is not None:
            draft.record[slot.field.name] = read

    def slot(self, entity: str, draft: Draft, name: str) -> tuple[_Slot | None, Unit | None]:
        """The field that a key names, and the unit in its brackets. The only field of a parent that is allowed is its key."""
        slot, unit = self.form.slots[entity].get(name), None
        if slot is None:
            found = read_header(name, self.form.names[entity], self.units)
            if isinstance(found, str):
                zh, en = f"不认识单位“{found}”,或它不适用于{draft.path}.{name}", f"`{found}` is not a unit of `{draft.path}.{name}`"
                self.say("unknown-unit", self.form.vocabulary.schema.entities[entity], name, found, zh, en)
                return None, None
            if found is not None:
                slot, unit = self.form.slots[entity][found[0].name], found[1]
        if slot is None or not (slot.own or slot.link):
            self.unknown.add((self.form.vocabulary.schema.entities[entity].collection, name))
            return None, None
        return slot, unit

    def keep(self, entity: str, draft: Draft, field: Field, value: object) -> None:
        """Keep the text of a value that could not be read. No default stands in for it (L8a)."""
        draft.record[field.name] = None
        draft.record[field.name + UNREAD] = shown_value(value) or ""
        self.unread.add((entity, field.name))

    def unreadable(self, entity: str, draft: Draft, name: str, field: Field, value: object, reason: Unreadable) -> None:
        text = shown_value(value)
        zh, en = f"{draft.path}的{field.zh}“{text}”{reason.zh}", f"`{draft.path}.{name}` `{text}` {reason.en}"
        self.say("unreadable", self.form.vocabulary.schema.entities[entity], name, text, zh, en)

    def say(self, code: str, entity: Entity, column: str | None, text: str | None, zh: str, en: str) -> None:
        self.issues.append(Issue(code, entity.collection, None, column, shown(text), Both(zh, en)))


def _name(key: object) -> str:
    """A key as text. A key that has no text is named by its type."""
    return key if type(key) is str and key.isprintable() else shown_value(key) or "null"


def _items(data: Mapping[object, object], path: str) -> list[tuple[object, object]]:
    try:
        return list(data.items())
    except Exception as error:  # a foreign mapping whose own code fails
        raise _failed(path, error) from None


def _each(value: list[object] | tuple[object, ...] | None, path: str) -> list[object]:
    try:
        return list(value or ())
    except Exception as error:
        raise _failed(path, error) from None


def _failed(path: str, error: Exception) -> DiagnosticError:
    kind = type(error).__name__
    return _wrong_form(
        path, f"`{path or 'the submission'}` cannot be read: it raises {kind}", f"“{path or '提交的内容'}”读取时出错({kind})"
    )


def _no_mapping(path: str, more: str = "") -> DiagnosticError:
    zh = f"“{path}”应为对象(字段名: 值)" + ("或对象的列表" if more else "")
    return _wrong_form(path, f"`{path}` is not a mapping of field names to values{more}", zh)


def _wrong_form(path: str, message: str, zh: str) -> DiagnosticError:
    return DiagnosticError([Diagnostic("wrong-form", message, zh=zh, pointer=pointer(path))])
