"""A nested submission gives the same records, ids, links and issues as the same tables handed in as a book; and never needs Polars."""

import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.diagnostics import DiagnosticError
from validator.intake import read_book
from validator.intake.submission.read import Submission, read_submission, submission_form
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary_file import load_vocabulary

VOCABULARY = load_vocabulary(rules_folder())
CLEAN = {
    "investor": {"investor": "V1", "机构投资者": "是", "suggested_low": 50.0},
    "placees": [
        {"placee": "P2", "bids": [{"price": "51.38", "拟申购数量(万股)": "1,400", "sequence": 2}]},
        {
            "配售对象代码": "P1",
            "配售对象类型": "私募基金",
            "报价": [{"申购价格": Decimal("51.4"), "quantity": 10, "submitted_at": "2026-03-30 14:49:12.152"}],
        },
    ],
}


def read(data: object) -> Submission:
    return read_submission(data, submission_form(VOCABULARY))


def said(found: Submission) -> list[tuple[str, str, str | None, str | None, str]]:
    return [(i.code, i.table, i.column, i.text, i.message.en) for i in found.issues]


def parents(found: Submission, entity: str, parent: str) -> dict[object, object]:
    above = found.tables[parent]
    return {r["^id"]: None if r[f"^{parent}"] is None else above[int(r[f"^{parent}"])]["^id"] for r in found.tables[entity]}  # type: ignore[arg-type]


def test_a_nested_submission() -> None:
    found = read(CLEAN)
    assert found.issues == () and found.unknown_columns == ()
    assert [(r["^id"], r["institution"], r["suggested_low"], r["restricted"]) for r in found.tables["investor"]] == [
        ("V1", True, 500_000, None)
    ]
    assert [(r["^id"], r["placee_type"], r["placee_strategic"]) for r in found.tables["placee"]] == [
        ("P1", "私募证券投资基金", False),
        ("P2", None, False),
    ]
    assert [(r["^id"], r["^row"], r["price"], r["quantity"], r["withdrawn"]) for r in found.tables["bid"]] == [
        ("P1/#1", None, 514_000, 10, False),
        ("P2/2", None, 513_800, 14_000_000, False),
    ]
    assert parents(found, "bid", "placee") == {"P1/#1": "P1", "P2/2": "P2"}
    assert parents(found, "placee", "investor") == {"P1": "V1", "P2": "V1"}
    assert ("bid", "submitted_at") in found.supplied and ("bid", "amended") not in found.supplied
    assert ("placee", "valuation_table") in found.supplied


def test_every_record_has_every_field() -> None:
    found = read(CLEAN)
    for entity in VOCABULARY.schema.entities.values():
        for record in found.tables.get(entity.name, []):
            assert set(record) == {"^id", "^key", "^row", *entity.fields, *([f"^{entity.of}"] if entity.of else [])}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ({"placees": [{"placee": "P1"}], "bids": [{"price": 1}]}, {"P1/#1": "P1"}),
        ({"placees": [{"placee": "P1"}, {"placee": "P2"}], "bids": [{"placee": "P2", "price": 1}]}, {"P2/#1": "P2"}),
        ({"bids": [{"placee": "P2", "price": 1}]}, {"P2/#1": "P2"}),
        ({"bid": {"placee": "P2", "price": 1}}, {"P2/#1": "P2"}),
        ({"placees": {"placee": "P1", "bids": {"price": 1}}}, {"P1/#1": "P1"}),
        ({"placees": [{"bids": [{"price": 1}]}]}, {"?/#1": "?"}),
        ({"investor": {"investor": "V", "placees": [{"placee": "P1", "bids": [{"placee": "P1"}]}]}}, {"P1/#1": "P1"}),
    ],
)
def test_where_a_bid_belongs(data: object, wanted: object) -> None:
    found = read(data)
    assert parents(found, "bid", "placee") == wanted
    assert [i.code for i in found.issues] in ([], ["missing-key"])


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (
            {"investor": {"restricted": "或许", "investor": "V"}},
            [("unreadable", "investors", "restricted", "或许", "`investor.restricted` `或许` is neither 是 nor 否")],
        ),
        (
            {"placees": [{"placee": "P1", "bids": [{"price": "25.31001"}]}]},
            [
                (
                    "unreadable",
                    "bids",
                    "price",
                    "25.31001",
                    "`placees[0].bids[0].price` `25.31001` has more decimals than this unit allows: the smallest step is 0.0001元/股",
                )
            ],
        ),
        (
            {"bids": [{"placee": "P1", "price": [1]}]},
            [("unreadable", "bids", "price", "<list>", "`bids[0].price` `<list>` is not the value of one cell")],
        ),
        (
            {"bids": [{"placee": "P1", "price(股)": 1}]},
            [("unknown-unit", "bids", "price(股)", "股", "`股` is not a unit of `bids[0].price(股)`")],
        ),
        (
            {"bids": [{"placee": "P1", "price": 1, "申购价格": 2}]},
            [("duplicate-header", "bids", "申购价格", "2", "`bids[0].申购价格` is the same field as `price`")],
        ),
        (
            {"placees": [{"placee": "P1"}, {"placee": "P1"}]},
            [("duplicate-key", "placees", "placee", "P1", "placee P1 occurs more than once")] * 2,
        ),
        (
            {"placees": [{"placee": "P1"}], "bids": [{"placee": "P9"}]},
            [("orphan", "bids", "placee", "P9", "`bids[0]` names P9, which is not among the placees")],
        ),
        (
            {"placees": [{"placee": "P1", "bids": [{"placee": "P9"}]}]},
            [("contradiction", "bids", "placee", "P9", "`placees[0].bids[0]` is nested in P1 but names P9")],
        ),
        ({"placees": [{"placee_name": "甲"}]}, [("missing-key", "placees", "placee", None, "`placees[0]` has no placee")]),
        (
            {"placees": [{"placee": "P1"}, {"placee": "P2"}], "bids": [{"price": 1}]},
            [("missing-key", "bids", "placee", None, "`bids[0]` does not name its placee")],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: object, wanted: object) -> None:
    assert said(read(data)) == wanted


def test_of_two_keys_for_one_field_none_is_read() -> None:
    assert read({"bids": [{"placee": "P1", "price": 1, "申购价格": 2}]}).tables["bid"][0]["price"] is None


def test_unknown_keys_are_named() -> None:
    found = read({"remark": 1, "bids": [{"placee": "P1", "foo": 1, "placee_type": "公募基金", 7: 1}]})
    assert found.unknown_columns == (("bids", "7"), ("bids", "foo"), ("bids", "placee_type"), ("submission", "remark"))


@pytest.mark.parametrize("data", [None, [], "x", {"bids": "x"}, {"bids": [1]}, {"bids": 3}, {"placees": [{"bids": [None]}]}])
def test_data_without_the_form_is_refused(data: object) -> None:
    with pytest.raises(DiagnosticError) as refused:
        read(data)
    assert [d.code for d in refused.value.diagnostics] == ["wrong-form"]


def test_a_large_submission_takes_linear_time() -> None:
    rows = [{"placee": f"P{i}", "bids": [{"sequence": 1}]} for i in range(5000)] * 2
    found = read({"investor": {"investor": "V"}, "placees": rows})
    assert len(found.tables["bid"]) == 10_000
    assert {i.code for i in found.issues} == {"duplicate-key"}


def test_a_submission_needs_no_polars() -> None:
    code = (
        "import sys, json; from validator.vocabulary.layers import rules_folder;"
        "from validator.vocabulary.vocabulary_file import load_vocabulary;"
        "from validator.intake.submission.read import read_submission, submission_form;"
        "read_submission(json.loads(sys.argv[1]), submission_form(load_vocabulary(rules_folder()))); assert 'polars' not in sys.modules"
    )
    data = json.dumps({"placees": [{"placee": "P1", "bids": [{"price": "1"}]}]})
    subprocess.run([sys.executable, "-c", code, data], check=True)


codes = st.sampled_from(["P1", "P2", "P1#2", "?", "é", None, ""])
cells = {
    "bids": {
        "placee": codes,
        "sequence": st.sampled_from([None, "1", "2", "x"]),
        "price": st.sampled_from([None, "10", "11", 10.5, "y"]),
        "withdrawn": st.sampled_from(["否", "是"]),
    },
    "placees": {"placee": codes, "investor": st.sampled_from(["V1", "V2", None]), "placee_name": st.sampled_from(["甲", "乙"])},
    "investors": {"investor": st.sampled_from(["V1", "V2", "V3", None]), "restricted": st.sampled_from(["是", "z"])},
    "payments": {"placee": codes, "payment_offering": st.sampled_from([None, "301666"]), "paid": st.sampled_from(["1", "2"])},
    "offline_subscriptions": {"placee": codes, "subscribed_quantity": st.sampled_from(["1", "2"])},
}
tables = st.fixed_dictionaries({n: st.lists(st.fixed_dictionaries(fields), min_size=2, max_size=7) for n, fields in cells.items()})


@given(tables)
@settings(max_examples=200, deadline=None)
def test_tables_give_the_same_records_either_way(data: dict[str, list[dict[str, Any]]]) -> None:
    book, found = read_book(data, VOCABULARY), read(data)
    for entity, frame in book.frames.items():
        given, same = ([_told(r) for r in records] for records in (found.tables.get(entity, []), frame.to_dicts()))
        assert given == same
    assert found.unreadable >= book.unreadable  # a submission also keeps the texts of keys
    assert found.supplied == book.supplied
    assert sorted((i.code, i.table, i.text) for i in found.issues) == sorted((i.code, i.table, i.text) for i in book.issues)


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its row, and without the texts of the cells that could be read."""
    return {k: v for k, v in record.items() if k != "^row" and not (k.endswith("!") and v is None)}
