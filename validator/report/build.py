"""Result + plan + input -> the report: outcomes, findings, values, elimination, fates, and a line for each bid."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from dsl.kernel.nodes import Scalar
from dsl.outcomes import OUTCOMES
from validator.engine.result import Raw
from validator.plan.model import ADMITTED, BID, FATE, INVALIDATING, LIVE, QUANTITY, Asked, Plan, Ranking, Stage
from validator.plan.supplied_columns import Coverage
from validator.report.amounts import decimal, fraction, moment
from validator.report.decisions import Decisions
from validator.report.findings import findings
from validator.report.given import Input, Names
from validator.report.model import Attested, BidLine, Cut, Elimination, FateTotal, Finding, Report, RuleInfo
from validator.report.preface import Preface, unsupplied_names

NO_DECISIONS = Decisions()

UNREADABLE = "unreadable"
"""The code in `provisional`: some bids are not counted, because their price or quantity could not be read."""


def build(
    plan: Plan,
    raw: Raw,
    given: Input,
    coverage: Coverage,
    preface: Preface,
    shown: Sequence[str],
    words: Mapping[str, str],
    decisions: Decisions = NO_DECISIONS,
) -> Report:
    """`shown`: the stages to report, out of those that were run."""
    stages = preface.stages
    found, unsupplied = findings(plan, raw, given.names, coverage, words)
    decisions = decisions.concluded(found, {*shown} & {s.name for s in stages}, plan)
    reported = [_decided(f, decisions) for f in found if f.stage in shown]
    asked = [a for a in plan.asked() if a.rule.stage in shown and a.number in raw.counts]
    numbers = {a.number for a in asked}
    listed = [a for a in unsupplied if a.number in numbers]
    opened = _open(plan, raw, given, {a.number for a in unsupplied if a.number in coverage.silent}, decisions)
    bids = _bids(plan, raw, given, opened)
    values, exact = preface.values(plan, raw)
    book = plan.rulebook
    return Report(
        offering=plan.code,
        provisional=(*preface.provisional, *([UNREADABLE] if any(b.aside for b in bids) else ())),
        verified=False,
        rulebook={"id": book.id, "revision": book.revision, "digest": book.digest},
        input_digest=given.digest,
        records=given.records,
        intake=(*given.issues, *decisions.issues),
        unknown_columns=given.unknown_columns,
        outcomes={name: sum([raw.counts[a.number][i] for a in asked]) for i, name in enumerate(OUTCOMES)},
        by_rule={a.rule.id: {n: c for n, c in zip(OUTCOMES, raw.counts[a.number], strict=True) if c} for a in asked},
        unsupplied=_unsupplied(listed),
        lacking={a.rule.id: tuple(sorted(coverage.unsupplied(a))) for a in listed},
        columns=unsupplied_names(plan, listed, coverage, preface.provisional),
        attestations=tuple(_attested(r.id, decisions) for r in book.rules.values() if "attest" in r.effect and r.stage in shown),
        attested_subjects=_attested_subjects(plan, decisions),
        decisions=tuple(d.to_dict() for d in decisions.lines),
        findings=tuple(reported),
        values=values,
        values_exact=exact,
        elimination=_elimination(plan, raw, given, stages),
        fates=_fates(plan, raw, bids),
        undecided=_total([b for b in bids if b.undecided]),
        terms={name: dict(said) for name, said in preface.terms.items()},
        changed=preface.changed,
        stated=dict(preface.stated),
        bids=bids,
        rules=_rules(preface, asked, raw),
        sources=book.sources,
    )


def _unsupplied(rules: Sequence[Asked]) -> dict[str, tuple[str, ...]]:
    """The ids of the rules, by entity."""
    out: dict[str, list[str]] = {}
    for asked in rules:
        out.setdefault(asked.rule.entity, []).append(asked.rule.id)
    return {entity: tuple(ids) for entity, ids in out.items()}


def _rules(preface: Preface, asked: Sequence[Asked], raw: Raw) -> dict[str, RuleInfo]:
    """The rules that were checked, and those that no data decide."""
    found = {a.rule.id: preface.named(a) if raw.hits.get(a.number) else preface.rules[a.rule.id] for a in asked}
    return {id_: found.get(id_, info) for id_, info in preface.rules.items() if id_ in found or id_ in preface.not_by_data}


# ── elimination ──


def _elimination(plan: Plan, raw: Raw, given: Input, stages: Sequence[Stage]) -> Elimination:
    """The result of the selection that a rule of these stages names. If only a rule of another stage names one, nothing is known of it."""
    names = {s.name for s in stages}
    choosing = [r for r in plan.rulebook.rules.values() if r.selects]
    selects = next((r.selects for r in choosing if r.stage in names), None)
    if choosing and selects is None:
        return Elimination(None, None, None, None, None)
    step = next((s for stage in stages for s in stage.steps if s.name == selects), None)
    if step is None or not isinstance(step.meaning, Ranking):
        return Elimination(0, "0", None, None, None)
    run = raw.selected[step.name]
    undecided = tuple(given.names.ids[step.entity][i] for i in run.undecided)
    if run.amount is None or run.total is None:
        return Elimination(None, None, None, None, None, undecided)
    cuts = [_cut(given, raw.columns[BID, ADMITTED], row) for row in run.cut] if step.entity == BID else []
    share = Fraction(run.amount, run.total) if run.total else None
    return Elimination(
        run.count,
        decimal(Fraction(run.amount, step.meaning.scale)),
        None if share is None else decimal(share, 12),
        None if share is None else fraction(share),
        {k: v if all(c[k] == v for c in cuts) else None for k, v in cuts[0].items()} if cuts else None,
        undecided,
    )


def _cut(given: Input, admitted: Sequence[Scalar], row: int) -> Mapping[str, object]:
    """The bid as it was ranked: with its admitted quantity."""
    price, at, sequence = (given.bids[n][row] for n in ("price", "submitted_at", "sequence"))
    cut = Cut(_price(price) or "", str(admitted[row]), None if at is None else moment(int(at)), None if sequence is None else int(sequence))
    return {"price": cut.price, "quantity": cut.quantity, "submitted_at": cut.submitted_at, "sequence": cut.sequence}


def _price(value: Scalar) -> str | None:
    """A price with at least two decimals: 51.38, 12.00, 0.0001."""
    if value is None:
        return None
    text = decimal(Fraction(int(value), 10_000))
    return text if len(text.partition(".")[2]) >= 2 else decimal(Fraction(int(value), 10_000), 2)


# ── bids ──


def _decided(finding: Finding, decisions: Decisions) -> Finding:
    """The finding with the officer's decision, if there is one and the finding is no violation."""
    said = decisions.settled.get((finding.rule, finding.subject.id))
    return replace(finding, decision=said.to_dict()) if said is not None and finding.outcome != "violated" else finding


def _attested(rule: str, decisions: Decisions) -> tuple[str, str]:
    """Whether an attestation of the whole offering is open, good or bad."""
    signed = decisions.signed.get((rule, ""))
    return rule, "open" if signed is None else signed.outcome


def _attested_subjects(plan: Plan, decisions: Decisions) -> tuple[Attested, ...]:
    """The attestations of a single record that a decision names."""
    rules = plan.rulebook.rules
    named = sorted((d for d in decisions.signed.values() if d.subject), key=lambda d: d.question)
    return tuple(Attested(d.rule, d.subject, d.outcome, tuple(e for e in rules[d.rule].effect if e != "attest")) for d in named)


def _open(plan: Plan, raw: Raw, given: Input, silent: set[int], decisions: Decisions) -> frozenset[int]:
    """The bids on which a rule is undecided that could make them invalid before their fate is set.

    Rules in `silent` rest on something not supplied and leave no bid open.
    """
    names = given.names
    fate = plan.rulebook.values.get(FATE)
    stages = plan.rulebook.stages
    last = stages.index(fate.field.stage) if fate is not None and fate.field.stage else len(stages)
    rules = {a.number: a.rule.id for a in plan.asked() if stages.index(a.rule.stage) < last and a.number not in silent}
    waiting = {rules[n]: frozenset(rows) for n, rows in raw.waiting.items() if n in rules}
    found = frozenset(row for rule, rows in waiting.items() for row in rows - decisions.spoken_for(plan, names, rule))
    entities = {a.rule.entity for a in plan.asked() if a.number in rules and a.number in raw.counts and INVALIDATING & set(a.rule.effect)}
    return found.union(*(_unattributed(plan, names, e) for e in entities & given.supplied.tables & {*plan.schema.parents[BID]}))


def _unattributed(plan: Plan, names: Names, entity: str) -> list[int]:
    """The bids without a known parent in the table of `entity`: the rules of that table were not checked for them."""
    rows: Sequence[int | None] = range(len(names.ids[BID]))
    for child in plan.schema.parents[BID][: plan.schema.parents[BID].index(entity)]:
        rows = [None if row is None else names.parents[child][row] for row in rows]
    return [i for i, row in enumerate(rows) if row is None]


def _bids(plan: Plan, raw: Raw, given: Input, opened: frozenset[int]) -> tuple[BidLine, ...]:
    names = given.names
    live, admitted = raw.columns[BID, LIVE], raw.columns[BID, ADMITTED]
    size = len(live)
    fates = raw.columns.get((BID, FATE), [None] * size)
    selects = next((r.selects for r in plan.rulebook.rules.values() if r.selects), None)
    taken = raw.columns.get((BID, selects or ""), [None] * size)
    fated = (BID, FATE) in raw.columns
    aside = {i for i in given.spoilt if (fates[i] is None if fated else bool(live[i] and raw.selected))}
    prices = {price: _price(price) for price in {*given.bids["price"]}}  # thousands of bids have a few dozen different prices
    lines = []
    for i in range(size):
        placee = names.parents[BID][i]
        investor = None if placee is None else names.parents["placee"][placee]
        price, quantity, sequence = (given.bids[n][i] for n in ("price", QUANTITY, "sequence"))
        lines.append(
            BidLine(
                investor=None if investor is None else names.ids["investor"][investor],
                placee=names.ids["placee"][placee] if placee is not None else names.ids[BID][i].rpartition("/")[0],
                sequence=None if sequence is None else int(sequence),
                price=prices[price],
                quantity=None if quantity is None else int(quantity),
                admitted_quantity=None if admitted[i] is None else int(admitted[i] or 0),
                live=bool(live[i]),
                eliminated=None if taken[i] is None or i in aside else bool(taken[i]),
                fate=None if fates[i] is None else str(fates[i]),
                open=bool(live[i]) and i in opened,
                id=names.ids[BID][i],
                investor_name=_label(given, "investor_name", investor),
                placee_name=_label(given, "placee_name", placee),
                investor_type=_label(given, "investor_type", investor),
                placee_type=_label(given, "placee_type", placee),
                undecided=fated and fates[i] is None,
                aside=i in aside,
            )
        )
    return tuple(lines)


def _label(given: Input, name: str, row: int | None) -> str | None:
    found = None if row is None else given.labels[name][row]
    return None if found is None else str(found)


def _fates(plan: Plan, raw: Raw, bids: Sequence[BidLine]) -> dict[str, FateTotal]:
    """The totals of each fate, in the rulebook's order."""
    if (BID, FATE) not in raw.columns:
        return {}
    groups: dict[str, list[BidLine]] = {}
    for bid in bids:
        if bid.fate is not None:
            groups.setdefault(bid.fate, []).append(bid)
    return {word: _total(groups[word]) for word in plan.rulebook.values[FATE].words if word in groups}


def _total(bids: Sequence[BidLine]) -> FateTotal:
    return FateTotal(
        len({b.placee for b in bids}),
        len({b.investor for b in bids if b.investor is not None}),
        str(sum(b.admitted_quantity or 0 for b in bids)),
        sum(b.open for b in bids),
    )
