"""Careless .csv files and folders: what can be read is read, and every loss is told."""

from pathlib import Path

import pytest

from tests.intake.makers import GOOD, said
from validator.intake import read_book
from validator.intake.book.book import Book
from validator.vocabulary.vocabulary import Vocabulary


def read_csv(vocabulary: Vocabulary, text: str) -> Book:
    return read_book(("bids.csv", text.encode()), vocabulary)


@pytest.mark.parametrize("quote", ["", '"'])
def test_what_cannot_be_read_is_said_and_the_rest_stands(vocabulary: Vocabulary, quote: str) -> None:
    q = quote
    text = f"配售对象代码,申购价格（元/股）,拟申购数量(万股),申报序号\n{q}P1{q},五十一,100,1\nP2,25.31001,-10,2\nP3,10,100,3\n"
    book = read_csv(vocabulary, text)
    assert [(*s, i.message.zh, i.message.en) for s, i in zip(said(book), book.issues, strict=True)] == [
        ("unreadable", "bids", 3, "拟申购数量(万股)", "-10", "拟申购数量“-10”为负数", "quantity `-10` is negative"),
        (
            "unreadable",
            "bids",
            3,
            "申购价格（元/股）",
            "25.31001",
            "申购价格“25.31001”比0.0001元/股更细,无法按原值记录",
            "price `25.31001` has more decimals than this unit allows: the smallest step is 0.0001元/股",
        ),
        ("unreadable", "bids", 2, "申购价格（元/股）", "五十一", "申购价格“五十一”不是数", "price `五十一` is not a number"),
    ]
    assert book.frames["bid"].select("price", "quantity").rows() == [(None, 1_000_000), (None, None), (100_000, 1_000_000)]


def test_blank_rows_are_no_records_and_said(vocabulary: Vocabulary) -> None:
    for blank in ("", ",,", " , ,　", '"","",""'):
        book = read_csv(vocabulary, f"配售对象代码,申购价格,申报序号\n{blank}\nP1,x,1\n{blank}\n{blank}\nP2,11,2\n{blank}\n{blank}\n")
        assert said(book) == [("blank-rows", "bids", 2, None, None), ("unreadable", "bids", 3, "申购价格", "x")]
        assert book.issues[0].message.zh == "跳过3个空行:2, 4, 5"
        assert book.frames["bid"]["^row"].to_list() == [3, 6]
        assert book.records == {"bid": 2}


def test_blank_rows_above_the_header_count(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, "\n,,\n" + GOOD.replace("10", "x"))
    assert said(book) == [("unreadable", "bids", 4, "申购价格", "x")]
    assert read_csv(vocabulary, '"",""\n\n' + GOOD).frames["bid"]["^row"].to_list() == [4, 5]


def test_no_cell_of_a_row_that_does_not_fit_the_header_is_believed(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, "配售对象代码,申购价格\nP1,10\nP2,11,12,\nP3,12,,\nP4\n")
    assert said(book) == [("misfit-row", "bids", 3, None, "P2"), ("misfit-row", "bids", 5, None, "P4")]
    assert book.frames["bid"].select("^id", "price").rows() == [("?/#1", None), ("?/#2", None), ("P1/#1", 100_000), ("P3/#1", 120_000)]


def test_formulas_quotes_and_odd_characters_are_text(vocabulary: Vocabulary) -> None:
    book = read_csv(
        vocabulary, '配售对象代码,配售对象名称,申购价格\n=1+1,"=cmd|\' /C calc\'!A0",=1+1\n@x,a\u202eb\x07\u200b,10\n"a\nb",+1,11\n'
    )
    assert said(book) == [("unreadable", "bids", 2, "申购价格", "=1+1")]
    assert dict(book.frames["placee"].select("^id", "placee_name").rows()) == {
        "=1+1": "=cmd|' /C calc'!A0",
        "@x": "a\u202eb\x07\u200b",
        "a\nb": "+1",
    }
    assert book.frames["bid"]["^row"].to_list() == [2, 3, 4]


def test_a_long_cell_is_said_but_not_repeated_without_end(vocabulary: Vocabulary) -> None:
    book = read_csv(vocabulary, f"配售对象代码,申购价格\nP1,{'9' * 100_001}\n{'x' * 100_001},10\n")
    assert [(i.code, i.row, len(i.text or "")) for i in book.issues] == [("unreadable", 2, 201), ("unreadable", 3, 201)]
    assert book.frames["bid"]["^id"].to_list() == ["?/#1", "P1/#1"]


def test_a_folder_says_what_it_did_not_read(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "bids.csv").write_text(GOOD)
    (tmp_path / "other.csv").write_text("a\n1\n2\n")
    (tmp_path / "bids.xls").write_bytes(b"x")
    (tmp_path / "more").mkdir()
    (tmp_path / "offering.yaml").write_text("x")
    (tmp_path / "~$bids.xlsx").write_text("x")
    book = read_book(tmp_path, vocabulary)
    assert [(i.code, i.text) for i in book.issues] == [("unknown-table", "other"), ("unread-file", "bids.xls"), ("unread-file", "more")]
    assert book.frames["bid"].height == 2
