"""announcement.yaml -> an `Announcement`: every figure as printed, or all diagnostics with their lines.

The officer writes this file, so a mistake in it is a diagnostic. If the announcement prints one quantity twice with contradicting values,
that is a mistake of the announcement, and becomes an issue of the report. The keys of the file are names of the vocabulary, so its form is
checked here and not by a pydantic model.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.schema import Entity, Field
from validator.announcement.intervals import known
from validator.announcement.printed import Cell, read_print, read_prints
from validator.bilingual import Both
from validator.intake.cells.cell import Unreadable
from validator.intake.issue import Issue
from validator.vocabulary.source import Place, Plain, Source, load
from validator.vocabulary.vocabulary import Vocabulary

HEAD = ("announcement", "code", "published")
_PARTS = {
    "rulebook": "rulebook",
    "规则集": "rulebook",
    "figures": "figures",
    "公告数据": "figures",
    "others": "others",
    "其他数据": "others",
}


def names_rulebook(data: Plain) -> bool:
    """Whether the data are an announcement. An announcement names its rulebook, an offering does not."""
    return isinstance(data, dict) and any(_PARTS.get(key) == "rulebook" for key in data)


@dataclass(frozen=True)
class Record:
    """One record of an announcement: its id, and a cell for every printed field."""

    id: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Announcement:
    """The content of one announcement. `records` has a list for every entity; the announcement itself is the only record of its entity."""

    rulebook: str
    records: Mapping[str, tuple[Record, ...]]
    others: tuple[str, ...]
    """Figures without a name in the vocabulary. No rule reads them."""
    issues: tuple[Issue, ...]
    digest: str

    def root(self, name: str) -> Cell | None:
        """A cell of the announcement itself. None if it is missing."""
        return self.records["announcement"][0].cells.get(name)


def read_announcement(path: Path, vocabulary: Vocabulary) -> Announcement:
    """Raises DiagnosticError with every mistake and its line."""
    return of_source(load(path), vocabulary)


def of_source(source: Source, vocabulary: Vocabulary) -> Announcement:
    """Raises DiagnosticError with every mistake and its line."""
    return _Reader(source, vocabulary).announcement()


class _Written(NamedTuple):
    """A value, and its path in the file."""

    value: Plain
    place: Place


_Row = Mapping[str, _Written]


@dataclass
class _Reader:
    source: Source
    vocabulary: Vocabulary
    mistakes: list[Diagnostic] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def announcement(self) -> Announcement:
        schema = self.vocabulary.schema
        root = schema.entities[schema.root]
        top = self._named(self._mapping(_Written(self.source.data, ())), (), self._top_names(root))
        figures = top.get("figures", _Written({}, ()))
        row = {k: w for k, w in top.items() if k in HEAD}
        row |= self._named(self._mapping(figures), figures.place, _names(root, without=HEAD))
        records: dict[str, tuple[Record, ...]] = {root.name: (self._record(row, root),)}
        for entity in (e for e in schema.entities.values() if e is not root):
            records[entity.name] = tuple(self._records(top[entity.name], entity)) if entity.name in top else ()
        others = self._mapping(top.get("others", _Written({}, ())))
        for key in ("rulebook", *HEAD):
            if key not in top or top[key].value is None:
                self._say("missing-key", f"`{key}` is missing", (), f"write `{key}:` at the top")
        if self.mistakes:
            raise DiagnosticError(self.mistakes)
        return Announcement(str(top["rulebook"].value), records, tuple(others), tuple(self.issues), _digest(self.source.data))

    def _top_names(self, root: Entity) -> dict[str, str]:
        head = {n: f.name for f in root.fields.values() if f.name in HEAD for n in (f.name, f.zh)}
        return {**_PARTS, **{n: e for n, e in self.vocabulary.tables.items() if e != root.name}, **head}

    # ── records ──

    def _records(self, table: _Written, entity: Entity) -> Iterator[Record]:
        if not isinstance(table.value, list):
            if table.value is not None:
                self._say("wrong-form", f"`{table.place[-1]}` is not a list of records", table.place, "begin each record with `- `")
            return
        seen: dict[str, int] = {}
        for i, raw in enumerate(table.value):
            place = (*table.place, i)
            row = self._named(self._mapping(_Written(raw, place)), place, _names(entity))
            for one in self._columns(row, entity):
                made = self._record(one, entity)
                if made.id in seen:
                    said = f"`{made.id}` occurs twice in `{table.place[-1]}`, first in line {seen[made.id]}"
                    self._say("duplicate-record", said, place, "give each record a key of its own")
                seen.setdefault(made.id, self.source.line_of(place))
                yield made

    def _columns(self, row: _Row, entity: Entity) -> Iterator[_Row]:
        """A row whose key is a list is split into one record per key. It describes a table with years as columns."""
        columns = next((row[k].value for k in entity.key if k in row and isinstance(row[k].value, list)), None)
        if not isinstance(columns, list):
            yield row
            return
        for name, w in row.items():
            if isinstance(w.value, list) and len(w.value) != len(columns):
                said = f"`{name}` has {len(w.value)} figures for {len(columns)} columns"
                self._say("wrong-form", said, w.place, "write null where nothing is printed")
                return
        for i in range(len(columns)):
            yield {name: _Written(w.value[i], (*w.place, i)) if isinstance(w.value, list) else w for name, w in row.items()}

    def _record(self, row: _Row, entity: Entity) -> Record:
        cells: dict[str, Cell] = {}
        for f in entity.fields.values():
            cell = self._cell(row[f.name], f, entity) if f.name in row else None
            if cell is None and f.default is not None:
                cell = Cell("否", known(f.default))
            if cell is not None:
                cells[f.name] = cell
        return Record("/".join(cells[k].text for k in entity.key if k in cells), cells)

    def _cell(self, written: _Written, f: Field, entity: Entity) -> Cell | None:
        value, place = written
        units = self.vocabulary.schema.units
        try:
            if not isinstance(value, list):
                return read_print(value, f, units)
            best, apart = read_prints(value, f, units)
        except Unreadable as reason:
            said = f"`{place[-1] if isinstance(place[-1], str) else f.name}: {_short(value)}` {reason.en}"
            self._say("unreadable-figure", said, place, "write it as it is printed, e.g. `46.08元`, `3,518.19倍`, `95.28%`")
            return None
        for other in apart:
            shown = "" if best is None else best.text
            both = Both(f"{f.zh}印作{shown},又印作{other.text}", f"{f.name} is printed as {shown} and as {other.text}")
            self.issues.append(Issue("two-prints", entity.name, self.source.line_of(place), f.name, other.text, both))
        return best

    # ── form ──

    def _mapping(self, written: _Written) -> Mapping[str, Plain]:
        if isinstance(written.value, dict):
            return written.value
        if written.value is not None:
            shown = f"`{written.place[-1]}`" if written.place else "the file"
            self._say("wrong-form", f"{shown} is not a mapping of names", written.place, "write `name: figure`")
        return {}

    def _named(self, data: Mapping[str, Plain], place: Place, names: Mapping[str, str]) -> dict[str, _Written]:
        """The values of a mapping under canonical names."""
        found: dict[str, _Written] = {}
        for key, value in data.items():
            name = names.get(key)
            if name is None:
                close = get_close_matches(key, names, 1, 0.6)
                hint = f"did you mean `{close[0]}`?" if close else "a figure that the vocabulary has no name for stands below `others:`"
                self._say("unknown-key", f"unknown name `{key}`", (*place, key), hint)
            elif name in found:
                self._say("duplicate-key", f"`{key}` and `{found[name].place[-1]}` are the same", (*place, key))
            else:
                found[name] = _Written(value, (*place, key))
        return found

    def _say(self, code: str, message: str, place: Place, hint: str | None = None) -> None:
        self.mistakes.append(Diagnostic(code, message, hint=hint, file=self.source.file, line=self.source.line_of(place)))


def _names(entity: Entity, without: tuple[str, ...] = ()) -> dict[str, str]:
    return {n: f.name for f in entity.fields.values() if f.name not in without for n in (f.name, f.zh)}


def _digest(data: Plain) -> str:
    return "sha256:" + sha256(json.dumps(data, ensure_ascii=False, default=str, separators=(",", ":")).encode()).hexdigest()


def _short(value: Plain) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
