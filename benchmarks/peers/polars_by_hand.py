"""The rules of the four stages as somebody would write them once in Polars: scaled integers, one select per table, figures of hits only.

Does: outcomes per rule (holds, violated, not applicable, not evaluable), findings with figures, live and admitted, elimination, the four
values exactly, fates. Does not: name a margin or what is missing, choose a revision, bind terms, guard against overflow, read anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import polars as pl

from benchmarks.peers import limits as at
from benchmarks.result import Result

Rule = tuple[pl.Expr | None, pl.Expr, tuple[str, ...]]
"""A rule: its `when` (None: always), its `require`, and the columns of its figures."""

c = pl.col

INVESTOR: Mapping[str, Rule] = {
    "registration.csa-deadline": (None, c("csa_registered_at") < at.REGISTRATION_DEADLINE, ("csa_registered_at",)),
    "registration.certificate": (None, c("certificate_at") < at.REGISTRATION_DEADLINE, ("certificate_at",)),
    "registration.materials": (
        None,
        c("commitment_letter") & c("basic_information") & c("related_party_form"),
        ("commitment_letter", "basic_information", "related_party_form"),
    ),
    "registration.materials-deadline": (None, c("materials_at") < at.REGISTRATION_DEADLINE, ("materials_at",)),
    "registration.restricted": (None, ~c("restricted"), ("restricted",)),
    "registration.related-party": (None, ~c("related_party"), ("related_party",)),
    "pricing-basis.window": (
        None,
        (c("pricing_basis_at") >= at.BASIS_OPENS) & (c("pricing_basis_at") < at.INQUIRY_OPENS),
        ("pricing_basis_at",),
    ),
    "pricing-basis.suggestion": (
        None,
        c("suggested_low").is_not_null() & c("suggested_high").is_not_null() & (c("suggested_low") <= c("suggested_high")),
        ("suggested_low", "suggested_high"),
    ),
    "pricing-basis.width": (None, 5 * c("suggested_high") <= 6 * c("suggested_low"), ("suggested_low", "suggested_high")),
    "pricing-basis.approval": (None, c("internal_approval"), ("internal_approval",)),
    "pricing-basis.record-time": (None, c("basis_recorded_at") < at.INQUIRY_CLOSES, ("basis_recorded_at",)),
    "pricing-basis.unchanged": (None, ~c("suggestion_amended"), ("suggestion_amended",)),
    "inquiry.commitment": (None, c("asset_commitment"), ("asset_commitment",)),
    "inquiry.price-count": (c("bids") > 0, c("price_count") <= at.MAXIMUM_PRICES, ("price_count",)),
    "inquiry.price-spread": (c("bids") > 0, 5 * c("highest_price") <= 6 * c("lowest_price"), ("highest_price", "lowest_price")),
    "inquiry.not-withdrawn": (c("bids") > 0, ~c("all_withdrawn"), ()),
}

_sealed = c("asset_report_seal").is_in(at.SEALS)
_covered = (
    (c("asset_report_seal") == at.COMPANY_SEAL)
    & c("valuation_table")
    & c("valuation_table_seal").is_in(at.SEALS)
    & (c("valuation_table_assets") == c("reported_assets"))
)

PLACEE: Mapping[str, Rule] = {
    "registration.placee-deadline": (None, c("placee_registered_at") < at.REGISTRATION_DEADLINE, ("placee_registered_at",)),
    "registration.accounts-allotted": (None, c("accounts_allotted"), ("accounts_allotted",)),
    "registration.identity": (
        None,
        (c("placee_name") == c("registered_name"))
        & (c("securities_account") == c("registered_securities_account"))
        & (c("bank_account") == c("registered_bank_account")),
        (
            "placee_name",
            "registered_name",
            "securities_account",
            "registered_securities_account",
            "bank_account",
            "registered_bank_account",
        ),
    ),
    "registration.custody-seat": (
        c("custody_seat").is_not_null() & c("registered_custody_seat").is_not_null(),
        c("custody_seat") == c("registered_custody_seat"),
        ("custody_seat", "registered_custody_seat"),
    ),
    "registration.contributor-form": (
        None,
        c("placee_type").is_in(at.NO_CONTRIBUTORS) | (c("contributor_form") & c("filing_proof")),
        ("placee_type", "contributor_form", "filing_proof"),
    ),
    "registration.private-fund": (
        c("placee_type") == at.PRIVATE,
        c("manager_registered") & c("fund_filed"),
        ("manager_registered", "fund_filed"),
    ),
    "registration.asset-report": (None, c("asset_report"), ("asset_report",)),
    "registration.asset-report-seal": (
        None,
        pl.when(c("placee_type") == at.OWN_ACCOUNT)
        .then(c("asset_report_seal") == at.COMPANY_SEAL)
        .when(c("placee_type").is_in(at.ANY_SEAL))
        .then(c("asset_report_seal").is_in([at.COMPANY_SEAL, *at.SEALS]))
        .when(c("placee_type").is_not_null())
        .then(_sealed | _covered),
        ("placee_type", "asset_report_seal", "valuation_table", "valuation_table_seal", "valuation_table_assets", "reported_assets"),
    ),
    "registration.asset-report-date": (
        None,
        (c("valuation_date") == c("wanted_valuation_date")) | c("valuation_exception"),
        ("valuation_date", "wanted_valuation_date", "valuation_exception"),
    ),
    "registration.system-assets": (
        c("system_assets").is_not_null() & c("reported_assets").is_not_null(),
        c("system_assets") == c("reported_assets"),
        ("system_assets", "reported_assets"),
    ),
    "registration.placee-restricted": (None, ~c("placee_restricted"), ("placee_restricted",)),
    "registration.strategic": (
        None,
        ~c("strategic") | (c("placee_type").is_in(at.STRATEGIC_KINDS) & ~c("placee_strategic")),
        ("strategic", "placee_type", "placee_strategic"),
    ),
    "registration.market-value": (
        None,
        c("average_market_value") >= c("market_value_floor"),
        ("average_market_value", "market_value_floor"),
    ),
    "inquiry.one-bid": (None, c("bid_count") <= 1, ("bid_count",)),
}

BID: Mapping[str, Rule] = {
    "pricing-basis.bid-within": (
        None,
        (c("suggested_low") <= c("price")) & (c("price") <= c("suggested_high")),
        ("price", "suggested_low", "suggested_high"),
    ),
    "inquiry.window": (
        None,
        (c("submitted_at") >= at.INQUIRY_OPENS) & (c("submitted_at") <= at.INQUIRY_CLOSES),
        ("submitted_at",),
    ),
    "inquiry.price-and-quantity": (
        None,
        c("price").is_not_null() & c("quantity").is_not_null() & (c("price") > 0) & (c("quantity") > 0),
        ("price", "quantity"),
    ),
    "inquiry.price-tick": (None, c("price") % at.PRICE_TICK == 0, ("price",)),
    "inquiry.quantity-minimum": (None, c("quantity") >= at.MINIMUM_QUANTITY, ("quantity",)),
    "inquiry.quantity-step": (
        c("quantity") > at.MINIMUM_QUANTITY,
        (c("quantity") - at.MINIMUM_QUANTITY) % at.QUANTITY_STEP == 0,
        ("quantity",),
    ),
    "inquiry.quantity-maximum": (None, c("quantity") <= at.MAXIMUM_QUANTITY, ("quantity",)),
    "inquiry.asset-cap": (
        None,
        (c("bid_amount") <= c("month_end_assets")) & (c("bid_amount") <= c("pre_inquiry_assets")),
        ("bid_amount", "month_end_assets", "pre_inquiry_assets"),
    ),
    "inquiry.asset-flag": (
        c("declared_assets").is_not_null(),
        c("assets_exceed_cap") == (c("declared_assets") > c("amount_cap")),
        ("assets_exceed_cap", "declared_assets", "amount_cap"),
    ),
    "inquiry.asset-amount": (
        None,
        c("assets_exceed_cap").is_not_null() & (c("assets_exceed_cap") | c("declared_assets").is_not_null()),
        ("assets_exceed_cap", "declared_assets"),
    ),
    "inquiry.assets-agree": (
        c("declared_assets").is_not_null(),
        c("declared_assets") == c("reported_assets"),
        ("declared_assets", "reported_assets"),
    ),
    "inquiry.amendment": (c("amended"), c("amendment_reason").is_not_null(), ("amendment_reason",)),
}

INVALID = {
    *("registration.csa-deadline", "registration.certificate", "registration.materials", "registration.materials-deadline"),
    *("registration.restricted", "registration.related-party", "registration.placee-deadline", "registration.accounts-allotted"),
    *("registration.identity", "registration.contributor-form", "registration.private-fund", "registration.asset-report"),
    *("registration.asset-report-seal", "registration.asset-report-date", "registration.placee-restricted", "registration.strategic"),
    *("registration.market-value", "pricing-basis.window", "pricing-basis.suggestion", "pricing-basis.width", "pricing-basis.approval"),
    *("inquiry.window", "inquiry.commitment", "inquiry.price-and-quantity", "inquiry.price-tick", "inquiry.price-count"),
    *("inquiry.price-spread", "inquiry.one-bid", "inquiry.quantity-minimum", "inquiry.quantity-step", "inquiry.asset-cap"),
    "inquiry.asset-amount",
}
"""The rules that make a bid invalid. The others only report."""


@dataclass
class Found:
    """`counts`: holds, violated, not applicable, not evaluable. `hits`: the findings of a rule, with `row`, `outcome` and its figures.

    `violated`: for a peer that knows no more, the rows on which each rule is violated.
    """

    counts: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    hits: dict[str, pl.DataFrame] = field(default_factory=dict)
    violated: dict[str, pl.Series] = field(default_factory=dict)
    values: dict[str, Fraction | int | None] = field(default_factory=dict)
    bids: pl.DataFrame = field(default_factory=pl.DataFrame)


def check(frames: Mapping[str, pl.DataFrame]) -> Found:
    """`frames`: investor, placee and bid with typed columns; `^investor` and `^placee` hold the row of the parent."""
    found = Found()
    investor, placee, bid = prepared(frames["investor"], frames["placee"], frames["bid"])
    dead_investor = _ask(investor, INVESTOR, found)
    dead_placee = _ask(placee, PLACEE, found)
    dead_bid = _ask(bid, BID, found)
    dead = dead_bid | dead_placee.gather(bid["^placee"]) | dead_investor.gather(bid["^investor"])
    price(bid, ~dead, found)
    return found


def prepared(investor: pl.DataFrame, placee: pl.DataFrame, bid: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The tables, with the columns that their rules read from parents and children."""
    of = bid["^placee"]
    bid = bid.with_columns(
        placee["^investor"].gather(of),
        *(placee[n].gather(of) for n in ("month_end_assets", "pre_inquiry_assets", "reported_assets", "placee_type")),
    ).with_columns(
        *(investor[n].gather(placee["^investor"].gather(of)) for n in ("suggested_low", "suggested_high")),
        bid_amount=c("price") * c("quantity"),
        amount_cap=c("price") * at.MAXIMUM_QUANTITY,
    )
    young = c("established") > at.MONTH_BEFORE_REPORT
    placee = placee.with_columns(
        investor["strategic"].gather(placee["^investor"]),
        bid_count=_per(of, placee.height),
        wanted_valuation_date=pl.when(young).then(at.YOUNG_ASSET_DATE).when(~young).then(at.ASSET_REPORT_DATE),
        market_value_floor=pl.when(c("theme_fund")).then(at.THEME_FUND_FLOOR).when(~c("theme_fund")).then(at.MARKET_VALUE_FLOOR),
    )
    known = c("price").null_count() == 0
    of_investor = bid.group_by("^investor").agg(
        pl.len().alias("bids"),
        pl.when(known).then(c("price").n_unique()).alias("price_count"),
        pl.when(known).then(c("price").max()).alias("highest_price"),
        pl.when(known).then(c("price").min()).alias("lowest_price"),
        c("withdrawn").all().alias("all_withdrawn"),
    )
    investor = (
        investor.with_row_index("^own")
        .with_columns(c("^own").cast(pl.Int64))
        .join(of_investor, left_on="^own", right_on="^investor", how="left", maintain_order="left")
        .with_columns(c("bids").fill_null(0))
    )
    return investor, placee, bid


def _per(rows: pl.Series, height: int) -> pl.Series:
    """The number of bids of each placee."""
    frame = pl.DataFrame({"at": rows.set_sorted() if rows.is_sorted() else rows})
    counts = frame.group_by("at").agg(pl.len().cast(pl.Int64))
    return pl.repeat(0, height, dtype=pl.Int64, eager=True).scatter(counts["at"], counts["len"])


def _ask(frame: pl.DataFrame, rules: Mapping[str, Rule], found: Found) -> pl.Series:
    """Checks all rules of a table at once. Returns the rows that they make invalid."""
    flags = frame.select(_columns(rules))
    counted = flags.select(_counts(rules)).row(0, named=True)
    for name, (when, _, _) in rules.items():
        violated, unknown = counted[f"{name}!"], counted[f"{name}?"]
        idle = 0 if when is None else counted[f"{name}-"]
        found.counts[name] = (frame.height - violated - unknown - idle, violated, idle, unknown)
    for name, (_, _, figures) in rules.items():
        if found.counts[name][1] or found.counts[name][3]:
            found.hits[name] = _hits(frame, flags, name, figures, rules[name][0] is not None)
    deadly = [n for n in rules if n in INVALID and found.counts[n][1]]
    if not deadly:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return flags.select(pl.any_horizontal(_violated(n, rules[n][0] is not None).fill_null(False) for n in deadly)).to_series()


def _columns(rules: Mapping[str, Rule]) -> Iterable[pl.Expr]:
    for name, (when, require, _) in rules.items():
        yield require.alias(name)
        if when is not None:
            yield when.alias(f"{name} when")


def _counts(rules: Mapping[str, Rule]) -> Iterable[pl.Expr]:
    for name, (when, _, _) in rules.items():
        yield _violated(name, when is not None).sum().alias(f"{name}!")
        yield _unknown(name, when is not None).sum().alias(f"{name}?")
        if when is not None:
            yield (~c(f"{name} when")).sum().alias(f"{name}-")


def _violated(name: str, conditional: bool) -> pl.Expr:
    return c(f"{name} when") & ~c(name) if conditional else ~c(name)


def _unknown(name: str, conditional: bool) -> pl.Expr:
    when = c(f"{name} when")
    return when.is_null() | (when & c(name).is_null()) if conditional else c(name).is_null()


def _hits(frame: pl.DataFrame, flags: pl.DataFrame, name: str, figures: tuple[str, ...], conditional: bool) -> pl.DataFrame:
    violated = flags.select(_violated(name, conditional).alias("v"), _unknown(name, conditional).alias("u"))
    rows = (violated["v"].fill_null(False) | violated["u"]).arg_true()
    outcome = violated["u"].gather(rows).cast(pl.Int64) * 2 + 1  # violated 1, not evaluable 3
    return frame.select(figures)[rows].insert_column(0, outcome.alias("outcome")).insert_column(0, rows.cast(pl.Int64).alias("row"))


def result(found: Found) -> Result:
    """The result in the common form."""
    findings: dict[str, list[tuple[int, int, Mapping[str, object]]]] = {
        rule: [(row, outcome, {k: _exact(k, v) for k, v in figures.items()}) for row, outcome, figures in _said(hits)]
        for rule, hits in found.hits.items()
    }
    return Result(dict(found.counts), findings, dict(found.values), {n: found.bids[n].to_list() for n in found.bids.columns})


def without_unknown(found: Found) -> Result:
    """The result of a peer that reports only violations, except for rules of the offering, which it reports in full."""
    whole = result(found)
    return replace(whole, findings={}, violated={rule: sorted(rows.to_list()) for rule, rows in found.violated.items()})


def _said(hits: pl.DataFrame) -> Iterable[tuple[int, int, dict[str, object]]]:
    for hit in hits.to_dicts():
        yield hit.pop("row"), hit.pop("outcome"), hit


def _exact(name: str, value: object) -> object:
    return Fraction(value, 10_000) if name in at.TEN_THOUSANDTHS and isinstance(value, int) else value


# ── pricing ──


def price(bid: pl.DataFrame, live: pl.Series, found: Found) -> None:
    admitted = bid["quantity"].clip(upper_bound=at.MAXIMUM_QUANTITY).alias("admitted")
    whole = bid.select("price", "submitted_at", "sequence", "placee_type", "^investor").with_columns(
        admitted, live.alias("live"), pl.int_range(pl.len(), dtype=pl.Int64).alias("row")
    )
    alive = whole.filter("live")
    total = int(alive["admitted"].sum())
    limit = -(-total * at.ELIMINATION_PERCENT // 100)
    ranked = _head(alive, limit).sort(
        ["price", "admitted", "submitted_at", "sequence"], descending=[True, False, True, True], nulls_last=True, maintain_order=True
    )
    running = ranked["admitted"].cum_sum()
    taken = min(int((running < limit).sum()) + 1, len(running))
    while taken > 0 and ranked["price"][taken - 1] == at.ISSUE_PRICE:
        taken -= 1
    eliminated = pl.repeat(False, bid.height, dtype=pl.Boolean, eager=True).scatter(ranked["row"][:taken], True)
    rest = whole.filter(c("live") & ~eliminated)
    six = rest.filter(c("placee_type").is_in(at.SIX_KINDS))
    values = {"median_all": _median(rest), "mean_all": _mean(rest), "median_six": _median(six), "mean_six": _mean(six)}
    least = min(v for v in list(values.values())[: 4 if six.height else 2] if v is not None)
    removed = int(running[taken - 1]) if taken else 0
    share = Fraction(_half_up(removed * 10**6, total), 10**6)
    effective = rest.filter(c("price") >= at.ISSUE_PRICE)["^investor"].n_unique()
    found.values = {
        **values,
        "lowest_of_four": least,
        "live_quantity": total,
        "eliminated_quantity": removed,
        "eliminated_share": share,
        "effective_investors": effective,
    }
    found.bids = whole.with_columns(eliminated.alias("eliminated")).select(
        "live",
        c("admitted").alias("admitted_quantity"),
        "eliminated",
        pl.when(~c("live"))
        .then(pl.lit("无效报价"))
        .when("eliminated")
        .then(pl.lit("高价剔除"))
        .when(c("price") < at.ISSUE_PRICE)
        .then(pl.lit("低价未入围"))
        .when(c("price").is_not_null())
        .then(pl.lit("有效报价"))
        .alias("fate"),
    )
    for rule, (holds, figures) in _offering(found.values).items():
        found.counts[rule] = (int(holds), int(not holds), 0, 0)
        if not holds:
            found.hits[rule] = pl.DataFrame({"row": 0, "outcome": 1, **figures})


def _offering(values: Mapping[str, Any]) -> dict[str, tuple[bool, dict[str, int]]]:
    """The rules of the offering itself: whether they hold, and all their figures."""
    removed, total, effective = values["eliminated_quantity"], values["live_quantity"], values["effective_investors"]
    return {
        "pricing.elimination-announced": (
            values["eliminated_share"] == Fraction(*at.ANNOUNCED_SHARE),
            {"eliminated_quantity": removed, "live_quantity": total},
        ),
        "pricing.minimum-investors": (effective >= at.MINIMUM_EFFECTIVE_INVESTORS, {"effective_investors": effective}),
        "pricing.risk-notice-pe": (True, {}),
        "pricing.risk-notice-four-values": (True, {}),
        "pricing.sponsor-coinvestment": (values["lowest_of_four"] * 10_000 >= at.ISSUE_PRICE, {}),
    }


def _head(alive: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The bids at the prices that the elimination can reach. Ranking all bids would take longer than all rules together."""
    prices = alive.group_by("price").agg(c("admitted").sum()).sort("price", descending=True)
    reached = prices.filter(c("admitted").cum_sum() >= limit)["price"]
    return alive.filter(c("price") >= reached[0]) if len(reached) else alive


def _median(bids: pl.DataFrame) -> Fraction | None:
    prices = bids["price"].sort()
    if not len(prices):
        return None
    return Fraction(int(prices[(len(prices) - 1) // 2]) + int(prices[len(prices) // 2]), 20_000)


def _mean(bids: pl.DataFrame) -> Fraction | None:
    if not bids.height:
        return None
    amount, quantity = bids.select((c("price") * c("admitted")).cast(pl.Int128).sum(), c("admitted").sum().alias("q")).row(0)
    return Fraction(amount, quantity * 10_000)


def _half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)
