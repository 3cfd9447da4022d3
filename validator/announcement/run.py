"""Rulebook + announcement -> report: statements that cannot be true for the printed figures, and differences that rounding explains."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validator.announcement.evaluate import Evaluator, Place
from validator.announcement.printed import Cell
from validator.announcement.read import HEAD, Announcement
from validator.announcement.statements import Outcome, Statement, outcome, statements
from validator.announcement.wording import Speaker, joined
from validator.bilingual import Both
from validator.report.amounts import decimal
from validator.report.model import Elimination, Finding, Report, RuleInfo, Subject, fingerprint
from validator.rulebook.model import Rule, Rulebook
from validator.vocabulary.calendar import Calendar

OUTCOMES: tuple[Outcome, ...] = ("holds", "violated", "not_applicable", "not_evaluable", "error")


@dataclass(frozen=True, slots=True)
class Note:
    """A difference that rounding explains (尾差), so it is not a finding. `left` and `right` are the sides of the statement as shown."""

    rule: str
    subject: Subject
    figures: Mapping[str, str]
    left: str
    right: str
    difference: str
    message: Both

    def to_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "subject": {"kind": self.subject.kind, "id": self.subject.id},
            "figures": dict(self.figures),
            "left": self.left,
            "right": self.right,
            "difference": self.difference,
            "message": self.message.to_dict(),
        }


@dataclass(frozen=True)
class AnnouncementReport(Report):
    """One announcement. `offering` is its securities code."""

    announcement: str = ""
    notes: tuple[Note, ...] = ()
    unread: tuple[Both, ...] = ()
    """The names of stated figures that no rule reads."""

    def to_dict(self, bids: bool = False) -> dict[str, Any]:
        """The documented JSON, as plain data."""
        more = {"announcement": self.announcement, "notes": [n.to_dict() for n in self.notes], "unread": [n.en for n in self.unread]}
        return {**Report.to_dict(self, bids), **more}


@dataclass(frozen=True)
class Asked:
    """One rule checked for one record."""

    rule: Rule
    subject: Subject
    outcome: Outcome
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Run:
    """The result of checking every rule of a rulebook for every record of an announcement."""

    rulebook: Rulebook
    announcement: Announcement
    evaluator: Evaluator
    asked: tuple[Asked, ...]


def run(rulebook: Rulebook, announcement: Announcement, calendar: Calendar) -> Run:
    """Check every rule for every record. Raises DiagnosticError if a day is outside the calendar."""
    evaluator = Evaluator(announcement, rulebook, calendar)
    asked: list[Asked] = []
    for rule in rulebook.rules.values():
        records = announcement.records[rule.entity]
        order = sorted(range(len(records)), key=lambda i: records[i].id)
        asked += [_ask(evaluator, rule, i, records[i].id) for i in order]
    return Run(rulebook, announcement, evaluator, tuple(asked))


def _ask(evaluator: Evaluator, rule: Rule, number: int, id_: str) -> Asked:
    at, subject = Place((rule.entity, number)), Subject(rule.entity, id_)
    if rule.when is not None:
        found = tuple(statements(evaluator, rule.when.expr, at))
        if any(s.outcome == "violated" for s in found):
            return Asked(rule, subject, "not_applicable", ())
        if any(s.outcome == "not_evaluable" for s in found):
            return Asked(rule, subject, "not_evaluable", found)
    assert rule.require is not None
    found = tuple(statements(evaluator, rule.require.expr, at))
    return Asked(rule, subject, outcome(found), found)


# ── the report ──


def report(done: Run) -> AnnouncementReport:
    """The report of a run, in the order of the rules, then of the records."""
    book, announcement = done.rulebook, done.announcement
    speaker = Speaker(done.evaluator)
    code = _text(announcement.root("code"))
    outcomes = Counter(a.outcome for a in done.asked)
    return AnnouncementReport(
        offering=code,
        provisional=(),
        verified=False,
        rulebook={"id": book.id, "revision": book.revision, "digest": book.digest},
        input_digest=announcement.digest,
        records={e: len(r) for e, r in announcement.records.items() if r},
        intake=announcement.issues,
        unknown_columns=(),
        outcomes={o: outcomes[o] for o in OUTCOMES},
        by_rule={r: _counted([a for a in done.asked if a.rule.id == r]) for r in book.rules},
        unsupplied={},
        attestations=(),
        findings=tuple(_findings(done, speaker, code)),
        values={},
        values_exact={},
        elimination=Elimination(None, None, None, None, None),
        fates={},
        rules={r.id: RuleInfo(r.id, r.stage, r.entity, r.name, r.cites, r.effect, r.unverified) for r in book.rules.values()},
        sources=book.sources,
        announcement=_text(announcement.root("announcement")),
        notes=tuple(_notes(done, speaker)),
        unread=tuple(_unread(done)),
    )


def _counted(asked: Sequence[Asked]) -> dict[str, int]:
    counts = Counter(a.outcome for a in asked)
    return {o: counts[o] for o in OUTCOMES if counts[o]}


def _findings(done: Run, speaker: Speaker, code: str) -> Iterator[Finding]:
    for asked in done.asked:
        if asked.outcome not in ("violated", "not_evaluable", "error"):
            continue
        rule = asked.rule
        found = [s for s in asked.statements if s.outcome == asked.outcome]
        figures = speaker.figures(found)
        yield Finding(
            rule.id,
            rule.stage,
            asked.outcome,
            rule.effect,
            asked.subject,
            figures,
            _margin(found),
            speaker.missing(found, "en"),
            rule.unverified,
            _message(asked, found, speaker),
            rule.cites,
            fingerprint(code, rule.id, asked.subject.id, figures),
        )


def _margin(found: Sequence[Statement]) -> str | None:
    """The distance to the nearest values that would make the statement true, if it is a single comparison."""
    room = found[0].margin if len(found) == 1 and found[0].outcome == "violated" else None
    return None if room is None else decimal(room)


def _message(asked: Asked, found: Sequence[Statement], speaker: Speaker) -> Both:
    rule = asked.rule
    match asked.outcome:
        case "violated":
            return joined([speaker.broken(s) for s in found])
        case "not_evaluable":
            zh, en = "、".join(speaker.missing(found, "zh")), ", ".join(speaker.missing(found, "en"))
            why = (f"缺少{zh}", f"{en} missing") if zh else ("除数可以为零", "a divisor can be 0")
            return Both(f"无法判断“{rule.name.zh}”:{why[0]}", f"“{rule.name.en}” is undecided: {why[1]}")
        case _:
            said = "同一数据在一句中出现两次,未能判断", "a figure occurs twice in one statement, so the statement is not decided"
            return Both(f"“{rule.name.zh}”:{said[0]}", f"“{rule.name.en}”: {said[1]}")


def _notes(done: Run, speaker: Speaker) -> Iterator[Note]:
    for asked in done.asked:
        for statement in asked.statements:
            found = speaker.tail(statement)
            if found is not None:
                figures, said = speaker.figures([statement]), speaker.rounding(statement)
                yield Note(asked.rule.id, asked.subject, figures, found.left, found.right, decimal(found.gap), said)


def _unread(done: Run) -> Iterator[Both]:
    """Stated figures that no rule reads. Figures without a name in the vocabulary are listed as they are written."""
    schema = done.rulebook.schema
    for entity, records in done.announcement.records.items():
        keys = {*schema.entities[entity].key, *(HEAD if entity == schema.root else ())}
        stated = {n: None for r in records for n in r.cells if schema.entities[entity].fields[n].default is None}
        for name in stated:
            if name not in keys and (entity, name) not in done.evaluator.touched:
                own, found = schema.entities[entity], schema.entities[entity].fields[name]
                yield Both(found.zh, name) if entity == schema.root else Both(f"{own.zh}.{found.zh}", f"{entity}.{name}")
    yield from (Both(name, name) for name in done.announcement.others)


def _text(cell: Cell | None) -> str:
    return "" if cell is None else cell.text
