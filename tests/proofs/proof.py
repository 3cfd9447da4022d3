"""A drawn rulebook -> through the front door, both evaluators and every renderer; what broke, each with the one rule that breaks it.

A mistake that the library names is a refusal: the line is taken out and counted. Anything else that ends a run is a failure.
"""

import json
import os
import re
import shutil
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

import validator
from tests.proofs.drawn_names import RULES
from tests.proofs.drawn_rules import Book, Entry, Rulebook, draw_book, draw_rulebook, draw_submission
from validator.cli.commands import app

NAME = "szse-chinext@2025-01"
FORMATS = ("text", "json", "html", "xlsx", "csv")


@dataclass(frozen=True)
class Failure:
    """`error`: the exception, its last words and where it was raised; `files`: the least that breaks so."""

    error: str
    files: Mapping[str, str]

    def __str__(self) -> str:
        rules = self.files["rules/drawn.yaml"].split("sources: ", 1)[-1].partition("\n")[2]
        return f"{self.error}\n{rules}"


@dataclass
class Proof:
    """What became of the rules of one rulebook. `refused` by the checker, `bound`: only once the offering was known."""

    seed: int
    drawn: int
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    bound: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)


class Broken(Exception):
    """Something ended that must not end, or ended otherwise than it must."""


@dataclass(frozen=True)
class Trial:
    """All that one rulebook is tried on, in a folder of its own."""

    folder: Path
    books: Sequence[Book]
    submissions: Sequence[Mapping[str, Any]]

    def write(self, rulebook: Rulebook) -> None:
        rules = self.folder / "rules"
        rules.mkdir(exist_ok=True)
        for name in ("vocabulary.yaml", "calendar.yaml"):
            shutil.copy(RULES / name, rules / name)
        for name, text in rulebook.files().items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def checker(self, rulebook: Rulebook) -> validator.Checker:
        """Raises DiagnosticError."""
        self.write(rulebook)
        return validator.checker(self.folder / "offering.yaml", self.folder / "rules")

    def run(self, rulebook: Rulebook) -> Counter[str]:
        """The outcomes of all that it is asked, none of them an error. Both evaluators run on every book, and they agree."""
        found: Counter[str] = Counter()
        checker = self.checker(rulebook)
        reports = chain(map(checker.book, self.books), map(checker.submission, self.submissions), (checker.offering_only(),))
        for report in reports:
            json.dumps(report.to_dict(bids=True))
            found.update(report.outcomes)
            if report.outcomes["error"]:
                raise Broken(f"an outcome is error: {next(f.rule for f in report.findings if f.outcome == 'error')}")
        self.tabled(rulebook, report.outcomes)
        return found

    def tabled(self, rulebook: Rulebook, alone: Mapping[str, int]) -> None:
        """The offering as the one row of a table of offerings: the same as alone."""
        outcomes = validator.check_offerings([dict(rulebook.offering)], self.folder / "rules").to_dict()["outcomes"]
        if {o: outcomes[o] for o in alone} != dict(alone):
            raise Broken(f"in a table of offerings the outcomes are {outcomes}, alone they are {dict(alone)}")

    def show(self, rulebook: Rulebook) -> None:
        """Every report in every format and language, every page on the rules, and the rules in the other language."""
        self.write_book()
        for lang in ("zh", "en"):
            for format_ in FORMATS:
                self.guiju("check", self.folder / "book", "--offering", self.folder / "offering.yaml", "--bids", "--lang", lang,
                           "--format", format_, "-o", self.folder / f"out.{format_}")  # fmt: skip
            self.guiju("rulebook", "show", NAME, "--lang", lang)
            for rule in rulebook.rules[:10]:
                self.guiju("explain", rule.name, "--lang", lang)
        self.guiju("rulebook", "show", NAME, "--format", "json")
        self.same_in_chinese()

    def same_in_chinese(self) -> None:
        """The formatter turns the rulebook into Chinese, and the report stays as it is."""
        before = validator.checker(self.folder / "offering.yaml", self.folder / "rules").book(self.books[0]).to_dict(bids=True)
        for lang in ("zh", "en"):
            self.guiju("fmt", self.folder / "rules", "--lang", lang, rules=False)
            after = validator.checker(self.folder / "offering.yaml", self.folder / "rules").book(self.books[0]).to_dict(bids=True)
            if after != before:
                keys = [k for k in before if before[k] != after.get(k)]
                raise Broken(f"formatted with --lang {lang} the report differs in {', '.join(keys)}")

    def guiju(self, *arguments: object, rules: bool = True) -> None:
        """A command in this process; it may find breaches, but it may not fail."""
        more = ("--rules", self.folder / "rules") if rules else ()
        done = CliRunner().invoke(app, [*map(str, (*arguments, *more))])
        if done.exit_code not in (0, 1, 3):
            said = re.sub(r"\S*/", "", done.output[-600:])
            raise Broken(f"guiju {arguments[0]} {' '.join(map(str, arguments[-4:]))} ends with {done.exit_code}: {said}")

    def write_book(self) -> None:
        """A folder of CSV tables."""
        folder = self.folder / "book"
        folder.mkdir(exist_ok=True)
        for name, rows in self.books[0].items():
            if rows:
                lines = [",".join(rows[0]), *(",".join("" if c is None else str(c) for c in r.values()) for r in rows)]
                (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def prove(seed: int, rules: int, folder: Path, shown: bool, books: int = 3) -> Proof:
    """Draws a rulebook, some books and as many submissions, and tries all of it.

    Where something breaks, again by halves, until each line to blame stands alone; then what is left without these.
    """
    proof = Proof(seed, rules)
    seeds = range(seed * books, (seed + 1) * books)
    trial = Trial(folder, [*map(draw_book, seeds)], [*map(draw_submission, seeds)])
    with _cache(folder):
        rulebook = _accepted(trial, draw_rulebook(seed, rules), proof)
        proof.accepted = len(rulebook.rules)

        def run(part: Rulebook) -> None:
            proof.outcomes = trial.run(part)

        def show(part: Rulebook) -> None:
            trial.write(part)
            trial.show(part)

        for work in (run, show) if shown else (run,):
            rulebook = _sound(rulebook, work, proof)
    return proof


def _accepted(trial: Trial, rulebook: Rulebook, proof: Proof) -> Rulebook:
    """What is left when every refused line is out. Something else than a refusal is left for later."""
    while True:
        try:
            trial.checker(rulebook)
            return rulebook
        except validator.DiagnosticError as error:
            lines, gone = rulebook.lines(), []
            for d in error.diagnostics:
                entry = lines[d.line - 1][1] if d.file.endswith("drawn.yaml") else _bearing(trial, rulebook, d)
                assert entry is not None, d
                if entry not in gone:
                    gone.append(entry)
                    (proof.refused if d.file.endswith("drawn.yaml") else proof.bound)[d.code] += 1
            rulebook = rulebook.without(gone)
        except Exception:
            return rulebook


def _bearing(trial: Trial, rulebook: Rulebook, refused: validator.Diagnostic) -> Entry:
    """The line that cannot be bound: refused alone as well."""
    likely = [e for e in rulebook.entries if json.dumps(refused.text, ensure_ascii=False) in e.line] if refused.text else []
    for entry in (*likely, *rulebook.entries):
        try:
            trial.checker(rulebook.only([entry]))
        except validator.DiagnosticError:
            return entry
    raise Broken(f"refused together, but no line alone: {refused}")


def _sound(rulebook: Rulebook, work: Callable[[Rulebook], None], proof: Proof) -> Rulebook:
    """What is left when no line breaks any more; of each way to break the first is told."""
    while broken := _halved(rulebook, [e for e in rulebook.entries if e.kind != "terms"], work):
        for entries, error in broken:
            if _place(error) not in {_place(f.error) for f in proof.failures}:
                proof.failures.append(Failure(error, rulebook.only(entries).files()))
        rulebook = rulebook.without(e for entries, _ in broken for e in entries)
    return rulebook


Blamed = list[tuple[Sequence[Entry], str]]


def _halved(rulebook: Rulebook, entries: Sequence[Entry], work: Callable[[Rulebook], None]) -> Blamed:
    """The lines that break alone, or the fewest found that break together."""
    part = rulebook.only(entries)
    error = _error(work, part)
    if error is None or not entries:
        return []
    half = len(entries) // 2
    deeper = [*_halved(rulebook, entries[:half], work), *_halved(rulebook, entries[half:], work)] if half else []
    return deeper or [(entries, error)]


def _error(work: Callable[[Rulebook], None], part: Rulebook) -> str | None:
    """What it ended with, and where."""
    try:
        work(part)
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "/site-packages/" not in f.filename]
        last = frames[-1]
        return f"{type(error).__name__}: {str(error)[:600]}\n  in {Path(last.filename).name}, {last.name}: {last.line}"
    return None


def _place(error: str) -> str:
    """The same for the same fault: the kind of exception and where it was raised."""
    kind, _, rest = error.partition(":")
    return f"{kind} in {rest.rpartition(chr(10) + '  in ')[2]}"


@contextmanager
def _cache(folder: Path) -> Iterator[None]:
    """Compiled rules are kept in the folder: so what is kept is read again too."""
    before = os.environ.get("GUIJU_CACHE")
    os.environ["GUIJU_CACHE"] = str(folder / "cache")
    try:
        yield
    finally:
        if before is None:
            del os.environ["GUIJU_CACHE"]
        else:
            os.environ["GUIJU_CACHE"] = before
