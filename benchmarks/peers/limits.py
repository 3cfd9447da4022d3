"""The limits of the benchmark's offering as integers, written by hand. The peers use them instead of a bound rulebook.

Prices and money in 1/10000 元, quantities in 股, ratios as fractions, days from 1970-01-01, moments in milliseconds of Beijing time.
"""

from datetime import date, datetime, timedelta


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _moment(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)) // timedelta(milliseconds=1)


REGISTRATION_DEADLINE = _moment("2026-03-30 12:00")
BASIS_OPENS = _moment("2026-03-30 08:30")
INQUIRY_OPENS = _moment("2026-03-31 09:30")
INQUIRY_CLOSES = _moment("2026-03-31 15:00")
ASSET_REPORT_DATE = _day("2026-02-28")
MONTH_BEFORE_REPORT = _day("2026-01-28")
YOUNG_ASSET_DATE = _day("2026-03-24")

PRICE_TICK = 100
ISSUE_PRICE = 460_800
MINIMUM_QUANTITY, QUANTITY_STEP, MAXIMUM_QUANTITY = 800_000, 100_000, 14_000_000
MAXIMUM_PRICES = 3
MARKET_VALUE_FLOOR, THEME_FUND_FLOOR = 60_000_000 * 10_000, 10_000_000 * 10_000
MINIMUM_EFFECTIVE_INVESTORS = 10
ELIMINATION_PERCENT = 3
ANNOUNCED_SHARE = (3, 100)

SIX_KINDS = ("公募基金", "社保基金", "养老金", "年金基金", "保险资金", "合格境外投资者资金")
NO_CONTRIBUTORS = ("公募基金", "社保基金", "养老金", "年金基金", "银行公募理财产品", "保险资金", "合格境外投资者资金", "机构自营投资账户")
ANY_SEAL = ("公募基金", "社保基金", "养老金", "年金基金", "银行公募理财产品", "保险资金", "合格境外投资者资金")
STRATEGIC_KINDS = ("公募基金", "社保基金", "养老金", "年金基金")
PRIVATE = "私募证券投资基金"
OWN_ACCOUNT = "机构自营投资账户"
SEALS = ("估值专用章", "托管业务专用章")
COMPANY_SEAL = "公章"

TEN_THOUSANDTHS = frozenset(
    (
        *("price", "suggested_low", "suggested_high", "highest_price", "lowest_price", "bid_amount", "amount_cap", "declared_assets"),
        *("month_end_assets", "pre_inquiry_assets", "reported_assets", "system_assets", "valuation_table_assets", "average_market_value"),
        "market_value_floor",
    )
)
"""Figures stored in 1/10000 元."""
