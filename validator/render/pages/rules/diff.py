"""The changes between two revisions -> JSON data, and a page for people."""

from collections.abc import Iterator
from typing import Any

from validator.bilingual import Both
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.pages.rules.rulebook import since
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say, spoken
from validator.render.phrases.words import enumerated, name, told
from validator.rulebook.diff import Change, Changes, Diff, Entry
from validator.rulebook.model import Rulebook

_KINDS = ("rules", "terms", "values")
_DONE = ("added", "removed", "changed")
_ID = 36
"""The longest id that is never broken."""
_TELLING = ("when", "require", "effect", "answers", "admits", "value", "is", "from", "order", "limit", "cite")
"""The parts that are shown for a rule, term or value that was added or removed."""


def diff_data(found: Diff) -> dict[str, Any]:
    """The JSON data: the added, removed and changed rules, terms and values, each with both sides."""
    return {
        "from": _revision(found.old),
        "to": _revision(found.new),
        "rules": _changes(found.rules),
        "terms": _changes(found.terms),
        "values": _changes(found.values),
        "sources": [{"source": key, "from": old, "to": new} for key, old, new in found.sources],
    }


def diff_page(found: Diff, lang: Lang) -> tuple[Block, ...]:
    """The page for people."""
    return tuple(_page(found, lang))


def _revision(book: Rulebook) -> dict[str, Any]:
    return {"rulebook": book.id, "revision": book.revision, "digest": book.digest, "applies": {"by": book.by, "from": book.since}}


def _changes(found: Changes) -> dict[str, Any]:
    return {kind: [_entry(e) for e in getattr(found, kind)] for kind in _DONE}


def _entry(entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": entry.id,
        "name": entry.name.to_dict(),
        "cite": [{"source": c.source, "clause": c.clause} for c in entry.cites],
    }
    if entry.changes:
        out["changes"] = [_change(c) for c in entry.changes]
    if entry.reaches:
        out["reaches"] = list(entry.reaches)
    return out


def _change(change: Change) -> dict[str, Any]:
    sides = {"from": change.old.to_dict() if change.old else None, "to": change.new.to_dict() if change.new else None}
    return {"part": change.part, **sides} | ({"figures": [list(f) for f in change.figures]} if change.figures else {})


def _page(found: Diff, lang: Lang) -> Iterator[Block]:
    yield Heading(f"{found.old.name} → {found.new.name}")
    yield Note(say("diff-applies", lang, old=since(found.old, lang), new=since(found.new, lang)), "faint")
    nothing = not found.sources
    for kind in _KINDS:
        changes: Changes = getattr(found, kind)
        told = ((done, entry) for done in _DONE for entry in getattr(changes, done) if not _only_marked(entry))
        rows = [row for done, entry in told for row in _rows(entry, say(f"diff-{done}", lang), lang)]
        if rows:
            nothing = False
            yield Heading(say(f"diff-{kind}", lang))
            least = max(len(line) for row in rows for line in row[1].split("\n") if line.isascii())
            sides = (Column(found.old.revision, wide=True), Column(found.new.revision, wide=True))
            yield Table((Column(""), Column("", wide=True, least=min(least, _ID)), Column(""), *sides), tuple(rows))
    marked = [e for kind in _KINDS for e in getattr(found, kind).changed if _only_marked(e)]
    for clear, heading in ((True, "diff-cleared"), (False, "diff-doubted")):
        ids = [e.id for e in marked if (e.changes[0].new is None) is clear]
        if ids:
            nothing = False
            yield Heading(f"{say(heading, lang)}  {len(ids)}")
            yield Note(" · ".join(ids), "faint")
    if found.sources:
        yield Heading(say("diff-sources", lang))
        columns = (Column(""), Column(found.old.revision, wide=True), Column(found.new.revision, wide=True))
        yield Table(columns, tuple((visible(key), visible(old or "—"), visible(new or "—")) for key, old, new in found.sources))
    if nothing:
        yield Note(say("diff-nothing", lang))


def _only_marked(entry: Entry) -> bool:
    """Whether only the mark `unverified` differs."""
    return [c.part for c in entry.changes] == ["unverified"]


def _rows(entry: Entry, done: str, lang: Lang) -> Iterator[tuple[str, ...]]:
    """One row per part. The first row also names the rule, term or value."""
    called = f"{told(entry.name, lang)}\n{entry.id}" if spoken(entry.name, lang) != entry.id else entry.id
    if entry.reaches:
        called += f"\n{say('diff-reaches', lang)}\n{', '.join(entry.reaches)}"
    whole = all(c.old is None for c in entry.changes) or all(c.new is None for c in entry.changes)
    listed = [c for c in entry.changes if c.part in _TELLING or not whole]
    if not listed:
        yield done, called, "", "", ""
    for i, change in enumerate(listed):
        old, new = (_side(change.part, side, lang) for side in (change.old, change.new))
        figures = "".join(f"\n{a} → {b}" for a, b in change.figures if (a, b) != (old, new))
        part = say(f"part-{change.part}", lang) + figures
        yield (done, called, part, old, new) if i == 0 else ("", "", part, old, new)


def _side(part: str, said: Both | None, lang: Lang) -> str:
    if said is None:
        return "—"
    text = spoken(said, lang)
    match part:
        case "effect" | "for" | "of":
            return enumerated((name(word, lang) for word in text.split(", ")), lang)
        case "mode":
            return say(f"term-{text}", lang)
        case "unverified":
            return say("flag-true", lang)
        case _:
            return visible(text)
