"""Whatever is done to a rulebook's text, only diagnostics come out, soon, each with its file and line."""

import shutil
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.diagnostics import DiagnosticError
from tests.proofs.size import size
from validator.rulebook.library import lint

RULES = Path(__file__).parents[2] / "rules"

SMALL = """rulebook: small
revision: "2025-01"
title: {zh: 小, en: small}
applies: {by: launched, from: 2020-01-01}
stages: [inquiry, pricing]
sources:
  law: {title: 规则}
terms:
  maximum_prices: {default: 3, cite: law 1}
  price_tick: {fixed: 0.01元, cite: law 1}
values:
  live_quantity: {zh: 总量, of: offering, stage: pricing, is: sum(bids.admitted_quantity where live)}
  share:
    zh: 档
    of: offering
    by: online_multiple
    rows: [{up to: 50, is: 0%}, {up to: 100, is: 10%}, {above: 100, is: 20%}]
  taken:
    zh: 取
    of: bid
    stage: pricing
    take:
      from: live
      order: [price descending, sequence ascending]
      sum: admitted_quantity
      limit: 3% * live_quantity
      bound: elimination_bound
      spare: {last: price, equals: issue_price}
  fate:
    zh: 结果
    of: bid
    stage: pricing
    first:
      - {if: not live, is: 无效}
      - {is: 有效}
rules:
  - id: inquiry.spread
    name: {zh: 价差, en: spread}
    for: investor
    when: count(bids) > 0
    require: max(bids.price) <= 120% * min(bids.price)
    effect: refuse
    message: {zh: "{maximum_prices}", en: "{maximum_prices}"}
    cite: law 2
  - id: inquiry.limit
    name: {zh: 上限, en: limit}
    for: bid
    require: quantity <= maximum_quantity
    effect: excess-invalid
    admits: maximum_quantity
    cite: law 3
"""

WORDS = [
    "rules", "first", "rows", "take", "is", "live", "price", "0.01元", "100万股", "[]", "{}", "null", "true", "NO",
    "-", ":", "\"", "&a", "*a", "(", ")", "and", "非", "count(bids)", "sum(bids.price)", "T+2", "1e9",
    "__import__('os')", "\u202e", "\u0430", "999999999999999999999999", "offering", "bid", "\n", ": ", "/ 0",
    "I-1 12:00",
    "x" * 300,
]  # fmt: skip

MORE = [
    "+", "*", "/", "<=", "=", "where", "if", "then", "else", "in", "[公募基金]", "placee_type", "established", "1个月",
    "amended", "issue_price", "investor.strategic", "median(bids.price)", "this.price", "taken", "fate", "share",
    "最大(报价.申购价格)", "round_up(price, 0.01元)", "all placees",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("rules")
    for name in ("vocabulary.yaml", "calendar.yaml"):
        shutil.copy(RULES / name, target / name)
    return target


def checked(folder: Path, text: str) -> None:
    (folder / "small.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    start = time.monotonic()
    try:
        found = lint(folder)
    except DiagnosticError as error:
        found = error.diagnostics
    assert time.monotonic() - start < 5
    for diagnostic in found:
        assert diagnostic.file and diagnostic.line > 0, diagnostic
        assert str(diagnostic)


def test_the_undamaged_rulebook_is_clean(folder: Path) -> None:
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    assert lint(folder) == ()


@pytest.mark.proof
@settings(max_examples=size(10_000, usual=250), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 25), st.sampled_from(WORDS)), min_size=1, max_size=4))
def test_damaged_text_gives_diagnostics_only(folder: Path, cuts: list[tuple[float, int, str]]) -> None:
    text = SMALL
    for at, length, word in cuts:
        start = int(at * len(text))
        text = text[:start] + word + text[start + length :]
    checked(folder, text)


EXPRESSIONS = [
    line.split(": ", 1)[1]
    for line in SMALL.splitlines()
    if line.strip().startswith(("require:", "when:", "admits:", "limit:", "from:", "sum:", "bound:"))
]


@pytest.mark.proof
@settings(max_examples=size(10_000, usual=250), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(EXPRESSIONS), st.lists(st.sampled_from([*WORDS, *MORE]), min_size=1, max_size=8))
def test_an_expression_of_any_words_gives_diagnostics_only(folder: Path, place: str, words: list[str]) -> None:
    other = " ".join(words).replace("\n", " ").replace('"', "")
    checked(folder, SMALL.replace(place, f'"{other}"', 1) if "\\" not in other else SMALL)


def test_every_value_of_a_rulebook_may_be_of_any_form(folder: Path) -> None:
    for key in {line.strip().lstrip("- ").split(":")[0] for line in SMALL.splitlines() if ":" in line}:
        for other in ("[]", "{}", "null", "1", "true", '"x"', "[[[]]]", "{a: {b: c}}", "1.5"):
            lines = [
                f"{line.split(key + ':')[0]}{key}: {other}" if line.strip().lstrip("- ").startswith(key + ":") else line
                for line in SMALL.splitlines()
            ]
            checked(folder, "\n".join(lines) + "\n")
