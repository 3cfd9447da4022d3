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


def submission_kernel(made: Checker, data: object) -> tuple[Callable[[], Raw], Plan]:
    """Typed integers -> outcomes, with the figures of what does not hold: what a portal's checker does between reading and reporting."""
    from validator.checking import submission_input
    from validator.engine import records, rows
    from validator.engine.findings import for_book
    from validator.engine.script import script
    from validator.intake.submission import read_submission

    found = read_submission(data, made.vocabulary)
    plan = made._near.plan(for_book(made.plan, submission_input(found, made.plan).supplied))
    tables = records.from_dicts(found.tables, plan.layout)
    what = script(plan, trimmed(plan, plan.upto(("pricing",)), made._near.rules), made._near.rules, True)
    return (lambda: rows.play(plan, what, tables, None, frozenset(), True)), plan


def _exact(root: Mapping[str, Scalar], name: str, ratio: bool) -> Any:
    num, den = root.get(name), root.get(f"{name}#den")
    if not ratio or num is None or den is None:
        return num
    return Fraction(int(num), int(den))


def read(made: Checker, source: Path) -> "Book":
    from validator.intake import read_book

    return read_book(source, made.vocabulary)
