"""`guiju test` and `lint` over a user's own folder of rules, in the formats that build servers read."""

import json
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
