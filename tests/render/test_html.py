"""The page stands alone and runs nothing."""

from dataclasses import replace
from html.parser import HTMLParser

from validator.render.html import render
from validator.report import Report


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

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_it_is_well_formed_and_loads_nothing(report: Report) -> None:
    page = Page(render(report, "zh", bids=True))
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "a", "object", "form"}
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}


def test_it_says_what_the_report_says(report: Report) -> None:
    text = "".join(Page(render(report, "zh", bids=True)).text)
    for wanted in (
        "初步询价及推介公告 三(四)6(4)",
        "quantity = 900000; minimum_quantity = 1000000",
        "51.38元 · 1,400万股",
        "无效报价（列入限制名单）",
    ):
        assert wanted in text


def test_hostile_text_stays_text(report: Report) -> None:
    hostile = replace(report.bids[0], investor='<script>alert("1")</script>', placee="<b>\u202e")
    html = render(replace(report, offering="</title><script>", bids=(hostile,)), "en", bids=True)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in html
    assert Page(html).open == []
