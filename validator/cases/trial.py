"""The tables of a case -> the report on which both evaluators agree, and the margin of every record to the limit of one rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import polars as pl

from dsl.kernel.nodes import Const, Scalar
from dsl.kernel.ratio import Ratio
from dsl.to_python import Function, Root, to_function
from validator.engine.agreement import Disagreement, difference
from validator.engine.columns import run as columns
from validator.engine.rows import records
from validator.engine.rows.run import play
from validator.engine.rows.script import Script, script
from validator.intake.submission.read import Submission, SubmissionForm, read_submission
from validator.plan.model import Plan
from validator.plan.supplied_columns import Coverage, everything
from validator.report.amounts import margin_text
from validator.report.build import build
from validator.report.given import submission_input
from validator.report.model import Report
from validator.report.preface import Preface


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a case. `margins`: of the rule that it proves, one per record, in the units of a report. `step`: the smallest possible
    difference between two margins."""

    report: Report
    margins: Sequence[Fraction]
    step: Fraction


@dataclass(frozen=True)
class Bench:
    """A plan, and what its cases compile from it and share. Every column counts as supplied."""

    plan: Plan
    form: SubmissionForm
    programs: columns.Programs = field(default_factory=columns.Programs)
    _scripts: dict[str, Script] = field(default_factory=dict)
    _margins: dict[str, Function] = field(default_factory=dict)

    def script(self, stage: str) -> Script:
        """The script of the stages up to this one."""
        if stage not in self._scripts:
            self._scripts[stage] = script(self.plan, self.plan.upto([stage]))
        return self._scripts[stage]

    def margin(self, rule: str, made: Callable[[], Function]) -> Function:
        """The compiled margin of a rule. `made` compiles it at the first call."""
        return self._margins.get(rule) or self._margins.setdefault(rule, made())


def attempt(
    bench: Bench,
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    rule: str,
    stage: str,
    of: tuple[Plan, Root] | None = None,
) -> Trial:
    """Run the stages up to `stage`. Raises Disagreement if the evaluators differ.

    `of`: for a plan for any offering, that plan with the terms of one offering, and its root record. Then only the row evaluator runs.
    """
    plan, root = of or (bench.plan, None)
    read = read_submission(tables, bench.form)
    found = records.from_dicts(read.tables, plan.layout)
    made = bench.script(stage)
    by_row = play(plan, made, found, root=root)
    by_column = columns.run(plan, _frames(read, plan), made.stages, programs=bench.programs) if root is None else by_row
    if by_row != by_column:
        raise Disagreement(f"the two evaluators differ: {difference(by_column, by_row)}")
    supplied, words = everything(plan.schema), bench.form.vocabulary.words_en
    given = submission_input(read, plan, supplied)
    preface = Preface.of(plan, made.stages, words)
    report = build(plan, by_row, given, Coverage(supplied, plan.terms), preface, plan.rulebook.stages, words)
    return Trial(report, *_margins(bench, plan, rule, found, by_row.root))


def _frames(read: Submission, plan: Plan) -> dict[str, pl.DataFrame]:
    frames: dict[str, pl.DataFrame] = {}
    for entity in plan.schema.entities.values():
        if entity.name == plan.schema.root:
            continue
        types: dict[str, type[pl.DataType]] = {f.name: _type(f.type.type.kind) for f in entity.fields.values()}
        types |= {"^id": pl.String, "^row": pl.Int64} | ({f"^{entity.of}": pl.Int64} if entity.of else {})
        table = read.tables.get(entity.name, [])
        frames[entity.name] = pl.DataFrame([pl.Series(n, [r.get(n) for r in table], dtype=t) for n, t in types.items()])
    return frames


def _type(kind: str) -> type[pl.DataType]:
    return {"flag": pl.Boolean, "text": pl.String, "words": pl.String}.get(kind, pl.Int64)


def _margins(bench: Bench, plan: Plan, rule: str, found: records.Tables, root: dict[str, Scalar]) -> tuple[list[Fraction], Fraction]:
    """The margin of every record, for a rule with a single comparison, and the smallest possible difference between two margins."""
    asked = next((a for a in plan.asked() if a.rule.id == rule), None)
    if asked is None or not isinstance(asked.sheet.margin, Ratio) or asked.sheet.margin_type is None:
        return [], Fraction(0)
    margin, type_ = asked.sheet.margin, asked.sheet.margin_type
    when = asked.when if asked.when is not None else Const(True, "flag")
    function = bench.margin(rule, lambda: to_function([margin, when], asked.rule.entity, plan.layout))
    of = [None] if asked.rule.entity == plan.schema.root else found[asked.rule.entity]
    answers = [function(record, root, found) for record in of]
    known = [Fraction(int(n), int(d)) for n, d, when in answers if n is not None and d is not None and when is True]
    den = margin.den
    step = Fraction(1, den.value) if isinstance(den, Const) and isinstance(den.value, int) else Fraction(0)
    return [Fraction(margin_text(m, type_)) for m in known], Fraction(margin_text(step, type_))
