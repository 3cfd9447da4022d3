"""The two announcements of examples/: every false statement is found, every true one holds, and rounding is a note. Figures by hand."""

from pathlib import Path

import pytest

import validator.announcement
from tests.shared import SHARED, needs_shared
from validator.announcement.run import AnnouncementReport

EXAMPLES = Path(__file__).parents[2] / "examples"


def checked(code: str) -> AnnouncementReport:
    return validator.announcement.check(EXAMPLES / code / "announcement.yaml")


# Per rule and subject: what the message must show. 301666: all bids kept are at most 51.38元, so no mean or median of them is 61.17元.
FALSE = {
    "301666": {
        ("disclosure.four-values-bound", "首次公开发行股票并在创业板上市发行公告"): "四数孰低值 61.1700元、剔除后最高报价 51.38元",
    },
    "000851": {
        ("proceeds.changed-share", "2023-091"): "16.12% ≠ 16.11%",
        ("proceeds.account-balance", "2023-091"): "推得的利息净收入 >= 0万元:不成立,-2,295.41万元 < 0.00万元",
        ("proceeds.capital-split", "2023-091"): "19,806万元 ≠ 20,000万元",
        ("proceeds.equity-shares", "江苏悦达汽车集团有限公司"): "14.30% ≠ 14.29%",
        ("proceeds.equity-shares", "盐城智能向往科技有限公司"): "14.08% ≠ 14.07%",
        ("proceeds.equity-shares", "盐城野望文化创意有限公司"): "5.65% ≠ 5.64%",
        ("proceeds.equity-shares", "北京中博汇芯科技有限公司"): "1.01% ≠ 1.00%",
        ("proceeds.equity-shares", "西藏宁算科技集团有限公司"): "1.01% ≠ 1.00%",
        ("proceeds.equity-shares", "新持股平台"): "6.20% ≠ 6.19%",
        ("proceeds.approvals", "2023-091"): "监事会同意本次变更:不成立",
        ("proceeds.cost-of-capital", "2023-091"): "3.5900% ≠ 3.6200%",
        ("proceeds.forecast-revenue", "2023/业务1新能源智慧商用车"): "31,416.00万元 ≠ 31,500.00万元",
    },
}

# Per rule: the two sides that differ only by rounding.
TAILS = {
    "301666": [("disclosure.peers", "77.98倍", "77.97倍")],
    "000851": [
        ("proceeds.balance-sheet", "8,694.84万元", "8,694.83万元"),
        ("proceeds.capital-at-price", "19,608.00万元", "19,607.84万元"),
        ("proceeds.cost-of-capital", "0.7571", "0.7572"),
        ("proceeds.equity-total", "100.01%", "100.00%"),
        ("proceeds.equity-total", "100.06%", "100.00%"),
        ("proceeds.forecast-cost", "2,416.48万元", "2,416.49万元"),
        ("proceeds.forecast-cost", "2,667.89万元", "2,667.88万元"),
        ("proceeds.forecast-cost", "251.58万元", "251.70万元"),
        ("proceeds.forecast-cost", "3,808.82万元", "3,808.83万元"),
        ("proceeds.forecast-cost", "3,808.82万元", "3,808.83万元"),
        ("proceeds.forecast-cost", "386.35万元", "386.40万元"),
        ("proceeds.forecast-cost", "445.94万元", "446.04万元"),
        ("proceeds.forecast-cost", "558.15万元", "558.18万元"),
        ("proceeds.forecast-cost", "673.15万元", "673.20万元"),
        ("proceeds.forecast-cost", "673.15万元", "673.20万元"),
        ("proceeds.forecast-cost", "770.53万元", "770.52万元"),
        ("proceeds.projects-add-up", "79,240.55万元", "79,240.54万元"),
        ("proceeds.projects-add-up", "79,240.56万元", "79,240.54万元"),
        *[("proceeds.projects-add-up", "99,110.29万元", "99,110.28万元")] * 5,
        ("proceeds.remaining", "1,406.11万元", "1,406.10万元"),
        ("proceeds.working-capital", "1,532.42万元", "1,532.43万元"),
        ("proceeds.working-capital", "7,710.78万元", "7,710.79万元"),
        ("proceeds.working-capital", "9,243.21万元", "9,243.20万元"),
    ],
}


@pytest.mark.parametrize("code", FALSE)
def test_every_false_statement_is_found_and_nothing_else(code: str) -> None:
    found = checked(code)
    assert {(f.rule, f.subject.id): f.outcome for f in found.findings} == dict.fromkeys(FALSE[code], "violated")
    for finding in found.findings:
        assert FALSE[code][finding.rule, finding.subject.id] in finding.message.zh
    assert found.outcomes["not_evaluable"] == found.outcomes["error"] == len(found.intake) == 0
    assert found.status == 1


@pytest.mark.parametrize("code", TAILS)
def test_differences_that_rounding_explains_are_notes(code: str) -> None:
    assert sorted((n.rule, n.left, n.right) for n in checked(code).notes) == sorted(TAILS[code])


@pytest.mark.parametrize("code", FALSE)
def test_every_rule_is_asked_and_all_but_the_false_ones_hold_somewhere(code: str) -> None:
    found = checked(code)
    silent = {r for r, counts in found.by_rule.items() if not counts.get("holds") and not counts.get("violated")}
    assert silent == ({"disclosure.online-maximum"} if code == "301666" else set())
    records = {"announcement": 1, **found.records}
    asked = sum(records[found.rules[r].entity] for r in found.by_rule)
    assert sum(found.outcomes.values()) == asked == sum(n for counts in found.by_rule.values() for n in counts.values())


def test_the_json_has_the_form_of_every_report_and_the_notes() -> None:
    found = checked("301666").to_dict()
    assert list(found)[:4] == ["format", "engine", "offering", "provisional"]
    assert (found["offering"], found["announcement"]) == ("301666", "首次公开发行股票并在创业板上市发行公告")
    assert found["rulebook"]["id"] == "disclosure" and found["rulebook"]["digest"].startswith("sha256:")
    (finding,) = found["findings"]
    assert finding["effect"] == ["mismatch"]
    assert finding["figures"] == {"lowest_of_four": "61.1700元", "highest_kept_price": "51.38元"}
    assert finding["cite"] == {"source": "issuance", "clause": "1", "also": [{"source": "issuance", "clause": "估值6"}]}
    assert finding["margin"] == "-9.78495"
    assert finding["message"]["en"] == (
        "lowest_of_four <= highest_kept_price: does not hold (lowest_of_four 61.1700元, highest_kept_price 51.38元)"
    )
    (note,) = found["notes"]
    assert note["figures"] == {
        "688110.SH.multiple": "77.98倍",
        "688110.SH.market_value": "499.79亿元",
        "688110.SH.revenue": "6.41亿元",
    }
    assert checked("301666").to_dict() == found


@needs_shared
@pytest.mark.parametrize(("code", "seed"), [("301666", "B"), ("000851", "C")])
def test_every_figure_of_an_example_stands_in_its_seed(code: str, seed: str) -> None:
    """As printed: the digits and the unit's sign, commas and decimals included."""
    import re

    text = next((SHARED / "seeds").glob(f"{seed}-*")).read_text(encoding="utf-8").replace("\n", "")
    example = (EXAMPLES / code / "announcement.yaml").read_text(encoding="utf-8")
    lines = [line.split("#")[0] for line in example.splitlines() if not line.startswith(("published", "#", "code", "announcement"))]
    numbers = {n.rstrip(",") for line in lines for n in re.findall(r"-?\d[\d,]*(?:\.\d+)?%?", line)}
    assert len(numbers) > 50
    assert sorted(n for n in numbers if n not in text) == []
