"""A seed and a size -> a whole book with every column that the rules of the four stages read: offering.yaml and three tables.

All data are invented. About one record in a hundred violates a rule or has a missing cell, so that every outcome and every message occurs.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

OFFERING: Mapping[str, str] = {
    "offering": "301999",
    "name": "测速",
    "board": "szse-chinext",
    "launched": "2026-03-25",
    "inquiry_date": "2026-03-31",
    "t_day": "2026-04-03",
    "unprofitable": "false",
    "weighted_voting": "false",
    "total_shares": "2000万股",
    "minimum_quantity": "80万股",
    "quantity_step": "10万股",
    "maximum_quantity": "1400万股",
    "elimination_share": "3%",
    "elimination_bound": "at_least",
    "issue_price": "46.08元",
    "issue_pe": "21.5",
    "industry_pe": "30.25",
    "risk_notice": "true",
    "sponsor_coinvests": "false",
    "asset_report_date": "2026-02-28",
    "young_asset_date": "2026-03-24",
    "eliminated_share_announced": "3%",
}

KINDS = ("公募基金", "社保基金", "养老金", "年金基金", "保险资金", "合格境外投资者资金", "私募证券投资基金", "保险资产管理产品")
PLACEES_PER_INVESTOR = 32
STEP, LEAST, MOST = 100_000, 8, 140  # quantities in steps of 10万股
FAULTY = 4_000  # each fault occurs in one of so many placees (and bids)

# fault -> column and its faulty value; "" is an empty cell.
INVESTOR_FAULTS: Sequence[tuple[str, str]] = (
    ("csa_registered_at", "2026-03-30 12:00:00.000"),
    ("commitment_letter", "否"),
    ("restricted", "是"),
    ("pricing_basis_at", "2026-03-31 09:30:00.000"),
    ("suggested_high", ""),
    ("internal_approval", "否"),
    ("basis_recorded_at", ""),
)
PLACEE_FAULTS: Sequence[tuple[str, str]] = (
    ("placee_registered_at", "2026-03-30 18:00:00.000"),
    ("accounts_allotted", "否"),
    ("registered_name", "另一名称"),
    ("registered_bank_account", ""),
    ("registered_custody_seat", "X"),
    ("asset_report", "否"),
    ("asset_report_seal", "无"),
    ("valuation_date", "2026-01-31"),
    ("system_assets", "1.00"),
    ("placee_restricted", "是"),
    ("average_market_value", "59999999.99"),
    ("average_market_value", ""),
)
BID_FAULTS: Sequence[tuple[str, str]] = (
    ("price", "46.085"),
    ("price", ""),
    ("quantity", "700000"),
    ("quantity", "1234567"),
    ("quantity", "15000000"),
    ("quantity", ""),
    ("submitted_at", "2026-03-31 15:00:00.001"),
    ("assets_exceed_cap", ""),
    ("declared_assets", "1.00"),
    ("amended", "是"),
)


KEPT = ("investor", "placee", "bids")
"""Cells of a submission that are never emptied."""


class Chance:
    """Pseudo-random columns of numbers that are the same on every machine."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def below(self, limit: int, size: int) -> pl.Series:
        drawn = memoryview(self.random.randbytes(4 * size)).cast("I").tolist()
        return pl.Series([number % limit for number in drawn], dtype=pl.Int64)


def write_book(folder: Path, bids: int, seed: int = 301999) -> Path:
    """Write offering.yaml and the three tables, below `book`, into a folder. Returns the folder."""
    (folder / "book").mkdir(parents=True, exist_ok=True)
    (folder / "offering.yaml").write_text("".join(f"{k}: {_quoted(v)}\n" for k, v in OFFERING.items()), encoding="utf-8")
    for name, frame in tables(bids, seed).items():
        frame.write_csv(folder / "book" / f"{name}.csv")
    return folder


def tables(bids: int, seed: int = 301999, placees_per_investor: int = PLACEES_PER_INVESTOR) -> dict[str, pl.DataFrame]:
    """The three tables as text, with one bid per placee and two for a few."""
    chance = Chance(seed)
    investors = _investors(chance, max(1, bids // placees_per_investor))
    placees = _placees(chance, bids, investors["^base"])
    return {"investors": investors.drop("^base"), "placees": placees.drop("^price", "^steps"), "bids": _bids(chance, placees)}


def submission(seed: int = 7, bids: int = 10) -> dict[str, object]:
    """A submission of one investor with this many placees and bids, as a portal sends it."""
    found = tables(bids, seed, bids)
    bid_of: dict[object, list[dict[str, object]]] = {}
    for bid in found["bids"].to_dicts():
        bid_of.setdefault(bid.pop("placee"), []).append(bid)
    placees = [{k: v for k, v in p.items() if k != "investor"} | {"bids": bid_of.get(p["placee"], [])} for p in found["placees"].to_dicts()]
    return {"investor": found["investors"].to_dicts()[0], "placees": placees}


def spoiled_submission(seed: int, faults: int) -> dict[str, object]:
    """A submission with this many random faults from the lists above, or emptied cells, at random places."""
    made, random = submission(seed), Random(seed)
    investor: Any = made["investor"]
    placees: Any = made["placees"]
    bids = [b for p in placees for b in p["bids"]]
    for _ in range(faults):
        places = ((investor, INVESTOR_FAULTS), (random.choice(placees), PLACEE_FAULTS), (random.choice(bids), BID_FAULTS))
        cells, known = random.choice(places)
        empty = random.choice([c for c in cells if c not in KEPT]), ""
        column, text = random.choice((random.choice(known), empty))
        cells[column] = text or None
    return made


def _investors(chance: Chance, size: int) -> pl.DataFrame:
    n = pl.int_range(size, eager=True)
    frame = pl.DataFrame({"n": n, "^base": 4_600 + chance.below(400, size), "minute": chance.below(60, size)}).with_columns(
        _code("V", "n", 6).alias("investor"), pl.col("minute").cast(pl.String).str.zfill(2).alias("mm")
    )
    low, high = pl.col("^base") - 40, pl.col("^base") + 300
    whole = frame.select(
        "investor",
        pl.format("投资者{}", "investor").alias("investor_name"),
        pl.lit("是").alias("institution"),
        pl.format("2026-03-27 10:{}:00.000", "mm").alias("csa_registered_at"),
        pl.format("2026-03-25 09:{}:00.000", "mm").alias("certificate_at"),
        *(pl.lit("是").alias(n) for n in ("commitment_letter", "basic_information", "related_party_form")),
        pl.format("2026-03-29 14:{}:30.000", "mm").alias("materials_at"),
        *(pl.lit("否").alias(n) for n in ("restricted", "related_party", "strategic")),
        pl.format("2026-03-30 16:{}:00.000", "mm").alias("pricing_basis_at"),
        _yuan(low).alias("suggested_low"),
        _yuan(high).alias("suggested_high"),
        pl.lit("是").alias("internal_approval"),
        pl.format("2026-03-30 17:{}:00.000", "mm").alias("basis_recorded_at"),
        pl.lit("是").alias("asset_commitment"),
        pl.lit("基金管理公司").alias("investor_type"),
        pl.lit("否").alias("suggestion_amended"),
        "^base",
    )
    return _spoiled(whole, INVESTOR_FAULTS, chance.below(100, size))


def _placees(chance: Chance, size: int, bases: pl.Series) -> pl.DataFrame:
    """`bases`: each investor's lowest price in fen; its placees bid at one of three."""
    n = pl.int_range(size, eager=True)
    owner = n % len(bases)
    price = bases.gather(owner) + chance.below(3, size)
    steps, kind = LEAST + chance.below(MOST - LEAST + 1, size), chance.below(len(KINDS), size)
    frame = pl.DataFrame({"n": n, "owner": owner, "^price": price, "^steps": steps, "kind": kind}).with_columns(
        _code("P", "n", 7).alias("placee"),
        _code("V", "owner", 6).alias("investor"),
        pl.col("kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String).alias("placee_type"),
        (10_000 + chance.below(2 * 10**9, size)).alias("spare"),
    )
    assets = _yuan(pl.col("^price") * pl.col("^steps") * STEP + 50 * pl.col("spare"))
    private = pl.col("placee_type") == "私募证券投资基金"
    whole = frame.select(
        "placee",
        "investor",
        pl.format("配售对象{}", "placee").alias("placee_name"),
        "placee_type",
        pl.lit("2026-03-27 11:30:00.000").alias("placee_registered_at"),
        pl.lit("是").alias("accounts_allotted"),
        pl.format("配售对象{}", "placee").alias("registered_name"),
        *(pl.format("08{}", _digits("n", 8)).alias(x) for x in ("securities_account", "registered_securities_account")),
        *(pl.format("6222{}", _digits("n", 12)).alias(x) for x in ("bank_account", "registered_bank_account")),
        pl.lit("2021-09-29").alias("established"),
        *(pl.lit("是").alias(x) for x in ("contributor_form", "filing_proof")),
        *(pl.when(private).then(pl.lit("是")).alias(x) for x in ("manager_registered", "fund_filed")),
        pl.lit("否").alias("placee_restricted"),
        pl.lit("是").alias("asset_report"),
        pl.lit("估值专用章").alias("asset_report_seal"),
        pl.lit("2026-02-28").alias("valuation_date"),
        *(assets.alias(x) for x in ("month_end_assets", "pre_inquiry_assets", "reported_assets")),
        pl.lit("254650000.00").alias("average_market_value"),
        *(pl.lit("否").alias(x) for x in ("theme_fund", "placee_strategic", "valuation_table")),
        pl.lit(None, pl.String).alias("valuation_table_seal"),
        pl.lit(None, pl.String).alias("valuation_table_assets"),
        pl.lit("否").alias("valuation_exception"),
        assets.alias("system_assets"),
        *(pl.lit("001200").alias(x) for x in ("custody_seat", "registered_custody_seat")),
        "^price",
        "^steps",
    )
    return _spoiled(whole, PLACEE_FAULTS, chance.below(FAULTY, size))


def _bids(chance: Chance, placees: pl.DataFrame) -> pl.DataFrame:
    size = placees.height
    again = chance.below(FAULTY, size) == 0  # a placee's second bid
    rows = pl.concat([placees, placees.filter(again)]).with_columns(pl.int_range(1, pl.len() + 1).alias("sequence"))
    size = rows.height
    cap = pl.col("^price") * MOST * STEP
    exceeds = pl.col("reported_assets").str.replace(".", "", literal=True).cast(pl.Int64) > cap
    clock = pl.Series("at", 34_200_000 + chance.below(19_800_000, size))
    whole = rows.with_columns(clock).select(
        "placee",
        _yuan(pl.col("^price")).alias("price"),
        (pl.col("^steps") * STEP).cast(pl.String).alias("quantity"),
        (pl.datetime(2026, 3, 31, time_unit="ms") + pl.duration(milliseconds="at"))
        .dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
        .alias("submitted_at"),
        "sequence",
        pl.when(exceeds).then(pl.lit("是")).otherwise(pl.lit("否")).alias("assets_exceed_cap"),
        pl.col("reported_assets").alias("declared_assets"),
        pl.lit("否").alias("amended"),
        pl.lit(None, pl.String).alias("amendment_reason"),
        pl.lit("否").alias("withdrawn"),
    )
    return _spoiled(whole, BID_FAULTS, chance.below(FAULTY, size))


def _spoiled(frame: pl.DataFrame, faults: Sequence[tuple[str, str]], drawn: pl.Series) -> pl.DataFrame:
    """The records with faults: fault i is put into each record whose number drawn is i."""
    frame = frame.with_columns(drawn.alias("drawn"))
    for number, (column, text) in enumerate(faults):
        spoiled = pl.when(pl.col("drawn") == number).then(pl.lit(text or None, pl.String)).otherwise(pl.col(column))
        frame = frame.with_columns(spoiled.alias(column))
    return frame.drop("drawn")


def _code(letter: str, column: str, width: int) -> pl.Expr:
    return pl.format(letter + "{}", _digits(column, width))


def _digits(column: str, width: int) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.zfill(width)


def _yuan(fen: pl.Expr) -> pl.Expr:
    return pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2))


def _quoted(text: str) -> str:
    return f'"{text}"' if text.isdigit() and text[0] in "03" else text
