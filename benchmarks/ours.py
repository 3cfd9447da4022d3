"""The entry points of Guiju, and its results in the form for comparison."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.result import Result
from dsl.kernel.lower import Ratio
from dsl.kernel.nodes import Scalar
from validator.checks.checker import Checker, for_offering
from validator.engine.result import Raw
from validator.plan.model import Plan, Ranking
from validator.plan.prune import pruned
from validator.rulebook.library import library
from validator.vocabulary.layers import rules_folder

if TYPE_CHECKING:
    from validator.intake.book.book import Book


def checker(offering: Path | Mapping[str, object]) -> Checker:
    return for_offering(library(rules_folder()), offering)


def book_kernel(made: Checker, book: "Book") -> Callable[[], Raw]:
    """Typed frames -> outcomes and figures: the kernel of a book."""
    from validator.engine.columns.run import Programs, run

    stages, programs = pruned(made.plan, made.plan.upto(("pricing",))), Programs()
    return lambda: run(made.plan, book.frames, stages, programs=programs)


def result_of(plan: Plan, raw: Raw) -> Result:
    """A raw result, converted to names of rules and figures."""
    found = Result()
    for asked in plan.asked():
        name = asked.rule.id
        if asked.number not in raw.counts:
            continue
        found.counts[name] = tuple(raw.counts[asked.number][:4])
        sheet = asked.sheet
        found.findings[name] = [
            (h.row, h.outcome, {f.key: v for f, v in zip(sheet.figures, sheet.read(h.answers, plan.terms)[0], strict=True)})
            for h in raw.hits.get(asked.number, ())
        ]
    for step in plan.steps():
        if step.entity == plan.schema.root and not isinstance(step.meaning, Ranking):
            found.values[step.name] = _exact(raw.root, step.name, isinstance(step.meaning, Ratio))
    found.bids = {name: list(column) for (entity, name), column in raw.columns.items() if entity == "bid"}
    return found


def submission_kernel(made: Checker, data: object) -> tuple[Callable[[], Raw], Plan]:
    """Typed integers -> outcomes, with figures for rules that do not hold: the part of a submission check between reading and reporting."""
    from validator.engine.rows import records
    from validator.engine.rows.run import play
    from validator.engine.rows.script import script
    from validator.intake.submission.read import read_submission
    from validator.report.given import submission_input

    found, plan = read_submission(data, made.submissions.form), made.submissions.plan
    columns = plan.given(submission_input(found, made.plan).supplied)
    tables = records.from_dicts(found.tables, plan.layout)
    what = script(plan, pruned(plan, plan.upto(("pricing",))), lean=True, guards=plan.guards)
    start = what.start.with_columns(columns.flags, columns.endings, columns.complete)
    return (lambda: play(plan, what, tables, start=start)), plan


def _exact(root: Mapping[str, Scalar], name: str, ratio: bool) -> Any:
    num, den = root.get(name), root.get(f"{name}#den")
    if not ratio or num is None or den is None:
        return num
    return Fraction(int(num), int(den))


def read(made: Checker, source: Path) -> "Book":
    from validator.intake import read_book

    return read_book(source, made.vocabulary)
