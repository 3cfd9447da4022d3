"""Report -> a page of blocks that a person can act on: the verdict, what broke, what is missing, where to look next.

The word 合规 / compliant stands here once, behind `_clean`: never while anything is open, missing, unread or provisional.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from validator.render.blocks import Block, Column, Heading, Note, Table
from validator.render.safe import visible
from validator.render.sentences import say
from validator.render.words import FOUR_VALUES, Lang, count, name, percent, price, shares, yuan
from validator.report import Cite, Finding, Report

_RULES = 12  # rows of a table of rules: what fits on one screen with the rest
_SUBJECTS = 3
_ISSUES = 8
_OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")


def summary(report: Report, lang: Lang, *, bids: bool = False, next_steps: bool = True) -> tuple[Block, ...]:
    """The page. With `bids` it has every bid and its fate; without `next_steps` it names no commands."""
    return tuple(_page(report, lang, bids, next_steps))


def rule_name(report: Report, rule: str, lang: Lang) -> str:
    """A rule's name in the reader's language, its id where the report does not know the rule."""
    info = report.rules.get(rule)
    return rule if info is None else visible(info.name.zh if lang == "zh" else info.name.en)


def by_rule(report: Report, outcome: str) -> list[tuple[str, list[Finding]]]:
    """The findings of an outcome by rule, most first."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.outcome == outcome:
            groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))


def clauses(cites: Iterable[Cite], titles: Mapping[str, str]) -> str:
    """`初步询价及推介公告 三(四)3、三(四)6(1); …`: each source once, by its title where `titles` has it."""
    by_source: dict[str, list[str]] = {}
    for cite in cites:
        by_source.setdefault(cite.source, []).append(cite.clause)
    return visible(
        "; ".join(f"{titles.get(source, source)} {'、'.join(c for c in said if c)}".strip() for source, said in by_source.items())
    )


def open_attestations(report: Report) -> tuple[str, ...]:
    """The attest rules that nobody has signed for."""
    return tuple(rule for rule, state in report.attestations if state == "open")


def verdict(report: Report, lang: Lang) -> Note:
    """The one sentence that everybody reads."""
    if report.violated:
        rules = len({f.rule for f in report.violated})
        said = say("breaches", lang, rules=count(rules), count=count(len(report.violated)))
        return Note(said if _evaluated(report) else f"{said} {say('open-ends', lang)}", "bad")
    if not _evaluated(report):
        return Note(say("undecided", lang), "warn")
    if signatures := open_attestations(report):
        return Note(say("attest-open", lang, count=count(len(signatures))), "warn")
    return Note(say("compliant", lang), "good") if _clean(report) else Note(say("provisional-pass", lang), "warn")


def _evaluated(report: Report) -> bool:
    """Nothing was left undecided or unread."""
    lacking = report.outcomes["not_evaluable"] or report.outcomes["error"] or report.unsupplied or report.intake
    return not lacking and not any(total.open for total in report.fates.values()) and not report.elimination.undecided


def _clean(report: Report) -> bool:
    return report.status == 0 and _evaluated(report) and not report.provisional and not open_attestations(report)


def _page(report: Report, lang: Lang, bids: bool, next_steps: bool) -> Iterator[Block]:
    yield Heading(say("title", lang, offering=visible(report.offering)))
    yield _facts(report, lang)
    yield verdict(report, lang)
    yield from _outcomes(report, lang)
    yield from _violations(report, lang)
    yield from _not_evaluable(report, lang)
    yield from _intake(report, lang)
    yield from _elimination(report, lang)
    yield from _values(report, lang)
    yield from _fates(report, lang)
    yield from _terms(report, lang)
    yield from _unsupplied(report, lang)
    yield from _attestations(report, lang)
    if bids and report.bids:
        yield from _bids(report, lang)
    if next_steps:
        yield from _next(report, lang)


def _facts(report: Report, lang: Lang) -> Table:
    book = report.rulebook
    records = " · ".join(say("records", lang, entity=name(e, lang), count=count(n)) for e, n in report.records.items())
    rows = [
        (say("rulebook", lang), f"{book.get('id')}@{book.get('revision')}  {_short(book.get('digest', ''))}"),
        (say("input", lang), f"{records or say('no-book', lang)}  {_short(report.input_digest)}"),
        (say("engine", lang), say("verified" if report.verified else "not-verified", lang)),
    ]
    if report.provisional:
        rows.append((say("standing", lang), say("provisional", lang, what=", ".join(map(visible, report.provisional)))))
    return _pairs(*rows)


def _outcomes(report: Report, lang: Lang) -> Iterator[Block]:
    yield Heading(say("outcomes", lang))
    yield Table(tuple(Column(name(o, lang), right=True) for o in _OUTCOMES), (tuple(count(report.outcomes.get(o, 0)) for o in _OUTCOMES),))


def _violations(report: Report, lang: Lang) -> Iterator[Block]:
    groups = by_rule(report, "violated")
    if not groups:
        return
    yield Heading(say("violations", lang))
    columns = ("rule", "clause", "effect", "number", "first")
    rows = tuple(
        (
            _starred(report, rule, found, lang),
            clauses(found[0].cite, {}),
            "、".join(name(e, lang) for e in found[0].effect) if lang == "zh" else ", ".join(name(e, lang) for e in found[0].effect),
            count(len(found)),
            _first(found, lang),
        )
        for rule, found in groups[:_RULES]
    )
    yield Table(tuple(_column(c, lang) for c in columns), rows)
    yield from _rest(len(groups), lang)
    yield from _sources(report, (c.source for _, found in groups[:_RULES] for c in found[0].cite))
    if any(f.unverified for _, found in groups[:_RULES] for f in found):
        yield Note(say("unverified", lang), "faint")


def _sources(report: Report, used: Iterable[str]) -> Iterator[Note]:
    """What the short names of the sources stand for."""
    titled = [f"{key}: {report.sources[key]}" for key in dict.fromkeys(used) if key in report.sources]
    if titled:
        yield Note("\n".join(map(visible, titled)), "faint")


def _not_evaluable(report: Report, lang: Lang) -> Iterator[Block]:
    for outcome, heading in (("not_evaluable", "not-evaluable"), ("error", "errors")):
        groups = by_rule(report, outcome)
        if not groups:
            continue
        yield Heading(say(heading, lang))
        columns = ("rule", "missing", "number", "first")
        rows = tuple(
            (_starred(report, rule, found, lang), _missing(found), count(len(found)), _first(found, lang))
            for rule, found in groups[:_RULES]
        )
        yield Table(tuple(_column(c, lang) for c in columns), rows)
        yield from _rest(len(groups), lang)


def _unsupplied(report: Report, lang: Lang) -> Iterator[Block]:
    """What to hand in, and which rules wait for it. A table of which nothing is there at all is named in a line of its own."""
    if not report.unsupplied:
        return
    yield Heading(say("unsupplied", lang))
    absent: dict[str, int] = dict.fromkeys((e for e, rules in report.unsupplied.items() if _nobody_there(report, rules)), 0)
    waiting: dict[str, list[str]] = {}
    for entity, rules in report.unsupplied.items():
        for rule in rules:
            wanted = {entity, *(report.columns.get(c, (c, ""))[0] for c in report.lacking.get(rule, ()))}
            table = next((e for e in absent if e in wanted), None)
            if table is not None:
                absent[table] += 1
            else:
                waiting.setdefault(_wanted(report, rule, lang), []).append(rule)
    if waiting:
        rows = tuple((columns, " · ".join(rule_name(report, r, lang) for r in rules)) for columns, rules in waiting.items())
        yield Table((Column(say("missing-columns", lang), wide=True), _column("rule", lang)), rows)
    if absent:
        tables = " · ".join(say("table-of-rules", lang, table=name(e, lang), count=count(n)) for e, n in absent.items())
        yield Note(say("absent-tables", lang, tables=tables))
    yield Note(say("unsupplied-how", lang), "faint")


def _nobody_there(report: Report, rules: Iterable[str]) -> bool:
    """Whether the rules of a table were asked of no record at all."""
    return bool(report.by_rule) and not any(report.by_rule.get(rule) for rule in rules)


def _wanted(report: Report, rule: str, lang: Lang) -> str:
    """`配售对象：注册完成时间、证券账户；发行：T日`."""
    tables: dict[str, list[str]] = {}
    for column in report.lacking.get(rule, ()):
        entity, zh = report.columns.get(column, (column, ""))
        tables.setdefault(entity, []).extend([] if entity == column else [zh if lang == "zh" else column])
    colon, comma, stop = ("：", "、", "；") if lang == "zh" else (": ", ", ", "; ")
    parts = (f"{name(e, lang)}{colon}{comma.join(columns)}" if columns else name(e, lang) for e, columns in tables.items())
    return visible(stop.join(parts)) or "—"


def _intake(report: Report, lang: Lang) -> Iterator[Block]:
    if report.intake:
        yield Heading(f"{say('intake', lang)}  {count(len(report.intake))}")
        rows = tuple(
            (
                visible(i.table),
                "" if i.row is None else str(i.row),
                visible(i.column or ""),
                _clipped(i.text or ""),
                visible(i.message.zh if lang == "zh" else i.message.en),
            )
            for i in report.intake[:_ISSUES]
        )
        yield Table(tuple(_column(c, lang) for c in ("table", "row", "column", "content", "reason")), rows)
        if len(report.intake) > _ISSUES:
            yield Note(say("more", lang, count=count(len(report.intake) - _ISSUES)), "faint")
    if report.unknown_columns:
        yield Note(say("unknown-columns", lang, columns=", ".join(visible(f"{t}.{c}") for t, c in report.unknown_columns)), "faint")


def _elimination(report: Report, lang: Lang) -> Iterator[Block]:
    taken = report.elimination
    if taken.count is None and not taken.undecided and not report.bids:
        return
    yield Heading(say("elimination", lang))
    rows: list[tuple[str, str]] = []
    if taken.count:
        figures = {"count": count(taken.count), "quantity": shares(taken.quantity, lang), "share": percent(taken.share)}
        rows.append((say("eliminated", lang), say("placees-and-quantity", lang, **figures)))
    if taken.cut is not None:
        rows.append((say("cut", lang), _cut(taken.cut, lang)))
    yield _pairs(*rows) if rows else Note(say("elimination-none", lang), "faint")
    if taken.undecided:
        yield Note(say("elimination-undecided", lang, ids=_listed(taken.undecided, lang)), "warn")


def _values(report: Report, lang: Lang) -> Iterator[Block]:
    shown = [v for v in FOUR_VALUES if v in report.values]
    if shown and report.bids:
        yield Heading(say("values", lang))
        yield _pairs(*((name(v, lang), yuan(report.values[v], lang)) for v in shown))


def _fates(report: Report, lang: Lang) -> Iterator[Block]:
    if not report.fates:
        return
    yield Heading(say("fates", lang))
    rows = tuple(
        (name(fate, lang), count(t.placees), count(t.investors), shares(t.quantity, lang), count(t.open))
        for fate, t in report.fates.items()
    )
    yield Table(tuple(_column(c, lang) for c in ("fate", "placees", "investors", "quantity", "open")), rows)


def _terms(report: Report, lang: Lang) -> Iterator[Block]:
    if report.terms:
        yield Heading(say("terms", lang))
        rows = ((t, str(f.get("value") or "—"), str(f.get("default") or "—")) for t, f in report.terms.items())
        yield Table(tuple(_column(c, lang) for c in ("term", "value", "default")), tuple(tuple(map(visible, row)) for row in rows))


def _attestations(report: Report, lang: Lang) -> Iterator[Block]:
    if report.attestations:
        yield Heading(say("attestations", lang))
        rows = ((rule_name(report, r, lang), r, say("state-open" if s == "open" else "state-closed", lang)) for r, s in report.attestations)
        yield Table((Column(""), Column("", wide=True), Column("")), tuple(rows))


def _bids(report: Report, lang: Lang) -> Iterator[Block]:
    yield Heading(say("bids", lang))
    columns = (Column(name("bid", lang)), Column(say("annex-price", lang), right=True), Column(say("annex-quantity", lang), right=True))
    rows = tuple(
        (
            visible(b.id),
            "—" if b.price is None else price(b.price),
            shares(b.quantity, lang),
            shares(b.admitted_quantity, lang),
            "—" if b.fate is None else name(b.fate, lang) + (f" ({say('open', lang)})" if b.open else ""),
        )
        for b in report.bids
    )
    yield Table((*columns, _column("quantity", lang), Column(say("fate", lang), wide=True)), rows)


def _next(report: Report, lang: Lang) -> Iterator[Block]:
    worst = by_rule(report, "violated") or by_rule(report, "not_evaluable")
    rows = [("guiju check … --format xlsx -o report.xlsx", say("next-workbook", lang))] if report.bids else []
    rows += [("guiju check … --format csv -o annex.csv", say("next-annex", lang))] if report.bids else []
    rows += [(f"guiju explain {worst[0][0]}", say("next-explain", lang))] if worst else []
    yield Heading(say("next", lang))
    yield _pairs(*rows, ("guiju check … --format json", say("next-json", lang)))


def _starred(report: Report, rule: str, found: Sequence[Finding], lang: Lang) -> str:
    star = ("＊" if lang == "zh" else "*") if any(f.unverified for f in found) else ""
    return f"{rule_name(report, rule, lang)}{star}\n{rule}"


def _first(found: Sequence[Finding], lang: Lang) -> str:
    return _listed([f.subject.id for f in found], lang)


def _listed(ids: Sequence[str], lang: Lang) -> str:
    shown = ", ".join(_clipped(i) for i in ids[:_SUBJECTS])
    return shown if len(ids) <= _SUBJECTS else f"{shown} {say('more', lang, count=count(len(ids) - _SUBJECTS))}"


def _missing(found: Iterable[Finding]) -> str:
    names = Counter(m for f in found for m in f.missing)
    return ", ".join(visible(m) for m, _ in sorted(names.items(), key=lambda item: (-item[1], item[0])))


def _cut(cut: Mapping[str, object], lang: Lang) -> str:
    parts = [yuan(str(cut["price"]), lang), shares(str(cut["quantity"]), lang)]
    if cut.get("submitted_at") is not None:
        parts.append(visible(str(cut["submitted_at"])))
    if cut.get("sequence") is not None:
        parts.append(say("sequence", lang, sequence=cut["sequence"]))
    return " · ".join(parts)


def _rest(rules: int, lang: Lang) -> Iterator[Note]:
    if rules > _RULES:
        yield Note(say("more-rules", lang, count=count(rules - _RULES)), "faint")


_RIGHT = {"number", "row", "placees", "investors", "quantity", "open"}
_WIDE = {"rule", "clause", "first", "missing", "content", "reason"}


def _column(key: str, lang: Lang) -> Column:
    return Column(say(key, lang), right=key in _RIGHT, wide=key in _WIDE)


def _pairs(*rows: tuple[str, str]) -> Table:
    """Facts: a name and what is to be said of it, without a head."""
    return Table((Column(""), Column("", wide=True)), rows)


def _short(digest: str) -> str:
    return digest[:19]


def _clipped(text: str, length: int = 40) -> str:
    shown = visible(text)
    return shown if len(shown) <= length else shown[: length - 1] + "…"
