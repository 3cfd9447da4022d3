"""The text report: whole pages, and the word that must not stand in them too early."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from validator.bilingual import Both
from validator.intake.issue import Issue
from validator.render.pages.report.summary import summary
from validator.render.phrases.say import Lang
from validator.render.terminal import draw
from validator.report.model import Elimination, FateTotal, Report

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("lang", "width"), [("zh", 80), ("zh", 120), ("en", 80)])
def test_the_page(report: Report, lang: Lang, width: int) -> None:
    page = draw(summary(report, lang, bids=True), width=width)
    assert page == (GOLDEN / f"report.{lang}.{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_wider_than_the_screen(report: Report, lang: Lang, width: int) -> None:
    page = draw(summary(report, lang, bids=True), width=width)
    assert max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in page.splitlines()) <= width
    assert not any(line != line.rstrip() for line in page.splitlines())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_rules_id_stays_whole(report: Report, lang: Lang, width: int) -> None:
    long = "offline-subscription.not-above-cap"
    found = tuple(replace(f, rule=long, subject=replace(f.subject, id=f"配售对象{n:040}")) for n, f in enumerate(report.findings))
    rules = {long: replace(report.rules["inquiry.price-spread"], id=long)}
    page = draw(summary(replace(report, findings=found, rules=rules, attestations=((long, "open"),)), lang), width=width)
    assert sum(line.startswith(long) for line in page.splitlines()) == 2  # below its name: violated, not evaluable
    assert page.count(long) == 4  # to be signed for, and the command that explains it


def test_nothing_is_cut_where_room_is_short(report: Report) -> None:
    page = draw(summary(report, "en"), width=60)
    assert "pricesmorethan20%apart" in "".join(page.split())
    assert "P00003/3" in page


def says_compliant(report: Report) -> bool:
    return any(word in draw(summary(report, lang)) for lang, word in (("zh", "合规"), ("en", "ompliant")))  # type: ignore[arg-type]


def test_a_clean_run_says_so(clean: Report) -> None:
    assert says_compliant(clean)


SPOILERS: dict[str, Callable[[Report], Report]] = {
    "a violation": lambda r: replace(r, outcomes={**r.outcomes, "violated": 1}),
    "not evaluable": lambda r: replace(r, outcomes={**r.outcomes, "not_evaluable": 1}),
    "an error": lambda r: replace(r, outcomes={**r.outcomes, "error": 1}),
    "a column that is not supplied": lambda r: replace(r, unsupplied={"investor": ("registration.csa-deadline",)}),
    "something unread": lambda r: replace(r, intake=(Issue("unreadable", "bids", 2, "申购价格", "x", Both("读不出数", "no number")),)),
    "an open attestation": lambda r: replace(r, attestations=(("pricing-basis.retention", "open"),)),
    "provisional": lambda r: replace(r, provisional=("issue_price",)),
    "an open bid": lambda r: replace(r, fates={"有效报价": FateTotal(1, 1, "1", 1)}),
    "a cut that cannot be placed": lambda r: replace(r, elimination=Elimination(None, None, None, None, None, ("P1/1", "P2/2"))),
}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_nothing_is_called_compliant_while(clean: Report, spoiler: str) -> None:
    assert not says_compliant(SPOILERS[spoiler](clean))


def test_the_full_report_is_not_called_compliant(report: Report) -> None:
    assert not says_compliant(report)


def test_a_hostile_name_cannot_turn_the_line(report: Report) -> None:
    hostile = replace(report, offering="3016\u202e66\x1b[2J", unknown_columns=(("bids", "a\u200bb"),))
    page = draw(summary(hostile, "zh"))
    assert "3016\\u202e66\\u001b[2J" in page
    assert "a\\u200bb" in page


def test_markup_in_a_name_is_text(report: Report) -> None:
    assert "[bold]x[/bold] :smile:" in draw(summary(replace(report, offering="[bold]x[/bold] :smile:"), "en"), colour=True)
