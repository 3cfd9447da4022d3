"""A plan -> the parts of a report that need no record. Reports of the same plan share them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dsl.checker.check import references
from dsl.kernel.nodes import Scalar
from dsl.kernel.ratio import Ratio
from dsl.nodes import Aggregate, Binary, Call, Expr, If, Number, Ref, Unary, children
from dsl.quantities import NUMBER
from validator.bilingual import Both
from validator.engine.result import Raw
from validator.plan.model import BID, Asked, Plan, Stage
from validator.plan.supplied_columns import Coverage
from validator.report.amounts import POINTS, fraction, is_ratio, margin_unit, plain, spoken, unit
from validator.report.decisions import words_for
from validator.report.findings import rests_on_unverified
from validator.report.model import Called, Changed, Label, RuleInfo
from validator.rulebook.model import Rule, Take, Term

Values = tuple[dict[str, str | None], dict[str, str | None]]
"""Values of the offering by name: rounded as shown, and exact."""


@dataclass
class Preface:
    """The parts of a report, named as in `Report`. `rules` by id, without the labels that only findings need."""

    stages: tuple[Stage, ...]
    provisional: tuple[str, ...]
    terms: Mapping[str, Mapping[str, str | None]]
    changed: tuple[Changed, ...]
    stated: Mapping[str, str]
    rules: Mapping[str, RuleInfo]
    not_by_data: frozenset[str]
    """Rules that no data decide: attestations and selections."""
    _called: dict[int, RuleInfo] = field(default_factory=dict)
    _values: tuple[dict[str, Scalar], Values] | None = None

    @classmethod
    def of(cls, plan: Plan, stages: Sequence[Stage], words: Mapping[str, str]) -> "Preface":
        """`stages`: those that are run."""
        not_by_data = frozenset(r.id for r in plan.rulebook.rules.values() if not r.asked)
        return cls(tuple(stages), _provisional(plan, stages), _terms(plan), _changed(plan, words), _stated(plan), _rules(plan), not_by_data)

    def named(self, asked: Asked) -> RuleInfo:
        """The rule with the labels that its findings need."""
        found = self._called.get(asked.number)
        if found is None:
            found = self._called[asked.number] = replace(self.rules[asked.rule.id], called=called(asked))
        return found

    def name_all(self, plan: Plan) -> None:
        """Compute `named` for every rule now, so that no run has to."""
        for asked in plan.asked():
            self.named(asked)

    def values(self, plan: Plan, raw: Raw) -> Values:
        """Cached for as long as `raw.root` is the same object: submissions do not change the offering's values."""
        kept = self._values
        if kept is None or kept[0] is not raw.root:
            kept = self._values = (raw.root, _values(plan, raw, self.stages))  # another thread may replace the cache; `kept` is ours
        shown, exact = kept[1]
        return dict(shown), dict(exact)


def called(asked: Asked) -> Called:
    """The labels of a rule's figures and inputs, by the keys that its findings use, and the unit of its margin."""
    sheet = asked.sheet
    inputs = {f.name: Label(f.zh, unit(f.type.type), f.type.type.kind == "flag", is_ratio(f)) for f in sheet.inputs}
    figures = {f.key: Label(f.zh, unit(f.type), f.type.kind == "flag", is_ratio(f.field)) for f in sheet.figures}
    if sheet.margin_type is None:
        return Called(inputs | figures)
    assert asked.rule.require is not None
    ratios = sheet.margin_type == NUMBER and any(_is_ratio(side) for side in children(asked.rule.require.expr))
    return Called(inputs | figures, POINTS if ratios else margin_unit(sheet.margin_type))


def _is_ratio(side: Expr) -> bool:
    """Whether people write one side of a comparison per cent: a ratio, or what is added up, rounded or chosen from one."""
    match side:
        case Number(unit=unit):
            return unit == "%"
        case Ref(field=found):
            return is_ratio(found)
        case Binary(op="*" | "/" | "in" | "multiple"):
            return False
        case Binary() | Call() | If() | Unary():
            return any(_is_ratio(part) for part in children(side))
        case Aggregate(function="count" | "distinct"):
            return False
        case Aggregate(args=(first, *_)):
            return _is_ratio(first)
        case _:
            return False


def unsupplied_names(plan: Plan, rules: Iterable[Asked], coverage: Coverage, terms: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The table and the Chinese name of everything that the rules rest on and is not supplied, and of `terms`.

    If several tables have a column of that name, the rule's own table counts first, then the tables above it.
    """
    entities = plan.schema.entities
    root = entities[plan.schema.root]
    found = {t: (root.name, root.fields[t].zh) for t in terms if t in root.fields}
    for asked in rules:
        wanted = coverage.unsupplied(asked) - found.keys() - entities.keys()
        if not wanted:
            continue
        order = dict.fromkeys((*plan.schema.parents[asked.rule.entity], *entities))
        for name in wanted:
            field_ = next((entities[e].fields[name] for e in order if name in entities[e].fields), None)
            if field_ is not None:
                found[name] = field_.entity, field_.zh
    return dict(sorted(found.items()))


def _rules(plan: Plan) -> dict[str, RuleInfo]:
    marks = {a.rule.id: rests_on_unverified(plan, a) for a in plan.asked()}
    above = frozenset(plan.schema.parents[BID]) - {plan.schema.root}
    return {r.id: _rule(r, marks.get(r.id, r.unverified), r.entity in above) for r in plan.rulebook.rules.values()}


def _rule(r: Rule, unverified: bool, of_bids: bool) -> RuleInfo:
    answers = None if r.selects else words_for(r, of_bids)
    return RuleInfo(r.id, r.stage, r.entity, r.name, r.cites, r.effect, unverified, answers=answers)


def _values(plan: Plan, raw: Raw, stages: Sequence[Stage]) -> Values:
    shown: dict[str, str | None] = {}
    exact: dict[str, str | None] = {}
    for step in (s for stage in stages for s in stage.steps if s.entity == plan.schema.root):
        value = _root(raw, step.name, isinstance(step.meaning, Ratio))
        if step.value.field.type.type.kind == "number" and isinstance(value, int):
            value = Fraction(value)
        shown[step.name] = plain(value, step.value.field.type.type, step.value.show)
        if isinstance(value, Fraction):
            exact[step.name] = fraction(value)
        elif step.value.field.type.type.kind == "number":
            exact[step.name] = None
    return shown, exact


def _root(raw: Raw, name: str, ratio: bool) -> Fraction | int | bool | str | None:
    num, den = raw.root.get(name), raw.root.get(f"{name}#den")
    if ratio:
        return None if num is None or den is None else Fraction(int(num), int(den))
    return num


def _terms(plan: Plan) -> dict[str, dict[str, str | None]]:
    """The terms that the offering sets to something other than the default."""
    return {
        name: {"value": plain(plan.terms[name], term.field.type.type), "default": plain(default, term.field.type.type)}
        for name, (term, default) in plan.changed.items()
    }


def _changed(plan: Plan, words: Mapping[str, str]) -> tuple[Changed, ...]:
    """The same as text for people."""

    def said(value: Scalar | Fraction, term: Term) -> Both:
        zh, en = (spoken(value, term.field.type.type, lang, term.field, words) for lang in ("zh", "en"))
        return Both(zh, en)

    changed = plan.changed.items()
    return tuple(Changed(Both(t.field.zh, name), said(plan.terms[name], t), said(default, t)) for name, (t, default) in changed)


def _stated(plan: Plan) -> dict[str, str]:
    """The figures of the offering that pictures show besides those of the book."""
    fields = plan.schema.entities[plan.schema.root].fields
    texts = {n: plain(plan.terms.get(n), fields[n].type.type) for n in ("issue_price", "offline_initial")}
    return {n: t for n, t in texts.items() if t is not None}


def _provisional(plan: Plan, stages: Sequence[Stage]) -> tuple[str, ...]:
    """The missing fields of the offering on which a selection depends: until they are set, what it spares is unknown."""
    missing: list[str] = []
    for step in (s for stage in stages for s in stage.steps):
        take = step.value.meaning
        if isinstance(take, Take) and take.equals is not None:
            missing += [r.field.name for r in references(take.equals.expr) if plan.terms.get(r.field.name) is None]
    return tuple(dict.fromkeys(missing))
