"""The tables of a case -> what both evaluators say, and how far every record is from each rule's limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from dsl.kernel.lower import Ratio
from dsl.kernel.nodes import Const, Scalar
from dsl.to_python import Root, to_function
from validator.engine.agreement import Disagreement, difference
from validator.engine.columns import run as columns
from validator.engine.rows import records
from validator.engine.rows import run as rows
from validator.intake.submission.read import Submission, read_submission
from validator.plan.figures import questions
from validator.plan.model import Plan
from validator.plan.supplied_columns import Supplied
from validator.report.amounts import slack
from validator.report.build import summarise
from validator.report.given import submission_input
from validator.report.model import Report
from validator.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Trial:
    """A case as it came out. `margins` of the rule that it proves, one per record, as reports print them; `step`: the least difference."""

    report: Report
    margins: Sequence[Fraction]
    step: Fraction


def attempt(
    plan: Plan,
    vocabulary: Vocabulary,
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    rule: str,
    stage: str,
    root: Root | None = None,
) -> Trial:
    """Run the stages up to `stage`; every column counts as handed in. Raises Disagreement where the evaluators differ.

    With `root`, the offering's fields for a plan that does not hold them, the rows run alone.
    """
    read = read_submission(tables, vocabulary)
    found = records.from_dicts(read.tables, plan.layout)
    stages = plan.upto([stage])
    by_row = rows.run(plan, found, stages, root=root)
    by_column = columns.run(plan, _frames(read, plan), stages) if root is None else by_row
    if by_row != by_column:
        raise Disagreement(f"the two evaluators differ: {difference(by_column, by_row)}")
    given = submission_input(read, plan, _everything(plan))
    report = summarise(plan, by_row, given, stages, plan.rulebook.stages, vocabulary.words_en)
    return Trial(report, *_margins(plan, rule, found, by_row.root))


def _everything(plan: Plan) -> Supplied:
    entities = [e for e in plan.schema.entities.values() if e.name != plan.schema.root]
    return Supplied(frozenset((e.name, f) for e in entities for f in e.fields), frozenset(e.name for e in entities))


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


def _margins(plan: Plan, rule: str, found: records.Tables, root: dict[str, Scalar]) -> tuple[list[Fraction], Fraction]:
    """How far every record of a rule with a single comparison is from its limit, and the least difference that its figures know."""
    asked = next((a for a in plan.asked() if a.rule.id == rule), None)
    sheet = None if asked is None else questions(plan, asked)
    if asked is None or sheet is None or not isinstance(sheet.margin, Ratio) or sheet.margin_type is None:
        return [], Fraction(0)
    function: Any = plan.compiled.get(("margin", rule))
    if function is None:
        when = asked.when if asked.when is not None else Const(True, "flag")
        function = plan.compiled["margin", rule] = to_function([sheet.margin, when], asked.rule.entity, plan.layout)
    of = [None] if asked.rule.entity == plan.schema.root else found[asked.rule.entity]
    answers = [function(record, root, found) for record in of]
    known = [Fraction(n, d) for n, d, when in answers if n is not None and d is not None and when is True]
    den = sheet.margin.den
    step = Fraction(1, den.value) if isinstance(den, Const) and isinstance(den.value, int) else Fraction(0)
    return [Fraction(slack(m, sheet.margin_type)) for m in known], Fraction(slack(step, sheet.margin_type))
