"""The officer's decisions (裁定): what they close, what they make invalid, and what they cannot undo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import bids, checker, placees, rule, same
from validator.render.html import render
from validator.render.pages.blocks import Heading, Table
from validator.render.pages.report.summary import summary, verdict
from validator.render.phrases.say import Lang
from validator.render.tables.annex import rows
from validator.report.model import Report

BODY = """
stages: [first, second]
values:
  taken:
    zh: 被剔除
    of: bid
    stage: second
    take: {from: live, order: [price descending, sequence descending], sum: admitted_quantity, limit: 100股, bound: elimination_bound}
  fate: {zh: 结果, of: bid, stage: second, first: [{if: not live, is: 无效报价}, {if: taken, is: 高价剔除}, {is: 有效报价}]}
rules:
""" + "".join(
    (
        rule("first.barred", "investor", "not restricted"),
        rule("first.assets", "placee", "month_end_assets > 0元"),
        rule("first.reason", "bid", "amended or present(amendment_reason)", "report"),
        rule("first.notice", "offering", "risk_notice", "disclose"),
        "  - {id: first.conduct, name: {zh: 串通, en: collusion}, for: investor, effect: attest, cite: seed 一}\n",
        "  - {id: second.taken, name: {zh: 剔除, en: taken}, for: bid, selects: taken, effect: [], cite: seed 一}\n",
    )
)
SIGNED = {"name": "王", "at": "2026-02-12 09:00", "remark": ""}
CLEAN = {"rule": "first.conduct", "subject": "", "outcome": "成立", **SIGNED}


def said(rule_: str, subject: str, outcome: str, **other: str) -> dict[str, str]:
    return {"rule": rule_, "subject": subject, "outcome": outcome, **SIGNED, **other}


def decided(tmp_path: Path, *decisions: Mapping[str, str], **changes: Any) -> Report:
    """Three bids of three placees of two investors, the highest eliminated; everything holds but for what is changed."""
    tables: dict[str, Any] = {
        "investors": [{"investor": v, "restricted": False} for v in ("V1", "V2")],
        "placees": [{**p, "month_end_assets": 1} for p in placees("V1", "V1", "V2")],
        "bids": bids(100, 100, 100, price=[12, 11, 10], amended=True, amendment_reason="改"),
    }
    return same(
        checker(tmp_path, BODY, risk_notice="是", elimination_bound="at_least"),
        {**tables, **changes, **({"decisions": decisions} if decisions else {})},
    )


def fates(report: Report) -> list[str | None]:
    return [b.fate for b in report.bids]


def used(report: Report) -> list[str]:
    return [d["used"] for d in report.decisions]


def unknown_assets(*placees_: str) -> list[dict[str, Any]]:
    return [{**p, "month_end_assets": None if p["placee"] in placees_ else 1} for p in placees("V1", "V1", "V2")]


def test_a_clean_book_that_is_signed_for_is_compliant(tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN)
    assert (fates(report), report.status, report.attestations) == (["高价剔除", "有效报价", "有效报价"], 0, (("first.conduct", "closed"),))
    assert verdict(report, "zh").text == "全部规则已判定，无一违反：合规。"


def test_an_attestation_that_is_denied_is_never_compliant(tmp_path: Path) -> None:
    report = decided(tmp_path, {**CLEAN, "outcome": "否"})
    assert (report.attestations, report.status) == ((("first.conduct", "violated"),), 0)
    assert verdict(report, "zh").text == "规则未发现违反；裁定认定 1 处不符合或无效。"


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ("P1/1", ["无效报价", "高价剔除", "有效报价"]),
        ("P1", ["无效报价", "高价剔除", "有效报价"]),
        ("V1", ["无效报价", "无效报价", "高价剔除"]),
    ],
)
def test_an_officer_makes_bids_invalid_and_the_next_are_eliminated(subject: str, left: list[str], tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN, said("", subject, "无效"))
    assert (fates(report), used(report), report.status, report.findings) == (left, ["signed", "invalid"], 1, ())
    assert next(remark for *_, remark in rows(report, "zh")) == "无效报价（裁定）"
    assert verdict(report, "zh").text == "规则未发现违反；裁定认定 1 处不符合或无效。"


def test_an_open_question_is_closed(tmp_path: Path) -> None:
    assert [b.open for b in decided(tmp_path, placees=unknown_assets("P2")).bids] == [False, True, False]
    report = decided(tmp_path, CLEAN, said("first.assets", "P2", "成立"), placees=unknown_assets("P2"))
    assert (used(report), report.status, [b.open for b in report.bids]) == (["signed", "closed"], 0, [False] * 3)
    assert [(f.outcome, f.decision is not None) for f in report.findings] == [("not_evaluable", True)]
    assert verdict(report, "zh").text == "全部规则已判定，无一违反：合规。"


@pytest.mark.parametrize("word", ["违反", "无效", "否", "Violated"])
def test_an_open_question_of_a_rule_that_makes_invalid_is_answered_so(word: str, tmp_path: Path) -> None:
    report = decided(tmp_path, said("first.assets", "P2", word), placees=unknown_assets("P2"))
    assert (fates(report), used(report), report.status) == (["高价剔除", "无效报价", "有效报价"], ["invalid"], 1)


REASONS = bids(100, 100, 100, price=[12, 11, 10], amended=[True, None, True], amendment_reason=["改", None, "改"])


def test_a_breach_of_a_rule_that_only_reports_leaves_the_bid_as_it_is(tmp_path: Path) -> None:
    open_ = [{**b, "amended": None if b["placee"] == "P2" else True} for b in REASONS]
    report = decided(tmp_path, CLEAN, said("first.reason", "P2/2", "违反"), bids=open_)
    assert (fates(report), used(report), report.status) == (["高价剔除", "有效报价", "有效报价"], ["signed", "closed"], 1)
    assert verdict(report, "zh").text == "规则未发现违反；裁定认定 1 处不符合或无效。"
    report = decided(tmp_path, CLEAN, said("first.reason", "P2/2", "无效"), bids=open_)
    assert (fates(report)[1], used(report)) == ("无效报价", ["signed", "invalid"])


def test_a_breach_is_never_undone(tmp_path: Path) -> None:
    barred = [{"investor": "V1", "restricted": True}, {"investor": "V2", "restricted": False}]
    report = decided(tmp_path, CLEAN, said("first.barred", "V1", "成立"), investors=barred)
    assert (fates(report), used(report), report.status) == (["无效报价", "无效报价", "高价剔除"], ["signed", "nothing"], 1)
    assert [(f.outcome, f.decision) for f in report.findings] == [("violated", None)]


def test_a_later_line_on_the_same_question_stands(tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN, said("", "P1", "无效"), said("", "P1", "成立"))
    assert (fates(report)[0], used(report), report.status) == ("高价剔除", ["signed", "nothing", "nothing"], 0)
    report = decided(tmp_path, {**CLEAN, "outcome": "否"}, CLEAN, said("", "P1", "成立"), said("", "P1", "无效"))
    assert used(report) == ["nothing", "signed", "nothing", "invalid"]
    assert (fates(report)[0], report.attestations[0][1]) == ("无效报价", "closed")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (said("first.assets", "P2", "也许"), "unreadable"),
        (said("", "P1", "无效", name=""), "unsigned"),
        (said("", "P1", "无效", at=" "), "unsigned"),
        (said("first.nothing", "P1", "无效"), "unknown-rule"),
        (said("first.barred", "P1", "无效"), "unknown-subject"),
        (said("", "P9", "无效"), "unknown-subject"),
        (said("", "301000", "无效"), "unknown-subject"),
        (said("first.assets", "", "无效"), "unknown-subject"),
    ],
)
def test_what_cannot_be_used_is_told_and_does_nothing(line: dict[str, str], code: str, tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN, line)
    assert [(i.code, i.table, i.row) for i in report.intake] == [(code, "decisions", 3)]
    assert (fates(report), report.status) == (["高价剔除", "有效报价", "有效报价"], 3)


@pytest.mark.parametrize(("lang", "heading", "did"), [("zh", "裁定  2", "报价作无效处理"), ("en", "decisions  2", "made bids invalid")])
def test_every_page_lists_the_decisions(lang: Lang, heading: str, did: str, tmp_path: Path) -> None:
    """An officer signs the report: what she decided, and what it did, stands in it; the page for the web too."""
    report = decided(tmp_path, CLEAN, said("", "P1", "无效", remark="违反承诺 <b>\u202e"))
    blocks = summary(report, lang)
    at = blocks.index(Heading(heading))
    table = blocks[at + 1]
    assert isinstance(table, Table)
    assert [row[:2] for row in table.rows] == [("first.conduct", ""), ("", "P1")]
    assert table.rows[1][3:] == ("王", "2026-02-12 09:00", "违反承诺 <b>\\u202e", did)
    assert "违反承诺 &lt;b&gt;\\u202e" in render(report, lang)
    assert not [b for b in summary(decided(tmp_path), lang) if isinstance(b, Heading) and b.text.startswith(heading[:2])]
