"""`guiju rulebook`, `explain`, `test`, `lint`, `fmt`, `schema`: the commands on rulebooks, which read no book."""

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.bilingual import Both
from validator.cli import door, inputs, progress
from validator.cli.reports import Out, write_page
from validator.render import terminal as screen
from validator.render.pages.blocks import Block
from validator.render.pages.rules import rulebook as pages
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, bilingual, both
from validator.rulebook.formatter import fmt
from validator.rulebook.library import library, lint
from validator.rulebook.model import Rulebook
from validator.vocabulary.layers import layers, rules_folder

if TYPE_CHECKING:
    from validator.intake.json_schema import Form


def listed(folder: Path | None, format: str, lang: Lang) -> int:
    """`guiju rulebook list`: every revision of every rulebook."""
    books = _Books(folder or rules_folder())
    with progress.shown(bilingual("loading-rules")) as told:
        known = books.every(told)
    return _put_json(pages.list_data(known)) if format == "json" else _put(pages.list_page(known, lang))


def shown(name: str, folder: Path | None, format: str, lang: Lang) -> int:
    """`guiju rulebook show`: one revision."""
    book = _Books(folder or rules_folder()).named(name)
    return _put_json(pages.book_data(book)) if format == "json" else _put(pages.book_page(book, lang))


def explained(rule: str, folder: Path | None, lang: Lang) -> int:
    """`guiju explain`: one rule, as in the newest revision of each rulebook that has it."""
    books = _Books(folder or rules_folder())
    with progress.shown(bilingual("loading-rules")):
        newest = tuple(books.get(name) for name in books.newest_with(rule))
    if not newest:
        near = get_close_matches(rule, sorted({r for name in books.names for r in books.rules_of(name)}), 1, 0.5)
        way = _meant(near) or both("lists-rules")
        door.refuse("unknown-rule", both("unknown-rule", rule=rule), way)
    return _put(pages.rule_page(rule, newest, lang))


def resolved(file: Path, folder: Path | None, format: str, lang: Lang) -> int:
    """`guiju rulebook resolve`: which revision governs an offering."""
    from validator.intake.offering import board_and_dates, read_offering
    from validator.render.pages.rules.resolution import resolution_data, resolution_page
    from validator.rulebook.library import resolve

    books = library(folder or rules_folder())
    offering = read_offering(file, books.vocabulary, limited=False)  # its day alone decides which revision governs
    found = resolve(books, *board_and_dates(offering))
    code = str(offering.values.get("offering") or file)
    return _put_json(resolution_data(code, found)) if format == "json" else _put(resolution_page(code, found, lang))


def compared(old: str, new: str, folder: Path | None, out: Out) -> int:
    """`guiju rulebook diff`: what changed between two revisions."""
    from validator.render.pages.rules.diff import diff_data, diff_page
    from validator.rulebook.diff import diff

    door.writable(out.target, inputs.of_rules(folder))
    books = _Books(folder or rules_folder())
    with progress.shown(bilingual("loading-rules")):
        found = diff(books.named(old), books.named(new))
    write_page(diff_page(found, out.lang), diff_data(found), out)
    return 0


def tested(folder: Path | None, only: Sequence[str], format: str, output: Path | None) -> int:
    """`guiju test`: runs the cases. Returns 1 if one fails."""
    from validator.cases.run import CaseReport, run
    from validator.rulebook.library import ANNOUNCEMENTS

    door.writable(output, inputs.of_rules(folder))
    rules = folder or rules_folder()
    with progress.shown(bilingual("cases")) as told:
        result = run(rules, only, told)
        if (rules / ANNOUNCEMENTS).is_dir() and not only:
            from validator.announcement.cases import run_cases

            more = run_cases(rules)
            result = CaseReport(result.passed + more.passed, (*result.failures, *more.failures), (*result.results, *more.results))
    if format == "junit":
        from validator.render.build_servers import junit

        door.put(junit(result).encode(), output)
    else:
        for failure in result.failures:
            door.tell(failure)
        door.put(f"{bilingual('cases')}: {result.passed} passed, {len(result.failures)} failed\n".encode(), output)
    return 1 if result.failures else 0


def linted(folder: Path | None, format: str, output: Path | None) -> int:
    """`guiju lint`: lists the mistakes. Returns 2 if there are any."""
    door.writable(output, inputs.of_rules(folder))
    rules = folder or rules_folder()
    with progress.shown(bilingual("loading-rules")):
        found = tuple(dict.fromkeys((*lint(rules), *_announcement_mistakes(rules))))
    if format == "sarif":
        from validator.render.build_servers import sarif

        _put_json(sarif(found, rules), output)
    else:
        for diagnostic in found:
            door.tell("\n".join(map(visible, str(diagnostic).split("\n"))))
        door.put(f"{bilingual('mistakes')}: {len(found)}\n".encode(), output)
    return door.WRONG if found else 0


def schema(form: "Form", folder: Path | None, output: Path | None) -> int:
    """`guiju schema`: the JSON Schema of a form."""
    from validator.intake.json_schema import schema as of_form
    from validator.vocabulary.vocabulary_file import load_vocabulary

    door.writable(output, inputs.of_rules(folder))
    return _put_json(of_form(form, load_vocabulary(folder or rules_folder())), output)


def formatted(folder: Path | None, lang: Lang | None) -> int:
    """`guiju fmt`: rewrites the files that are not in canonical form."""
    changed = {p: text for p, text in fmt(folder or rules_folder(), lang).items() if p.read_text(encoding="utf-8") != text}
    for path, text in sorted(changed.items()):
        door.put(text.encode(), path.resolve())  # a link stays one
        door.tell(f"written: {path}")
    door.put(f"{bilingual('files-changed')}: {len(changed)}\n".encode(), None)
    return 0


class _Books:
    """Every revision of a folder by name, also those for announcements. Each is compiled, or read from the cache, when it is needed."""

    def __init__(self, rules: Path) -> None:
        from validator.rulebook.cache import shelf

        self._library = library(rules)
        self._shelf = shelf(rules)
        self._announcements = {b.name: b for b in _of_announcements(rules)}
        self._since = {f.name: f.form.applies.from_ for f in self._library.standing()}
        self._since |= {name: b.since for name, b in self._announcements.items()}
        self.names = tuple(self._since)

    def get(self, name: str) -> Rulebook:
        return self._announcements[name] if name in self._announcements else self._shelf.get(name)

    def every(self, told: progress.Told) -> tuple[Rulebook, ...]:
        found = []
        for done, name in enumerate(self.names):
            told(done, len(self.names))
            found.append(self.get(name))
        return tuple(found)

    def named(self, name: str) -> Rulebook:
        """The revision of that name, or the last one of that rulebook."""
        found = name if name in self.names else next((n for n in reversed(self.names) if n.partition("@")[0] == name), None)
        if found is None:
            near = get_close_matches(name, self.names, 1, 0.5)
            way = _meant(near) or both("lists-rulebooks")
            door.refuse("unknown-rulebook", both("unknown-rulebook", name=name), way)
        return self.get(found)

    def rules_of(self, name: str) -> Iterable[str]:
        """The ids of the rules of a revision, without compiling it."""
        return self._announcements[name].rules if name in self._announcements else self._library.flat(name).rules

    def newest_with(self, rule: str) -> list[str]:
        """For each rulebook the last revision that has a rule, the oldest first."""
        having = sorted((n for n in self.names if rule in self.rules_of(n)), key=self._since.__getitem__)
        return list({n.partition("@")[0]: n for n in having}.values())


def _of_announcements(rules: Path) -> tuple[Rulebook, ...]:
    from validator.rulebook.library import ANNOUNCEMENTS

    if not any((layer / ANNOUNCEMENTS).is_dir() for layer in layers(rules)):
        return ()
    from validator.announcement.rulebooks import library as announcements

    return tuple(announcements(rules).all())


def _announcement_mistakes(rules: Path) -> tuple[Diagnostic, ...]:
    try:
        _of_announcements(rules)
    except DiagnosticError as error:
        return error.diagnostics
    return ()


def _meant(near: Sequence[str]) -> Both | None:
    return both("did-you-mean", name=near[0]) if near else None


def _put(page: Sequence[Block]) -> int:
    door.put(screen.page(page).encode(), None)
    return 0


def _put_json(data: object, output: Path | None = None) -> int:
    door.put((json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(), output)
    return 0
