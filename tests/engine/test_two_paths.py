"""One meaning: a submission alone, a book by rows and a book by columns give the same, and say what they were not asked."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.drawn import ALONE, BASE, BELOW, CORE, VOCABULARY, Book, books, chinext, fields, nested, written
from tests.engine.small import added_up, checker, rule, same, violated
from tests.proofs.size import size
from validator.report.model import Report


def body(*rules: str, values: str = "", stages: str = "[first, second]") -> str:
    return f"\nstages: {stages}\n" + (f"values:\n{values}" if values else "") + "rules:\n" + "".join(rules)


ONE = {"investor": {"investor": "V1"}, "placees": [{"placee": "P1", "bids": [{"sequence": 1, "price": 11, "quantity": 5}]}]}
BOOK = {
    "investors": [{"investor": "V1"}],
    "placees": [{"placee": "P1", "investor": "V1"}],
    "bids": [{"placee": "P1", "sequence": 1, "price": 11, "quantity": 5}],
}

TOTAL = "  total: {zh: 总量, of: offering, is: sum(bids.quantity)}\n"


def test_a_submission_is_not_asked_what_needs_the_whole_book(tmp_path: Path) -> None:
    rules = [
        rule("first.own", "bid", "price <= 10元"),
        rule("first.total", "bid", "quantity * 2 <= total"),
        rule("first.join", "placee", "count(all placees where securities_account = this.securities_account) <= 1"),
        rule("first.offering", "offering", "issue_price > 0元", "disclose"),
    ]
    report = checker(tmp_path, body(*rules, values=TOTAL)).submission(ONE)
    assert report.not_asked == ("first.join", "first.offering", "first.total")
    assert (violated(report), list(report.by_rule)) == ([("first.own", "P1/1")], ["first.own"])
    assert "total" not in report.values


def test_nor_what_prints_a_figure_of_the_whole_book(tmp_path: Path) -> None:
    """Its finding would not be the one that the book gives."""
    told = rule("first.told", "bid", "price <= 10元", message='{zh: "总量{total}", en: "total {total}"}')
    check = checker(tmp_path, body(told, rule("first.plain", "bid", "price <= 10元"), values=TOTAL))
    assert check.submission(ONE).not_asked == ("first.told",)
    assert [f.message.zh for f in same(check, BOOK).violated] == ["first.plain之名", "总量5股"]


def test_nor_what_rests_on_effects_that_only_the_book_knows(tmp_path: Path) -> None:
    """The book finds the account twice and the bid dead; alone it would seem live."""
    twice = "count(all placees where securities_account = this.securities_account) <= 1"
    rules = [
        rule("first.join", "placee", twice),
        rule("first.live", "bid", "live", "report"),
        rule("second.live", "bid", "live", "report"),
        rule("second.admitted", "bid", "admitted_quantity <= 5股", "report"),
        rule("second.excess", "bid", "quantity <= total / 9", "excess-invalid", admits="1股"),
        rule("third.admitted", "bid", "admitted_quantity <= 5股", "report"),
    ]
    check = checker(tmp_path, body(*rules, values=TOTAL, stages="[first, second, third]"))
    assert check.submission(ONE).not_asked == ("first.join", "second.excess", "second.live", "third.admitted")


def test_the_findings_of_a_submission_are_those_of_the_book(tmp_path: Path) -> None:
    rules = [
        rule("first.own", "bid", "price <= 10元"),
        rule("second.live", "bid", "live", "report"),
        rule("first.none", "investor", "restricted"),
    ]
    check = checker(tmp_path, body(*rules))
    alone, book = check.submission(ONE), same(check, BOOK)
    assert [f.fingerprint for f in alone.findings] == [f.fingerprint for f in book.findings]
    assert (alone.unsupplied, alone.not_asked, alone.verified) == (book.unsupplied, (), False)


# ── drawn books ──

DRAWN = settings(max_examples=size(2_000, usual=40), deadline=None, suppress_health_check=list(HealthCheck))


def alike(report: Report) -> dict[str, Any]:
    """All that must not depend on who evaluates, nor on the order or format of what was handed in."""
    found = report.with_verified().to_dict(bids=True)
    del found["input"]
    for part in (*found["findings"], *found["intake"]):
        part.get("subject", part).pop("row", None)
    return found


@pytest.mark.proof
@DRAWN
@given(books(entities=(*CORE, *BELOW, *ALONE)), st.data())
def test_rows_and_columns_agree_on_drawn_books_with_columns_left_out(book: Book, data: st.DataObject) -> None:
    for rows in book.values():
        names = sorted({n for r in rows for n in r} - {"investor", "placee", "sequence", "application", "strategic_investor"})
        for name in data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names else ():
            for row in rows:
                del row[name]
    bound = data.draw(st.sampled_from(("at_least", "at_most")))
    price = data.draw(st.sampled_from((None, "20.00", "20.40")))
    share = data.draw(st.sampled_from(("0%", "3%", "50%", "99%")))
    check = chinext(elimination_bound=bound, issue_price=price, elimination_share=share)
    report = check.book({k: v for k, v in book.items() if v})
    assert report.verified
    added_up(report)
    assert report.elimination.count is None or 0 <= report.elimination.count <= len(report.bids)
    assert report.undecided.placees + sum(f.placees for f in report.fates.values()) >= len({b.placee for b in report.bids})


@pytest.mark.proof
@DRAWN
@given(books())
def test_submissions_give_the_findings_of_the_book(book: Book) -> None:
    check = chinext()
    whole = check.book(book, evaluator="columns")
    for investor in book["investors"]:
        alone = check.submission(nested(book, investor["investor"]))
        asked = set(alone.by_rule)
        mine = [f for f in whole.findings if f.rule in asked and investor["investor"] in (f.subject.investor, f.subject.id)]
        got, want = (
            [{**f.to_dict(), "subject": {**f.to_dict()["subject"], "row": None}} for f in found] for found in (alone.findings, mine)
        )
        assert got == want
        assert asked | set(alone.not_asked or ()) == set(whole.by_rule)
        assert [(b.id, b.live, b.admitted_quantity, b.open) for b in alone.bids] == [
            (b.id, b.live, b.admitted_quantity, b.open) for b in whole.bids if b.investor == investor["investor"]
        ]


@pytest.mark.proof
@DRAWN
@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(book: Book, random: Random) -> None:
    first = chinext().book(book)
    shuffled = {}
    for name in random.sample(sorted(book), len(book)):
        columns = random.sample(sorted(book[name][0]), len(book[name][0]))
        shuffled[name] = [{c: r[c] for c in columns} for r in random.sample(book[name], len(book[name]))]
    assert alike(chinext().book(shuffled)) == alike(first)


@pytest.mark.slow
@pytest.mark.proof
@settings(DRAWN, max_examples=size(1_000, usual=15))
@given(book=books(entities=(*CORE, *BELOW)))
def test_a_folder_of_tables_says_what_the_frames_say(book: Book, tmp_path_factory: pytest.TempPathFactory) -> None:
    tables = {name: rows for name, rows in book.items() if rows}
    folder = written(tables, tmp_path_factory.mktemp("drawn") / "book")
    assert alike(chinext().book(folder)) == alike(chinext().book(tables))


ALL = [(e, f.name) for e in (*CORE, *BELOW, *ALONE) for f in fields(e)]


def clean() -> Book:
    """One record of every kind, two of the bids' kinds."""
    keys = {
        "investor": [{"investor": "V1"}, {"investor": "V2"}],
        "placee": [{"placee": "P1", "investor": "V1"}, {"placee": "P2", "investor": "V2"}],
        "bid": [{"placee": "P1", "sequence": 1}, {"placee": "P2", "sequence": 2}],
        **{e: [{"placee": "P1"}, {"placee": "P2"}] for e in BELOW},
        "online_application": [{"application": "A1"}, {"application": "A2"}],
        "strategic_investor": [{"strategic_investor": "S1"}, {"strategic_investor": "S2"}],
    }
    return {
        VOCABULARY.schema.entities[e].collection: [
            {**dict.fromkeys(f.name for f in fields(e)), **BASE.records.get(e, {}), **k} for k in rows
        ]
        for e, rows in keys.items()
    }


@cache
def base_breaches() -> set[tuple[str, str]]:
    return set(violated(chinext().book(clean())))


@pytest.mark.parametrize(("entity", "name"), ALL, ids=[f"{e}.{n}" for e, n in ALL])
def test_rows_and_columns_agree_whatever_column_lacks_a_cell(entity: str, name: str) -> None:
    book = clean()
    book[VOCABULARY.schema.entities[entity].collection][0][name] = None
    assert chinext().book(book).verified


@pytest.mark.parametrize(("entity", "name"), ALL, ids=[f"{e}.{n}" for e, n in ALL])
def test_and_whatever_column_is_left_out(entity: str, name: str) -> None:
    book = clean()
    for row in book[VOCABULARY.schema.entities[entity].collection]:
        del row[name]
    report = chinext().book(book)
    assert report.verified
    assert set(violated(report)) <= base_breaches()


# ── the smallest books ──


@pytest.mark.parametrize("tables", [("investors",), ("investors", "placees"), ("bids",), ("investors", "placees", "bids"), ("payments",)])
def test_rows_and_columns_agree_on_books_that_are_all_but_empty(tables: tuple[str, ...]) -> None:
    whole = clean()
    one = {name: whole[name][:1] for name in tables}
    same(chinext(), one)


def test_rows_and_columns_agree_on_tables_without_rows(tmp_path: Path) -> None:
    empty: Book = {"investors": [], "placees": [], "bids": []}
    found = [chinext().book(written(empty, tmp_path / str(e)), evaluator=e) for e in ("rows", "columns")]
    assert alike(found[0]) == alike(found[1])
    assert (found[0].bids, found[0].elimination.count, found[0].values["lowest_of_four"]) == ((), 0, None)
    assert chinext().book(tmp_path / "rows").verified
