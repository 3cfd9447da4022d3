"""Many offerings -> one report: each under the revision that governed it, its own rules asked of its own fields.

The rules of a revision are compiled once and read the fields of each offering as they run. What one offering lacks or gets wrong is said of
that offering; the others are checked all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.outcomes import OUTCOMES
from dsl.to_python import Root
from validator.bilingual import Both
from validator.engine.rows import run as rows
from validator.intake import read_archive
from validator.intake.issue import Issue
from validator.intake.offering import Offering, board_and_dates
from validator.plan.any_offering import Unbound, open_to_any
from validator.plan.model import Asked, Plan
from validator.plan.supplied_columns import Supplied
from validator.report.findings import findings, unsupplied
from validator.report.given import Names
from validator.report.model import ENGINE, FORMAT, Called, Finding
from validator.report.preface import called
from validator.rulebook.cache import Shelf, shelf
from validator.rulebook.governing import governing_name
from validator.vocabulary.layers import rules_folder

BOARD = "board"
"""The field that names an offering's rulebook."""

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """One offering in short: its row and code, the revision that governs it, and how often each outcome came."""

    row: int
    offering: str
    rulebook: str
    outcomes: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        return {"offering": self.offering, "row": self.row, "rulebook": self.rulebook, "outcomes": dict(self.outcomes)}


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
    lines: list[Line] = field(default_factory=list)
    names: dict[str, Both] = field(default_factory=dict)
    """The name of every rule that was asked."""
    called: dict[str, Called] = field(default_factory=dict)
    """What the findings of a rule call their figures."""
    sources: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The titles of what each revision cites."""
    lacking: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per rule in `unsupplied`: the columns that the table does not have, with their Chinese names."""

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
            "lacking": {rule: list(columns) for rule, columns in sorted(self.lacking.items())},
            "offerings": [line.to_dict() for line in self.lines],
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
class _Run:
    books: Shelf
    archive: Archive
    open: dict[tuple[str, Supplied], Unbound] = field(default_factory=dict)

    def offering(self, offering: Offering, row: int, supplied: Supplied) -> None:
        try:
            name = governing_name(self.books.index, *board_and_dates(offering))
            self.check(name, *self.ready(name, supplied).of(offering, self.books.calendar), row, supplied)
        except DiagnosticError as error:
            code = str(offering.values.get("offering") or "")
            for d in error.diagnostics:
                said = Both(f"{code}: {d.message}", f"{code}: {d.message}")
                self.archive.intake.append(Issue(d.code, "offerings", row, None, code or None, said))

    def ready(self, name: str, supplied: Supplied) -> Unbound:
        if (name, supplied) not in self.open:
            found = self.open[name, supplied] = open_to_any(self.books.get(name), alone=True, supplied=supplied)
            self.archive.rulebooks[name] = found.plan.rulebook.digest
            self.archive.sources[name] = found.plan.rulebook.sources
        return self.open[name, supplied]

    def check(self, name: str, plan: Plan, root: Root, row: int, supplied: Supplied) -> None:
        archive = self.archive
        raw = rows.run(plan, _no_records(plan), plan.stages, root=root)
        found, lacking = findings(plan, raw, Names({}, {}, {}), supplied, self.books.vocabulary.words_en)
        archive.findings += [replace(f, subject=replace(f.subject, row=row)) for f in found]
        archive.offerings[name] = archive.offerings.get(name, 0) + 1
        counts = archive.outcomes.setdefault(name, {})
        total = dict.fromkeys(OUTCOMES, 0)
        for asked in plan.asked():
            of_rule = counts.setdefault(asked.rule.id, dict.fromkeys(OUTCOMES, 0))
            archive.names.setdefault(asked.rule.id, asked.rule.name)
            if asked.rule.id not in archive.called and raw.hits.get(asked.number):
                archive.called[asked.rule.id] = called(plan, asked)
            for outcome, n in zip(OUTCOMES, raw.counts[asked.number], strict=True):
                of_rule[outcome] += n
                total[outcome] += n
        archive.lines.append(Line(row, plan.code, name, total))
        self.lacks(name, plan, lacking, supplied)

    def lacks(self, name: str, plan: Plan, lacking: Iterable[Asked], supplied: Supplied) -> None:
        known = self.archive.unsupplied.setdefault(name, []) if lacking else []
        for asked in lacking:
            if asked.rule.id not in known:
                known.append(asked.rule.id)
                wanted = unsupplied(plan, asked, supplied)
                fields = {f.name: f.zh for e in plan.schema.entities.values() for f in e.fields.values() if f.name in wanted}
                self.archive.lacking.setdefault(asked.rule.id, {}).update(sorted(fields.items()))

    def done(self) -> Archive:
        stages = {n: i for ready in self.open.values() for i, n in enumerate(ready.plan.rulebook.stages)}
        self.archive.findings.sort(key=lambda f: (stages.get(f.stage, 0), f.rule, f.subject.id))
        return self.archive


def _no_records(plan: Plan) -> dict[str, list[Any]]:
    return {entity: [] for entity in plan.layout.slots}
