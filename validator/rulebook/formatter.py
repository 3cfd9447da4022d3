"""Rulebook files -> the same files with every expression in canonical form, with Chinese or English names. Comments and layout stay."""

from pathlib import Path

from dsl.checker.check import check, names, references
from dsl.diagnostics import DiagnosticError
from dsl.parser import parse, parse_order
from dsl.schema import Schema
from dsl.to_text import Language
from validator.rulebook.amendments import Path as Place
from validator.rulebook.compile.revision import canonical, expressions
from validator.rulebook.compile.scope import Written
from validator.rulebook.library import library

WIDTH = 120


def fmt(folder: Path, lang: Language | None) -> dict[Path, str]:
    """The new text of each changed file of the folder itself. Without `lang` each expression keeps its language. Raises DiagnosticError."""
    books = library(folder)
    found: dict[Path, dict[Place, tuple[Written, Schema]]] = {}
    for file in books.own():
        every, schema = expressions(books.flat(file.name), books.vocabulary)
        for written in every:
            if books.holds(written.source):
                found.setdefault(Path(written.source.file), {})[written.path] = written, schema
    changed: dict[Path, str] = {}
    for path, by_place in sorted(found.items()):
        old = path.read_text(encoding="utf-8-sig")
        new = _rewritten(old, list(by_place.values()), lang)
        if new != old:
            changed[path] = new
    return changed


def _rewritten(text: str, found: list[tuple[Written, Schema]], lang: Language | None) -> str:
    for written, schema in sorted(found, key=lambda w: w[0].source.span_of(w[0].path), reverse=True):
        start, end = written.source.span_of(written.path)
        if start == end:
            continue
        new = canonical(written, schema, lang or _language(written))
        # Two names may differ in one language only. Then the translated expression means something else, and stays as it is.
        if new.split() != written.piece.text.split() and _means_the_same(new, written, schema):
            text = text[:start] + _scalar(new, text, start, end) + text[end:]
    return text


def _means_the_same(text: str, written: Written, schema: Schema) -> bool:
    """Whether the new text is checked to the same tree as the old one."""
    checked = written.checked
    try:
        expr = parse(text, units=schema.units) if written.piece.descending is None else parse_order(text, units=schema.units)[0]
        return check(expr, schema, checked.entity, expect=checked.type).expr == checked.expr
    except DiagnosticError:
        return False


def _language(written: Written) -> Language:
    """The language that most of an expression's names are written in."""
    fields = [r.field for r in references(written.checked.expr)]
    used = set(names(written.piece.expr))
    chinese = sum(f.zh in used for f in fields)
    return "zh" if chinese * 2 > len(fields) else "en"


def _scalar(new: str, text: str, start: int, end: int) -> str:
    """The expression as a YAML scalar: plain if that is safe, folded if it was folded, else in quotes."""
    old = text[start:end]
    if old.startswith((">", "|")):
        line = text.rfind("\n", 0, start) + 1
        indent = len(text[line:start]) - len(text[line:start].lstrip(" -")) + 2
        return ">-\n" + "\n".join(" " * indent + part for part in _wrapped(new, WIDTH - indent)) + "\n"
    before = text[text.rfind("\n", 0, start) + 1 : start]
    marks = [": ", " #"] + (list("{}[],") if "{" in before or "[" in before else [])
    safe = not any(mark in new for mark in marks) and new[0] not in "!&*-?|>%@`#\"'[{"
    return new if safe else _quoted(new)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
