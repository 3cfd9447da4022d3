"""A plan -> compiled programs, made once. Then records -> a report, as often as needed."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from validator.engine.agreement import Disagreement, difference
from validator.engine.result import Raw
from validator.engine.rows import records
from validator.engine.rows.run import play
from validator.engine.rows.script import Script, Start, script
from validator.intake.submission.read import Submission, SubmissionForm, submission_form
from validator.plan.model import Plan, Stage
from validator.plan.one_investor import Given, SubmissionPlan
from validator.plan.prune import pruned
from validator.plan.supplied_columns import BookPlan, Supplied
from validator.plan.unreadable import with_unreadable
from validator.report.build import NO_DECISIONS, build
from validator.report.decisions import Decisions, read_decisions
from validator.report.findings import findings
from validator.report.given import Input
from validator.report.model import Report
from validator.report.preface import Preface
from validator.report.verdict import verdict
from validator.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from validator.intake.book.book import Book

MOST_SETS = 512
"""How many sets of supplied columns are cached for submissions. The limit bounds memory, whatever users send."""

Names = tuple[str, ...]
"""Stages to report. Empty means all."""


@dataclass(frozen=True)
class BookRun:
    """The compiled run for books with the same supplied columns. `words`: English for the Chinese words of the data."""

    plan: BookPlan
    words: Mapping[str, str]
    _stages: dict[Names, tuple[Stage, ...]] = field(default_factory=dict)
    _scripts: dict[tuple[Names, bool], Script] = field(default_factory=dict)
    _prefaces: dict[Names, Preface] = field(default_factory=dict)

    @cached_property
    def programs(self) -> Any:
        """The compiled programs of the column evaluator."""
        from validator.engine.columns.run import Programs

        return Programs()

    def book(self, book: "Book", given: Input, stages: Names, evaluator: str | None, *, both: bool) -> Report:
        """`both`: run both evaluators and mark the report as verified. Raises Disagreement if they differ."""
        decisions = read_decisions(book.decisions, self.plan, given.names)
        raw = self._run(book, stages, evaluator, decisions.barred, both=both)
        while decisions.waiting:
            found, _ = findings(self.plan, raw, given.names, self.plan.coverage, self.words)
            if not decisions.confirm(found):
                break
            raw = self._run(book, stages, evaluator, decisions.barred, both=both)
        report = self.report(raw, given, stages, decisions)
        return report.with_verified() if both else report

    def _run(self, book: "Book", stages: Names, evaluator: str | None, barred: Set[int], *, both: bool) -> Raw:
        from validator.engine.columns.run import run as run_columns

        raw: Raw | None = None
        if evaluator != "rows":
            raw = run_columns(self.plan, book.frames, self.stages(stages), barred=barred, programs=self.programs)
        if evaluator == "rows" or both:
            tables = records.from_book(book, self.plan.layout)
            other = play(self.plan, self.script(stages), tables, barred=barred)
            if raw is not None and raw != other:
                raise Disagreement(f"the two evaluators differ: {difference(raw, other)}")
            raw = other
        assert raw is not None
        return raw

    def offering_only(self, given: Input, stages: Names) -> Report:
        """Run only the rules of the offering itself, without a book."""
        raw = play(self.plan, self.script(stages, alone=True), records.from_dicts({}, self.plan.layout))
        return self.report(raw, given, stages)

    def stages(self, names: Names) -> tuple[Stage, ...]:
        """The stages to run so that the named ones can be reported, without values that they do not read."""
        if names not in self._stages:
            self._stages[names] = pruned(self.plan, self.plan.upto(names))
        return self._stages[names]

    def script(self, names: Names, alone: bool = False) -> Script:
        """`alone`: only the rules of the offering itself."""
        if (names, alone) not in self._scripts:
            rules = {a.number for a in self.plan.asked() if a.rule.entity == self.plan.schema.root} if alone else None
            self._scripts[names, alone] = script(self.plan, self.stages(names), rules=rules)
        return self._scripts[names, alone]

    def report(self, raw: Raw, given: Input, names: Names, decisions: Decisions = NO_DECISIONS) -> Report:
        """The report for the named stages."""
        if names not in self._prefaces:
            self._prefaces[names] = Preface.of(self.plan, self.stages(names), self.words)
        shown = names or self.plan.rulebook.stages
        report = build(self.plan, raw, given, self.plan.coverage, self._prefaces[names], shown, self.words, decisions)
        stages = tuple(s for s in self.plan.rulebook.stages if s in shown)
        return report if stages == self.plan.rulebook.stages else replace(report, stages=stages)


@dataclass(frozen=True)
class SubmissionRun:
    """The compiled run for all submissions of an offering, whatever columns they supply."""

    plan: SubmissionPlan
    script: Script
    form: SubmissionForm
    not_asked: tuple[str, ...]
    """The rules that the records of one investor cannot decide."""
    _preface: Preface
    _columns: "dict[Supplied, _Columns]" = field(default_factory=dict)

    @cached_property
    def spoilt(self) -> "tuple[SubmissionPlan, Script]":
        """The plan and the script for submissions with unreadable cells, in whatever field. Made for the first one of them."""
        own = with_unreadable(self.plan, self.plan.fields())
        made = script(own, own.stages, lean=True, guards=own.guards)
        made.answering.make()
        return own, made

    @classmethod
    def of(cls, plan: Plan, vocabulary: Vocabulary) -> "SubmissionRun":
        """Plan and compile everything now, so that no submission pays for it."""
        own = SubmissionPlan.of(plan)
        made = script(own, own.stages, lean=True, guards=own.guards)
        made.answering.make()
        asked = {a.number for a in own.asked()}
        not_asked = tuple(a.rule.id for a in plan.asked() if a.number not in asked)
        preface = Preface.of(own, own.stages, vocabulary.words_en)
        preface.name_all(own)
        return cls(own, made, submission_form(vocabulary), not_asked, preface)

    def check(self, read: Submission, given: Input) -> Report:
        """The report on one investor's records."""
        columns = self._of(given.supplied)
        plan, made = self.spoilt if given.supplied.unreadable else (self.plan, self.script)
        raw = play(plan, made, records.from_dicts(read.tables, plan.layout), start=columns.start)
        report = build(plan, raw, given, columns.given.coverage, columns.preface, plan.rulebook.stages, self.form.vocabulary.words_en)
        return replace(report, not_asked=self.not_asked, verdict=verdict(report, plan))

    def _of(self, supplied: Supplied) -> "_Columns":
        found = self._columns.get(supplied)
        if found is None:
            if len(self._columns) >= MOST_SETS:
                self._columns.clear()
            given = self.plan.given(supplied)
            start = self.script.start.with_columns(given.flags, given.endings, given.complete)
            found = self._columns[supplied] = _Columns(given, start, replace(self._preface))
        return found


@dataclass(frozen=True, slots=True)
class _Columns:
    """Cached facts for submissions that supply the same columns."""

    given: Given
    start: Start
    preface: Preface
