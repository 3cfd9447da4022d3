"""Patterns of `matches`: what is refused, word for word, and the same answer from Python, from Polars and from a naive reading."""

import re
from time import perf_counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import _ends

from dsl.kernel.applied import APPLIED
from dsl.patterns import MOST_WAYS, expression, mistakes
from dsl.to_polars.applied import APPLIED as COLUMNS

REFUSED = [
    ("[0-9]+", "`+` has no meaning in a pattern", "+", "write a count: `{1,100}`"),
    ("a*", "`*` has no meaning in a pattern", "*", "write a count: `{0,100}`"),
    ("a.b", "`.` has no meaning in a pattern", ".", "list the allowed characters, e.g. `[0-9A-Z]`; the dot itself is `[.]`"),
    (r"\d{6}", "`\\` has no meaning in a pattern", "\\", "write a digit as `[0-9]`, a character with a special meaning as `[.]` or `[?]`"),
    ("^a", "`^` has no meaning in a pattern", "^", "a pattern always matches the whole text"),
    ("a$", "`$` has no meaning in a pattern", "$", "a pattern always matches the whole text"),
    ("a]", "`]` has no meaning in a pattern", "]", "add the missing `[` before it"),
    ("a}", "`}` has no meaning in a pattern", "}", "add the missing `{` before it"),
    ("(a", "`(` is not closed", "(", "close it with `)`"),
    ("a)", "`)` has no matching `(`", ")", "delete it, or add the missing `(` before it"),
    ("(?:a)", "`(?` has no meaning in a pattern", "(?", "a group is only `(` and `)`"),
    ("[a", "`[` is not closed", "[", "close it with `]`"),
    ("a[]b", "the class is empty", "[]", "list its characters, e.g. `[0-9A-Z]`"),
    ("[^a]", "`^` is not allowed in a class", "^", "a class lists ASCII characters, e.g. `[0-9A-Z./-]`"),
    (r"[\d]", "`\\` is not allowed in a class", "\\", "a class lists ASCII characters, e.g. `[0-9A-Z./-]`"),
    ("[甲]", "`甲` is not allowed in a class", "甲", "a class lists ASCII characters, e.g. `[0-9A-Z./-]`"),
    ("[A-z]", "`A-z` is not a range", "A-z", "a range goes up within 0-9, A-Z or a-z; put `-` itself last"),
    ("[9-0]", "`9-0` is not a range", "9-0", "a range goes up within 0-9, A-Z or a-z; put `-` itself last"),
    ("?a", "there is nothing before `?` to repeat", "?", "write a character, a class or a group before it"),
    ("a|{2}", "there is nothing before `{` to repeat", "{", "write a character, a class or a group before it"),
    ("a{2}{3}", "a repetition cannot be repeated", "a{2}", "write the inner one out, or write an optional part as `(…|)`"),
    ("a{2}?", "a repetition cannot be repeated", "a{2}", "write the inner one out, or write an optional part as `(…|)`"),
    ("(ab?){2}", "a repetition cannot be repeated", "(ab?){2}", "write the inner one out, or write an optional part as `(…|)`"),
    ("a{2,1}", "a count must go up and end between 1 and 100", "{2,1}", "write the smaller number first, e.g. `{1,6}`"),
    ("a{1,101}", "a count must go up and end between 1 and 100", "{1,101}", "write the smaller number first, e.g. `{1,6}`"),
    ("a{0}", "a count must go up and end between 1 and 100", "{0}", "write the smaller number first, e.g. `{1,6}`"),
    ("a{,3}", "this is not a count", "{,3}", "write `{6}` or `{1,6}`"),
    ("a{1", "this is not a count", "{1", "write `{6}` or `{1,6}`"),
    ("a{１}", "this is not a count", "{１}", "write `{6}` or `{1,6}`"),
    ("а", "`а` is neither a letter from a to z, a digit nor a Chinese character", "а", "type it again on the keyboard"),
    ("[0-9]{6}Ａ", "`Ａ` is neither a letter from a to z, a digit nor a Chinese character", "Ａ", "type it again on the keyboard"),
    (" a", "a text has no leading or trailing blanks", " a", "remove them from the pattern"),
    ("a?" * 10, f"a text can match the pattern in more than {MOST_WAYS} ways", "a?" * 10, "use fewer `?` and `|`, and narrower counts"),
    ("(" * 21 + ")" * 21, "groups are nested more than 20 levels deep", "(", "use fewer nested groups"),
    ("a" * 201, "the pattern has 201 characters, at most 200 are allowed", "a" * 201, "make it shorter"),
]


@pytest.mark.parametrize(("pattern", "message", "place", "hint"), REFUSED, ids=[r[0][:20] for r in REFUSED])
def test_a_pattern_that_is_wrong_is_refused_in_words(pattern, message, place, hint):
    (found,) = mistakes(pattern)
    assert (found.message, pattern[found.start : found.end], found.hint) == (message, place, hint)


READ = ("", "a", "[0-9A-Z]{1,100}", "(a|b|)c", "甲[(]乙[)]", "（[0-9]{4}）[0-9]{1,4}号", "𠮷{2}", "a b", "[-.a]", "[a-]")


@pytest.mark.parametrize("pattern", READ)
def test_a_pattern_that_is_right_is_read(pattern):
    assert not mistakes(pattern)


_PIECES = st.sampled_from(("a", "b", "1", "甲", "𠮷", "[0-9]", "[ab]", "[-a]", "(", ")", "|", "?", "{2}", "{1,3}", "{0,2}", " ", "-"))
_TEXTS = st.text("ab1甲𠮷2-é \n１", max_size=8)


@settings(deadline=None, max_examples=400)
@given(st.lists(_PIECES, max_size=8).map("".join), st.lists(_TEXTS, max_size=6))
def test_python_polars_and_a_naive_reading_agree(pattern, texts):
    if mistakes(pattern):
        return
    want = [len(t) in _ends(pattern, t, {0}) for t in texts]
    assert [APPLIED["matches"](t, expression(pattern)) for t in texts] == want
    frame = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
    assert frame.select(COLUMNS["matches"](pl.col("t"), expression(pattern))).to_series().to_list() == want


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(pattern):
    for found in mistakes(pattern):
        assert 0 <= found.start <= found.end <= len(pattern) and found.message and found.hint
        return
    re.compile(expression(pattern))
    pl.DataFrame({"t": ["x"]}).select(COLUMNS["matches"](pl.col("t"), expression(pattern)))


def test_the_cost_of_a_pattern_is_bounded():
    """Nine optional signs are 512 ways; what a text could still be read as is soon known, however long the text."""
    pattern, text = "a?" * 9 + "a{9}b", "a" * 100_000
    start = perf_counter()
    assert APPLIED["matches"](text, expression(pattern)) is False
    assert perf_counter() - start < 1
