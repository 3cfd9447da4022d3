"""Two revisions -> the changed rules, terms and values, part by part, with both sides in both languages.

Parts are compared by their canonical text, so a change of language or layout is not a change. If a term or value changes, the rules that
read it are listed too, even though their own text is the same.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dsl.checker.check import Checked, references
from dsl.to_text import order_text, to_text
from validator.bilingual import Both, Cite
from validator.rulebook.model import Rule, Rulebook, Take, Template, Term, Value

_TOKEN = re.compile(r"\d[\d.,]*\S*|\S+")


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a rule, term or value: its old and new text (None if it did not exist), and the numbers that differ."""

    part: str
    old: Both | None
    new: Both | None
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, term or value with its name. If it was added or removed, each change has only one side. `reaches`: the rules that read it."""

    id: str
    name: Both
    changes: tuple[Change, ...]
    cites: tuple[Cite, ...]
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes to rules, to terms, or to values."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[Entry, ...]


@dataclass(frozen=True)
class Diff:
    """All that differs between two revisions."""

    old: Rulebook
    new: Rulebook
    rules: Changes
    terms: Changes
    values: Changes
    sources: tuple[tuple[str, str | None, str | None], ...] = ()
    """The sources whose title differs: short name, old title, new title."""


def diff(old: Rulebook, new: Rulebook) -> Diff:
    """The changes from `old` to `new`. The two may belong to different boards."""
    return Diff(
        old,
        new,
        _compare(old, new, old.rules, new.rules, _rule),
        _compare(old, new, old.terms, new.terms, _term),
        _compare(old, new, old.values, new.values, _value),
        tuple(_sources(old, new)),
    )


def _sources(old: Rulebook, new: Rulebook) -> Iterator[tuple[str, str | None, str | None]]:
    for key in dict.fromkeys((*old.sources, *new.sources)):
        if old.sources.get(key) != new.sources.get(key):
            yield key, old.sources.get(key), new.sources.get(key)


Said = Mapping[str, Both | None]
P = TypeVar("P", Rule, Term, Value)


def _compare(old: Rulebook, new: Rulebook, before: Mapping[str, P], after: Mapping[str, P], say: Callable[[Rulebook, P], Said]) -> Changes:
    entries = {id_: _entry(new, id_, part, tuple(_changes({}, say(new, part)))) for id_, part in after.items() if id_ not in before}
    gone = {id_: _entry(old, id_, part, tuple(_changes(say(old, part), {}))) for id_, part in before.items() if id_ not in after}
    changed = []
    for id_ in (i for i in after if i in before):
        changes = tuple(_changes(say(old, before[id_]), say(new, after[id_])))
        if changes:
            changed.append(_entry(new, id_, after[id_], changes))
    return Changes(
        tuple(entries.values()),
        tuple(gone.values()),
        tuple(changed),
    )


def _entry(book: Rulebook, id_: str, part: Rule | Term | Value, changes: tuple[Change, ...]) -> Entry:
    name = part.name if isinstance(part, Rule) else Both(part.field.zh, id_)
    reaches = () if isinstance(part, Rule) else tuple(r.id for r in book.rules.values() if id_ in _rests_on(book, r))
    return Entry(id_, name, changes, part.cites, reaches)


_NO_FIGURES = ("cite", "name", "unverified")
"""Parts whose numbers are not figures of a rule."""


def _changes(before: Said, after: Said) -> Iterator[Change]:
    for part in dict.fromkeys((*before, *after)):
        old, new = before.get(part), after.get(part)
        if old != new:
            yield Change(part, old, new, () if part in _NO_FIGURES else tuple(_figures(old, new)))


def _figures(old: Both | None, new: Both | None) -> Iterator[tuple[str, str]]:
    """The pairs of numbers that differ. Empty if anything else differs."""
    if old is None or new is None:
        return
    a, b = _TOKEN.findall(old.zh), _TOKEN.findall(new.zh)
    pairs = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
    if len(a) == len(b) and all(_number(x) and _number(y) for x, y in pairs):
        yield from ((x.strip("(),]"), y.strip("(),]")) for x, y in pairs)


def _number(token: str) -> bool:
    return any(c.isdigit() for c in token)


# ── the texts of a part ──


def _rule(book: Rulebook, rule: Rule) -> Said:
    message = rule.message
    return {
        "for": _plain(rule.entity),
        "when": _text(book, rule.when),
        "require": _text(book, rule.require),
        "selects": _plain(rule.selects),
        "effect": _plain(", ".join(rule.effect) or None),
        "admits": _text(book, rule.admits),
        "answers": None if rule.answers is None else rule.answers.both,
        "name": rule.name,
        "message": None if message is None else Both(_template(book, message[0], "zh"), _template(book, message[1], "en")),
        "cite": _cite(rule.cites),
        "unverified": _plain("yes") if rule.unverified else None,
    }


def _term(book: Rulebook, term: Term) -> Said:
    return {
        "mode": _plain(term.mode),
        "value": _text(book, term.value),
        "cite": _cite(term.cites),
        "unverified": _plain("yes") if term.unverified else None,
    }


def _value(book: Rulebook, value: Value) -> Said:
    said: dict[str, Both | None] = {"of": _plain(value.field.entity), "stage": _plain(value.field.stage or None)}
    if isinstance(value.meaning, Take):
        take = value.meaning
        keys = [
            Both(order_text(k.value.expr, k.descending, "zh", book.schema), order_text(k.value.expr, k.descending, "en", book.schema))
            for k in take.order
        ]
        said |= {"from": _text(book, take.source), "order": Both("、".join(k.zh for k in keys), ", ".join(k.en for k in keys))}
        said |= {"sum": _text(book, take.sum), "limit": _text(book, take.limit), "bound": _text(book, take.bound)}
        said |= {"spare.last": _text(book, take.last), "spare.equals": _text(book, take.equals)}
    else:
        said["is"] = _text(book, value.meaning)
    return {**said, "cite": _cite(value.cites), "unverified": _plain("yes") if value.unverified else None}


def _text(book: Rulebook, checked: Checked | None) -> Both | None:
    return None if checked is None else Both(to_text(checked.expr, "zh", book.schema), to_text(checked.expr, "en", book.schema))


def _plain(text: str | None) -> Both | None:
    return None if text is None else Both(text, text)


def _cite(cites: tuple[Cite, ...]) -> Both | None:
    """Sources by their short names, so that a new title of a source is reported once and not at every citation."""
    return _plain("; ".join(f"{c.source} {c.clause}".strip() for c in cites) or None)


def _template(book: Rulebook, template: Template, lang: str) -> str:
    return "".join(
        p if isinstance(p, str) else "{" + to_text(p.expr, "zh" if lang == "zh" else "en", book.schema) + "}" for p in template.parts
    )


def _rests_on(book: Rulebook, rule: Rule) -> set[str]:
    """Every name that a rule reads, directly or through values."""
    found: set[str] = set()
    open_ = [c for c in (rule.when, rule.require, rule.admits) if c is not None]
    if rule.selects is not None and rule.selects in book.values:
        found.add(rule.selects)
        open_ += book.values[rule.selects].deciding()
    while open_:
        for name in {r.field.name for r in references(open_.pop().expr)} - found:
            found.add(name)
            open_ += book.values[name].deciding() if name in book.values else []
    return found
