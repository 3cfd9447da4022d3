"""The cases of the rulebooks of announcements -> what each gives beside what it should, and what no case proves.

A case departs from the base announcement: changed figures (null: not printed), a change of a table's first record, or a small table whose
items each change that record.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsl.checker import Checked, references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import Entity, Schema
from validator.announcement.read import HEAD, of_source
from validator.announcement.report import AnnouncementReport
from validator.announcement.rulebooks import Library, library
from validator.announcement.run import Run, report, run
from validator.casefile import Case
from validator.cases import CaseReport
from validator.rulebook.file import Form, read_form
from validator.rulebook.library import CASES
from validator.rulebook.model import Rule, Rulebook
from validator.source import Lines, Source, load


class AnnouncementCase(Case):
    """`notes` lists every rule that notes a difference which rounding explains, as `gives` lists all that are violated."""

    notes: list[str] = []


class AnnouncementCases(Form):
    rulebook: str
    revision: str
    count: int
    base: dict[str, Any]
    cases: dict[str, list[AnnouncementCase]]


Proofs = Mapping[str, Sequence[tuple[AnnouncementCase, Run]]]


def run_cases(rules: Path) -> CaseReport:
    """Run the cases of every revision. Raises DiagnosticError for what is wrong with the files."""
    books = library(rules)
    passed = 0
    failures: list[str] = []
    for rulebook in (r for revisions in books.revisions.values() for r in revisions):
        outcome = _revision(books, rulebook)
        passed += outcome.passed
        failures += outcome.failures
    return CaseReport(passed, tuple(failures))


def _revision(books: Library, rulebook: Rulebook) -> CaseReport:
    file = books.files[rulebook.name]
    source = load(file.with_name(file.name.removesuffix(".yaml") + CASES))
    form = read_form(AnnouncementCases, source)
    said = list(_form_mistakes(form, source, rulebook))
    if said:
        raise DiagnosticError(said)
    failures: list[str] = []
    proofs: dict[str, list[tuple[AnnouncementCase, Run]]] = {}
    found = sum(map(len, form.cases.values()))
    if found != form.count:
        failures.append(f"{rulebook.name}: the file says `count: {form.count}`, but there are {found} cases")
    for id_, cases in form.cases.items():
        for case in cases:
            try:
                done = attempt(books, rulebook, form.base, case)
            except DiagnosticError as error:
                failures += [f"{rulebook.name}: {id_}: {case.name}: {d.code}: {d.message}" for d in error.diagnostics]
                continue
            proofs.setdefault(id_, []).append((case, done))
            failures += [f"{rulebook.name}: {id_}: {case.name}: {d}" for d in _differences(case, report(done))]
    passed = found - len({f.split(": ")[2] for f in failures if f.count(": ") > 2})
    return CaseReport(passed, (*failures, *(f"{rulebook.name}: {g}" for g in gaps(rulebook, proofs))))


def attempt(books: Library, rulebook: Rulebook, base: Mapping[str, Any], case: Case) -> Run:
    """One case, run. Raises DiagnosticError where its figures cannot be read."""
    data = announcement_of(base, case, rulebook.schema) | {"rulebook": rulebook.id}
    return run(rulebook, of_source(Source(data, f"case `{case.name}`", Lines(1, {})), books.vocabulary), books.calendar)


def announcement_of(base: Mapping[str, Any], case: Case, schema: Schema) -> dict[str, Any]:
    """The announcement that a case departs to, in the form of announcement.yaml."""
    stated = {**base.get(schema.root, {}), **case.with_.get(schema.root, {})}
    data: dict[str, Any] = {k: v for k, v in stated.items() if k in HEAD}
    data["figures"] = {k: v for k, v in stated.items() if k not in HEAD}
    for entity in schema.entities.values():
        if entity.name != schema.root:
            data[entity.collection] = _table(base, case, entity)
    return data


def _table(base: Mapping[str, Any], case: Case, entity: Entity) -> list[Any]:
    rows = base.get(entity.collection, [])
    first = rows[0] if rows else {}
    if entity.collection in case.with_:
        return [{**first, **row} for row in case.with_[entity.collection]]
    return [{**row, **case.with_.get(entity.name, {})} if row is first else row for row in rows]


def _form_mistakes(form: AnnouncementCases, source: Source, rulebook: Rulebook) -> Iterator[Diagnostic]:
    def mistake(message: str, *place: str | int) -> Diagnostic:
        return Diagnostic("wrong-form", message, file=source.file, line=source.line_of(place))

    if f"{form.rulebook}@{form.revision}" != rulebook.name:
        yield mistake(f"these are cases of {form.rulebook}@{form.revision}, not of {rulebook.name}", "revision")
    schema = rulebook.schema
    known = {*schema.entities, *(e.collection for e in schema.entities.values())}
    for id_, cases in form.cases.items():
        if id_ not in rulebook.rules:
            yield mistake(f"no rule `{id_}` in {rulebook.name}", "cases", id_)
        for i, case in enumerate(cases):
            for key in case.with_:
                if key not in known:
                    yield mistake(f"unknown record or table `{key}`", "cases", id_, i, "with", key)


def _differences(case: AnnouncementCase, got: AnnouncementReport) -> Iterator[str]:
    outcomes = {o: {f.rule for f in got.findings if f.outcome == o} for o in ("violated", "not_evaluable", "error")}
    wanted = (("violated", case.gives), ("not_evaluable", case.not_evaluable), ("error", []))
    for name, want, found in (*((o, set(w), outcomes[o]) for o, w in wanted), ("notes", set(case.notes), {n.rule for n in got.notes})):
        if want != found:
            missing, extra = ", ".join(sorted(want - found)), ", ".join(sorted(found - want))
            yield f"{name}: " + "; ".join(([f"not {missing}"] if missing else []) + ([f"but {extra}"] if extra else []))
    for rule, ids in case.subjects.items():
        found_ids = [f.subject.id for f in got.findings if f.rule == rule]
        if sorted(ids) != sorted(found_ids):
            yield f"{rule} speaks of {found_ids}"
    for issue in got.intake:
        yield f"cannot be read: {issue.message.en}"


# ── what no case proves ──


def gaps(rulebook: Rulebook, proofs: Proofs) -> Iterator[str]:
    """A line for every rule that no case breaks or holds on its limit, and for every input that no case lacks."""
    for rule in rulebook.rules.values():
        found = proofs.get(rule.id, ())
        if not any(rule.id in case.gives for case, _ in found):
            yield f"{rule.id}: no case breaks it"
        holding = [done for case, done in found if rule.id not in (*case.gives, *case.not_evaluable)]
        rooms = [s.slack for d in holding for a in d.asked if a.rule is rule and a.outcome == "holds" for s in a.statements]
        if not rooms:
            yield f"{rule.id}: no case in which it holds"
        elif any(r is not None for r in rooms) and not any(r == 0 for r in rooms):
            yield f"{rule.id}: no case holds on the limit"
        for name in sorted(inputs(rulebook, rule)):
            if not any(_lacks(case, name) for case, _ in found):
                yield f"{rule.id}: no case lacks `{name}`"


def inputs(rulebook: Rulebook, rule: Rule) -> frozenset[str]:
    """The names of what a rule reads and may lack, through its values too."""
    found: set[str] = set()
    open_ = [c for c in (rule.when, rule.require) if c is not None]
    while open_:
        for ref in references(open_.pop().expr):
            if ref.field.source != "value":
                found |= set() if ref.field.default is not None else {ref.field.name}
                continue
            meaning = rulebook.values[ref.field.name].meaning
            assert isinstance(meaning, Checked)
            open_.append(meaning)
    return frozenset(found)


def _lacks(case: Case, name: str) -> bool:
    for changed in case.with_.values():
        rows = changed if isinstance(changed, list) else [changed]
        if any(isinstance(r, Mapping) and name in r and r[name] is None for r in rows):
            return True
    return False
