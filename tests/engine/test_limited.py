"""A report that `--stage` limits says so at the top, in every form, and gives no verdict on the whole."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest

from tests.engine.small import bids, checker, rule
from validator.render import html, xlsx
from validator.render import json as as_json
from validator.render.pages import comparison
from validator.render.pages.report import subject
from validator.render.pages.report.summary import summary, verdict
from validator.render.phrases.say import Lang, say
from validator.render.tables import annex
from validator.render.terminal import draw
from validator.report.compare import compare
from validator.report.model import Report

BODY = "stages: [first, second]\nrules:\n" + rule("first.some", "bid", "quantity > 1股") + rule("second.more", "bid", "quantity > 99股")
SAID: dict[Lang, str] = {
    "zh": "仅含以下阶段的规则：first；其他阶段未列入",
    "en": "only the rules of these stages: first; all others are left out",
}


def report(tmp_path: Path, *stages: str) -> Report:
    return checker(tmp_path, BODY).book({"bids": bids(100)}, stages)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_says_so_at_the_top(lang: Lang, tmp_path: Path) -> None:
    found = report(tmp_path, "first")
    said = SAID[lang]
    assert said in draw(summary(found, lang), width=200).split("\n\n")[0]
    assert said in html.render(found, lang)
    assert next(csv.reader(StringIO(annex.render(found, lang)))) == [said]
    top = openpyxl.load_workbook(BytesIO(xlsx.render(found, lang))).worksheets[0]
    assert any(cell.value == said for line in top.iter_rows(max_row=6) for cell in line)
    assert said in draw(subject.page(subject.of_report(found, "P1/1"), lang), width=200)
    assert json.loads(as_json.render(found))["stages"] == ["first"]
    both = compare(found, found)
    assert said in draw(comparison.page(both, lang), width=200)
    assert comparison.data(both)["stages"] == ["first"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_of_bids_says_so_by_itself(lang: Lang, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx.render(report(tmp_path, "first"), lang)))
    assert any(SAID[lang] in str(cell.value) for cell in book[say("annex", lang)][1])


def test_stages_are_said_once_and_in_the_order_of_the_rulebook(tmp_path: Path) -> None:
    assert report(tmp_path, "first", "first").stages == ("first",)
    body = BODY.replace("[first, second]", "[first, second, third]") + rule("third.most", "bid", "quantity > 1股")
    assert checker(tmp_path, body).book({"bids": bids(100)}, ("third", "first")).stages == ("first", "third")


def test_of_a_selection_that_was_not_made_nothing_is_said(tmp_path: Path) -> None:
    """Not that nobody is eliminated, as where the selection takes no bid."""
    selects = """
terms: {elimination_bound: {default: at_most, cite: seed 一}}
values:
  dear: {zh: 被剔除, of: bid, stage: second, cite: seed 一,
    take: {from: live, order: [price descending], sum: quantity, limit: 1股, bound: elimination_bound}}
"""
    body = BODY.replace("rules:\n", selects + "rules:\n", 1)
    body += "  - {id: second.dear, name: {zh: 剔除, en: eliminated}, for: bid, selects: dear, effect: [], cite: seed 一}\n"
    check = checker(tmp_path, body)
    before, whole = (check.book({"bids": bids(100)}, stages) for stages in (("first",), ()))
    assert (before.elimination.count, before.elimination.quantity) == (None, None)
    assert (whole.elimination.count, whole.elimination.quantity) == (0, "0")
    assert "高价剔除" not in draw(summary(before, "zh"), width=200)


def test_a_whole_report_says_nothing_of_it(tmp_path: Path) -> None:
    for found in (report(tmp_path), report(tmp_path, "first", "second")):
        assert "stages" not in found.to_dict()
        assert "其他阶段" not in draw(summary(found, "zh"), width=200)
        assert verdict(found, "zh").text == "全部规则已判定，无一违反：合规。"


def test_nothing_is_called_compliant_on_some_stages(tmp_path: Path) -> None:
    found = report(tmp_path, "first")
    assert found.status == 0
    assert "合规" not in draw(summary(found, "zh"), width=200)
