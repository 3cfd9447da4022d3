"""A raw table -> the table without the rows that are no records: totals, notes below the table, headers said again. Each is named.

A row counts as such only if it has no code, no time and no sequence of its own. A row of which that is not certain is refused: a total
that were read as a bid would be ranked, a bid that were taken for a total would be lost.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from dsl.schema import Entity
from validator.intake.cells.cell import BLANKS, is_unseen
from validator.intake.cells.header import Heading, name_key
from validator.intake.formats.raw_table import RawColumn, RawTable, note, refuse, words_of
from validator.intake.issue import Issue
from validator.vocabulary.vocabulary import Rows

_CODE = r"^[0-9A-Za-z][0-9A-Za-z._/-]*$"


class _Words:
    """The texts that mark a row as no record."""

    def __init__(self, rows: Rows) -> None:
        words = "|".join(re.escape(name_key(w)).replace(r"\#", "[0-9,]+") for w in rows.words) or "(?!)"
        begins = "|".join(re.escape(name_key(w)) for w in rows.begins) or "(?!)"
        ends = "|".join(re.escape(name_key(w)) for w in rows.ends) or "(?!)"
        self._pattern = re.compile(f"(?:{words}):?|(?:{begins}).*|.*(?:{ends}):?", re.S)
        self.codes = f"(?i)^(?:{'|'.join(w for w in rows.words if w.isascii()) or 'total'})$"

    def mark(self, text: str) -> bool:
        return is_unseen(text) or self._pattern.fullmatch(name_key(text)) is not None


def without_no_records(raw: RawTable, known: Sequence[Heading], entity: Entity, rows: Rows) -> RawTable:
    """Raises DiagnosticError for a row that may be a total and may be a record."""
    keys = [h for h in known if h.field.entity in (entity.name, entity.of) and h.field.name in entity.key and h.field.type.name == "text"]
    if not keys or raw.rows.is_empty():
        return raw
    words = _Words(rows)
    doubtful = _doubtful(raw.columns[keys[0].index], words)
    if doubtful is None:
        return raw
    fields = {h.index: h for h in known}
    gone: list[int] = []
    said: list[Issue] = []
    for at in doubtful.arg_true().to_list():
        cells = {i: t for i, c in enumerate(raw.columns) if (t := (c.texts[at] or "").strip(BLANKS))}
        if _is_no_record(cells, fields, entity, keys[0].index, words, raw, at):
            gone.append(at)
            said.append(_named(raw.rows[at], words_of(cells.values())))
    if not gone:
        return raw
    keep = pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(raw.rows)).scatter(gone, False)
    return replace(raw.keep(keep), issues=(*raw.issues, *said))


def _doubtful(key: RawColumn, words: _Words) -> pl.Series | None:
    """The rows whose code is blank or a word; None if there are none."""
    text = key.texts.str.strip_chars(BLANKS).fill_null("")
    odd = ~text.str.contains(_CODE) | text.str.contains(words.codes)
    header = name_key(key.header)
    odd |= text == key.header
    if not odd.any():
        return None
    marked = [t for t in text.filter(odd).unique().to_list() if not t or words.mark(t) or name_key(t) == header]
    return text.is_in(marked) if marked else None


def _is_no_record(
    cells: dict[int, str], fields: dict[int, Heading], entity: Entity, key: int, words: _Words, raw: RawTable, at: int
) -> bool:
    if len(cells) > 1 and all(name_key(text) == name_key(raw.columns[i].header) for i, text in cells.items()):
        return True
    marks = {i for i, text in cells.items() if words.mark(text)}
    own = [i for i in cells if i not in marks and i in fields and _is_own(fields[i], entity)]
    if marks and not own:
        return True
    if key in marks and not is_unseen(cells[key]):
        raise _in_doubt(raw, at, cells)
    others = [h for h in fields.values() if h.index != key and h.field.type.type.kind != "number"]
    if not marks and len(others) > 1 and not own and not any(h.index in cells for h in others):
        raise _in_doubt(raw, at, cells)
    return False


def _is_own(heading: Heading, entity: Entity) -> bool:
    """Whether a cell of this column belongs to a record and to no total: a text, a time, a flag, a part of the key, but no amount.

    A subtotal may repeat the code of the investor that it adds up.
    """
    field = heading.field
    if field.name in entity.key:
        return True
    return field.type.type.kind != "number" and not (field.entity not in (entity.name, entity.of) and field.type.name == "text")


def _named(row: int, words: str) -> Issue:
    zh, en = f"第{row}行不是记录,未读取:{words}", f"row {row} is no record and is not read: {words}"
    return note("no-record", zh, en, row, None, words, "note")


def _in_doubt(raw: RawTable, at: int, cells: dict[int, str]) -> Exception:
    said = f"row {raw.rows[at]} of `{raw.name}` may be a total or a record: {words_of(cells.values())}"
    return refuse("doubtful-row", said, "delete the row if it is a total; write its code (代码) if it is a record")
