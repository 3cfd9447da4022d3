"""Guiju's own ways in, and its runs in the form in which they are compared."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.result import Result
from dsl.kernel import Scalar
from dsl.lower import Ratio
from validator.checking import Checker, for_offering
from validator.engine.figures import questions
from validator.engine.needed import needed, trimmed
from validator.engine.plan import Plan, Ranking
from validator.engine.raw import Raw
from validator.layers import rules_folder
from validator.rulebook.library import library

if TYPE_CHECKING:
    from validator.intake.book import Book


def checker(offering: Path | Mapping[str, object]) -> Checker:
    return for_offering(library(rules_folder()), offering)


def run_columns(made: Checker, book: "Book") -> Raw:
    """Typed frames -> outcomes and figures: the kernel of a book."""
    from validator.engine import columns

    return columns.run(made.plan, book.frames, needed(made.plan, made.plan.upto(("pricing",))))


def result_of(plan: Plan, raw: Raw) -> Result:
    """A raw run by the names of rules and figures."""
    found = Result()
    for asked in plan.asked():
        name = asked.rule.id
        if asked.number not in raw.counts:
            continue
        found.counts[name] = tuple(raw.counts[asked.number][:4])
        sheet = questions(plan, asked)
        found.findings[name] = [
            (h.row, h.outcome, {f.key: v for f, v in zip(sheet.figures, sheet.read(h.answers, plan.terms)[0], strict=True)})
            for h in raw.hits.get(asked.number, ())
        ]
    for step in plan.steps():
        if step.entity == plan.schema.root and not isinstance(step.meaning, Ranking):
            found.values[step.name] = _exact(raw.root, step.name, isinstance(step.meaning, Ratio))
    found.bids = {name: list(column) for (entity, name), column in raw.columns.items() if entity == "bid"}
    return found


def submission_kernel(made: Checker, data: object) -> Callable[[], Raw]:
    """Typed integers -> outcomes, with the figures of what does not hold."""
    from validator.checking import submission_input
    from validator.engine import records, rows
    from validator.engine.supplied import without
    from validator.intake.submission import read_submission

    found = read_submission(data, made.vocabulary)
    plan = made._near.plan(without(made.plan, submission_input(found, made.plan).supplied))
    tables = records.from_dicts(found.tables, plan.layout)
    stages = trimmed(plan, plan.upto(("pricing",)), made._near.rules)
    return lambda: rows.run(plan, tables, stages, made._near.rules, lean=True)


def _exact(root: Mapping[str, Scalar], name: str, ratio: bool) -> Any:
    num, den = root.get(name), root.get(f"{name}#den")
    if not ratio or num is None or den is None:
        return num
    return Fraction(int(num), int(den))


def read(made: Checker, source: Path) -> "Book":
    from validator.intake import read_book

    return read_book(source, made.vocabulary)


def submission_tables(made: Checker, data: object) -> dict[str, dict[str, list[Scalar]]]:
    """The integers of a submission as columns, for a peer to take."""
    from validator.intake.submission import read_submission

    found = read_submission(data, made.vocabulary)
    return {e: {n: [r[n] for r in found.tables[e]] for n in found.tables[e][0]} for e in ("investor", "placee", "bid")}
