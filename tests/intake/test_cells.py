"""One cell at a time: what it stands for, and the words in which it is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from validator.intake.cells.cell import Unreadable, read_cell
from validator.vocabulary.vocabulary import Vocabulary

DAY = 86_400_000
# 2026-03-30 is day 20542; 14:49:12.152 is 53,352,152 ms into it.
MOMENT = 20542 * DAY + 53_352_152

READ = [
    # field, header unit, cell, wanted
    ("price", None, "25.31", 253_100),
    ("price", None, " 25.3100 ", 253_100),
    ("price", None, "　25.31　", 253_100),
    ("price", None, "２５．３１", 253_100),
    ("price", None, "25.31元", 253_100),
    ("price", None, "25.31 元/股", 253_100),
    ("price", None, 25.31, 253_100),
    ("price", None, 51.380000000000003, 513_800),
    ("price", None, Decimal("25.31"), 253_100),
    ("price", None, 25, 250_000),
    ("price", None, "25.310000000", 253_100),
    ("price", None, ".5", 5_000),
    ("price", None, "0", 0),
    ("price", None, "-0", 0),
    ("price", None, "1E2", 1_000_000),
    ("price", None, "2531e-2", 253_100),
    ("price", None, "100000", 1_000_000_000),
    ("quantity", None, "1,400", 1_400),
    ("quantity", None, "1，400，000", 1_400_000),
    ("quantity", None, "1400.0", 1_400),
    ("quantity", None, 1400.0, 1_400),
    ("quantity", "万股", "1,400", 14_000_000),
    ("quantity", "万股", "570.5", 5_705_000),
    ("quantity", "万股", "1400万股", 14_000_000),
    ("quantity", "万股", "500股", 500),
    ("quantity", "10k shares", "1.5", 15_000),
    ("quantity", None, "0012", 12),
    ("declared_assets", "万元", "104700", 1_047_000_000 * 10_000),
    ("declared_assets", "万元", "0.00000001", 1),
    ("declared_assets", None, "103770999.9999", 1_037_709_999_999),
    ("declared_assets", None, "1亿元", 10**8 * 10**4),
    ("elimination_share", None, "3%", 3 * 10**10),
    ("elimination_share", None, "0.03", 3 * 10**10),
    ("elimination_share", None, "120％", 12 * 10**11),
    ("elimination_share", "%", "2.9877", 29_877_000_000),
    ("elimination_share", "%", "3%", 3 * 10**10),
    ("online_multiple", None, "3,518.19倍", 3_518_190_000),
    ("sequence", None, "2264", 2264),
    ("lockup_months", None, "6个月", 6),
    ("submitted_at", None, "2026-03-30 14:49:12.152", MOMENT),
    ("submitted_at", None, "2026-03-30 14:49:12:152", MOMENT),
    ("submitted_at", None, "2026-03-30T14:49:12.152", MOMENT),
    ("submitted_at", None, "2026-03-30T14:49:12.152+08:00", MOMENT),
    ("submitted_at", None, "2026-03-30T06:49:12.152Z", MOMENT),
    ("submitted_at", None, "2026-03-30 14:49:12.152000", MOMENT),
    ("submitted_at", None, "2026/3/30 14:49", MOMENT - 12_152),
    ("submitted_at", None, "2026/3/30 9:05", 20542 * DAY + 9 * 3_600_000 + 5 * 60_000),
    ("submitted_at", None, "2026年3月30日 14:49:12", MOMENT - 152),
    ("submitted_at", None, "2026-03-30 14:49:12.1", MOMENT - 52),
    ("submitted_at", None, "2026－03－30　14：49：12．152", MOMENT),
    ("submitted_at", None, datetime(2026, 3, 30, 14, 49, 12, 152_000), MOMENT),
    ("submitted_at", None, datetime(2026, 3, 30, 6, 49, 12, 152_000, UTC), MOMENT),
    ("submitted_at", None, datetime(2026, 3, 30, 15, 49, 12, 152_000, timezone(timedelta(hours=9))), MOMENT),
    ("submitted_at", None, datetime(2026, 3, 30), 20542 * DAY),
    ("established", None, "2026-03-30", 20542),
    ("established", None, "2026/3/30", 20542),
    ("established", None, "2026.03.30", 20542),
    ("established", None, "2026年3月30日", 20542),
    ("established", None, "2026-03-30 00:00:00", 20542),
    ("established", None, date(2026, 3, 30), 20542),
    ("established", None, datetime(2026, 3, 30), 20542),
    ("established", None, "1990-01-01", 7305),
    ("established", None, "2099-12-31", 47_481),
    ("established", None, "2024-02-29", 19_782),
    ("amended", None, "是", True),
    ("amended", None, "否", False),
    ("amended", None, "TRUE", True),
    ("amended", None, "false", False),
    ("amended", None, "1", True),
    ("amended", None, 0, False),
    ("amended", None, 1.0, True),
    ("amended", None, "Y", True),
    ("amended", None, "n", False),
    ("amended", None, "Ｙ", True),
    ("amended", None, True, True),
    ("placee_type", None, "公募基金", "公募基金"),
    ("placee_type", None, " 私募基金 ", "私募证券投资基金"),
    ("placee_type", None, "QFII资金", "合格境外投资者资金"),
    ("asset_report_seal", None, "无", "无"),
    ("placee_name", None, " 配售对象　1　", "配售对象　1"),
    ("placee_name", None, "=1+1", "=1+1"),
    ("placee_name", None, "无", "无"),
    ("placee_name", None, "a\u202eb\x07", "a\u202eb\x07"),
    ("placee", None, "001386", "001386"),
    ("placee", None, 1386, "1386"),
    ("placee", None, 1386.0, "1386"),
    ("placee", None, "1386.0", "1386.0"),
    ("placee", None, Decimal("1386"), "1386"),
]

BLANK = ["", " ", "　", "\t\r\n ", "\xa0\u2003", None, float("nan")]

REFUSED = [
    ("price", None, "五十一", "is not a number"),
    ("price", None, "-", "is not a number"),
    ("price", None, "无", "is not a number"),
    ("price", None, "N/A", "is not a number"),
    ("price", None, ".", "is not a number"),
    ("price", None, "1.2.3", "is not a number"),
    ("price", None, "1,40", "is not a number"),
    ("price", None, "14,00.5", "is not a number"),
    ("price", None, "1,0000", "is not a number"),
    ("price", None, "(25.31)", "is not a number"),
    ("price", None, "25,31", "is not a number"),
    ("price", None, "25 31", "is not a number"),
    ("price", None, "25.31美元", "is not a number"),
    ("price", None, "٢٥", "is not a number"),
    ("price", None, "²", "is not a number"),
    ("price", None, "0x10", "is not a number"),
    ("price", None, "1_000", "is not a number"),
    ("price", None, "inf", "is not a number"),
    ("price", None, float("inf"), "is not a number"),
    ("price", None, True, "is not a number"),
    ("price", None, "25.31001", "has more decimals than this unit allows: the smallest step is 0.0001元/股"),
    ("price", None, 25.31001, "has more decimals than this unit allows: the smallest step is 0.0001元/股"),
    ("price", None, 0.1 + 0.2, "has more decimals than this unit allows: the smallest step is 0.0001元/股"),
    ("price", None, "25.31万股", "has a unit that does not fit price: 万股"),
    ("price", None, "-25.31", "is negative"),
    ("price", None, "－25.31", "is negative"),
    ("price", None, "\u221225.31", "is negative"),
    ("price", None, "100000.0001", "is above the limit of 100,000元/股"),
    ("price", None, "1E999999999", "has too many digits"),
    ("price", None, "1E-999999999", "has too many digits"),
    ("price", None, "9" * 61, "has too many digits"),
    ("price", None, 10**70, "is above the limit of 100,000元/股"),
    ("price", None, "1" * 100_001, "is longer than 100000 characters"),
    ("quantity", None, "1400.5", "has more decimals than this unit allows: the smallest step is 1股"),
    ("quantity", "万股", "0.00001", "has more decimals than this unit allows: the smallest step is 1股"),
    ("quantity", None, "-1", "is negative"),
    ("declared_assets", None, "100000000000001", "is above the limit of 100,000,000,000,000元"),
    ("sequence", None, "1.5", "has more decimals than this unit allows: the smallest step is 1"),
    ("sequence", None, "300%", "has a unit that does not fit sequence: %"),
    ("sequence", None, "6个月", "has a unit that does not fit sequence: 个月"),
    ("elimination_share", None, "10001", "is above the limit of 10,000"),
    ("submitted_at", None, "2026-03-30", "has no time of day"),
    ("submitted_at", None, date(2026, 3, 30), "has no time of day"),
    ("submitted_at", None, "2026-03-30 24:00:00", "is not a time of day"),
    ("submitted_at", None, "2026-03-30 14:60", "is not a time of day"),
    ("submitted_at", None, "2026-03-30 14:49:60", "is not a time of day"),
    ("submitted_at", None, "2026-03-30 14:49:12.1521", "is more precise than a millisecond"),
    ("submitted_at", None, datetime(2026, 3, 30, 14, 49, 12, 152_001), "is more precise than a millisecond"),
    ("submitted_at", None, "2026-03-30 14:49:12:15", "is not a moment"),
    ("submitted_at", None, "2026-03-30 14", "is not a moment"),
    ("submitted_at", None, "14:49:12", "is not a moment"),
    ("submitted_at", None, "2026-02-30 14:49", "is not a day of the calendar"),
    ("submitted_at", None, "1989-12-31 23:59:59.999", "is not between 1990 and 2099"),
    ("submitted_at", None, "46111.6175", "is a number, not a moment (give the cell a date format in Excel)"),
    ("established", None, "2026-02-29", "is not a day of the calendar"),
    ("established", None, "2026-13-01", "is not a day of the calendar"),
    ("established", None, "1899-12-31", "is not between 1990 and 2099"),
    ("established", None, "2100-01-01", "is not between 1990 and 2099"),
    ("established", None, "2026-03/30", "is not a date"),
    ("established", None, "26-03-30", "is not a date"),
    ("established", None, "30.03.2026", "is not a date"),
    ("established", None, "2026-03-30 14:49", "is not a date"),
    ("established", None, 46111, "is a number, not a date (give the cell a date format in Excel)"),
    ("amended", None, "yess", "is neither 是 nor 否"),
    ("amended", None, "-", "is neither 是 nor 否"),
    ("amended", None, 2, "is neither 是 nor 否"),
    ("asset_report_seal", None, "私章", "is not one of 公章, 估值专用章, 托管业务专用章, 无"),
    ("board", None, "SZSE-main", "is not one of szse-chinext, szse-main, sse-main, sse-star"),
    ("placee", None, "\u200b", "has no visible character"),
    ("placee", None, "\u200b \u202e\x00", "has no visible character"),
    ("placee", None, ["P1"], "is not the value of one cell"),
    ("placee", None, {"a": 1}, "is not the value of one cell"),
    ("placee", None, "x" * 100_001, "is longer than 100000 characters"),
]


def find(vocabulary: Vocabulary, name: str):  # type: ignore[no-untyped-def]
    return next(e.fields[name] for e in vocabulary.schema.entities.values() if name in e.fields)


def read(vocabulary: Vocabulary, name: str, unit: str | None, cell: object) -> object:
    held = find(vocabulary, name)
    units = vocabulary.schema.units
    return read_cell(cell, held, units, units[unit] if unit else None, vocabulary.aliases.get((held.entity, name)))


@pytest.mark.parametrize(("name", "unit", "cell", "wanted"), READ)
def test_a_cell_is_read(vocabulary: Vocabulary, name: str, unit: str | None, cell: object, wanted: object) -> None:
    got = read(vocabulary, name, unit, cell)
    assert got == wanted
    assert type(got) is type(wanted)


@pytest.mark.parametrize("name", ["price", "established", "submitted_at", "amended", "placee_type", "placee"])
@pytest.mark.parametrize("cell", BLANK)
def test_a_blank_cell_is_missing(vocabulary: Vocabulary, name: str, cell: object) -> None:
    assert read(vocabulary, name, None, cell) is None


@pytest.mark.parametrize(("name", "unit", "cell", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_cell_is_refused(vocabulary: Vocabulary, name: str, unit: str | None, cell: object, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(vocabulary, name, unit, cell)
    assert refused.value.en == reason
    assert refused.value.zh


def test_a_number_too_long_to_be_written_out_is_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(Unreadable):
        read(vocabulary, "price", None, 10**5000)
