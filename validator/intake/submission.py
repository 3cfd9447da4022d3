"""One investor's nested records, as plain data -> lists of records per entity. The same cells, ids and links as a book; no Polars.

    {"investor": {...}, "placees": [{..., "bids": [{...}]}]}

A nested record may leave out its parent's key. Records beside each other name it, or belong to the only parent there is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel import Scalar
from dsl.quantities import Entity, Field, Unit
from validator.intake.cells import Unreadable, read_cell, text_of
from validator.intake.headers import field_names, name_key, read_header
from validator.report import Both, Issue
from validator.vocabulary import Vocabulary

Record = dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Submission:
    """Records by entity, each with all fields, `^id`, `^key` (its own key), `^row` (None) and `^<parent>` (a place in the parent's list)."""

    tables: Mapping[str, list[Record]]
    supplied: frozenset[tuple[str, str]]
    issues: tuple[Issue, ...]
    unknown_columns: tuple[tuple[str, str], ...] = ()


def read_submission(data: object, vocabulary: Vocabulary) -> Submission:
    """Raises DiagnosticError where the data has not the form; what is wrong with a value is an issue."""
    return _Reader(_plan(vocabulary)).read(data)


# ── what the vocabulary says, worked out once ──


@dataclass(frozen=True, slots=True)
class _Plan:
    vocabulary: Vocabulary
    entities: tuple[Entity, ...]
    """Parents before children."""
    names: Mapping[str, Mapping[str, Field]]
    exact: Mapping[str, Mapping[str, Field]]
    """Names as the vocabulary writes them: found without any folding."""
    tables: Mapping[str, str]
    blank: Mapping[str, Record]
    own_key: Mapping[str, str | None]
    parent_key: Mapping[str, tuple[str, str]]


_PLANS: dict[int, _Plan] = {}


def _plan(vocabulary: Vocabulary) -> _Plan:
    """Kept by the vocabulary's identity, which the plan itself keeps alive."""
    found = _PLANS.get(id(vocabulary))
    if found is None:
        found = _PLANS[id(vocabulary)] = _work_out(vocabulary)
    return found


def _work_out(vocabulary: Vocabulary) -> _Plan:
    schema = vocabulary.schema
    entities = sorted((e for e in schema.entities.values() if e.name != schema.root), key=lambda e: len(schema.parents(e.name)))
    names = {e.name: field_names(schema, e.name) for e in entities}
    tables = {name_key(n): entity for n, entity in vocabulary.tables.items() if entity != schema.root}
    return _Plan(
        vocabulary,
        tuple(entities),
        names,
        {e.name: {n: f for f in names[e.name].values() for n in (f.name, f.zh)} for e in entities},
        tables | {name_key(n): e.name for e in entities for n in (e.name, e.zh)},
        {e.name: {f.name: f.default for f in e.fields.values()} for e in entities},
        {e.name: e.key[0] if len(e.key) == 1 and e.key[0] in e.fields else None for e in entities},
        {e.name: (e.of, schema.entities[e.of].key[0]) for e in entities if e.of},
    )


# ── one submission ──


@dataclass(slots=True)
class _Draft:
    """A record on its way: `above` is the parent that it is nested in, `of` the parent's key that it names."""

    record: Record
    path: str
    above: "_Draft | None"
    of: str | None = None
    place: int = 0


@dataclass(slots=True)
class _Reader:
    plan: _Plan
    drafts: dict[str, list[_Draft]] = field(default_factory=dict)
    supplied: set[tuple[str, str]] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)
    unknown: set[tuple[str, str]] = field(default_factory=set)

    def read(self, data: object) -> Submission:
        if not isinstance(data, Mapping):
            raise _wrong("a submission", 'a mapping such as {"investor": {…}, "placees": [{…, "bids": [{…}]}]}')
        for key, value in data.items():
            entity = self.plan.tables.get(name_key(str(key)))
            if entity is None:
                self.unknown.add(("submission", str(key)))
            else:
                self.records(entity, str(key), value, None)
        self.derive()
        for entity in self.plan.entities:
            self.number(entity)
            self.link(entity)
        defaults = {(e.name, f.name) for e in self.plan.entities for f in e.fields.values() if f.default is not None}
        return Submission(
            {e.name: [d.record for d in self.drafts.get(e.name, [])] for e in self.plan.entities},
            frozenset(self.supplied | defaults),
            tuple(sorted(self.issues, key=lambda i: (i.table, i.code, i.column or "", i.text or "", i.message.en))),
            tuple(sorted(self.unknown)),
        )

    # ── reading ──

    def records(self, entity: str, path: str, value: object, above: _Draft | None) -> None:
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [] if value is None else [value]
        single = isinstance(value, Mapping)
        self.drafts.setdefault(entity, [])
        for index, item in enumerate(items):
            place = path if single else f"{path}[{index}]"
            if not isinstance(item, Mapping):
                raise _wrong(f"`{place}`", "a mapping of field names to values")
            self.record(entity, place, item, above)

    def record(self, entity: str, path: str, data: Mapping[object, object], above: _Draft | None) -> None:
        draft = _Draft(dict(self.plan.blank[entity]), path, above)
        self.drafts[entity].append(draft)
        seen: dict[tuple[str, str], str] = {}
        for key, value in data.items():
            name = key if isinstance(key, str) else str(key)
            below = self.plan.tables.get(name_key(name)) if isinstance(value, Mapping | list | tuple) else None
            if below is not None:
                self.records(below, f"{path}.{name}", value, draft)
            else:
                self.cell(entity, draft, name, value, seen)

    def cell(self, entity: str, draft: _Draft, name: str, value: object, seen: dict[tuple[str, str], str]) -> None:
        found = self.heading(entity, name, draft)
        if found is None:
            return
        held, unit = found
        column = (held.entity, held.name)
        is_link = column == self.plan.parent_key.get(entity)
        if held.entity != entity and not is_link:
            self.unknown.add((self.table(entity), name))
            return
        if column in seen:
            zh, en = f"与{seen[column]}是同一字段,未读取", f"`{draft.path}.{name}` is the same field as `{seen[column]}` and is not read"
            self.say("duplicate-header", entity, name, value, zh, en)
            return
        seen[column] = name
        self.supplied.add(column)
        read = self.scalar(entity, draft, name, held, unit, value)
        if is_link:
            draft.of = read if isinstance(read, str) else None
        elif read is not None:
            draft.record[held.name] = read

    def heading(self, entity: str, name: str, draft: _Draft) -> tuple[Field, Unit | None] | None:
        exact = self.plan.exact[entity].get(name)
        if exact is not None:
            return exact, None
        found = read_header(name, self.plan.names[entity], self.plan.vocabulary.schema.units)
        if isinstance(found, tuple):
            return found
        if found is None:
            self.unknown.add((self.table(entity), name))
        else:
            self.say(
                "unknown-unit",
                entity,
                name,
                found,
                f"不认识单位“{found}”,或它不适用于此列",
                f"`{draft.path}`: `{found}` is no unit of `{name}`",
            )
        return None

    def scalar(self, entity: str, draft: _Draft, name: str, held: Field, unit: Unit | None, value: object) -> Scalar:
        vocabulary = self.plan.vocabulary
        try:
            return read_cell(value, held, vocabulary.schema.units, unit, vocabulary.aliases.get((held.entity, held.name)))
        except Unreadable as reason:
            text = shown(value)
            zh, en = f"{held.zh}“{text}”{reason.zh}({draft.path})", f"`{draft.path}.{name}` `{text}` {reason.en}"
            self.say("unreadable", entity, name, value, zh, en)
            return None

    def say(self, code: str, entity: str, column: str | None, text: object, zh: str, en: str) -> None:
        self.issues.append(Issue(code, self.table(entity), None, column, shown(text), Both(zh, en)))

    def table(self, entity: str) -> str:
        return self.plan.vocabulary.schema.entities[entity].collection

    # ── parents, ids, links ──

    def derive(self) -> None:
        """Parents of which only the codes are known, where no list of them was handed in."""
        for entity in reversed(self.plan.entities):
            above = self.plan.parent_key.get(entity.name)
            if above is None or above[0] in self.drafts:
                continue
            codes = sorted({d.of for d in self.drafts.get(entity.name, []) if d.of is not None})
            made = [_Draft({**self.plan.blank[above[0]], above[1]: code}, entity.collection, None) for code in codes]
            if made:
                self.drafts[above[0]] = made

    def number(self, entity: Entity) -> None:
        """Ids, and the list in canonical order: by id, then content."""
        drafts = self.drafts.get(entity.name, [])
        self.adopt(entity, drafts)
        groups: dict[str, list[_Draft]] = {}
        for draft in drafts:
            groups.setdefault("/".join(_part(entity, draft, name) for name in entity.key), []).append(draft)
        while any(len(group) > 1 or base.endswith("/#") for base, group in groups.items()):
            told: dict[str, list[_Draft]] = {}
            for base, group in groups.items():
                group.sort(key=lambda d: _content(entity, d))
                for nth, draft in enumerate(group, 1):
                    told.setdefault(_told_apart(base, nth), []).append(draft)
            groups = told
        ordered = sorted(groups.items())
        self.drafts[entity.name] = [group[0] for _, group in ordered]
        own = self.plan.own_key[entity.name]
        for place, (name, (draft,)) in enumerate(ordered):
            draft.place = place
            draft.record |= {"^id": name, "^key": draft.record[own] if own else None, "^row": None}

    def adopt(self, entity: Entity, drafts: list[_Draft]) -> None:
        """Fill in the parent's key from the record above, or from the only parent there is."""
        link = self.plan.parent_key.get(entity.name)
        if link is None:
            return
        parents = self.drafts.get(link[0], [])
        for draft in drafts:
            above = draft.above if draft.above in parents else parents[0] if len(parents) == 1 and draft.of is None else None
            key = above.record.get("^key") if above is not None else None
            if above is not None and draft.of is not None and draft.of != key:
                zh, en = f"上级记录是{key},而它写的是{draft.of}({draft.path})", f"`{draft.path}` stands under {key} but names {draft.of}"
                self.say("contradiction", entity.name, link[1], draft.of, zh, en)
                above = None
            draft.above = above
            if draft.of is None and isinstance(key, str):
                draft.of = key

    def link(self, entity: Entity) -> None:
        """The place of each record's parent; None where it is missing, stands twice, or a lender has a rival."""
        drafts = self.drafts[entity.name]
        parts = [[draft.of if n not in entity.fields else draft.record[n] for n in entity.key] for draft in drafts]
        for draft, key in zip(drafts, parts, strict=True):
            if None not in key and parts.count(key) > 1:
                text = "/".join(map(str, key))
                self.say(
                    "duplicate-key", entity.name, None, text, f"{entity.zh}{text}出现多次", f"{entity.name} {text} stands more than once"
                )
            elif self.plan.own_key[entity.name] and key == [None]:
                name = entity.key[0]
                self.say(
                    "missing-key", entity.name, name, None, f"没有{entity.fields[name].zh}({draft.path})", f"`{draft.path}` has no {name}"
                )
        if entity.of is None:
            return
        rivals = [d.of for d in drafts] if entity.lends else []
        for draft in drafts:
            at = self.parent(entity, draft)
            draft.record[f"^{entity.of}"] = None if draft.of is not None and rivals.count(draft.of) > 1 else at

    def parent(self, entity: Entity, draft: _Draft) -> int | None:
        parent = self.plan.vocabulary.schema.entities[entity.of or ""]
        same = [d for d in self.drafts[parent.name] if draft.of is not None and d.record["^key"] == draft.of]
        if draft.above is not None:
            return draft.above.place if len(same) < 2 else None
        if not same and draft.of is not None and self.drafts[parent.name]:
            zh, en = f"{parent.zh}{draft.of}不在{parent.zh}之中", f"{parent.name} {draft.of} is not among the {parent.collection}"
            self.say("orphan", entity.name, parent.key[0], draft.of, zh, en)
        return same[0].place if len(same) == 1 else None


def shown(value: object) -> str | None:
    """A value as an issue repeats it."""
    text = text_of(value)
    return text if text is None or len(text) <= 200 else text[:200] + "…"


def _part(entity: Entity, draft: _Draft, name: str) -> str:
    held = entity.fields.get(name)
    if held is None:
        return draft.of or "?"
    value = draft.record[name]
    return str(value) if value is not None else "#" if held.type.name == "count" else "?"


def _told_apart(base: str, nth: int) -> str:
    if base.endswith("/#"):
        return f"{base}{nth}"
    return base if nth == 1 else f"{base}#{nth}"


def _content(entity: Entity, draft: _Draft) -> tuple[tuple[bool, Scalar], ...]:
    values: Iterator[Scalar] = (draft.of, *(draft.record[n] for n in entity.fields)).__iter__()
    return tuple((v is not None, v if v is not None else 0) for v in values)


def _wrong(what: str, wanted: str) -> DiagnosticError:
    return DiagnosticError([Diagnostic("wrong-form", f"{what} is not {wanted}")])
