"""Many offerings -> one report: each under the revision that governed it, its own rules asked of its own fields.

The rules of a revision are compiled once and read the fields of each offering as they run. What one offering lacks or gets wrong is said of
that offering; the others are checked all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel import Scalar, inputs
from dsl.lower import Bound
from dsl.to_python import Root, parts
from validator.calendar import Calendar
from validator.engine import rows
from validator.engine.findings import Names, findings
from validator.engine.plan import Asked, Plan, Ranking, terms_of, unbound
from validator.engine.raw import OUTCOMES
from validator.engine.supplied import Supplied, without
from validator.intake import read_archive
from validator.offering import Offering, board_and_dates
from validator.report import ENGINE, FORMAT, Both, Finding, Issue
from validator.rulebook.selection import governing_name
from validator.rulebook.shelf import Shelf, shelf
from validator.vocabulary import rules_folder

BOARD = "board"
"""The field that names an offering's rulebook."""

Counts = dict[str, dict[str, int]]


@dataclass
class Archive:
    """What a run over many offerings found. `outcomes` by revision and rule, `offerings` per revision."""

    digest: str
    rulebooks: dict[str, str] = field(default_factory=dict)
    offerings: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, Counts] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    intake: list[Issue] = field(default_factory=list)
    unsupplied: dict[str, list[str]] = field(default_factory=dict)
    unknown_columns: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> int:
        """1 violations, 3 something could not be read or evaluated, else 0."""
        if any(f.outcome == "violated" for f in self.findings):
            return 1
        return 3 if self.findings or self.intake or self.unsupplied else 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data, in the report's words; `outcomes` per revision."""
        total = {o: sum(c.get(o, 0) for by_rule in self.outcomes.values() for c in by_rule.values()) for o in OUTCOMES}
        by_revision = {
            name: {
                "offerings": self.offerings[name],
                **{o: sum(c.get(o, 0) for c in by_rule.values()) for o in OUTCOMES},
                "by_rule": {r: {o: n for o, n in c.items() if n} for r, c in by_rule.items()},
            }
            for name, by_rule in sorted(self.outcomes.items())
        }
        return {
            "format": FORMAT,
            "engine": ENGINE,
            "rulebooks": [{"id": n.split("@")[0], "revision": n.split("@")[1], "digest": d} for n, d in sorted(self.rulebooks.items())],
            "input": {"digest": self.digest, "records": {"offering": sum(self.offerings.values())}},
            "intake": [i.to_dict() for i in self.intake],
            "unknown_columns": [{"table": t, "column": c} for t, c in self.unknown_columns],
            "outcomes": {**total, "by_revision": by_revision},
            "unsupplied": {"offering": sorted({r for rules in self.unsupplied.values() for r in rules})} if self.unsupplied else {},
            "findings": [f.to_dict() for f in self.findings],
        }


def check_offerings(source: object, rules: str | Path | None = None) -> Archive:
    """Check a table of offerings: a file or a data frame. Raises DiagnosticError where the table is refused."""
    books = shelf(Path(rules) if rules is not None else rules_folder())
    root = books.vocabulary.schema.root
    book = read_archive(source, books.vocabulary)
    if (root, BOARD) not in book.supplied:
        said = f"the table has no column `{BOARD}`, so it lists no offerings"
        raise DiagnosticError([Diagnostic("no-board", said, hint="each offering is checked under the rulebook of its board")])
    run = _Run(books, Archive(book.digest, intake=list(book.issues), unknown_columns=book.unknown_columns))
    frame = book.frames[root]
    names = list(books.vocabulary.schema.entities[root].fields)
    columns = [frame.get_column(name).to_list() for name in names]
    supplied = Supplied(book.supplied, frozenset())
    for row, values in zip(frame.get_column("^row").to_list(), zip(*columns, strict=True), strict=True):
        run.offering(Offering(dict(zip(names, values, strict=True))), row, supplied)
    return run.done()


@dataclass
class _Open:
    """A revision made ready for any offering, and the days of an offering that it reads."""

    plan: Plan
    days: tuple[tuple[str, str, int], ...]


@dataclass
class _Run:
    books: Shelf
    archive: Archive
    open: dict[tuple[str, Supplied], _Open] = field(default_factory=dict)

    def offering(self, offering: Offering, row: int, supplied: Supplied) -> None:
        try:
            name = governing_name(self.books.index, *board_and_dates(offering))
            ready = self.ready(name, supplied)
            terms = terms_of(ready.plan.rulebook, offering, self.books.calendar)
            self.check(name, replace(ready.plan, offering=offering, terms=terms), _root(ready, terms, self.books.calendar), row, supplied)
        except DiagnosticError as error:
            code = str(offering.values.get("offering") or "")
            for d in error.diagnostics:
                said = Both(f"{code}: {d.message}", f"{code}: {d.message}")
                self.archive.intake.append(Issue(d.code, "offerings", row, None, code or None, said))

    def ready(self, name: str, supplied: Supplied) -> _Open:
        if (name, supplied) not in self.open:
            plan = without(unbound(self.books.get(name)), supplied)
            self.open[name, supplied] = _Open(plan, tuple(_days(plan)))
            self.archive.rulebooks[name] = plan.rulebook.digest
        return self.open[name, supplied]

    def check(self, name: str, plan: Plan, root: Root, row: int, supplied: Supplied) -> None:
        archive = self.archive
        raw = rows.run(plan, _no_records(plan), plan.stages, root=root)
        found, lacking = findings(plan, raw, Names({}, {}, {}), supplied, self.books.vocabulary.words_en)
        archive.findings += [replace(f, subject=replace(f.subject, row=row)) for f in found]
        archive.offerings[name] = archive.offerings.get(name, 0) + 1
        counts = archive.outcomes.setdefault(name, {})
        for asked in plan.asked():
            of_rule = counts.setdefault(asked.rule.id, dict.fromkeys(OUTCOMES, 0))
            for outcome, n in zip(OUTCOMES, raw.counts[asked.number], strict=True):
                of_rule[outcome] += n
        self.lacks(name, lacking)

    def lacks(self, name: str, lacking: Iterable[Asked]) -> None:
        known = self.archive.unsupplied.setdefault(name, []) if lacking else []
        known += [a.rule.id for a in lacking if a.rule.id not in known]

    def done(self) -> Archive:
        stages = {n: i for ready in self.open.values() for i, n in enumerate(ready.plan.rulebook.stages)}
        self.archive.findings.sort(key=lambda f: (stages.get(f.stage, 0), f.rule, f.subject.id))
        return self.archive


def _no_records(plan: Plan) -> dict[str, list[Any]]:
    return {entity: [] for entity in plan.layout.slots}


def _days(plan: Plan) -> Iterable[tuple[str, str, int]]:
    """Every T±n that the plan reads: its name, the field of its day, and n."""
    schema = plan.schema
    known = {*schema.entities[schema.root].fields, *schema.values.get(schema.root, {})}
    nodes = [n for s in plan.stages for x in s.steps if not isinstance(x.meaning, Ranking) for n in parts(x.meaning)]
    nodes += [n for a in plan.asked() for n in (a.when, a.require) if n is not None]
    for read in {i for n in nodes for i in inputs(n) if i.entity == schema.root}:
        if read.name.removesuffix("#den") not in known:
            yield read.name, schema.days[read.name[0]], int(read.name[1:] or 0)


def _root(ready: _Open, terms: Mapping[str, Bound], calendar: Calendar) -> Root:
    fields = ready.plan.schema.entities[ready.plan.schema.root].fields
    root: Root = {name: _scalar(terms.get(name), f.type.scale) for name, f in fields.items()}
    for name, anchor, offset in ready.days:
        start = terms.get(anchor)
        root[name] = calendar.trading_day(start, offset) if isinstance(start, int) else None
    return root


def _scalar(value: Bound, scale: int) -> Scalar:
    return int(value * scale) if isinstance(value, Fraction) else value
