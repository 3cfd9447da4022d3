"""offering.yaml (or the same fields as JSON or a mapping) -> the offering's fields as scalars, each with its place for later mistakes.

Everything wrong in it is a diagnostic: it is the officer's own page of terms, not an investor's data. Its form is the list of the
offering's fields in the vocabulary, so there is no model of it in Python to check it by; what a term must be beyond its type stands there
too.

A quantity or an amount in YAML names its unit. JSON and mappings hold base units, as programs write them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.nodes import Scalar
from dsl.quantities import MONEY, SHARES, Unit
from dsl.schema import Field
from validator.intake.cells.cell import Unreadable, is_bare, read_cell
from validator.vocabulary.limits import impossible, impossible_zh, iso, too_early
from validator.vocabulary.source import load
from validator.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True)
class Offering:
    """One offering's fields at their scales. `file` and `lines` say where each stands ("" and none for a mapping)."""

    values: Mapping[str, Scalar]
    file: str = ""
    lines: Mapping[str, int] | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """The texts of cells that could not be read, by field: only in a table of offerings."""

    def mistake(
        self, code: str, message: str, name: str | None = None, hint: str | None = None, zh: str = "", hint_zh: str = ""
    ) -> Diagnostic:
        """A diagnostic at a field, or at the file's first line; JSON has fields and no lines."""
        line = 0 if self.lines == {} else (self.lines or {}).get(name or "", 1)
        return Diagnostic(code, message, hint=hint, file=self.file or "offering", line=line, zh=zh, hint_zh=hint_zh)


def read_offering(given: str | Path | Mapping[str, object], vocabulary: Vocabulary, *, limited: bool = True) -> Offering:
    """Raises DiagnosticError with every field that cannot be read, and if `limited` with every term that cannot be."""
    if isinstance(given, Mapping):
        return _Reader(vocabulary, "", None, limited).read(given)
    if Path(given).suffix.lower() == ".json":
        from validator.intake.json_schema import read_json

        data = read_json(Path(given), "offering", vocabulary)
        assert isinstance(data, Mapping)
        return _Reader(vocabulary, str(given), {}, limited).read(data)
    source = load(Path(given))
    if not isinstance(source.data, Mapping):
        message = "an offering is a list of fields, e.g. `board: szse-chinext`"
        zh = "发行条款应为逐行的字段，如 `board: szse-chinext`"
        raise DiagnosticError([Diagnostic("wrong-form", message, file=source.file, line=1, zh=zh)])
    lines = {str(k): source.line_of((k,)) for k in source.data}
    return _Reader(vocabulary, source.file, lines, limited, units_named=True).read(source.data)


def impossible_terms(offering: Offering, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Every term that cannot be: one beyond its limits, and days out of order."""
    fields = vocabulary.schema.entities[vocabulary.schema.root].fields
    days = {name: value for name, value in offering.values.items() if fields[name].type.name == "date" and isinstance(value, int)}
    for name, limits in vocabulary.limits.items():
        found, value = fields[name], offering.values.get(name)
        if found.type.type.kind == "number" and isinstance(value, int):
            broken = impossible(found, limits, Fraction(value, found.type.scale))
            if broken is not None:
                zh, hint_zh = impossible_zh(found, limits, Fraction(value, found.type.scale))
                yield offering.mistake("impossible-term", f"`{name}` ({found.zh}) {broken[0]}", name, broken[1], zh, hint_zh)
        for earlier in too_early(name, days, vocabulary.limits):
            said = f"`{name}: {iso(days[name])}` ({found.zh}) is before `{earlier}: {iso(days[earlier])}` ({fields[earlier].zh})"
            zh = f"{found.zh}（{iso(days[name])}）早于{fields[earlier].zh}（{iso(days[earlier])}）"
            yield offering.mistake("impossible-term", said, name, "correct the one of the two that is wrong", zh, "请改正其中有误的一个")


def board_and_dates(offering: Offering) -> tuple[str, dict[str, int | None]]:
    """What selects the revision that governs an offering. Raises DiagnosticError where the board is not stated."""
    board = offering.values.get("board")
    if not isinstance(board, str):
        hint = "add e.g. `board: szse-chinext`"
        zh, hint_zh = "发行条款未写明板块（board）", "请补上，如 `board: szse-chinext`"
        raise DiagnosticError([offering.mistake("no-board", "the offering does not state its `board`", None, hint, zh, hint_zh)])
    return board, {k: v for k, v in offering.values.items() if isinstance(v, int) or v is None}


@dataclass(frozen=True)
class _Reader:
    """`units_named`: a quantity or an amount without a unit is a mistake."""

    vocabulary: Vocabulary
    file: str
    lines: Mapping[str, int] | None
    limited: bool
    units_named: bool = False

    def read(self, data: Mapping[str, object]) -> Offering:
        """Raises DiagnosticError with every mistake."""
        root = self.vocabulary.schema.entities[self.vocabulary.schema.root]
        fields = {n: f for f in root.fields.values() for n in (f.name, f.zh)}
        named = {fields[key].name: line for key, line in (self.lines or {}).items() if key in fields}
        offering = Offering(dict.fromkeys(root.fields), self.file, self.lines if self.lines is None else {**named, **self.lines})
        found: dict[str, Scalar] = {}
        stated: dict[str, str] = {}
        mistakes: list[Diagnostic] = []
        for key, value in data.items():
            field = fields.get(str(key))
            if field is None:
                near = _near(str(key), fields)
                hint, hint_zh = (None, "") if near is None else (f"did you mean {_called(near)}?", f"是否指{_called(near)}？")
                said, zh = f"unknown field `{key}`", f"没有字段 `{key}`"
                mistakes.append(offering.mistake("unknown-key", said, str(key), hint, zh, hint_zh))
            elif field.name in stated:
                said, zh = f"`{key}` and `{stated[field.name]}` are the same field", f"`{key}` 与 `{stated[field.name]}` 是同一字段"
                mistakes.append(offering.mistake("duplicate-key", said, str(key), None, zh))
            else:
                stated[field.name] = str(key)
                try:
                    found[field.name] = self.value(value, field)
                except _Refused as refused:
                    code, said, hint, zh, hint_zh = refused.args
                    written = f"`{key}: {_short(value)}`"
                    mistakes.append(offering.mistake(code, f"{written} {said}", str(key), hint, written + zh, hint_zh))
        offering = replace(offering, values={**offering.values, **found})
        mistakes += impossible_terms(offering, self.vocabulary) if self.limited else ()
        if mistakes:
            raise DiagnosticError(mistakes)
        return offering

    def value(self, value: object, field: Field) -> Scalar:
        units = self.vocabulary.schema.units
        try:
            read = read_cell(value, field, units)
        except Unreadable as reason:
            raise _Refused("unreadable-field", reason.en, _wanted(field), reason.zh, _wanted_zh(field)) from None
        if self.units_named and read and field.type.type.dim in _NAMED and is_bare(value):
            fitting = _with_units(_short(value), field, units)
            hint, hint_zh = f"write {' or '.join(fitting)}, whichever is meant", f"请按本意写成{'或'.join(fitting)}"
            raise _Refused("no-unit", f"({field.zh}) names no unit", hint, f"（{field.zh}）没有写明单位", hint_zh)
        return read


class _Refused(Exception):
    """Why a value is refused: code, what follows its name, and the way out; the two in Chinese."""


_NAMED = (SHARES, MONEY)
"""What has units that differ by powers of ten in daily use. A price has one."""


def _with_units(text: str, field: Field, units: Mapping[str, Unit]) -> list[str]:
    fitting = [u.name for u in units.values() if u.kind == "number" and u.dim == field.type.type.dim][:2]
    return [f"`{text}{name}`" for name in fitting]


_EXAMPLES = {
    "shares": "`100万股`",
    "price": "`46.08元`",
    "money": "`6000万元`",
    "ratio": "`3%`",
    "date": "`2026-03-30`",
    "flag": "`true` or `false`",
    "count": "`3`",
    "number": "`11154.73`",
}


def _wanted(field: Field) -> str:
    if field.type.type.words:
        return f"it is one of {', '.join(f'`{w}`' for w in field.type.type.words)}"
    return f"write it like {_EXAMPLES.get(field.type.name, '`text`')}"


def _wanted_zh(field: Field) -> str:
    if field.type.type.words:
        return f"请填以下之一：{'、'.join(field.type.type.words)}"
    if field.type.name == "flag":
        return "请填是或否"
    return f"请写成如{_EXAMPLES.get(field.type.name, '一段文字')}"


def _near(key: str, fields: Mapping[str, Field]) -> Field | None:
    close = get_close_matches(key, fields, 1, 0.6)
    return fields[close[0]] if close else None


def _called(field: Field) -> str:
    return f"`{field.name}` ({field.zh})"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
