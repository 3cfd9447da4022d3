"""`guiju rulebook`, `explain`, `test`, `lint`, `fmt`: what concerns rulebooks and no book."""

import json
from collections.abc import Sequence
from pathlib import Path

from validator.cli import door, screen
from validator.render import rulebook as pages
from validator.render.blocks import Block
from validator.render.words import Lang
from validator.rulebook.fmt import fmt
from validator.rulebook.library import library, lint
from validator.rulebook.model import Rulebook
from validator.vocabulary import rules_folder


def listed(folder: Path | None, format: str, lang: Lang) -> int:
    """Every revision of every rulebook."""
    known = _all(folder)
    return _put_json(pages.list_data(known)) if format == "json" else _put(pages.list_page(known, lang))


def shown(name: str, folder: Path | None, format: str, lang: Lang) -> int:
    """One revision."""
    book = library(folder or rules_folder()).get(name)
    return _put_json(pages.book_data(book)) if format == "json" else _put(pages.book_page(book, lang))


def explained(rule: str, folder: Path | None, lang: Lang) -> int:
    """One rule, as the newest revision of each rulebook that has it states it."""
    newest = {b.id: b for b in sorted(_all(folder), key=lambda b: b.since) if rule in b.rules}
    if not newest:
        door.refuse("unknown-rule", f"no rulebook has a rule `{rule}`", _close(rule, _all(folder)))
    return _put(pages.rule_page(rule, tuple(newest.values()), lang))


def tested(folder: Path | None) -> int:
    """The cases; 1 where one fails."""
    from validator.cases import run

    result = run(folder or rules_folder())
    for failure in result.failures:
        door.tell(failure)
    door.put(f"样例 cases: {result.passed} passed, {len(result.failures)} failed\n".encode(), None)
    return 1 if result.failures else 0


def linted(folder: Path | None) -> int:
    """The mistakes; 2 where there is one."""
    found = lint(folder or rules_folder())
    for diagnostic in found:
        door.tell(str(diagnostic))
    door.put(f"错误 mistakes: {len(found)}\n".encode(), None)
    return door.WRONG if found else 0


def formatted(folder: Path | None, lang: Lang | None) -> int:
    """Rewrites the files that are not in form."""
    changed = {p: text for p, text in fmt(folder or rules_folder(), lang).items() if p.read_text(encoding="utf-8") != text}
    for path, text in sorted(changed.items()):
        door.put(text.encode(), path)
        door.tell(f"written: {path}")
    door.put(f"改写 files changed: {len(changed)}\n".encode(), None)
    return 0


def _all(folder: Path | None) -> tuple[Rulebook, ...]:
    return tuple(library(folder or rules_folder()).all())


def _put(page: Sequence[Block]) -> int:
    door.put(screen.page(page).encode(), None)
    return 0


def _put_json(data: object) -> int:
    door.put((json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(), None)
    return 0


def _close(rule: str, known: Sequence[Rulebook]) -> str:
    from difflib import get_close_matches

    ids = sorted({r for b in known for r in b.rules})
    near = get_close_matches(rule, ids, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else "`guiju rulebook show ID` lists the rules"
