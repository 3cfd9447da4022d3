"""The fast and the exact reader of .csv files give the same tables."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs.size import size
from validator.intake.cells.cell import BLANKS
from validator.intake.formats.csv_file import _plain, _quoted
from validator.intake.formats.raw_table import RawTable

cells = st.one_of(
    st.sampled_from(
        ["", " ", "　", "1", "P1", "甲", "=1", "#", "\t", "a b", "'", "\x00", "\x0b", "\u2028", "\x85", "\ufeff", "😀", "nan", "null"]
    ),
    st.text(st.characters(blacklist_characters='",\r\n', blacklist_categories=("Cs",)), max_size=5),
)
rows = st.lists(st.lists(cells, min_size=0, max_size=5), min_size=1, max_size=12)


def seen(table: RawTable) -> tuple[object, ...]:
    columns = [(c.header, [t or "" for t in c.texts.to_list()]) for c in table.columns]
    return columns, table.rows.to_list(), table.header_row, table.issues


@pytest.mark.proof
@given(rows, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=size(20_000, usual=600), deadline=None)
def test_both_readers_give_the_same_table(lines: list[list[str]], end: str, closed: bool) -> None:
    text = end.join(",".join(line) for line in lines) + (end if closed else "")
    if not text.strip(BLANKS + ","):
        return
    fast = _plain(text, "t", None)
    if fast is not None:
        assert seen(fast) == seen(_quoted(text, "t", "t.csv", None))


@given(st.lists(st.lists(st.text(st.characters(blacklist_categories=("Cs",)), max_size=6), min_size=3, max_size=3), max_size=8))
@settings(max_examples=300, deadline=None)
def test_what_a_csv_writer_writes_is_what_is_read(lines: list[list[str]]) -> None:
    data = io.StringIO()
    csv.writer(data, lineterminator="\r\n").writerows([["a", "b", "c"], *lines])
    table = _quoted(data.getvalue(), "t", "t.csv", None)
    wanted = [
        line
        for line in lines
        if any(
            c.strip(" \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f　")
            for c in line
        )
    ]
    assert [list(row) for row in zip(*(c.texts.to_list() for c in table.columns), strict=True)] == wanted
