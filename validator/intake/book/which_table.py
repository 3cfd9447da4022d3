"""Raw tables -> the tables of a book by entity. If a single table of unknown name has columns of bids, it holds the bids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from validator.intake.cells.cell import BLANKS
from validator.intake.cells.header import field_names, name_key, read_header, table_entity
from validator.intake.formats.raw_table import RawTable, note, own_report, refuse
from validator.intake.issue import Issue
from validator.vocabulary.vocabulary import Vocabulary

Decision = Mapping[str, str | None]

BIDS = "bid"
DECISIONS = ("decisions", "裁定")
DECISION_COLUMNS = {
    "规则": "rule",
    "对象": "subject",
    "结果": "outcome",
    "姓名": "name",
    "时间": "at",
    "备注": "remark",
    "指纹": "fingerprint",
}
SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class Named:
    """The tables of a book, the officer's decisions as text, and an issue for every other table."""

    tables: Mapping[str, RawTable]
    decisions: tuple[Decision, ...]
    issues: tuple[Issue, ...]


def name_tables(raws: Sequence[RawTable], vocabulary: Vocabulary) -> Named:
    """Raises DiagnosticError if two tables have the same entity, or no table is known."""
    tables: dict[str, RawTable] = {}
    rest: list[RawTable] = []
    decisions: tuple[Decision, ...] = ()
    ours: list[Issue] = []
    for raw in raws:
        entity = table_entity(raw.name, vocabulary) or table_entity(raw.file, vocabulary)
        if name_key(raw.name) in DECISIONS or name_key(raw.file) in DECISIONS:
            decisions += _decisions(raw)
        elif raw.ours:
            ours.append(own_report(raw.name))
        elif entity is None or entity == vocabulary.schema.root:
            rest.append(raw)
        elif entity in tables:
            names = f"`{tables[entity].name}` and `{raw.name}`"
            raise refuse(
                "duplicate-table", f"two tables hold {vocabulary.schema.entities[entity].collection}: {names}", "put all records into one"
            )
        else:
            tables[entity] = raw
    if BIDS not in tables:
        rest = _adopt_bids(tables, rest, vocabulary)
    else:
        _refuse_halves(tables[BIDS], rest, vocabulary)
    if not tables and not decisions:
        raise _unknown(raws, vocabulary)
    if tables and not any(raw.columns for raw in tables.values()):
        raise refuse(
            "empty-file", "it contains no records", "supply a table with a header row", zh="没有任何记录", hint_zh="请提供带表头的表格"
        )
    for entity, raw in tables.items():
        _refuse_foreign(raw, entity, vocabulary)
    issues = (
        ours
        + [_not_read(raw) for raw in rest]
        + [_no_records(vocabulary.schema.entities[e].collection) for e, raw in tables.items() if raw.rows.is_empty()]
    )
    return Named(tables, decisions, tuple(issues))


def _adopt_bids(tables: dict[str, RawTable], rest: list[RawTable], vocabulary: Vocabulary) -> list[RawTable]:
    """Take the only table with columns of bids as the bids. Returns the other tables of unknown name."""
    told = {id(raw): _told_by_heads(raw, vocabulary) for raw in rest}
    for raw in rest:
        found = told[id(raw)]
        if found not in (None, BIDS, *tables) and list(told.values()).count(found) == 1:
            tables[str(found)] = raw
    rest = [raw for raw in rest if not any(raw is t for t in tables.values())]
    like = [raw for raw in rest if any(owner == BIDS for owner in _owners(raw, BIDS, vocabulary))]
    if len(like) > 1:
        names = ", ".join(f"`{raw.name}`" for raw in like)
        raise refuse("unknown-table", f"more than one table could hold the bids: {names}", "name one of them `bids` (报价)")
    if like:
        tables[BIDS] = like[0]
    return [raw for raw in rest if raw not in like]


def _told_by_heads(raw: RawTable, vocabulary: Vocabulary) -> str | None:
    """The entity whose table this is by its headers: it has the code, and more headers name fields of it than of any other entity."""
    counts: dict[str, int] = {}
    for entity in vocabulary.schema.entities.values():
        names = field_names(vocabulary, entity.name)
        found = [f[0] for c in raw.columns if isinstance(f := read_header(c.header, names, vocabulary.schema.units), tuple)]
        if entity.name != vocabulary.schema.root and any(f.name in entity.key for f in found):
            counts[entity.name] = sum(f.entity == entity.name and f.name not in entity.key for f in found)
    best = max(counts.values(), default=0)
    told = [entity for entity, n in counts.items() if n == best]
    return told[0] if best > 1 and len(told) == 1 else None


def _refuse_halves(bids: RawTable, rest: Sequence[RawTable], vocabulary: Vocabulary) -> None:
    """Refuse a book of which another table has bids that the table of bids has not: only a copy may be left out."""
    key = vocabulary.schema.entities[vocabulary.schema.entities[BIDS].of or BIDS].key[0]
    held = _codes(bids, key, vocabulary)
    for raw in rest:
        more = _codes(raw, key, vocabulary) - held if BIDS in _owners(raw, BIDS, vocabulary) else set()
        if more:
            said = f"`{raw.name}` has bids that `{bids.name}` has not, of {len(more)} codes such as `{min(more)}`"
            raise refuse("unknown-table", said, "put all bids into one table (报价), or delete the table that does not count")


def _codes(raw: RawTable, key: str, vocabulary: Vocabulary) -> set[str]:
    names = field_names(vocabulary, BIDS)
    found = [(c, read_header(c.header, names, vocabulary.schema.units)) for c in raw.columns]
    return {t.strip(BLANKS) for c, f in found if isinstance(f, tuple) and f[0].name == key for t in c.texts.drop_nulls().to_list()}


def _owners(raw: RawTable, entity: str, vocabulary: Vocabulary) -> list[str]:
    """The entity of each column that a table of `entity` may have."""
    names = field_names(vocabulary, entity)
    found = [read_header(c.header, names, vocabulary.schema.units) for c in raw.columns]
    return [f[0].entity for f in found if isinstance(f, tuple)]


def _refuse_foreign(raw: RawTable, entity: str, vocabulary: Vocabulary) -> None:
    if raw.columns and not _owners(raw, entity, vocabulary):
        names = "、".join(f.zh for f in list(vocabulary.schema.entities[entity].fields.values())[:3])
        hint = f"the first row must hold the headers, such as {names}"
        zh, hint_zh = f"`{raw.name or entity}` 的列均无法识别：{_headers(raw)}", f"第一行须为表头，如{names}"
        raise refuse("foreign-schema", f"no column of `{raw.name or entity}` is known: {_headers(raw)}", hint, zh=zh, hint_zh=hint_zh)


def _unknown(raws: Sequence[RawTable], vocabulary: Vocabulary) -> Exception:
    known = [e.collection for e in vocabulary.schema.entities.values() if e.name != vocabulary.schema.root]
    hint = f"tables are {', '.join(known)}, or their Chinese names; the first row must hold the headers"
    known_zh = "、".join(e.zh for e in vocabulary.schema.entities.values() if e.name != vocabulary.schema.root)
    hint_zh = f"表名可为{known_zh}；第一行须为表头"
    if len(raws) == 1:
        if not raws[0].columns:
            return refuse(
                "empty-file", "it contains no records", "supply a table with a header row", zh="没有任何记录", hint_zh="请提供带表头的表格"
            )
        zh = f"不是报价表：其列为 {_headers(raws[0])}"
        return refuse("unknown-table", f"it is not a table of bids: its columns are {_headers(raws[0])}", hint, zh=zh, hint_zh=hint_zh)
    names = ", ".join(f"`{r.name}`" for r in raws)
    zh = f"以下各表均无法识别：{names}"
    return refuse("unknown-table", f"none of these is a table of a book: {names}", hint, zh=zh, hint_zh=hint_zh)


def _headers(raw: RawTable) -> str:
    shown = [f"`{c.header[:40]}`" for c in raw.columns[:SHOWN_NAMES]]
    return ", ".join(shown) + (", …" if len(raw.columns) > SHOWN_NAMES else "")


def _not_read(raw: RawTable) -> Issue:
    zh, en = (
        f"不认识表“{raw.name}”,其{len(raw.rows)}条记录未读取",
        f"the table `{raw.name}` is unknown; its {len(raw.rows)} records are not read",
    )
    return note("unknown-table", zh, en, None, None, raw.name)


def _no_records(table: str) -> Issue:
    return replace(note("no-records", "表中没有记录", "the table has no records"), table=table)


def _decisions(raw: RawTable) -> tuple[Decision, ...]:
    headers = [DECISION_COLUMNS.get(c.header.strip(), c.header.strip()) for c in raw.columns]
    return tuple(dict(zip(headers, line, strict=True)) for line in zip(*(c.texts.to_list() for c in raw.columns), strict=True))
