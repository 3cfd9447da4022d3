"""The page stands alone and runs nothing."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from validator.bilingual import Both
from validator.intake.issue import Issue
from validator.render.html import page as blocks_page
from validator.render.html import render
from validator.render.phrases.say import Lang
from validator.report.model import Finding, Report, RuleInfo


class Page(HTMLParser):
    """Tags that are open, tags and attributes seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {a for a, _ in attrs}
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {a for a, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_it_is_well_formed_and_loads_nothing(report: Report) -> None:
    page = Page(render(report, "zh", bids=True))
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "a", "object", "form"}
    drawn = {"viewbox", "role", "d", "x", "y", "width", "height", "text-anchor", "transform"}
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"} | drawn


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_points_outside(report: Report, lang: Lang) -> None:
    html = render(report, lang, bids=True)
    for pointer in ("://", "url(", "@import", "src=", "href=", "data:", "<use", "style="):
        assert pointer not in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_in_one_language_says_nothing_in_the_other(report: Report, lang: Lang) -> None:
    headings = {
        "zh": ("累计申购需求", "报价与数量", "各规则的发现", "剩余报价统计"),
        "en": ("Cumulative demand", "Findings by rule", "The remaining bids"),
    }
    html = render(report, lang)
    assert all(h in html for h in headings[lang])
    assert not any(h in html for other in headings if other != lang for h in headings[other])


def test_the_statistics_stand_on_the_page_and_what_is_lacking_is_said(report: Report) -> None:
    kinds = tuple(replace(b, placee_type="公募基金") for b in report.bids)
    text = "".join(Page(render(replace(report, bids=kinds), "zh")).text)
    # 51.38 x 1,400万, 50.00 x 1,400万 and 46.07 x 540.5万 remain: 1668328350 / 33405000 = 49.942474…
    assert "公募基金23" in text.replace("\n", "")
    assert "3,340.5万股50.000049.9425" in text
    assert "报价簿没有网下投资者类型" in text


def test_it_says_what_the_report_says(report: Report) -> None:
    text = "".join(Page(render(report, "zh", bids=True)).text)
    for wanted in (
        "初步询价及推介公告 三(四)6(4)",
        "拟申购数量 = 900000股；最低拟申购数量 = 1000000股",
        "-100000 股",
        "51.38元 · 1,400万股",
        "无效报价（列入限制名单）",
    ):
        assert wanted in text


def test_hostile_text_stays_text(report: Report) -> None:
    hostile = replace(report.bids[0], investor='<script>alert("1")</script>', placee="<b>\u202e")
    html = render(replace(report, offering="</title><script>", bids=(hostile,)), "en", bids=True)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;" in html
    assert Page(html).open == []


SCRIPT = "<script>alert(1)</script>&\"'"


def hostile_finding(finding: Finding) -> Finding:
    subject = replace(finding.subject, id=SCRIPT, placee=SCRIPT, investor=SCRIPT)
    texts = {"figures": {SCRIPT: SCRIPT}, "margin": SCRIPT, "missing": (SCRIPT,), "message": Both(SCRIPT, SCRIPT)}
    cites = tuple(replace(c, source=SCRIPT, clause=SCRIPT) for c in finding.cite)
    return replace(finding, subject=subject, cite=cites, rule=SCRIPT, effect=(SCRIPT,), **texts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_script_in_every_name_is_text(report: Report, lang: Lang) -> None:
    names = {"investor": SCRIPT, "placee": SCRIPT, "investor_name": SCRIPT, "placee_name": SCRIPT, "fate": SCRIPT, "id": SCRIPT}
    kinds = {"investor_type": SCRIPT, "placee_type": SCRIPT}
    info = RuleInfo(SCRIPT, SCRIPT, SCRIPT, Both(SCRIPT, SCRIPT), (), (SCRIPT,), False)
    hostile = replace(
        report,
        offering=SCRIPT,
        provisional=(SCRIPT,),
        rulebook={"id": SCRIPT, "revision": SCRIPT, "digest": SCRIPT},
        input_digest=SCRIPT,
        records={SCRIPT: 1},
        intake=(Issue(SCRIPT, SCRIPT, 1, SCRIPT, SCRIPT, Both(SCRIPT, SCRIPT)),),
        unknown_columns=((SCRIPT, SCRIPT),),
        by_rule={SCRIPT: {"violated": 1}},
        unsupplied={SCRIPT: (SCRIPT,)},
        lacking={SCRIPT: (SCRIPT,)},
        attestations=((SCRIPT, "open"),),
        findings=tuple(hostile_finding(f) for f in report.findings),
        elimination=replace(report.elimination, undecided=(SCRIPT,)),
        fates={SCRIPT: next(iter(report.fates.values()))},
        terms={SCRIPT: {"value": SCRIPT, "default": SCRIPT}},
        bids=tuple(replace(b, **names, **kinds) for b in report.bids),
        rules={SCRIPT: info},
        sources={SCRIPT: SCRIPT},
    )
    html = render(hostile, lang, bids=True)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 40
    assert Page(html).open == []


def test_which_rule_lacks_which_column_is_told(report: Report) -> None:
    text = "".join(Page(render(report, "zh")).text)
    assert "逐条规则所缺的栏目" in text
    assert "协会注册未按时完成\nregistration.csa-deadline网下投资者：证券业协会注册完成时间" in text


def test_any_page_of_blocks_is_a_page() -> None:
    page = Page(blocks_page(SCRIPT, [], "en"))
    assert page.open == []
    assert "script" not in page.tags
