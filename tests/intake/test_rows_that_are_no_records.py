"""Totals, notes and repeated headers among the records of a table, wherever they stand and whatever is written in them."""

import pytest

from tests.intake.makers import said
from validator.intake import read_book
from validator.vocabulary.vocabulary import Vocabulary

HEADER = "投资者代码,投资者名称,配售对象代码,配售对象名称,申购价格(元/股),拟申购数量(万股),申报时间,申报序号"
RECORDS = [f"V{n},甲{n},P{n},乙{n},20,{100 + n},2026-03-30 10:00:0{n}.000,{n}" for n in range(1, 4)]
NONE = {
    "a total in the first column": "合计,,,,,306,,",
    "a total in the column of codes": ",,合 计：,,20,306,,",
    "a total in the column of names": ",,,总计,,306,,",
    "a highest price": ",,,最高价,99,,,",
    "a subtotal with the investor's code": "V1,甲1 小计,,,20,101,,",
    "a subtotal with the investor's name": ",甲1小计,,,20,101,,",
    "a count": ",,共 3 条,,,,,",
    "an English total": ",,Total,,20,306,,",
    "a note": "注：未经核实,,,,,,,",
    "a note with a half-width colon": "备注:未经核实,,,,,,,",
    "signatures": "制表人：丙,,,复核人：丁,,,,",
    "the header again": HEADER,
    "an end of file of old": "\x1a,,,,,,,",
}
DOUBT = {
    "a total with a time": ",,合计,,20,306,2026-03-30 10:00:00.000,",
    "a total with a sequence": ",,合计,,20,306,,4",
    "amounts without a word": ",,,,20,306,,",
}
RECORD = {
    "a name that begins like a total": "V4,合计资本,P4,合计资本一号,20,100,2026-03-30 10:00:04.000,4",
    "a name that is a word": "V4,平均,P4,最高价,20,100,2026-03-30 10:00:04.000,4",
    "a record without a code": "V4,甲4,,乙4,20,100,2026-03-30 10:00:04.000,4",
    "a code in Chinese": "V4,甲4,丁四,乙4,20,100,2026-03-30 10:00:04.000,4",
}


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("line", NONE.values(), ids=NONE)
def test_a_row_that_is_no_record_is_named_and_not_read(vocabulary: Vocabulary, line: str, at: int) -> None:
    clean = read_book(("bids.csv", "\n".join([HEADER, *RECORDS, ""]).encode()), vocabulary)
    book = read_book(("bids.csv", "\n".join([HEADER, *RECORDS[:at], line, *RECORDS[at:], ""]).encode()), vocabulary)
    assert [(i.code, i.level, i.row) for i in book.issues] == [("no-record", "note", at + 2)]
    assert book.records == clean.records
    for name, frame in clean.frames.items():
        assert book.frames[name].drop("^row").rows() == frame.drop("^row").rows()


@pytest.mark.parametrize("line", DOUBT.values(), ids=DOUBT)
def test_a_row_in_doubt_is_refused(vocabulary: Vocabulary, line: str) -> None:
    from validator import DiagnosticError

    with pytest.raises(DiagnosticError) as refusal:
        read_book(("bids.csv", "\n".join([HEADER, *RECORDS, line, ""]).encode()), vocabulary)
    assert [d.code for d in refusal.value.diagnostics] == ["doubtful-row"]


@pytest.mark.parametrize("line", RECORD.values(), ids=RECORD)
def test_a_record_is_never_taken_for_a_total(vocabulary: Vocabulary, line: str) -> None:
    book = read_book(("bids.csv", "\n".join([HEADER, *RECORDS, line, ""]).encode()), vocabulary)
    assert book.records == {"bid": 4}
    assert [code for code, *_ in said(book)] in ([], ["missing-key"])
