"""A user's own folder of rules, whole or amending ours; `guiju test` and `lint` over it, in the formats that build servers read."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

COUNTED = "样例 cases: 6 passed, 0 failed\n"


@pytest.mark.parametrize("option", [(), ("--rules",)])
def test_the_cases_of_a_folder_of_ones_own_are_run(guiju, rules, option):
    done = guiju("test", *option, rules)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, COUNTED, b"")


def test_one_revision_alone_is_run_with_what_it_inherits(guiju, rules):
    done = guiju("test", rules, "--only", "szse-chinext@2026-06")
    assert (done.returncode, done.stdout.decode()) == (0, "样例 cases: 3 passed, 0 failed\n")
    assert guiju("test", rules, "--only", "szse-chinext@2027-01").returncode == 2


def test_a_case_that_was_removed_fails_the_run(guiju, rules):
    cases = rules / "2026-06.cases.yaml"
    cases.write_text(
        "".join(line for line in cases.read_text(encoding="utf-8").splitlines(True) if "on the limit" not in line), encoding="utf-8"
    )
    done = guiju("test", rules)
    assert done.returncode == 1
    assert "the file says `count: 3`, but there are 2 cases" in done.stderr.decode()


def test_junit_has_a_testcase_for_each_case_and_one_for_each_gap(guiju, rules, tmp_path):
    cases = rules / "2026-06.cases.yaml"
    cases.write_text(cases.read_text(encoding="utf-8").replace("price: 23.00元", "price: 22.99元"), encoding="utf-8")
    done = guiju("test", rules, "--format", "junit", "-o", tmp_path / "out.xml")
    assert (done.returncode, done.stdout) == (1, b"")
    root = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "7", "2")
    suites = {s.get("name"): s for s in root}
    assert [c.get("name") for c in suites["szse-chinext@2025-03"]] == ["on the limit", "a tick above", "no price"]
    failed = [c for c in suites["szse-chinext@2026-06"] if c.find("failure") is not None]
    assert [(c.get("classname"), c.get("name")) for c in failed] == [
        ("szse-chinext@2026-06.inquiry.price-spread", "on the limit"),
        ("szse-chinext@2026-06", "inquiry.price-spread: no case holds on the limit"),
    ]
    assert "the margin is 1/100, not 0" in (failed[0][0].text or "")


# The part of SARIF 2.1.0 that a log without flows and fixes uses.
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {"type": "object", "required": ["name"]}}},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"type": "object", "required": ["text"]},
                                "locations": {"type": "array", "items": {"type": "object", "required": ["physicalLocation"]}},
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_sarif_names_the_file_as_from_the_folder_and_the_line(guiju, rules):
    file = rules / "2025-03.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("highest_price <=", "hihest_price <="), encoding="utf-8")
    done = guiju("lint", rules, "--format", "sarif")
    log = json.loads(done.stdout)
    Draft202012Validator(SARIF).validate(log)
    assert (done.returncode, done.stderr) == (2, b"")
    results = log["runs"][0]["results"]
    assert {r["ruleId"] for r in results} == {"unknown-name"}
    place = results[0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "2025-03.yaml", "uriBaseId": "RULES"}, "region": {"startLine": 17}}
    assert [r["id"] for r in log["runs"][0]["tool"]["driver"]["rules"]] == ["unknown-name"]


def test_sarif_of_rules_without_a_mistake_has_no_results(guiju, rules):
    done = guiju("lint", rules, "--format", "sarif")
    assert (done.returncode, json.loads(done.stdout)["runs"][0]["results"]) == (0, [])


# ── a folder that only amends ours ──

NEW = "szse-chinext@2026-06"


def test_a_folder_without_a_vocabulary_amends_ours(guiju, amendment):
    known = json.loads(guiju("rulebook", "list", "--rules", amendment, "--format", "json").stdout)
    names = {f"{b['rulebook']}@{b['revision']}" for b in known}
    assert {NEW, "szse-chinext@2025-03", "sse-main@2025-03", "disclosure@2019-01"} <= names
    found = json.loads(guiju("rulebook", "diff", "szse-chinext@2025-03", NEW, "--rules", amendment, "--format", "json").stdout)
    assert [e["id"] for e in found["terms"]["changed"]] == ["price_spread"]


def test_it_governs_from_its_day_on(guiju, amendment, folder):
    def governed(day: str) -> str:
        offering = folder / "offering.yaml"
        stated = re.sub("launched: .*", f"launched: {day}", offering.read_text(encoding="utf-8"))
        offering.write_text(re.sub("(inquiry_date|t_day): .*\n", "", stated), encoding="utf-8")  # these would lie before it
        done = guiju("check", folder / "good.csv", "--offering", offering, "--rules", amendment, "--format", "json")
        return json.loads(done.stdout)["rulebook"]["revision"]

    assert (governed("2026-05-31"), governed("2026-06-01")) == ("2025-03", "2026-06")


def test_what_is_wrong_with_it_is_told_of_its_own_file(guiju, amendment):
    assert guiju("lint", amendment).stdout.decode() == "错误 mistakes: 0\n"
    file = amendment / "2026-06.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("115%", "115元"), encoding="utf-8")
    done = guiju("lint", amendment)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"{file}:7: ")


def test_a_revision_that_ours_has_already_is_refused(guiju, amendment):
    file = amendment / "2026-06.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"2026-06"', '"2025-03"').replace("@2025-03", "@2023-02"), encoding="utf-8")
    assert "overlap: szse-chinext@2025-03 exists twice, also in " in guiju("lint", amendment).stderr.decode()


def test_the_formatter_writes_its_files_and_never_ours(guiju, amendment):
    rule = """\
rules:
  - id: inquiry.price-floor
    name: {zh: 低于一元, en: below one yuan}
    for: bid
    require: price>=1元
    effect: refuse
    cite: inquiry 三(四)5
"""
    file = amendment / "2026-06.yaml"
    file.write_text(file.read_text(encoding="utf-8") + rule, encoding="utf-8")
    done = guiju("fmt", amendment, "--lang", "zh")
    assert (done.returncode, done.stdout.decode()) == (0, "改写 files changed: 1\n"), done.stderr
    assert "require: 申购价格 >= 1元" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("make", "said"), [(Path.mkdir, "are no rules in the folder"), (Path.touch, "is no such folder of rules")])
def test_a_folder_without_rules_is_said_so(guiju, tmp_path, make, said):
    make(tmp_path / "none")
    for command in (["test"], ["lint"], ["fmt"], ["rulebook", "list", "--rules"], ["explain", "a.b", "--rules"]):
        done = guiju(*command, tmp_path / "none")
        assert done.returncode == 2
        assert f"{tmp_path / 'none'}: no-rules: there {said}" in done.stderr.decode()


def test_its_cases_depart_from_the_base_that_it_inherits(amendment):
    from validator.cases.run import check, load
    from validator.rulebook.library import library

    books = library(amendment)
    suite = load(books, NEW)
    suite.groups = {id_: group for id_, group in suite.groups.items() if suite.places[id_] == NEW}
    outcome = check(books, suite)
    assert outcome.passed == 1
    assert [r.said for r in outcome.results] == [()]
