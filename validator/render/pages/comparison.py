"""The differences between two reports on one book -> JSON data, and a page for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.phrases.rules import clauses, limited, rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say, spoken
from validator.render.phrases.words import FOUR_VALUES, count, name, percent, shares, yuan
from validator.report.compare import Comparison
from validator.report.model import Elimination, Finding, Report

_SUBJECTS = 5


def data(found: Comparison) -> dict[str, Any]:
    """The JSON data."""
    out: dict[str, Any] = {
        "format": "guiju.comparison/1",
        "offering": found.new.offering,
        "from": dict(found.old.rulebook),
        "to": dict(found.new.rulebook),
        **({"stages": list(found.new.stages)} if found.new.stages else {}),
        "input": {"digest": found.new.input_digest},
        "appeared": [f.to_dict() for f in found.appeared],
        "disappeared": [f.to_dict() for f in found.disappeared],
        "fates": [{"from": old, "to": new, "bids": list(bids)} for (old, new), bids in found.fates.items()],
        "values": {n: {"from": old, "to": new} for n, (old, new) in found.values.items()},
    }
    if found.elimination:
        sides = (r.to_dict()["elimination"] for r in (found.old, found.new))
        out["elimination"] = dict(zip(("from", "to"), sides, strict=True))
    return out


def page(found: Comparison, lang: Lang) -> tuple[Block, ...]:
    """The page for people."""
    return tuple(_page(found, lang))


def _page(found: Comparison, lang: Lang) -> Iterator[Block]:
    old, new = (f"{r.rulebook.get('id')}@{r.rulebook.get('revision')}" for r in (found.old, found.new))
    yield Heading(f"{visible(found.new.offering)}  {old} → {new}")
    if found.new.stages:
        yield Note(limited(found.new, lang), "warn")
    if found.same:
        yield Note(say("same", lang), "good")
        return
    yield from _findings("appeared", found.appeared, found.new, lang)
    yield from _findings("disappeared", found.disappeared, found.old, lang)
    if found.fates:
        yield Heading(say("fates", lang))
        rows = tuple((_fate(a, lang), _fate(b, lang), count(len(bids)), _listed(bids, lang)) for (a, b), bids in found.fates.items())
        yield Table((Column(old), Column(new), Column(say("number", lang), right=True), Column(say("first", lang), wide=True)), rows)
    figures = list(_figures(found, lang))
    if figures:
        yield Heading(say("figures-differ", lang))
        yield Table((Column(""), Column(old, right=True), Column(new, right=True)), tuple(figures))


def _findings(key: str, findings: Sequence[Finding], report: Report, lang: Lang) -> Iterator[Block]:
    if not findings:
        return
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.outcome, finding.rule), []).append(finding)
    yield Heading(f"{say(key, lang)}  {count(len(findings))}")
    columns = ("finding-outcome", "rule", "clause", "number", "first")
    rows = tuple(
        (
            name(outcome, lang),
            f"{rule_name(report, rule, lang)}\n{rule}",
            clauses(of_rule[0].cite, {}),
            count(len(of_rule)),
            _listed([f.subject.id for f in of_rule], lang),
        )
        for (outcome, rule), of_rule in groups.items()
    )
    yield Table(tuple(Column(say(c, lang), right=c == "number", wide=c in ("clause", "first")) for c in columns), rows)
    cited = dict.fromkeys(c.source for of_rule in groups.values() for c in of_rule[0].cite if c.source in report.sources)
    if cited:
        yield Table((Column(""), Column("", wide=True)), tuple((visible(key), visible(report.sources[key])) for key in cited))
    first = next((f for f in findings if f.outcome == "violated"), None)
    if first is not None:
        message = spoken(first.message, lang)
        yield Note(f"{say('for-example', lang)} {visible(first.subject.id)}: {visible(message)}", "faint")


def _figures(found: Comparison, lang: Lang) -> Iterator[tuple[str, str, str]]:
    for value in FOUR_VALUES:
        if value in found.values:
            old, new = found.values[value]
            yield name(value, lang), yuan(old, lang), yuan(new, lang)
    if found.elimination:
        before, after = (_elimination(r.elimination, lang) for r in (found.old, found.new))
        yield from zip((say("eliminated", lang), "", "", say("cut", lang)), before, after, strict=True)


def _elimination(taken: Elimination, lang: Lang) -> tuple[str, ...]:
    cut = "—" if taken.cut is None or not taken.cut.get("price") else yuan(str(taken.cut["price"]), lang)
    return say("number-of-placees", lang, count=count(taken.count or 0)), shares(taken.quantity, lang), percent(taken.share), cut


def _fate(fate: str | None, lang: Lang) -> str:
    return "—" if fate is None else name(fate, lang)


def _listed(ids: Sequence[str], lang: Lang) -> str:
    shown = ", ".join(visible(i) for i in ids[:_SUBJECTS])
    return shown if len(ids) <= _SUBJECTS else f"{shown} {say('more', lang, count=count(len(ids) - _SUBJECTS))}"
