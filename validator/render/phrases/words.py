"""Figures and names of a report -> what people read: 9,822,190万股, 51.38元, 2.9877%; in Chinese or English."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from validator.render.phrases.safe import visible

Lang = Literal["zh", "en"]

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)

ENTITIES: Mapping[str, tuple[str, str]] = {
    "offering": ("发行", "offerings"),
    "investor": ("网下投资者", "investors"),
    "placee": ("配售对象", "placees"),
    "bid": ("报价", "bids"),
    "offline_subscription": ("网下申购", "offline_subscriptions"),
    "online_application": ("网上申购", "online_applications"),
    "strategic_investor": ("战略投资者", "strategic_investors"),
    "placement": ("配售", "placements"),
    "payment": ("缴款", "payments"),
    "announcement": ("公告", "announcements"),
    "peer": ("可比公司", "peers"),
    "project": ("募投项目", "projects"),
    "shareholder": ("股东", "shareholders"),
    "forecast": ("预测", "forecasts"),
    "approval": ("审议", "approvals"),
}
"""Their Chinese names, and those of their tables in English."""

_TABLES = {word: zh for one, (zh, en) in ENTITIES.items() for word in (one, en)} | {"decisions": "裁定"}

# Words of the report that are data: outcomes, effects, fates, entities, values. Both languages; anything else is shown as it stands.
NAMES: Mapping[str, tuple[str, str]] = {
    "holds": ("通过", "holds"),
    "violated": ("违反", "violated"),
    "not_applicable": ("不适用", "not applicable"),
    "not_evaluable": ("无法判定", "not evaluable"),
    "error": ("出错", "error"),
    "refuse": ("拒收", "refuse"),
    "invalid": ("无效", "invalid"),
    "excess-invalid": ("超出部分无效", "excess invalid"),
    "void-allotment": ("获配无效", "void allotment"),
    "suspend": ("中止发行", "suspend"),
    "default": ("违约", "default"),
    "report": ("上报协会", "report"),
    "query": ("提请核实", "to be checked"),
    "disclose": ("须披露", "disclose"),
    "mismatch": ("公告不符", "mismatch"),
    "attest": ("人工确认", "attest"),
    "有效报价": ("有效报价", "effective"),
    "高价剔除": ("高价剔除", "eliminated as highest"),
    "低价未入围": ("低价未入围", "below the issue price"),
    "无效报价": ("无效报价", "invalid"),
    "待定价": ("待定价", "not yet priced"),
    **ENTITIES,
    "median_all": ("全部中位数", "median of all"),
    "mean_all": ("全部加权平均数", "weighted mean of all"),
    "median_six": ("六类中位数", "median of the six kinds"),
    "mean_six": ("六类加权平均数", "weighted mean of the six kinds"),
    "lowest_of_four": ("四数孰低值", "lowest of the four"),
    "issue_price": ("发行价格", "issue price"),
}

FOUR_VALUES = ("median_all", "mean_all", "median_six", "mean_six", "lowest_of_four")


def name(word: str, lang: Lang) -> str:
    """A word of the report in the reader's language."""
    zh, en = NAMES.get(word, (word, word))
    return visible(zh if lang == "zh" else en)


def table(called: str, lang: Lang) -> str:
    """A table as an issue names it, in the reader's language. A file stands for itself."""
    return visible(_TABLES.get(called, called) if lang == "zh" else called)


def count(number: int) -> str:
    return f"{number:,}"


def shares(text: str | int | None, lang: Lang) -> str:
    """Whole shares as 万股 from ten thousand on (exact, never rounded)."""
    if text is None:
        return "—"
    number = Decimal(text)
    if lang == "en":
        return f"{_plain(number)} shares"
    if abs(number) < 10_000:
        return f"{_plain(number)}股"
    return f"{_plain(_EXACT.divide(number, Decimal(10_000)))}万股"


def yuan(text: str | None, lang: Lang) -> str:
    """A price with at least two decimals."""
    return "—" if text is None else f"{price(text)}{'元' if lang == 'zh' else ' yuan'}"


def price(text: str) -> str:
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def percent(text: str | None) -> str:
    """A share of 1 to four decimals of a percent, half up, as announcements print it."""
    if text is None:
        return "—"
    return f"{_EXACT.quantize(_EXACT.multiply(Decimal(text), Decimal(100)), Decimal('0.0001'))}%"


def _plain(number: Decimal) -> str:
    shown = f"{number:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
