"""Cases that were run -> what they do not prove: rules that no case violates, limits that no case reaches, inputs missing in no case."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from dsl.checker.check import Checked, references
from dsl.nodes import Compare
from dsl.schema import Field
from validator.cases.file import Base, Case
from validator.cases.trial import Trial
from validator.plan.model import FATE
from validator.rulebook.model import Rule, Rulebook

Proof = tuple[Case, Base, Trial]


def gaps(rulebook: Rulebook, proofs: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    """A line for everything that no case proves. Attestations need no case."""
    for rule in rulebook.rules.values():
        found = proofs.get(rule.id, ())
        if rule.asked:
            yield from _rule(rulebook, rule, found)
        elif rule.selects and not found:
            yield f"{rule.id}: no case selects anything"
    yield from _values(rulebook, [case for found in proofs.values() for case, _, _ in found])


def _values(rulebook: Rulebook, cases: Sequence[Case]) -> Iterator[str]:
    """Gaps in values: a case must show every value of the offering that depends on the book, every selection and every fate."""
    shown = {name for case in cases for name in case.values}
    fates = {fate for case in cases for fate in case.fates.values()}
    for name, value in rulebook.values.items():
        if value.field.stage and value.field.entity == rulebook.schema.root and name not in shown:
            yield f"{name}: no case shows this value"
        if value.form == "take" and not any(case.eliminated for case in cases):
            yield f"{name}: no case selects anything"
        if value.field.name == FATE:
            yield from (f"{name}: no case shows `{word}`" for word in value.words if word not in fates)


def _rule(rulebook: Rulebook, rule: Rule, proofs: Sequence[Proof]) -> Iterator[str]:
    if not any(rule.id in case.gives for case, _, _ in proofs):
        yield f"{rule.id}: no case violates it"
    elif not any(case.effect is not None for case, _, _ in proofs):
        yield f"{rule.id}: no case states its effect"
    holding = [p for p in proofs if rule.id not in (*p[0].gives, *p[0].not_evaluable)]
    if not any(t.report.by_rule.get(rule.id, {}).get("holds") for _, _, t in holding):
        yield f"{rule.id}: no case in which it holds"
    elif (unit := _closest(rule)) is not None and not any(_reaches(p, unit) for p in holding):
        yield f"{rule.id}: no case holds {'on the limit' if unit == 0 else 'one unit from the limit'}"
    for name in sorted(inputs(rulebook, rule)):
        if not any(_leaves_out(proof, name) for proof in proofs):
            yield f"{rule.id}: no case in which `{name}` is missing"


def inputs(rulebook: Rulebook, rule: Rule) -> frozenset[str]:
    """The names of the inputs of a rule that can be missing: fields and terms, also through values that no stage changes."""
    found: set[Field] = set()
    open_ = [c for c in (rule.when, rule.require) if c is not None]
    while open_:
        for ref in references(open_.pop().expr):
            value = rulebook.values.get(ref.field.name) if ref.field.source == "value" else None
            if value is not None and not value.field.stage and isinstance(value.meaning, Checked):
                open_.append(value.meaning)
            elif value is None and ref.field.source != "value":
                found.add(ref.field)
    given = {n for n, t in rulebook.terms.items() if t.mode in ("required", "fixed", "default")}
    return frozenset(f.name for f in found if f.default is None and f.name not in given)


def _closest(rule: Rule) -> int | None:
    """The smallest margin with which a single comparison holds, in units: 0, or 1 if it is strict. None for any other condition."""
    assert rule.require is not None
    expr = rule.require.expr
    if not isinstance(expr, Compare) or len(expr.ops) != 1 or expr.ops[0] in ("=", "!="):
        return None
    return 1 if expr.ops[0] in ("<", ">") else 0


def _reaches(proof: Proof, unit: int) -> bool:
    """Whether the smallest margin of a case is `unit` times the smallest difference that the rule's figures can have."""
    trial = proof[2]
    return bool(trial.margins) and min(trial.margins) == unit * trial.step


def _leaves_out(proof: Proof, name: str) -> bool:
    """Whether a case leaves an input missing: it sets it to null, or neither the base nor the case sets it."""
    case, base, _ = proof
    changes = [
        r for changed in case.with_.values() for r in (changed if isinstance(changed, list) else [changed]) if isinstance(r, Mapping)
    ]
    if any(name in r for r in changes):
        return any(name in r and r[name] is None for r in changes)
    return all(r.get(name) is None for r in (base.offering, *base.records.values()))


def margin_matches(case: Case, margins: Sequence[Fraction]) -> bool:
    """Whether the margin that a case states is the smallest among the rule's records."""
    return case.margin is None or (bool(margins) and min(margins) == Fraction(case.margin))
