"""A folder beside an offering is read whole, and nothing in it is left out in silence."""

from pathlib import Path

import pytest

import validator
from tests.shared import SHARED, needs_shared
from validator.checks.folder import book_beside

BASE = SHARED / "cases" / "files" / "68-base-no-asset-columns"
INVESTORS = "投资者代码,列入限制名单或异常名单\nV001,是\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("offering.yaml", "bids.csv"):
        (tmp_path / name).write_bytes((BASE / name).read_bytes())
    return tmp_path


def check(place: Path) -> validator.Report:
    return validator.checker(place / "offering.yaml").book(book_beside(place))


@needs_shared
def test_every_table_beside_an_offering_is_read(place: Path) -> None:
    (place / "investors.csv").write_text(INVESTORS, encoding="utf-8")
    report = check(place)
    assert dict(report.records) == {"bid": 80, "investor": 1}
    assert "V001" in {f.subject.id for f in report.violated}


@needs_shared
def test_what_is_no_table_of_a_book_is_named(place: Path) -> None:
    (place / "通讯录.csv").write_text("姓名,电话\n甲,1\n", encoding="utf-8")
    assert [(i.level, i.code, i.text) for i in check(place).intake] == [("issue", "unknown-table", "通讯录")]


@needs_shared
@pytest.mark.parametrize("name", ["report.json", "report.xlsx"])
def test_our_own_reports_are_left_out_and_named(place: Path, name: str) -> None:
    before = check(place)
    (place / name).write_bytes(written(before, name))
    after = check(place)
    assert {i.code for i in after.intake} == {"own-report"}
    assert {i.level for i in after.intake} == {"note"}
    assert (after.status, after.outcomes, after.fates) == (before.status, before.outcomes, before.fates)


def written(report: validator.Report, name: str) -> bytes:
    from validator.render import json, xlsx

    return xlsx.render(report, "zh") if name.endswith("xlsx") else json.render(report).encode()
