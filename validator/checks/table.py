"""A table of offerings -> findings. The rules that read only the offering are checked for each row, under the revision that governs it.

The rules of a revision are compiled once and read the fields of each offering at run time. A missing or wrong field is reported for its
offering. The other offerings are still checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.unreadable import UNREAD
from dsl.outcomes import OUTCOMES
from dsl.to_python import Root
from validator.bilingual import Both
from validator.checks.offerings import Columns, Line, Of, Offerings, Revision
from validator.engine.rows.run import play
from validator.engine.rows.script import Script, script
from validator.intake import read_archive
from validator.intake.issue import Issue
from validator.intake.offering import Offering, board_and_dates, impossible_terms
from validator.plan.any_offering import Unbound, open_to_any
from validator.plan.model import Asked, Plan
from validator.plan.supplied_columns import Coverage, Supplied
from validator.report.findings import findings
from validator.report.given import Names
from validator.report.preface import called
from validator.rulebook.cache import Shelf, shelf
from validator.rulebook.governing import governing_name
from validator.vocabulary.layers import rules_folder

BOARD = "board"
"""The field that selects the rulebook of an offering."""


def check_offerings(source: object, rules: str | Path | None = None) -> Offerings:
    """Check a table of offerings: a file or a data frame. Raises DiagnosticError if the table is refused."""
    books = shelf(Path(rules) if rules is not None else rules_folder())
    root = books.vocabulary.schema.root
    book = read_archive(source, books.vocabulary)
    if (root, BOARD) not in book.supplied:
        said = f"the table has no column `{BOARD}`, so it is not a table of offerings"
        raise DiagnosticError([Diagnostic("no-board", said, hint="add the column: it selects the rulebook of each offering")])
    found = Offerings(book.digest, intake=[Of(issue, "") for issue in book.issues], columns=Columns(book.unknown_columns))
    run = _Run(books, found, Supplied(book.supplied, frozenset(), book.unreadable))
    frame = book.frames[root]
    names = list(books.vocabulary.schema.entities[root].fields)
    columns = [frame.get_column(name).to_list() for name in names]
    texts = {n: frame.get_column(n + UNREAD).to_list() for _, n in book.unreadable}
    for at, (row, values) in enumerate(zip(frame.get_column("^row").to_list(), zip(*columns, strict=True), strict=True)):
        unreadable = {n: column[at] for n, column in texts.items() if column[at] is not None}
        run.offering(Offering(dict(zip(names, values, strict=True)), unreadable=unreadable), row)
    return run.done()


@dataclass
class _Run:
    books: Shelf
    found: Offerings
    supplied: Supplied
    open: dict[str, Unbound] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)

    def offering(self, offering: Offering, row: int) -> None:
        try:
            impossible = list(impossible_terms(offering, self.books.vocabulary))
            if impossible:
                raise DiagnosticError(impossible)
            name = governing_name(self.books.index, *board_and_dates(offering))
            self.check(name, *self.ready(name).of(offering, self.books.calendar), row)
        except DiagnosticError as error:
            code = str(offering.values.get("offering") or "")
            for d in error.diagnostics:
                said = Both(f"{code}: {d.message}", f"{code}: {d.message}")
                self.found.intake.append(Of(Issue(d.code, "offerings", row, None, code or None, said), code))

    def ready(self, name: str) -> Unbound:
        if name not in self.open:
            made = self.open[name] = open_to_any(self.books.get(name), self.books.calendar, alone=True, supplied=self.supplied)
            self.scripts[name] = script(made.plan, made.plan.stages)
            rulebook = made.plan.rulebook
            stated = {"id": rulebook.id, "revision": rulebook.revision, "digest": rulebook.digest}
            self.found.revisions[name] = Revision(stated, rulebook.sources)
        return self.open[name]

    def check(self, name: str, plan: Plan, root: Root, row: int) -> None:
        raw = play(plan, self.scripts[name], _no_records(plan), root=root)
        coverage = Coverage(self.supplied, plan.terms)
        unread = {(plan.schema.root, n): [text] for n, text in plan.offering.unreadable.items()}
        found, lacking = findings(plan, raw, Names({}, {}, {}, unread), coverage, self.books.vocabulary.words_en)
        self.found.findings += [Of(replace(f, subject=replace(f.subject, row=row)), plan.code) for f in found]
        by_rule = {asked.rule.id: dict(zip(OUTCOMES, raw.counts[asked.number], strict=True)) for asked in plan.asked()}
        for asked in plan.asked():
            self.found.names.setdefault(asked.rule.id, asked.rule.name)
            if asked.rule.id not in self.found.called and raw.hits.get(asked.number):
                self.found.called[asked.rule.id] = called(asked)
        total = {o: sum(counts[o] for counts in by_rule.values()) for o in OUTCOMES}
        status = 1 if total["violated"] else 3 if found else 0
        self.found.add(Line(plan.code, name, total, status, row), by_rule)
        self._note_unsupplied(name, plan, lacking, coverage)

    def _note_unsupplied(self, name: str, plan: Plan, lacking: Sequence[Asked], coverage: Coverage) -> None:
        columns = self.found.columns
        assert columns is not None
        known = columns.unsupplied.setdefault(name, []) if lacking else []
        for asked in lacking:
            if asked.rule.id not in known:
                known.append(asked.rule.id)
                wanted = coverage.unsupplied(asked)
                fields = {f.name: f.zh for e in plan.schema.entities.values() for f in e.fields.values() if f.name in wanted}
                columns.lacking.setdefault(asked.rule.id, {}).update(sorted(fields.items()))

    def done(self) -> Offerings:
        """The result, with findings in the order of the stages."""
        stages = {n: i for ready in self.open.values() for i, n in enumerate(ready.plan.rulebook.stages)}
        self.found.findings.sort(key=lambda f: (stages.get(f.said.stage, 0), f.said.rule, f.said.subject.id))
        return self.found


def _no_records(plan: Plan) -> dict[str, list[Any]]:
    return {entity: [] for entity in plan.layout.slots}
