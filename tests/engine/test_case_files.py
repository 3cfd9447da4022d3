"""Cases that prove nothing are told: a misspelt field, a record that is no record, an outcome that did not come."""

from pathlib import Path

import pytest

from dsl.diagnostics import DiagnosticError
from tests.engine.small import folder, rule, rulebook
from tests.mutation.mutants import survivors_of
from validator.cases import run as cases
from validator.rulebook.library import library

BODY = "\nstages: [a]\nrules:\n" + rule("a.quantity", "bid", "quantity >= 100股")

HEAD = """
rulebook: szse-chinext
revision: "2025-01"
count: {count}
base:
  offering: {{offering: "301000", board: szse-chinext, launched: 2026-02-06}}
  investor: {{investor_name: 甲}}
  placee: {{placee_name: 甲一}}
  bid: {{price: 10.00元, quantity: 200股}}
cases:
  a.quantity:
    - {{name: on the limit, with: {{bid: {{quantity: 100股}}}}, gives: [], margin: "0"}}
    - {{name: one below, with: {{bid: {{quantity: 99股}}}}, gives: [a.quantity], effect: [invalid], margin: "-1"}}
    - {{name: none, with: {{bid: {{quantity: null}}}}, gives: [], not_evaluable: [a.quantity]}}
"""


def said(tmp_path: Path, *more: str) -> list[str]:
    """What the cases file does not prove, with further cases."""
    folder(tmp_path, rulebook(BODY))
    text = HEAD.format(count=3 + len(more)) + "".join(f"    - {{name: case {i}, {case}}}\n" for i, case in enumerate(more))
    (tmp_path / "0.cases.yaml").write_text(text, encoding="utf-8")
    return [f.removeprefix("szse-chinext@2025-01: a.quantity: ") for f in cases.run(tmp_path).failures]


def test_three_cases_prove_a_rule(tmp_path: Path) -> None:
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("with: {bid: {quantitty: 99股}}, gives: []", "bids have no field `quantitty`"),
        ("with: {bids: [{}, {prise: 1}]}, gives: []", "bids have no field `prise`"),
        (
            "with: {bid: {quantity: 一百股}}, gives: [], not_evaluable: [a.quantity]",
            "cannot be read: `bids[0].quantity` `一百股` is not a number",
        ),
        ("with: {offering: {isue_price: 1}}, gives: []", "unknown-key: unknown field `isue_price`"),
        ("with: {bid: {quantity: 99股}}, gives: []", "violated: did not expect a.quantity"),
        ("with: {}, gives: [a.other]", "violated: expected a.other"),
        ("with: {}, gives: [], not_evaluable: [a.quantity]", "not evaluable: expected a.quantity"),
        ("with: {}, gives: [], effect: [invalid]", "the effect is [], not ['invalid']"),
        ("with: {}, gives: [], subjects: {a.quantity: [P1/1]}", "a.quantity: subjects [], not ['P1/1']"),
        ("with: {}, gives: [], values: {total: 1}", "no value `total` of the offering"),
        ("with: {}, gives: [], fates: {P1/1: 有效报价}", "P1/1 is None, not 有效报价"),
        ("with: {}, gives: [], admitted: {P2/2: 1}", "P2/2 is admitted with nothing, not 1"),
        ("with: {}, gives: [], eliminated: [P1/1]", "eliminated are [], not ['P1/1']"),
        ("with: {}, gives: [], margin: 99", "the margin is 100, not 99"),
        ("with: {placee: {investor: V9}}, gives: []", "cannot be read: `placees[0]` names V9, which is not among the investors"),
        ("with: {}, gives: [], issues: [orphan]", "no issue `orphan`"),
    ],
)
def test_a_case_that_does_not_come_out_is_told(tmp_path: Path, case: str, want: str) -> None:
    assert said(tmp_path, case) == [f"case 0: {want}"]


@pytest.mark.parametrize(
    ("changed", "want"),
    [
        ("{bid: [{quantity: 1}]}", "`bid` is not the changed fields of one record"),
        ("{bids: {quantity: 1}}", "`bids` is not a list of records"),
        ("{bids: [1]}", "`bids` is not a list of records"),
        ("{bid: null}", "`bid` is not the changed fields of one record"),
        ("{bidd: {}}", "unknown record or table `bidd`"),
    ],
)
def test_what_a_case_changes_are_records(tmp_path: Path, changed: str, want: str) -> None:
    with pytest.raises(DiagnosticError) as raised:
        said(tmp_path, f"with: {changed}, gives: []")
    assert [d.message for d in raised.value.diagnostics] == [want]


def test_a_case_may_say_what_cannot_be_read(tmp_path: Path) -> None:
    assert said(tmp_path, "with: {placee: {investor: V9}}, gives: [], issues: [orphan]") == []


def test_a_case_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    said(tmp_path)
    path = tmp_path / "0.cases.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("count: 3", "count: 4"), encoding="utf-8")
    assert cases.run(tmp_path).failures == (f"{path}: the file says `count: 4`, but there are 3 cases",)


FIRST = """
stages: [a]
terms: {maximum_prices: {default: 3, cite: seed 一}}
values:
  kind: {zh: 某类, of: placee, is: 'placee_type in [公募基金, 社保基金]'}
  counted: {zh: 计数, of: offering, stage: a, is: if maximum_prices > 2 then count(placees where kind) else 0}
rules:
"""
NEXT = """
amends: szse-chinext@2025-01
terms: {{maximum_prices: {{{term}, cite: seed 一}}}}
"""
KINDS = """
rulebook: szse-chinext
revision: "2025-01"
count: 2
base:
  offering: {{offering: "301000", board: szse-chinext, launched: 2026-02-06}}
  investor: {{investor_name: 甲}}
  placee: {{placee_name: 甲一, placee_type: 公募基金}}
  bid: {{price: 10.00元, quantity: 200股}}
cases:
  kind:
    - {{name: 公募基金, with: {{offering: {stated}}}, gives: [], values: {{counted: "1"}}}}
    - {{name: 社保基金, with: {{offering: {stated}, placee: {{placee_type: 社保基金}}}}, gives: [], values: {{counted: "1"}}}}
"""


@pytest.mark.parametrize(
    ("stated", "term", "left"),
    [
        ("{maximum_prices: 3}", "default: 2", 0),  # the case says what the term is: the new default is not asked
        ("{}", "default: 2", 2),  # the value goes by the new default, of which the case cannot know
        ("{maximum_prices: null}", "default: 2", 2),
        ("{maximum_prices: 3}", "required: true", 0),
        ("{maximum_prices: 3}", "fixed: 3", 0),
    ],
)
def test_an_inherited_case_speaks_of_all_that_no_later_revision_changed_for_it(tmp_path: Path, stated: str, term: str, left: int) -> None:
    """What it says of the rest is not compared: `counted` would be 0 by the new default. So nothing notices a kind that is left out."""
    first = rulebook(FIRST + rule("a.any", "bid", "quantity >= 1股"))
    folder(tmp_path, first, rulebook(NEXT.format(term=term), revision="2026-01", since="2026-01-01"))
    (tmp_path / "0.cases.yaml").write_text(KINDS.format(stated=stated), encoding="utf-8")
    (tmp_path / "1.cases.yaml").write_text('rulebook: szse-chinext\nrevision: "2026-01"\ncount: 0\ncases: {}\n', encoding="utf-8")
    books = library(tmp_path)
    suite = cases.load(books, "szse-chinext@2026-01")
    assert [r for r in cases.check(books, suite).results if r.said] == []
    assert len(survivors_of(books, suite, "kind")[1]) == left
