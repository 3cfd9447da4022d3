"""Which revision governs an offering, and why -> JSON data, and a page for people."""

from collections.abc import Iterator
from typing import Any

from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.pages.rules.rulebook import day_name
from validator.render.phrases.rules import clauses
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, pick, say
from validator.render.phrases.words import told
from validator.rulebook.amendments import File
from validator.rulebook.library import Resolution
from validator.rulebook.model import Rulebook


def resolution_data(offering: str, found: Resolution) -> dict[str, Any]:
    """The JSON data."""
    book, after = found.rulebook, found.following
    return {
        "offering": offering,
        "rulebook": {"id": book.id, "revision": book.revision, "digest": book.digest, "title": book.title.to_dict()},
        "by": book.by,
        "day": found.day,
        "from": book.since,
        "until": None
        if after is None
        else {"revision": after.form.revision, "by": after.form.applies.by, "from": after.form.applies.from_},
        "cite": [{"source": c.source, "clause": c.clause} for c in book.cites],
        "unverified": book.unverified,
        "amendments": [
            {
                "rulebook": f.form.rulebook,
                "revision": f.form.revision,
                "title": {"zh": f.form.title.zh, "en": f.form.title.en},
                "applies": {"by": f.form.applies.by, "from": f.form.applies.from_},
                "amends": f.form.amends,
            }
            for f in found.lineage
        ],
    }


def resolution_page(offering: str, found: Resolution, lang: Lang) -> tuple[Block, ...]:
    """The page for people."""
    return tuple(_page(offering, found, lang))


def _page(offering: str, found: Resolution, lang: Lang) -> Iterator[Block]:
    book, after = found.rulebook, found.following
    field = book.schema.entities[book.schema.root].fields[book.by]
    by = pick(f"{field.zh} {book.by}", book.by, lang)
    yield Heading(f"{visible(offering)}  →  {book.name}  {told(book.title, lang)}")
    rows = [
        (say("resolve-by", lang), f"{by} = {found.day}"),
        (say("resolve-from", lang), book.since),
        (say("resolve-until", lang), _until(found, lang)),
        (say("clause", lang), clauses(book.cites, book.sources) or say("resolve-no-clause", lang)),
    ]
    if book.unverified:
        rows.append((say("star", lang), say("resolve-unverified", lang)))
    yield Table((Column(""), Column("", wide=True)), tuple(rows))
    yield Heading(say("resolve-lineage", lang))
    columns = (Column(say("rulebook", lang)), Column(say("since", lang)), Column(say("title-of", lang), wide=True))
    yield Table(columns, tuple(_revision(book, file, lang) for file in found.lineage))
    if after is not None:
        yield Note(f"guiju rulebook diff {book.name} {after.name}", "faint")


def _revision(book: Rulebook, file: File, lang: Lang) -> tuple[str, ...]:
    form = file.form
    since = f"{day_name(book, form.applies.by, lang)} ≥ {form.applies.from_}"
    return file.name, since, visible(pick(form.title.zh, form.title.en, lang))


def _until(found: Resolution, lang: Lang) -> str:
    after = found.following
    if after is None:
        return say("resolve-open", lang)
    by = day_name(found.rulebook, after.form.applies.by, lang)
    return say("resolve-next", lang, day=after.form.applies.from_, by=by, revision=after.name)
