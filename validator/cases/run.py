"""`<revision>.cases.yaml` -> for each case, how the results of both evaluators differ from what the case states.

A revision runs its own cases and those that it inherits. Its own cases for a rule or value replace the inherited ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from pathlib import Path

from dsl.checker.check import Checked, references
from dsl.diagnostics import DiagnosticError
from validator.cases.coverage import gaps, margin_matches
from validator.cases.file import Base, Case, CaseFile, read_cases, tables_of
from validator.cases.trial import Bench, Trial, attempt
from validator.checks.checker import for_offering
from validator.engine.agreement import Disagreement
from validator.intake.offering import read_offering
from validator.intake.submission.read import SubmissionForm, submission_form
from validator.plan.any_offering import Unbound, open_to_any
from validator.report.model import Report
from validator.rulebook.amendments import File
from validator.rulebook.library import CASES, Library, library
from validator.rulebook.model import Rulebook


@dataclass(frozen=True, slots=True)
class Result:
    """One case: the revision, the rule or value that it proves, its name, and a line for every difference from what it states."""

    revision: str
    id: str
    name: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseReport:
    """How many cases passed, and a line for every difference from what cases state and for everything that no case proves.

    `results` has one entry per case. A failure that belongs to no case (a miscount, a gap) is in `failures` only.
    """

    passed: int
    failures: tuple[str, ...]
    results: tuple[Result, ...] = ()


@dataclass
class Later:
    """What revisions after a case's own state or remove: the case cannot know these rules, values and terms, nor what rests on them."""

    changed: frozenset[str]
    rests: Mapping[str, set[str]]
    """Per rule and value: the names that it reads."""
    proves: str
    """The rule or value that the cases prove. They always speak of it."""
    _found: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)

    def unknown(self, offering: Mapping[str, object]) -> frozenset[str]:
        """The rules and values of which a case says nothing.

        A term that the case's offering states is what it states, whatever default a later revision gives it.
        """
        stated = frozenset(n for n in self.changed if offering.get(n) is not None)
        if stated not in self._found:
            self._found[stated] = self._resting(self.changed - stated) - {self.proves}
        return self._found[stated]

    def _resting(self, on: frozenset[str]) -> frozenset[str]:
        found = set(on)
        while more := {n for n, read in self.rests.items() if read & found} - found:
            found |= more
        return frozenset(found)


@dataclass
class Suite:
    """All cases of one revision, its own and inherited, by the rule or value that they prove."""

    rulebook: Rulebook
    form: SubmissionForm
    base: Base
    """The clean records of this revision."""
    groups: dict[str, tuple[Base, list[Case], Later]] = field(default_factory=dict)
    """Per id: the base, the cases, and what they cannot know."""
    files: list[CaseFile] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Per id: the revision that states its cases."""
    bound: dict[str, Bench] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    ready: tuple[Unbound, Bench] | None = None

    def unbound(self, books: Library) -> tuple[Unbound, Bench]:
        """The plan of the revision for any offering, and its bench. Made once."""
        if self.ready is None:
            found = open_to_any(self.rulebook, books.calendar, alone=False)
            self.ready = found, Bench(found.plan, self.form)
        return self.ready

    def stage(self, id_: str) -> str:
        """The stage up to which the cases of a rule or value run: its own stage, or the first that reads the value, or `upto` if later."""
        if id_ not in self.stages:
            known = self.rulebook.stages
            least = self.groups[id_][0].upto
            self.stages[id_] = max(_stage(self.rulebook, id_), least if least in known else known[0], key=known.index)
        return self.stages[id_]

    def bench(self, books: Library, offering: Mapping[str, object]) -> Bench:
        """The bench of an offering under this revision. Cases with the same offering share it."""
        key = repr(sorted(offering.items()))
        if key not in self.bound:
            self.bound[key] = Bench(for_offering(books, offering, self.rulebook).plan, self.form)
        return self.bound[key]

    def attempt(self, books: Library, base: Base, case: Case, id_: str, *, both: bool) -> Trial:
        """Run a case as a book of its own. `both`: with both evaluators; else by rows alone, at a fraction of the cost."""
        offering = {**base.offering, **case.offering}
        tables = tables_of(base, case, books.vocabulary.schema)
        if both:
            return attempt(self.bench(books, offering), tables, id_, self.stage(id_))
        unbound, bench = self.unbound(books)
        of = unbound.of(read_offering(offering, books.vocabulary), books.calendar)
        return attempt(bench, tables, id_, self.stage(id_), of)


def run(folder: Path, names: Iterable[str] = (), told: Callable[[int, int], None] | None = None) -> CaseReport:
    """Run the cases of the named revisions; of every revision with a file in the folder if none is named. Raises DiagnosticError for bad
    files.

    `told` is called before each revision, with the number of revisions done and the number of all.
    """
    books = library(folder)
    wanted = list(names) or [f.name for f in books.own()]
    seen: set[tuple[str, str, str]] = set()
    passed = 0
    failures: list[str] = []
    results: list[Result] = []
    for done, name in enumerate(wanted):
        if told is not None:
            told(done, len(wanted))
        outcome = check(books, load(books, name), seen)
        passed += outcome.passed
        failures += outcome.failures
        results += outcome.results
    return CaseReport(passed, tuple(dict.fromkeys(failures)), tuple(results))


def load(books: Library, name: str) -> Suite:
    """The cases of a revision and of all revisions that it amends."""
    rulebook = books.get(name)
    suite = Suite(rulebook, submission_form(books.vocabulary), Base({}, {}))
    known = {*rulebook.rules, *rulebook.values}
    bases: dict[str, Base] = {}
    rests = _rests(rulebook)
    files = books.lineage(rulebook.name)
    for file in files:
        path = Path(file.source.file)
        cases = read_cases(path.with_name(path.name.removesuffix(".yaml") + CASES), books.vocabulary, file.name)
        suite.files.append(cases)
        bases[file.name] = cases.base
        below = [f.name for f in books.lineage(file.name)]
        base = reduce(lambda inherited, name: bases[name].over(inherited), below, Base({}, {}))
        suite.base = base
        changed = _changed([f for f in files if f.name not in below])
        for id_, found in cases.groups.items():
            if id_ in known:
                suite.groups[id_] = (base, found, Later(changed, rests, id_))
                suite.places[id_] = file.name
            elif file.name == rulebook.name:
                raise DiagnosticError([cases.mistake("unknown-name", f"no rule or value `{id_}` in {rulebook.name}", id_)])
    return suite


def _changed(files: Iterable[File]) -> frozenset[str]:
    """The rules, values and terms that files state or remove."""
    return frozenset(n for f in files for n in (*f.form.terms, *f.form.values, *f.form.removes, *(r.id for r in f.form.rules)))


def _rests(rulebook: Rulebook) -> dict[str, set[str]]:
    """Per rule and value: the names that it reads."""
    rests = {r.id: _names(r.when, r.require, r.admits) for r in rulebook.rules.values()}
    return rests | {n: _names(*v.deciding()) for n, v in rulebook.values.items()}


def _names(*checked: Checked | None) -> set[str]:
    return {r.field.name for c in checked if c is not None for r in references(c.expr)}


def check(books: Library, suite: Suite, seen: set[tuple[str, str, str]] | None = None) -> CaseReport:
    """Run every case, and look for what no case proves. Cases in `seen` ran with both evaluators before and now run by rows alone; all
    cases of this revision are added to `seen`."""
    seen = set() if seen is None else seen
    place = suite.rulebook.name
    failures = [f"{f.source.file}: {m}" for f in suite.files for m in f.miscounted()]
    results: list[Result] = []
    proofs: dict[str, list[tuple[Case, Base, Trial]]] = {}
    for id_, (base, cases, later) in suite.groups.items():
        for case in cases:
            key = (suite.places[id_], id_, case.name)
            said, trial = _run(books, suite, base, case, id_, later, both=key not in seen)
            seen.add(key)
            if trial is not None:
                proofs.setdefault(id_, []).append((case, base, trial))
            failures += [f"{place}: {id_}: {case.name}: {s}" for s in said]
            results.append(Result(place, id_, case.name, tuple(said)))
    failures += [f"{place}: {g}" for g in gaps(suite.rulebook, proofs)]
    return CaseReport(sum(not r.said for r in results), tuple(failures), tuple(results))


def _run(books: Library, suite: Suite, base: Base, case: Case, id_: str, later: Later, *, both: bool) -> tuple[list[str], Trial | None]:
    try:
        trial = suite.attempt(books, base, case, id_, both=both)
    except DiagnosticError as error:
        return [f"{d.code}: {d.message}" for d in error.diagnostics], None
    except Disagreement as error:
        return [str(error)], None
    said = list(_differences(case, trial.report, later.unknown({**base.offering, **case.offering}), id_))
    if not margin_matches(case, trial.margins):
        said.append(f"the margin is {', '.join(map(str, trial.margins))}, not {case.margin}")
    return said, trial


def differs(books: Library, suite: Suite, base: Base, case: Case, id_: str, later: Later) -> bool:
    """Whether a case differs from what it states, by rows alone. The search for mutants calls this very often."""
    trial = suite.attempt(books, base, case, id_, both=False)
    silent = later.unknown({**base.offering, **case.offering})
    return any(_differences(case, trial.report, silent, id_)) or not margin_matches(case, trial.margins)


def _stage(rulebook: Rulebook, id_: str) -> str:
    rule = rulebook.rules.get(id_)
    if rule is not None:
        return rule.stage
    if stage := rulebook.values[id_].field.stage:
        return stage
    readers = [r.stage for r in rulebook.rules.values() if id_ in _read(rulebook, r.when, r.require, r.admits)]
    readers += [v.field.stage for v in rulebook.values.values() if v.field.stage and id_ in _read(rulebook, *v.deciding())]
    return min(readers, key=rulebook.stages.index, default=rulebook.stages[0])


def _read(rulebook: Rulebook, *checked: Checked | None) -> set[str]:
    """The values that expressions read, directly or through values that no stage changes."""
    found: set[str] = set()
    open_ = [c for c in checked if c is not None]
    while open_:
        for name in {r.field.name for r in references(open_.pop().expr) if r.field.source == "value"} - found:
            found.add(name)
            value = rulebook.values.get(name)
            open_ += value.deciding() if value is not None and not value.field.stage else ()
    return found


# ── what differs ──


def _differences(case: Case, report: Report, silent: frozenset[str], id_: str) -> Iterator[str]:
    """A line for each difference. The case says nothing about the rules and values in `silent`."""
    for outcome, wanted in (("violated", case.gives), ("not_evaluable", case.not_evaluable)):
        got = {rule for rule, counts in report.by_rule.items() if counts.get(outcome)} - silent
        want = set(wanted) - silent
        if got != want:
            missing, extra = sorted(want - got), sorted(got - want)
            yield f"{outcome.replace('_', ' ')}: " + "; ".join(
                ([f"expected {', '.join(missing)}"] if missing else []) + ([f"did not expect {', '.join(extra)}"] if extra else [])
            )
    if any(f.outcome == "error" for f in report.findings):
        yield "a rule failed in evaluation"
    for issue in report.intake:
        if issue.code not in case.issues:
            yield f"cannot be read: {issue.message.en}"
    for code in sorted({*case.issues} - {issue.code for issue in report.intake}):
        yield f"no issue `{code}`"
    for table, name in report.unknown_columns:
        yield f"{table} have no field `{name}`"
    for rule in case.not_applicable:
        if rule not in silent and not report.by_rule.get(rule, {}).get("not_applicable"):
            yield f"{rule} is applicable"
    effects = {f.effect for f in report.violated if f.rule == id_}
    if case.effect is not None and effects != {tuple(case.effect)}:
        yield f"the effect is {sorted(effects)}, not {case.effect}"
    yield from _figures(case, report, id_)
    yield from _subjects(case, report, silent)
    yield from _values(case, report, silent)
    yield from _bids(case, report)


def _figures(case: Case, report: Report, id_: str) -> Iterator[str]:
    found = [f for f in report.violated if f.rule == id_]
    if case.figures and not found:
        yield f"{id_} has no finding that could print figures"
    for finding in found:
        for name, want in case.figures.items():
            if _exact(finding.figures.get(name)) != _exact(want):
                yield f"{id_} prints {name} as {finding.figures.get(name)}, not {want}"


def _subjects(case: Case, report: Report, silent: frozenset[str]) -> Iterator[str]:
    for outcome, told in (("violated", case.subjects), ("not_evaluable", case.undecided)):
        for rule, ids in told.items():
            got = sorted(f.subject.id for f in report.findings if (f.rule, f.outcome) == (rule, outcome))
            if rule not in silent and got != sorted(ids):
                yield f"{rule}: {'subjects' if outcome == 'violated' else 'undecided'} {got}, not {sorted(ids)}"


def _values(case: Case, report: Report, silent: frozenset[str]) -> Iterator[str]:
    for name, want in case.values.items():
        if name in silent:
            continue
        if name not in report.values:
            yield f"no value `{name}` of the offering"
            continue
        got = report.values_exact.get(name, report.values[name])
        if _exact(got) != _exact(want):
            yield f"{name} is {got}, not {want}"


def _bids(case: Case, report: Report) -> Iterator[str]:
    bids = {b.id: b for b in report.bids}
    for id_, fate in case.fates.items():
        if id_ not in bids or bids[id_].fate != fate:
            yield f"{id_} is {bids[id_].fate if id_ in bids else 'no bid of the case'}, not {fate}"
    for id_, admitted in case.admitted.items():
        if id_ not in bids or bids[id_].admitted_quantity != admitted:
            yield f"{id_} is admitted with {bids[id_].admitted_quantity if id_ in bids else 'nothing'}, not {admitted}"
    if case.eliminated is not None:
        got = sorted(b.id for b in report.bids if b.eliminated)
        if got != sorted(case.eliminated):
            yield f"eliminated are {got}, not {sorted(case.eliminated)}"


def _exact(text: object) -> object:
    """Numbers compare by value: 20.4 is 20.4000 is 102/5."""
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return text
