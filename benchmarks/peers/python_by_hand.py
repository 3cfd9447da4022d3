"""The rules of the four stages as somebody would write them once in Python: plain integers in tuples, one function, one loop per table.

Does: outcomes (holds, violated, not applicable, not evaluable) of an investor's submission and of a whole book; for a book also live and
admitted, elimination, the four values exactly, fates. Does not: figures, margins, messages, clauses, anything of reading or binding.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from benchmarks.peers.limits import (
    ANY_SEAL,
    ASSET_REPORT_DATE,
    BASIS_OPENS,
    COMPANY_SEAL,
    ELIMINATION_PERCENT,
    INQUIRY_CLOSES,
    INQUIRY_OPENS,
    ISSUE_PRICE,
    MARKET_VALUE_FLOOR,
    MAXIMUM_PRICES,
    MAXIMUM_QUANTITY,
    MINIMUM_QUANTITY,
    MONTH_BEFORE_REPORT,
    NO_CONTRIBUTORS,
    OWN_ACCOUNT,
    PRICE_TICK,
    PRIVATE,
    QUANTITY_STEP,
    REGISTRATION_DEADLINE,
    SEALS,
    SIX_KINDS,
    STRATEGIC_KINDS,
    THEME_FUND_FLOOR,
    YOUNG_ASSET_DATE,
)
from benchmarks.result import Result

INVESTOR = (
    *("csa_registered_at", "certificate_at", "commitment_letter", "basic_information", "related_party_form", "materials_at", "restricted"),
    *("related_party", "strategic", "pricing_basis_at", "suggested_low", "suggested_high", "internal_approval", "basis_recorded_at"),
    *("suggestion_amended", "asset_commitment"),
)
PLACEE = (
    *("placee_type", "placee_registered_at", "accounts_allotted", "placee_name", "registered_name", "securities_account"),
    *("registered_securities_account", "bank_account", "registered_bank_account", "custody_seat", "registered_custody_seat"),
    *("contributor_form", "filing_proof", "manager_registered", "fund_filed", "asset_report", "asset_report_seal", "valuation_table"),
    *("valuation_table_seal", "valuation_table_assets", "reported_assets", "valuation_date", "established", "valuation_exception"),
    *("system_assets", "placee_restricted", "placee_strategic", "average_market_value", "theme_fund", "month_end_assets"),
    "pre_inquiry_assets",
)
BID = (
    *("price", "quantity", "submitted_at", "sequence", "assets_exceed_cap", "declared_assets", "amended", "amendment_reason"),
    "withdrawn",
)

# rule -> its entity and whether it makes a bid invalid; the order gives each rule its number.
RULES: Mapping[str, tuple[str, bool]] = {
    "registration.csa-deadline": ("investor", True),
    "registration.certificate": ("investor", True),
    "registration.materials": ("investor", True),
    "registration.materials-deadline": ("investor", True),
    "registration.restricted": ("investor", True),
    "registration.related-party": ("investor", True),
    "pricing-basis.window": ("investor", True),
    "pricing-basis.suggestion": ("investor", True),
    "pricing-basis.width": ("investor", True),
    "pricing-basis.approval": ("investor", True),
    "pricing-basis.record-time": ("investor", False),
    "pricing-basis.unchanged": ("investor", False),
    "inquiry.commitment": ("investor", True),
    "inquiry.price-count": ("investor", True),
    "inquiry.price-spread": ("investor", True),
    "inquiry.not-withdrawn": ("investor", False),
    "registration.placee-deadline": ("placee", True),
    "registration.accounts-allotted": ("placee", True),
    "registration.identity": ("placee", True),
    "registration.custody-seat": ("placee", False),
    "registration.contributor-form": ("placee", True),
    "registration.private-fund": ("placee", True),
    "registration.asset-report": ("placee", True),
    "registration.asset-report-seal": ("placee", True),
    "registration.asset-report-date": ("placee", True),
    "registration.system-assets": ("placee", False),
    "registration.placee-restricted": ("placee", True),
    "registration.strategic": ("placee", True),
    "registration.market-value": ("placee", True),
    "inquiry.one-bid": ("placee", True),
    "pricing-basis.bid-within": ("bid", False),
    "inquiry.window": ("bid", True),
    "inquiry.price-and-quantity": ("bid", True),
    "inquiry.price-tick": ("bid", True),
    "inquiry.quantity-minimum": ("bid", True),
    "inquiry.quantity-step": ("bid", True),
    "inquiry.quantity-maximum": ("bid", False),
    "inquiry.asset-cap": ("bid", True),
    "inquiry.asset-flag": ("bid", False),
    "inquiry.asset-amount": ("bid", True),
    "inquiry.assets-agree": ("bid", False),
    "inquiry.amendment": ("bid", False),
}

_SEALS = frozenset(SEALS)
_ANY_SEALS = frozenset((COMPANY_SEAL, *SEALS))
_NO_CONTRIBUTORS, _ANY_SEAL, _STRATEGIC = frozenset(NO_CONTRIBUTORS), frozenset(ANY_SEAL), frozenset(STRATEGIC_KINDS)

Investor = tuple[Any, ...]
Placee = tuple[Any, ...]
Bid = tuple[Any, ...]
Finding = tuple[int, int, int]
"""Rule number, row, outcome."""


def ask(
    at: int,
    investor: Investor,
    placees: Sequence[tuple[int, Placee, Sequence[tuple[int, Bid]]]],
    idle: list[int],
    say: Callable[[Finding], object],
) -> None:
    """Every rule of one investor's records. `at` and the numbers next to placees and bids are their rows."""
    (csa, certificate, letter, information, form, materials, restricted, related, strategic, basis, low, high, approval, recorded, amended,
     commitment) = investor  # fmt: skip
    if csa is None or csa >= REGISTRATION_DEADLINE:
        say((0, at, 3 if csa is None else 1))
    if certificate is None or certificate >= REGISTRATION_DEADLINE:
        say((1, at, 3 if certificate is None else 1))
    if not (letter and information and form):
        say((2, at, 1 if letter is False or information is False or form is False else 3))
    if materials is None or materials >= REGISTRATION_DEADLINE:
        say((3, at, 3 if materials is None else 1))
    if restricted is not False:
        say((4, at, 1 if restricted else 3))
    if related is not False:
        say((5, at, 1 if related else 3))
    if basis is None or not BASIS_OPENS <= basis < INQUIRY_OPENS:
        say((6, at, 3 if basis is None else 1))
    ranged = low is not None and high is not None
    if not ranged or low > high:
        say((7, at, 1))
    if not ranged or 5 * high > 6 * low:
        say((8, at, 1 if ranged else 3))
    if not approval:
        say((9, at, 3 if approval is None else 1))
    if recorded is None or recorded >= INQUIRY_CLOSES:
        say((10, at, 3 if recorded is None else 1))
    if amended is not False:
        say((11, at, 1 if amended else 3))
    if not commitment:
        say((12, at, 3 if commitment is None else 1))

    prices: list[int | None] = []
    withdrawn: list[bool | None] = []
    for row, placee, bids in placees:
        (kind, registered, allotted, name, registered_name, account, registered_account, bank, registered_bank, seat, registered_seat,
         contributor, filing, manager, filed, report, seal, table, table_seal, table_assets, reported, valued, established, exception,
         system, listed, placee_strategic, market_value, theme, month_end, before) = placee  # fmt: skip
        if registered is None or registered >= REGISTRATION_DEADLINE:
            say((16, row, 3 if registered is None else 1))
        if not allotted:
            say((17, row, 3 if allotted is None else 1))
        if (
            name != registered_name
            or account != registered_account
            or bank != registered_bank
            or name is None
            or account is None
            or bank is None
        ):
            say((18, row, _identity(((name, registered_name), (account, registered_account), (bank, registered_bank)))))
        if seat is None or registered_seat is None:
            idle[19] += 1
        elif seat != registered_seat:
            say((19, row, 1))
        if kind not in _NO_CONTRIBUTORS and not (contributor and filing):
            say((20, row, 1 if kind is not None and (contributor is False or filing is False) else 3))
        if kind != PRIVATE:
            if kind is None:
                say((21, row, 3))
            else:
                idle[21] += 1
        elif not (manager and filed):
            say((21, row, 1 if manager is False or filed is False else 3))
        if not report:
            say((22, row, 3 if report is None else 1))
        if kind in _ANY_SEAL:
            if seal not in _ANY_SEALS:
                say((23, row, 3 if seal is None else 1))
        elif kind == OWN_ACCOUNT:
            if seal != COMPANY_SEAL:
                say((23, row, 3 if seal is None else 1))
        elif seal not in _SEALS or kind is None:
            sealed = _covered(kind, seal, table, table_seal, table_assets, reported)
            if sealed is not True:
                say((23, row, 3 if sealed is None else 1))
        if exception is not True:
            wanted = None if established is None else YOUNG_ASSET_DATE if established > MONTH_BEFORE_REPORT else ASSET_REPORT_DATE
            if valued is None or wanted is None or exception is None:
                if exception is None and valued == wanted and valued is not None:
                    pass
                else:
                    say((24, row, 3))
            elif valued != wanted:
                say((24, row, 1))
        if system is None or reported is None:
            idle[25] += 1
        elif system != reported:
            say((25, row, 1))
        if listed is not False:
            say((26, row, 1 if listed else 3))
        if strategic is not False and not (kind in _STRATEGIC and placee_strategic is False):
            say((27, row, _strategic(strategic, kind, placee_strategic)))
        if market_value is None or theme is None:
            say((28, row, 3))
        elif market_value < (THEME_FUND_FLOOR if theme else MARKET_VALUE_FLOOR):
            say((28, row, 1))
        if len(bids) > 1:
            say((29, row, 1))

        for number, (price, quantity, submitted, _, exceeds, declared, changed, reason, gone) in bids:
            prices.append(price)
            withdrawn.append(gone)
            if not ranged or price is None:
                say(
                    (
                        30,
                        number,
                        1 if price is not None and ((low is not None and price < low) or (high is not None and price > high)) else 3,
                    )
                )
            elif not low <= price <= high:
                say((30, number, 1))
            if submitted is None or not INQUIRY_OPENS <= submitted <= INQUIRY_CLOSES:
                say((31, number, 3 if submitted is None else 1))
            if not (price and quantity):
                say((32, number, 1))
            if price is None or price % PRICE_TICK:
                say((33, number, 3 if price is None else 1))
            if quantity is None:
                say((34, number, 3))
                say((35, number, 3))
                say((36, number, 3))
            else:
                if quantity < MINIMUM_QUANTITY:
                    say((34, number, 1))
                if quantity <= MINIMUM_QUANTITY:
                    idle[35] += 1
                elif (quantity - MINIMUM_QUANTITY) % QUANTITY_STEP:
                    say((35, number, 1))
                if quantity > MAXIMUM_QUANTITY:
                    say((36, number, 1))
            if price is None or quantity is None:
                say((37, number, 3))
            else:
                amount = price * quantity
                if month_end is None or before is None:
                    over = (month_end is not None and amount > month_end) or (before is not None and amount > before)
                    say((37, number, 1 if over else 3))
                elif amount > month_end or amount > before:
                    say((37, number, 1))
            if declared is None:
                idle[38] += 1
                idle[40] += 1
            else:
                if exceeds is None or price is None:
                    say((38, number, 3))
                elif exceeds != (declared > price * MAXIMUM_QUANTITY):
                    say((38, number, 1))
                if declared != reported:
                    say((40, number, 3 if reported is None else 1))
            if not exceeds and (exceeds is None or declared is None):
                say((39, number, 1))
            if not changed:
                if changed is None:
                    say((41, number, 3))
                else:
                    idle[41] += 1
            elif reason is None:
                say((41, number, 1))

    if not prices:
        idle[13] += 1
        idle[14] += 1
        idle[15] += 1
        return
    if None in prices:
        say((13, at, 3))
        say((14, at, 3))
    else:
        if len(set(prices)) > MAXIMUM_PRICES:
            say((13, at, 1))
        if 5 * max(prices) > 6 * min(prices):  # type: ignore[type-var, operator]
            say((14, at, 1))
    if False not in withdrawn:
        say((15, at, 3 if None in withdrawn else 1))


def _identity(pairs: Sequence[tuple[str | None, str | None]]) -> int:
    return 1 if any(a is not None and b is not None and a != b for a, b in pairs) else 3


def _covered(
    kind: str | None, seal: str | None, table: bool | None, table_seal: str | None, assets: int | None, reported: int | None
) -> bool | None:
    if kind is None:
        return None
    parts = (
        None if seal is None else seal == COMPANY_SEAL,
        table,
        None if table_seal is None else table_seal in _SEALS,
        None if assets is None or reported is None else assets == reported,
    )
    covered = False if False in parts else None if None in parts else True
    return True if covered else None if seal is None else covered


def _strategic(strategic: bool | None, kind: str | None, own: bool | None) -> int:
    if strategic and ((kind is not None and kind not in _STRATEGIC) or own is True):
        return 1
    return 3


# ── one submission ──

Counts = tuple[int, int, int, int]
"""Holds, violated, not applicable, not evaluable."""

_NAMES = list(RULES)
_ENTITIES = [entity for entity, _ in RULES.values()]
_CLEAN: dict[tuple[int, int], list[Counts]] = {}


def submission(family: "Family") -> tuple[list[Counts], list[Finding]]:
    """The count of each outcome by rule number, and the findings."""
    at, investor, placees = family
    idle, found = [0] * len(RULES), list[Finding]()
    ask(at, investor, placees, idle, found.append)
    size = len(placees), sum([len(bids) for _, _, bids in placees])
    clean = _CLEAN.get(size)
    if clean is None:
        sizes = {"investor": 1, "placee": size[0], "bid": size[1]}
        clean = _CLEAN[size] = [(sizes[entity], 0, 0, 0) for entity in _ENTITIES]
    counts = clean.copy()
    for rule, times in enumerate(idle):
        if times:
            counts[rule] = (counts[rule][0] - times, 0, times, 0)
    for rule, _, outcome in found:
        holds, violated, unasked, unknown = counts[rule]
        counts[rule] = (holds - 1, violated + (outcome == 1), unasked, unknown + (outcome == 3))
    return counts, found


# ── a whole book ──


class Found:
    """`counts` per rule number: holds, violated, not applicable, not evaluable."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, int, int, int]] = []
        self.findings: list[Finding] = []
        self.values: dict[str, Fraction | int | None] = {}
        self.bids: dict[str, list[Any]] = {}


Family = tuple[int, Investor, list[tuple[int, Placee, list[tuple[int, Bid]]]]]


def check(families: Sequence[Family], sizes: Mapping[str, int]) -> Found:
    """`families`: an investor with its placees and their bids, each with its row; `sizes`: records per table."""
    found = Found()
    idle = [0] * len(RULES)
    say = found.findings.append
    for at, investor, placees in families:
        ask(at, investor, placees, idle, say)
    violated, unknown = [0] * len(RULES), [0] * len(RULES)
    dead: dict[str, set[int]] = {"investor": set(), "placee": set(), "bid": set()}
    rules = list(RULES.values())
    for rule, row, outcome in found.findings:
        if outcome == 1:
            violated[rule] += 1
            if rules[rule][1]:
                dead[rules[rule][0]].add(row)
        else:
            unknown[rule] += 1
    sizes_of = [sizes[entity] for entity, _ in rules]
    found.counts = [(n - v - i - u, v, i, u) for n, v, i, u in zip(sizes_of, violated, idle, unknown, strict=True)]
    _price(families, sizes["bid"], dead, found)
    return found


def _price(families: Sequence[Family], size: int, dead: Mapping[str, set[int]], found: Found) -> None:
    live, admitted, fates = [False] * size, [None] * size, ["无效报价"] * size  # type: list[bool], list[Any], list[str]
    ranked: list[tuple[Any, ...]] = []
    for at, _, placees in families:
        investor_dead = at in dead["investor"]
        for row, placee, bids in placees:
            placee_dead = investor_dead or row in dead["placee"]
            for number, bid in bids:
                quantity = bid[1]
                left = admitted[number] = quantity if quantity is None or quantity <= MAXIMUM_QUANTITY else MAXIMUM_QUANTITY
                if not placee_dead and number not in dead["bid"]:
                    live[number] = True
                    ranked.append((-bid[0], left, -bid[2], -bid[3], number, at, placee[0]))
    ranked.sort()
    total = sum(r[1] for r in ranked)
    limit = -(-total * ELIMINATION_PERCENT // 100)
    taken = removed = 0
    for _, quantity, *_ in ranked:
        if removed >= limit:
            break
        removed += quantity
        taken += 1
    while taken and -ranked[taken - 1][0] == ISSUE_PRICE:
        taken -= 1
        removed -= ranked[taken][1]
    eliminated = [False] * size
    for r in ranked[:taken]:
        eliminated[r[4]] = True
        fates[r[4]] = "高价剔除"
    rest = ranked[taken:]
    investors = set()
    for r in rest:
        if -r[0] < ISSUE_PRICE:
            fates[r[4]] = "低价未入围"
        else:
            fates[r[4]] = "有效报价"
            investors.add(r[5])
    six = [r for r in rest if r[6] in SIX_KINDS]
    four = [_median(rest), _mean(rest), _median(six), _mean(six)]
    found.values = {
        **dict(zip(("median_all", "mean_all", "median_six", "mean_six"), four, strict=True)),
        "lowest_of_four": min(v for v in (four if six else four[:2]) if v is not None),
        "live_quantity": total,
        "eliminated_quantity": removed,
        "effective_investors": len(investors),
    }
    found.bids = {"live": live, "admitted_quantity": admitted, "eliminated": eliminated, "fate": fates}


def _median(bids: Sequence[tuple[Any, ...]]) -> Fraction | None:
    """The bids are sorted from the highest price to the lowest."""
    if not bids:
        return None
    return Fraction(-bids[(len(bids) - 1) // 2][0] - bids[len(bids) // 2][0], 20_000)


def _mean(bids: Sequence[tuple[Any, ...]]) -> Fraction | None:
    return Fraction(sum(-b[0] * b[1] for b in bids), 10_000 * sum(b[1] for b in bids)) if bids else None


def families(tables: Mapping[str, Mapping[str, Sequence[Any]]]) -> list[Family]:
    """Columns of the three tables -> what `check` and `ask` take. Not timed, as the frames of the other contenders are not timed."""
    investors = [(i, r, []) for i, r in enumerate(_records(tables["investor"], INVESTOR))]  # type: list[Family]
    placees: list[list[tuple[int, Bid]]] = []
    for i, (r, owner) in enumerate(zip(_records(tables["placee"], PLACEE), tables["placee"]["^investor"], strict=True)):
        placees.append([])
        investors[owner][2].append((i, r, placees[-1]))
    for i, (r, owner) in enumerate(zip(_records(tables["bid"], BID), tables["bid"]["^placee"], strict=True)):
        placees[owner].append((i, r))
    return investors


def _records(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(columns[n] for n in names), strict=True))


def told(counts: Sequence[Counts], findings: Sequence[Finding]) -> Result:
    """The result in the common form."""
    said: dict[str, list[tuple[int, int, Mapping[str, object]]]] = {r: [] for r in RULES}
    for rule, row, outcome in sorted(findings):
        said[_NAMES[rule]].append((row, outcome, {}))
    return Result(counts=dict(zip(_NAMES, counts, strict=True)), findings=said)


def result(found: Found) -> Result:
    """The result of a whole book in the common form."""
    whole = told(found.counts, found.findings)
    whole.values, whole.bids = dict(found.values), dict(found.bids)
    return whole
