"""`guiju rulebook resolve` and `diff`, over a rulebook of one rule and the revision that lowers its figure."""

import json
import re

import pytest

OLD, NEW = "szse-chinext@2025-03", "szse-chinext@2026-06"


@pytest.mark.parametrize(
    ("launched", "revision"), [("2025-03-28", "2025-03"), ("2026-05-31", "2025-03"), ("2026-06-01", "2026-06"), ("2099-12-31", "2026-06")]
)
def test_the_day_of_the_offering_selects_the_revision(guiju, folder, rules, launched, revision):
    offering = folder / "offering.yaml"
    offering.write_text(offering.read_text(encoding="utf-8").replace("launched: 2026-03-24", f"launched: {launched}"), encoding="utf-8")
    found = json.loads(guiju("rulebook", "resolve", offering, "--rules", rules, "--format", "json").stdout)
    assert (found["rulebook"]["revision"], found["by"], found["day"]) == (revision, "launched", launched)


def test_what_is_resolved_says_from_when_until_when_by_which_clause_and_by_way_of_what(guiju, folder, rules):
    found = json.loads(guiju("rulebook", "resolve", folder / "offering.yaml", "--rules", rules, "--format", "json").stdout)
    assert found["from"] == "2025-03-28"
    assert found["until"] == {"revision": "2026-06", "by": "launched", "from": "2026-06-01"}
    assert found["cite"] == [{"source": "rules", "clause": "附则"}]
    assert [a["revision"] for a in found["amendments"]] == ["2025-03"]
    page = guiju("rulebook", "resolve", folder / "offering.yaml", "--rules", rules).stdout.decode()
    for said in ("启动发行日 launched = 2026-03-24", "2026-06-01 之前", "实施细则 附则", f"guiju rulebook diff {OLD} {NEW}"):
        assert said in page


def test_the_last_revision_has_no_end_and_all_before_it(guiju, folder, rules):
    offering = folder / "offering.yaml"
    offering.write_text(offering.read_text(encoding="utf-8").replace("2026-03-24", "2026-06-01"), encoding="utf-8")
    found = json.loads(guiju("rulebook", "resolve", offering, "--rules", rules, "--format", "json").stdout)
    assert found["until"] is None
    assert [(a["revision"], a["amends"]) for a in found["amendments"]] == [("2025-03", None), ("2026-06", OLD)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("launched: 2026-03-24", "launched: 2019-01-01", "no-revision"),
        ("launched: 2026-03-24\n", "", "no-date"),
        ("board: szse-chinext\n", "", "no-board"),
    ],
)
def test_an_offering_that_nothing_governs_is_told_so(guiju, folder, rules, old, new, code):
    offering = folder / "offering.yaml"
    offering.write_text(offering.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = guiju("rulebook", "resolve", offering, "--rules", rules)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{code}: " in done.stderr.decode()


def test_a_diff_names_the_figure_that_changed_and_the_rule_that_rests_on_it(guiju, rules):
    found = json.loads(guiju("rulebook", "diff", OLD, NEW, "--rules", rules, "--format", "json").stdout)
    assert [(e["id"], e["reaches"]) for e in found["terms"]["changed"]] == [("price_spread", ["inquiry.price-spread"])]
    assert found["terms"]["changed"][0]["changes"][0]["figures"] == [["120%", "115%"]]
    assert not any(found["rules"].values())
    page = guiju("rulebook", "diff", OLD, NEW, "--rules", rules).stdout.decode()
    assert re.search(r"^修改 +报价价差上限 +取值 +120% +115%$", page, re.M)
    assert re.search(r"^ +影响规则：\n +inquiry.price-spread$", page, re.M)


def test_a_diff_backwards_turns_the_sides(guiju, rules):
    found = json.loads(guiju("rulebook", "diff", NEW, OLD, "--rules", rules, "--format", "json").stdout)
    assert found["terms"]["changed"][0]["changes"][0]["figures"] == [["115%", "120%"]]


def test_a_diff_as_a_page_stands_alone(guiju, rules, tmp_path):
    done = guiju("rulebook", "diff", OLD, NEW, "--rules", rules, "-o", tmp_path / "diff.html", "--lang", "en")
    assert (done.returncode, done.stdout) == (0, b"")
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert re.search(r"<td>120%</td>\s*<td>115%</td>", page)
    assert "src=" not in page and "href=" not in page


def test_an_unknown_revision_is_answered_with_the_nearest(guiju, rules):
    done = guiju("rulebook", "diff", OLD, "szse-chinext@2026-07", "--rules", rules)
    assert done.returncode == 2
    assert done.stderr.decode() == f"unknown-rulebook: 没有规则集 `szse-chinext@2026-07`\n  提示: 是否指 `{NEW}`？\n"


def test_a_source_with_a_new_title_is_said_once_and_not_wherever_it_is_cited(guiju, rules):
    file = rules / "2026-06.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "sources:\n  rules: {title: 实施细则(2026年修订)}\n", encoding="utf-8")
    found = json.loads(guiju("rulebook", "diff", OLD, NEW, "--rules", rules, "--format", "json").stdout)
    assert found["sources"] == [{"source": "rules", "from": "实施细则", "to": "实施细则(2026年修订)"}]
    assert not any(found["rules"].values())


def test_what_is_new_is_shown_with_what_it_says(guiju, rules):
    file = rules / "2026-06.yaml"
    rule = "  - {id: inquiry.price-tick, name: {zh: 价格单位, en: tick}, for: bid, "
    rule += 'require: "price is a multiple of 0.01元", effect: refuse, cite: rules 二}\n'
    file.write_text(file.read_text(encoding="utf-8") + "rules:\n" + rule, encoding="utf-8")
    added = json.loads(guiju("rulebook", "diff", OLD, NEW, "--rules", rules, "--format", "json").stdout)["rules"]["added"]
    assert [e["id"] for e in added] == ["inquiry.price-tick"]
    assert {"part": "require", "from": None, "to": {"zh": "申购价格 是 0.01元 的整数倍", "en": "price is a multiple of 0.01元"}} in added[
        0
    ]["changes"]
    assert "申购价格 是 0.01元 的整数倍" in guiju("rulebook", "diff", OLD, NEW, "--rules", rules).stdout.decode()


def test_a_rule_that_only_had_its_source_read_is_listed_apart(guiju, rules):
    file = rules / "2025-03.yaml"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole + "    unverified: true\n", encoding="utf-8")
    later = rules / "2026-06.yaml"
    later.write_text(later.read_text(encoding="utf-8") + whole[whole.index("rules:\n") :], encoding="utf-8")
    page = guiju("rulebook", "diff", OLD, NEW, "--rules", rules).stdout.decode()
    assert "内容未变，依据已核实  1\ninquiry.price-spread" in page
