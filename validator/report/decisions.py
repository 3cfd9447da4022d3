"""The officer's decisions (裁定) -> their effects on a run: bids made invalid, open questions closed, attestations signed.

A decision never undoes a violation. A decision without a signature, or on an unknown rule or record, becomes an issue and has no effect.
无效 makes bids invalid, whatever rule it names. Any other word for a violation has the effect of the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from validator.bilingual import Both
from validator.intake.issue import Issue
from validator.plan.model import BID, INVALIDATING, Plan
from validator.report.given import Names

Raw = Mapping[str, str | None]

_HOLDS = frozenset(("holds", "成立", "符合", "通过", "有效", "合规", "属实", "是", "yes"))
_VIOLATED = frozenset(("violated", "违反", "不符合", "不成立", "不合规", "否", "no"))
_INVALID = frozenset(("invalid", "无效"))


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the table. `holds`: the officer's answer. `used`: the effect that it had: closed, invalid, signed or nothing."""

    rule: str
    subject: str
    holds: bool
    name: str
    at: str
    remark: str
    used: str

    @property
    def question(self) -> tuple[str, str]:
        """The rule and the subject that it decides."""
        return self.rule, self.subject

    def to_dict(self) -> dict[str, str]:
        """The decision as the JSON of a report has it."""
        return {
            "rule": self.rule,
            "subject": self.subject,
            "outcome": "holds" if self.holds else "violated",
            "name": self.name,
            "at": self.at,
            "remark": self.remark,
            "used": self.used,
        }


@dataclass
class Decisions:
    """The decisions that take effect. `barred`: rows of bids made invalid. `settled`: by rule and subject. `signed`: attestations, by
    rule."""

    lines: list[Decision] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    settled: dict[tuple[str, str], Decision] = field(default_factory=dict)
    signed: dict[str, Decision] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def spoken_for(self, plan: Plan, names: Names, rule: str) -> frozenset[int]:
        """The rows of the bids for which a decision closes the rule's question."""
        entity = plan.rulebook.rules[rule].entity
        return frozenset(row for r, subject in self.settled if r == rule for row in _bids(plan, names, entity, subject))


def read_decisions(table: Sequence[Raw], plan: Plan, names: Names) -> Decisions:
    """Read the table. If several lines decide the same question, the last one counts and the others have no effect."""
    found = Decisions()
    read = (_read({k: (v or "").strip() for k, v in line.items()}, row, plan, names, found) for row, line in enumerate(table, start=2))
    lines = [d for d in read if d is not None]
    last = {d.question: d for d in lines}
    found.lines = [d if last[d.question] is d else replace(d, used="nothing") for d in lines]
    for decision in last.values():
        if decision.used == "signed":
            found.signed[decision.rule] = decision
        elif decision.used in ("closed", "invalid") and decision.rule:
            found.settled[decision.question] = decision
        if decision.used == "invalid":
            found.barred |= set(_bids(plan, names, _entity(decision.rule, decision.subject, plan, names) or "", decision.subject))
    return found


def _read(line: Mapping[str, str], row: int, plan: Plan, names: Names, found: Decisions) -> Decision | None:
    rule, subject, outcome = (line.get(k, "") for k in ("rule", "subject", "outcome"))
    said = outcome.lower()
    if said not in _HOLDS | _VIOLATED | _INVALID:
        zh, en = "结果须为成立或无效", "the outcome must be 成立 (holds) or 无效 (invalid)"
        found.issues.append(_issue("unreadable", row, "outcome", outcome, zh, en))
        return None
    if not line.get("name") or not line.get("at"):
        zh, en = "裁定须有姓名和时间", "a decision needs a name and a time"
        found.issues.append(_issue("unsigned", row, "name", line.get("name", ""), zh, en))
        return None
    if rule and rule not in plan.rulebook.rules:
        found.issues.append(_issue("unknown-rule", row, "rule", rule, f"没有规则{rule}", f"there is no rule `{rule}`"))
        return None
    used = _use(rule, subject, said, plan, names)
    if used is None:
        found.issues.append(_issue("unknown-subject", row, "subject", subject, f"没有{subject}", f"there is no record `{subject}`"))
    return Decision(rule, subject, said in _HOLDS, line["name"], line["at"], line.get("remark", ""), used or "nothing")


def _use(rule: str, subject: str, said: str, plan: Plan, names: Names) -> str | None:
    """The effect of a decision, as in `Decision.used`; None if its subject is unknown."""
    known = plan.rulebook.rules.get(rule)
    if known is not None and "attest" in known.effect and not subject:
        return "signed"
    entity = _entity(rule, subject, plan, names)
    if entity is None:
        return None
    if said in _HOLDS:
        return "closed" if known is not None else "nothing"
    of_bids = entity in plan.schema.parents[BID] and entity != plan.schema.root
    return "invalid" if of_bids and (known is None or said in _INVALID or INVALIDATING & set(known.effect)) else "closed"


def _entity(rule: str, subject: str, plan: Plan, names: Names) -> str | None:
    """The entity of a decision's subject: the rule's entity, or without a rule one that bids belong to. None if the subject is unknown."""
    known, root = plan.rulebook.rules.get(rule), plan.schema.root
    entities = [known.entity] if known is not None else [e for e in reversed(plan.schema.parents[BID]) if e != root]
    return next((e for e in entities if (subject == plan.code if e == root else subject in names.ids.get(e, ()))), None)


def _bids(plan: Plan, names: Names, entity: str, subject: str) -> list[int]:
    """The rows of a subject's bids: of the bid itself, or of the bids below the record."""
    if entity not in plan.schema.parents[BID] or entity == plan.schema.root:
        return []
    rows = {i for i, id_ in enumerate(names.ids[entity]) if id_ == subject}
    for below in reversed(plan.schema.parents[BID][: plan.schema.parents[BID].index(entity)]):
        rows = {i for i, parent in enumerate(names.parents[below]) if parent in rows}
    return sorted(rows)


def _issue(code: str, row: int, column: str, text: str, zh: str, en: str) -> Issue:
    return Issue(code, "decisions", row, column, text, Both(zh, en))
