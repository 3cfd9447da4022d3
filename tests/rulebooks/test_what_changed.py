"""What each revision changes, line by line, and the words of the reference from which each line follows. Nothing else changes.

A line is `id part: old -> new` for what a rule, term or value means, `id part` for its words and marks, `+ id` and `- id` for what comes
and goes. The words are looked up in their section of the reference where that lies beside the checkout.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.shared import SHARED, needs_shared
from validator.rulebook.diff import Diff, diff
from validator.rulebook.library import library
from validator.rulebook.model import Rulebook

BOOKS = library(Path(__file__).parents[2] / "rules")
WORDS = {"name", "message", "cite", "unverified"}
"""Parts of which it is enough to know that they change."""
ANNOUNCEMENTS = {"inquiry", "issuance"}

Row = tuple[str, str, str]
"""A line of the diff, the section of the reference, and its words there."""

FLOOR = "eliminated_share_announced >= 10% or highest_remaining = issue_price"
CEILING = (
    "eliminated_share_announced <= elimination_ceiling or elimination_bound = at_least and eliminated_share_announced < 10% "
    "and eliminated_share_announced < elimination_ceiling + marginal_share"
)
UNIFORM = (
    "elimination_share = 3% and elimination_bound = at_most and eliminated_share_announced <= 3% "
    "and (eliminated_share_announced >= least_elimination or eliminated_share_announced > 3% - marginal_share "
    "or highest_remaining = issue_price)"
)
SIX = "公募基金, 社保基金, 养老金, 年金基金, 保险资金, 合格境外投资者资金"
NINE = "公募基金, 社保基金, 养老金, 年金基金, 银行公募理财产品, 银行私募理财产品, 保险资金, 保险资产管理产品, 合格境外投资者资金"

IN_2021: list[Row] = [
    (f"terms.elimination-share require: {FLOOR} -> {CEILING}", "2.1", "| STAR, ChiNext | from 2021-09-18 | ≤3%"),
    ("terms.elimination-share name", "3", "elimination ≥10% → ≤3%"),
    ("terms.elimination-share message", "3", "elimination ≥10% → ≤3%"),
    ("+ elimination_ceiling: 3%", "2.1", "| STAR, ChiNext | from 2021-09-18 | ≤3%"),
    ("+ marginal_share: maximum_quantity / live_quantity", "2.1", "the marginal bidder is removed"),
    ("- highest_remaining", "2.1", "bids at that price are not eliminated (so the ratio may fall short)"),
]
IN_2023: list[Row] = [
    ("market_value_floor is: 1000万元 -> if theme_fund then 1000万元 else 6000万元", "2.11", "| 2023- | ≥6,000万 | ≥1,000万 |"),
    ("placement.staff-limit cite", "2.4", "Executives' and employees' plan ≤10% [read"),
    ("placement.staff-limit unverified", "2.4", "Executives' and employees' plan ≤10% [read"),
    ("strategic_limit cite", "2.4", "Since 2023-03 the maxima are 20.0 / 30.0 / 50.0% [measured]"),
    ("strategic_limit unverified", "2.4", "Since 2023-03 the maxima are 20.0 / 30.0 / 50.0% [measured]"),
    ("lockup_share_floor cite", "2.6", "[read S8: SSE art. 28, SZSE art. 26]"),
    ("lockup_share_floor unverified", "2.6", "[read S8: SSE art. 28, SZSE art. 26]"),
    ("minimum_effective_investors cite", "2.7", "for 2023+ the same numbers are [recalled]"),
    ("minimum_effective_investors unverified", "2.7", "for 2023+ the same numbers are [recalled]"),
    ("investors_floor cite", "2.7", "for 2023+ the same numbers are [recalled]"),
    ("investors_floor unverified", "2.7", "for 2023+ the same numbers are [recalled]"),
]
IN_2025: list[Row] = [
    (f"class_a is: placee_type in [{SIX}] -> placee_type in [{NINE}]", "2.13", "bank-wealth and insurance-AM products added 2025"),
    ("class_a cite", "2.13", "银行理财、保险资金、保险资管、合格境外) gets ≥70% of final offline first"),
    ("class_a unverified", "2.13", "[read file 01]"),
    ("class_a_share cite", "2.13", "gets ≥70% of final offline first"),
    ("class_a_share unverified", "2.13", "[read file 01]"),
    ("terms.price-ceiling cite", "2.9", "may exceed the lowest by ≤30% | [read files 53,58]"),
    ("terms.price-ceiling unverified", "2.9", "may exceed the lowest by ≤30% | [read files 53,58]"),
]
STAR_2021: list[Row] = [
    ("class_a_share cite", "2.13", "STAR 2021: ≥50% and a narrower list [read S28]"),
    ("class_a_share unverified", "2.13", "STAR 2021: ≥50% and a narrower list [read S28]"),
]
STAR_2023: list[Row] = [
    ("class_a_share is: 50% -> 70%", "2.13", "70% since 2023"),
    ("class_a_share cite", "2.13", "70% since 2023"),
    ("class_a_share unverified", "2.13", "added 2025 [recalled]"),
]
STAR_2024_06: list[Row] = [
    (f"terms.elimination-share require: {CEILING} -> {UNIFORM}", "2.1", "| STAR | from 2024-06-19 | exactly 3%, uniform |"),
    ("terms.elimination-share name", "2.1", "exactly 3%, uniform"),
    ("terms.elimination-share message", "2.1", "exactly 3%, uniform"),
    ("terms.elimination-share cite", "2.1", "36 of 36 at 2.98-3.00% [measured]"),
    ("+ elimination_share: 3%", "2.1", "exactly 3%, uniform"),
    ("+ elimination_bound: at_most", "2.1", 'a "**不超过** 3%" book undershoots'),
    ("- elimination_ceiling", "2.1", "exactly 3%, uniform"),
    ("+ least_elimination: 2.97%", "2.1", "undershoots (2.979-3.000%: the marginal bidder stays)"),
    ("+ highest_remaining: max(bids.price where remaining)", "2.1", "bids at that price are not eliminated (so the ratio may fall short)"),
]
BOTH = "average_market_value >= market_value_floor and star_market_value >= star_value_floor"
STAR_2024_10: list[Row] = [
    (f"registration.market-value require: average_market_value >= market_value_floor -> {BOTH}", "2.11", "| STAR from 2024-10-01 |"),
    ("registration.market-value message", "2.11", "| STAR from 2024-10-01 |"),
    ("+ star_value_floor: 600万元", "2.11", "and ≥600万 of STAR shares | [read S15,S16]"),
]

CHANGES: dict[tuple[str, str], list[Row]] = {
    ("szse-chinext@2020-06", "szse-chinext@2021-09"): IN_2021,
    ("szse-chinext@2021-09", "szse-chinext@2023-02"): IN_2023,
    ("szse-chinext@2023-02", "szse-chinext@2025-03"): IN_2025,
    ("sse-star@2019-03", "sse-star@2021-09"): IN_2021 + STAR_2021,
    ("sse-star@2021-09", "sse-star@2023-02"): IN_2023 + STAR_2023,
    ("sse-star@2023-02", "sse-star@2024-06"): STAR_2024_06,
    ("sse-star@2024-06", "sse-star@2024-10"): STAR_2024_10,
    ("sse-star@2024-10", "sse-star@2025-03"): IN_2025,
    ("szse-main@2023-02", "szse-main@2025-03"): IN_2025,
    ("sse-main@2023-02", "sse-main@2025-03"): IN_2025,
}

SINCE: dict[str, Row] = {
    "szse-chinext@2021-09": ("launched 2021-09-18", "1", "规则发布后启动发行的,适用新规则"),
    "szse-chinext@2023-02": ("launched 2023-02-17", "1", "**2023-02-17** all boards"),
    "szse-chinext@2025-03": ("launched 2025-03-28 unverified", "1", "**2025-03-28** [recalled date]"),
    "sse-star@2021-09": ("launched 2021-09-18", "1", "规则发布后启动发行的,适用新规则"),
    "sse-star@2023-02": ("launched 2023-02-17", "1", "**2023-02-17** all boards"),
    "sse-star@2024-06": ("launched 2024-06-19", "1", "**2024-06-19** STAR 3%"),
    "sse-star@2024-10": ("inquiry_date 2024-10-01 unverified", "1", "The 2024-08-16 rule instead has a calendar start (2024-10-01)"),
    "sse-star@2025-03": ("launched 2025-03-28 unverified", "1", "**2025-03-28** [recalled date]"),
    "szse-main@2025-03": ("launched 2025-03-28 unverified", "1", "**2025-03-28** [recalled date]"),
    "sse-main@2025-03": ("launched 2025-03-28 unverified", "1", "**2025-03-28** [recalled date]"),
}
"""The date that selects each later revision, and whether it is marked."""


def lines(found: Diff) -> Iterator[str]:
    for kind in (found.rules, found.terms, found.values):
        for entry in kind.added:
            (meaning,) = (c.new for c in entry.changes if c.part in ("require", "value", "is"))
            yield f"+ {entry.id}: {meaning.en if meaning else None}"
        yield from (f"- {entry.id}" for entry in kind.removed)
        for entry in kind.changed:
            for c in entry.changes:
                told = "" if c.part in WORDS else f": {c.old.en if c.old else None} -> {c.new.en if c.new else None}"
                yield f"{entry.id} {c.part}{told}"


def read_here(book: Rulebook) -> set[str]:
    """What rests on nothing but the two announcements that were read, which are those of this revision."""
    parts = {**book.rules, **book.terms, **book.values}
    return {f"{n} unverified" for n, p in parts.items() if p.cites and {c.source for c in p.cites} <= ANNOUNCEMENTS and not p.unverified}


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_revision_changes_what_the_reference_says_and_nothing_else(old: str, new: str) -> None:
    before, after = BOOKS.get(old), BOOKS.get(new)
    found = diff(before, after)
    wanted = {line for line, _, _ in CHANGES[old, new]}
    if read_here(after) and not read_here(before):
        wanted |= read_here(after)
    assert sorted(lines(found)) == sorted(wanted)
    assert [key for key, _, _ in found.sources] == ["rules"]


def test_the_announcements_were_read_for_the_last_revision_of_one_board() -> None:
    assert {b.name for b in BOOKS.all() if read_here(b)} == {"szse-chinext@2025-03"}


def test_every_pair_of_neighbours_is_in_the_table() -> None:
    pairs = {(a.name, b.name) for board in BOOKS.chains for a, b in pairwise(BOOKS.chains[board]) if a in BOOKS.standing()}
    assert set(CHANGES) == pairs
    assert set(SINCE) == {new for _, new in pairs}


@pytest.mark.parametrize("name", SINCE)
def test_a_revision_applies_from_the_day_that_the_reference_names(name: str) -> None:
    book = BOOKS.get(name)
    assert f"{book.by} {book.since}" + (" unverified" if book.unverified else "") == SINCE[name][0]


@needs_shared
def test_every_line_is_traced_to_words_of_the_reference() -> None:
    text = (SHARED / "reference" / "rules-by-revision.md").read_text(encoding="utf-8")
    parts = re.split(r"^#{2,3} (?=\d)", text, flags=re.MULTILINE)[1:]
    sections: dict[str, str] = {}
    for part in parts:
        number = re.match(r"[\d.]+", part)
        assert number
        sections[number[0].rstrip(".")] = part
    sections["1"] = text[text.index("## 1.") : text.index("## 2.")]
    for line, section, words in [*(row for rows in CHANGES.values() for row in rows), *SINCE.values()]:
        assert words in sections[section], (line, section, words)
