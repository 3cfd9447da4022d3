"""Headers as people write them, and what is said of those that name nothing, or the same thing twice."""

import pytest

from tests.intake.conftest import BookOf
from validator.intake.cells.header import field_names, read_header, table_entity
from validator.vocabulary.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("price", ("price", None)),
        ("申购价格", ("price", None)),
        ("申购价格(元/股)", ("price", "元/股")),
        ("申购价格（元/股）", ("price", "元/股")),
        ("申购价格（元）", ("price", "元")),
        ("申购价格 [元/股]", ("price", "元/股")),
        ("申购价格【元】", ("price", "元")),
        (" 申 购 价 格 ", ("price", None)),
        ("申购价格\n(元/股)", ("price", "元/股")),
        ("Price (Yuan / Share)", ("price", "yuan/share")),
        ("拟申购数量(万股)", ("quantity", "万股")),
        ("拟申购数量（ 万股 ）", ("quantity", "万股")),
        ("quantity(10k shares)", ("quantity", "10k shares")),
        ("Submitted At", ("submitted_at", None)),
        ("申报时间(精确到毫秒)", ("submitted_at", None)),
        ("配售对象代码", ("placee", None)),
        ("investor", ("investor", None)),
        ("投资者名称", ("investor_name", None)),
        ("拟申购数量()", ("quantity", None)),
        ("拟申购数量(万元)", "万元"),
        ("申购价格(美元)", "美元"),
        ("申报序号(个月)", "个月"),
        ("申报序号(%)", "%"),
        ("备注", None),
        ("", None),
        ("()", None),
        ("(元)", None),
        ("申购价格元", None),
        ("证券代码", None),
        ("获配数量", None),
    ],
)
def test_a_header_of_a_bids_table(vocabulary: Vocabulary, header: str, wanted: object) -> None:
    schema = vocabulary.schema
    found = read_header(header, field_names(vocabulary, "bid"), schema.units)
    assert ((found[0].name, found[1] and found[1].name) if isinstance(found, tuple) else found) == wanted


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("bids", "bid"),
        ("报价", "bid"),
        (" Bids ", "bid"),
        ("offline_subscriptions", "offline_subscription"),
        ("缴款", "payment"),
        ("Sheet1", None),
    ],
)
def test_the_name_of_a_table(vocabulary: Vocabulary, name: str, entity: str | None) -> None:
    assert table_entity(name, vocabulary) == entity


def test_unknown_columns_are_named_and_the_rest_is_read(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格,备注,,证券简称\nP1,10,x,y,z\n")
    assert book.unknown_columns == (("bids", ""), ("bids", "备注"), ("bids", "证券简称"))
    assert book.issues == ()
    assert book.frames["bid"]["price"].to_list() == [100_000]


def test_a_nameless_column_without_cells_is_nothing(book_of: BookOf) -> None:
    assert book_of(bids="配售对象代码,申购价格,,\nP1,10,,\n").unknown_columns == ()


def test_of_two_columns_of_one_name_none_is_read(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,price,申购价格（元）,申报序号\nP1,10,11,1\n")
    assert [(i.code, i.table, i.row, i.column, i.message.en) for i in book.issues] == [
        ("duplicate-header", "bids", 1, "price", "2 columns hold price; none of them is read"),
        ("duplicate-header", "bids", 1, "申购价格（元）", "2 columns hold price; none of them is read"),
    ]
    assert book.frames["bid"]["price"].to_list() == [None]
    assert ("bid", "price") not in book.supplied


def test_a_column_in_a_unit_that_is_none_is_not_read(book_of: BookOf) -> None:
    book = book_of(bids="配售对象代码,申购价格(美元),拟申购数量(万元)\nP1,10,100\n")
    assert [(i.code, i.row, i.column, i.text, i.message.zh) for i in book.issues] == [
        ("unknown-unit", 1, "拟申购数量(万元)", "万元", "不认识单位“万元”,或它不适用于此列;该列未读取"),
        ("unknown-unit", 1, "申购价格(美元)", "美元", "不认识单位“美元”,或它不适用于此列;该列未读取"),
    ]
    assert not {("bid", "price"), ("bid", "quantity")} & book.supplied
