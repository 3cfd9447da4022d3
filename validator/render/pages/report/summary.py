"""Report -> a page of blocks that a person can act on: the verdict, what to do, violations, results of the bids, what is not supplied.

The word 合规 / compliant is used only here, after `_clean`: never while anything is open, missing, not supplied, unreadable or provisional.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from dsl.outcomes import OUTCOMES
from validator.render.pages.blocks import Block, Column, Heading, Note, Table
from validator.render.pages.report import not_supplied as lacking
from validator.render.pages.report.results import clipped, every_bid, listed, pairs, results
from validator.render.phrases.rules import answer, by_rule, called, changed_terms, clauses, columns_of, effects, limited, missing, rule_name
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, say
from validator.render.phrases.words import count, name, table, told
from validator.render.tables import decisions as decided
from validator.report.model import Finding, Report

_RULES = 12  # most rows of a table of rules, so that the page fits on one screen
_ISSUES = 8
_DECISIONS = 30
_REMARK = 200  # most letters of a remark: longer than other texts, since it is an officer's reason


def summary(report: Report, lang: Lang, *, bids: bool = False, next_steps: bool = True) -> tuple[Block, ...]:
    """The page. With `bids` it lists every bid and its fate. Without `next_steps` it names no commands."""
    return tuple(_page(report, lang, bids, next_steps))


def opening(report: Report, lang: Lang) -> Iterator[Block]:
    """Title, facts, verdict, what to do, violations, and what is not evaluable or unreadable."""
    yield Heading(say("title", lang, offering=visible(report.offering)))
    yield _facts(report, lang)
    yield verdict(report, lang)
    yield from _to_do(report, lang)
    yield from _violations(report, lang)
    yield from _not_evaluable(report, lang)
    yield from _intake(report, lang)


def closing(report: Report, lang: Lang) -> Iterator[Block]:
    """Changed defaults, data not supplied, attestations, decisions."""
    yield from _terms(report, lang)
    yield from lacking.section(report, lang)
    yield from _attestations(report, lang)
    yield from _decisions(report, lang)


def open_attestations(report: Report) -> tuple[str, ...]:
    """The attestations that nobody has signed."""
    return tuple(rule for rule, state in report.attestations if state == "open")


def verdict(report: Report, lang: Lang) -> Note:
    """The verdict, in one sentence."""
    if report.violated:
        rules = len({f.rule for f in report.violated})
        said = say("breaches", lang, rules=count(rules), count=count(len(report.violated)))
        return Note(_with_open_ends(report, said, lang), "bad")
    if report.decided_against:
        said = say("decided-against", lang, count=count(report.decided_against))
        return Note(_with_open_ends(report, said, lang), "bad")
    if not _evaluated(report):
        return Note(say("undecided", lang), "warn")
    if signatures := open_attestations(report):
        return Note(say("attest-open", lang, count=count(len(signatures))), "warn")
    if report.stages and _clean(report):
        return Note(say("compliant-stages", lang), "warn")
    return Note(say("compliant", lang), "good") if _clean(report) else Note(say("provisional-pass", lang), "warn")


def _with_open_ends(report: Report, said: str, lang: Lang) -> str:
    return said if _evaluated(report) else say("two-sentences", lang, first=said, second=say("open-ends", lang))


def _evaluated(report: Report) -> bool:
    """Whether nothing is undecided or unreadable."""
    waits = report.unsure or report.unsupplied or report.troubles
    open_ = any(total.open for total in report.fates.values()) or any(bid.undecided for bid in report.bids)
    return not waits and not open_ and not report.elimination.undecided


def _clean(report: Report) -> bool:
    return report.status == 0


def _page(report: Report, lang: Lang, bids: bool, next_steps: bool) -> Iterator[Block]:
    yield from opening(report, lang)
    yield from results(report, lang)
    yield from closing(report, lang)
    if bids and report.bids:
        yield from every_bid(report, lang)
    if next_steps:
        yield from _next(report, lang)


def _facts(report: Report, lang: Lang) -> Table:
    book = report.rulebook
    records = " · ".join(say("records", lang, entity=name(e, lang), count=count(n)) for e, n in report.records.items())
    rows = [
        (say("rulebook", lang), f"{book.get('id')}@{book.get('revision')}  {_short(book.get('digest', ''))}"),
        (say("input", lang), f"{records or say('no-book', lang)}  {_short(report.input_digest)}"),
        (say("engine", lang), say("verified" if report.verified else "not-verified", lang)),
        (say("outcomes", lang), " · ".join(_outcome(report, o, lang) for o in OUTCOMES)),
    ]
    if report.stages:
        rows.insert(0, (say("scope", lang), limited(report, lang)))
    if terms := _terms_not_given(report):
        rows.append((say("standing", lang), say("provisional", lang, what=columns_of(report, terms, lang))))
    if report.set_aside:
        rows.append((say("standing", lang), say("not-counted", lang, count=count(report.set_aside))))
    return pairs(*rows)


def _terms_not_given(report: Report) -> list[str]:
    return [code for code in report.provisional if code in report.columns]


def _outcome(report: Report, outcome: str, lang: Lang) -> str:
    """How often an outcome occurs. For not evaluable also how often because a column or table is not supplied, which is not a finding."""
    often = f"{name(outcome, lang)} {count(report.outcomes.get(outcome, 0))}"
    found = sum(f.outcome == outcome for f in report.findings)
    unasked = report.outcomes.get(outcome, 0) - found if outcome == "not_evaluable" and report.unsupplied else 0
    if unasked <= 0:
        return often
    if not found:
        return say("all-for-want", lang, often=often)
    return say("for-want", lang, often=often, count=count(unasked))


def _to_do(report: Report, lang: Lang) -> Iterator[Block]:
    """The tasks that remain before the verdict can be signed, the gravest first."""
    unsure = Counter(f.outcome for f in report.findings if f.decision is None)
    facts = {
        "violated": unsure["violated"],
        "error": unsure["error"],
        "intake": len(report.troubles),
        "undecided": len(report.elimination.undecided),
        "not-evaluable": unsure["not_evaluable"],
        "unsupplied": sum(map(len, report.unsupplied.values())),
        "attest": len(open_attestations(report)),
        "provisional": len(_terms_not_given(report)),
    }
    more = {"violated": say("do-violated-bids", lang)} if report.bids else {}
    rows = [(say(f"do-{k}", lang, count=count(n)), say(f"do-{k}-how", lang) + more.get(k, "")) for k, n in facts.items() if n]
    if rows:
        yield Heading(say("to-do", lang))
        yield pairs(*rows)


def _violations(report: Report, lang: Lang) -> Iterator[Block]:
    groups = by_rule(report, "violated")
    if not groups:
        return
    shown = groups[:_RULES]
    yield Heading(say("violations", lang))
    rows = tuple(
        (
            _starred(report, rule, found, lang),
            clauses(found[0].cite, {}),
            effects(found[0].effect, lang),
            count(len(found)),
            _first(found, lang),
        )
        for rule, found in shown
    )
    yield Table(_columns(("rule", "clause", "effect", "number", "first"), shown, lang), rows)
    yield from _rest(len(groups), lang)
    yield from _sources(report, (c.source for _, found in shown for c in found[0].cite))
    if any(f.unverified for _, found in shown for f in found):
        yield Note(f"{say('star', lang)} {say('unverified', lang)}", "faint")


def _sources(report: Report, used: Iterable[str]) -> Iterator[Table]:
    """The titles of the sources, by their short names."""
    titled = [(visible(key), visible(report.sources[key])) for key in dict.fromkeys(used) if key in report.sources]
    if titled:
        yield pairs(*titled)


def _not_evaluable(report: Report, lang: Lang) -> Iterator[Block]:
    for outcome, heading in (("not_evaluable", "not-evaluable"), ("error", "errors")):
        groups = by_rule(report, outcome)
        if not groups:
            continue
        shown = groups[:_RULES]
        yield Heading(say(heading, lang))
        rows = tuple(
            (_starred(report, r, found, lang), _missing(report, r, found, lang), count(len(found)), _first(found, lang))
            for r, found in shown
        )
        yield Table(_columns(("rule", "missing", "number", "first"), shown, lang), rows)
        yield from _rest(len(groups), lang)


def _intake(report: Report, lang: Lang) -> Iterator[Block]:
    """What could not be read, as a table; below it, as lines, how the rest was read."""
    if troubles := report.troubles:
        yield Heading(f"{say('intake', lang)}  {count(len(troubles))}")
        rows = tuple(
            (
                table(i.table, lang),
                "" if i.row is None else str(i.row),
                visible(i.column or ""),
                clipped(i.text or ""),
                told(i.message, lang),
            )
            for i in troubles[:_ISSUES]
        )
        yield Table(_columns(("table", "row", "column", "content", "reason"), (), lang), rows)
        if len(troubles) > _ISSUES:
            yield Note(say("more", lang, count=count(len(troubles) - _ISSUES)), "faint")
    notes = [i for i in report.intake if i.level == "note"]
    if notes:
        yield Heading(say("read-as", lang))
    for i in notes[:_ISSUES]:
        yield Note(say("of-table", lang, table=table(i.table, lang), what=told(i.message, lang)), "faint")
    if report.unknown_columns:
        columns = ", ".join(f"{table(t, lang)}.{visible(c)}" for t, c in report.unknown_columns)
        yield Note(say("unknown-columns", lang, columns=columns), "faint")


def _terms(report: Report, lang: Lang) -> Iterator[Block]:
    if report.terms:
        yield Heading(say("terms", lang))
        yield Table(_columns(("term", "value", "default"), (), lang), changed_terms(report, lang))


def _attestations(report: Report, lang: Lang) -> Iterator[Block]:
    if report.attestations:
        yield Heading(say("attestations", lang))
        rows = [(rule_name(report, r, lang), r, answer(report, r, s, lang)) for r, s in report.attestations]
        for one in report.attested_subjects:
            subject = say("in-brackets", lang, text=visible(one.subject))
            does = f"\n→ {effects(one.effect, lang)}" if one.state == "bad" and one.effect else ""
            rows.append((rule_name(report, one.rule, lang) + subject, one.rule, answer(report, one.rule, one.state, lang) + does))
        yield Table((Column("", wide=True), Column(""), Column("")), tuple(rows))


def _decisions(report: Report, lang: Lang) -> Iterator[Block]:
    if not report.decisions:
        return
    yield Heading(f"{say('sheet-decisions', lang)}  {count(len(report.decisions))}")
    shown = islice(decided.rows(report, lang), _DECISIONS)
    wide = (key in ("rule", "remark", "used") for key in decided.COLUMNS)
    columns = tuple(Column(head, wide=broken) for head, broken in zip(decided.head(lang), wide, strict=True))
    yield Table(columns, tuple(tuple(clipped(text, _REMARK) for text in row) for row in shown))
    if len(report.decisions) > _DECISIONS:
        yield Note(say("more", lang, count=count(len(report.decisions) - _DECISIONS)), "faint")


def _next(report: Report, lang: Lang) -> Iterator[Block]:
    worst = by_rule(report, "violated") or by_rule(report, "not_evaluable")
    rows = [("guiju check … -o report.xlsx", say("next-workbook", lang))] if report.bids else []
    rows += [("guiju check … --format csv -o annex.csv", say("next-annex", lang))] if report.bids else []
    rows += [("guiju check … -o report.html", say("next-html", lang)), ("guiju check … --format json", say("next-json", lang))]
    rows += [(f"guiju explain {worst[0][0]}", say("next-explain", lang))] if worst else []
    yield Heading(say("next", lang))
    yield pairs(*rows)


def _starred(report: Report, rule: str, found: Sequence[Finding], lang: Lang) -> str:
    star = (say("star", lang)) if any(f.unverified for f in found) else ""
    return f"{rule_name(report, rule, lang)}{star}\n{rule}"


def _first(found: Sequence[Finding], lang: Lang) -> str:
    return listed([f.subject.id for f in found], lang)


def _missing(report: Report, rule: str, found: Sequence[Finding], lang: Lang) -> str:
    """The missing inputs in a rule's findings, most frequent first."""
    names = Counter((m, m in f.unreadable) for f in found for m in f.missing)
    return visible(missing(called(report, rule), [key for key, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))], lang))


def _rest(rules: int, lang: Lang) -> Iterator[Note]:
    if rules > _RULES:
        yield Note(say("more-rules", lang, count=count(rules - _RULES)), "faint")


_RIGHT = {"number", "row"}
_WIDE = {"rule", "clause", "first", "missing", "content", "reason"}


def _columns(keys: Sequence[str], shown: Iterable[tuple[str, object]], lang: Lang) -> tuple[Column, ...]:
    """`shown`: the rules in the table. Their ids are never broken."""
    least = {"rule": max((len(rule) for rule, _ in shown), default=0)}
    return tuple(Column(say(k, lang), right=k in _RIGHT, wide=k in _WIDE, least=least.get(k, 0)) for k in keys)


def _short(digest: str) -> str:
    return digest[:19]
