"""A book of 9,618 bids whose totals are those that the issuance announcement of 301666 prints: writes bids.csv beside this file.

The bids are invented; the real ones are in the annex of the announcement. Integers only and a generator of our own, so that every
run on every Python writes the same bytes. Prices in fen (0.01元), quantities in steps of 10万股, times in milliseconds of the day.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CUT_PRICE, LARGEST, SMALLEST = 5138, 140, 10
OPENS, CLOSES, CUT_TIME = 34_200_000, 54_000_000, 53_352_152  # 09:30, 15:00 and 14:49:12.152
DAY = "2026-03-30"
EFFECTIVE_INVESTORS, AT_THE_CUT = 281, 40

# Groups of the book: how many bids, and their quantity together.
ABOVE = (320, 19_440)  # eliminated: above 51.38元
SMALL = (94, 5_634)  # eliminated: at 51.38元, less than 1,400万股
LATE = 37  # eliminated: at 51.38元, 1,400万股, after 14:49:12.152
KEPT = 900  # effective: at 51.38元, 1,400万股, at that time or earlier
BELOW = (8_264, 856_219)  # effective: from the issue price up to 51.37元
LOW = ((4550, 50), (4590, 54), (4607, 58))  # below the issue price of 46.08元

KINDS = (
    ["公募基金"] * 30 + ["私募证券投资基金"] * 20 + ["年金基金"] * 14 + ["养老金"] * 10 + ["保险资金"] * 8 + ["社保基金"] * 6
    + ["证券期货经营机构私募资产管理计划"] * 5 + ["机构自营投资账户"] * 4 + ["合格境外投资者资金"] * 2 + ["保险资产管理产品"]
)  # fmt: skip

HEAD = ["投资者代码", "投资者名称", "配售对象代码", "配售对象名称", "配售对象类型", "申购价格(元/股)", "拟申购数量(万股)"]
HEAD += ["申报时间", "申报序号", "资产规模是否超过本次发行可申购金额上限", "资产规模(万元)"]


@dataclass
class Chance:
    """A linear congruential generator: the same numbers everywhere."""

    state: int = 301666

    def below(self, limit: int) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 24) % limit

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def shuffle(self, items: list["Bid"]) -> None:
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


@dataclass
class Bid:
    investor: int
    price: int
    quantity: int
    time: int


def bids(chance: Chance) -> Iterator[Bid]:
    """All bids, group by group. An investor has at most three prices, the highest at most 120% of the lowest."""
    count, total = ABOVE
    for i, quantity in enumerate(quantities(chance, count, total, LARGEST)):
        investor = EFFECTIVE_INVESTORS if i < 12 else chance.below(60)
        yield Bid(investor, high_price(investor), quantity, chance.between(OPENS, CLOSES))
    for quantity in quantities(chance, *SMALL, LARGEST - 1):
        yield Bid(chance.below(AT_THE_CUT), CUT_PRICE, quantity, chance.between(OPENS, CLOSES))
    for _ in range(LATE):
        yield Bid(chance.below(AT_THE_CUT), CUT_PRICE, LARGEST, chance.between(CUT_TIME + 1, CLOSES))
    for i in range(KEPT):
        investor = i if i < AT_THE_CUT else chance.below(AT_THE_CUT)
        yield Bid(investor, CUT_PRICE, LARGEST, CUT_TIME if i == KEPT - 1 else chance.between(OPENS, CUT_TIME - 1))
    yield from below_the_cut(chance)
    for price, quantity in LOW:
        yield Bid(EFFECTIVE_INVESTORS + 1, price, quantity, chance.between(OPENS, CLOSES))


def below_the_cut(chance: Chance) -> Iterator[Bid]:
    """The bulk: each investor at one price or at two neighbouring ones. The first bid opens the window, the second closes it."""
    count, total = BELOW
    others = EFFECTIVE_INVESTORS - AT_THE_CUT
    for i, quantity in enumerate(quantities(chance, count, total, LARGEST)):
        investor = AT_THE_CUT + (i if i < others else chance.below(others))
        price = base_price(investor) + (chance.below(2) if investor % 3 == 0 else 0)
        yield Bid(investor, price, quantity, (OPENS, CLOSES)[i] if i < 2 else chance.between(OPENS, CLOSES))


def base_price(investor: int) -> int:
    """From 46.08元 to 51.36元, each investor its own; the first ones high enough for `high_price`."""
    if investor == AT_THE_CUT:
        return 4655
    return 4700 + (investor * 37) % 400 if investor < 60 else 4608 + (investor * 197) % 529


def high_price(investor: int) -> int:
    """Above the cut. Investor 40 bids exactly 120% of its lowest price (46.55元 and 55.86元), which binary fractions get wrong."""
    return 5586 if investor == AT_THE_CUT else 5139 + (investor * 53) % 500


def quantities(chance: Chance, count: int, total: int, largest: int) -> list[int]:
    """`count` quantities around their mean that add up to `total`."""
    spread = min(largest - total // count, total // count - SMALLEST)
    found = [total // count + chance.between(-spread, spread) for _ in range(count)]
    while (rest := total - sum(found)) != 0:
        i, step = chance.below(count), 1 if rest > 0 else -1
        if SMALLEST <= found[i] + step <= largest:
            found[i] += step
    return found


def assets(chance: Chance, bid: Bid) -> tuple[str, int]:
    """Whether the assets exceed what can be bid for at most (price x 1,400万股), and the assets in 万元; never below price x quantity."""
    most, needed = bid.price * LARGEST // 10, -(-bid.price * bid.quantity // 10)
    if chance.below(10) < 7:
        return "是", most + chance.between(1, 60_000)
    return "否", chance.between(needed, most)


def row(chance: Chance, number: int, bid: Bid) -> list[object]:
    seconds, milliseconds = divmod(bid.time, 1000)
    at = f"{DAY} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
    code, placee = f"V{bid.investor + 1:03}", f"P{number:05}"
    price = f"{bid.price // 100}.{bid.price % 100:02}"
    kind = KINDS[chance.below(len(KINDS))]
    return [code, f"投资者{code}", placee, f"配售对象{placee}", kind, price, bid.quantity * 10, at, number, *assets(chance, bid)]


def main() -> None:
    chance = Chance()
    book = list(bids(chance))
    chance.shuffle(book)
    with (Path(__file__).parent / "bids.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(row(chance, number, bid) for number, bid in enumerate(book, 1))


if __name__ == "__main__":
    main()
