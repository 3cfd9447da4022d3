"""L17 to L21 on drawn rulebooks and books, against a naive reading of the laws that shares no line with the engine.

A rulebook is a few rules from a menu: each with its expression, and the same said again in Python over plain dicts. Records may lack their
parents, bids may share a number with none; what the naive reading gives by loops both evaluators must give.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.small import OUTCOMES, checker, rule, same
from tests.proofs.size import size

Row = dict[str, Any]
Answer = bool | None
STAGES = ("one", "two", "three")


@dataclass(frozen=True)
class Said:
    """A condition in both languages: of the rules, and of these tests."""

    text: str
    of: str
    means: Callable[[Row], Answer]


def given_(*names: str) -> Callable[[Callable[..., bool]], Callable[[Row], Answer]]:
    """Missing where one of the record's fields is."""

    def wrap(test: Callable[..., bool]) -> Callable[[Row], Answer]:
        return lambda r: None if any(r.get(n) is None for n in names) else test(*(r[n] for n in names))

    return wrap


def bids_of(r: Row, name: str) -> list[Any]:
    return [b[name] for b in r["bids"]]


def whole(values: list[Any], test: Callable[[list[Any]], bool | None]) -> Answer:
    return None if None in values else test(values)


MENU = (
    Said("quantity >= 100股", "bid", given_("quantity")(lambda q: q >= 100)),
    Said("price <= 10元", "bid", given_("price")(lambda p: p <= 10)),
    Said("amended", "bid", given_("amended")(lambda a: a)),
    Said("not present(amended)", "bid", lambda r: r["amended"] is None),
    Said("live", "bid", lambda r: r["live"]),
    Said("admitted_quantity <= 200股", "bid", given_("admitted")(lambda q: q <= 200)),
    Said("not placee_restricted", "bid", given_("placee_restricted")(lambda f: not f)),
    Said("not restricted", "bid", given_("restricted")(lambda f: not f)),
    Said("not placee_restricted", "placee", given_("placee_restricted")(lambda f: not f)),
    Said("count(bids where live) <= 1", "placee", lambda r: sum(bids_of(r, "live")) <= 1),
    Said("sum(bids.admitted_quantity) <= 350股", "placee", lambda r: whole(bids_of(r, "admitted"), lambda q: sum(q) <= 350)),
    Said("not restricted", "investor", given_("restricted")(lambda f: not f)),
    Said(
        "max(bids.price) <= 120% * min(bids.price)",
        "investor",
        lambda r: whole(bids_of(r, "price"), lambda p: max(p) * 5 <= min(p) * 6 if p else None),
    ),
    Said("all(bids.live)", "investor", lambda r: all(bids_of(r, "live"))),
    Said("count(bids where live) >= 2", "offering", lambda r: sum(bids_of(r, "live")) >= 2),
)

WHENS = (
    Said("price > 5元", "bid", given_("price")(lambda p: p > 5)),
    Said("present(placee_restricted)", "placee", lambda r: r["placee_restricted"] is not None),
    Said("not restricted", "investor", given_("restricted")(lambda f: not f)),
)

ADMITS = (
    ("150股", lambda r: 150),
    ("admitted_quantity", lambda r: r["admitted"]),
    ("if live then 120股 else 1股", lambda r: 120 if r["live"] else 1),
)


@dataclass(frozen=True)
class Drawn:
    """One rule: its stage, what it says, its effect, and for excess-invalid what it admits (its place in ADMITS)."""

    id: str
    says: Said
    when: Said | None
    effect: str
    admits: int

    @property
    def stage(self) -> str:
        return self.id.split(".")[0]

    def yaml(self) -> str:
        more = {"when": f'"{self.when.text}"'} if self.when else {}
        more |= {"admits": f'"{ADMITS[self.admits][0]}"'} if self.effect == "excess-invalid" else {}
        return rule(self.id, self.says.of, self.says.text, self.effect, **more)


@st.composite
def rulebooks(draw: Callable[..., Any]) -> list[Drawn]:
    rules = []
    for i in range(draw(st.integers(1, 6))):
        says = draw(st.sampled_from(MENU))
        whens = [w for w in WHENS if w.of == says.of]
        effects = ("invalid", "refuse", "report") + (("excess-invalid",) * 4 if says.of == "bid" else ())
        rules.append(
            Drawn(
                f"{draw(st.sampled_from(STAGES))}.r{i}",
                says,
                draw(st.sampled_from([None, *whens])),
                draw(st.sampled_from(effects)),
                draw(st.integers(0, len(ADMITS) - 1)),
            )
        )
    return rules


@st.composite
def tables(draw: Callable[..., Any]) -> dict[str, list[Row]]:
    """Half of the books lack no price and no quantity, so that something is ranked."""
    flag, gap = st.sampled_from([None, True, False, False]), draw(st.sampled_from([(), (), (None,)]))
    price, quantity = st.sampled_from([*gap, 8, 9, 10, 10, 11]), st.sampled_from([*gap, 0, 50, 99, 100, 100, 150, 200, 250])
    investors = [{"investor": f"V{i}", "restricted": draw(flag)} for i in range(draw(st.integers(1, 3)))]
    codes = [*(str(v["investor"]) for v in investors), "V9"]
    placees = [
        {"placee": f"P{i}", "investor": draw(st.sampled_from(codes)), "placee_restricted": draw(flag)}
        for i in range(draw(st.integers(1, 4)))
    ]
    owners = [*(str(p["placee"]) for p in placees), "P9"]
    bids = [
        {"placee": draw(st.sampled_from(owners)), "sequence": i, "price": draw(price), "quantity": draw(quantity), "amended": draw(flag)}
        for i in range(draw(st.integers(1, 8)))
    ]
    return {"investors": investors, "placees": placees, "bids": bids}


# ── the naive reading ──


@dataclass
class Naive:
    """What the laws give: counts and subjects by rule, and what becomes of the bids."""

    counts: dict[str, dict[str, int]]
    subjects: dict[str, dict[str, list[str]]]
    bids: list[Row]


def read(book: dict[str, list[Row]], rules: list[Drawn]) -> Naive:
    investors = [{**v, "id": v["investor"], "bids": []} for v in book["investors"]]
    placees = [{**p, "id": p["placee"], "bids": []} for p in book["placees"]]
    bids = [{**b, "id": f"{b['placee']}/{b['sequence']}", "live": True, "admitted": b["quantity"], "open": False} for b in book["bids"]]
    for placee in placees:
        placee["above"] = next((v for v in investors if v["investor"] == placee["investor"]), None)
        placee["restricted"] = None if placee["above"] is None else placee["above"]["restricted"]
    for bid in bids:
        placee = next((p for p in placees if p["placee"] == bid["placee"]), None)
        investor = None if placee is None else placee["above"]
        bid["placee_restricted"] = None if placee is None else placee["placee_restricted"]
        bid["restricted"] = None if investor is None else investor["restricted"]
        bid["above"] = {"placee": placee, "investor": investor}
        for record in (placee, investor):
            if record is not None:
                record["bids"].append(bid)
    offering = {"id": "301000", "bids": bids}
    records = {"offering": [offering], "investor": investors, "placee": placees, "bid": bids}
    counts: dict[str, dict[str, int]] = {r.id: {} for r in rules}
    subjects: dict[str, dict[str, list[str]]] = {r.id: {o: [] for o in OUTCOMES} for r in rules}
    for stage in STAGES:
        dead: list[Row] = []
        limits: list[tuple[Row, int | None]] = []
        for r in (r for r in rules if r.stage == stage):
            deadly = r.effect in ("invalid", "refuse")
            for record in records[r.says.of]:
                outcome = _outcome(r, record)
                counts[r.id][outcome] = counts[r.id].get(outcome, 0) + 1
                subjects[r.id][outcome].append(record["id"])
                below = [] if r.says.of == "offering" else [record] if r.says.of == "bid" else record["bids"]
                if outcome == "not_evaluable" and deadly:
                    for bid in below:
                        bid["open"] = True
                if outcome == "violated" and deadly:
                    dead += below
                if outcome == "violated" and r.effect == "excess-invalid":
                    limits.append((record, ADMITS[r.admits][1](record)))
            if deadly and r.says.of in ("placee", "investor"):
                for bid in bids:
                    bid["open"] = bid["open"] or bid["above"][r.says.of] is None
        for bid in dead:
            bid["live"] = False
        for bid, limit in limits:
            bid["admitted"] = None if limit is None or bid["admitted"] is None else min(bid["admitted"], limit)
    return Naive(counts, subjects, bids)


def _outcome(r: Drawn, record: Row) -> str:
    when = True if r.when is None else r.when.means(record)
    if when is False:
        return "not_applicable"
    holds = r.says.means(record)
    return "not_evaluable" if when is None or holds is None else "holds" if holds else "violated"


def ranked(bids: list[Row], share: Fraction, bound: str, issue_price: int | None) -> list[Answer]:
    """Price high to low, admitted quantity small to large, number large to small, by sums over all pairs (L20). None where all is open."""
    of = [b for b in bids if b["live"]]
    if any(b["admitted"] is None for b in of):
        return [None if b["live"] else False for b in bids]
    limit = share * sum(b["admitted"] for b in of)

    def comes_in(least: int, most: int, own: int) -> Answer:
        if bound == "at_most":
            return True if most + own <= limit else False if least + own > limit else None
        return True if most < limit else False if least >= limit else None

    def plain(bid: Row) -> Answer:
        least = sum(o["admitted"] for o in of if before(o, bid))
        most = sum(o["admitted"] for o in of if o is not bid and not before(bid, o))
        return comes_in(least, most, bid["admitted"])

    answers = [plain(b) if b["live"] else False for b in bids]
    spared = [issue_price is not None and b["live"] and b["price"] == issue_price for b in bids]
    whole_ = sum(b["admitted"] for b in of if b["price"] is not None and issue_price is not None and b["price"] >= issue_price)
    past = [b for b in of if b["price"] is not None and issue_price is not None and b["price"] < issue_price]
    next_ = {comes_in(whole_, whole_, b["admitted"]) for b in past if not any(before(o, b) for o in past)}
    if any(b["price"] is None for b in of):
        end: Answer = None
    elif next_ == {True}:
        return answers
    else:
        end = None if len(next_) == 2 else False
    return [end if s and a is not False else a for s, a in zip(spared, answers, strict=True)]


def before(a: Row, b: Row) -> bool:
    """Certainly: by the first key in which the two are not both known and equal."""
    for name, sign in (("price", -1), ("admitted", 1), ("sequence", -1)):
        if a[name] is None or b[name] is None:
            return False
        if a[name] != b[name]:
            return bool(sign * a[name] < sign * b[name])
    return False


VALUES = """
values:
  total: {zh: 总量, of: offering, stage: four, is: sum(bids.admitted_quantity where live)}
  out:
    zh: 剔除
    of: bid
    stage: four
    take:
      from: live
      order: [price descending, admitted_quantity ascending, sequence descending]
      sum: admitted_quantity
      limit: elimination_share * total
      bound: elimination_bound
      spare: {last: price, equals: issue_price}
  fate:
    zh: 结果
    of: bid
    stage: four
    first: [{if: not live, is: 无效报价}, {if: out, is: 高价剔除}, {is: 有效报价}]
"""
CUT = "  - {id: four.cut, name: {zh: 剔, en: cut}, for: bid, selects: out, effect: [], cite: seed 一}\n"
SHARES = st.sampled_from(["0%", "10%", "25%", "50%", "99%"])


@pytest.mark.proof
@settings(max_examples=size(10_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(rules=rulebooks(), book=tables(), share=SHARES, bound=st.sampled_from(["at_most", "at_least"]), price=st.sampled_from([None, 9, 10]))
def test_the_engine_reads_the_laws_as_they_stand(
    rules: list[Drawn], book: dict[str, list[Row]], share: str, bound: str, price: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = "\nstages: [one, two, three, four]" + VALUES + "rules:\n" + CUT + "".join(r.yaml() for r in rules)
    folder: Path = tmp_path_factory.mktemp("drawn")
    report = same(checker(folder, body, elimination_share=share, elimination_bound=bound, issue_price=price), book)
    want = read(book, rules)
    assert {k: dict(v) for k, v in report.by_rule.items()} == want.counts
    for r in rules:
        for outcome in ("violated", "not_evaluable"):
            found = [f.subject.id for f in report.findings if (f.rule, f.outcome) == (r.id, outcome)]
            assert found == sorted(want.subjects[r.id][outcome]), r
    bids = sorted(want.bids, key=lambda b: b["id"])
    assert [(b.id, b.live, b.admitted_quantity, b.open) for b in report.bids] == [
        (b["id"], b["live"], b["admitted"], b["live"] and b["open"]) for b in bids
    ]
    out = ranked(bids, Fraction(int(share[:-1]), 100), bound, price)
    assert [b.eliminated for b in report.bids] == out
    fates = [
        "无效报价" if not b["live"] else None if taken is None else "高价剔除" if taken else "有效报价"
        for b, taken in zip(bids, out, strict=True)
    ]
    assert [b.fate for b in report.bids] == fates
    totals = report.fates | ({"": report.undecided} if report.undecided.placees else {})
    assert {k: (f.placees, f.quantity, f.open) for k, f in totals.items()} == {
        fate or "": (
            len({b["placee"] for b, f in zip(bids, fates, strict=True) if f == fate}),
            str(sum(b["admitted"] or 0 for b, f in zip(bids, fates, strict=True) if f == fate)),
            sum(b["live"] and b["open"] for b, f in zip(bids, fates, strict=True) if f == fate),
        )
        for fate in fates
    }
