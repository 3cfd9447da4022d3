"""A raw run -> the report: outcomes, findings, values, elimination, fates, and what became of each bid."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from dsl.kernel.lower import Lowered, Ratio
from dsl.kernel.nodes import Const, Scalar
from dsl.outcomes import OUTCOMES
from validator.engine.result import Raw
from validator.plan.model import ADMITTED, BID, DEADLY, FATE, LIVE, QUANTITY, Plan, Ranking, Stage
from validator.report.amounts import decimal, fraction, moment, plain
from validator.report.decisions import Decision, Decisions
from validator.report.findings import findings
from validator.report.given import Input, Names
from validator.report.model import BidLine, Cut, Elimination, FateTotal, Finding, Report
from validator.report.preface import called, standing

NO_DECISIONS = Decisions()


def summarise(
    plan: Plan,
    raw: Raw,
    given: Input,
    stages: Sequence[Stage],
    shown: Sequence[str],
    words: Mapping[str, str],
    decisions: Decisions = NO_DECISIONS,
) -> Report:
    """`stages` were run; `shown` are the stages to report."""
    found, lacking = findings(plan, raw, given.names, given.supplied, words)
    reported = [_decided(f, decisions) for f in found if f.stage in shown]
    asked = [a for a in plan.asked() if a.rule.stage in shown and a.number in raw.counts]
    named = [a for a in asked if raw.hits.get(a.number)]
    numbers = {a.number for a in asked}
    fixed = standing(plan, given.supplied, stages, asked, [a for a in lacking if a.number in numbers], words)
    opened = _open(plan, raw, given, {a.number for a in lacking if plan.muted.get(a.number) == Const(True, "flag")}, decisions)
    bids = _bids(plan, raw, given, opened)
    values, exact = _values(plan, raw, stages)
    book = plan.rulebook
    return Report(
        offering=plan.code,
        provisional=fixed.provisional,
        verified=False,
        rulebook={"id": book.id, "revision": book.revision, "digest": book.digest},
        input_digest=given.digest,
        records=given.records,
        intake=(*given.issues, *decisions.issues),
        unknown_columns=given.unknown_columns,
        outcomes={name: sum(raw.counts[a.number][i] for a in asked) for i, name in enumerate(OUTCOMES)},
        by_rule={a.rule.id: {n: c for n, c in zip(OUTCOMES, raw.counts[a.number], strict=True) if c} for a in asked},
        unsupplied=dict(fixed.unsupplied),
        lacking=dict(fixed.lacking),
        columns=dict(fixed.columns),
        attestations=tuple(_attested(r.id, decisions) for r in book.rules.values() if "attest" in r.effect and r.stage in shown),
        decisions=tuple(_used(d, reported).to_dict() for d in decisions.lines),
        findings=tuple(reported),
        values=values,
        values_exact=exact,
        elimination=_elimination(plan, raw, given, stages),
        fates=_fates(plan, raw, bids, stages),
        terms={name: dict(said) for name, said in fixed.terms.items()},
        changed=fixed.changed,
        stated=dict(fixed.stated),
        bids=bids,
        rules=fixed.rules | {a.rule.id: replace(fixed.rules[a.rule.id], called=called(plan, a)) for a in named},
        sources=book.sources,
    )


# ── values and terms ──


def _values(plan: Plan, raw: Raw, stages: Sequence[Stage]) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """As shown and exactly. Kept while the offering's values stay the same, as those do that no record of a submission changes."""
    key = ("values", tuple(s.name for s in stages))
    kept: Any = plan.compiled.get(key)
    if kept is None or kept[0] is not raw.root:
        kept = plan.compiled[key] = (raw.root, *_told(plan, raw, stages))
    _, shown, exact = kept
    return dict(shown), dict(exact)


def _told(plan: Plan, raw: Raw, stages: Sequence[Stage]) -> tuple[dict[str, str | None], dict[str, str | None]]:
    shown: dict[str, str | None] = {}
    exact: dict[str, str | None] = {}
    for step in (s for stage in stages for s in stage.steps if s.entity == plan.schema.root):
        assert not isinstance(step.meaning, Ranking)
        value = _root(raw, step.name, step.meaning)
        if step.value.field.type.type.kind == "number" and isinstance(value, int):
            value = Fraction(value)
        shown[step.name] = plain(value, step.value.field.type.type, step.value.show)
        if isinstance(value, Fraction):
            exact[step.name] = fraction(value)
        elif step.value.field.type.type.kind == "number":
            exact[step.name] = None
    return shown, exact


def _root(raw: Raw, name: str, meaning: Lowered) -> Fraction | int | bool | str | None:
    num, den = raw.root.get(name), raw.root.get(f"{name}#den")
    if isinstance(meaning, Ratio):
        return None if num is None or den is None else Fraction(int(num), int(den))
    return num


# ── elimination ──


def _elimination(plan: Plan, raw: Raw, given: Input, stages: Sequence[Stage]) -> Elimination:
    """The selection that a rule of the run stages names."""
    names = {s.name for s in stages}
    selects = next((r.selects for r in plan.rulebook.rules.values() if r.selects and r.stage in names), None)
    step = next((s for stage in stages for s in stage.steps if s.name == selects), None)
    if step is None or not isinstance(step.meaning, Ranking):
        return Elimination(0, "0", None, None, None)
    run = raw.selected[step.name]
    undecided = tuple(given.names.ids[step.entity][i] for i in run.undecided)
    if run.amount is None or run.total is None:
        return Elimination(None, None, None, None, None, undecided)
    share = Fraction(run.amount, run.total) if run.total else None
    cut = None if run.cut is None or step.entity != BID else _cut(given, raw.columns[BID, ADMITTED], run.cut)
    return Elimination(
        run.count,
        decimal(Fraction(run.amount, step.meaning.scale)),
        None if share is None else decimal(share, 12),
        None if share is None else fraction(share),
        cut,
    )


def _cut(given: Input, admitted: Sequence[Scalar], row: int) -> Mapping[str, object]:
    """The bid as it was ranked: with what is admitted of its quantity."""
    price, at, sequence = (given.bids[n][row] for n in ("price", "submitted_at", "sequence"))
    cut = Cut(_price(price) or "", str(admitted[row]), None if at is None else moment(int(at)), None if sequence is None else int(sequence))
    return {"price": cut.price, "quantity": cut.quantity, "submitted_at": cut.submitted_at, "sequence": cut.sequence}


def _price(value: Scalar) -> str | None:
    """At least two decimals, as prices are written: 51.38, 12.00, 0.0001."""
    if value is None:
        return None
    text = decimal(Fraction(int(value), 10_000))
    return text if len(text.partition(".")[2]) >= 2 else decimal(Fraction(int(value), 10_000), 2)


# ── bids ──


def _decided(finding: Finding, decisions: Decisions) -> Finding:
    """The finding with the officer's answer, where its question was open."""
    said = decisions.settled.get((finding.rule, finding.subject.id))
    return replace(finding, decision=said.to_dict()) if said is not None and finding.outcome != "violated" else finding


def _used(decision: Decision, findings: Sequence[Finding]) -> Decision:
    """A decision closes what is open; it undoes no breach, and where nothing is open it does nothing."""
    if decision.used != "closed" or any(f.decision is not None and (f.rule, f.subject.id) == decision.question for f in findings):
        return decision
    return replace(decision, used="nothing")


def _attested(rule: str, decisions: Decisions) -> tuple[str, str]:
    signed = decisions.signed.get(rule)
    return rule, "open" if signed is None else "closed" if signed.holds else "violated"


def _open(plan: Plan, raw: Raw, given: Input, lacking: set[int], decisions: Decisions) -> frozenset[int]:
    """Bids on which a rule of an earlier stage that could make them invalid was not evaluable, though its column is there."""
    names = given.names
    fate = plan.rulebook.values.get(FATE)
    stages = plan.rulebook.stages
    last = stages.index(fate.field.stage) if fate is not None and fate.field.stage else len(stages)
    rules = {a.number: a.rule.id for a in plan.asked() if stages.index(a.rule.stage) < last and a.number not in lacking}
    waiting = {rules[n]: frozenset(rows) for n, rows in raw.waiting.items() if n in rules}
    found = frozenset(row for rule, rows in waiting.items() for row in rows - decisions.spoken_for(plan, names, rule))
    deadly = {a.rule.entity for a in plan.asked() if a.number in rules and a.number in raw.counts and DEADLY & set(a.rule.effect)}
    return found.union(*(_strangers(plan, names, e) for e in deadly & given.supplied.tables & {*plan.schema.parents(BID)}))


def _strangers(plan: Plan, names: Names, entity: str) -> list[int]:
    """Bids of which it is not known to which placee or investor of the table they belong: its rules were not asked for them."""
    rows: Sequence[int | None] = range(len(names.ids[BID]))
    for child in plan.schema.parents(BID)[: plan.schema.parents(BID).index(entity)]:
        rows = [None if row is None else names.parents[child][row] for row in rows]
    return [i for i, row in enumerate(rows) if row is None]


def _bids(plan: Plan, raw: Raw, given: Input, opened: frozenset[int]) -> tuple[BidLine, ...]:
    names = given.names
    live, admitted = raw.columns[BID, LIVE], raw.columns[BID, ADMITTED]
    size = len(live)
    fates = raw.columns.get((BID, FATE), [None] * size)
    selects = next((r.selects for r in plan.rulebook.rules.values() if r.selects), None)
    taken = raw.columns.get((BID, selects or ""), [None] * size)
    prices = {price: _price(price) for price in {*given.bids["price"]}}  # thousands of bids stand at some dozens of prices
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
                eliminated=None if taken[i] is None else bool(taken[i]),
                fate=None if fates[i] is None else str(fates[i]),
                open=bool(live[i]) and i in opened,
                id=names.ids[BID][i],
                investor_name=_label(given, "investor_name", investor),
                placee_name=_label(given, "placee_name", placee),
                investor_type=_label(given, "investor_type", investor),
                placee_type=_label(given, "placee_type", placee),
            )
        )
    return tuple(lines)


def _label(given: Input, name: str, row: int | None) -> str | None:
    found = None if row is None else given.labels[name][row]
    return None if found is None else str(found)


def _fates(plan: Plan, raw: Raw, bids: Sequence[BidLine], stages: Sequence[Stage]) -> dict[str, FateTotal]:
    """Totals per fate, in the order in which the rulebook names them."""
    if (BID, FATE) not in raw.columns:
        return {}
    groups: dict[str, list[BidLine]] = {}
    for bid in bids:
        groups.setdefault(bid.fate or "", []).append(bid)
    order = [w for w in plan.rulebook.values[FATE].words if w in groups] + [g for g in groups if not g]
    return {word or "未决": _total(groups[word]) for word in order}


def _total(bids: Sequence[BidLine]) -> FateTotal:
    return FateTotal(
        len({b.placee for b in bids}),
        len({b.investor for b in bids if b.investor is not None}),
        str(sum(b.admitted_quantity or 0 for b in bids)),
        sum(b.open for b in bids),
    )
