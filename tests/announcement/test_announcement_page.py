"""What an officer reads of an announcement: the verdict, each false statement with its figures, tails apart, in both languages."""

from pathlib import Path
from typing import Literal

import pytest

import validator.announcement
from validator.render.pages.announcement import page
from validator.render.pages.blocks import Block, Heading, Note, Table

EXAMPLES = Path(__file__).parents[2] / "examples"


def texts(blocks: tuple[Block, ...]) -> str:
    rows = [b.text if isinstance(b, Heading | Note) else "\n".join("|".join(r) for r in b.rows) for b in blocks]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        (
            "zh",
            (
                "有违反：7 条规则，12 处。",
                "变更占比|公告|变更占比 = 本次变更金额 / 承诺投资额合计:不成立,16.12% ≠ 16.11%"
                "(变更占比 16.12%、本次变更金额 20,000.00万元、承诺投资额合计 124,110.28万元)",
                "尾差(四舍五入可以解释,不是不符)",
                "没有规则用到的数据:募集资金净额、审议.同意票",
            ),
        ),
        (
            "en",
            (
                "Violations: 12, of 7 rules.",
                "a shareholder's share|新持股平台|share_after = contribution_after / capital_after: does not hold, 6.20% ≠ 6.19%"
                " (share_after 6.20%, contribution_after 2,774万元, capital_after 44,788万元)",
                "the share changed|announcement|",
                "Explained by rounding (no findings)",
                "Figures that no rule reads: net_proceeds, approval.in_favour",
            ),
        ),
    ],
)
def test_the_page_says_what_is_false_and_what_rounding_explains(lang: Literal["zh", "en"], wanted: tuple[str, ...]) -> None:
    found = page(validator.announcement.check(EXAMPLES / "000851" / "announcement.yaml"), lang)
    for text in wanted:
        assert text in texts(found)
    tables = [b for b in found if isinstance(b, Table) and len(b.columns) == 3]
    assert [len(t.rows) for t in tables[-2:]] == [12, 27]


def test_a_missing_figure_has_a_part_of_its_own(tmp_path: Path) -> None:
    text = (EXAMPLES / "301666" / "announcement.yaml").read_text(encoding="utf-8").replace("  issue_costs: 13,129.51万元\n", "")
    (tmp_path / "announcement.yaml").write_text(text, encoding="utf-8")
    report = validator.announcement.check(tmp_path / "announcement.yaml")
    assert "未能判断之处\n募集资金总额、净额与需求|公告|无法判断“募集资金总额、净额与需求”:缺少发行费用" in texts(page(report, "zh"))
