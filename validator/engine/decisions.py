"""The officer's decisions (裁定) -> what they do to a run: bids made invalid, open questions closed, attestations signed.

A decision never undoes a breach. One that is not signed, or that speaks of what is not there, is an issue and does nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from validator.engine.findings import Names
from validator.engine.plan import BID, Plan
from validator.report import Both, Issue

Raw = Mapping[str, str | None]

_HOLDS = frozenset(("holds", "成立", "符合", "通过", "有效", "合规", "属实", "是", "yes"))
_VIOLATED = frozenset(("violated", "invalid", "无效", "违反", "不符合", "不成立", "不合规", "否", "no"))


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the table. `holds` is the officer's answer; `used` says what it did: closed, invalid, signed or nothing."""

    rule: str
    subject: str
    holds: bool
    name: str
    at: str
    remark: str
    used: str

    @property
    def question(self) -> tuple[str, str]:
        """The rule and the subject that it answers for."""
        return self.rule, self.subject

    def to_dict(self) -> dict[str, str]:
        """As the report prints it."""
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
    """All that can be used. `barred`: rows of bids made invalid; `settled`: what the officer said on a (rule, subject)."""

    lines: list[Decision] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    settled: dict[tuple[str, str], Decision] = field(default_factory=dict)
    signed: dict[str, Decision] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def spoken_for(self, plan: Plan, names: Names, rule: str) -> frozenset[int]:
        """The bids for which the question of a rule is closed."""
        entity = plan.rulebook.rules[rule].entity
        return frozenset(row for r, subject in self.settled if r == rule for row in _bids(plan, names, entity, subject))


def read_decisions(table: Sequence[Raw], plan: Plan, names: Names) -> Decisions:
    """Read the table in its order; a later line on the same question stands."""
    found = Decisions()
    for number, line in enumerate(table, start=2):
        _read({k: (v or "").strip() for k, v in line.items()}, number, plan, names, found)
    return found


def _read(line: Mapping[str, str], row: int, plan: Plan, names: Names, found: Decisions) -> None:
    rule, subject, outcome = (line.get(k, "") for k in ("rule", "subject", "outcome"))
    if outcome.lower() not in _HOLDS | _VIOLATED:
        zh, en = "结果须为成立或无效", "the outcome is 成立 (holds) or 无效 (invalid)"
        found.issues.append(_issue("unreadable", row, "outcome", outcome, zh, en))
        return
    if not line.get("name") or not line.get("at"):
        zh, en = "裁定须有姓名和时间", "a decision needs a name and a time"
        found.issues.append(_issue("unsigned", row, "name", line.get("name", ""), zh, en))
        return
    if rule and rule not in plan.rulebook.rules:
        found.issues.append(_issue("unknown-rule", row, "rule", rule, f"没有规则{rule}", f"there is no rule `{rule}`"))
        return
    holds = outcome.lower() in _HOLDS
    used = _use(rule, subject, holds, row, plan, names, found)
    decision = Decision(rule, subject, holds, line["name"], line["at"], line.get("remark", ""), used)
    found.lines.append(decision)
    if used == "signed":
        found.signed[rule] = decision
    elif used in ("closed", "invalid") and rule:
        found.settled[rule, subject] = decision


def _use(rule: str, subject: str, holds: bool, row: int, plan: Plan, names: Names, found: Decisions) -> str:
    known = plan.rulebook.rules.get(rule)
    if known is not None and "attest" in known.effect and not subject:
        return "signed"
    entities = [known.entity] if known is not None else [e for e in reversed(plan.schema.parents(BID)) if e != plan.schema.root]
    entity = next((e for e in entities if subject == plan.code or subject in names.ids.get(e, ())), None)
    if entity is None:
        found.issues.append(_issue("unknown-subject", row, "subject", subject, f"没有{subject}", f"there is no record `{subject}`"))
        return "nothing"
    if holds:
        return "closed" if known is not None else "nothing"
    found.barred |= set(_bids(plan, names, entity, subject))
    return "invalid"


def _bids(plan: Plan, names: Names, entity: str, subject: str) -> list[int]:
    """The bids of a subject: itself, or those below it."""
    if entity not in plan.schema.parents(BID) or entity == plan.schema.root:
        return []
    rows = {i for i, id_ in enumerate(names.ids[entity]) if id_ == subject}
    for below in reversed(plan.schema.parents(BID)[: plan.schema.parents(BID).index(entity)]):
        rows = {i for i, parent in enumerate(names.parents[below]) if parent in rows}
    return sorted(rows)


def _issue(code: str, row: int, column: str, text: str, zh: str, en: str) -> Issue:
    return Issue(code, "decisions", row, column, text, Both(zh, en))
