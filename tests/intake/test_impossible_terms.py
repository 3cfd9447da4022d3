"""Terms that cannot be: refused, all of them at once, with line and way out, through every door of an offering.

The borders are worked out by hand. What is refused in YAML for want of a unit is base units in JSON.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import validator
from dsl.diagnostics import DiagnosticError
from tests.shared import SHARED, needs_shared
from validator.intake.offering import read_offering
from validator.rulebook.library import library
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary_file import load_vocabulary

VOCABULARY = load_vocabulary(rules_folder())
HEAD = {"offering": "301000", "board": "szse-chinext", "launched": "2026-02-06"}


def refused(given: Mapping[str, Any] | Path) -> list[tuple[int, str, str | None]]:
    """Line, code with sentence, and hint of every mistake; none where the offering is read."""
    try:
        read_offering(given, VOCABULARY)
    except DiagnosticError as error:
        return [(d.line, f"{d.code}: {d.message}", d.hint) for d in error.diagnostics]
    return []


def page(folder: Path, text: str, name: str = "offering.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# field, the greatest and the least value that can be, and the nearest ones that cannot
BORDERS = [
    ("elimination_share", ["0%", "3%", "99.9999999999%"], ["100%", "100.0000000001%", "1", "3"]),
    ("lockup_share", ["0%", "10%", "100%", "1"], ["100.0000000001%", "10"]),
    ("eliminated_share_announced", ["0%", "2.9877%", "100%"], ["100.0001%", "2.9877"]),
    ("price_spread", ["100%", "120%", "1.2"], ["99.9999999999%", "20%", "0%"]),
    ("quantity_step", ["1股", "10万股", 1], ["0股", "0万股", 0]),
    ("price_tick", ["0.0001元", "0.01元", "0.01"], ["0元", "0.00元", 0]),
    ("suggestion_width", ["0%", "20%", "120%"], []),
    ("issue_price", ["0元", "46.08元"], []),
    ("strategic_final", ["0股", "0"], []),
]


@pytest.mark.parametrize(("name", "can", "cannot"), BORDERS, ids=[b[0] for b in BORDERS])
def test_the_borders_of_each_term(name: str, can: list[Any], cannot: list[Any]) -> None:
    assert [value for value in can if refused({**HEAD, name: value})] == []
    assert [refused({**HEAD, name: value})[0][1][:15] for value in cannot] == ["impossible-term"] * len(cannot)


SAID = [
    ("elimination_share", 3, "`elimination_share` (剔除比例) is 300%, and must be below 100%", "write `3%` if 3% is meant"),
    ("elimination_share", "100%", "`elimination_share` (剔除比例) is 100%, and must be below 100%", "write `1%` if 1% is meant"),
    ("lockup_share", "1000%", "`lockup_share` (网下限售比例) is 1000%, and must be at most 100%", "write `10%` if 10% is meant"),
    ("lockup_share", "101.5", "`lockup_share` (网下限售比例) is 10150%, and must be at most 100%", "write a value at most 100%"),
    ("price_spread", "20%", "`price_spread` (报价价差上限) is 20%, and must be at least 100%", "write a value at least 100%"),
    ("quantity_step", 0, "`quantity_step` (拟申购数量最小变动单位) is 0股, and must be above 0股", "write a value above 0股"),
    ("price_tick", "0.00元", "`price_tick` (报价最小单位) is 0元, and must be above 0元", "write a value above 0元"),
]


@pytest.mark.parametrize(("name", "value", "said", "hint"), SAID)
def test_what_is_said_of_a_term_beyond_its_limits(name: str, value: Any, said: str, hint: str) -> None:
    assert refused({**HEAD, name: value}) == [(1, f"impossible-term: {said}", hint)]


# the days as stated, and the pairs (later, earlier) that are the wrong way round
DAYS = [
    ("launched 02-06, inquiry_date 02-11, t_day 02-25", []),
    ("launched 02-06, inquiry_date 02-06, t_day 02-06", []),
    ("launched 02-12, inquiry_date 02-11", [("inquiry_date", "launched")]),
    ("inquiry_date 02-26, t_day 02-25", [("t_day", "inquiry_date")]),
    ("launched 02-26, inquiry_date 02-11, t_day 02-25", [("inquiry_date", "launched")]),
    ("launched 02-26, t_day 02-25", [("t_day", "launched")]),
    ("launched 02-06, t_day 02-25", []),
    ("launched 02-26, inquiry_date 02-25, t_day 02-24", [("inquiry_date", "launched"), ("t_day", "inquiry_date")]),
]


@pytest.mark.parametrize(("days", "wrong"), DAYS)
def test_days_stand_in_the_order_of_the_vocabulary(days: str, wrong: list[tuple[str, str]]) -> None:
    stated = {name: f"2026-{day}" for name, day in (d.split(" ") for d in days.split(", "))}
    said = [s for _, s, _ in refused({"board": "szse-chinext", **stated})]
    zh = {f.name: f.zh for f in VOCABULARY.schema.entities["offering"].fields.values()}
    want = [f"`{b}: {stated[b]}` ({zh[b]}) is before `{a}: {stated[a]}` ({zh[a]})" for b, a in wrong]
    assert sorted(said) == sorted(f"impossible-term: {w}" for w in want)


def test_all_at_once_each_with_its_line_under_either_name(tmp_path: Path) -> None:
    text = "offering: '301000'\nboard: szse-chinext\n启动发行日: 2026-03-30\n初步询价日: 2026-03-30\nt_day: 2026-03-27\n剔除比例: 3\n"
    text += "lockup_share: 10\nminimum_quantity: 100\nquantity_step: 0股\n总股本: 1\nmaximum_quantity: 多\n"
    assert [(line, said) for line, said, _ in refused(page(tmp_path, text))] == [
        (5, "impossible-term: `t_day: 2026-03-27` (申购日) is before `inquiry_date: 2026-03-30` (初步询价日)"),
        (6, "impossible-term: `elimination_share` (剔除比例) is 300%, and must be below 100%"),
        (7, "impossible-term: `lockup_share` (网下限售比例) is 1000%, and must be at most 100%"),
        (8, "no-unit: `minimum_quantity: 100` (最低拟申购数量) names no unit"),
        (9, "impossible-term: `quantity_step` (拟申购数量最小变动单位) is 0股, and must be above 0股"),
        (10, "unknown-key: unknown field `总股本`"),
        (11, "unreadable-field: `maximum_quantity: 多` is not a number"),
    ]


def test_all_at_once_in_json_whose_numbers_are_in_base_units(tmp_path: Path) -> None:
    given = {**HEAD, "elimination_share": 3, "lockup_share": 1.5, "quantity_step": 0, "issue_price": -1}
    found = refused(page(tmp_path, json.dumps(given), "offering.json"))
    assert sorted(s.split("`")[1].split(":")[0] for _, s, _ in found) == [
        "elimination_share", "issue_price", "lockup_share", "quantity_step",
    ]  # fmt: skip
    assert {line for line, _, _ in found} == {0}
    assert refused(page(tmp_path, json.dumps({**HEAD, "minimum_quantity": 1_000_000}), "offering.json")) == []


UNITS = [
    ("minimum_quantity: 100", "write `100股` or `100万股`, whichever is meant"),
    ("minimum_quantity: '100'", "write `100股` or `100万股`, whichever is meant"),
    ("最低拟申购数量: １００", "write `１００股` or `１００万股`, whichever is meant"),
    ("total_shares: 4,362.1636e4", "write `4,362.1636e4股` or `4,362.1636e4万股`, whichever is meant"),
    ("minimum_quantity: 100万股", None),
    ("minimum_quantity: 100 10k shares", None),
    ("strategic_final: 0", None),
    ("strategic_final: null", None),
    ("issue_price: 46.08", None),
    ("maximum_prices: 3", None),
    ("online_multiple: 11154.73", None),
    ("lockup_share: 0.1", None),
]


@pytest.mark.parametrize(("line", "hint"), UNITS)
def test_a_quantity_on_the_page_names_its_unit(tmp_path: Path, line: str, hint: str | None) -> None:
    found = refused(page(tmp_path, f"board: szse-chinext\n{line}\n"))
    assert [(at, said.split(":")[0], h) for at, said, h in found] == ([] if hint is None else [(2, "no-unit", hint)])


def test_base_units_are_meant_by_programs() -> None:
    assert refused({**HEAD, "minimum_quantity": 1_000_000, "maximum_quantity": "14000000", "total_shares": Decimal(4)}) == []


def test_a_row_of_a_table_that_cannot_be_is_refused_and_the_others_are_checked(tmp_path: Path) -> None:
    head = "offering,board,launched,inquiry_date,t_day,elimination_share,quantity_step(万股)\n"
    good = "301001,szse-chinext,2025-04-01,2025-04-07,2025-04-11,3%,10\n"
    bad = "301002,szse-chinext,2025-04-08,2025-04-07,2025-04-11,3,0\n"
    found = validator.check_offerings(page(tmp_path, head + good + bad, "offerings.csv"))
    assert [line.offering for line in found.lines] == ["301001"]
    assert {(of.said.code, of.said.row, of.said.text) for of in found.intake} == {("impossible-term", 3, "301002")}
    assert len(found.intake) == 3


RULEBOOK = """
rulebook: small
revision: "2026-01"
title: {{zh: 小, en: small}}
applies: {{by: launched, from: 2026-01-01}}
stages: [inquiry]
sources: {{own: {{title: 自拟}}}}
terms:
  {term}
rules: []
"""

TERMS = [
    ("elimination_share: {default: 3, cite: own 一}", "is 300%, and must be below 100%", "write `3%` if 3% is meant"),
    ("price_spread: {default: 120, cite: own 一}", None, None),
    ("lockup_share: {fixed: 10, cite: own 一}", "is 1000%, and must be at most 100%", "write `10%` if 10% is meant"),
    ("lockup_share: {fixed: 100%, cite: own 一}", None, None),
    ("quantity_step: {default: 0股, cite: own 一}", "is 0股, and must be above 0股", "write a value above 0股"),
    (
        "lockup_share: {default: if total_shares > 4亿股 then 70% else if unprofitable then 10 else 20%, cite: own 一}",
        "is 1000%, and must be at most 100%",
        "write `10%` if 10% is meant",
    ),
    ("lockup_share: {default: 2 * elimination_share, cite: own 一}", None, None),
    ("price_tick: {default: 1元 - 1元, cite: own 一}", "is 0元, and must be above 0元", "write a value above 0元"),
    ("lockup_share: {default: 1 / 0, cite: own 一}", None, None),
]


@pytest.mark.parametrize(("term", "said", "hint"), TERMS)
def test_what_a_rulebook_gives_a_term_is_held_to_the_same_limits(tmp_path: Path, term: str, said: str | None, hint: str | None) -> None:
    page(tmp_path, RULEBOOK.format(term=term), "2026-01.yaml")
    for name in ("vocabulary.yaml", "calendar.yaml"):
        page(tmp_path, (rules_folder() / name).read_text(encoding="utf-8"), name)
    try:
        library(tmp_path).all()
        found = []
    except DiagnosticError as error:
        found = [(d.line, d.code, d.message.partition(") ")[2], d.hint) for d in error.diagnostics]
    assert found == ([] if said is None else [(9, "impossible-term", said, hint)])


@needs_shared
def test_the_shared_offerings_are_read_and_those_that_cannot_be_are_refused() -> None:
    cannot = {
        "110-off-min-no-unit": 1,
        "111-off-share-3": 1,
        "114-off-order-of-days": 1,
        "154-off-lockup-10": 1,
        "155-off-launched-late": 1,
    }
    found: dict[str, list[str]] = {}
    for file in sorted((SHARED / "cases").rglob("offering.yaml")):
        said = [s for _, s, _ in refused(file) if s.startswith(("impossible-term", "no-unit"))]
        if said:
            found[file.parent.name] = said
    assert {name: len(said) for name, said in found.items()} == dict.fromkeys(cannot, 1)
