"""`guiju check --subject`, `--as` and `--against`: the report on one record, and the changes under another revision."""

import json

import pytest

HEAD = "投资者代码,配售对象代码,申购价格,拟申购数量(万股),申报时间,申报序号\n"
# V1 spreads by 118%, V2 by 125%, V3 has one price.
ROWS = [("V1", "P1", "20.00"), ("V1", "P2", "23.60"), ("V2", "P3", "20.00"), ("V2", "P4", "25.00"), ("V3", "P5", "21.00")]


@pytest.fixture
def check(guiju, folder, rules):
    """Runs `guiju check` on a book of five bids under the small rulebook."""
    lines = [f"{v},{p},{price},1000,2026-03-30 10:00:00,{n}\n" for n, (v, p, price) in enumerate(ROWS, 1)]
    (folder / "spread.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return lambda *more: guiju("check", folder / "spread.csv", "--offering", folder / "offering.yaml", "--rules", rules, *more)


def test_an_investors_breach_is_told_of_each_of_its_placees(check):
    for subject in ("P3", "P4", "P3/3", "V2"):
        done = check("--subject", subject)
        assert done.returncode == 1
        page = done.stdout.decode()
        assert "inquiry.price-spread" in page, subject
        assert "实施细则 一" in page


def test_only_that_record_is_told_of(check):
    found = json.loads(check("--subject", "P3", "--format", "json").stdout)
    assert [b["placee"] for b in found["bids"]] == ["P3"]
    assert [f["subject"]["id"] for f in found["findings"]] == ["V2"]
    found = json.loads(check("--subject", "V2", "--format", "json").stdout)
    assert [b["placee"] for b in found["bids"]] == ["P3", "P4"]


def test_nothing_against_it_is_said_so(check):
    assert "已判定的规则对它没有任何发现" in check("--subject", "P5").stdout.decode()


def test_an_unknown_record_is_answered_with_the_nearest(check):
    done = check("--subject", "P55")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "unknown-subject: 报价中没有 `P55`\n  提示: 是否指 `P5`？\n"


def test_a_given_revision_stands_in_for_the_governing_one(check):
    def broken(*more: str) -> list[str]:
        report = json.loads(check("--format", "json", *more).stdout)
        return [report["rulebook"]["revision"], *(f["subject"]["id"] for f in report["findings"])]

    assert broken() == ["2025-03", "V2"]
    assert broken("--as", "szse-chinext@2026-06") == ["2026-06", "V1", "V2"]


def test_what_would_differ_is_what_appears_and_disappears(check):
    found = json.loads(check("--against", "szse-chinext@2026-06", "--format", "json").stdout)
    assert (found["from"]["revision"], found["to"]["revision"]) == ("2025-03", "2026-06")
    assert [(f["rule"], f["subject"]["id"]) for f in found["appeared"]] == [("inquiry.price-spread", "V1")]
    assert found["disappeared"] == []
    back = json.loads(check("--as", "szse-chinext@2026-06", "--against", "szse-chinext@2025-03", "--format", "json").stdout)
    assert [f["subject"]["id"] for f in back["disappeared"]] == ["V1"]
    assert back["appeared"] == []


def test_the_page_says_it_in_words(check):
    page = check("--against", "szse-chinext@2026-06").stdout.decode()
    for said in ("szse-chinext@2025-03 → szse-chinext@2026-06", "新增的发现  1", "价差过大", "V1"):
        assert said in page
    assert "消失的发现" not in page


def test_a_revision_against_itself_differs_in_nothing(check):
    done = check("--against", "szse-chinext@2025-03")
    assert "两种规则下结果相同" in done.stdout.decode()
    assert done.returncode == 1  # the verdict of the book stands


def test_an_unknown_revision_is_refused(check):
    done = check("--as", "szse-chinext@2027-01")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "unknown-revision" in done.stderr.decode()


def test_a_comparison_is_no_workbook(check, tmp_path):
    done = check("--against", "szse-chinext@2026-06", "-o", tmp_path / "x.xlsx")
    assert done.returncode == 2
    assert "no-such-form: 此结果不能写成 xlsx" in done.stderr.decode()
    assert not (tmp_path / "x.xlsx").exists()
