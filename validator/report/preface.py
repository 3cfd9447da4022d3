"""A plan + what was handed in -> what a report says before any record is looked at; made once for books of a kind, kept with the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dsl.checker.check import references
from dsl.kernel.nodes import Scalar
from validator.bilingual import Both
from validator.plan.figures import questions, reads
from validator.plan.model import Asked, Plan, Stage, conditions
from validator.plan.supplied_columns import KINDS, Supplied
from validator.report.amounts import plain, slack_unit, spoken, unit
from validator.report.findings import rests_on_unverified, unsupplied
from validator.report.model import Called, Changed, Label, RuleInfo
from validator.rulebook.model import Take, Term


@dataclass(frozen=True, slots=True)
class Standing:
    """Parts of a report, under its names. `rules`: as they stand without what was found of them."""

    provisional: tuple[str, ...]
    unsupplied: Mapping[str, tuple[str, ...]]
    lacking: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, str]]
    terms: Mapping[str, Mapping[str, str | None]]
    changed: tuple[Changed, ...]
    stated: Mapping[str, str]
    rules: dict[str, RuleInfo]


def standing(
    plan: Plan, supplied: Supplied, stages: Sequence[Stage], asked: Sequence[Asked], wanting: Sequence[Asked], words: Mapping[str, str]
) -> Standing:
    """`asked` are the rules to report, `wanting` those of them that lack what nobody handed in."""
    key = ("standing", supplied, tuple(s.name for s in stages), tuple(a.number for a in asked), tuple(a.number for a in wanting))
    found = plan.compiled.get(key)
    if not isinstance(found, Standing):
        provisional = _provisional(plan, stages)
        found = plan.compiled[key] = Standing(
            provisional,
            _unsupplied(wanting),
            {a.rule.id: tuple(sorted(unsupplied(plan, a, supplied))) for a in wanting},
            _columns(plan, wanting, supplied, provisional),
            _terms(plan),
            _changed(plan, words),
            _stated(plan),
            _rules(plan, asked),
        )
        for old in [k for k in list(plan.compiled) if isinstance(k, tuple) and k[0] == "standing"][:-KINDS]:
            plan.compiled.pop(old, None)
    return found


def _unsupplied(lacking: Iterable[Asked]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for asked in lacking:
        out[asked.rule.entity] = (*out.get(asked.rule.entity, ()), asked.rule.id)
    return out


def _columns(plan: Plan, lacking: Iterable[Asked], supplied: Supplied, terms: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The table and the Chinese name of what is lacking. A name of several tables is that of the rule's own table, or of one above."""
    entities = plan.schema.entities
    root = entities[plan.schema.root]
    found = {t: (root.name, root.fields[t].zh) for t in terms if t in root.fields}
    for asked in lacking:
        order = dict.fromkeys((*plan.schema.parents(asked.rule.entity), *entities))
        for name in unsupplied(plan, asked, supplied) - found.keys() - entities.keys():
            field = next((entities[e].fields[name] for e in order if name in entities[e].fields), None)
            if field is not None:
                found[name] = field.entity, field.zh
    return dict(sorted(found.items()))


def _rules(plan: Plan, asked: Iterable[Asked]) -> dict[str, RuleInfo]:
    marks = {a.rule.id: rests_on_unverified(plan, a) for a in asked}
    rules = [r for r in plan.rulebook.rules.values() if r.id in marks or not r.asked]
    return {r.id: RuleInfo(r.id, r.stage, r.entity, r.name, r.cites, r.effect, marks.get(r.id, r.unverified)) for r in rules}


def _terms(plan: Plan) -> dict[str, dict[str, str | None]]:
    """What the offering set otherwise than the rules' default."""
    return {
        name: {"value": plain(plan.terms[name], term.field.type.type), "default": plain(default, term.field.type.type)}
        for name, (term, default) in plan.changed.items()
    }


def _changed(plan: Plan, words: Mapping[str, str]) -> tuple[Changed, ...]:
    """The same, as people say it."""

    def said(value: Scalar | Fraction, term: Term) -> Both:
        zh, en = (spoken(value, term.field.type.type, lang, term.field, words) for lang in ("zh", "en"))
        return Both(zh, en)

    changed = plan.changed.items()
    return tuple(Changed(Both(t.field.zh, name), said(plan.terms[name], t), said(default, t)) for name, (t, default) in changed)


def _stated(plan: Plan) -> dict[str, str]:
    """What a picture marks beside the figures of the book."""
    fields = plan.schema.entities[plan.schema.root].fields
    texts = {n: plain(plan.terms.get(n), fields[n].type.type) for n in ("issue_price", "offline_initial")}
    return {n: t for n, t in texts.items() if t is not None}


def _provisional(plan: Plan, stages: Sequence[Stage]) -> tuple[str, ...]:
    """The fields of the offering without which a selection can still change: what is spared is not known yet."""
    missing: list[str] = []
    for step in (s for stage in stages for s in stage.steps):
        take = step.value.meaning
        if isinstance(take, Take) and take.equals is not None:
            missing += [r.field.name for r in references(take.equals.expr) if plan.terms.get(r.field.name) is None]
    return tuple(dict.fromkeys(missing))


def called(plan: Plan, asked: Asked) -> Called:
    """The keys are those of the findings."""
    sheet = questions(plan, asked)
    inputs = {f.name: Label(f.zh, unit(f.type.type), f.type.type.kind == "flag") for f in reads(plan, conditions(asked))}
    figures = {f.key: Label(f.zh, unit(f.type), f.type.kind == "flag") for f in sheet.figures}
    return Called(inputs | figures, Both("", "") if sheet.margin_type is None else slack_unit(sheet.margin_type))
