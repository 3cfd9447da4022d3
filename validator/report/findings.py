"""Raw hits -> findings that an officer reads: subject, figures, margin, missing inputs, message, clause."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsl.checker.check import references
from dsl.outcomes import NOT_EVALUABLE, OUTCOMES, VIOLATED
from validator.bilingual import Both
from validator.engine.result import Hit, Raw
from validator.plan.absent import settle
from validator.plan.decidable import lacks
from validator.plan.figures import closure, counted, questions, reads
from validator.plan.model import ADMITTED, QUANTITY, Asked, Known, Plan, Sheet, conditions
from validator.plan.supplied_columns import Supplied, gone, without
from validator.report.amounts import plain, slack, spoken
from validator.report.given import Names
from validator.report.model import Finding, fingerprint

_NONE = (0,) * len(OUTCOMES)


def findings(plan: Plan, raw: Raw, names: Names, supplied: Supplied, words: Mapping[str, str]) -> tuple[list[Finding], list[Asked]]:
    """All findings in their order, and the rules that could not run for want of a column or a term."""
    found: list[Finding] = []
    lacking: list[Asked] = []
    there = {plan.schema.root, *supplied.tables}
    for asked in plan.asked():
        hits = raw.hits.get(asked.number, ())
        silent = raw.counts.get(asked.number, _NONE)[NOT_EVALUABLE] > sum([h.outcome == NOT_EVALUABLE for h in hits])
        if silent or asked.rule.entity not in there:
            lacking.append(asked)
        if not hits:
            continue
        lost = unsupplied(plan, asked, supplied)
        found += sorted((_finding(plan, asked, h, names, lost, words) for h in hits), key=lambda f: f.subject.id)
    return found, lacking


def for_book(plan: Plan, supplied: Supplied) -> Plan:
    """The plan for a book: nothing is concluded from what was not handed in, and what cannot run for want of it is said once per rule."""
    found = without(plan, supplied)
    key = ("muted", supplied)
    ready = found.compiled.get(key)
    if not isinstance(ready, Plan):
        lost = gone(plan, supplied)
        muted = {a.number: lacks(a, lost) for a in found.asked() if unsupplied(found, a, supplied)}
        ready = found.compiled[key] = settle(replace(found, muted=muted), supplied)
    return ready


def unsupplied(plan: Plan, asked: Asked, supplied: Supplied) -> frozenset[str]:
    """The names that a rule rests on and that nobody handed in: tables, columns of tables, fields of the offering."""
    key = ("unsupplied", asked.number, supplied)
    found: Any = plan.compiled.get(key)
    if found is None:
        found = plan.compiled[key] = _lost(plan, asked, supplied)
    lost, terms = found
    return frozenset(lost) | {t for t in terms if plan.terms.get(t) is None}


def _lost(plan: Plan, asked: Asked, supplied: Supplied) -> tuple[frozenset[str], tuple[str, ...]]:
    """What tables and columns a rule lacks, and the terms that it would lack if the offering did not state them."""
    fields = [f for f in reads(plan, conditions(asked)) if f.source != "value" and (f.entity, f.name) not in supplied.columns]
    names = {f.name for f in fields if f.source == "field"}
    names |= {ADMITTED} if QUANTITY in {f.name for f in fields} else set()
    terms = tuple(sorted({f.name for f in fields if f.source != "field"}))
    return frozenset(names | (counted(plan, conditions(asked)) - supplied.tables)), terms


def _finding(plan: Plan, asked: Asked, hit: Hit, names: Names, lost: frozenset[str], words: Mapping[str, str]) -> Finding:
    rule, sheet = asked.rule, questions(plan, asked)
    answers, margin, missing = sheet.read(hit.answers, plan.terms)
    figures = {f.key: t for f, a in zip(sheet.figures, answers, strict=True) if (t := plain(a, f.type)) is not None}
    subject = names.subject(rule.entity, hit.row, plan)
    known = _wanted(plan, asked, missing, lost) if hit.outcome == NOT_EVALUABLE else ()
    return Finding(
        rule.id,
        rule.stage,
        OUTCOMES[hit.outcome],
        rule.effect,
        subject,
        figures,
        None if margin is None or sheet.margin_type is None else slack(margin, sheet.margin_type),
        known,
        rests_on_unverified(plan, asked),
        _message(plan, asked, hit.outcome, sheet, answers, known, words),
        rule.cites,
        fingerprint(plan.code, rule.id, subject.id, figures),
    )


def _wanted(plan: Plan, asked: Asked, missing: Sequence[str], lost: frozenset[str]) -> tuple[str, ...]:
    """What a record lacks of what was handed in. Where no cell is missing, what could not be counted or made of them."""
    own = tuple(m for m in missing if m not in lost) or tuple(missing)
    if own:
        return own
    values = (r.field.name for c in conditions(asked) if c is not None for r in references(c.expr) if r.field.source == "value")
    made, below = tuple(dict.fromkeys(values)), tuple(sorted(counted(plan, conditions(asked))))
    return (made or below) if asked.rule.entity == plan.schema.root else (below or made)


def rests_on_unverified(plan: Plan, asked: Asked) -> bool:
    """A rule's own mark, or that of a term (where the offering does not set it) or value that it rests on."""
    key = ("unverified", asked.number)
    found: Any = plan.compiled.get(key)
    if found is None:
        found = plan.compiled[key] = _marks(plan, asked)
    sure, terms = found
    return bool(sure) or any(plan.offering.values.get(t) is None for t in terms)


def _marks(plan: Plan, asked: Asked) -> tuple[bool, tuple[str, ...]]:
    """Whether the rule or a value that it rests on is marked, and the terms whose own figure is."""
    parts = closure(plan, (*conditions(asked), asked.rule.admits))
    names = {r.field.name for part in parts for r in references(part.expr)}
    values = [v for n, v in plan.rulebook.values.items() if n in names]
    terms = [n for n, t in plan.rulebook.terms.items() if n in names and t.unverified]
    return asked.rule.unverified or any(v.unverified for v in values), tuple(terms)


def _message(
    plan: Plan, asked: Asked, outcome: int, sheet: Sheet, answers: Sequence[Known], missing: Sequence[str], words: Mapping[str, str]
) -> Both:
    rule = asked.rule
    if outcome == NOT_EVALUABLE:
        zh = "、".join(_zh(plan, asked, m) for m in missing)
        return Both(f"无法判断“{rule.name.zh}”:缺少{zh or '数据'}", f"cannot tell “{rule.name.en}”: {', '.join(missing) or 'data'} missing")
    if outcome != VIOLATED:
        return Both(f"“{rule.name.zh}”运算出错,未能判断", f"“{rule.name.en}” failed in evaluation; nothing is decided")
    if sheet.shown is None:
        return rule.name
    said = []
    for lang, parts in zip(("zh", "en"), sheet.shown, strict=True):
        texts = [p if isinstance(p, str) else spoken(answers[p], sheet.figures[p].type, lang, sheet.figures[p].field, words) for p in parts]
        said.append("".join(texts))
    return Both(*said)


def _zh(plan: Plan, asked: Asked, name: str) -> str:
    if name in plan.schema.entities:
        return plan.schema.entities[name].zh
    value = plan.rulebook.values.get(name)
    fields = reads(plan, conditions(asked)) if value is None else (value.field,)
    return next((f.zh for f in fields if f.name == name), name)
