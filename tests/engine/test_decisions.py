"""The officer's decisions (裁定): what they close, what they make invalid, and what they cannot undo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from tests.engine.small import bids, checker, placees, rule, same
from validator.render.html import render
from validator.render.pages.blocks import Heading, Table
from validator.render.pages.report.summary import summary, verdict
from validator.render.phrases.say import Lang
from validator.render.tables.annex import rows
from validator.report.model import Report, fingerprint

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
CLEAN = {"rule": "first.conduct", "subject": "", "outcome": "未发现", **SIGNED}


def said(rule_: str, subject: str, outcome: str, **other: str) -> dict[str, str]:
    return {"rule": rule_, "subject": subject, "outcome": outcome, **SIGNED, **other}


def decided(tmp_path: Path, *decisions: Mapping[str, str], body: str = BODY, **changes: Any) -> Report:
    """Three bids of three placees of two investors, the highest eliminated; everything holds but for what is changed."""
    tables: dict[str, Any] = {
        "investors": [{"investor": v, "restricted": False} for v in ("V1", "V2")],
        "placees": [{**p, "month_end_assets": 1} for p in placees("V1", "V1", "V2")],
        "bids": bids(100, 100, 100, price=[12, 11, 10], amended=True, amendment_reason="改"),
    }
    return same(
        checker(tmp_path, body, risk_notice="是", elimination_bound="at_least"),
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
    assert (fates(report), report.status, report.attestations) == (["高价剔除", "有效报价", "有效报价"], 0, (("first.conduct", "good"),))
    assert verdict(report, "zh").text == "全部规则已判定，无一违反：合规。"


def test_an_attestation_that_nobody_answers_is_open(tmp_path: Path) -> None:
    report = decided(tmp_path)
    assert (report.attestations, report.open, report.status) == ((("first.conduct", "open"),), 1, 3)
    assert report.to_dict()["open"] == 1


@pytest.mark.parametrize("word", ["发现", " Found "])
def test_an_attestation_that_is_answered_bad_counts_and_is_never_compliant(word: str, tmp_path: Path) -> None:
    report = decided(tmp_path, {**CLEAN, "outcome": word})
    assert (report.attestations, report.open, report.status) == ((("first.conduct", "bad"),), 0, 1)
    assert verdict(report, "zh").text == "数据未见违反规则；认定 1 处有问题或无效。"
    assert report.outcomes == decided(tmp_path, CLEAN).outcomes


@pytest.mark.parametrize("word", ["是", "否", "属实", "成立", "已确认", "通过", "未发现 ，", "yes", ""])
def test_a_word_that_can_be_turned_round_is_refused_with_the_two_that_are_meant(word: str, tmp_path: Path) -> None:
    report = decided(tmp_path, {**CLEAN, "outcome": word})
    assert (report.attestations, report.open, report.status) == ((("first.conduct", "open"),), 1, 3)
    assert [(i.code, i.row, i.message.zh) for i in report.intake] == [("unreadable", 2, "“结果”列请填：未发现或发现")]
    assert report.intake[0].message.en == "the outcome must be `未发现` (not found) or `发现` (found)"


@pytest.mark.parametrize(
    ("rule_", "subject", "words"),
    [
        ("first.assets", "P2", "通过或无效"),
        ("first.reason", "P2/2", "通过或不通过"),
        ("first.notice", "301000", "通过或不通过"),
        ("", "P1", "通过或无效"),
    ],
)
@pytest.mark.parametrize("word", ["是", "否", "成立", "不成立", "属实", "发现", "也许"])
def test_so_it_is_for_rules_that_data_decide(rule_: str, subject: str, words: str, word: str, tmp_path: Path) -> None:
    """The name of such a rule is often the breach: 成立 may mean either."""
    report = decided(tmp_path, CLEAN, said(rule_, subject, word))
    assert [(i.code, i.row, i.message.zh) for i in report.intake] == [("unreadable", 3, f"“结果”列请填：{words}")]
    assert used(report) == ["signed"]


def test_an_attestation_can_be_answered_for_one_record(tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN, {**CLEAN, "subject": "V1", "outcome": "发现"})
    assert (report.attestations, report.status) == ((("first.conduct", "good"),), 1)
    assert report.to_dict()["attestations"] == [
        {"rule": "first.conduct", "state": "good"},
        {"rule": "first.conduct", "subject": "V1", "state": "bad", "effect": []},
    ]
    assert fates(report) == ["高价剔除", "有效报价", "有效报价"]


def test_its_effect_on_the_record_named_is_that_of_the_rule(tmp_path: Path) -> None:
    body = BODY.replace("for: investor, effect: attest", "for: investor, effect: [attest, invalid]")
    report = decided(tmp_path, CLEAN, {**CLEAN, "subject": "V1", "outcome": "发现"}, body=body)
    assert fates(report) == ["无效报价", "无效报价", "高价剔除"]
    assert report.to_dict()["attestations"][1] == {"rule": "first.conduct", "subject": "V1", "state": "bad", "effect": ["invalid"]}


@pytest.mark.parametrize(
    ("answers", "effect", "said_"),
    [
        ("{good: {zh: 未发现, en: found}, bad: {zh: 发现, en: found}}", "attest", "the good and the bad answer are the same word"),
        ("{good: {zh: 未发现, en: not found}, bad: {zh: 发现, en: found}}", "report, require: restricted", "`answers` are for the effect"),
        (
            '{good: {zh: "否", en: not found}, bad: {zh: "是", en: found}}',
            "attest",
            "`否` may be said of a breach as well as of",
        ),
        ('{good: {zh: 未发现, en: "no"}, bad: {zh: 发现, en: "Yes"}}', "attest", "`yes` may be said of a breach as well as of"),
        ("{good: {zh: 未发现, en: not found}, bad: {zh: 属实, en: found}}", "attest", "`属实` may be said of a breach"),
        ('{good: {zh: 未发现, en: "none, so far"}, bad: {zh: 发现, en: found}}', "attest", "`none, so far` does not fit into a list"),
        ("{good: {zh: 未发现, en: not found}, bad: {zh: " + "发" * 41 + ", en: found}}", "attest", "does not fit into a list of choices"),
    ],
)
def test_answers_that_say_nothing_are_a_mistake_in_the_rulebook(answers: str, effect: str, said_: str, tmp_path: Path) -> None:
    body = BODY.replace("for: investor, effect: attest", f"for: investor, answers: {answers}, effect: {effect}")
    with pytest.raises(DiagnosticError, match=said_):
        decided(tmp_path, body=body)


def test_a_rule_names_its_own_two_words(tmp_path: Path) -> None:
    pair = "{good: {zh: 已核查, en: checked}, bad: {zh: 存在问题, en: problem found}}"
    body = BODY.replace("for: investor, effect: attest", f"for: investor, answers: {pair}, effect: attest")
    assert decided(tmp_path, {**CLEAN, "outcome": "存在问题"}, body=body).attestations == (("first.conduct", "bad"),)
    assert decided(tmp_path, CLEAN, body=body).intake[0].message.zh == "“结果”列请填：已核查或存在问题"


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
    assert verdict(report, "zh").text == "数据未见违反规则；认定 1 处有问题或无效。"


def test_an_open_question_is_closed(tmp_path: Path) -> None:
    assert [b.open for b in decided(tmp_path, placees=unknown_assets("P2")).bids] == [False, True, False]
    report = decided(tmp_path, CLEAN, said("first.assets", "P2", "通过"), placees=unknown_assets("P2"))
    assert (used(report), report.status, [b.open for b in report.bids]) == (["signed", "closed"], 0, [False] * 3)
    assert [(f.outcome, f.decision is not None) for f in report.findings] == [("not_evaluable", True)]
    assert verdict(report, "zh").text == "全部规则已判定，无一违反：合规。"


@pytest.mark.parametrize("word", ["违反", "无效", "不通过", "Violated"])
def test_an_open_question_of_a_rule_that_makes_invalid_is_answered_so(word: str, tmp_path: Path) -> None:
    report = decided(tmp_path, said("first.assets", "P2", word), placees=unknown_assets("P2"))
    assert (fates(report), used(report), report.status) == (["高价剔除", "无效报价", "有效报价"], ["invalid"], 1)


REASONS = bids(100, 100, 100, price=[12, 11, 10], amended=[True, None, True], amendment_reason=["改", None, "改"])


def test_a_breach_of_a_rule_that_only_reports_leaves_the_bid_as_it_is(tmp_path: Path) -> None:
    open_ = [{**b, "amended": None if b["placee"] == "P2" else True} for b in REASONS]
    report = decided(tmp_path, CLEAN, said("first.reason", "P2/2", "违反"), bids=open_)
    assert (fates(report), used(report), report.status) == (["高价剔除", "有效报价", "有效报价"], ["signed", "closed"], 1)
    assert verdict(report, "zh").text == "数据未见违反规则；认定 1 处有问题或无效。"
    report = decided(tmp_path, CLEAN, said("first.reason", "P2/2", "无效"), bids=open_)
    assert (fates(report)[1], used(report)) == ("无效报价", ["signed", "invalid"])


def test_a_breach_is_never_undone(tmp_path: Path) -> None:
    barred = [{"investor": "V1", "restricted": True}, {"investor": "V2", "restricted": False}]
    report = decided(tmp_path, CLEAN, said("first.barred", "V1", "通过"), investors=barred)
    assert (fates(report), used(report), report.status) == (["无效报价", "无效报价", "高价剔除"], ["signed", "nothing"], 1)
    assert [(f.outcome, f.decision) for f in report.findings] == [("violated", None)]


def test_a_later_line_on_the_same_question_stands_and_the_earlier_one_is_told(tmp_path: Path) -> None:
    report = decided(tmp_path, {**CLEAN, "outcome": "发现"}, said("first.assets", "P1", "无效"), CLEAN, said("", "P1", "无效"))
    assert used(report) == ["nothing", "invalid", "signed", "invalid"]
    assert (fates(report)[0], report.attestations[0][1], report.status) == ("无效报价", "good", 1)
    assert [(i.code, i.row, i.message.zh) for i in report.intake] == [("superseded", 2, "第4行另有认定，以该行为准")]


def test_what_answers_nothing_is_told(tmp_path: Path) -> None:
    report = decided(tmp_path, CLEAN, said("first.assets", "P1", "通过"), said("", "P1", "通过"))
    assert (used(report), report.status) == (["signed", "nothing", "nothing"], 3)
    assert [(i.code, i.row) for i in report.intake] == [("nothing-open", 4), ("nothing-open", 3)]
    barred = [{"investor": "V1", "restricted": True}, {"investor": "V2", "restricted": False}]
    report = decided(tmp_path, CLEAN, said("first.barred", "V1", "通过"), investors=barred)
    assert [i.code for i in report.intake] == ["not-undone"]


def test_a_line_that_nobody_filled_in_leaves_its_question_open(tmp_path: Path) -> None:
    blank = {"rule": "first.assets", "subject": "P2", "outcome": "", "name": "", "at": "", "remark": "", "fingerprint": "x"}
    report = decided(tmp_path, CLEAN, blank, placees=unknown_assets("P2"))
    assert (report.intake, report.open, report.status) == ((), 1, 3)


def test_a_subject_that_two_records_bear_is_refused_and_both_are_named(tmp_path: Path) -> None:
    same_code = [{"investor": v, "restricted": False} for v in ("P1", "V2")]
    report = decided(
        tmp_path,
        CLEAN,
        said("", "P1", "无效"),
        investors=same_code,
        placees=[{**p, "month_end_assets": 1} for p in placees("P1", "P1", "V2")],
    )
    assert (fates(report), used(report)) == (["高价剔除", "有效报价", "有效报价"], ["signed", "nothing"])
    assert [(i.code, i.row, i.text) for i in report.intake] == [("ambiguous-subject", 3, "P1")]
    assert report.intake[0].message.zh == "对象P1对应多条记录：配售对象第2行和网下投资者第2行，认定未起作用"
    assert report.intake[0].message.en.startswith("more than one record bears `P1`: placees row 2 and investors row 2")


@pytest.mark.parametrize("at", ["昨天", "2026-02-30", "46054", "2026-02-12 25:00"])
def test_the_time_is_a_day(at: str, tmp_path: Path) -> None:
    report = decided(tmp_path, {**CLEAN, "at": at})
    assert [(i.code, i.column, i.text) for i in report.intake] == [("unreadable", "at", at)]
    assert report.attestations == (("first.conduct", "open"),)
    assert "2026-03-31" in report.intake[0].message.zh


@pytest.mark.parametrize("at", ["2026-02-12", "2026/2/12", "2026年2月12日", "2026-02-12 09:00:00", "2026-02-12T09:00"])
def test_days_as_people_write_them(at: str, tmp_path: Path) -> None:
    assert decided(tmp_path, {**CLEAN, "at": at}).status == 0


# ── fingerprints ──


def mark(report: Report, rule_: str) -> str:
    return next(f.fingerprint for f in report.findings if f.rule == rule_)


@pytest.mark.parametrize(("word", "want"), [("通过", ("closed", "有效报价")), ("无效", ("invalid", "无效报价"))])
def test_a_decision_answers_the_finding_whose_fingerprint_it_carries(word: str, want: tuple[str, str], tmp_path: Path) -> None:
    unknown = unknown_assets("P2")
    print_ = mark(decided(tmp_path, placees=unknown), "first.assets")
    line = said("first.assets", "P2", word, fingerprint=print_)
    report = decided(tmp_path, CLEAN, line, placees=unknown)
    assert (used(report)[1], fates(report)[1], report.intake, report.open) == (*want, (), 0)
    other = decided(tmp_path, CLEAN, {**line, "fingerprint": "0" * 64}, placees=unknown)
    assert (used(other)[1], fates(other)[1], other.open, other.status) == ("nothing", "有效报价", 1, 3)
    assert [(i.code, i.row) for i in other.intake] == [("stale", 3)]
    corrected = decided(tmp_path, CLEAN, line)
    assert (used(corrected)[1], fates(corrected)[1], [i.code for i in corrected.intake]) == ("nothing", "有效报价", ["stale"])


def test_a_corrected_book_does_not_make_an_attestation_stale(tmp_path: Path) -> None:
    print_ = fingerprint("301000", "first.conduct", "301000", {})
    line = {**CLEAN, "subject": "301000", "fingerprint": print_}
    for changed in ({}, {"placees": unknown_assets("P2")}):
        report = decided(tmp_path, line, **changed)
        assert (report.attestations, report.intake) == ((("first.conduct", "good"),), ())
    report = decided(tmp_path, {**line, "fingerprint": "0" * 64})
    assert (report.attestations, [i.code for i in report.intake]) == ((("first.conduct", "open"),), ["stale"])


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


def test_attestations_count_apart_from_the_outcomes_of_rules(tmp_path: Path) -> None:
    def counts(*lines: dict[str, str]) -> dict[str, int]:
        found = decided(tmp_path, *lines).to_dict()["outcomes"]
        assert found["violated"] == 0
        return dict(found["attestations"])

    assert counts() == {"open": 1, "good": 0, "bad": 0}
    assert counts(CLEAN) == {"open": 0, "good": 1, "bad": 0}
    assert counts(CLEAN, {**CLEAN, "subject": "V1", "outcome": "发现"}) == {"open": 0, "good": 1, "bad": 1}


def test_invalid_acts_as_a_rule_before_the_first_stage_on_what_is_asked_of_valid_bids_only(tmp_path: Path) -> None:
    """L18: the question is no longer asked of that bid. All the others keep their answer, and the five outcomes still add up."""
    asked = rule("second.b", "bid", "price < 5元", "report", when="live")
    check = checker(tmp_path, "stages: [first, second]\nrules:\n" + rule("first.a", "bid", "quantity > 1股") + asked)
    book = tmp_path / "book"
    book.mkdir()
    (book / "报价.csv").write_text("配售对象代码,申报序号,申购价格,拟申购数量（股）\nP1,1,12,100\nP2,2,11,100\n", "utf-8")
    assert check.book(book).by_rule["second.b"] == {"violated": 2}
    (book / "裁定.csv").write_text("规则,对象,结果,姓名,时间\n,P1,无效,王,2026-02-12\n", "utf-8")
    report = check.book(book)
    assert report.by_rule == {"first.a": {"holds": 2}, "second.b": {"violated": 1, "not_applicable": 1}}
    assert (report.status, [f.subject.id for f in report.findings]) == (1, ["P2/2"])
