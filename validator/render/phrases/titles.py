"""The titles of sheets, columns and pictures in Chinese and English, by key. Blanks are filled by `title`.

`sentences` has what a report says in words; here is what stands at the head of a column or under a picture.
"""

from collections.abc import Mapping

from validator.render.phrases.words import Lang

_TITLES: Mapping[str, tuple[str, str]] = {
    # sheets: at most 31 characters, none of : \ / ? * [ ]
    "sheet-statistics": ("报价统计", "statistics"),
    "sheet-terms": ("条款改动", "changed terms"),
    "sheet-decisions": ("裁定", "decisions"),
    # columns with their units
    "price-unit": ("申购价格（元/股）", "price (yuan a share)"),
    "quantity-unit": ("拟申购数量（股）", "quantity (shares)"),
    "admitted-unit": ("有效数量（股）", "admitted quantity (shares)"),
    "investor-code": ("投资者代码", "investor code"),
    "placee-code": ("配售对象代码", "placee code"),
    # statistics
    "group": ("分类", "by"),
    "kind": ("类型", "kind"),
    "investor-count": ("投资者（家）", "investors"),
    "placee-count": ("配售对象（个）", "placees"),
    "bid-total": ("拟申购总量（股）", "quantity (shares)"),
    "bid-total-short": ("拟申购总量", "quantity"),
    "median": ("报价中位数（元/股）", "median (yuan a share)"),
    "mean": ("报价加权平均数（元/股）", "mean (yuan a share)"),
    "multiple": ("申购倍数（倍）", "multiple (times)"),
    "all": ("网下全部", "all"),
    "all-kind": ("网下全部投资者", "all investors"),
    "six-kind": ("公募基金等六类", "the six kinds"),
    "placee_type": ("配售对象类型", "kind of placee"),
    "investor_type": ("网下投资者类型", "kind of investor"),
    "not-stated": ("（未填）", "(not stated)"),
    "statistics": ("剩余报价统计（剔除无效报价和最高报价后）", "The remaining bids (without invalid and eliminated ones)"),
    "no-investor_type": (
        "报价簿没有网下投资者类型，不能按投资者分类统计。",
        "The book does not state the kind of investor: no statistics by it.",
    ),
    "no-placee_type": ("报价簿没有配售对象类型，不能按其分类统计。", "The book does not state the kind of placee: no statistics by it."),
    # rules
    "stage": ("环节", "stage"),
    "subject-kind": ("对象", "asked of"),
    "lacking": ("未提供的栏目", "not handed in"),
    "attest-state": ("人工确认", "signature"),
    # decisions
    "decision-rule": ("规则编号", "rule id"),
    "decision-subject": ("对象", "subject"),
    "decision-outcome": ("裁定", "decision"),
    "decision-name": ("裁定人", "officer"),
    "decision-at": ("时间", "at"),
    "decision-remark": ("说明", "remark"),
    "decision-used": ("作用", "what it did"),
    "used-closed": ("待核事项已了结", "closed an open question"),
    "used-invalid": ("报价作无效处理", "made bids invalid"),
    "used-signed": ("人工确认已签署", "signed an attestation"),
    "used-nothing": ("未起作用", "nothing"),
    # pictures
    "pictures": ("图", "Pictures"),
    "demand": ("累计申购需求", "Cumulative demand"),
    "demand-note": (
        "不低于该价格的有效数量合计，不含无效报价，共 {count} 笔。",
        "The admitted quantity bid at or above each price, without invalid bids; {count} bids.",
    ),
    "demand-offline": ("网下初始发行 {offline}", " Offered offline: {offline}"),
    "demand-multiple": ("，有效报价合计为其 {multiple} 倍。", "; the effective bids ask for {multiple} times as much."),
    "scatter": ("报价与数量", "Bids by price and quantity"),
    "scatter-note": (
        "共 {count} 笔；同一位置的多笔只画一个记号。",
        "{count} bids; those that fall on one place share a mark.",
    ),
    "bars": ("各规则的发现", "Findings by rule"),
    "bars-rest": ("另有 {count} 条规则未画。", "{count} more rules are not drawn."),
    "outside": ("图外 {count} 笔。", "{count} bids lie outside the picture."),
    "axis-price": ("申购价格（元/股）", "price (yuan a share)"),
    "axis-demand": ("累计数量（{unit}）", "cumulative quantity ({unit})"),
    "axis-quantity": ("拟申购数量（{unit}）", "quantity ({unit})"),
    "axis-findings": ("发现（处）", "findings"),
    "unit-1": ("股", "shares"),
    "unit-1000": ("千股", "thousand shares"),
    "unit-10000": ("万股", "10,000 shares"),
    "unit-1000000": ("百万股", "million shares"),
    "unit-100000000": ("亿股", "100 million shares"),
    "unit-1000000000": ("十亿股", "billion shares"),
    "mark-cut": ("剔除线 {price}", "cut {price}"),
    "mark-issue": ("发行价 {price}", "issue price {price}"),
    "bids-of": ("{fate} {count} 笔", "{fate}: {count}"),
    "undecided": ("未决", "undecided"),
}


def title(key: str, lang: Lang, **blanks: object) -> str:
    """The title of that key, its blanks filled."""
    zh, en = _TITLES[key]
    return (zh if lang == "zh" else en).format(**blanks)
