"""The pictures: well-formed, in their frame, and true to the figures."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from validator.render.html.pictures import pictures
from validator.render.html.pictures.axes import Scale, round_up, ticks
from validator.render.html.pictures.demand import steps
from validator.render.phrases.say import Lang
from validator.report.model import Report


def drawn(report: Report, lang: Lang = "zh") -> list[ElementTree.Element]:
    """Each figure as XML: a page's parser forgives, this one does not."""
    return [ElementTree.fromstring(figure) for figure in pictures(report, lang)]


def texts(figure: ElementTree.Element) -> list[str]:
    return ["".join(t.itertext()) for t in figure.iter("text")]


def shape(figure: ElementTree.Element, kind: str) -> list[str]:
    return [p.get("d", "") for p in figure.iter("path") if p.get("class") == kind]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_three_pictures_with_title_axes_and_units(report: Report, lang: Lang) -> None:
    demand, scatter, bars = drawn(report, lang)
    said = {"zh": ("申购价格（元/股）", "", "发现（处）"), "en": ("price (yuan a share)", "quantity (million shares)", "findings")}
    for figure in (demand, scatter, bars):
        svg = figure.find("div/svg")
        assert svg is not None
        assert (svg.get("role"), bool(svg.findtext("title"))) == ("img", True)
    assert said[lang][0] in texts(demand)
    assert said[lang][0] in texts(scatter)
    assert said[lang][2] in texts(bars)
    if lang == "en":
        assert said[lang][1] in texts(scatter)


def test_demand_is_counted_from_the_highest_price_down() -> None:
    bids = [(-513_800, 100), (-513_800, 50), (-500_000, 200), (-460_700, 5)]
    assert list(steps(bids)) == [(513_800, 150), (500_000, 350), (460_700, 355)]
    assert list(steps([])) == []


def test_the_curve_only_rises_to_the_left(report: Report) -> None:
    (line,) = shape(drawn(report)[0], "demand")
    across = [int(x) for x in re.findall(r"H(\d+)", line)]
    down = [int(y) for y in re.findall(r"V(\d+)", line)]
    assert all(a > b for a, b in pairwise(across))
    assert all(a >= b for a, b in pairwise(down))


def test_invalid_bids_are_in_no_demand(report: Report) -> None:
    barred = replace(report, bids=tuple(replace(b, live=False) for b in report.bids))
    assert ElementTree.tostring(drawn(barred)[0], encoding="unicode").count("demand") == 0


def test_the_cut_and_the_issue_price_are_marked(report: Report) -> None:
    for figure in drawn(replace(report, stated={"issue_price": "46.08"}))[:2]:
        assert {"剔除线 51.38", "发行价 46.08"} <= set(texts(figure))
        assert [len(shape(figure, kind)) for kind in ("cut", "issue")] == [1, 1]
    without = drawn(replace(report, elimination=replace(report.elimination, cut=None)))[0]
    assert [len(shape(without, kind)) for kind in ("cut", "issue")] == [0, 0]


def test_what_is_offered_stands_beside_the_demand(report: Report) -> None:
    """28,000,000 shares are effectively bid for: 14.00 times 2,000,000; 1,000.00 times 28,000."""
    for offered, said in (
        ("2000000", "网下初始发行 200万股，有效报价合计为其 14.00 倍。"),
        ("28000", "2.8万股，有效报价合计为其 1,000.00 倍。"),
    ):
        demand = drawn(replace(report, stated={"offline_initial": offered}))[0]
        assert said in "".join(demand.itertext())
    assert "网下初始发行" not in "".join(drawn(report)[0].itertext())


def test_every_fate_has_a_mark_and_its_number(report: Report) -> None:
    scatter = drawn(report)[1]
    assert {"有效报价 2 笔", "高价剔除 1 笔", "低价未入围 1 笔", "无效报价 2 笔"} <= set(texts(scatter))
    marks = {kind: sum(d.count("M") for d in shape(scatter, kind)) for kind in ("effective", "eliminated", "low", "invalid")}
    # Each mark once in the picture, and one for the legend.
    assert marks == {"effective": 3, "eliminated": 2, "low": 2, "invalid": 3}


def test_many_bids_are_thinned_and_said(report: Report) -> None:
    many = tuple(replace(report.bids[3], price=f"{46 + n % 500 / 100:.2f}", quantity=5_000_000 + n % 90 * 100_000) for n in range(40_000))
    figure = drawn(replace(report, bids=many))[1]
    assert len(ElementTree.tostring(figure)) < 600_000
    assert "共 40,000 笔；同一位置的多笔只画一个记号。" in "".join(figure.itertext())


def test_a_wild_price_does_not_press_the_others_together(report: Report) -> None:
    many = [replace(report.bids[3], price=f"{50 + n % 100 / 100:.2f}") for n in range(1_000)]
    figure = drawn(replace(report, bids=(*many, replace(report.bids[3], price="100000"))))[0]
    assert "图外 1 笔" in "".join(figure.itertext())
    assert "50.6" in texts(figure)
    assert "100000.0" not in texts(figure)


def test_nothing_is_drawn_outside_its_frame(report: Report) -> None:
    for figure in drawn(report):
        svg = figure.find("div/svg")
        assert svg is not None
        width, height = (int(n) for n in svg.get("viewBox", "").split()[2:])
        for path in svg.iter("path"):
            for x, y in re.findall(r"M(\d+) (\d+)", path.get("d", "")):
                assert 0 <= int(x) <= width
                assert 0 <= int(y) <= height
        for rect in svg.iter("rect"):
            assert int(rect.get("x", "")) + int(rect.get("width", "")) <= width
            assert int(rect.get("y", "")) + int(rect.get("height", "")) <= height


def test_bars_are_as_long_as_their_findings(report: Report) -> None:
    first = report.findings[4]
    bars = drawn(replace(report, findings=(*report.findings, first, first)))[2]
    widths = [int(r.get("width", "")) for r in bars.iter("rect")][: len(report.findings)]
    assert widths[0] >= 3 * widths[1] - 3
    assert "低于最低拟申购数量" in texts(bars)


def test_more_rules_than_there_is_room_for_are_counted(report: Report) -> None:
    found = tuple(replace(report.findings[0], rule=f"inquiry.rule-{n:02}") for n in range(22))
    assert "另有 7 条规则未画。" in "".join(drawn(replace(report, findings=found))[2].itertext())


def test_one_bid_and_no_bid_can_be_drawn(report: Report) -> None:
    assert len(drawn(replace(report, bids=report.bids[2:3], findings=()))) == 2
    assert drawn(replace(report, bids=(), findings=())) == []
    bare = replace(report.bids[0], price=None, quantity=None, admitted_quantity=None)
    assert drawn(replace(report, bids=(bare,), findings=())) == []
    zero = replace(report.bids[2], quantity=0, admitted_quantity=0)
    assert len(drawn(replace(report, bids=(zero,), findings=()))) == 1


@pytest.mark.parametrize(
    ("low", "high", "number", "wanted"),
    [(0, 10, 6, [0, 2, 4, 6, 8, 10]), (3, 17, 9, [4, 6, 8, 10, 12, 14, 16]), (460_700, 584_200, 9, [*range(480_000, 580_001, 20_000)])],
)
def test_ticks_are_round(low: int, high: int, number: int, wanted: list[int]) -> None:
    assert ticks(low, high, number) == wanted


@pytest.mark.parametrize(("value", "wanted"), [(0, 1), (1, 1), (7, 8), (10, 10), (101, 120), (99_999, 100_000)])
def test_an_axis_ends_on_a_round_value_not_below_the_largest(value: int, wanted: int) -> None:
    assert round_up(value) == wanted


def test_a_scale_runs_from_start_to_end() -> None:
    scale = Scale(100, 300, 900, 7080)
    assert (scale.at(100), scale.at(300), scale.holds(301)) == (900, 7080, False)


def test_hostile_names_stay_text(report: Report) -> None:
    info = next(iter(report.rules.values()))
    rules = {r: replace(info, name=replace(info.name, zh="<script>&\u202e")) for r in report.rules}
    for figure in pictures(replace(report, rules=rules), "zh"):
        assert "<script" not in figure
        ElementTree.fromstring(figure)
