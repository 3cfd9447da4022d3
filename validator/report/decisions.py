"""The officer's decisions (裁定) -> their effects on a run: bids made invalid, open questions closed, attestations signed.

A decision answers the finding whose fingerprint it carries. If the figures have changed since, it does nothing. It never undoes a
violation. Every line that does nothing becomes an issue with the reason. 无效 makes bids invalid, whatever rule it names.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeVar

from validator.bilingual import Both
from validator.intake.cells.cell import Unreadable, read_day
from validator.intake.issue import Issue
from validator.plan.model import BID, INVALIDATING, Plan
from validator.report.given import Names
from validator.report.model import OPEN, Finding, attestation_mark
from validator.rulebook.model import NOT_FOUND_OR_FOUND, Answers, Rule, answer_key

Raw = Mapping[str, str | None]

# Words that can be turned round are no answers: 成立, 是 and 属实 may be said of a breach as well as of its absence.
_HOLDS = frozenset(("holds", "符合", "通过", "有效", "合规"))
_VIOLATED = frozenset(("violated", "违反", "不符合", "不通过", "不合规"))
_INVALID = frozenset(("invalid", "无效"))

PASSED_OR_NOT = Answers(Both("通过", "holds"), Both("不通过", "violated"))
VALID_OR_NOT = Answers(Both("通过", "holds"), Both("无效", "invalid"))
"""The words for a rule that makes bids invalid."""

BAD = frozenset(("violated", "bad"))
"""The outcomes of decisions that speak against the record."""

K = TypeVar("K")
Question = tuple[str, str]
"""A rule and a subject. For an attestation of the whole offering the subject is empty."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the table. `outcome`: holds, violated, or for an attestation good, bad. `used`: closed, invalid, signed or nothing."""

    rule: str
    subject: str
    outcome: str
    name: str
    at: str
    remark: str
    fingerprint: str
    used: str
    row: int
    bids: frozenset[int] = frozenset()
    """The rows of the bids that it makes invalid."""

    @property
    def question(self) -> Question:
        return self.rule, self.subject

    def to_dict(self) -> dict[str, str]:
        """The decision as the JSON of a report has it."""
        names = ("rule", "subject", "outcome", "name", "at", "remark", "used", "fingerprint")
        return {n: getattr(self, n) for n in names if n != "fingerprint" or self.fingerprint}


@dataclass
class Decisions:
    """The lines that can be read. `current`: the questions whose decision answers the figures as they are."""

    lines: list[Decision] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    current: set[Question] = field(default_factory=set)

    @property
    def waiting(self) -> bool:
        """Whether a decision carries a fingerprint that no finding has borne so far."""
        return any(d.used != "nothing" and d.question not in self.current for d in self.lines)

    @property
    def barred(self) -> set[int]:
        """The rows of the bids made invalid."""
        return {row for d in self.standing for row in d.bids}

    @property
    def standing(self) -> Iterator[Decision]:
        """The decisions that take effect, as far as is known."""
        return (d for d in self.lines if d.used != "nothing" and d.question in self.current)

    @property
    def settled(self) -> Mapping[Question, Decision]:
        """The questions of rules that are answered."""
        return {d.question: d for d in self.standing if d.used in ("closed", "invalid") and d.rule}

    @property
    def signed(self) -> Mapping[Question, Decision]:
        """The attestations that are answered."""
        return {d.question: d for d in self.standing if d.used == "signed"}

    def confirm(self, findings: Iterable[Finding]) -> bool:
        """Compare with the findings of a run. True if more bids are invalid now, so that the run must be repeated.

        A decision stays confirmed by a later run: the other lines of one table change the figures of later stages.
        """
        before = self.barred
        borne = {(f.rule, f.subject.id): f.fingerprint for f in findings if f.outcome != "violated"}
        self.current |= {d.question for d in self.lines if d.fingerprint and borne.get(d.question) == d.fingerprint}
        return self.barred != before

    def concluded(self, findings: Sequence[Finding], stages: Set[str], plan: Plan) -> "Decisions":
        """The decisions after the last run, of the rules in these stages: what did nothing is an issue."""
        outcomes = {(f.rule, f.subject.id): f.outcome for f in findings}
        lines, issues = [], list(self.issues)
        for decision in self.lines:
            rule = plan.rulebook.rules.get(decision.rule)
            if rule is not None and rule.stage not in stages and decision.used != "invalid":
                continue
            idle = _idle(decision, outcomes.get(decision.question), decision.question in self.current)
            if idle is not None:
                issues.append(_issue(idle[0], decision.row, "outcome", decision.subject or decision.rule, *idle[1:]))
            lines.append(decision if idle is None else replace(decision, used="nothing"))
        return Decisions(lines, issues, self.current)

    def spoken_for(self, plan: Plan, names: Names, rule: str) -> frozenset[int]:
        """The rows of the bids for which a decision closes the rule's question."""
        entity = plan.rulebook.rules[rule].entity
        subjects = [subject for r, subject in self.settled if r == rule]
        if not subjects:
            return frozenset()
        records = _Records(plan, names)
        return frozenset(row for s in subjects for at in records.bearing(entity, s) for row in records.bids(entity, at))


def _idle(decision: Decision, outcome: str | None, current: bool) -> tuple[str, str, str] | None:
    """Why a decision does nothing: code and reason. None if it has an effect, or an issue already says why not."""
    if decision.used in ("nothing", "signed"):
        return None
    if outcome == "violated" and decision.used == "closed":
        return "not-undone", "数据表明违反该规则，认定不能撤销违反，未起作用", "the data violate the rule; a decision never undoes that"
    if not current:
        why = "the figures have changed since this was answered; the answer does nothing, answer the finding as it is now"
        return "stale", "作出该认定后数据已变化，认定未起作用，请按现有数据重新填写", why
    if decision.used != "closed" or outcome in OPEN:
        return None
    return (
        "nothing-open",
        "该规则对该对象没有待认定的事项，认定未起作用",
        "nothing is open for this rule and subject; the decision does nothing",
    )


def words_for(rule: Rule | None, of_bids: bool) -> Answers:
    """The two words that answer a rule. `of_bids`: bids belong to its records."""
    if rule is not None and "attest" in rule.effect:
        return rule.answers or NOT_FOUND_OR_FOUND
    return VALID_OR_NOT if of_bids and (rule is None or INVALIDATING & set(rule.effect)) else PASSED_OR_NOT


def read_decisions(table: Sequence[Raw], plan: Plan, names: Names) -> Decisions:
    """Read the table. If several lines decide the same question, the last one counts. A line that nobody filled in is left out."""
    found = Decisions()
    records = _Records(plan, names)
    read = []
    for row, line in enumerate(table, start=2):
        cells = {k: (v or "").strip() for k, v in line.items()}
        if any(cells.get(k) for k in ("outcome", "name", "at", "remark")):
            read += [d for d in [_read(cells, row, plan, records, found.issues)] if d is not None]
    last = {d.question: d for d in read if d.used != "nothing"}
    for decision in read:
        final = last.get(decision.question, decision)
        if final is not decision and decision.used != "nothing":
            zh, en = f"第{final.row}行另有认定，以该行为准", f"row {final.row} decides the same question and counts"
            found.issues.append(_issue("superseded", decision.row, "subject", decision.subject or decision.rule, zh, en))
        found.lines.append(decision if final is decision else replace(decision, used="nothing", bids=frozenset()))
    found.current = {d.question for d in last.values() if not d.fingerprint or d.used == "signed"}
    return found


def _read(line: Mapping[str, str], row: int, plan: Plan, records: "_Records", issues: list[Issue]) -> Decision | None:
    """One line, or None if it cannot be read. Its subject may still be unknown; then `used` is `nothing`."""
    name, subject = line.get("rule", ""), line.get("subject", "")
    rule = plan.rulebook.rules.get(name)
    if name and rule is None:
        issues.append(_issue("unknown-rule", row, "rule", name, f"没有规则{name}", f"there is no rule `{name}`"))
        return None
    problem = _unsigned(line)
    if problem is not None:
        issues.append(_issue(problem[0], row, problem[1], line.get(problem[1], ""), *problem[2:]))
        return None
    outcome = _outcome(line.get("outcome", ""), rule, records.holds_bids(rule))
    if isinstance(outcome, Both):
        issues.append(_issue("unreadable", row, "outcome", line.get("outcome", ""), outcome.zh, outcome.en))
        return None
    attested = rule is not None and "attest" in rule.effect
    if attested and subject == plan.code:
        subject = ""
    mark = line.get("fingerprint", "")
    said = Decision(name, subject, outcome[0], line["name"], line["at"], line.get("remark", ""), mark, "nothing", row)
    if attested and not subject:
        used: str | None = "signed"
        entity, at = plan.schema.root, 0
    else:
        bearers = records.bearers(rule, subject)
        if len(bearers) != 1:
            issues.append(_subject_issue(row, subject, bearers, records))
            return said
        [(entity, at)] = bearers
        used = _use(rule, outcome)
    if attested and mark and mark != attestation_mark(plan.code, name, subject):
        zh, en = "指纹与该规则、该对象不符，答复未起作用", "the fingerprint is not of this rule and subject; the answer does nothing"
        issues.append(_issue("stale", row, "fingerprint", mark, zh, en))
        return said
    if used is None:
        zh, en = "没有规则的认定只能填无效", "a decision without a rule can only be 无效 (invalid)"
        issues.append(_issue("nothing-open", row, "outcome", line["outcome"], zh, en))
        return said
    barring = entity != plan.schema.root and (outcome[1] if used != "signed" else outcome[0] == "bad" and _invalidates(rule))
    bids = frozenset(records.bids(entity, at)) if barring else frozenset()
    return replace(said, used=used, bids=bids)


def _unsigned(line: Mapping[str, str]) -> tuple[str, str, str, str] | None:
    """What is wrong with name and time: code, column and reason."""
    if not line.get("name") or not line.get("at"):
        return "unsigned", "at" if line.get("name") else "name", "认定须有姓名和时间", "a decision needs a name and a time"
    try:
        read_day(line["at"])
    except Unreadable as error:
        return "unreadable", "at", f"时间{error.zh}，请写成如2026-03-31", f"the time {error.en}; write it like 2026-03-31"
    return None


def _outcome(word: str, rule: Rule | None, of_bids: bool) -> tuple[str, bool] | Both:
    """The outcome that a word means, and whether it makes bids invalid; or what is wrong with the word, with the two that are meant."""
    said, answers = answer_key(word), words_for(rule, of_bids)
    good, bad = ({answer_key(w) for w in (a.zh, a.en)} for a in (answers.good, answers.bad))
    if rule is not None and "attest" in rule.effect:
        if said in good | bad:
            return ("good" if said in good else "bad"), False
    elif said in _HOLDS:
        return "holds", False
    elif said in _VIOLATED:
        return "violated", of_bids and (rule is None or _invalidates(rule))
    elif said in _INVALID and of_bids:
        return "violated", True
    zh = f"“结果”列请填：{answers.good.zh}或{answers.bad.zh}"
    pairs = (f"`{a.zh}` ({a.en})" for a in (answers.good, answers.bad))
    return Both(zh, "the outcome must be " + " or ".join(pairs))


def _use(rule: Rule | None, outcome: tuple[str, bool]) -> str | None:
    """The effect of a decision on a known subject, as in `Decision.used`; None if it has none."""
    if outcome[0] in ("good", "bad"):
        return "signed"
    if outcome[1]:
        return "invalid"
    return None if rule is None else "closed"


def _invalidates(rule: Rule | None) -> bool:
    return rule is not None and bool(INVALIDATING & set(rule.effect))


def _subject_issue(row: int, subject: str, bearers: Sequence[tuple[str, int]], records: "_Records") -> Issue:
    if not bearers:
        zh, en = (f"没有{subject}", f"there is no record `{subject}`") if subject else ("没有写明对象", "it names no subject")
        return _issue("unknown-subject", row, "subject", subject, zh, en)
    both = [records.said(entity, at) for entity, at in bearers[:2]]
    zh = f"对象{subject}对应多条记录：{both[0].zh}和{both[1].zh}，认定未起作用"
    en = f"more than one record bears `{subject}`: {both[0].en} and {both[1].en}; the decision does nothing"
    return _issue("ambiguous-subject", row, "subject", subject, zh, en)


class _Records:
    """The records of a book by id, and their bids. Made for an entity when it is first asked for: a book without decisions pays nothing."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self._plan = plan
        self._names = names
        self._rows: dict[str, dict[str, list[int]]] = {}
        self._below: dict[str, dict[int, list[int]]] = {}

    def holds_bids(self, rule: Rule | None) -> bool:
        """Whether bids belong to the records of a rule."""
        schema = self._plan.schema
        return rule is None or (rule.entity in schema.parents[BID] and rule.entity != schema.root)

    def bearers(self, rule: Rule | None, subject: str) -> list[tuple[str, int]]:
        """The records that a subject can mean: of the rule's entity, or without a rule of every entity that bids belong to."""
        root = self._plan.schema.root
        if rule is not None and rule.entity == root:
            return [(root, 0)] if subject == self._plan.code else []
        entities = [rule.entity] if rule is not None else [e for e in self._plan.schema.parents[BID] if e != root]
        return [(e, at) for e in entities for at in self.bearing(e, subject)]

    def bearing(self, entity: str, id_: str) -> Sequence[int]:
        """The rows of the records with an id."""
        if entity not in self._rows:
            self._rows[entity] = _grouped(self._names.ids.get(entity, ()))
        return self._rows[entity].get(id_, ())

    def bids(self, entity: str, at: int) -> Sequence[int]:
        """The rows of the bids below a record: of the bid itself, if it is one."""
        parents = self._plan.schema.parents[BID]
        if entity not in parents or entity == self._plan.schema.root:
            return ()
        rows = [at]
        for below in reversed(parents[: parents.index(entity)]):
            if below not in self._below:
                self._below[below] = _grouped(self._names.parents[below])
            rows = [child for row in rows for child in self._below[below].get(row, ())]
        return rows

    def said(self, entity: str, at: int) -> Both:
        """A record as an officer finds it: its table, and its row there if it has one."""
        known, row = self._plan.schema.entities[entity], self._names.rows[entity][at]
        return Both(known.zh, known.collection) if row is None else Both(f"{known.zh}第{row}行", f"{known.collection} row {row}")


def _grouped(values: Sequence[K | None]) -> dict[K, list[int]]:
    out: dict[K, list[int]] = {}
    for at, value in enumerate(values):
        if value is not None:
            out.setdefault(value, []).append(at)
    return out


def _issue(code: str, row: int, column: str, text: str, zh: str, en: str) -> Issue:
    return Issue(code, "decisions", row, column, text, Both(zh, en))
