"""Records given as small tables + one expression -> an answer per record, by rows and by columns.

A schema of its own, so that nothing here depends on the vocabulary: an offering, investors above placees above bids, a table that lends
its fields to the placee, a free table for `all …`. Answers are Fractions, flags, texts, days or milliseconds as integers, None for missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any, get_args

import polars as pl

from dsl.checker.check import Checked, check
from dsl.kernel.lower import Env, lower
from dsl.kernel.nodes import Const, Fold, Kernel, Scalar, bounds, kind, rewrite
from dsl.kernel.ratio import Lowered, Ratio, parts
from dsl.kernel.unreadable import NO, UNREAD, Unread, doubt, honest, unread
from dsl.nodes import Expr
from dsl.outcomes import NOT_EVALUABLE, VIOLATED
from dsl.quantities import (
    DAY_MS,
    EPOCH,
    FIELD_TYPES,
    FIRST_DAY,
    LAST_DAY,
    MONEY,
    NUMBER,
    PRICE,
    SHARES,
    Dimension,
    FieldType,
    Kind,
    Type,
    Unit,
    words_type,
)
from dsl.schema import Entity, Field, Schema
from dsl.to_polars import Columns
from dsl.to_python import Ask, Assign, Layout, Record, to_function, to_python
from dsl.trading_days import TradingDays

Answer = Fraction | int | bool | str | None
Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]

ROOT = "offering"

UNITS: Mapping[str, Unit] = {
    name: Unit(name, Fraction(factor), dim, kind)
    for name, factor, dim, kind in (
        ("元", 1, MONEY, "number"),
        ("万元", 10**4, MONEY, "number"),
        ("亿元", 10**8, MONEY, "number"),
        ("yuan", 1, MONEY, "number"),
        ("股", 1, SHARES, "number"),
        ("万股", 10**4, SHARES, "number"),
        ("亿股", 10**8, SHARES, "number"),
        ("shares", 1, SHARES, "number"),
        ("元/股", 1, PRICE, "number"),
        ("倍", 1, Dimension(), "number"),
        ("家", 1, Dimension(), "number"),
        ("%", Fraction(1, 100), Dimension(), "number"),
        ("天", 1, Dimension(), "days"),
        ("days", 1, Dimension(), "days"),
        ("个月", 1, Dimension(), "months"),
        ("months", 1, Dimension(), "months"),
    )
}

KINDS = words_type(("公募基金", "社保基金", "保险资金", "其他"))
SEALS = words_type(("公章", "专用章", "无"))
SIGNED_MONEY = FieldType("money", Type("number", MONEY), 10**4, -(10**18), 10**18)
SIGNED_NUMBER = FieldType("number", NUMBER, 10**6, -(10**15), 10**15)


def _entity(name: str, zh: str, of: str | None, fields: Mapping[str, tuple[str, str | FieldType]], lends: bool = False) -> Entity:
    source = "term" if name == ROOT else "field"
    made = {n: Field(n, z, name, FIELD_TYPES[t] if isinstance(t, str) else t, source) for n, (z, t) in fields.items()}  # type: ignore[arg-type]
    plural = "bodies" if name == "body" else f"{name}s"
    return Entity(name, zh, plural, (next(iter(fields)),), of, made, lends)


ENTITIES = (
    _entity(
        ROOT,
        "发行",
        None,
        {
            "code": ("证券代码", "text"),
            "issue_price": ("发行价格", "price"),
            "tick": ("最小单位", "price"),
            "spread": ("价差上限", "ratio"),
            "multiple": ("申购倍数", "number"),
            "maximum": ("数量上限", "shares"),
            "limit": ("个数上限", "count"),
            "raised": ("募集资金", "money"),
            "launched": ("启动日", "date"),
            "t_day": ("申购日", "date"),
            "inquiry_date": ("初步询价日", "date"),
            "opens_at": ("开始时间", "moment"),
            "unprofitable": ("未盈利", "flag"),
            "scope": ("范围", KINDS),
        },
    ),
    _entity(
        "investor",
        "网下投资者",
        None,
        {
            "investor": ("投资者代码", "text"),
            "name": ("名称", "text"),
            "strategic": ("参与战略配售", "flag"),
            "low": ("建议价格下限", "price"),
            "score": ("得分", SIGNED_NUMBER),
            "registered_at": ("注册时间", "moment"),
            "since": ("成立日", "date"),
        },
    ),
    _entity(
        "placee",
        "配售对象",
        "investor",
        {
            "placee": ("配售对象代码", "text"),
            "name": ("名称", "text"),
            "kind": ("类型", KINDS),
            "seal": ("用章", SEALS),
            "assets": ("总资产", "money"),
            "account": ("证券账户", "text"),
            "established": ("成立日期", "date"),
            "filed": ("已备案", "flag"),
        },
    ),
    _entity(
        "bid",
        "报价",
        "placee",
        {
            "bid": ("报价编号", "text"),
            "price": ("申购价格", "price"),
            "quantity": ("拟申购数量", "shares"),
            "share": ("占比", "ratio"),
            "gain": ("盈亏", SIGNED_MONEY),
            "factor": ("系数", SIGNED_NUMBER),
            "sequence": ("申报序号", "count"),
            "submitted_at": ("申报时间", "moment"),
            "day": ("申报日", "date"),
            "amended": ("是否改价", "flag"),
            "reason": ("改价理由", "text"),
            "sort": ("类别", KINDS),
        },
    ),
    _entity(
        "subscription",
        "网下申购",
        "placee",
        {
            "subscribed_price": ("网下申购价格", "price"),
            "subscribed": ("网下申购数量", "shares"),
            "subscribed_at": ("网下申购时间", "moment"),
            "valid": ("有效", "flag"),
        },
        lends=True,
    ),
    _entity(
        "application",
        "网上申购",
        None,
        {
            "application": ("申购编号", "text"),
            "securities": ("网上证券账户", "text"),
            "holding": ("持有市值", "money"),
            "wins": ("中签次数", "count"),
            "permitted": ("交易权限", "flag"),
            "applied_on": ("申购日期", "date"),
        },
    ),
)

WEEKDAYS = TradingDays(tuple(d for d in range(FIRST_DAY, LAST_DAY + 1) if (d + 3) % 7 < 5), FIRST_DAY, LAST_DAY)
"""The calendar of the tables: Monday to Friday."""

SCHEMA = Schema({e.name: e for e in ENTITIES}, UNITS, {"T": "t_day", "I": "inquiry_date"}, ROOT)


@dataclass(frozen=True)
class Case:
    """Tables, values derived in order (entity, name, meaning), and the expression asked of every record of `of`."""

    tables: Tables
    of: str
    expr: str | Expr
    values: Sequence[tuple[str, str, str | Expr]] = ()
    bound: bool = True


@dataclass(frozen=True)
class Meant:
    """A case after the checker and lowering, ready for either evaluator."""

    schema: Schema
    steps: Sequence[Assign]
    known: Sequence[Checked]
    checked: Checked
    meaning: Lowered


UNREADABLE = "?"
"""The text of a cell that cannot be read (L8a)."""


def records_of(tables: Tables, entity: str) -> Sequence[Row]:
    """The records of an entity; an offering of which nothing is said is still one."""
    return tables.get(entity, [{}] if entity == ROOT else [])


def understand(case: Case) -> Meant:
    """Parse, check and lower a case. Raises DiagnosticError."""
    env = environment(case)
    steps: list[Assign] = []
    schema = SCHEMA
    known: list[Checked] = []
    among = {name: unread(*name) for name in unreadable(case.tables)}
    for entity, name, text in case.values:
        checked = check(_tree(text), schema, entity, text=_text(text))
        meaning = _honest(lower(checked, replace(env, schema=schema)), among)
        env.define(entity, name, meaning)
        if (found := doubt(parts(meaning), among)) != NO:
            among[entity, name] = found
        steps.append(Assign(entity, name, meaning))
        known.append(checked)
        schema = with_value(schema, Field(name, f"{name}值", entity, value_type(checked.type), "value"))
    checked = check(_tree(case.expr), schema, case.of, text=_text(case.expr))
    return Meant(schema, steps, known, checked, _honest(lower(checked, replace(env, schema=schema)), among))


def unreadable(tables: Tables) -> list[tuple[str, str]]:
    """The fields (entity, name) that have a cell that cannot be read."""
    entities = [(e.name, f) for e in ENTITIES[1:] for f in e.fields]
    return [(e, f) for e, f in entities if any(r.get(f) == UNREADABLE for r in records_of(tables, e))]


def _honest(meaning: Lowered, among: Unread) -> Lowered:
    done = [honest(n, among) for n in parts(meaning)]
    return Ratio(*done) if isinstance(meaning, Ratio) else done[0]


def environment(case: Case) -> Env:
    """How names are read before any value is known."""
    root = dict(records_of(case.tables, ROOT)[0])
    return Env(SCHEMA, _terms(root), _days(root), trading_days=WEEKDAYS) if case.bound else Env(SCHEMA, trading_days=WEEKDAYS)


def by_rows(case: Case, meant: Meant | None = None) -> list[Answer]:
    """The answer per record through generated Python, as one more value of the record."""
    meant = meant or understand(case)
    layout, tables, root = _assigned(case, meant, [*meant.steps, Assign(case.of, "~answer", meant.meaning)])
    if case.of == ROOT:
        return [_answer(meant.meaning, [root["~answer"], root.get("~answer#den")])]
    slots = layout.slots[case.of]
    return [_answer(meant.meaning, [r[slots["~answer"]], r[slots["~answer#den"]]]) for r in tables[case.of]]


def by_function(case: Case, meant: Meant | None = None) -> list[Answer]:
    """The answer per record through `to_function`, one call per record."""
    meant = meant or understand(case)
    layout, tables, root = _assigned(case, meant, meant.steps)
    answer = to_function([meant.meaning], case.of, layout)
    asked: Sequence[Record | None] = [None] if case.of == ROOT else tables[case.of]
    return [_answer(meant.meaning, answer(r, root, tables)) for r in asked]


def _assigned(case: Case, meant: Meant, steps: Sequence[Assign]) -> tuple[Layout, dict[str, list[Record]], dict[str, Scalar]]:
    """The records of a case, with the values of `steps` computed in order."""
    layout = Layout.of(meant.schema, [(s.entity, s.name) for s in steps]).plus((e, n + UNREAD) for e, n in unreadable(case.tables))
    tables, root = _records(case, layout)
    for of_offering, group in groupby(steps, lambda s: s.entity == ROOT):
        if not of_offering:
            to_python(list(group), layout)(tables, root, [], [])
            continue
        for step in group:
            done = to_function([step.meaning], ROOT, layout)(None, root, tables)
            root |= dict(zip((step.name, f"{step.name}#den"), done, strict=False))
    return layout, tables, root


def by_columns(case: Case, meant: Meant | None = None) -> list[Answer]:
    """The answer per record through Polars; what belongs to the offering is finished in Python from the folds."""
    meant = meant or understand(case)
    columns = Columns(meant.schema, _frames(case), dict(_root(case)))
    for step in meant.steps:
        if step.entity == ROOT:
            done = _offering(step.meaning, columns)
            columns.root |= dict(zip((step.name, f"{step.name}#den"), done, strict=False))
        else:
            named = [step.name, f"{step.name}#den"]
            series = columns.values(step.entity, parts(step.meaning))
            columns.define(step.entity, [s.alias(n) for s, n in zip(series, named, strict=False)])
    if case.of == ROOT:
        return [_answer(meant.meaning, _offering(meant.meaning, columns))]
    series = columns.values(case.of, parts(meant.meaning))
    for node, s in zip(parts(meant.meaning), series, strict=True):
        assert not s.dtype.is_float() and len(s) == len(records_of(case.tables, case.of)), (node, s.dtype)
    return [_answer(meant.meaning, row) for row in zip(*(s.to_list() for s in series), strict=True)]


def outcomes_by_rows(case: Case, *rules: tuple[Kernel | None, Kernel]) -> list[tuple[list[int], int]]:
    """Rules asked in one pass: each one's outcome per record (0 for holds and for not applicable), and how many were not applicable."""
    layout = Layout.of(SCHEMA)
    tables, root = _records(case, layout)
    idle, out = [0] * len(rules), list[tuple[int, Record, int]]()
    to_python([Ask(i, case.of, when, require) for i, (when, require) in enumerate(rules)], layout)(tables, root, idle, out)
    found = {(rule, id(record)): outcome for rule, record, outcome in out}
    return [([found.get((i, id(r)), 0) for r in tables[case.of]], idle[i]) for i in range(len(rules))]


def outcomes_by_columns(case: Case, when: Kernel | None, require: Kernel) -> tuple[list[int], int]:
    """The same through Polars."""
    (flags,) = Columns(SCHEMA, _frames(case), dict(_root(case))).asked(case.of, [(when, require)])
    violated, unknown = flags.violated().to_list(), flags.unknown().to_list()
    outcomes = [VIOLATED if v else NOT_EVALUABLE if u else 0 for v, u in zip(violated, unknown, strict=True)]
    holds, breaches, idle, open_ = flags.counts()
    assert (breaches, open_) == (outcomes.count(VIOLATED), outcomes.count(NOT_EVALUABLE)) and holds + idle == outcomes.count(0)
    return outcomes, idle


def cell(value: object, type_: FieldType) -> Scalar:
    """A cell of a case as the integer, flag or text that the evaluators see; integers stand for themselves, at the field's scale."""
    if value is None or value in ("null", UNREADABLE):
        return None
    match type_.type.kind:
        case "flag":
            return value in (True, "是", "true")
        case "date":
            return value if isinstance(value, int) else day(str(value))
        case "moment":
            return value if isinstance(value, int) else moment(str(value))
        case "number":
            if isinstance(value, int):
                return value
            scaled = Fraction(str(value).replace("%", "")) * type_.scale / (100 if "%" in str(value) else 1)
            assert scaled.denominator == 1, value
            return scaled.numerator
        case _:
            return str(value).strip()


def day(text: str) -> int:
    """Days from 1970-01-01."""
    return date.fromisoformat(text).toordinal() - EPOCH


def moment(text: str) -> int:
    """Milliseconds from 1970-01-01 00:00."""
    on, _, clock = text.partition(" ")
    hours, minutes, seconds = ([*clock.split(":"), "0", "0"] if clock else ["0"] * 3)[:3]
    return day(on) * DAY_MS + int((int(hours) * 3600 + int(minutes) * 60) * 1000 + Fraction(seconds) * 1000)


def wanted(text: object, type_: Type) -> Answer:
    """An answer as written in a table: `missing`, `6/5`, `是`, a date, a moment, or a text."""
    if text in ("missing", None):
        return None
    match type_.kind:
        case "flag":
            assert text in ("是", "否", "true", "false", True, False), text
            return text in ("是", "true", True)
        case "number":
            return Fraction(str(text))
        case "date":
            return day(str(text))
        case "moment":
            return moment(str(text))
        case _:
            return str(text)


# ── both evaluators' inputs ──


def _tree(text: str | Expr) -> Expr:
    if isinstance(text, get_args(Expr)):
        return text  # type: ignore[return-value]
    from dsl.parser import parse

    return parse(str(text), units=UNITS)


def _text(text: str | Expr) -> str:
    return text if isinstance(text, str) else ""


def value_type(type_: Type) -> FieldType:
    return next((t for t in FIELD_TYPES.values() if t.type == type_), FieldType("value", type_))


def with_value(schema: Schema, made: Field) -> Schema:
    values = {e: dict(v) for e, v in schema.values.items()}
    values.setdefault(made.entity, {})[made.name] = made
    return replace(schema, values=values)


def _root(case: Case) -> dict[str, Scalar]:
    row = records_of(case.tables, ROOT)[0]
    root: dict[str, Scalar] = {f.name: cell(row.get(f.name), f.type) for f in SCHEMA.entities[ROOT].fields.values()}
    for name, anchor in SCHEMA.days.items():
        at = root[anchor]
        root[name] = at
        root |= {f"{name}{n:+d}": None if at is None else trading_day(int(at), n) for n in range(-5, 6) if n}
    return root


def trading_day(at: int, offset: int) -> int | None:
    """The harness's calendar: Monday to Friday, and no day that a date cannot hold (the engine's own refuses days it does not know)."""
    step = 1 if offset > 0 else -1
    while offset:
        at += step
        if (at + 3) % 7 < 5:
            offset -= step
    return at if FIRST_DAY <= at <= LAST_DAY else None


def _terms(root: Row) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for f in SCHEMA.entities[ROOT].fields.values():
        read = cell(root.get(f.name), f.type)
        terms[f.name] = Fraction(read, f.type.scale) if f.type.type.kind == "number" and isinstance(read, int) else read
    return terms


def _days(root: Row) -> Callable[[str, int], int | None]:
    def find(anchor: str, offset: int) -> int | None:
        at = cell(root.get(SCHEMA.days[anchor]), FIELD_TYPES["date"])
        return None if at is None else trading_day(int(at), offset)

    return find


def _records(case: Case, layout: Layout) -> tuple[dict[str, list[Record]], dict[str, Scalar]]:
    tables: dict[str, list[Record]] = {}
    for entity in ENTITIES[1:]:
        slots = layout.slots[entity.name]
        tables[entity.name] = []
        for row in records_of(case.tables, entity.name):
            blank = layout.blanks[entity.name]
            record: Record = [[] if name.startswith("*") else blank[slot] for name, slot in slots.items()]
            for f in entity.fields.values():
                record[slots[f.name]] = cell(row.get(f.name), f.type)
                if row.get(f.name) == UNREADABLE and f.name + UNREAD in slots:
                    record[slots[f.name + UNREAD]] = UNREADABLE
            tables[entity.name].append(record)
    for entity in ENTITIES[1:]:
        _link(case, entity, layout, tables)
    return tables, _root(case)


def _link(case: Case, entity: Entity, layout: Layout, tables: dict[str, list[Record]]) -> None:
    """Point every record to its parent, and every record above it to it; a table that lends does so where the parent has one record."""
    if entity.of is None:
        return
    above = _parents(case, entity)
    for record, at in zip(tables[entity.name], above, strict=True):
        if at is None:
            continue
        parent = tables[entity.of][at]
        record[layout.slots[entity.name][f"^{entity.of}"]] = parent
        if entity.lends and above.count(at) == 1:
            parent[layout.slots[entity.of][f"^{entity.name}"]] = record
        for owner in layout.schema.parents[entity.name][1:-1]:
            parent[layout.slots[owner][f"*{entity.name}"]].append(record)
            parent = parent[layout.slots[owner][f"^{SCHEMA.entities[owner].of}"]] if SCHEMA.entities[owner].of else parent


def _parents(case: Case, entity: Entity) -> list[int | None]:
    """Where each record's parent stands: by number, or by the parent's key; None where there is none."""
    assert entity.of is not None
    key = SCHEMA.entities[entity.of].key[0]
    parents = records_of(case.tables, entity.of)
    known = {row[key]: i for i, row in enumerate(parents) if row.get(key) is not None}
    named = [row.get(entity.of) for row in records_of(case.tables, entity.name)]
    return [(n if n < len(parents) else None) if isinstance(n, int) else known.get(n) for n in named]


def _frames(case: Case) -> dict[str, pl.DataFrame]:
    frames: dict[str, pl.DataFrame] = {}
    for entity in ENTITIES[1:]:
        rows = records_of(case.tables, entity.name)
        columns = [
            pl.Series(f.name, [cell(r.get(f.name), f.type) for r in rows], dtype=_dtype(f.type.type.kind)) for f in entity.fields.values()
        ]
        for name in (n for e, n in unreadable(case.tables) if e == entity.name):
            columns.append(pl.Series(name + UNREAD, [UNREADABLE if r.get(name) == UNREADABLE else None for r in rows], dtype=pl.String))
        if entity.of is not None:
            columns.append(pl.Series(f"^{entity.of}", _parents(case, entity), dtype=pl.Int64))
        frames[entity.name] = pl.DataFrame(columns)
    return frames


def _dtype(kind: Kind) -> type[pl.DataType]:
    return {"flag": pl.Boolean, "text": pl.String, "words": pl.String}.get(kind, pl.Int64)


def _offering(meaning: Lowered, columns: Columns) -> tuple[Scalar, ...]:
    def known(node: Kernel) -> Kernel | None:
        return Const(columns.fold(node), node.kind) if isinstance(node, Fold) else None

    settled: list[Kernel] = [rewrite(n, known) for n in parts(meaning)]
    again: Lowered = Ratio(*settled) if isinstance(meaning, Ratio) else settled[0]
    return to_function([again], ROOT, Layout.of(columns.schema))(None, columns.root, {})


def _answer(meaning: Lowered, values: Sequence[Scalar]) -> Answer:
    """The answer that a numerator and a denominator make, both within the bounds that were proved of them."""
    known = list(zip(parts(meaning), values, strict=False))
    if known[0][1] is None:
        return None
    for node, value in known:
        low, high = bounds(node)
        assert kind(node) != "int" or (isinstance(value, int) and low <= value <= high), (node, value)
    if not isinstance(meaning, Ratio):
        return values[0]
    num, den = values[:2]
    assert isinstance(num, int) and isinstance(den, int) and den > 0, (num, den)
    return Fraction(num, den)
