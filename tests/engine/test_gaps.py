"""A key that stands twice in a parent table: what is counted below its rows, and above them, is not evaluable, never silently too small."""

from pathlib import Path

import pytest

import validator
from tests.engine.small import OFFERING

PLACEES = "配售对象代码,投资者代码\nP1,V1\nP1,V1\nP2,V1\nP3,V2\n"
BIDS = "配售对象代码,申购价格,拟申购数量,申报序号\nP1,10.00,1000000,1\nP1,12.01,1000000,2\nP2,10.00,1000000,3\nP3,10.00,1000000,4\n"


@pytest.mark.parametrize("evaluator", ["rows", "columns", None])
def test_bids_that_belong_to_neither_row_are_missed(tmp_path: Path, evaluator: str | None) -> None:
    (tmp_path / "placees.csv").write_text(PLACEES, encoding="utf-8")
    (tmp_path / "bids.csv").write_text(BIDS, encoding="utf-8")
    report = validator.checker(OFFERING).book(tmp_path, evaluator=evaluator)
    found = {(f.rule, f.subject.id): f.outcome for f in report.findings}
    assert found["inquiry.one-bid", "P1"] == found["inquiry.one-bid", "P1#2"] == "not_evaluable"
    assert found["inquiry.price-spread", "V1"] == found["inquiry.price-count", "V1"] == "not_evaluable"
    assert ("inquiry.price-spread", "V2") not in found
    assert ("inquiry.one-bid", "P2") not in found
    assert [i.count for i in report.intake if i.code == "duplicate-key"] == [2]
    assert report.status != 0
