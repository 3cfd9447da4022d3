"""The rules of the four stages as models of pydantic: fields typed and read by it, the rules in one validator of the whole submission.

Does: which records violate which rule. Does not: tell what could not be evaluated or does not apply, figures, margins, clauses.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, TypeAdapter, model_validator

from benchmarks.peers import limits as at

LESS = "nothing of what cannot be evaluated or does not apply, no figures, no clauses"

_FLAGS = {"是": True, "否": False}
Flag = Annotated[bool | None, BeforeValidator(lambda text: _FLAGS.get(text, text))]
FlagElseNo = Annotated[bool, BeforeValidator(lambda text: _FLAGS.get(text, False))]
Money = Decimal | None

DEADLINE, BASIS_OPENS = datetime(2026, 3, 30, 12), datetime(2026, 3, 30, 8, 30)
OPENS, CLOSES = datetime(2026, 3, 31, 9, 30), datetime(2026, 3, 31, 15)
REPORT_DATE, MONTH_BEFORE, YOUNG_DATE = date(2026, 2, 28), date(2026, 1, 28), date(2026, 3, 24)
TICK, MAXIMUM_AMOUNT_PER_YUAN = Decimal("0.01"), at.MAXIMUM_QUANTITY
FLOOR, THEME_FLOOR = Decimal(60_000_000), Decimal(10_000_000)
SPREAD = Decimal("1.2")

Breach = tuple[str, int]
"""A rule and the row of a record."""


class Cells(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Bid(Cells):
    price: Money = None
    quantity: int | None = None
    submitted_at: datetime | None = None
    sequence: int | None = None
    assets_exceed_cap: Flag = None
    declared_assets: Money = None
    amended: Flag = None
    amendment_reason: str | None = None
    withdrawn: FlagElseNo = False


class Placee(Cells):
    placee_type: str | None = None
    placee_registered_at: datetime | None = None
    accounts_allotted: Flag = None
    placee_name: str | None = None
    registered_name: str | None = None
    securities_account: str | None = None
    registered_securities_account: str | None = None
    bank_account: str | None = None
    registered_bank_account: str | None = None
    custody_seat: str | None = None
    registered_custody_seat: str | None = None
    contributor_form: Flag = None
    filing_proof: Flag = None
    manager_registered: Flag = None
    fund_filed: Flag = None
    asset_report: Flag = None
    asset_report_seal: str | None = None
    valuation_table: FlagElseNo = False
    valuation_table_seal: str | None = None
    valuation_table_assets: Money = None
    reported_assets: Money = None
    valuation_date: date | None = None
    established: date | None = None
    valuation_exception: FlagElseNo = False
    system_assets: Money = None
    placee_restricted: Flag = None
    placee_strategic: FlagElseNo = False
    average_market_value: Money = None
    theme_fund: Flag = None
    month_end_assets: Money = None
    pre_inquiry_assets: Money = None
    bids: list[Bid]


class Investor(Cells):
    csa_registered_at: datetime | None = None
    certificate_at: datetime | None = None
    commitment_letter: Flag = None
    basic_information: Flag = None
    related_party_form: Flag = None
    materials_at: datetime | None = None
    restricted: Flag = None
    related_party: Flag = None
    strategic: Flag = None
    pricing_basis_at: datetime | None = None
    suggested_low: Money = None
    suggested_high: Money = None
    internal_approval: Flag = None
    basis_recorded_at: datetime | None = None
    suggestion_amended: FlagElseNo = False
    asset_commitment: Flag = None


class Submission(Cells):
    investor: Investor
    placees: list[Placee]
    _breaches: list[Breach] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def rules(self) -> "Submission":
        found = self._breaches
        found += _of_investor(self.investor, [b for p in self.placees for b in p.bids])
        number = 0
        for row, placee in enumerate(self.placees):
            found += _of_placee(placee, self.investor, row)
            for bid in placee.bids:
                found += _of_bid(bid, placee, self.investor, number)
                number += 1
        return self

    @property
    def breaches(self) -> list[Breach]:
        return self._breaches


READER: TypeAdapter[Submission] = TypeAdapter(Submission)


def check(data: Any) -> list[Breach]:
    """Texts by name, as a portal sends them."""
    return READER.validate_python(data).breaches


def check_json(data: bytes) -> list[Breach]:
    return READER.validate_json(data).breaches


def _of_investor(v: Investor, bids: list[Bid]) -> Iterator[Breach]:
    if v.csa_registered_at is not None and v.csa_registered_at >= DEADLINE:
        yield "registration.csa-deadline", 0
    if v.certificate_at is not None and v.certificate_at >= DEADLINE:
        yield "registration.certificate", 0
    if v.commitment_letter is False or v.basic_information is False or v.related_party_form is False:
        yield "registration.materials", 0
    if v.materials_at is not None and v.materials_at >= DEADLINE:
        yield "registration.materials-deadline", 0
    if v.restricted:
        yield "registration.restricted", 0
    if v.related_party:
        yield "registration.related-party", 0
    if v.pricing_basis_at is not None and not BASIS_OPENS <= v.pricing_basis_at < OPENS:
        yield "pricing-basis.window", 0
    if v.suggested_low is None or v.suggested_high is None:
        yield "pricing-basis.suggestion", 0
    else:
        if v.suggested_low > v.suggested_high:
            yield "pricing-basis.suggestion", 0
        if v.suggested_high > SPREAD * v.suggested_low:
            yield "pricing-basis.width", 0
    if v.internal_approval is False:
        yield "pricing-basis.approval", 0
    if v.basis_recorded_at is not None and v.basis_recorded_at >= CLOSES:
        yield "pricing-basis.record-time", 0
    if v.suggestion_amended:
        yield "pricing-basis.unchanged", 0
    if v.asset_commitment is False:
        yield "inquiry.commitment", 0
    prices = [b.price for b in bids]
    known = [p for p in prices if p is not None]
    if known and len(known) == len(prices):
        if len(set(known)) > at.MAXIMUM_PRICES:
            yield "inquiry.price-count", 0
        if max(known) > SPREAD * min(known):
            yield "inquiry.price-spread", 0
    if bids and all(b.withdrawn for b in bids):
        yield "inquiry.not-withdrawn", 0


def _of_placee(p: Placee, v: Investor, row: int) -> Iterator[Breach]:
    kind, seal = p.placee_type, p.asset_report_seal
    if p.placee_registered_at is not None and p.placee_registered_at >= DEADLINE:
        yield "registration.placee-deadline", row
    if p.accounts_allotted is False:
        yield "registration.accounts-allotted", row
    if (
        _differ(p.placee_name, p.registered_name)
        or _differ(p.securities_account, p.registered_securities_account)
        or _differ(p.bank_account, p.registered_bank_account)
    ):
        yield "registration.identity", row
    if _differ(p.custody_seat, p.registered_custody_seat):
        yield "registration.custody-seat", row
    if kind is not None and kind not in at.NO_CONTRIBUTORS and (p.contributor_form is False or p.filing_proof is False):
        yield "registration.contributor-form", row
    if kind == at.PRIVATE and (p.manager_registered is False or p.fund_filed is False):
        yield "registration.private-fund", row
    if p.asset_report is False:
        yield "registration.asset-report", row
    if kind is not None and seal is not None and _wrong_seal(p, kind, seal):
        yield "registration.asset-report-seal", row
    wanted = None if p.established is None else YOUNG_DATE if p.established > MONTH_BEFORE else REPORT_DATE
    if not p.valuation_exception and _differ(p.valuation_date, wanted):
        yield "registration.asset-report-date", row
    if _differ(p.system_assets, p.reported_assets):
        yield "registration.system-assets", row
    if p.placee_restricted:
        yield "registration.placee-restricted", row
    if v.strategic and ((kind is not None and kind not in at.STRATEGIC_KINDS) or p.placee_strategic):
        yield "registration.strategic", row
    listed, theme = p.average_market_value, p.theme_fund
    if listed is not None and theme is not None and listed < (THEME_FLOOR if theme else FLOOR):
        yield "registration.market-value", row
    if len(p.bids) > 1:
        yield "inquiry.one-bid", row


def _differ(a: object, b: object) -> bool:
    return a is not None and b is not None and a != b


def _wrong_seal(p: Placee, kind: str, seal: str) -> bool:
    if kind == at.OWN_ACCOUNT:
        return seal != at.COMPANY_SEAL
    if kind in at.ANY_SEAL:
        return seal != at.COMPANY_SEAL and seal not in at.SEALS
    if seal in at.SEALS:
        return False
    own_table = p.valuation_table and (p.valuation_table_seal is None or p.valuation_table_seal in at.SEALS)
    return seal != at.COMPANY_SEAL or not own_table or _differ(p.valuation_table_assets, p.reported_assets)


def _of_bid(b: Bid, p: Placee, v: Investor, row: int) -> Iterator[Breach]:
    price, quantity = b.price, b.quantity
    low, high = v.suggested_low, v.suggested_high
    if price is not None and ((low is not None and price < low) or (high is not None and price > high)):
        yield "pricing-basis.bid-within", row
    if b.submitted_at is not None and not OPENS <= b.submitted_at <= CLOSES:
        yield "inquiry.window", row
    if not price or not quantity:
        yield "inquiry.price-and-quantity", row
    if price is not None and price % TICK:
        yield "inquiry.price-tick", row
    if quantity is not None:
        if quantity < at.MINIMUM_QUANTITY:
            yield "inquiry.quantity-minimum", row
        elif (quantity - at.MINIMUM_QUANTITY) % at.QUANTITY_STEP:
            yield "inquiry.quantity-step", row
        if quantity > at.MAXIMUM_QUANTITY:
            yield "inquiry.quantity-maximum", row
        if price is not None:
            amount = price * quantity
            caps = (p.month_end_assets, p.pre_inquiry_assets)
            if any(cap is not None and amount > cap for cap in caps):
                yield "inquiry.asset-cap", row
    if b.declared_assets is not None:
        over = None if price is None else b.declared_assets > price * MAXIMUM_AMOUNT_PER_YUAN
        if _differ(b.assets_exceed_cap, over):
            yield "inquiry.asset-flag", row
        if _differ(b.declared_assets, p.reported_assets):
            yield "inquiry.assets-agree", row
    if b.assets_exceed_cap is None or (b.assets_exceed_cap is False and b.declared_assets is None):
        yield "inquiry.asset-amount", row
    if b.amended and b.amendment_reason is None:
        yield "inquiry.amendment", row
