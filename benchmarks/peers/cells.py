"""A submission as a portal sends it (texts by name) -> plain integers, read by hand-written code.

Prices and money become 1/10000 元, days count from 1970-01-01, moments are milliseconds. A text that cannot be read raises ValueError.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.peers.python_by_hand import BID, INVESTOR, PLACEE, Family

Cells = Mapping[str, Any]

_EPOCH, _DAY_ZERO, _MS = datetime(1970, 1, 1), date(1970, 1, 1).toordinal(), timedelta(milliseconds=1)
_FLAGS = {"是": True, "否": False, None: None}
_FLAGS_ELSE_NO = {**_FLAGS, None: False}


def _money(text: str | None) -> int | None:
    if text is None:
        return None
    whole, _, part = text.partition(".")
    if len(part) > 4:
        raise ValueError(text)
    return int(whole) * 10_000 + int((part + "0000")[:4])


def _moment(text: str | None) -> int | None:
    return None if text is None else (datetime.fromisoformat(text) - _EPOCH) // _MS


def _day(text: str | None) -> int | None:
    return None if text is None else date.fromisoformat(text).toordinal() - _DAY_ZERO


def _number(text: str | int | None) -> int | None:
    return None if text is None else int(text)


def _flag(text: str | None) -> bool | None:
    return _FLAGS[text]


def _flag_else_no(text: str | None) -> bool | None:
    return _FLAGS_ELSE_NO[text]


def _text(text: str | None) -> str | None:
    return text


_MONEY = {"suggested_low", "suggested_high", "valuation_table_assets", "reported_assets", "system_assets", "average_market_value"}
_MONEY |= {"month_end_assets", "pre_inquiry_assets", "price", "declared_assets"}
_MOMENTS = {"csa_registered_at", "certificate_at", "materials_at", "pricing_basis_at", "basis_recorded_at", "placee_registered_at"}
_MOMENTS |= {"submitted_at"}
_DAYS, _NUMBERS = {"valuation_date", "established"}, {"quantity", "sequence"}
_TEXTS = {"placee_type", "placee_name", "registered_name", "securities_account", "registered_securities_account", "bank_account"}
_TEXTS |= {"registered_bank_account", "custody_seat", "registered_custody_seat", "asset_report_seal", "valuation_table_seal"}
_TEXTS |= {"amendment_reason"}


_ELSE_NO = {"suggestion_amended", "placee_strategic", "valuation_table", "valuation_exception", "withdrawn"}


def _reader(name: str) -> Callable[[Any], Any]:
    kinds = ((_ELSE_NO, _flag_else_no), (_MONEY, _money), (_MOMENTS, _moment), (_DAYS, _day), (_NUMBERS, _number), (_TEXTS, _text))
    return next((read for names, read in kinds if name in names), _flag)


_ASSETS = ("month_end_assets", "pre_inquiry_assets", "reported_assets")
_INVESTOR, _PLACEE, _BID = ([(n, _reader(n)) for n in names] for names in (INVESTOR, PLACEE, BID))


def family(data: Cells) -> Family:
    """The input of the peer in Python by hand."""
    placees, number = [], 0
    for row, placee in enumerate(data["placees"]):
        bids = []
        for bid in placee["bids"]:
            bids.append((number, tuple([read(bid.get(n)) for n, read in _BID])))
            number += 1
        placees.append((row, tuple([read(placee.get(n)) for n, read in _PLACEE]), bids))
    investor = data["investor"]
    return 0, tuple([read(investor.get(n)) for n, read in _INVESTOR]), placees


def context(data: Cells) -> dict[str, Any]:
    """The same data flat and by name: each bid with its row and assets of its placee, and the number of prices, which zen cannot count."""
    placees: list[dict[str, Any]] = []
    bids: list[dict[str, Any]] = []
    for row, cells in enumerate(data["placees"]):
        placee = {n: read(cells.get(n)) for n, read in _PLACEE}
        assets = {n: placee[n] for n in _ASSETS}
        for bid in cells["bids"]:
            bids.append({"row": len(bids), **{n: read(bid.get(n)) for n, read in _BID}, **assets})
        placees.append({"row": row, "own": len(cells["bids"]), **placee})
    investor = {n: read(data["investor"].get(n)) for n, read in _INVESTOR}
    prices = [b["price"] for b in bids]
    distinct = None if None in prices else len(set(prices))
    return {"investor": investor, "placees": placees, "bids": bids, "prices": prices, "distinct_prices": distinct}
