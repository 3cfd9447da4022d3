"""Rulebook -> JSON data, and pages for people: every rule with its expression, its clause and the names it reads."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dsl.checker.check import Checked, references
from dsl.schema import Field, Schema
from dsl.to_text import to_text
from validator.bilingual import Cite
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import clauses, effects
from validator.render.phrases.safe import visible
from validator.render.phrases.say import LANGS, Lang, pick, say
from validator.render.phrases.words import count, name, told
from validator.rulebook.model import Rule, Rulebook, Take, Template, Term, Value


def list_data(known: Iterable[Rulebook]) -> list[dict[str, Any]]:
    """The revisions as JSON data."""
    return [
        {
            "rulebook": b.id,
            "revision": b.revision,
            "digest": b.digest,
            "title": b.title.to_dict(),
            "applies": {"by": b.by, "from": b.since},
            "rules": len(b.rules),
        }
        for b in known
    ]


def list_page(known: Iterable[Rulebook], lang: Lang) -> tuple[Block, ...]:
    """The revisions as a page for people."""
    columns = (
        Column(say("rulebook", lang)),
        Column(say("since", lang)),
        Column(say("rules", lang), right=True),
        Column(say("title-of", lang), wide=True),
    )
    return (Table(columns, tuple((b.name, since(b, lang), count(len(b.rules)), told(b.title, lang)) for b in known)),)


def since(book: Rulebook, lang: Lang) -> str:
    """`启动发行日 ≥ 2025-03-28`: the offerings that a revision governs."""
    return f"{day_name(book, book.by, lang)} ≥ {book.since}"


def day_name(book: Rulebook, day: str, lang: Lang) -> str:
    """The label of a date field of the offering."""
    field = book.schema.entities[book.schema.root].fields.get(day)
    return day if field is None else pick(field.zh, day, lang)


def book_data(book: Rulebook) -> dict[str, Any]:
    """One revision as JSON data."""
    return {
        "rulebook": book.id,
        "revision": book.revision,
        "digest": book.digest,
        "terms": [_term_data(n, t) for n, t in book.terms.items()],
        "rules": [_rule_data(r) for r in book.rules.values()],
    }


def book_page(book: Rulebook, lang: Lang) -> tuple[Block, ...]:
    """One revision as a page for people: its terms, then its rules by stage."""
    return tuple(_book(book, lang))


def rule_page(rule: str, books: Sequence[Rulebook], lang: Lang) -> tuple[Block, ...]:
    """One rule as each rulebook states it. Rulebooks with the same text are grouped."""
    pages: dict[tuple[Block, ...], list[str]] = {}
    for book in books:
        pages.setdefault(tuple(_rule(book, book.rules[rule], lang)), []).append(book.name)
    return tuple(block for page, names in pages.items() for block in (*page, Note(", ".join(names), "faint")))


def _book(book: Rulebook, lang: Lang) -> Iterator[Block]:
    yield Heading(f"{book.name}  {told(book.title, lang)}")
    yield Note(f"{say('since', lang)} {since(book, lang)}\n{book.digest}", "faint")
    yield Heading(say("terms-of", lang))
    columns = (
        Column(say("term", lang)),
        Column(say("mode", lang)),
        Column(say("value-of", lang), wide=True),
        Column(say("clause", lang), wide=True),
    )
    yield Table(columns, tuple(_term_row(book, n, t, lang) for n, t in book.terms.items()))
    yield Table((Column(""), Column("", wide=True)), tuple((visible(key), visible(title)) for key, title in book.sources.items()))
    for stage in book.stages:
        rules = [r for r in book.rules.values() if r.stage == stage]
        if rules:
            yield Heading(stage)
            yield Table(
                (Column(say("rule", lang), wide=True), Column(say("holds-when", lang), wide=True), Column(say("clause", lang), wide=True)),
                _rule_rows(book, rules, lang),
            )


def _rule_rows(book: Rulebook, rules: Iterable[Rule], lang: Lang) -> tuple[tuple[str, ...], ...]:
    star = say("star", lang)
    return tuple(
        (
            f"{told(r.name, lang)}{star if r.unverified else ''}\n{r.id}\n{name(r.entity, lang)} → {_effects(r, lang)}",
            _holds(book, r, lang),
            clauses(r.cites, {}),
        )
        for r in rules
    )


def _rule(book: Rulebook, rule: Rule, lang: Lang) -> Iterator[Block]:
    yield Heading(f"{told(rule.name, lang)}  {rule.id}")
    rows = [(say("asked-of", lang), name(rule.entity, lang)), (say("effect", lang), _effects(rule, lang))]
    rows += [(say("clause", lang), clauses(rule.cites, book.sources))]
    for part, expression in (("when", rule.when), ("require", rule.require), ("admits", rule.admits)):
        if expression is not None:
            rows += [(say(part, lang), "\n".join(_text(expression, tongue, book.schema) for tongue in ("zh", "en")))]
    if rule.answers is not None:
        rows += [(say("answers", lang), told(rule.answers.both, lang))]
    if rule.message is not None:
        rows += [(say("message", lang), _template(rule.message[LANGS.index(lang)], book.schema, lang))]
    if rule.asked:
        derived, read = _names(book, rule)
        rows += [(say("derived", lang), "\n".join(f"{_label(v.field)} = {_meaning(book, v, lang)}" for v in derived))] if derived else []
        rows += [(say("reads", lang), "\n".join(f"{name(f.entity, lang)} · {_label(f)}" for f in read))]
    if rule.note is not None:
        rows += [(say("note", lang), told(rule.note, lang))]
    if rule.unverified:
        rows += [(say("star", lang), say("unverified", lang))]
    yield Table((Column(""), Column("", wide=True)), tuple(rows))


def _holds(book: Rulebook, rule: Rule, lang: Lang) -> str:
    if rule.require is None:
        return say("selects" if rule.selects else "signed-for", lang)
    holds = _text(rule.require, lang, book.schema)
    if rule.when is None:
        return holds
    return f"{holds}\n{say('when', lang)}{say('colon', lang)}{_text(rule.when, lang, book.schema)}"


def _names(book: Rulebook, rule: Rule) -> tuple[list[Value], list[Field]]:
    """The values that a rule reads, directly or through other values, and all columns and terms that they and the rule read."""
    derived: dict[str, Value] = {}
    read: dict[tuple[str, str], Field] = {}
    waiting = [e for e in (rule.when, rule.require, rule.admits) if e is not None]
    while waiting:
        for ref in references(waiting.pop(0).expr):
            value = book.values.get(ref.field.name) if ref.field.source == "value" else None
            if value is None:
                read[ref.field.entity, ref.field.name] = ref.field
            elif value.field.name not in derived:
                derived[value.field.name] = value
                waiting += value.parts()
    return list(derived.values()), list(read.values())


def _meaning(book: Rulebook, value: Value, lang: Lang) -> str:
    return say("selects", lang) if isinstance(value.meaning, Take) else _text(value.meaning, lang, book.schema)


def _label(field: Field) -> str:
    """Both names: `建议价格下限 suggested_low`."""
    return f"{field.zh} {field.name}"


def _term_row(book: Rulebook, term: str, t: Term, lang: Lang) -> tuple[str, ...]:
    value = "" if t.value is None else _text(t.value, lang, book.schema)
    return (pick(f"{t.field.zh} {term}", term, lang), say(f"term-{t.mode}", lang), value, clauses(t.cites, {}))


def _rule_data(r: Rule) -> dict[str, Any]:
    answers = None if r.answers is None else {"good": r.answers.good.to_dict(), "bad": r.answers.bad.to_dict()}
    return {
        "id": r.id,
        "stage": r.stage,
        "for": r.entity,
        "when": r.when.text if r.when else None,
        "require": r.require.text if r.require else None,
        "effect": list(r.effect),
        "name": r.name.to_dict(),
        "cite": _keys(r.cites),
        "unverified": r.unverified,
    } | ({} if answers is None else {"answers": answers})


def _term_data(term: str, t: Term) -> dict[str, Any]:
    return {"name": term, "zh": t.field.zh, "mode": t.mode, "value": t.text or None, "cite": _keys(t.cites), "unverified": t.unverified}


def _keys(cites: Iterable[Cite]) -> str:
    return "; ".join(f"{c.source} {c.clause}".strip() for c in cites)


def _effects(rule: Rule, lang: Lang) -> str:
    return effects(rule.effect, lang) or "—"


def _text(expression: Checked, lang: Lang, schema: Schema) -> str:
    return to_text(expression.expr, lang, schema)


def _template(template: Template, schema: Schema, lang: Lang) -> str:
    return "".join(p if isinstance(p, str) else f"{{{_text(p, lang, schema)}}}" for p in template.parts)
