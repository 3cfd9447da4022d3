"""announcement.yaml: its mistakes word for word, and the ways to state a figure."""

from pathlib import Path

import pytest

from dsl.diagnostics import DiagnosticError
from validator.announcement.read import of_source
from validator.announcement.rulebooks import library
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.source import load_text

VOCABULARY = library(rules_folder()).vocabulary

GOOD = """announcement: 2023-091
code: "000851"
published: 2023-09-20
rulebook: proceeds
figures:
  issue_price: 4.96元
  募集资金总额: 1,249,999,999.84元
  changed_amount: [2亿元, "20,000.00万元"]
shareholders:
  - {shareholder: 甲, contribution: "6,400万元", share: 25.42%}
forecasts:
  - line: 商用车
    year: [2023, 2024]
    units: [350.00台, null]
    成本归入: 材料
others:
  研发人员占比: 69.01%
"""

MISTAKES = [
    ("code: ", "kode: ", "a.yaml:2: unknown-key: unknown name `kode`\n  hint: did you mean `code`?"),
    ('code: "000851"\n', "", "a.yaml:1: missing-key: `code` is missing\n  hint: write `code:` at the top"),
    ("rulebook: proceeds\n", "", "a.yaml:1: missing-key: `rulebook` is missing\n  hint: write `rulebook:` at the top"),
    ("  issue_price: ", "  issue_prise: ", "a.yaml:6: unknown-key: unknown name `issue_prise`\n  hint: did you mean `issue_price`?"),
    (
        "  issue_price: 4.96元",
        "  研发人员: 4.96%",
        "a.yaml:6: unknown-key: unknown name `研发人员`\n  hint: a figure that the vocabulary has no name for stands below `others:`",
    ),
    ("  issue_price: 4.96元", "  gross_proceeds: 1元", "a.yaml:7: duplicate-key: `募集资金总额` and `gross_proceeds` are the same"),
    (
        "issue_price: 4.96元",
        "issue_price: 4.96",
        "a.yaml:6: unreadable-figure: `issue_price: 4.96` names no unit\n"
        "  hint: write it as it is printed, e.g. `46.08元`, `3,518.19倍`, `95.28%`",
    ),
    (
        '[2亿元, "20,000.00万元"]',
        "[2亿元, 两亿元]",
        "a.yaml:8: unreadable-figure: `changed_amount: ['2亿元', '两亿元']` is not a figure as it is printed\n"
        "  hint: write it as it is printed, e.g. `46.08元`, `3,518.19倍`, `95.28%`",
    ),
    (
        "share: 25.42%}",
        "share: 25.42%}\n  - {shareholder: 甲, contribution: 1元}",
        "a.yaml:11: duplicate-record: `甲` occurs twice in `shareholders`, first in line 10\n  hint: give each record a key of its own",
    ),
    (
        "[350.00台, null]",
        "[350.00台]",
        "a.yaml:14: wrong-form: `units` has 1 figures for 2 columns\n  hint: write null where nothing is printed",
    ),
    (
        "shareholders:\n  - {",
        "shareholders: {",
        "a.yaml:9: wrong-form: `shareholders` is not a list of records\n  hint: begin each record with `- `",
    ),
    ("figures:\n", "figures: 无\nx:\n", "a.yaml:5: wrong-form: `figures` is not a mapping of names\n  hint: write `name: figure`"),
]


def test_figures_are_stated_by_either_name_and_tables_by_column() -> None:
    found = of_source(load_text(GOOD, "a.yaml"), VOCABULARY)
    root = found.records["announcement"][0]
    assert {n: c.text for n, c in root.cells.items() if n in ("issue_price", "gross_proceeds", "changed_amount")} == {
        "issue_price": "4.96元",
        "gross_proceeds": "1,249,999,999.84元",
        "changed_amount": "20,000.00万元",
    }
    assert [(r.id, sorted(r.cells)) for r in found.records["forecast"]] == [
        ("2023/商用车", ["cost_part_of", "line", "units", "year"]),
        ("2024/商用车", ["cost_part_of", "line", "year"]),
    ]
    assert (found.rulebook, found.others, found.issues) == ("proceeds", ("研发人员占比",), ())
    assert root.cells["claims_below_peers"].text == "否"


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_mistake_says_where_and_what_to_do(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(DiagnosticError) as refused:
        of_source(load_text(GOOD.replace(old, new, 1), "a.yaml"), VOCABULARY)
    assert said in str(refused.value)


def test_prints_that_contradict_each_other_are_an_issue_of_the_report() -> None:
    text = GOOD.replace('[2亿元, "20,000.00万元"]', '["2.00亿元", "20,100.00万元"]')
    (issue,) = of_source(load_text(text, "a.yaml"), VOCABULARY).issues
    assert (issue.code, issue.table, issue.row, issue.column, issue.text) == ("two-prints", "announcement", 8, "changed_amount", "2.00亿元")
    assert issue.message.zh == "本次变更金额印作20,100.00万元,又印作2.00亿元"


def test_the_same_text_has_the_same_digest(tmp_path: Path) -> None:
    one, two = (of_source(load_text(t, f), VOCABULARY).digest for t, f in ((GOOD, "a.yaml"), (GOOD + "# 注\n", "b.yaml")))
    other = of_source(load_text(GOOD.replace("4.96元", "4.960元"), "a.yaml"), VOCABULARY).digest
    assert one == two != other
