"""A raw table and its entity -> typed columns of the entity and its parents, with an issue for each cell that could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from dsl.schema import Entity
from validator.bilingual import Both
from validator.intake.book.misfits import fitted
from validator.intake.book.no_records import without_no_records
from validator.intake.cells.cell import BLANKS, MARKS, Unreadable, shown
from validator.intake.cells.column import Bad, read_column
from validator.intake.cells.header import Heading, read_headers
from validator.intake.formats.raw_table import RawColumn, RawTable
from validator.intake.issue import Issue
from validator.vocabulary.vocabulary import Vocabulary

BROKEN = {"#": ("是公式的错误值", "is the error value of a formula"), "=": ("是没有结果的公式", "is a formula without a stored result")}
TOO_LONG = ("是超过15位的数字,电子表格不能完整保存", "is a number of more than 15 digits, which a spreadsheet cannot store exactly")

DOUBLE_DIGITS = 15
SHOWN = 10

# The length of codes that may begin with 0. A shorter number has lost its leading zeros.
CODE_LENGTHS = {
    "payment_offering": 6,
    "offering": 6,
    "securities_account": 10,
    "registered_securities_account": 10,
    "account": 10,
}


@dataclass(frozen=True, slots=True)
class Cells:
    """A typed column: its header and texts as given, its values, and the places of the cells that could not be read."""

    header: str
    texts: pl.Series
    values: pl.Series
    bad: frozenset[int]


@dataclass(frozen=True, slots=True)
class TypedTable:
    """The records of one table of `entity`. Columns by (entity, field): the entity's own and its parents'."""

    entity: Entity
    rows: pl.Series
    columns: Mapping[tuple[str, str], Cells]

    @property
    def name(self) -> str:
        """The name of the table in issues."""
        return self.entity.collection


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed table, the issues of reading it, and (table, header) of its unknown columns."""

    table: TypedTable
    issues: tuple[Issue, ...]
    unknown: tuple[tuple[str, str], ...]


def type_table(raw: RawTable, entity: str, vocabulary: Vocabulary) -> Typed:
    """Read every column whose header names a field. The headers of the other columns are returned as unknown."""
    found = vocabulary.schema.entities[entity]
    headings = read_headers([c.header for c in raw.columns], entity, vocabulary, raw.header_row)
    raw = fitted(without_no_records(raw, headings.known, found, vocabulary.rows), headings.known, found, vocabulary.schema)
    issues = [replace(issue, table=found.collection) for issue in raw.issues]
    issues += headings.issues
    columns: dict[tuple[str, str], Cells] = {}
    for heading in headings.known:
        cells, said = _cells(raw, heading, found, vocabulary)
        columns[heading.field.entity, heading.field.name] = cells
        issues += said
    unknown = tuple((found.collection, header) for header in headings.unknown)
    return Typed(TypedTable(found, raw.rows, columns), tuple(issues), unknown)


def _cells(raw: RawTable, heading: Heading, entity: Entity, vocabulary: Vocabulary) -> tuple[Cells, list[Issue]]:
    field = heading.field
    given = raw.columns[heading.index]
    said: list[Issue] = []
    if raw.spreadsheet and given.numeric is not None and field.type.type.kind == "number":
        given, said = _without_noise(given, given.numeric, raw, heading, entity)
    aliases = vocabulary.aliases.get((field.entity, field.name), {})
    texts = given.texts if given.broken is None else given.texts.set(given.broken, None)
    column = read_column(texts, field, vocabulary.schema.units, heading.unit, aliases)
    bad = [*column.bad, *_broken(given)]
    misfits = set() if raw.misfits is None else set(raw.misfits.arg_true().to_list())
    issues = [*said, *(_unreadable(entity, raw, heading, b) for b in bad if b.index not in misfits)]
    if field.type.type.kind == "flag":
        issues += _other_spelling(entity, raw, heading, given)
    if field.type.name == "text" and given.numeric is not None:
        issues += _lost_zeros(entity, raw, heading, given, given.numeric)
    return Cells(heading.header, given.texts, column.values, frozenset(b.index for b in bad)), issues


def _without_noise(given: RawColumn, numeric: pl.Series, raw: RawTable, heading: Heading, entity: Entity) -> tuple[RawColumn, list[Issue]]:
    """The column with the doubles of 16 and 17 digits, which only arithmetic leaves in a spreadsheet, at their 15 significant digits."""
    digits = given.texts.str.replace_all(r"^-?0*\.?0*|[.]", "").str.len_bytes()
    places = (numeric & (digits > DOUBLE_DIGITS).fill_null(False)).arg_true().to_list()
    if given.broken is not None:
        places = [at for at in places if not given.broken[at]]
    if not places:
        return given, []
    texts = given.texts.gather(places).to_list()
    rounded = [format(Decimal(f"{float(text):.{DOUBLE_DIGITS}g}"), "f") for text in texts]
    zh = f"{len(places)}个数带有公式的浮点误差,按15位有效数字读取(首个{texts[0]}读作{rounded[0]})"
    en = f"{len(places)} numbers carry the noise of a formula and are read by their 15 significant digits ({texts[0]} as {rounded[0]})"
    said = _noted("rounded-number", entity, raw, heading, places, texts[0], Both(zh, en))
    return replace(given, texts=given.texts.scatter(places, pl.Series(rounded, dtype=pl.String))), [said]


def _other_spelling(entity: Entity, raw: RawTable, heading: Heading, given: RawColumn) -> list[Issue]:
    """A note for a column with flags such as `√`."""
    texts = given.texts.str.strip_chars(BLANKS).str.to_lowercase()
    places = texts.is_in(list(MARKS)).fill_null(False).arg_true().to_list()
    if not places:
        return []
    words = sorted(set(given.texts.gather(places).str.strip_chars(BLANKS).to_list()))
    read = [(w, "是" if MARKS[w.lower()] else "否") for w in words]
    zh = "、".join(f"“{w}”读作{flag}" for w, flag in read)
    en = ", ".join(f"`{w}` is read as {flag}" for w, flag in read)
    return [_noted("other-spelling", entity, raw, heading, places, words[0], Both(zh, en))]


def _noted(code: str, entity: Entity, raw: RawTable, heading: Heading, places: list[int], text: str, message: Both) -> Issue:
    rows = tuple(raw.rows.gather(places[:SHOWN]).to_list())
    return Issue(code, entity.collection, rows[0], heading.header, text, message, "note", rows, len(places))


def _broken(given: RawColumn) -> list[Bad]:
    if given.broken is None:
        return []
    places = given.broken.arg_true().to_list()
    texts = [given.texts[at] or "" for at in places]
    return [Bad(at, text, Unreadable(*BROKEN.get(text[:1], TOO_LONG))) for at, text in zip(places, texts, strict=True)]


def _lost_zeros(entity: Entity, raw: RawTable, heading: Heading, given: RawColumn, numeric: pl.Series) -> list[Issue]:
    """An issue for a column with codes that are numbers and too short: their leading zeros may be lost."""
    texts = given.texts.str.strip_chars(BLANKS)
    length = CODE_LENGTHS.get(heading.field.name, 0)
    others = texts.filter(~numeric & texts.str.starts_with("0").fill_null(False)).str.len_chars().max()
    longest = max(length, others if isinstance(others, int) else 0)
    short = (numeric & (texts.str.len_chars() < longest).fill_null(False)).arg_true()
    if short.is_empty():
        return []
    at, count = short[0], len(short)
    text = shown(given.texts[at])
    zh = f"{count}个代码是数字且不足{longest}位(首个为{text}):可能丢了前导零,按原样读取"
    en = f"{count} codes are numbers of fewer than {longest} digits (the first is {text}): leading zeros may be lost; read as they are"
    return [Issue("lost-zeros", entity.collection, raw.rows[at], heading.header, text, Both(zh, en))]


def _unreadable(entity: Entity, raw: RawTable, heading: Heading, bad: Bad) -> Issue:
    text = shown(bad.text) or ""
    message = Both(f"{heading.field.zh}“{text}”{bad.reason.zh}", f"{heading.field.name} `{text}` {bad.reason.en}")
    return Issue("unreadable", entity.collection, raw.rows[bad.index], heading.header, text, message)
