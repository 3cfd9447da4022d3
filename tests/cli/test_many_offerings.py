"""`guiju check` of what is not one book: a table of offerings, a folder of offerings with their books, an announcement."""

import json
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).parents[2]
TABLE = "offering,board,launched,inquiry_date,t_day\n"
OLD = "301001,szse-chinext,2025-04-01,2025-04-07,2025-04-11\n"
NEW = "301002,szse-chinext,2026-06-02,2026-06-08,2026-06-12\n"


def table(folder: Path, *rows: str, head: str = TABLE) -> Path:
    path = folder / "offerings.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    return path


# ── a table of offerings ──


def test_each_offering_is_checked_under_its_own_revision(guiju, folder, rules):
    found = json.loads(guiju("check", table(folder, OLD, NEW), "--rules", rules, "--format", "json").stdout)
    assert {n: c["offerings"] for n, c in found["outcomes"]["by_revision"].items()} == {
        "szse-chinext@2025-03": 1,
        "szse-chinext@2026-06": 1,
    }
    assert [r["revision"] for r in found["rulebooks"]] == ["2025-03", "2026-06"]
    page = guiju("check", table(folder, OLD, NEW), "--rules", rules).stdout.decode()
    assert "2 次发行" in page and "szse-chinext@2026-06" in page


def test_an_offering_that_nothing_governs_is_named_and_the_others_are_checked(guiju, folder, rules):
    done = guiju("check", table(folder, OLD, "301009,sse-main,2025-04-01,,\n"), "--rules", rules, "--format", "json")
    found = json.loads(done.stdout)
    assert [(i["code"], i["row"]) for i in found["intake"]] == [("unknown-rulebook", 3)]
    assert found["outcomes"]["by_revision"]["szse-chinext@2025-03"]["offerings"] == 1
    assert done.returncode == 3


def test_a_book_without_its_offering_is_no_table_of_offerings(guiju, folder):
    done = guiju("check", folder / "good.csv")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("no-offering: 没有给出发行条款\n  提示: 请指定其文件：`--offering offering.yaml`")


def test_a_workbook_of_several_tables_without_its_offering_is_told_the_same(guiju, folder):
    (folder / "book.json").write_text('{"investors": [{"investor": "V1"}], "placees": [{"placee": "P1"}]}', encoding="utf-8")
    assert "no-offering" in guiju("check", folder / "book.json").stderr.decode()


def test_the_page_names_rules_and_the_columns_that_they_wait_for_once(guiju, folder):
    page = guiju("check", table(folder, OLD, NEW)).stdout.decode()
    lines = page.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("行业市盈率") or "行业市盈率、发行市盈率" in line)
    assert lines[at].startswith("发行市盈率超过行业而未发布投资风险特别公告")
    assert lines[at].endswith("全部")
    assert sum("pricing.risk-notice-pe" in line for line in lines) == 1


def test_each_offering_has_a_line_in_the_data(guiju, folder, rules):
    found = json.loads(guiju("check", table(folder, NEW, OLD), "--rules", rules, "--format", "json").stdout)
    assert [(o["offering"], o["row"], o["rulebook"]) for o in found["offerings"]] == [
        ("301001", 3, "szse-chinext@2025-03"),
        ("301002", 2, "szse-chinext@2026-06"),
    ]
    assert set(found["offerings"][0]["outcomes"]) == {"holds", "violated", "not_applicable", "not_evaluable", "error"}


def opened(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_table_of_offerings_as_a_workbook(guiju, folder):
    rows = [OLD, OLD.replace("301001", "301003"), "301009,nowhere,2025-04-01,,\n"]
    done = guiju("check", table(folder, *rows), "-o", folder / "out.xlsx")
    assert done.returncode == 3, done.stderr
    found = opened(folder / "out.xlsx")
    assert list(found) == ["概要", "各修订", "各次发行", "全部发现", "未提供的数据", "读不进来的内容"]
    assert [row[1:3] for row in found["各次发行"]] == [
        ["发行", "规则"],
        ["301001", "szse-chinext@2025-03"],
        ["301003", "szse-chinext@2025-03"],
    ]
    assert found["各修订"][1][:2] == ["szse-chinext@2025-03", 2.0]
    assert found["读不进来的内容"][1][5].startswith("板块“nowhere”不在")
    assert any("行业市盈率" in str(row[2]) and row[3] == "全部" for row in found["未提供的数据"])


def test_a_folder_of_offerings_as_a_workbook(guiju, offerings, rules, folder):
    done = guiju("check", offerings, "--rules", rules, "-o", folder / "out.xlsx")
    assert done.returncode == 1, done.stderr
    found = opened(folder / "out.xlsx")
    assert [row[0] for row in found["各次发行"]] == ["文件夹", "first", "second"]
    assert found["各次发行"][2][3] == 2.0
    head, *lines = found["全部发现"]
    assert [[row[head.index(c)] for c in ("文件夹", "规则编号", "对象")] for row in lines] == [["second", "inquiry.price-spread", "V1"]]
    assert found["读不进来的内容"][1][0] == "third"


def test_many_offerings_are_no_annex(guiju, folder):
    done = guiju("check", table(folder, OLD), "--format", "csv")
    assert (done.returncode, "no-such-form: 此结果不能写成 csv" in done.stderr.decode()) == (2, True)


@pytest.mark.parametrize("option", [("--subject", "P1"), ("--bids",), ("--as", "szse-chinext@2025-03"), ("--stage", "inquiry")])
def test_what_means_one_book_is_refused_for_many(guiju, folder, rules, option):
    done = guiju("check", table(folder, OLD), "--rules", rules, *option)
    assert done.returncode == 2
    assert f"no-such-option: `{option[0]}` 只用于单个发行" in done.stderr.decode()


# ── a folder of offerings ──


@pytest.fixture
def offerings(folder: Path) -> Path:
    """Three: one with a good book, one under the later revision with a bad spread in a folder of tables, one without its board."""
    text = (folder / "offering.yaml").read_text(encoding="utf-8")
    place = folder / "archive"
    for name in ("first", "second", "third"):
        (place / name).mkdir(parents=True)
        (place / name / "offering.yaml").write_text(text, encoding="utf-8")
    shutil.copy(folder / "good.csv", place / "first" / "bids.csv")
    later = (
        text.replace("2026-03-24", "2026-06-02")
        .replace("2026-03-30", "2026-06-08")
        .replace("2026-04-03", "2026-06-12")
        .replace("301999", "301998")
    )
    (place / "second" / "offering.yaml").write_text(later, encoding="utf-8")
    (place / "second" / "book").mkdir()
    head = "investor,placee,price,quantity,submitted_at,sequence\n"
    rows = "V1,P1,20.00,10000000,2026-06-08 10:00:00,1\nV1,P2,23.50,10000000,2026-06-08 10:00:00,2\n"
    (place / "second" / "book" / "bids.csv").write_text(head + rows, encoding="utf-8")
    (place / "third" / "offering.yaml").write_text(text.replace("board: szse-chinext\n", ""), encoding="utf-8")
    return place


def test_a_folder_of_offerings_gives_one_report(guiju, offerings, rules):
    done = guiju("check", offerings, "--rules", rules, "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(o["folder"], o["rulebook"]["revision"], o["status"]) for o in found["offerings"]] == [
        ("first", "2025-03", 0),
        ("second", "2026-06", 1),
    ]
    assert [(f["offering"], f["subject"]["id"]) for f in found["findings"]] == [("301998", "V1")]
    assert [(i["offering"], i["code"], i["table"]) for i in found["intake"]] == [("third", "no-board", "offering.yaml")]
    assert found["input"]["records"]["bid"] == 4
    assert found["outcomes"]["by_revision"]["szse-chinext@2026-06"]["by_rule"] == {"inquiry.price-spread": {"violated": 1}}


def test_its_page_has_a_line_for_each_offering_and_each_revision(guiju, offerings, rules):
    page = guiju("check", offerings, "--rules", rules, "--lang", "en").stdout.decode()
    for said in (
        "3 offerings",
        "first   301999",
        "second  301998",
        "szse-chinext@2026-06",
        "inquiry.price-spread",
        "does not state its `board`",
    ):
        assert said in page


def test_the_order_of_files_changes_nothing(guiju, offerings, rules, tmp_path):
    other = tmp_path / "other"
    for name in ("third", "second", "first"):
        shutil.copytree(offerings / name, other / name)
    assert (
        guiju("check", other, "--rules", rules, "--format", "json").stdout
        == guiju("check", offerings, "--rules", rules, "--format", "json").stdout
    )


def test_two_books_beside_one_offering_are_refused(guiju, offerings, rules):
    shutil.copy(offerings / "first" / "bids.csv", offerings / "first" / "book.csv")
    found = json.loads(guiju("check", offerings, "--rules", rules, "--format", "json").stdout)
    assert ("first", "two-books") in [(i["offering"], i["code"]) for i in found["intake"]]


def test_a_folder_with_its_own_offering_is_one_book(guiju, offerings, rules):
    alone = json.loads(guiju("check", offerings / "second", "--rules", rules, "--format", "json").stdout)
    named = guiju(
        "check", offerings / "second" / "book", "--offering", offerings / "second" / "offering.yaml", "--rules", rules, "--format", "json"
    )
    assert alone == json.loads(named.stdout)


# ── an announcement ──


def test_an_announcement_is_told_by_what_stands_in_it(guiju):
    done = guiju("check", ROOT / "examples" / "301666" / "announcement.yaml", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [f["rule"] for f in found["findings"] if f["outcome"] == "violated"] == ["disclosure.four-values-bound"]
    page = guiju("check", ROOT / "examples" / "301666" / "announcement.yaml").stdout.decode()
    assert "61.17" in page and "51.38" in page


def test_an_offering_in_the_place_of_a_book_is_told_where_it_belongs(guiju, folder):
    done = guiju("check", folder / "offering.yaml")
    assert done.returncode == 2
    assert f"`--offering {folder / 'offering.yaml'}`" in done.stderr.decode()
