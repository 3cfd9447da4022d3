"""L20: a record is taken or left only if it is so in every order that the keys allow. Both evaluators against all orders."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product

import polars as pl
import pytest

from tests.engine.all_orders import DESCENDING, Keys, cases, interchangeable, orders, said
from tests.proofs.size import size
from validator.engine.columns import ranking as columns
from validator.engine.result import Selected
from validator.engine.rows import ranking as rows

Case = tuple[int, str, int | None]
Got = tuple[list[bool | None], Selected]

KINDS: list[Keys] = list(product((1, 2), (1, 2), (1, 2, None), (1, 2, None)))
"""Two prices, two quantities, two times and none, two sequences and none."""


def by_row(keys: Sequence[Keys], sums: Sequence[int | None], limit: int | Fraction, bound: str, spared: int | None) -> Got:
    answers = [(True, s, *k) for k, s in zip(keys, sums, strict=True)]
    chosen, told = rows.choose(answers, DESCENDING, Fraction(limit), bound, None if spared is None else Fraction(spared))
    return [None if c is None else bool(c) for c in chosen], told


def by_column(keys: Sequence[Keys], sums: Sequence[int | None], limit: int | Fraction, bound: str, spared: int | None) -> Got:
    table = pl.DataFrame(
        {"source": [True] * len(keys), "sum": list(sums), **{f"k{j}": [k[j] for k in keys] for j in range(len(DESCENDING))}},
        schema={"source": pl.Boolean, "sum": pl.Int64, **{f"k{j}": pl.Int64 for j in range(len(DESCENDING))}},
    ).with_row_index("row")
    chosen, told = columns.choose(table, DESCENDING, Fraction(limit), bound, None if spared is None else Fraction(spared))
    return chosen.to_list(), told


def wanted(keys: Sequence[Keys], sums: Sequence[int], every: Sequence[tuple[int, ...]], case: Case) -> Got:
    """By the words of L20; what they promise of every order is asserted on the way."""
    limit, bound, spared = case
    found = said(keys, sums, every, limit, bound, spared)
    answers, total = list(found.answers), sum(sums)
    if spared is not None and any(k[0] is None for k in keys):  # nobody knows which price the run ends with
        plain = said(keys, sums, every, limit, bound, None)
        answers = [None if k[0] == spared and a is not False else a for k, a in zip(keys, plain.answers, strict=True)]
        assert all(b is None or k[0] is None or b == a for k, b, a in zip(keys, answers, found.answers, strict=True))
        found = plain
    undecided = tuple(i for i, a in enumerate(answers) if a is None)
    cut = tuple(sorted(i for i in found.cut if i is not None))
    if undecided and not interchangeable(keys, sums, undecided, spared):
        return answers, Selected(total, None, None, (), undecided)
    if not undecided and any(k[0] is None for k in keys):  # all are taken, or all are left
        assert len(set(answers)) <= 1
    assert found.figures is not None, "the figures of the run are certain"
    count, amount = found.figures
    assert not undecided or cut == undecided
    return answers, Selected(total, amount, count, cut, undecided)


def test_every_book_of_up_to_three_bids_by_rows() -> None:
    for keys, case, want in _small(1):
        assert by_row(keys, [_own(k) for k in keys], *case) == want, (keys, case)


@pytest.mark.proof
def test_every_book_of_up_to_three_bids_by_columns() -> None:
    for keys, case, want in _small(EVERY // size(EVERY, EVERY // 1000)):
        assert by_column(keys, [_own(k) for k in keys], *case) == want, (keys, case)


EVERY = 400_000
"""About as many as there are small books with their limits, bounds and spared prices; columns take some milliseconds for each."""


def _own(keys: Keys) -> int:
    """The quantity orders and is summed up."""
    assert keys[1] is not None
    return keys[1]


def _small(step: int):  # type: ignore[no-untyped-def]
    at = 0
    for count in range(4):
        for keys in combinations_with_replacement(KINDS, count):
            sums, every = [_own(k) for k in keys], orders(keys)
            for case in cases(sums, (1, 2)):
                at += 1
                if at % step == 0:
                    yield keys, case, wanted(keys, sums, every, case)


@pytest.mark.proof
def test_drawn_books_of_four_to_six_bids() -> None:
    """Quantities are drawn apart from the key, may be 0, and may be the same for all; prices may be missing."""
    draw = random.Random(20)
    for _ in range(size(50_000)):
        count = draw.randint(4, 6)
        rare = draw.choice((0, 0, 0.1, 0.5))
        pool = [draw.choice(((1,), (1, 2), (1, 2, 3))) for _ in DESCENDING]
        keys = [
            tuple(None if draw.random() < rare * (j > 0 or draw.random() < 0.3) else draw.choice(p) for j, p in enumerate(pool))
            for _ in range(count)
        ]
        weights = draw.choice(((1,), (2,), (0, 1), (1, 2, 3), (0, 1, 2, 5)))
        sums = [draw.choice(weights) for _ in keys]
        every = orders(keys)
        for case in draw.sample(list(cases(sums, (1, 2))), 4):
            want = wanted(keys, sums, every, case)
            assert by_row(keys, sums, *case) == want, (keys, sums, case)
            assert by_column(keys, sums, *case) == want, (keys, sums, case)


@pytest.mark.parametrize("choose", [by_row, by_column])
@pytest.mark.parametrize("bound", ["at_most", "at_least"])
def test_a_limit_between_two_whole_sums_is_one_of_them(choose, bound: str) -> None:  # type: ignore[no-untyped-def]
    keys: list[Keys] = [(3, 1, 1, 1), (2, 1, 1, 1), (1, 1, 1, 1)]
    assert choose(keys, [2, 2, 2], Fraction(7, 2), bound, None)[1].count == (1 if bound == "at_most" else 2)
    assert choose(keys, [2, 2, 2], Fraction(-1, 2), bound, None)[1].count == 0
    assert choose(keys, [2, 2, 2], Fraction(10**60), bound, None)[1].count == 3
