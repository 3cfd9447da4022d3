"""Records of a submission as they were nested -> ids, canonical order and links, the same as `ids` and `links` give for a book."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.nodes import Scalar
from dsl.kernel.unreadable import UNREAD
from dsl.schema import Entity, Schema
from validator.intake.cells.cell import shown

OF = "^of"
Record = dict[str, Scalar]
Say = Callable[[str, Entity, "str | None", "str | None", str, str], None]
"""Code, entity, column, text, Chinese, English."""


@dataclass(slots=True, eq=False)
class Draft:
    """A record that is being read. `above`: the parent that it is nested in. `of`: the parent's key that it names. `place`: its place in
    canonical order.

    `told`: the key fields that are missing or unusable, where an issue already gives the reason.
    """

    record: Record
    path: str
    above: "Draft | None" = None
    of: str | None = None
    place: int = 0
    told: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Family:
    """All records of one submission by entity: first in the order given, after `settle` in canonical order.

    `named`: the columns (entity, name) that occur in some record, to tell a missing key from a column that is not supplied.
    """

    schema: Schema
    entities: tuple[Entity, ...]
    """Parents before children."""
    blank: Mapping[str, Record]
    say: Say
    lists: dict[str, list[Draft]] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    """Entities whose records are only named by codes."""
    refused: list[Diagnostic] = field(default_factory=list)
    named: set[tuple[str, str]] = field(default_factory=set)

    def settle(self, one_party: bool) -> None:
        """Derive parents that are only named by their codes, then number and link all records.

        `one_party`: raises DiagnosticError if the records are of two parties, or if a record belongs to nobody. An aggregate over the
        records of the one party would then be wrong. Otherwise the records are a small book, and what is wrong is an issue, as in a book.
        """
        for entity in reversed(self.entities):
            self._derive(entity)
        for entity in self.entities:
            drafts = self.lists.get(entity.name, [])
            parents = self.lists.get(entity.of, []) if entity.of else []
            by_key = _by_key(parents)
            if entity.of:
                for draft in drafts:
                    self._adopt(entity, draft, parents)
            ordered = _numbered(entity, drafts)
            self._keys(entity, ordered)
            if entity.of:
                self._link(entity, ordered, by_key)
            elif self.schema.below[entity.name] and len(ordered) > 1:
                self._two_parties(entity, ordered)
            self.lists[entity.name] = ordered
        if self.refused and one_party:
            raise DiagnosticError(self.refused)

    def _derive(self, entity: Entity) -> None:
        if entity.of is None or entity.of in self.lists:
            return
        codes = sorted({d.of for d in self.lists.get(entity.name, []) if d.of is not None})
        if codes:
            key = self.schema.entities[entity.of].key[0]
            self.derived.add(entity.of)
            self.lists[entity.of] = [Draft({**self.blank[entity.of], key: code}, f"{key} {code}") for code in codes]

    def _adopt(self, entity: Entity, draft: Draft, parents: list[Draft]) -> None:
        """Set the parent's key from the record around this one, or from the only parent that is given."""
        above = draft.above
        if above is None and draft.of is None and len(parents) == 1 and entity.of not in self.derived and OF not in draft.told:
            above = parents[0]
        if above is None:
            return
        key = above.record["^key"]
        if draft.of is not None and draft.of != key:
            zh, en = f"属于{shown(str(key))},而它写的是{shown(draft.of)}", f"is nested in {shown(str(key))} but names {shown(draft.of)}"
            self._tell("contradiction", entity, draft, draft.of, zh, en)
            self._orphan(draft, zh, en, "take out one of the two")
            draft.above = None
            draft.told.add(OF)
            return
        draft.above = above
        draft.of = key if isinstance(key, str) else None

    def _keys(self, entity: Entity, drafts: list[Draft]) -> None:
        """Issues of records with the same key, and of missing parts of a key. A bid may have no number yet: the platform assigns it
        later."""
        keys = [tuple(draft.of if n not in entity.fields else draft.record[n] for n in entity.key) for draft in drafts]
        count = Counter(keys)
        for draft, key in zip(drafts, keys, strict=True):
            if None not in key and count[key] > 1:
                text = "/".join(map(str, key))
                self.say(
                    "duplicate-key",
                    entity,
                    entity.key[0],
                    text,
                    f"{entity.zh}{text}出现多次",
                    f"{entity.name} {text} occurs more than once",
                )
            for name, part in zip(entity.key, key, strict=True):
                if part is None and name in entity.fields and name not in draft.told and self._required(entity, name):
                    self.say(
                        "missing-key", entity, name, None, f"{draft.path}没有{entity.fields[name].zh}", f"`{draft.path}` has no {name}"
                    )

    def _required(self, entity: Entity, name: str) -> bool:
        return entity.fields[name].type.name == "text" and (len(entity.key) == 1 or (entity.name, name) in self.named)

    def _link(self, entity: Entity, drafts: list[Draft], by_key: Mapping[Scalar, list[Draft]]) -> None:
        """Set the place of each record's parent: None if no record has the parent's key, or more than one."""
        for draft in drafts:
            parent = self._parent(entity, draft, by_key)
            draft.record[f"^{entity.of}"] = None if parent is None else parent.place

    def _parent(self, entity: Entity, draft: Draft, by_key: Mapping[Scalar, list[Draft]]) -> Draft | None:
        parent = self.schema.entities[entity.of or ""]
        if draft.of is None:
            if draft.above is None:
                self._nobodys(entity, draft, parent)
            return draft.above
        if OF in draft.told:
            return None
        same = by_key.get(draft.of, [])
        if not same:
            zh, en = f"的{parent.zh}{shown(draft.of)}不在表中", f"names {shown(draft.of)}, which is not among the {parent.collection}"
            self._tell("orphan", entity, draft, draft.of, zh, en)
            self._orphan(draft, zh, en, f"add the {parent.name}, or name one that is there")
        return same[0] if len(same) == 1 else None

    def _nobodys(self, entity: Entity, draft: Draft, parent: Entity) -> None:
        """A record that names no parent: it belongs to nobody if there is anybody above that it could belong to."""
        zh, en = f"没有写明{parent.zh}", f"does not name its {parent.name}"
        if OF in draft.told:
            zh, en = f"写明的{parent.zh}无法识别", f"names a {parent.name} that cannot be read"
        elif parent.key[0] in entity.key or (entity.name, parent.key[0]) in self.named:
            self._tell("missing-key", entity, draft, None, zh, en)
        if any(self.lists.get(e) for e in self.schema.parents[parent.name]):
            self._orphan(draft, zh, en, f"nest it in its {parent.name}, or give it `{parent.key[0]}`")

    def _tell(self, code: str, entity: Entity, draft: Draft, text: str | None, zh: str, en: str) -> None:
        """An issue about the parent's key of a record."""
        key = self.schema.entities[entity.of or ""].key[0]
        self.say(code, entity, key, text, f"{draft.path}{zh}", f"`{draft.path}` {en}")

    def _orphan(self, draft: Draft, zh: str, en: str, hint: str) -> None:
        said = Diagnostic("orphan-record", f"`{draft.path}` {en}", hint=hint, zh=f"{draft.path}{zh}", pointer=pointer(draft.path))
        self.refused.append(said)

    def _two_parties(self, entity: Entity, drafts: list[Draft]) -> None:
        keys = [shown(str(d.record[entity.key[0]] or "?")) for d in drafts[:3]]
        more = "" if len(drafts) <= len(keys) else ", …"
        en = f"the submission has {len(drafts)} {entity.collection}: {', '.join(map(str, keys))}{more}"
        zh = f"提交的内容属于{len(drafts)}个{entity.zh}:{'、'.join(map(str, keys))}{more and '……'}"
        hint = f"send one {entity.name} at a time"
        place = "" if entity.name in self.derived else pointer(drafts[1].path)
        self.refused.append(Diagnostic("two-parties", en, hint=hint, zh=zh, pointer=place))


def pointer(path: str) -> str:
    """`placees[0].bids[1]` as a JSON pointer: `/placees/0/bids/1`. Empty for the whole."""
    return "".join(f"/{part}" for part in path.replace("[", ".").replace("]", "").split(".") if part)


def _by_key(drafts: list[Draft]) -> Mapping[Scalar, list[Draft]]:
    found: dict[Scalar, list[Draft]] = {}
    for draft in drafts:
        if draft.record["^key"] is not None:
            found.setdefault(draft.record["^key"], []).append(draft)
    return found


def _numbered(entity: Entity, drafts: list[Draft]) -> list[Draft]:
    """The records sorted by id. Records that share an id are numbered by content."""
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault("/".join([_part(entity, draft, name) for name in entity.key]), []).append(draft)
    while any(len(group) > 1 or base.endswith("/#") for base, group in groups.items()):
        told: dict[str, list[Draft]] = {}
        for base, group in groups.items():
            for nth, draft in enumerate(sorted(group, key=lambda d: _content(entity, d)), 1):
                told.setdefault(_told_apart(base, nth), []).append(draft)
        groups = told
    own = entity.key[0] if len(entity.key) == 1 and entity.key[0] in entity.fields else None
    ordered = []
    for place, (name, (draft,)) in enumerate(sorted(groups.items())):
        draft.place = place
        draft.record |= {"^id": name, "^key": draft.record[own] if own else None, "^row": None}
        ordered.append(draft)
    return ordered


def _part(entity: Entity, draft: Draft, name: str) -> str:
    held = entity.fields.get(name)
    if held is None:
        return draft.of or "?"
    value = draft.record[name]
    return str(value) if value is not None else "#" if held.type.name == "count" else "?"


def _told_apart(base: str, nth: int) -> str:
    if base.endswith("/#"):
        return f"{base}{nth}"
    return base if nth == 1 else f"{base}#{nth}"


def _content(entity: Entity, draft: Draft) -> list[tuple[bool, Scalar]]:
    return [(v is not None, v if v is not None else 0) for v in _values(entity, draft)]


def _values(entity: Entity, draft: Draft) -> Iterator[Scalar]:
    yield draft.of
    for name in entity.fields:
        yield draft.record[name]
    for name in entity.fields:
        yield draft.record.get(name + UNREAD)
