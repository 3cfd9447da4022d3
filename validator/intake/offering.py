"""offering.yaml (or the same fields as JSON or a mapping) -> the offering's fields as scalars, each with its place for later mistakes.

Everything wrong in it is a diagnostic: it is the officer's own page of terms, not an investor's data. Its form is the list of the
offering's fields in the vocabulary, so there is no model of it in Python to check it by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.nodes import Scalar
from dsl.schema import Field
from validator.intake.cells.cell import Unreadable, read_cell
from validator.vocabulary.source import load
from validator.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True)
class Offering:
    """One offering's fields at their scales. `file` and `lines` say where each stands ("" and none for a mapping)."""

    values: Mapping[str, Scalar]
    file: str = ""
    lines: Mapping[str, int] | None = None

    def mistake(self, code: str, message: str, name: str | None = None, hint: str | None = None) -> Diagnostic:
        """A diagnostic at a field, or at the file's first line; JSON has fields and no lines."""
        line = 0 if self.lines == {} else (self.lines or {}).get(name or "", 1)
        return Diagnostic(code, message, hint=hint, file=self.file or "offering", line=line)


def read_offering(given: str | Path | Mapping[str, object], vocabulary: Vocabulary) -> Offering:
    """Raises DiagnosticError with every field that cannot be read."""
    if isinstance(given, Mapping):
        return _read(given, vocabulary, "", None)
    if Path(given).suffix.lower() == ".json":
        from validator.intake.json_schema import read_json

        data = read_json(Path(given), "offering", vocabulary)
        assert isinstance(data, Mapping)
        return _read(data, vocabulary, str(given), {})
    source = load(Path(given))
    if not isinstance(source.data, Mapping):
        message = "an offering is a list of fields, e.g. `board: szse-chinext`"
        raise DiagnosticError([Diagnostic("wrong-form", message, file=source.file, line=1)])
    lines = {str(k): source.line_of((k,)) for k in source.data}
    return _read(source.data, vocabulary, source.file, lines)


def board_and_dates(offering: Offering) -> tuple[str, dict[str, int | None]]:
    """What selects the revision that governs an offering. Raises DiagnosticError where the board is not stated."""
    board = offering.values.get("board")
    if not isinstance(board, str):
        hint = "add e.g. `board: szse-chinext`"
        raise DiagnosticError([offering.mistake("no-board", "the offering does not state its `board`", hint=hint)])
    return board, {k: v for k, v in offering.values.items() if isinstance(v, int) or v is None}


def _read(data: Mapping[str, object], vocabulary: Vocabulary, file: str, lines: Mapping[str, int] | None) -> Offering:
    root = vocabulary.schema.entities[vocabulary.schema.root]
    fields = {n: f for f in root.fields.values() for n in (f.name, f.zh)}
    found: dict[str, Scalar] = dict.fromkeys(root.fields)
    offering = Offering(found, file, lines)
    stated: dict[str, str] = {}
    mistakes: list[Diagnostic] = []
    for key, value in data.items():
        field = fields.get(str(key))
        if field is None:
            mistakes.append(offering.mistake("unknown-key", f"unknown field `{key}`", str(key), _near(str(key), fields)))
        elif field.name in stated:
            mistakes.append(offering.mistake("duplicate-key", f"`{key}` and `{stated[field.name]}` are the same field", str(key)))
        else:
            stated[field.name] = str(key)
            try:
                found[field.name] = read_cell(value, field, vocabulary.schema.units)
            except Unreadable as reason:
                mistakes.append(offering.mistake("unreadable-field", f"`{key}: {_short(value)}` {reason.en}", str(key), _wanted(field)))
    if mistakes:
        raise DiagnosticError(mistakes)
    return offering


def _wanted(field: Field) -> str:
    examples = {
        "shares": "`100万股`",
        "price": "`46.08元`",
        "money": "`6000万元`",
        "ratio": "`3%`",
        "date": "`2026-03-30`",
        "flag": "`true` or `false`",
        "count": "`3`",
        "number": "`11154.73`",
    }
    if field.type.type.words:
        return f"it is one of {', '.join(f'`{w}`' for w in field.type.type.words)}"
    return f"write it like {examples.get(field.type.name, '`text`')}"


def _near(key: str, fields: Mapping[str, Field]) -> str | None:
    close = get_close_matches(key, fields, 1, 0.6)
    return f"did you mean `{fields[close[0]].name}` ({fields[close[0]].zh})?" if close else None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
