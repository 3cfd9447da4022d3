"""Reports written by hand: one with everything in it, and what differs from it."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from validator.bilingual import Both, Cite
from validator.intake.issue import Issue
from validator.report.model import BidLine, Called, Changed, Elimination, FateTotal, Finding, Label, Report, RuleInfo, Subject

RULES = {
    "inquiry.quantity-minimum": ("bid", Both("低于最低拟申购数量", "below the minimum quantity"), "三(四)6(4)", ("invalid",), False),
    "inquiry.quantity-maximum": ("bid", Both("超过申购数量上限", "above the maximum quantity"), "三(四)6(3)", ("excess-invalid",), False),
    "inquiry.price-spread": ("investor", Both("最高报价高于最低报价的120%", "prices more than 20% apart"), "三(四)5", ("refuse",), True),
    "registration.restricted": ("investor", Both("列入限制名单", "on the restricted list"), "三(四)6(8)", ("invalid",), False),
    "registration.csa-deadline": ("investor", Both("协会注册未按时完成", "registered too late"), "三(四)3", ("invalid",), False),
    "pricing-basis.retention": ("investor", Both("定价依据存档二十年", "records kept for twenty years"), "三(四)2", ("attest",), False),
}


SHARES, YUAN = Both("股", "shares"), Both("元", "yuan")
CALLED = {
    "inquiry.quantity-minimum": Called(
        {"quantity": Label("拟申购数量", SHARES, False), "minimum_quantity": Label("最低拟申购数量", SHARES, False)}, SHARES
    ),
    "inquiry.price-spread": Called({"price": Label("申购价格", YUAN, False)}, YUAN),
}
"""Nothing is called of the other rules, as in a report that knows them not."""


def info(rule: str) -> RuleInfo:
    entity, name, clause, effect, unverified = RULES[rule]
    called = CALLED.get(rule, Called())
    return RuleInfo(rule, rule.partition(".")[0], entity, name, (Cite("inquiry", clause),), effect, unverified, called)


def finding(rule: str, subject: Subject, outcome: str = "violated", **more: Any) -> Finding:
    about = info(rule)
    defaults: dict[str, Any] = {"figures": {}, "margin": None, "missing": (), "message": about.name}
    fingerprint = hashlib.sha256(f"{rule} {subject.id}".encode()).hexdigest()
    return Finding(
        rule=rule,
        stage=about.stage,
        outcome=outcome,
        effect=about.effect,
        subject=subject,
        unverified=about.unverified,
        cite=about.cite,
        fingerprint=fingerprint,
        **(defaults | more),
    )


def bid(number: int, investor: str, price: str, quantity: int, fate: str, **more: Any) -> BidLine:
    placee = f"P{number:05}"
    facts: dict[str, Any] = {"admitted_quantity": quantity, "live": fate != "无效报价", "eliminated": fate == "高价剔除", "open": False}
    return BidLine(
        investor=investor,
        placee=placee,
        sequence=number,
        price=price,
        quantity=quantity,
        fate=fate,
        id=f"{placee}/{number}",
        **(facts | more),
    )


@pytest.fixture
def report() -> Report:
    """Six bids: one too small, one of a barred investor, one above the maximum, one open, one eliminated, one low."""
    return Report(
        offering="301666",
        provisional=(),
        verified=True,
        rulebook={"id": "szse-chinext", "revision": "2025-03", "digest": "sha256:" + "ab" * 32},
        input_digest="sha256:" + "cd" * 32,
        records={"investor": 4, "placee": 6, "bid": 6},
        intake=(Issue("unreadable", "bids", 13, "申购价格", "五十一", Both("读不出数", "no number")),),
        unknown_columns=(("bids", "备用"),),
        outcomes={"holds": 20, "violated": 4, "not_applicable": 2, "not_evaluable": 1, "error": 0},
        by_rule={},
        unsupplied={"investor": ("registration.csa-deadline",)},
        lacking={"registration.csa-deadline": ("csa_registered_at",)},
        columns={"csa_registered_at": ("investor", "证券业协会注册完成时间")},
        attestations=(("pricing-basis.retention", "open"),),
        findings=(
            finding("registration.restricted", Subject("investor", "V002", investor="V002", row=3)),
            finding(
                "inquiry.price-spread",
                Subject("investor", "V004", investor="V004", row=5),
                outcome="not_evaluable",
                missing=("price",),
            ),
            finding("inquiry.price-spread", Subject("investor", "V001", investor="V001", row=2), margin="-0.0100"),
            finding(
                "inquiry.quantity-maximum",
                Subject("bid", "P00003/3", "P00003", "V003", 4),
                figures={"quantity": "15000000", "maximum_quantity": "14000000"},
                margin="-1000000",
            ),
            finding(
                "inquiry.quantity-minimum",
                Subject("bid", "P00001/1", "P00001", "V001", 2),
                figures={"quantity": "900000", "minimum_quantity": "1000000"},
                margin="-100000",
            ),
        ),
        values={
            "median_all": "49.2200",
            "mean_all": "49.3012",
            "median_six": "49.5000",
            "mean_six": "49.4000",
            "lowest_of_four": "49.2200",
        },
        values_exact={"median_all": "2461/50", "lowest_of_four": "2461/50"},
        elimination=Elimination(
            1,
            "12000000",
            "0.029876510292",
            "30254/1012635",
            {"price": "51.38", "quantity": "14000000", "submitted_at": "2026-03-30 14:49:12.152", "sequence": 3},
        ),
        fates={
            "无效报价": FateTotal(2, 2, "0", 0),
            "高价剔除": FateTotal(1, 1, "12000000", 0),
            "低价未入围": FateTotal(1, 1, "5405000", 0),
            "有效报价": FateTotal(2, 2, "28000000", 1),
        },
        terms={"maximum_prices": {"value": "5", "default": "3"}},
        changed=(Changed(Both("报价个数上限", "maximum_prices"), Both("5", "5"), Both("3", "3")),),
        bids=(
            bid(1, "V001", "50.1", 900_000, "无效报价"),
            bid(2, "V002", "50.2", 10_000_000, "无效报价"),
            bid(3, "V003", "51.38", 15_000_000, "有效报价", admitted_quantity=14_000_000),
            bid(4, "V004", "50", 14_000_000, "有效报价", open=True),
            bid(5, "V003", "58.42", 12_000_000, "高价剔除"),
            bid(6, "V004", "46.07", 5_405_000, "低价未入围"),
        ),
        rules={rule: info(rule) for rule in RULES},
        sources={"inquiry": "初步询价及推介公告"},
    )


@pytest.fixture
def clean(report: Report) -> Report:
    """Everything evaluated, nothing violated, nothing open."""
    return replace(
        report,
        intake=(),
        unsupplied={},
        findings=(),
        attestations=(),
        outcomes={"holds": 20, "violated": 0, "not_applicable": 2, "not_evaluable": 0, "error": 0},
        fates={fate: replace(total, open=0) for fate, total in report.fates.items()},
    )
