"""Every figure of the rulebooks beside its line of the reference, both ways.

FIGURES names each rule, term and value with a number in it and the words of the reference that give the number; a number that was only
recalled there is marked unverified. TOLD are the other lines of the reference: what states them, or why nothing does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

import validator
from dsl.checker.check import Checked
from dsl.to_text import to_text
from tests.shared import SHARED, needs_shared
from validator.rulebook.library import library
from validator.rulebook.model import Rule, Rulebook, Term, Value

BOOKS = {book.name: book for book in library(Path(__file__).parents[2] / "rules").all()}
NUMBER = re.compile(r"(?<![\w.])\d[\d.]*(?:%|[^\W\d_a-zA-Z]+)?")


def named(*parts: str) -> frozenset[str]:
    """The revisions whose names hold one of these."""
    return frozenset(name for name in BOOKS if any(part in name for part in parts))


ALL = frozenset(BOOKS)
CHINEXT, STAR, SZSE_MAIN, SSE_MAIN = (named(board) for board in ("szse-chinext", "sse-star", "szse-main", "sse-main"))
MAIN = SZSE_MAIN | SSE_MAIN
EARLY = named("2019-03", "2020-06")
BEFORE_2023 = EARLY | named("2021-09")
SINCE_2023 = ALL - BEFORE_2023
SINCE_2025 = named("2025-03")
UNIFORM = STAR & named("2024-06", "2024-10", "2025-03")
READ_ANNOUNCEMENTS = frozenset({"szse-chinext@2025-03"})
"""Of other boards and earlier years no such announcement was compared, so that what rests on one alone is marked."""


@dataclass(frozen=True)
class Figure:
    """`numbers` of a rule, term or value in some revisions; `marked` where they are unverified; `words` of the lines that give them."""

    name: str
    numbers: str
    revisions: frozenset[str]
    marked: frozenset[str]
    section: str
    words: tuple[str, ...]


def figure(name: str, numbers: str, revisions: frozenset[str], section: str, *words: str, marked: frozenset[str] = frozenset()) -> Figure:
    return Figure(name, numbers, revisions, marked, section, words)


NOT_COMPARED = ALL - READ_ANNOUNCEMENTS

FIGURES = [
    # 2.1 elimination
    figure("terms.elimination-share", "10%", EARLY, "2.1", "| STAR | 2019 - 2021-09-17 | ≥10% |", "| 2020 - 2021-09-17 | ≥10% |"),
    figure("terms.elimination-share", "10%", ALL - EARLY - UNIFORM, "2.1", "10.000-10.63%"),
    figure("terms.elimination-share", "3% 3% 3%", UNIFORM, "2.1", "| STAR | from 2024-06-19 | exactly 3%, uniform | [read S3]"),
    figure("least_elimination", "2.97%", UNIFORM, "2.1", "undershoots (2.979-3.000%: the marginal bidder stays)"),
    figure("elimination_share", "3%", UNIFORM, "2.1", "| STAR | from 2024-06-19 | exactly 3%, uniform | [read S3]"),
    figure(
        "elimination_ceiling", "3%", ALL - EARLY - UNIFORM, "2.1",
        "| STAR, ChiNext | from 2021-09-18 | ≤3%", "| SZSE main | from 2023-02-17 | ≤3%", "| ChiNext | 2023- | ≤3%",
        "| SSE main | from 2023-02-17 | ≤3%; practice 1% to 2026-04 | rule text ≤3% [recalled]",
        marked=SSE_MAIN,
    ),
    figure("eliminated_share", "0.0001%", ALL, "2.1", "2.9877% [read seed B]"),
    # 2.2 clawback
    figure("clawback_share", "50 0% 100 20% 40%", MAIN, "2.2", "| Main, from 2023-02-17 | 50<M≤100 / >100 | 20% / 40% |"),
    figure("clawback_share", "50 0% 100 5% 10%", STAR, "2.2", "| STAR 2019- | 50<M≤100 / >100 | 5% / 10% |"),
    figure("clawback_share", "50 0% 100 10% 20%", CHINEXT, "2.2", "| ChiNext 2020- | 50<M≤100 / >100 | 10% / 20% |"),
    figure("unlocked_limit", "80%", STAR, "2.2", "unlocked offline ≤80% of the unlocked offering | [read S7, file 09]"),
    figure("unlocked_limit", "70%", CHINEXT, "2.2", "| ≤70% | [read S7, seed A]"),
    figure("clawback.unlocked-limit", "80% 500股", MAIN, "2.2", "online share after clawback ≤80% (was 90%) [read S6]"),
    figure("clawback.unlocked-limit", "1", STAR | CHINEXT, "2.2", "unlocked offline ≤80%", "| ≤70% |"),
    figure("clawback.multiple", "2 2", ALL, "2.2", "M = online valid quantity / online quantity before clawback"),
    figure("clawback.quantity", "1", ALL, "2.2", "M≤50: no clawback"),
    figure("clawback_quantity", "500股", STAR | CHINEXT, "2.2", "Quantity = ceil to a multiple of 500 shares"),
    figure("clawback_quantity", "1 500股 500股", MAIN, "2.2", "C = r(N − L·F)/(1 − r·L)", "Quantity = ceil to a multiple of 500 shares"),
    figure("locked_deducted", "100亿元", MAIN, "2.2", "**main board issues ≥100亿元 also exclude the locked offline shares**"),
    figure("greenshoe", "0股", ALL, "2.2", "Greenshoe shares go online first; base and ratio use the pre-greenshoe size"),
    figure("clawback.online-short", "1", ALL, "2.2", "online shortfall may go offline"),
    figure("online_left", "1 0股", ALL, "2.2", "offline shortfall never goes online → suspend"),
    # 2.3 to 2.7 sizes
    figure("offline_share_floor", "4亿股 70% 60%", MAIN, "2.3", "| Main (approval and 2023-) | ≥60% | ≥70% |"),
    figure("offline_share_floor", "4亿股 80% 70%", STAR | CHINEXT, "2.3", "| STAR, ChiNext | ≥70% | ≥80% | ≥80% |"),
    figure(
        "strategic_limit", "1亿股 20% 4亿股 30% 50%", ALL, "2.4",
        "| < 1亿 | 10 | 20% |", "| ≥1亿 and <4亿 | 35 | 30% |", "| ≥4亿 | 35 | 50% |", "Since 2023-03 the maxima are",
        marked=BEFORE_2023,
    ),
    figure("placement.staff-limit", "10%", ALL, "2.4", "Executives' and employees' plan ≤10%", marked=BEFORE_2023),
    figure("lockup_months_floor", "24 12", ALL, "2.4", "Strategic lock ≥12 months [read S32]"),
    figure("lockup_until_floor", "24个月 12个月", ALL, "2.5", "Lock 24 months [read]", marked=ALL),
    figure(
        "coinvestment_share", "10亿元 5% 20亿元 4% 50亿元 3% 2%", STAR | CHINEXT, "2.5",
        "| <10亿 | 5% |", "| 10-20亿 | 4% |", "| 20-50亿 | 3% |", "| ≥50亿 | 2% |",
    ),
    figure(
        "coinvestment_cap", "10亿元 4000万元 20亿元 6000万元 50亿元 1亿元 10亿元", STAR | CHINEXT, "2.5",
        "5% | 4,000万 |", "4% | 6,000万 |", "3% | 1亿 |", "2% | 10亿 |",
    ),
    figure("coinvestment_quantity", "1股", STAR | CHINEXT, "2.5", "大普微 20.10亿 → 3.00% [read seed B]"),
    figure(
        "lockup_share_floor", "100亿元 70% 10%", ALL, "2.6",
        "| STAR/ChiNext/main registration | ≥10% of shares", "| Issue ≥100亿 | ≥70% |",
        marked=BEFORE_2023,
    ),
    figure("placement.lockup", "1股", ALL, "2.6", "Rounding: **up per placing object**"),
    figure("investors_floor", "4亿股 20 10", ALL, "2.7", "≤4亿 shares: 10; >4亿: 20", "the same numbers are [recalled]", marked=SINCE_2023),
    figure("minimum_effective_investors", "4亿股 20 10", ALL, "2.7", "for 2023+ the same numbers are [recalled]", marked=SINCE_2023),
    # 2.8 online
    figure(
        "online-application.holding", "1万元", ALL, "2.8",
        "| SZSE | 500 | 5,000元 | 10,000元 |", "| STAR | 500 | 5,000元 | 10,000元 |", "5,000元 [recalled] | 10,000元 [recalled]",
        marked=SSE_MAIN,
    ),
    figure("online-application.unit", "0股 500股", ALL, "2.8", "| SSE main from 2023-02-17 | 500 |", "unit [read S6]"),
    figure("online_quota", "5000元 1 500股", ALL, "2.8", "| 500 | 5,000元 [recalled] |", "| STAR | 500 | 5,000元 |", marked=SSE_MAIN),
    figure("online_maximum", "1000 500股", ALL, "2.8", "Cap is floored to a whole unit", "1/1000; ≤9,999.95万", marked=SSE_MAIN),
    # 2.9 prices
    figure("maximum_prices", "3", ALL, "2.9", "| Distinct prices per investor | ≤3; one price per placing object |", marked=NOT_COMPARED),
    figure("inquiry.one-bid", "1", ALL, "2.9", "one price per placing object", marked=ALL),
    figure("price_spread", "120%", ALL, "2.9", "highest ≤120% of lowest (SZSE wording)", marked=NOT_COMPARED),
    figure("suggestion_width", "20%", ALL, "2.9", "| Suggested range (定价依据) | high − low ≤20% of low;", marked=NOT_COMPARED),
    figure("price_tick", "0.01元", ALL, "2.9", "| Tick | 0.01元 |", marked=NOT_COMPARED),
    figure("terms.price-ceiling", "130%", ALL, "2.9", "may exceed the lowest by ≤30% | [read files 53,58]", marked=ALL - SINCE_2025),
    # 2.11 to 2.14
    figure("market_value_floor", "1000万元", BEFORE_2023, "2.11", "| 2016-2022 | ≥1,000万"),
    figure("market_value_floor", "1000万元 6000万元", SINCE_2023, "2.11", "| 2023- | ≥6,000万 | ≥1,000万 |"),
    figure("star_value_floor", "600万元", STAR & named("2024-10", "2025-03"), "2.11", "| STAR from 2024-10-01 |"),
    figure("young", "1个月", ALL, "2.12", "age <1 month", marked=ALL),
    figure("class_a_share", "50%", STAR & BEFORE_2023, "2.13", "STAR 2021: ≥50%", marked=named("sse-star@2019-03")),
    figure("class_a_share", "70%", ALL - STAR | SINCE_2023, "2.13", "gets ≥70% of final offline first", marked=ALL - SINCE_2025),
    figure("payment.seventy-percent", "70%", ALL, "2.14", "Total paid <70% of (offering − final strategic) → suspend"),
    figure("online-application.barred", "3 180", ALL, "2.14", "3 unpaid wins in 12 months → barred 6 months", marked=NOT_COMPARED),
]  # fmt: skip

COUNTED = {
    "inquiry.price-and-quantity", "inquiry.price-count", "inquiry.price-spread", "inquiry.not-withdrawn", "offline-subscription.missing",
    "online-application.not-offline", "placement.class-a-ratio", "payment.same-day-offerings", "paid_up_quantity", "printed_step",
    "paid_in_time", "other_short", "other_unknown", "all_known", "lowest_of_four",
}  # fmt: skip
"""What has numbers only to count records, to tell something from nothing, or to round to what is printed."""

TOLD = [
    ("2.1", "| SSE/SZSE main, approval system |", "before the registration system: no rulebook here"),
    ("2.1", "| BSE |", "not one of the four boards"),
    ("2.1", "Two rounding directions", "eliminated"),
    ("2.1", "Order: price high→low; then quantity small→large", "eliminated"),
    ("2.1", "If the lowest price inside the cut equals the issue price", "eliminated"),
    ("2.1", "An eliminated object may not subscribe offline nor online", "offline-subscription.effective"),
    ("2.2", "| Main, approval |", "before the registration system: no rulebook here"),
    ("2.2", "| BSE |", "not one of the four boards"),
    ("2.2", "Order: strategic shortfall first goes to offline", "clawback.strategic-first"),
    ("2.3", "| BSE |", "not one of the four boards"),
    ("2.3", "固高科技", "an example"),
    ("2.4", "| BSE/精选层", "not one of the four boards; how many strategic investors there may be is no rule of the catalogue"),
    ("2.4", "| approval system |", "before the registration system: no rulebook here"),
    ("2.5", "Main board: none [recalled]", "the main boards have no rule of it; a red chip is not among an offering's fields"),
    ("2.6", "| Approval main |", "before the registration system: no rulebook here"),
    ("2.6", "| 2025 revision, unprofitable issuer |", "a consultation draft; the table of sizes was not found"),
    ("2.6", "| Example 摩尔线程", "an example"),
    ("2.6", "| Example 大普微", "an example"),
    ("2.6", "| Example 马可波罗", "an example"),
    ("2.6", "| Example 固德电材, 宇树 2026 |", "an example"),
    ("2.8", "| SSE main to 2023-02-16 |", "before the registration system: no rulebook here"),
    ("2.8", "| BSE from 2023-08-18 |", "not one of the four boards"),
    ("2.9", "| On breach (BSE) |", "not one of the four boards; for the others inquiry.price-spread is marked"),
    ("2.10", "min / step / cap: seed A 100/10/570万", "inquiry.quantity-step"),
    ("2.10", "Nine invalid cases in seed A", "inquiry.quantity-maximum"),
    ("2.11", "Base day = 2nd trading day before inquiry opens", "the book brings the average, and no private manager's assets"),
    ("2.12", "Bid amount (price x quantity) ≤ min(total assets", "inquiry.asset-cap"),
    ("2.14", "Offline T+2 16:00", "payment_deadline"),
]


# ── from the rulebooks ──


def parts(book: Rulebook) -> Iterator[tuple[str, Rule | Term | Value, list[Checked]]]:
    for id_, rule in book.rules.items():
        yield id_, rule, [c for c in (rule.when, rule.require, rule.admits) if c is not None]
    for name, term in book.terms.items():
        yield name, term, [] if term.value is None else [term.value]
    for name, value in book.values.items():
        yield name, value, list(value.deciding())


def numbers(book: Rulebook, checked: list[Checked]) -> str:
    texts = (re.sub(r"\b[TI](?:[+-]\d+)?(?: \d\d:\d\d)?", "", to_text(c.expr, "en", book.schema)) for c in checked)
    return " ".join(n for text in texts for n in NUMBER.findall(text))


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_every_number_has_its_line_and_its_mark(name: str) -> None:
    book = BOOKS[name]
    found = {id_: (numbers(book, checked), part) for id_, part, checked in parts(book)}
    told = {id_: said for id_, (said, _) in found.items() if said and id_ not in COUNTED}
    wanted = {f.name: f for f in FIGURES if name in f.revisions}
    assert told == {id_: f.numbers for id_, f in wanted.items()}
    assert {id_ for id_ in told if found[id_][1].unverified} == {id_ for id_, f in wanted.items() if name in f.marked}


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_a_section_that_is_cited_is_the_one_of_the_figure(name: str) -> None:
    for id_, part, _ in parts(BOOKS[name]):
        sections = {re.split(r"[(:]", c.clause)[0] for c in part.cites if c.source == "rules"}
        of_figure = {f.section for f in FIGURES if f.name == id_ and name in f.revisions}
        assert not sections or not of_figure or of_figure <= sections, f"{id_} of {name}"


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_what_is_said_to_be_neither_read_nor_measured_is_marked(name: str) -> None:
    for id_, part, checked in parts(BOOKS[name]):
        if numbers(BOOKS[name], checked) and {c.source for c in part.cites} == {"rules"}:
            assert part.unverified or any("已读" in c.clause or "实测" in c.clause for c in part.cites), f"{id_} of {name}"


FINDINGS = [
    ("sse-main", "2023-03-01", {"eliminated_share_announced": "10%"}, "terms.elimination-share", True),
    ("szse-main", "2023-03-01", {"eliminated_share_announced": "10%"}, "terms.elimination-share", False),
    ("szse-chinext", "2022-03-01", {"minimum_effective_investors": 9}, "terms.minimum-investors", False),
    ("szse-chinext", "2023-03-01", {"minimum_effective_investors": 9}, "terms.minimum-investors", True),
    ("sse-star", "2022-03-01", {"lockup_share": "9%"}, "terms.lockup-floor", True),
    ("sse-star", "2023-03-01", {"lockup_share": "9%"}, "terms.lockup-floor", False),
]


@pytest.mark.parametrize(("board", "launched", "changed", "rule", "marked"), FINDINGS)
def test_a_finding_that_rests_on_a_recalled_figure_says_so(
    board: str, launched: str, changed: dict[str, object], rule: str, marked: bool
) -> None:
    dates = {"launched": launched, "inquiry_date": launched, "t_day": launched}
    sizes = {"total_shares": "2000万股", "issue_price": "20元"}
    report = validator.checker({"offering": "000000", "board": board, **dates, **sizes, **changed}).offering_only()
    (found,) = (f for f in report.violated if f.rule == rule)
    assert (found.unverified, report.to_dict()["findings"][0]["unverified"]) == (marked, marked)


# ── from the reference ──


def sections() -> dict[str, list[str]]:
    """The lines of each family of rules, without the heads of tables."""
    text = (SHARED / "reference" / "rules-by-revision.md").read_text(encoding="utf-8")
    text = text[text.index("## 2.") : text.index("## 3.")]
    found: dict[str, list[str]] = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        number, *rest = part.split("\n")
        rows = [line for line in rest if line.strip() and not line.startswith("|---")]
        heads = [a for a, b in pairwise(rest) if b.startswith("|---")]
        found[number.split()[0]] = [row for row in rows if row not in heads]
    return found


@needs_shared
def test_every_line_of_the_reference_is_in_a_rulebook_or_told() -> None:
    told = [(f.section, words) for f in FIGURES for words in f.words] + [(section, words) for section, words, _ in TOLD]
    for section, lines in sections().items():
        for line in lines:
            assert any(s == section and words in line for s, words in told), f"{section}: {line}"


@needs_shared
def test_all_words_are_those_of_the_reference() -> None:
    lines = sections()
    for section, words in [(f.section, w) for f in FIGURES for w in f.words] + [(s, w) for s, w, _ in TOLD]:
        assert any(words in line for line in lines[section]), f"{section}: {words}"


def test_what_a_line_points_at_is_there() -> None:
    for _, _, name in TOLD:
        if " " not in name:
            assert all(name in {**b.rules, **b.values} for b in BOOKS.values()), name
