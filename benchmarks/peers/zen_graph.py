"""The rules of the four stages as a graph of decisions for zen-engine: one expression a rule, over integers by name.

Does: which records violate which rule. Does not: tell what could not be evaluated or does not apply, figures, margins, clauses; count
different prices, which its expressions cannot, so that the number comes with the input.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import zen

from benchmarks.peers import limits as at

LESS = "nothing of what cannot be evaluated or does not apply, no figures, no clauses; the number of different prices is handed in"

Breach = tuple[str, int]
"""A rule and the row of a record."""


def _late(field: str, than: int) -> str:
    return f"{field} != null and {field} >= {than}"


def _any_of(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _differ(a: str, b: str) -> str:
    return f"({a} != null and {b} != null and {a} != {b})"


# The rules of the investor. They read its fields as `investor.<name>`.
INVESTOR: Mapping[str, str] = {
    "registration.csa-deadline": _late("investor.csa_registered_at", at.REGISTRATION_DEADLINE),
    "registration.certificate": _late("investor.certificate_at", at.REGISTRATION_DEADLINE),
    "registration.materials": (
        "investor.commitment_letter == false or investor.basic_information == false or investor.related_party_form == false"
    ),
    "registration.materials-deadline": _late("investor.materials_at", at.REGISTRATION_DEADLINE),
    "registration.restricted": "investor.restricted == true",
    "registration.related-party": "investor.related_party == true",
    "pricing-basis.window": (
        f"investor.pricing_basis_at != null and"
        f" (investor.pricing_basis_at < {at.BASIS_OPENS} or investor.pricing_basis_at >= {at.INQUIRY_OPENS})"
    ),
    "pricing-basis.suggestion": (
        "investor.suggested_low == null or investor.suggested_high == null or investor.suggested_low > investor.suggested_high"
    ),
    "pricing-basis.width": (
        "investor.suggested_low != null and investor.suggested_high != null and 5 * investor.suggested_high > 6 * investor.suggested_low"
    ),
    "pricing-basis.approval": "investor.internal_approval == false",
    "pricing-basis.record-time": _late("investor.basis_recorded_at", at.INQUIRY_CLOSES),
    "pricing-basis.unchanged": "investor.suggestion_amended == true",
    "inquiry.commitment": "investor.asset_commitment == false",
    "inquiry.price-count": f"distinct_prices != null and distinct_prices > {at.MAXIMUM_PRICES}",
    "inquiry.price-spread": "distinct_prices != null and distinct_prices > 1 and 5 * max(prices) > 6 * min(prices)",
    "inquiry.not-withdrawn": "len(bids) > 0 and all(bids, #.withdrawn == true)",
}

_SEALED = (
    f"p.valuation_table != false and (p.valuation_table_seal == null or p.valuation_table_seal in {_any_of(at.SEALS)})"
    f" and not {_differ('p.valuation_table_assets', 'p.reported_assets')}"
)

# The rules of a placee, `p`.
PLACEE: Mapping[str, str] = {
    "registration.placee-deadline": _late("p.placee_registered_at", at.REGISTRATION_DEADLINE),
    "registration.accounts-allotted": "p.accounts_allotted == false",
    "registration.identity": " or ".join(
        _differ(f"p.{a}", f"p.{b}")
        for a, b in (
            ("placee_name", "registered_name"),
            ("securities_account", "registered_securities_account"),
            ("bank_account", "registered_bank_account"),
        )
    ),
    "registration.custody-seat": _differ("p.custody_seat", "p.registered_custody_seat"),
    "registration.contributor-form": (
        f"p.placee_type != null and p.placee_type not in {_any_of(at.NO_CONTRIBUTORS)}"
        " and (p.contributor_form == false or p.filing_proof == false)"
    ),
    "registration.private-fund": f'p.placee_type == "{at.PRIVATE}" and (p.manager_registered == false or p.fund_filed == false)',
    "registration.asset-report": "p.asset_report == false",
    "registration.asset-report-seal": (
        "p.placee_type != null and p.asset_report_seal != null and"
        f' (p.placee_type == "{at.OWN_ACCOUNT}" ? p.asset_report_seal != "{at.COMPANY_SEAL}"'
        f" : p.placee_type in {_any_of(at.ANY_SEAL)} ? p.asset_report_seal not in {_any_of((at.COMPANY_SEAL, *at.SEALS))}"
        f' : p.asset_report_seal not in {_any_of(at.SEALS)} and not (p.asset_report_seal == "{at.COMPANY_SEAL}" and {_SEALED}))'
    ),
    "registration.asset-report-date": (
        "p.valuation_exception == false and p.valuation_date != null and p.established != null"
        f" and p.valuation_date != (p.established > {at.MONTH_BEFORE_REPORT} ? {at.YOUNG_ASSET_DATE} : {at.ASSET_REPORT_DATE})"
    ),
    "registration.system-assets": _differ("p.system_assets", "p.reported_assets"),
    "registration.placee-restricted": "p.placee_restricted == true",
    "registration.strategic": (
        "investor.strategic == true and"
        f" ((p.placee_type != null and p.placee_type not in {_any_of(at.STRATEGIC_KINDS)}) or p.placee_strategic == true)"
    ),
    "registration.market-value": (
        "p.average_market_value != null and p.theme_fund != null"
        f" and p.average_market_value < (p.theme_fund ? {at.THEME_FUND_FLOOR} : {at.MARKET_VALUE_FLOOR})"
    ),
    "inquiry.one-bid": "p.own > 1",
}

# The rules of a bid, `b`, which also has the assets of its placee.
BID: Mapping[str, str] = {
    "pricing-basis.bid-within": (
        "b.price != null and ((investor.suggested_low != null and b.price < investor.suggested_low)"
        " or (investor.suggested_high != null and b.price > investor.suggested_high))"
    ),
    "inquiry.window": f"b.submitted_at != null and (b.submitted_at < {at.INQUIRY_OPENS} or b.submitted_at > {at.INQUIRY_CLOSES})",
    "inquiry.price-and-quantity": "b.price == null or b.price == 0 or b.quantity == null or b.quantity == 0",
    "inquiry.price-tick": f"b.price != null and b.price % {at.PRICE_TICK} != 0",
    "inquiry.quantity-minimum": f"b.quantity != null and b.quantity < {at.MINIMUM_QUANTITY}",
    "inquiry.quantity-step": (
        f"b.quantity != null and b.quantity > {at.MINIMUM_QUANTITY} and (b.quantity - {at.MINIMUM_QUANTITY}) % {at.QUANTITY_STEP} != 0"
    ),
    "inquiry.quantity-maximum": f"b.quantity != null and b.quantity > {at.MAXIMUM_QUANTITY}",
    "inquiry.asset-cap": (
        "b.price != null and b.quantity != null and ((b.month_end_assets != null and b.price * b.quantity > b.month_end_assets)"
        " or (b.pre_inquiry_assets != null and b.price * b.quantity > b.pre_inquiry_assets))"
    ),
    "inquiry.asset-flag": (
        "b.declared_assets != null and b.assets_exceed_cap != null and b.price != null"
        f" and b.assets_exceed_cap != (b.declared_assets > b.price * {at.MAXIMUM_QUANTITY})"
    ),
    "inquiry.asset-amount": "b.assets_exceed_cap == null or (b.assets_exceed_cap == false and b.declared_assets == null)",
    "inquiry.assets-agree": _differ("b.declared_assets", "b.reported_assets"),
    "inquiry.amendment": "b.amended == true and b.amendment_reason == null",
}


def graph() -> str:
    """The decision graph as JSON, as the editor of zen saves it."""
    rules = [
        *((rule, condition) for rule, condition in INVESTOR.items()),
        *((rule, f"map(filter(placees as p, {condition}), #.row)") for rule, condition in PLACEE.items()),
        *((rule, f"map(filter(bids as b, {condition}), #.row)") for rule, condition in BID.items()),
    ]
    expressions = [{"id": str(n), "key": rule.replace(".", "/"), "value": condition} for n, (rule, condition) in enumerate(rules)]
    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "submission", "type": "inputNode"},
        {"id": "rules", "name": "rules", "type": "expressionNode", "content": {"expressions": expressions}},
        {"id": "out", "name": "breaches", "type": "outputNode"},
    ]
    edges = [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in (("in", "rules"), ("rules", "out"))]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False)


class Graph:
    """Loads the decision graph once."""

    def __init__(self) -> None:
        self.decision = zen.ZenEngine().create_decision(graph())

    def check(self, context: dict[str, Any]) -> list[Breach]:
        """`context`: the result of `cells.context`."""
        found: Mapping[str, Any] = self.decision.evaluate(context)["result"]
        out: list[Breach] = []
        for key, said in found.items():
            if said:
                out += [(key.replace("/", "."), int(row)) for row in (said if isinstance(said, list) else (0,))]
        return out
