"""YAML that is read, and YAML that is refused, word for word."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsl.diagnostics import DiagnosticError
from tests.proofs.size import size
from validator.vocabulary import source
from validator.vocabulary.source import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, MAX_VALUES, Plain, load, load_text
from validator.vocabulary.yaml_syntax import LOADER

RULES = Path(__file__).parents[2] / "rules"


def read(text: str) -> Plain:
    return load_text(text, "a.yaml").data


def told(text: str) -> str:
    with pytest.raises(DiagnosticError) as caught:
        load_text(text, "a.yaml")
    return str(caught.value)


def codes(text: str) -> list[str]:
    with pytest.raises(DiagnosticError) as caught:
        load_text(text, "a.yaml")
    return [d.code for d in caught.value.diagnostics]


PLAIN_SCALARS: list[tuple[str, Plain]] = [
    ("true", True),
    ("false", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("0", 0),
    ("-0", 0),
    ("3", 3),
    ("-17", -17),
    ("9" * 100, int("9" * 100)),
    ("0.5", Decimal("0.5")),
    ("-0.01", Decimal("-0.01")),
    ("11154.7300", Decimal("11154.7300")),
    ("51.380000000000003", Decimal("51.380000000000003")),
    ("2026-03-24", "2026-03-24"),
    ("2025-03", "2025-03"),
    ("2026-03-30 14:49:12.152", "2026-03-30 14:49:12.152"),
    ("T+2 16:00", "T+2 16:00"),
    ("I-1 12:00", "I-1 12:00"),
    ("0.01元", "0.01元"),
    ("100万股", "100万股"),
    ("120%", "120%"),
    ("1,400", "1,400"),
    ("1.2.3", "1.2.3"),
    ("1/3", "1/3"),
    ("-", [None]),
    ("y", "y"),
    ("n", "n"),
    ("Y", "Y"),
    ("是", "是"),
    ("否", "否"),
    ("yes it is", "yes it is"),
    ("NO. 1", "NO. 1"),
    ("１２", "１２"),
    (".", "."),
    ("+", "+"),
    ("price * quantity >= 3", "price * quantity >= 3"),
    ("\n  a long text\n  on two lines", "a long text on two lines"),
    ("|\n  one\n  two", "one\ntwo"),
]


@pytest.mark.parametrize(("written", "wanted"), PLAIN_SCALARS)
def test_a_plain_scalar_is_read_by_its_form_and_keeps_its_digits(written: str, wanted: Plain) -> None:
    data = read(f"- {written}")
    assert isinstance(data, list)
    assert data == [wanted]
    assert type(data[0]) is type(wanted)
    assert str(data[0]) == str(wanted)


@pytest.mark.parametrize("word", ["NO", "001386", "1e5", "12:00", "true", "null", "3", "~", "", "*a", "&a", "!a", "<<"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_what_stands_in_quotes_is_text(word: str, quote: str) -> None:
    assert read(f"a: {quote}{word}{quote}") == {"a": word}
    assert read(f"{quote}{word}{quote}: a") == {word: "a"}


AMBIGUOUS = {
    "ambiguous-flag": ["NO", "No", "no", "yes", "Yes", "YES", "on", "On", "off", "OFF", "True", "TRUE", "False", "nO"],
    "ambiguous-nothing": ["Null", "NULL"],
    "ambiguous-number": [
        *["001386", "00", "-01", "007.5", "0_1", "+5", "+5.0", "0x10", "0o7", "0b1", "-0X1F", "1e5", "1E5", "1.5e+3", ".5e1", "-1e-3"],
        *["1_000", "1_000.5", "5.", ".5", "-.5", "12:00", "09:30:00", "1:2:3.5", ".inf", "-.INF", ".NaN", "9" * 101, "0." + "3" * 99],
    ],
}


@pytest.mark.parametrize(("code", "written"), [(code, w) for code, words in AMBIGUOUS.items() for w in words])
def test_what_two_readers_take_for_two_things_is_refused(code: str, written: str) -> None:
    assert codes(f"- {written}") == [code]
    assert codes(f"{{a: {written}}}") == [code]


def test_numbers_in_yaml_1_1_are_never_read_as_text() -> None:
    """Whatever the usual loader makes of a number-like scalar, here it is the same number or refused."""
    for scalar in ["1", "-1", "1.5", "0.0", *AMBIGUOUS["ambiguous-number"]]:
        try:
            assert read(f"a: {scalar}") in ({"a": int(scalar) if "." not in scalar else Decimal(scalar)},)
        except DiagnosticError as error:
            assert [d.code for d in error.diagnostics] == ["ambiguous-number"]


TOLD = [
    (
        "a: NO",
        """a.yaml:1: ambiguous-flag: `NO` could be a flag or a word
  hint: write true or false, or "NO" for the word""",
    ),
    (
        "rules:\n  - code: 001386",
        """a.yaml:2: ambiguous-number: `001386` begins with 0: a code or a number
  hint: write "001386" for the text, plain digits for a number""",
    ),
    (
        "from: 12:00",
        """a.yaml:1: ambiguous-number: `12:00` could be a time or a number in base 60
  hint: write "12:00" for the text, plain digits for a number""",
    ),
    (
        "limit: 1e5",
        """a.yaml:1: ambiguous-number: `1e5` could be a text or a number with an exponent
  hint: write "1e5" for the text, plain digits for a number""",
    ),
    (
        "a: 1\nb: 2\na: 3",
        """a.yaml:3: duplicate-key: the key `a` is already in line 1
  hint: remove one of them""",
    ),
    (
        "a: &x 1",
        """a.yaml:1: anchor: the anchor `&x` gives the next value a second name
  hint: remove it, or put a text that begins with & in quotes""",
    ),
    (
        "b:\n  - *x",
        """a.yaml:2: alias: the alias `*x` repeats a value from elsewhere
  hint: write it out here, or put a text that begins with * in quotes""",
    ),
    (
        "<<: {a: 1}",
        """a.yaml:1: merge-key: the merge key `<<` takes its keys from elsewhere
  hint: write the keys out here""",
    ),
    (
        "a: !!int '3'",
        """a.yaml:1: tag: the tag `!!int` changes the meaning of the next value
  hint: remove it, or put a text that begins with ! in quotes""",
    ),
    (
        "a: 1\n---\nb: 2",
        """a.yaml:2: several-documents: a second document starts here
  hint: a file is one document: remove the `---`""",
    ),
    (
        "%YAML 1.1\n---\na: 1",
        """a.yaml:1: directive: a line that starts with % changes how the file is read
  hint: remove it""",
    ),
    (
        "301680: 固德电材",
        """a.yaml:1: key-not-text: the key `301680` is not a text
  hint: write "301680" in quotes""",
    ),
    (
        "? [a, b]\n: c",
        """a.yaml:1: key-not-text: a key must be a text, not a list, a mapping or an alias
  hint: put a text that begins with [ or { in quotes""",
    ),
    (
        "a: 1\nb: x\u200by",
        """a.yaml:2: hidden-character: the character U+200B cannot be seen
  hint: remove it, or if it is intended write "\\u200b" in double quotes""",
    ),
    (
        "a: 1 # nothing\u2028b: 2",
        """a.yaml:1: hidden-character: the character U+2028 cannot be seen
  hint: remove it, or if it is intended write "\\u2028" in double quotes""",
    ),
    (
        "require: price: 3",
        """a.yaml:1: yaml-syntax: there cannot be a key before this `:`
  hint: put a text with `: ` in quotes, or check the indentation""",
    ),
    (
        "a:\n\tb: 1",
        """a.yaml:2: yaml-syntax: a tab indents this line
  hint: indent with blanks""",
    ),
    (
        "\n\na: [1, 2\nb: 3",
        """a.yaml:4: yaml-syntax: the `[` of line 3 is not closed
  hint: close it, and put commas between the items""",
    ),
    (
        "a: {b: 1",
        """a.yaml:1: yaml-syntax: the `{` of line 1 is not closed
  hint: close it, and put commas between the items""",
    ),
    (
        "a:\n  - b\n  c: 1",
        """a.yaml:3: yaml-syntax: this is not an item of the list that begins in line 2
  hint: begin each item with `- ` in one column""",
    ),
    (
        "a: 1\nb\nc: 2",
        """a.yaml:3: yaml-syntax: the key of line 2 has no colon
  hint: write `key: value`, or check the indentation""",
    ),
    (
        'a: "x" y',
        """a.yaml:1: yaml-syntax: this is not a key of the mapping that begins in line 1
  hint: put its keys in one column, and write nothing after a closing quote""",
    ),
    (
        "a: 1\nb: 'x\n\n",
        """a.yaml:2: yaml-syntax: the quote of line 2 is not closed
  hint: close it, or double a quote that is part of the text""",
    ),
    (
        "a: @x",
        """a.yaml:1: yaml-syntax: a text cannot begin with `@`
  hint: put it in quotes""",
    ),
    (
        "a: - b",
        """a.yaml:1: yaml-syntax: a list cannot begin here
  hint: begin it on the next line, or put the text in quotes""",
    ),
    (
        'a: "\\d"',
        """a.yaml:1: yaml-syntax: a backslash in double quotes means something else here
  hint: double it, or use single quotes""",
    ),
    (
        "a: ? b",
        """a.yaml:1: yaml-syntax: the file is not YAML here: mapping keys are not allowed in this context
  hint: put the text in quotes, or check the indentation""",
    ),
]


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(("text", "wanted"), TOLD, ids=[wanted.split("\n")[0][10:50] for _, wanted in TOLD])
def test_an_author_is_told_what_is_wrong_and_what_to_do(monkeypatch: pytest.MonkeyPatch, text: str, wanted: str, loader: object) -> None:
    monkeypatch.setattr(source, "LOADER", loader)
    assert told(text) == wanted


def test_without_libyaml_files_are_read_by_the_parser_in_python() -> None:
    code = "import sys; sys.modules['yaml._yaml'] = None; from validator.vocabulary.yaml_syntax import LOADER; print(LOADER.__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=RULES.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "SafeLoader"


@pytest.mark.parametrize("file", ["calendar.yaml", "announcements/proceeds.yaml"])
def test_both_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    wanted = load(RULES / file)
    monkeypatch.setattr(source, "LOADER", yaml.SafeLoader)
    assert load(RULES / file) == wanted


def test_all_mistakes_are_told_at_once_by_line() -> None:
    text = "a: NO\nb: &x 001\na: *x\nc: {1: 2}\nd: [\n"
    wanted = ["ambiguous-flag", "ambiguous-number", "anchor", "alias", "duplicate-key", "key-not-text", "yaml-syntax"]
    assert codes(text) == wanted


def test_the_first_line_of_a_repeated_key_is_named_each_time() -> None:
    assert "the key `k` is already in line 2" in told("x:\n  k: 1\n  k: 2\n  k: 3").splitlines()[2]


def test_the_same_key_in_two_mappings_is_no_repetition() -> None:
    assert read("- {a: 1}\n- {a: 2}") == [{"a": 1}, {"a": 2}]


def test_line_of_knows_the_line_of_every_path() -> None:
    source = load_text(
        "\n".join(["# top", "rules:", "  - id: a.b", "    message: {zh: 一,", "      en: one}", "  -", "    id: c.d", "x: |", "  1"]), "f"
    )
    lines = {
        ("rules",): 2,
        ("rules", 0): 3,
        ("rules", 0, "id"): 3,
        ("rules", 0, "message"): 4,
        ("rules", 0, "message", "zh"): 4,
        ("rules", 0, "message", "en"): 5,
        ("rules", 1): 7,
        ("rules", 1, "id"): 7,
        ("x",): 8,
    }
    assert {path: source.line_of(path) for path in lines} == lines


def test_line_of_a_path_that_is_not_there_is_the_line_of_the_part_that_is() -> None:
    source = load_text("a: 1\nb:\n  - c: 2\n  - d: 3", "f")
    assert source.line_of(("b", 1, "message", "zh")) == 4
    assert source.line_of(("b", 7)) == 2
    assert source.line_of(("z",)) == 1
    assert source.line_of(()) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff"])
def test_a_file_without_content_is_nothing(text: str) -> None:
    source = load_text(text, "f")
    assert source.data is None
    assert source.line_of(("rules",)) == 1


@pytest.mark.parametrize(("text", "wanted"), [("- 1", [1]), ("word", "word"), ("3", 3), ("[]", []), ("{}", {})])
def test_the_form_at_the_top_is_the_callers_question(text: str, wanted: Plain) -> None:
    assert read(text) == wanted


def test_crlf_and_a_byte_order_mark_change_nothing() -> None:
    source = load_text("\ufeffa: 1\r\nb:\r\n  c: x\r\n", "f")
    assert source.data == {"a": 1, "b": {"c": "x"}}
    assert source.line_of(("b", "c")) == 3


def test_depth_is_counted_to_its_limit() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert codes("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == ["too-deep"]
    assert codes("- " * (MAX_DEPTH + 1)) == ["too-deep"]


def test_values_are_counted_to_their_limit() -> None:
    read("[" + "a," * (MAX_VALUES - 1) + "]")
    assert codes("[" + "a," * MAX_VALUES + "]") == ["too-large"]


def test_mistakes_are_counted_to_their_limit_and_the_end_is_named() -> None:
    found = codes("- NO\n" * (MAX_MISTAKES + 50))
    assert found == ["ambiguous-flag"] * MAX_MISTAKES + ["too-many-mistakes"]


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: NO", encoding="utf-8")
    with pytest.raises(DiagnosticError) as caught:
        load(tmp_path / "a.yaml")
    assert str(caught.value).startswith(f"{(tmp_path / 'a.yaml').as_posix()}:1: ambiguous-flag: ")


def test_a_file_of_1_mb_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 6))
    assert load(path).data == {"a": 1}
    path.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 5))
    with pytest.raises(DiagnosticError, match="too-large: the file is larger than 1 MB"):
        load(path)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("a: 1\nb: 规矩".encode("gb18030"), 2),
        ("a: 1".encode("utf-16"), 1),
        (b"a: \xed\xa0\x80", 1),
        (b"a: 1\n\n\xc0\x80", 3),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused_with_their_line(tmp_path: Path, raw: bytes, line: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(raw)
    with pytest.raises(DiagnosticError) as caught:
        load(path)
    assert [(d.code, d.line) for d in caught.value.diagnostics] == [("not-utf-8", line)]


def test_a_path_that_is_no_file_is_a_diagnostic(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(DiagnosticError) as caught:
            load(path)
        assert [d.code for d in caught.value.diagnostics] == ["unreadable-file"]


BOMBS = [
    "[" * 100_000,
    "{" * 100_000,
    "? " * 100_000,
    "- " * 100_000,
    "{a: " * 100_000,
    "&a [*a,*a]\n" * 90_000,
    "- &a [*a,*a]\n" * 76_000,
    "- ! &a\n" * 140_000,
    "a: b\n" * 199_000,
    "[" + "a," * 499_000 + "]",
    "[" * 49 + "a,\n" * 300_000 + "]" * 49,
    "1" * 999_000,
    "1:" * 499_000,
    "1_" * 499_000 + "e",
    "\u200b" * 330_000,
    "'" * 999_000,
    '"\\' * 499_000,
]


@pytest.mark.parametrize("text", BOMBS, ids=[repr(b[:12]) for b in BOMBS])
def test_a_bomb_is_refused_or_read_quickly(text: str) -> None:
    begun = process_time()
    try:
        load_text(text, "f")
    except DiagnosticError as error:
        assert len(error.diagnostics) <= MAX_MISTAKES + 1
    assert process_time() - begun < 3  # a second on an idle machine


YAML_BITS = st.sampled_from(
    [
        *["a", "b: ", "- ", "\n", "\n  ", "[", "]", "{", "}", ",", ": ", "? ", "&a ", "*a", "!t ", "<<: ", "'", '"', "|\n", "---\n"],
        *["NO", "001", "1.5", "\t", "#", "%", "\\", "\0", "中", "\u2028", "\r"],
    ]
)


@pytest.mark.proof
@given(st.one_of(st.lists(YAML_BITS, max_size=40).map("".join).map(str.encode), st.binary(max_size=300)))
@settings(max_examples=size(20_000, usual=500), deadline=None)
@example(b"\xff\xfe")
@example(b"a: b\n...\n...\n")
@example(b"---\n#")
@example(b"--- ---")
def test_any_bytes_give_data_or_diagnostics(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    try:
        source = load(path)
    except DiagnosticError as error:
        assert error.diagnostics
        assert all(d.code and d.line >= 1 and d.message for d in error.diagnostics)
    else:
        assert is_plain(source.data)
        assert all(1 <= source.line_of(place) <= raw.count(b"\n") + raw.count(b"\r") + 1 for place in places(source.data))


def is_plain(data: object) -> bool:
    if isinstance(data, dict):
        return all(type(key) is str and is_plain(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(is_plain, data))
    return data is None or type(data) in (str, int, bool, Decimal)


def places(data: Plain, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(place for key, value in items for place in places(value, (*at, key)))]


@pytest.mark.proof
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
@settings(max_examples=size(20_000, usual=300), deadline=None)
def test_json_is_read_as_what_it_says(data: Plain) -> None:
    """JSON with ASCII escapes is YAML in which nothing can be misread; surrogates alone YAML does not know."""
    text = json.dumps(data)
    try:
        assert load_text(text, "f").data == data
    except DiagnosticError as error:
        assert {d.code for d in error.diagnostics} <= {"yaml-syntax", "ambiguous-number"}
        assert "\\ud" in text or any(len(number) > 100 for number in text.split())
