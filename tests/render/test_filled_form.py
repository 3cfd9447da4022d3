"""The sheet 裁定 of a report, filled in by a script as an officer would, and handed back beside the book as it is."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.engine.small import checker, rule
from validator.checks.checker import Checker
from validator.intake.book.which_table import DECISION_COLUMNS
from validator.intake.formats.workbook import REPORTS
from validator.render import xlsx
from validator.render.phrases.say import LANGS, Lang, say
from validator.render.tables import decisions
from validator.report.model import Report

BODY = """
stages: [first]
values:
  fate: {zh: 结果, of: bid, stage: first, first: [{if: not live, is: 无效报价}, {is: 有效报价}]}
rules:
""" + "".join(
    (
        rule("first.assets", "placee", "month_end_assets > 0元"),
        rule("first.reason", "bid", "amended or present(amendment_reason)", "report"),
        "  - {id: first.conduct, name: {zh: 未发现串通, en: no collusion was found}, for: investor, effect: attest, cite: seed 一}\n",
        "  - {id: first.kept, name: {zh: 文件已保存, en: records are kept}, for: investor, effect: attest,"
        " answers: {good: {zh: 已核查, en: checked}, bad: {zh: 存在问题, en: problem found}}, cite: seed 一}\n",
    )
)
BIDS = "配售对象代码,申报序号,申购价格,拟申购数量（股）,是否改价,改价理由\nP1,1,12,100,是,\nP2,2,11,100,,\nP3,3,10,100,是,\n"
PLACEES = "配售对象代码,投资者代码,最近一个月末总资产（元）\nP1,V1,1\nP2,V1,\nP3,V2,\n"
OPEN = [
    ("first.conduct", "301000", ("未发现", "发现")),
    ("first.kept", "301000", ("已核查", "存在问题")),
    ("first.assets", "P2", ("通过", "无效")),
    ("first.assets", "P3", ("通过", "无效")),
    ("first.reason", "P2/2", ("通过", "不通过")),
]

Answer = Callable[[str, str, tuple[str, ...]], str]


@pytest.fixture
def small(tmp_path: Path) -> Checker:
    (tmp_path / "rules").mkdir()
    return checker(tmp_path / "rules", BODY)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    place = tmp_path / "book"
    place.mkdir()
    (place / "报价.csv").write_text(BIDS, encoding="utf-8")
    (place / "配售对象.csv").write_text(PLACEES, encoding="utf-8")
    return place


def form(report: Report, lang: Lang = "zh") -> Any:
    """The workbook, its sheet to be filled in, and the columns of that by name."""
    workbook = openpyxl.load_workbook(BytesIO(xlsx.render(report, lang)))
    sheet = workbook[say("sheet-decisions", lang)]
    return workbook, sheet, {cell.value: cell.column for cell in sheet[1]}


def choices(sheet: Any) -> Mapping[int, tuple[str, ...]]:
    """The words of the dropdown in each row."""
    found = {}
    for one in sheet.data_validations.dataValidation:
        for area in one.sqref.ranges:
            found |= {row: tuple(one.formula1.strip('"').split(",")) for row in range(area.min_row, area.max_row + 1)}
    return found


def fill(report: Report, place: Path, answer: Answer, lang: Lang = "zh") -> None:
    """Answer every row that has no answer yet, and put the file beside the book."""
    workbook, sheet, columns = form(report, lang)
    rule_, subject, outcome, name, at = (columns[say(f"decision-{k}", lang)] for k in ("rule", "subject", "outcome", "name", "at"))
    words = choices(sheet)
    for row in range(2, sheet.max_row + 1):
        if not sheet.cell(row, outcome).value:
            sheet.cell(row, outcome).value = answer(sheet.cell(row, rule_).value, sheet.cell(row, subject).value, words[row])
            sheet.cell(row, name).value, sheet.cell(row, at).value = "王", "2026-02-12"
    workbook.save(place / "report.xlsx")


def good(rule_: str, subject: str, words: tuple[str, ...]) -> str:
    return words[0]


def test_every_open_item_has_a_row_with_the_words_of_its_rule(small: Checker, book: Path) -> None:
    report = small.book(book)
    assert (report.open, report.status) == (5, 3)
    _, sheet, columns = form(report)
    words = choices(sheet)
    found = [(sheet.cell(r, columns["规则"]).value, sheet.cell(r, columns["对象"]).value, words[r]) for r in range(2, sheet.max_row + 1)]
    assert found == OPEN
    assert sheet.column_dimensions[sheet.cell(1, columns["指纹"]).column_letter].hidden


@pytest.mark.parametrize("lang", LANGS)
def test_a_form_that_is_filled_in_leaves_nothing_open_and_is_taken_again(lang: Lang, small: Checker, book: Path) -> None:
    fill(small.book(book), book, good, lang)
    report = small.book(book)
    assert (report.open, report.status, report.intake, report.unknown_columns) == (0, 0, (), ())
    assert report.attestations == (("first.conduct", "good"), ("first.kept", "good"))
    fill(report, book, good, lang)  # the workbook of the second run holds the same answers
    assert small.book(book).decisions == report.decisions


def test_bad_answers_count_and_outcomes_stay(small: Checker, book: Path) -> None:
    before = small.book(book)
    fill(before, book, lambda rule_, subject, words: words[subject in ("301000", "P2") and rule_ != "first.kept"])
    report = small.book(book)
    assert (report.open, report.decided_against, report.status, report.intake) == (0, 2, 1, ())
    assert report.attestations == (("first.conduct", "bad"), ("first.kept", "good"))
    assert [b.fate for b in report.bids] == ["有效报价", "无效报价", "有效报价"]
    assert report.outcomes == before.outcomes


def test_a_corrected_book_makes_the_old_answers_stale(small: Checker, book: Path) -> None:
    fill(small.book(book), book, good)
    (book / "配售对象.csv").write_text(PLACEES.replace("P2,V1,", "P2,V1,5"), encoding="utf-8")
    report = small.book(book)
    assert [(i.code, i.text) for i in report.intake] == [("stale", "P2")]
    assert (report.open, report.status) == (0, 3)
    assert report.attestations == (("first.conduct", "good"), ("first.kept", "good"))
    fill(report, book, good)  # the new workbook leaves the stale answer out
    assert small.book(book).status == 0


@pytest.mark.parametrize("word", ["是", "否", "属实", "成立", "已确认", "也许"])
def test_every_wrong_word_is_refused_with_the_right_two(word: str, small: Checker, book: Path) -> None:
    fill(small.book(book), book, lambda *_: word)
    report = small.book(book)
    assert report.open == 5
    assert sorted((i.row, i.message.zh) for i in report.intake) == [
        (row, f"“结果”列请填：{words[0]}或{words[1]}") for row, (_, _, words) in enumerate(OPEN, 2)
    ]


def test_a_form_that_nobody_filled_in_changes_nothing(small: Checker, book: Path) -> None:
    before = small.book(book)
    (book / "report.xlsx").write_bytes(xlsx.render(before, "zh"))
    report = small.book(book)
    assert (report.open, report.troubles, report.decisions) == (5, (), ())
    assert [(i.level, i.code, i.text) for i in report.intake] == [("note", "own-report", "report")]  # what is not read is named


def test_the_intake_knows_the_sheets_and_titles_of_the_form() -> None:
    for lang, sheets in zip(LANGS, REPORTS, strict=True):
        assert sheets == tuple(say(key, lang) for key in ("sheet-summary", "sheet-rules", "sheet-decisions"))
    zh, en = (decisions.head(lang, decisions.FORM) for lang in LANGS)
    assert {z: e for z, e in zip(zh, en, strict=True) if z in DECISION_COLUMNS} == DECISION_COLUMNS


def test_the_hidden_fingerprint_makes_no_row_taller(small: Checker, book: Path) -> None:
    """Its 64 characters would wrap into five lines in a column as wide as the others: 86 points."""
    sheet = openpyxl.load_workbook(BytesIO(xlsx.render(small.book(book), "zh")))["裁定"]
    heights = [sheet.row_dimensions[row].height or 0 for row in range(2, sheet.max_row + 1)]
    assert len(heights) >= 5
    assert max(heights) <= 40  # two lines
