"""Hits of an evaluator -> findings that an officer reads: subject, figures, margin, missing inputs, message, clause."""

from collections.abc import Mapping, Sequence

from dsl.outcomes import NOT_EVALUABLE, OUTCOMES, VIOLATED
from validator.bilingual import Both
from validator.engine.result import Hit, Raw
from validator.intake.cells.cell import shown
from validator.plan.model import ADMITTED, QUANTITY, Asked, Figure, Known, Plan
from validator.plan.supplied_columns import Coverage
from validator.report.amounts import margin_text, plain, spoken
from validator.report.given import Names
from validator.report.model import Finding, fingerprint

_NONE = (0,) * len(OUTCOMES)


def findings(plan: Plan, raw: Raw, names: Names, coverage: Coverage, words: Mapping[str, str]) -> tuple[list[Finding], list[Asked]]:
    """All findings in their order, and the rules that are undecided because a table, column or term is not supplied."""
    found: list[Finding] = []
    unsupplied: list[Asked] = []
    tables = {plan.schema.root, *coverage.supplied.tables}
    for asked in plan.asked():
        hits = raw.hits.get(asked.number, ())
        silent = raw.counts.get(asked.number, _NONE)[NOT_EVALUABLE] > sum([h.outcome == NOT_EVALUABLE for h in hits])
        if silent or asked.rule.entity not in tables:
            unsupplied.append(asked)
        if not hits:
            continue
        lost = coverage.unsupplied(asked)
        found += sorted((_finding(plan, asked, h, names, lost, words) for h in hits), key=lambda f: f.subject.id)
    return found, unsupplied


def rests_on_unverified(plan: Plan, asked: Asked) -> bool:
    """Whether the rule, a value that it rests on, or a term that the offering does not set is marked as unverified."""
    sheet = asked.sheet
    return sheet.unverified or any(plan.offering.values.get(t) is None for t in sheet.unverified_terms)


def _finding(plan: Plan, asked: Asked, hit: Hit, names: Names, lost: frozenset[str], words: Mapping[str, str]) -> Finding:
    rule, sheet = asked.rule, asked.sheet
    answers, margin, missing = sheet.read(hit.answers, plan.terms)
    figures = {f.key: t for f, a in zip(sheet.figures, answers, strict=True) if (t := plain(a, f.type)) is not None}
    subject = names.subject(rule.entity, hit.row, plan)
    known = _missing(plan, asked, missing, lost) if hit.outcome == NOT_EVALUABLE else ()
    spoilt = _unreadable(plan, asked, hit, names)
    return Finding(
        rule.id,
        rule.stage,
        OUTCOMES[hit.outcome],
        rule.effect,
        subject,
        figures,
        None if margin is None or sheet.margin_type is None else margin_text(margin, sheet.margin_type),
        known,
        rests_on_unverified(plan, asked),
        _message(plan, asked, hit.outcome, answers, known, spoilt, words),
        rule.cites,
        fingerprint(plan.code, rule.id, subject.id, figures),
        unreadable={m: spoilt[m] for m in known if m in spoilt},
    )


def _unreadable(plan: Plan, asked: Asked, hit: Hit, names: Names) -> dict[str, str]:
    """For each input and figure of the rule with an unreadable cell on this record, or on one above or below it: the text of the first."""
    if not names.unread:
        return {}
    fields = asked.sheet.inputs.union(f.field for f in asked.sheet.figures if f.field is not None)
    found = {f.name: names.unreadable(asked.rule.entity, hit.row, (f.entity, f.name), plan) for f in fields}
    found[ADMITTED] = found.get(QUANTITY)
    return {name: shown(text) or "" for name, text in found.items() if text is not None}


def _missing(plan: Plan, asked: Asked, missing: Sequence[str], lost: frozenset[str]) -> tuple[str, ...]:
    """The names to print as missing on a record: its empty cells in supplied columns, else all missing inputs.

    If no input is missing, an aggregate or a value is: then the tables that the rule counts, or the values that it reads.
    """
    own = tuple(m for m in missing if m not in lost) or tuple(missing)
    if own:
        return own
    made, below = asked.sheet.made_of, tuple(sorted(asked.sheet.counted))
    return (made or below) if asked.rule.entity == plan.schema.root else (below or made)


def _message(
    plan: Plan,
    asked: Asked,
    outcome: int,
    answers: Sequence[Known],
    missing: Sequence[str],
    spoilt: Mapping[str, str],
    words: Mapping[str, str],
) -> Both:
    rule, sheet = asked.rule, asked.sheet
    if outcome == NOT_EVALUABLE:
        because = _because(plan, asked, missing, spoilt)
        return Both(f"无法判断“{rule.name.zh}”:{because.zh}", f"“{rule.name.en}” is undecided: {because.en}")
    if outcome != VIOLATED:
        return Both(f"“{rule.name.zh}”运算出错,未能判断", f"“{rule.name.en}” failed in evaluation; nothing is decided")
    if sheet.shown is None:
        return rule.name
    said = []
    for lang, parts in zip(("zh", "en"), sheet.shown, strict=True):
        said.append("".join(p if isinstance(p, str) else _figure(sheet.figures[p], answers[p], lang, spoilt, words) for p in parts))
    return Both(*said)


def _figure(figure: Figure, answer: Known, lang: str, spoilt: Mapping[str, str], words: Mapping[str, str]) -> str:
    """A figure in a message. One that is not there because its cell could not be read is not called missing (L8a)."""
    if answer is None and figure.field is not None and figure.field.name in spoilt:
        text = spoilt[figure.field.name]
        return f"(“{text}”无法识别)" if lang == "zh" else f"(`{text}` cannot be read)"
    return spoken(answer, figure.type, lang, figure.field, words)


def _because(plan: Plan, asked: Asked, missing: Sequence[str], spoilt: Mapping[str, str]) -> Both:
    """Why a rule is undecided: which inputs could not be read, and which are missing."""
    gone = [m for m in missing if m not in spoilt]
    zh = [f"{_zh(plan, asked, m)}“{spoilt[m]}”无法识别" for m in missing if m in spoilt]
    en = [f"{m} `{spoilt[m]}` cannot be read" for m in missing if m in spoilt]
    if gone or not zh:
        zh.append(f"缺少{'、'.join(_zh(plan, asked, m) for m in gone) or '数据'}")
        en.append(f"{', '.join(gone) or 'data'} missing")
    return Both(";".join(zh), "; ".join(en))


def _zh(plan: Plan, asked: Asked, name: str) -> str:
    if name in plan.schema.entities:
        return plan.schema.entities[name].zh
    value = plan.rulebook.values.get(name)
    fields = asked.sheet.inputs if value is None else (value.field,)
    return next((f.zh for f in fields if f.name == name), name)
