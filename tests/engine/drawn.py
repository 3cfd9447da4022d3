"""Books drawn at random around the clean base of the ChiNext cases: limits hit and missed by one unit, cells and columns missing.

Every table has all its columns unless some are dropped on purpose, so that an empty cell is an empty cell.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import validator
from dsl.schema import Entity, Field
from tests.engine.small import RULES
from validator.cases.run import load
from validator.checks.checker import Checker
from validator.rulebook.library import library
from validator.vocabulary.vocabulary_file import load_vocabulary

Book = dict[str, list[dict[str, Any]]]

VOCABULARY = load_vocabulary(RULES)
BASE = load(library(RULES), "szse-chinext@2025-03").base
CORE = ("investor", "placee", "bid")
BELOW = ("offline_subscription", "placement", "payment")
ALONE = ("online_application", "strategic_investor")

NEAR: Mapping[str, tuple[Any, ...]] = {
    "shares": (0, 500, 999_999, 1_000_000, 1_050_000, 1_100_000, 5_700_000, 5_700_001, 5_800_000, 10**9),
    "price": (0, "0.0001", "0.01", "19.99", "20.00", "20.005", "20.01", "24.00", "24.01", "99999.99"),
    "money": (0, "0.0001", 10_000_000, "9999999.99", 60_000_000, 114_000_000, "114000000.01", 10**14),
    "count": (0, 1, 2, 3, 12, 24, 10**9),
    "date": ("2026-01-31", "2026-01-01", "2026-02-04", "2025-12-31", "2025-08-29", "2025-08-30"),
    "moment": (
        "2026-02-10 08:30:00",
        "2026-02-10 08:29:59.999",
        "2026-02-10 12:00:00",
        "2026-02-10 11:59:59.999",
        "2026-02-11 09:30:00",
        "2026-02-11 15:00:00.000",
        "2026-02-11 15:00:00.001",
        "2026-02-25 15:00:00",
        "2026-02-27 16:00:00",
    ),
    "flag": (True, False),
    "text": ("甲一号", "0899000001", "x"),
}
"""Values at, just inside and just outside of the limits of the base offering."""


@cache
def chinext(**terms: Any) -> Checker:
    """The checker of the base offering with other terms; kept."""
    return validator.checker({**BASE.offering, **terms}, rules=RULES)


def pool(field: Field) -> tuple[Any, ...]:
    return field.type.type.words or NEAR[field.type.name]


def fields(entity: str) -> list[Field]:
    """All fields of an entity but its keys."""
    found = VOCABULARY.schema.entities[entity]
    return [f for f in found.fields.values() if f.name not in found.key]


@st.composite
def books(draw: Callable[..., Any], entities: tuple[str, ...] = CORE, most: int = 5) -> Book:
    """Up to three investors, each with a placee at least, each placee with a bid at least; a third of the changes empties a cell."""
    investors = [f"V{i}" for i in range(1, draw(st.integers(1, 3)) + 1)]
    owners = [*investors, *draw(st.lists(st.sampled_from(investors), max_size=most - len(investors)))]
    codes = [f"P{i}" for i in range(1, len(owners) + 1)]
    bids = [*codes, *draw(st.lists(st.sampled_from(codes), max_size=2))]
    keys: dict[str, list[dict[str, Any]]] = {
        "investor": [{"investor": v} for v in investors],
        "placee": [{"placee": p, "investor": v} for p, v in zip(codes, owners, strict=True)],
        "bid": [{"placee": p, "sequence": i} for i, p in enumerate(bids, 1)],
        **{e: [{"placee": p} for p in draw(st.lists(st.sampled_from(codes), unique=True))] for e in BELOW},
        "online_application": [{"application": f"A{i}"} for i in range(draw(st.integers(0, 3)))],
        "strategic_investor": [{"strategic_investor": f"S{i}"} for i in range(draw(st.integers(0, 2)))],
    }
    return {VOCABULARY.schema.entities[e].collection: [_record(draw, e, k) for k in keys[e]] for e in entities}


def _record(draw: Callable[..., Any], entity: str, keys: dict[str, Any]) -> dict[str, Any]:
    known = {f.name: f for f in fields(entity)}
    record = {**dict.fromkeys(known), **BASE.records.get(entity, {}), **keys}
    for name in draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True)):
        record[name] = draw(st.sampled_from((None, None, None, None, *pool(known[name]))))
    return record


def nested(book: Book, investor: str) -> dict[str, Any]:
    """The records of one investor as a submission."""
    below = [VOCABULARY.schema.entities[e].collection for e in ("bid", *BELOW)]
    placees = [
        {k: v for k, v in p.items() if k != "investor"}
        | {t: [{k: v for k, v in r.items() if k != "placee"} for r in book[t] if r["placee"] == p["placee"]] for t in below if t in book}
        for p in book["placees"]
        if p["investor"] == investor
    ]
    (own,) = (v for v in book["investors"] if v["investor"] == investor)
    return {"investor": own, "placees": placees}


def written(book: Book, path: Path) -> Path:
    """The book as a folder of CSV tables."""
    path.mkdir()
    for name, rows in book.items():
        columns = list(rows[0]) if rows else list(_columns(VOCABULARY.schema.entities[VOCABULARY.tables[name]]))
        lines = [",".join(columns), *(",".join(_cell(r[c]) for c in columns) for r in rows)]
        (path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _columns(entity: Entity) -> list[str]:
    return [*entity.key, *(f for f in entity.fields if f not in entity.key)]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
