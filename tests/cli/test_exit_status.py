"""0 all evaluated, nothing violated; 1 violations; 2 wrong; 3 not all evaluated. 2 wins over 1 over 3. A line per command and status."""

import pytest

HEAD = "投资者代码,配售对象代码,申购价格,申报序号\n"
BOOKS = {
    "holds.csv": "V1,P1,20.00,1\nV1,P2,24.00,2\n",
    "breaks.csv": "V1,P1,20.00,1\nV1,P2,24.01,2\n",
    "lacks.csv": "V1,P1,20.00,1\nV1,P2,,2\n",
    "breaks-and-lacks.csv": "V1,P1,20.00,1\nV1,P2,24.01,2\nV2,P3,,3\n",
    "unreadable.csv": "V1,P1,20.00,1\nV1,P2,二十四,2\n",
    "breaks-and-unreadable.csv": "V1,P1,20.00,1\nV1,P2,24.01,2\nV2,P3,二十四,3\n",
    "odd-column.csv": "V1,P1,20.00,1,甲\nV1,P2,24.00,2,乙\n",
    "no-price.csv": "V1,P1,1\n",
}

# The words of a command (`@` is the folder, RULES a folder of one rule), and its status.
STATUS = [
    (0, "check @/holds.csv --offering @/offering.yaml"),
    (1, "check @/breaks.csv --offering @/offering.yaml"),
    (3, "check @/lacks.csv --offering @/offering.yaml"),
    (1, "check @/breaks-and-lacks.csv --offering @/offering.yaml"),
    (3, "check @/unreadable.csv --offering @/offering.yaml"),
    (1, "check @/breaks-and-unreadable.csv --offering @/offering.yaml"),
    (0, "check @/odd-column.csv --offering @/offering.yaml"),
    (3, "check @/no-price.csv --offering @/offering.yaml"),
    (0, "check --offering @/offering.yaml"),
    (2, "check @/holds.csv"),
    (2, "check @/holds.csv --offering @/none.yaml"),
    (2, "check @/breaks.csv --offering @/offering.yaml --stage none"),
    (2, "check @/breaks.csv --offering @/offering.yaml --as szse-chinext@2001-01"),
    (2, "check @/breaks.csv --offering @/offering.yaml -o @/none/report.json"),
    (0, "check @/breaks.csv --offering @/offering.yaml -o @/report.json --subject P9 --help"),
    (1, "check @/breaks.csv --offering @/offering.yaml --subject P1"),
    (2, "check @/breaks.csv --offering @/offering.yaml --subject P9"),
    (0, "check @/holds.csv --offering @/offering.yaml --against szse-chinext@2026-06"),
    (0, "rulebook list"),
    (2, "rulebook list --rules @/none"),
    (0, "rulebook show szse-chinext"),
    (2, "rulebook show none"),
    (0, "rulebook resolve @/offering.yaml"),
    (2, "rulebook resolve @/holds.csv"),
    (0, "rulebook diff szse-chinext@2025-03 szse-chinext@2026-06"),
    (2, "rulebook diff szse-chinext@2025-03 none"),
    (0, "explain inquiry.price-spread"),
    (2, "explain none"),
    (0, "test RULES"),
    (2, "test RULES --only none@2025-03"),
    (0, "lint RULES"),
    (2, "lint @/none"),
    (0, "fmt RULES"),
    (2, "fmt @/none"),
    (0, "schema offering"),
    (2, "schema none"),
    (0, "--help"),
    (2, ""),
    (2, "none"),
    (2, "rulebook"),
]
TAKES_RULES = ("check", "rulebook list", "rulebook show", "rulebook resolve", "rulebook diff", "explain", "schema")


@pytest.mark.parametrize(("status", "command"), STATUS, ids=[f"{s} {c}" for s, c in STATUS])
def test_the_status_is_the_one_promised(guiju, folder, rules, status, command):
    for name, rows in BOOKS.items():
        head = {"odd-column.csv": HEAD.replace("申报序号", "申报序号,备忘"), "no-price.csv": HEAD.replace("申购价格,", "")}.get(name, HEAD)
        (folder / name).write_text(head + rows, encoding="utf-8")
    words = [w.replace("@/", f"{folder}/").replace("RULES", str(rules)) for w in command.split()]
    if command.startswith(TAKES_RULES) and "--rules" not in words:
        words += ["--rules", str(rules)]
    done = guiju(*words)
    said = done.stderr.decode()
    assert done.returncode == status, said
    assert "Traceback" not in said
    if status == 2:
        assert said  # what is wrong is on stderr, and there is no report
        assert done.stdout == b"" or command.startswith("lint")
    else:
        assert said == ""
        assert done.stdout != b""


def test_a_case_that_fails_is_status_1(guiju, rules):
    cases = rules / "2025-03.cases.yaml"
    cases.write_text(cases.read_text(encoding="utf-8").replace("24.00元", "23.99元"), encoding="utf-8")
    done = guiju("test", rules)
    assert (done.returncode, done.stdout.decode()) == (1, "样例 cases: 5 passed, 2 failed\n")
    assert "on the limit: the margin is 1/100, not 0" in done.stderr.decode()
