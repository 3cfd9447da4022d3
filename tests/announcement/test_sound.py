"""What intervals could not tell is refused when the rulebook is read: code, place and words."""

from pathlib import Path

import pytest

from dsl.diagnostics import DiagnosticError
from tests.announcement.conftest import rulebook
from validator.announcement.rulebooks import library

REFUSED = [
    (
        "changed_amount + changed_amount = 1万元",
        "announcement",
        "figure-twice: the figure `changed_amount` occurs twice in one statement, as if it were two figures",
    ),
    ("income_value / (income_value + asset_value) = 1", "announcement", "figure-twice: the figure `income_value` occurs twice"),
    ("sum(peers.multiple / peers.multiple) = 1", "announcement", "figure-twice: the figure `multiple` occurs twice"),
    ("sum(peers.multiple * this.beta) = 1", "announcement", "figure-twice: the figure `beta` occurs twice"),
    ("twofold = beta", "announcement", "figure-twice: the figure `beta` occurs twice"),
    ("peer.multiple = all_betas", "peer", "figure-twice: the figure `beta` occurs twice"),
    ("if beta > 1 then risk_free = 1 else true", "announcement", "figure-in-condition: nothing can turn on the figure `beta`"),
    ("count(peers where multiple > 1) = 1", "announcement", "figure-in-condition: nothing can turn on the figure `multiple`"),
    ("(if risky then 1 else 2) = beta", "announcement", "figure-in-condition: nothing can turn on the figure `risky`"),
    ("all(peers.multiple > 1 where revenue > 0元)", "announcement", "figure-in-condition: nothing can turn on the figure `revenue`"),
    ("weighted_mean(peers.multiple, peers.revenue) = 1", "announcement", "not-monotone: `weighted_mean` cannot be told of printed figures"),
    ("distinct(peers.multiple) = 1", "announcement", "not-monotone: `distinct` cannot be told of printed figures"),
    ("distinct(peers.doubled) = 1", "announcement", "not-monotone: `distinct` cannot be told of printed figures"),
    ("round_up(beta, tax_rate) = 1", "announcement", "not-constant: the unit of a rounding is a literal here"),
]

VALUES = """
  twofold: {zh: 两倍, of: announcement, is: beta + market_return}
  doubled: {zh: 加倍, of: peer, is: multiple * 2}
  risky: {zh: 高风险, of: announcement, is: beta > 1}
  all_betas: {zh: 全部系数, of: announcement, is: beta + beta}
"""


@pytest.mark.parametrize(("require", "entity", "said"), REFUSED)
def test_what_intervals_cannot_tell_is_refused(folder: Path, require: str, entity: str, said: str) -> None:
    text = rulebook(require, entity, VALUES)
    (folder / "announcements" / "small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError) as refused:
        library(folder)
    assert any(f"{d.code}: {d.message}".startswith(said) for d in refused.value.diagnostics)
    places = {(Path(d.file).name, text.splitlines()[d.line - 1].strip()) for d in refused.value.diagnostics}
    assert places == {("small.yaml", "require: >-")}


ALLOWED = [
    "beta = 1 and beta < 2",
    "if shareholders_meeting then beta = market_return else beta = 1",
    "(if present(beta) then beta else 1) = sales_multiple",
    "if related_directors > 0 then related_abstained else true",
    "book_placees / (book_placees + low_placees) = changed_share",
    "sum(peers.multiple where present(multiple)) = beta",
]


@pytest.mark.parametrize("require", ALLOWED)
def test_what_intervals_can_tell_is_taken(folder: Path, require: str) -> None:
    (folder / "announcements" / "small.yaml").write_text(rulebook(require), encoding="utf-8")
    assert list(library(folder).chains) == ["small"]


OTHERS = [
    ("betta = 1", "announcement", "{}", "unknown-name: unknown name `betta`"),
    ("beta = 1万元", "announcement", "{}", "unit-mismatch: cannot compare `beta` (no unit) and `1万元` (元)"),
    ("beta = 1", "announcement", "{beta: {zh: 另一个, of: announcement, is: 1}}", "name-clash: `beta` (另一个) is a figure already"),
    ("beta = 1", "announcement", "{x: {zh: 新, of: nobody, is: 1}}", "wrong-form: value `x` needs `is` and the record it is of"),
    ("beta = 1", "nobody", "{}", "unknown-record: unknown record `nobody`"),
]


@pytest.mark.parametrize(("require", "entity", "values", "said"), OTHERS)
def test_other_mistakes_are_those_of_every_rulebook(folder: Path, require: str, entity: str, values: str, said: str) -> None:
    (folder / "announcements" / "small.yaml").write_text(rulebook(require, entity, values), encoding="utf-8")
    with pytest.raises(DiagnosticError) as refused:
        library(folder)
    assert any(f"{d.code}: {d.message}".startswith(said) for d in refused.value.diagnostics)


def test_an_amendment_replaces_a_rule_and_governs_from_its_day(folder: Path) -> None:
    place = folder / "announcements"
    (place / "small.yaml").write_text(rulebook("beta = 1"), encoding="utf-8")
    later = rulebook("beta = 2").replace('"2019-01"', '"2024-01"\namends: small@2019-01').replace("from: 2019-01-01", "from: 2024-01-01")
    (place / "small-2024.yaml").write_text(later, encoding="utf-8")
    books = library(folder)
    assert [f.name for f in books.chains["small"]] == ["small@2019-01", "small@2024-01"]
    assert [books.governing("small", {"published": day}).name for day in (19722, 19723)] == ["small@2019-01", "small@2024-01"]
    with pytest.raises(DiagnosticError, match="no revision of small was in force on 2018-12-31"):
        books.governing("small", {"published": 17896})
    with pytest.raises(DiagnosticError, match="unknown rulebook `large`"):
        books.governing("large", {"published": 19722})


def test_an_amendment_of_nothing_is_refused(folder: Path) -> None:
    text = rulebook("beta = 1").replace('"2019-01"', '"2019-01"\namends: small@2018-01')
    (folder / "announcements" / "small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError, match="amends `small@2018-01`, which does not exist"):
        library(folder)
