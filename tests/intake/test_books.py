"""Tables that speak of each other: parents from flat tables, links, orphans, keys that stand twice, contradictions, ids and their order."""

import random

import polars as pl
import pytest

from tests.intake.conftest import BookOf
from tests.shared import SHARED, needs_shared
from validator.intake import read_book
from validator.intake.book.book import Book
from validator.vocabulary.vocabulary import Vocabulary


def said(book: Book) -> list[tuple[str, str, int | None, str | None, str | None]]:
    return [(i.code, i.table, i.row, i.column, i.text) for i in book.issues]


def links(book: Book, entity: str, parent: str) -> dict[str, str | None]:
    """The id of each record's parent."""
    ids = book.frames[parent]["^id"].to_list()
    frame = book.frames[entity]
    return {i: None if at is None else ids[at] for i, at in zip(frame["^id"].to_list(), frame[f"^{parent}"].to_list(), strict=True)}


FLAT = """
投资者代码,投资者名称,配售对象代码,配售对象名称,申购价格,申报序号
V2,乙,P3,丙,12,3
V1,甲,P1,一,10,1
V1,甲,P2,二,11,2
"""


def test_a_flat_table_gives_its_parents(book_of: BookOf) -> None:
    book = book_of(bids=FLAT)
    assert said(book) == []
    assert book.records == {"bid": 3}
    assert book.frames["investor"].select("^row", "^id", "investor", "investor_name").rows() == [
        (3, "V1", "V1", "甲"),
        (2, "V2", "V2", "乙"),
    ]
    assert book.frames["placee"].select("^row", "^id", "placee_name").rows() == [(3, "P1", "一"), (4, "P2", "二"), (2, "P3", "丙")]
    assert links(book, "placee", "investor") == {"P1": "V1", "P2": "V1", "P3": "V2"}
    assert links(book, "bid", "placee") == {"P1/1": "P1", "P2/2": "P2", "P3/3": "P3"}
    assert {("bid", "price"), ("placee", "placee_name"), ("investor", "investor")} <= book.supplied
    assert ("placee", "placee_type") not in book.supplied


def test_every_entity_has_a_typed_frame(book_of: BookOf, vocabulary: Vocabulary) -> None:
    book = book_of(bids=FLAT)
    for entity in vocabulary.schema.entities.values():
        if entity.name == "offering":
            assert "offering" not in book.frames
            continue
        frame = book.frames[entity.name]
        link = [f"^{entity.of}"] if entity.of else []
        assert frame.columns == ["^row", "^id", "^key", *link, *entity.fields]
        kinds = {"flag": pl.Boolean, "text": pl.String, "words": pl.String}
        assert [frame.schema[f.name] for f in entity.fields.values()] == [
            kinds.get(f.type.type.kind, pl.Int64) for f in entity.fields.values()
        ]
        assert all(frame.schema[n] == pl.Int64 for n in ("^row", *link))


def test_flags_with_a_default_are_filled_and_count_as_supplied(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申报序号,已撤销\nP1,1,\nP2,2,是\n", placees="配售对象代码\nP1\nP2\n")
    assert book.frames["bid"]["withdrawn"].to_list() == [False, True]
    assert book.frames["bid"]["amended"].to_list() == [None, None]
    assert book.frames["placee"]["placee_strategic"].to_list() == [False, False]
    assert {("bid", "withdrawn"), ("placee", "placee_strategic"), ("investor", "suggestion_amended")} <= book.supplied


def test_no_default_stands_in_for_a_flag_that_cannot_be_read(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申报序号,已撤销\nP1,1,也许\nP2,2,\n")
    assert said(book) == [("unreadable", "bids", 2, "已撤销", "也许")]
    assert book.frames["bid"].select("withdrawn", "withdrawn!").rows() == [(None, "也许"), (False, None)]
    assert book.unreadable == {("bid", "withdrawn")}


def test_codes_alone_give_parents_and_no_investor_without_codes(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\nP1,10\n")
    assert book.frames["placee"]["^id"].to_list() == ["P1"]
    assert book.frames["investor"].is_empty()
    assert book.frames["placee"]["^investor"].to_list() == [None]
    assert said(book) == []
    assert ("investor", "investor") not in book.supplied


def test_investors_are_derived_from_the_placees(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\nP1,10\n", placees="placee,investor,投资者名称\nP1,V1,甲\nP2,V1,\n")
    assert book.frames["investor"].select("^id", "investor_name", "^row").rows() == [("V1", "甲", 2)]
    assert links(book, "placee", "investor") == {"P1": "V1", "P2": "V1"}


def test_a_bid_of_an_unknown_placee_is_an_orphan(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格,申报序号\nP1,10,1\nP9,11,2\n", placees="placee\nP1\n")
    assert said(book) == [("orphan", "bids", 3, "配售对象代码", "P9")]
    assert book.issues[0].message.zh == "配售对象P9不在配售对象表中,需要它的规则无法判断"
    assert links(book, "bid", "placee") == {"P1/1": "P1", "P9/2": None}
    assert book.frames["placee"].height == 1


def test_an_orphan_that_lost_its_zeros_is_told_so(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\n123,10\n", placees="placee\n000123\n")
    assert book.issues[0].message.en == (
        "placee 123 is not in its table; rules that need it cannot be evaluated; the table has 000123: were leading zeros lost?"
    )


def test_a_placee_of_an_unknown_investor_is_an_orphan(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\nP1,10\n", placees="placee,investor\nP1,V9\n", investors="investor\nV1\n")
    assert said(book) == [("orphan", "placees", 2, "investor", "V9")]


def test_an_orphan_of_a_derived_placee_names_the_flat_row(book_of: BookOf) -> None:
    book = book_of(bids=FLAT, investors="investor\nV1\n")
    assert said(book) == [("orphan", "bids", 2, "投资者代码", "V2")]
    assert links(book, "placee", "investor") == {"P1": "V1", "P2": "V1", "P3": None}


def test_a_key_that_stands_twice_among_parents_parts_its_children(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申报序号\nP1,1\nP2,2\n", placees="placee,placee_name\nP1,甲\nP2,乙\nP1,丙\n")
    assert said(book) == [("duplicate-key", "placees", 2, "placee", "P1"), ("duplicate-key", "placees", 4, "placee", "P1")]
    assert links(book, "bid", "placee") == {"P1/1": None, "P2/2": "P2"}
    assert book.frames["placee"].select("^id", "placee_name").rows() == [("P1", "丙"), ("P1#2", "甲"), ("P2", "乙")]


def test_two_bids_with_one_key_stay_two_bids(book_of: BookOf) -> None:
    for rows in (["P1,1,11", "P1,1,10"], ["P1,1,10", "P1,1,11"]):
        book = book_of(bids="\n".join(["配售对象代码,申报序号,申购价格", *rows]))
        assert [(i.code, i.text) for i in book.issues] == [("duplicate-key", "P1/1")] * 2
        assert book.frames["bid"].select("^id", "price").rows() == [("P1/1", 100_000), ("P1/1#2", 110_000)]
        assert links(book, "bid", "placee") == {"P1/1": "P1", "P1/1#2": "P1"}


def test_bids_without_a_number_are_numbered_by_content(book_of: BookOf) -> None:
    for rows in (["P1,,11", "P1,,10", "P1,7,9", "P2,,8"], ["P2,,8", "P1,7,9", "P1,,10", "P1,,11"]):
        book = book_of(bids="\n".join(["配售对象代码,申报序号,申购价格", *rows]))
        assert book.issues == ()
        assert book.frames["bid"].select("^id", "price").rows() == [
            ("P1/#1", 100_000),
            ("P1/#2", 110_000),
            ("P1/7", 90_000),
            ("P2/#1", 80_000),
        ]


def test_missing_keys_are_said(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申报序号,申购价格\n,1,10\nP1,2,11\n", placees="placee,investor,placee_name\nP1,,甲\n,V1,乙\n")
    assert said(book) == [
        ("missing-key", "bids", 2, "配售对象代码", None),
        ("missing-key", "placees", 2, "investor", None),
        ("missing-key", "placees", 3, "placee", None),
    ]
    assert book.frames["bid"]["^id"].to_list() == ["?/1", "P1/2"]
    assert book.frames["placee"]["^id"].to_list() == ["?", "P1"]


def test_a_key_without_a_visible_character_is_unreadable_and_said_once(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申报序号,申购价格\n\u200b,1,10\n")
    assert said(book) == [("unreadable", "bids", 2, "配售对象代码", "\u200b")]
    assert book.frames["bid"]["^id"].to_list() == ["?/1"]


def test_a_table_without_its_key_is_said_once(book_of: BookOf) -> None:
    book = book_of(bids="申报序号,申购价格\n1,10\n2,11\n")
    assert said(book) == [("missing-key", "bids", None, None, None)]
    assert book.issues[0].message.zh == "表中没有可读的“配售对象代码”列,不知其记录是哪一个配售对象的"


def test_rows_that_disagree_about_a_parent(book_of: BookOf) -> None:
    book = book_of(bids="投资者代码,投资者名称,配售对象代码,申购价格\nV1,甲,P1,10\nV1,乙,P2,11\nV1,,P3,12\nV2,丁,P4,13\n")
    assert said(book) == [("contradiction", "bids", 2, "投资者名称", "乙 | 甲")]
    assert book.issues[0].message.zh == "网下投资者V1的投资者名称前后不一:乙 | 甲;不予采用"
    assert book.frames["investor"]["investor_name!"].to_list() == ["乙 | 甲", None]
    assert book.frames["investor"].select("^id", "investor_name").rows() == [("V1", None), ("V2", "丁")]


def test_blank_cells_say_nothing_of_a_parent(book_of: BookOf) -> None:
    book = book_of(bids="投资者代码,投资者名称,配售对象代码\nV1,甲,P1\nV1,,P2\n")
    assert said(book) == []
    assert book.frames["investor"]["investor_name"].to_list() == ["甲"]


def test_a_parents_cell_that_cannot_be_read_is_not_outvoted(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,配售对象类型,申报序号\nP1,公募基金,1\nP1,公墓基金,2\n")
    assert said(book) == [("unreadable", "bids", 3, "配售对象类型", "公墓基金")]
    assert book.frames["placee"]["placee_type"].to_list() == [None]


def test_rows_that_disagree_about_a_placees_investor(book_of: BookOf) -> None:
    book = book_of(bids="投资者代码,配售对象代码,申报序号\nV1,P1,1\nV2,P1,2\n")
    assert said(book) == [("contradiction", "bids", 2, "投资者代码", "V1 | V2")]
    assert links(book, "placee", "investor") == {"P1": None}


def test_a_flat_table_completes_a_table_of_parents(book_of: BookOf) -> None:
    book = book_of(
        bids="配售对象代码,配售对象名称,配售对象类型,投资者代码,申报序号\nP1,一,公募基金,V1,1\nP2,贰,养老金,V1,2\n",
        placees="placee,placee_name,theme_fund\nP1,一,是\nP2,二,否\n",
    )
    assert said(book) == [("contradiction", "bids", 3, "配售对象名称", "二 | 贰")]
    wanted = [("P1", 2, "一", "公募基金", True), ("P2", 3, None, "养老金", False)]
    assert book.frames["placee"].select("^id", "^row", "placee_name", "placee_type", "theme_fund").rows() == wanted
    assert links(book, "placee", "investor") == {"P1": "V1", "P2": "V1"}


def test_the_same_figure_in_two_units_is_no_contradiction(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,询价前总资产(万元),申报序号\nP1,100.5,1\n", placees="placee,pre_inquiry_assets\nP1,1005000.00\n")
    assert said(book) == []
    assert book.frames["placee"]["pre_inquiry_assets"].to_list() == [1_005_000 * 10_000]


def test_two_subscriptions_of_one_placee_are_both_its_own(book_of: BookOf) -> None:
    book = book_of(
        bids="配售对象代码,申报序号\nP1,1\nP2,2\n",
        网下申购="配售对象代码,网下申购数量(万股)\nP1,100\nP2,100\nP2,200\n",
    )
    assert said(book) == [
        ("duplicate-key", "offline_subscriptions", 3, "配售对象代码", "P2"),
        ("duplicate-key", "offline_subscriptions", 4, "配售对象代码", "P2"),
    ]
    assert links(book, "offline_subscription", "placee") == {"P1": "P1", "P2": "P2", "P2#2": "P2"}


def test_payments_are_known_by_placee_and_offering(book_of: BookOf) -> None:
    book = book_of(payments="配售对象代码,缴款证券代码,应缴金额\nP1,301666,10\nP1,301680,20\nP1,,30\n")
    assert said(book) == [("missing-key", "payments", 4, "缴款证券代码", None)]
    assert book.frames["payment"]["^id"].to_list() == ["P1/301666", "P1/301680", "P1/?"]
    assert links(book, "payment", "placee") == {"P1/301666": "P1", "P1/301680": "P1", "P1/?": "P1"}


def test_other_tables_stand_alone(book_of: BookOf) -> None:
    book = book_of(网上申购="申购编号,网上申购数量\nA2,500\nA1,1000\n", 战略投资者="战略投资者名称\n甲\n")
    assert book.frames["online_application"].select("^id", "applied_quantity").rows() == [("A1", 1000), ("A2", 500)]
    assert book.frames["strategic_investor"]["^id"].to_list() == ["甲"]
    assert book.records == {"online_application": 2, "strategic_investor": 1}


def test_decisions_are_handed_through_as_written(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\nP1,10\n", 裁定="规则,subject,结果,姓名,at,备注\nr.a,P1/1,无效, 张三 ,2026-03-31,\n")
    assert book.decisions == ({"rule": "r.a", "subject": "P1/1", "outcome": "无效", "name": " 张三 ", "at": "2026-03-31", "remark": None},)
    assert book.issues == ()


def test_a_header_alone_is_a_table_without_records(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格\n", placees="placee\nP1\n")
    assert said(book) == [("no-records", "bids", None, None, None)]
    assert ("bid", "price") in book.supplied


def test_the_order_of_rows_changes_rows_only(book_of: BookOf) -> None:
    draw = random.Random(7)
    prices, numbers = ["10", "11", "", "y"], ["", "1", "2", "x"]
    rows = [
        f"V{draw.randrange(3)},名{draw.randrange(2)},P{draw.randrange(6)},{draw.choice(numbers)},{draw.choice(prices)}" for _ in range(40)
    ]
    header = "投资者代码,投资者名称,配售对象代码,申报序号,申购价格"

    def seen(rows: list[str]) -> tuple[object, ...]:
        book = book_of(bids="\n".join([header, *rows]))
        frames = {n: f.drop("^row").rows() for n, f in book.frames.items()}
        return frames, [(i.code, i.table, i.column, i.text, i.message) for i in book.issues], book.supplied, book.records

    wanted = seen(rows)
    for _ in range(5):
        draw.shuffle(rows)
        assert seen(rows) == wanted


def test_ids_are_in_code_point_order_and_tell_all_records_apart(book_of: BookOf) -> None:
    codes = ["P2", "P10", "p1", "é", "报", "😀", "P1", "P1#2", "P1/#", "?"]
    rows = [f"{c},{s},{p}" for c in codes for s, p in (("1", "10"), ("1", "11"), ("1", "11"), ("", "9"), ("", "9"))]
    ids = book_of(bids="\n".join(["配售对象代码,申报序号,申购价格", *rows, ",1,10", ",1,10"])).frames["bid"]["^id"].to_list()
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids) == 52


@needs_shared
@pytest.mark.parametrize("number", range(11, 17))
def test_the_shared_books_are_read_without_a_word(vocabulary: Vocabulary, number: int) -> None:
    folder = SHARED / "cases" / "books" / str(number) / "book"
    book = read_book(folder, vocabulary)
    assert said(book) == []
    assert book.unknown_columns == ()
    for entity, table in (("bid", "bids"), ("placee", "placees"), ("investor", "investors")):
        assert book.records[entity] == book.frames[entity].height == len((folder / f"{table}.csv").read_text("utf-8-sig").splitlines()) - 1
    assert book.frames["bid"]["^placee"].null_count() == book.frames["placee"]["^investor"].null_count() == 0


@needs_shared
def test_the_announced_book_adds_up(vocabulary: Vocabulary) -> None:
    book = read_book(SHARED / "cases" / "301666" / "bids.csv", vocabulary)
    assert said(book) == []
    assert book.frames["bid"].height == book.frames["placee"].height == 9618
    assert book.frames["bid"]["quantity"].sum() == 10_126_350 * 10_000
    assert book.frames["investor"].height == 306
