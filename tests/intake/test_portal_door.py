"""What a portal may send by mistake or by malice: an answer, or a DiagnosticError with its place; never another exception."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import validator
from benchmarks import book
from dsl.diagnostics import DiagnosticError
from tests.proofs.size import size
from validator.checks.checker import Checker


class Nameless:
    """An object whose text raises."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Turncoat(str):
    """A text that says it is another one."""

    def __str__(self) -> str:
        raise ValueError("no text")


class Torn(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        raise OSError("no items")


class Broken(list):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[Any]:
        raise KeyError("no elements")


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    made: Any = {}
    for _ in range(levels):
        made = wrap(made)
    return made


def one(**bid: Any) -> dict[str, Any]:
    return {
        "investor": {"investor": "V1"},
        "placees": [{"placee": "P1", "bids": [{"sequence": 1, "price": "20", "quantity": 800_000, **bid}]}],
    }


LOOP: dict[str, Any] = {}
LOOP["bids"] = [LOOP]

ISSUES = {
    "half of a surrogate pair": one(price="\ud800"),
    "half of a surrogate pair in a code": {"placees": [{"placee": "P\udfff1"}]},
    "an integer of 5,000 digits": one(quantity=10**5000),
    "a negative integer of 5,000 digits": one(sequence=-(10**5000)),
    "a code of 5,000 digits": {"placees": [{"placee": 10**5000}]},
    "NaN": one(price=float("nan")),
    "a decimal NaN": one(price=Decimal("NaN")),
    "a signalling NaN": one(price=Decimal("sNaN")),
    "infinity": one(price=float("inf")),
    "a huge decimal": one(price=Decimal("1E999999")),
    "a tiny decimal": one(price=Decimal("1E-999999")),
    "an object without a text": one(price=Nameless()),
    "a list for a cell": one(price=[1]),
    "5,000 lists for a cell": one(price=nested(5000, lambda inner: [inner])),
    "bytes": one(price=b"20"),
    "100,000 digits": one(price="9" * 100_000),
    "a zero character": one(price="\0"),
    "a flag for a price": one(price=True),
}
REFUSED = {
    "no mapping": (Nameless(), "wrong-form", ""),
    "nothing": (None, "wrong-form", ""),
    "a text": ("bids", "wrong-form", ""),
    "a mapping without items": (Torn(a=1), "wrong-form", ""),
    "a record without items": ({"placees": [{"placee": "P1", "bids": [Torn(a=1)]}]}, "wrong-form", "/placees/0/bids/0"),
    "a list without elements": ({"bids": Broken([1])}, "wrong-form", "/bids"),
    "a list of lists": ({"bids": [[]]}, "wrong-form", "/bids/0"),
    "5,000 levels of records": (nested(5000, lambda inner: {"bids": [inner]}), "wrong-form", "/bids"),
    "a record that contains itself": (LOOP, "wrong-form", "/bids"),
}
UNKNOWN = {
    "half of a surrogate pair": {"\ud800": 1},
    "a number": {1: 2},
    "no key": {None: 2},
    "a number of 5,000 digits": {10**5000: 2},
    "an object without a text": {Nameless(): 1},
}


@pytest.fixture(scope="module")
def check() -> Checker:
    return validator.checker(book.OFFERING)


def answered(check: Checker, data: object) -> validator.Report:
    """The report, which can be sent: its JSON is UTF-8."""
    report = check.submission(data)
    json.dumps(report.to_dict(bids=True), ensure_ascii=False, allow_nan=False).encode()
    return report


@pytest.mark.parametrize("name", ISSUES)
def test_what_cannot_be_read_is_an_issue_and_no_yes(check: Checker, name: str) -> None:
    report = answered(check, ISSUES[name])
    assert [i.code for i in report.intake] == ["unreadable"]
    assert report.accepted is not True


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_is_refused_with_its_place(check: Checker, name: str) -> None:
    data, code, pointer = REFUSED[name]
    with pytest.raises(DiagnosticError) as refused:
        check.submission(data)
    (said,) = refused.value.diagnostics
    assert (said.code, said.pointer) == (code, pointer)
    assert said.zh
    str(refused.value).encode()


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_key_that_is_no_name_is_named_as_unknown(check: Checker, name: str) -> None:
    for data in (UNKNOWN[name], one() | UNKNOWN[name]):
        assert len(answered(check, data).unknown_columns) == 1


def test_a_text_is_what_it_holds_not_what_it_says(check: Checker) -> None:
    assert answered(check, one(price=Turncoat("20"))).bids[0].price == "20.00"
    assert answered(check, {Turncoat("bids"): [{"placee": "P1"}]}).records == {"placee": 1, "bid": 1}


# ── whose records these are ──

WHOSE = {
    "two investors": ({"investors": [{"investor": "V1"}, {"investor": "V2"}]}, "two-parties", "/investors/1"),
    "an investor and another": ({"investor": {"investor": "V1"}, "investors": [{"investor": "V2"}]}, "two-parties", "/investors/0"),
    "one investor twice": ({"investor": {"investor": "V1"}, "investors": [{"investor": "V1"}]}, "two-parties", "/investors/0"),
    "two that are only named": (
        {"placees": [{"placee": "P1", "investor": "V1"}, {"placee": "P2", "investor": "V2"}]},
        "two-parties",
        "",
    ),
    "a placee of another": (
        {"investor": {"investor": "V1"}, "placees": [{"placee": "P1", "investor": "V2"}]},
        "orphan-record",
        "/placees/0",
    ),
    "a bid of a placee that is not there": ({"placees": [{"placee": "P1"}], "bids": [{"placee": "P9"}]}, "orphan-record", "/bids/0"),
    "a bid in one placee that names another": (
        {"placees": [{"placee": "P1", "bids": [{"placee": "P9"}]}]},
        "orphan-record",
        "/placees/0/bids/0",
    ),
    "a bid of one of two placees": (
        {"placees": [{"placee": "P1"}, {"placee": "P2"}], "bids": [{"price": 1}]},
        "orphan-record",
        "/bids/0",
    ),
    "a bid of nobody beside one that is named": ({"bids": [{"placee": "P1"}, {"price": 30}]}, "orphan-record", "/bids/1"),
    "a bid whose placee cannot be read": ({"placees": [{"placee": "P1"}], "bids": [{"placee": b"P1"}]}, "orphan-record", "/bids/0"),
    "bids beside an investor, without placees": ({"investor": {"investor": "V1"}, "bids": [{"price": 20}]}, "orphan-record", "/bids/0"),
}


@pytest.mark.parametrize("name", WHOSE)
def test_a_submission_is_of_one_party(check: Checker, name: str) -> None:
    data, code, pointer = WHOSE[name]
    with pytest.raises(DiagnosticError) as refused:
        check.submission(data)
    assert [(d.code, d.pointer) for d in refused.value.diagnostics] == [(code, pointer)]
    assert all(d.zh and d.hint for d in refused.value.diagnostics)


def test_every_record_of_nobody_is_named(check: Checker) -> None:
    data = {"placees": [{"placee": "P1"}], "bids": [{"placee": "P9"}, {"placee": "P1"}, {"placee": "P8"}]}
    with pytest.raises(DiagnosticError) as refused:
        check.submission(data)
    assert [d.pointer for d in refused.value.diagnostics] == ["/bids/0", "/bids/2"]


def test_a_breach_is_not_lost_to_a_record_that_is_placed_wrongly(check: Checker) -> None:
    """Two prices more than 20% apart, of one investor: found where the records are nested, and never silently passed elsewhere."""
    apart = [{"placee": "P1", "bids": [{"price": 20, "quantity": 800_000}]}, {"placee": "P2", "bids": [{"price": 30, "quantity": 800_000}]}]
    assert "inquiry.price-spread" in check.submission({"investor": {"investor": "V1"}, "placees": apart}).refused_by
    two = {"investors": [{"investor": "V1"}, {"investor": "V2"}], "placees": apart}
    another = {"investor": {"investor": "V1"}, "placees": [{**apart[0], "investor": "V1"}, {**apart[1], "investor": "V2"}]}
    for wrong in (two, another):
        with pytest.raises(DiagnosticError):
            check.submission(wrong)


# ── anything ──

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=9)
    | st.binary(max_size=3)
    | st.dates(date(1, 1, 1))
    | st.datetimes(datetime(1, 1, 1))
    | st.sampled_from([1]).map(lambda one: one * 10**5000)
    | st.builds(Nameless)
)
KEYS = st.sampled_from(
    ["investor", "investors", "placees", "配售对象", "bids", "placee", "price", "申购价格(元)", "quantity", "submitted_at", "x"]
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.integers(), inner, max_size=5), max_leaves=30
)


@pytest.mark.proof
@settings(max_examples=size(20_000, usual=400), deadline=None)
@given(data=st.dictionaries(KEYS, ANYTHING, max_size=5) | ANYTHING)
def test_anything_is_answered_or_refused(check: Checker, data: object) -> None:
    try:
        answered(check, data)
    except DiagnosticError as refused:
        str(refused).encode("utf-8", "strict" if sys.flags.utf8_mode else "backslashreplace")
