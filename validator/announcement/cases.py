"""The cases of the rulebooks for announcements -> each result that differs from the expected one, and whatever no case proves.

A case is a set of changes to the base announcement: changed figures (null: not printed), changed records of a table by id (null: removed),
a change of the first record of a table, or a small table whose items each change that first record.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsl.checker.check import Checked, references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.nodes import Day, Expr, children
from dsl.schema import Entity, Schema
from validator.announcement.read import HEAD, of_source
from validator.announcement.rulebooks import library
from validator.announcement.run import AnnouncementReport, Run, report, run
from validator.cases.file import Case
from validator.cases.run import CaseReport
from validator.rulebook.library import CASES, Library
from validator.rulebook.model import Rule, Rulebook
from validator.vocabulary.form import Form, read_form
from validator.vocabulary.source import Lines, Source, load


class AnnouncementCase(Case):
    """`gives` lists every violated rule. `notes` lists every rule with a difference that rounding explains."""

    notes: list[str] | None = None


class AnnouncementCases(Form):
    rulebook: str
    revision: str
    count: int
    base: dict[str, Any]
    cases: dict[str, list[AnnouncementCase]]


Proofs = Mapping[str, Sequence[tuple[AnnouncementCase, Run]]]


def run_cases(rules: Path) -> CaseReport:
    """Run the cases of every revision. Raises DiagnosticError for mistakes in the files."""
    books = library(rules)
    passed = 0
    failures: list[str] = []
    for rulebook in books.all():
        outcome = _revision(books, rulebook)
        passed += outcome.passed
        failures += outcome.failures
    return CaseReport(passed, tuple(failures))


def _revision(books: Library, rulebook: Rulebook) -> CaseReport:
    file = Path(books.file(rulebook.name).source.file)
    source = load(file.with_name(file.name.removesuffix(".yaml") + CASES))
    form = read_form(AnnouncementCases, source)
    said = list(_form_mistakes(form, source, rulebook))
    if said:
        raise DiagnosticError(said)
    failures: list[str] = []
    proofs: dict[str, list[tuple[AnnouncementCase, Run]]] = {}
    passed = 0
    for id_, case in ((id_, case) for id_, cases in form.cases.items() for case in cases):
        try:
            done = attempt(books, rulebook, form.base, case)
        except DiagnosticError as error:
            failures += [f"{rulebook.name}: {id_}: {case.name}: {d.code}: {d.message}" for d in error.diagnostics]
            continue
        proofs.setdefault(id_, []).append((case, done))
        wrong = [f"{rulebook.name}: {id_}: {case.name}: {d}" for d in _differences(case, report(done))]
        passed += not wrong
        failures += wrong
    found = sum(map(len, form.cases.values()))
    if found != form.count:
        failures.append(f"{rulebook.name}: the file says `count: {form.count}`, but there are {found} cases")
    return CaseReport(passed, (*failures, *(f"{rulebook.name}: {g}" for g in gaps(rulebook, proofs))))


def attempt(books: Library, rulebook: Rulebook, base: Mapping[str, Any], case: Case) -> Run:
    """Run one case. Raises DiagnosticError if its figures cannot be read."""
    data = announcement_of(base, case, rulebook.schema) | {"rulebook": rulebook.id}
    return run(rulebook, of_source(Source(data, f"case `{case.name}`", Lines(1, {})), books.vocabulary), books.calendar)


def announcement_of(base: Mapping[str, Any], case: Case, schema: Schema) -> dict[str, Any]:
    """The base announcement with the changes of a case, in the form of announcement.yaml."""
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
    changed = case.with_.get(entity.collection, {})
    if not isinstance(changed, Mapping):
        return [{**first, **row} for row in changed]
    own = case.with_.get(entity.name, {})
    kept = [row for row in rows if changed.get(_id(row, entity), {}) is not None]
    return [{**row, **(own if row is first else {}), **changed.get(_id(row, entity), {})} for row in kept]


def _id(row: Mapping[str, Any], entity: Entity) -> str:
    return "/".join(str(row[k]) for k in entity.key if row.get(k) is not None)


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
            for key, changed in case.with_.items():
                if key not in known:
                    yield mistake(f"unknown record or table `{key}`", "cases", id_, i, "with", key)
                entity = next((e for e in schema.entities.values() if e.collection == key), None)
                there = {_id(r, entity) for r in form.base.get(key, [])} if entity else set()
                for lost in (c for c in (changed if isinstance(changed, Mapping) and entity else {}) if c not in there):
                    yield mistake(f"the base has no `{lost}` in `{key}`", "cases", id_, i, "with", key, lost)


def _differences(case: AnnouncementCase, got: AnnouncementReport) -> Iterator[str]:
    found = {o: {f.rule for f in got.findings if f.outcome == o} for o in ("violated", "not_evaluable", "error")}
    found["notes"] = {n.rule for n in got.notes}
    wanted = {"violated": case.gives, "not_evaluable": case.not_evaluable, "notes": case.notes or []}
    for name, rules in found.items():
        want = set(wanted.get(name, []))
        if want != rules:
            missing, extra = ", ".join(sorted(want - rules)), ", ".join(sorted(rules - want))
            yield f"{name}: " + "; ".join(([f"expected {missing}"] if missing else []) + ([f"did not expect {extra}"] if extra else []))
    for rule, ids in case.subjects.items():
        spoken = [f.subject.id for f in got.findings if f.rule == rule]
        if sorted(ids) != sorted(spoken):
            yield f"{rule} speaks of {spoken}"
    for issue in got.intake:
        yield f"cannot be read: {issue.message.en}"


# ── gaps: whatever no case proves ──


def gaps(rulebook: Rulebook, proofs: Proofs) -> Iterator[str]:
    """A line for every rule without a violating case or a case on its limit, and for every input that no case leaves missing."""
    for rule in rulebook.rules.values():
        found = proofs.get(rule.id, ())
        if not any(rule.id in case.gives for case, _ in found):
            yield f"{rule.id}: no case violates it"
        holding = [done for case, done in found if rule.id not in (*case.gives, *case.not_evaluable)]
        rooms = [s.margin for d in holding for a in d.asked if a.rule is rule and a.outcome == "holds" for s in a.statements]
        if not rooms:
            yield f"{rule.id}: no case in which it holds"
        elif any(r is not None for r in rooms) and not any(r == 0 for r in rooms):
            yield f"{rule.id}: no case holds on the limit"
        for name in sorted(inputs(rulebook, rule)):
            # A case states the outcomes of all rules, so a case of another rule can prove this input.
            if not any(_lacks(case, name) for cases in proofs.values() for case, _ in cases):
                yield f"{rule.id}: no case in which `{name}` is missing"


def inputs(rulebook: Rulebook, rule: Rule) -> frozenset[str]:
    """The names of the inputs of a rule that can be missing, including those read through values."""
    found: set[str] = set()
    open_ = [c for c in (rule.when, rule.require) if c is not None]
    while open_:
        expr = open_.pop().expr
        found |= {rulebook.schema.days[anchor] for anchor in _anchors(expr)}
        for ref in references(expr):
            if ref.field.source != "value":
                found |= set() if ref.field.default is not None else {ref.field.name}
                continue
            meaning = rulebook.values[ref.field.name].meaning
            assert isinstance(meaning, Checked)
            open_.append(meaning)
    return frozenset(found)


def _anchors(expr: Expr) -> Iterator[str]:
    """The named days from which an expression counts. Each of them is an input too."""
    if isinstance(expr, Day):
        yield expr.anchor
    for child in children(expr):
        yield from _anchors(child)


def _lacks(case: Case, name: str) -> bool:
    return any(_unsays(changed, name) for changed in case.with_.values())


def _unsays(changed: Any, name: str) -> bool:
    if isinstance(changed, Mapping):
        return (name in changed and changed[name] is None) or any(_unsays(c, name) for c in changed.values())
    return isinstance(changed, list) and any(_unsays(c, name) for c in changed)
