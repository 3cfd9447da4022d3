"""What an author is told, word for word. tests/golden/mistakes holds expressions and rulebooks with the diagnostics they must give."""

import shutil
from pathlib import Path

import pytest
from harness import Case, by_columns, by_function, by_rows, understand

from dsl.diagnostics import DiagnosticError
from validator.rulebook.library import lint

GOLDEN = Path(__file__).parents[1] / "golden" / "mistakes"
RULES = Path(__file__).parents[2] / "rules"
BOOKS = sorted(p for p in GOLDEN.iterdir() if p.is_dir() or p.suffix == ".yaml")


def _told(owner: str, text: str) -> list[str]:
    """Every diagnostic's text."""
    with pytest.raises(DiagnosticError) as raised:
        understand(Case({}, owner, text))
    return [str(d) for d in raised.value.diagnostics]


def _blocks() -> list[tuple[str, str, str, str]]:
    """(title, owner, expression, wanted) of `expressions.txt`: `## title`, `owner: expression`, the wanted text, an empty line."""
    found = []
    for block in (GOLDEN / "expressions.txt").read_text(encoding="utf-8").strip().split("\n\n## "):
        title, asked, wanted = block.removeprefix("## ").split("\n", 2)
        owner, _, text = asked.partition(": ")
        found.append((title, owner, text, wanted.strip("\n")))
    return found


@pytest.mark.parametrize(("owner", "text", "wanted"), [b[1:] for b in _blocks()], ids=[b[0] for b in _blocks()])
def test_an_expression_gives_these_words(owner, text, wanted):
    assert "\n".join(_told(owner, text)) == wanted


# L7: at most 64 levels and 500 nodes.


def test_ten_thousand_brackets_are_a_diagnostic():
    (told,) = _told("bid", "(" * 4999 + "price" + ")" * 4996)
    assert told.splitlines()[0] == ("too-deep: the expression is nested more than 64 levels deep; each operator in a row is a level")


def test_more_than_ten_thousand_characters_are_a_diagnostic():
    (told,) = _told("bid", "(" * 10_000 + "price" + ")" * 10_000)
    assert told.splitlines()[0] == "too-long: the expression has 20005 characters, at most 10000 are allowed"


def test_more_than_five_hundred_parts_are_a_diagnostic():
    (told,) = _told("bid", "price in [" + ", ".join(["1元"] * 600) + "]")
    assert told.splitlines()[0] == "too-large: the expression has 603 parts, at most 500 are allowed"


@pytest.mark.parametrize(
    "text",
    [
        "not " * 63 + "amended",
        "(" * 60 + "amended" + ")" * 60,
        "-" * 62 + "factor",
        "round_up(" * 20 + "factor" + ", 0.5)" * 20,
        "factor" + " + sequence" * 62,
        "if amended then 1 else " * 60 + "2",
        " or ".join(["amended"] * 490),
    ],
    ids=lambda t: t[:12],
)
def test_sixty_levels_are_answered(text):
    case = Case({"bid": [{"factor": 1, "sequence": 3, "amended": True}, {}]}, "bid", text)
    assert by_rows(case) == by_columns(case) == by_function(case)


@pytest.mark.parametrize(
    "text",
    [
        "round_up(" * 60 + "factor" + ", 0.5)" * 60,
        "round_half_up(" * 60 + "factor" + ", 0.5)" * 60,
        "least(" * 40 + "factor" + ", 0.5)" * 40,
        "least(" + ", ".join(["factor"] * 400) + ")",
        "factor" + " / factor" * 60,
        "factor" + " * factor" * 60,
        "1" + " / (1 + factor" * 30 + ")" * 30,
    ],
    ids=lambda t: t[:12],
)
def test_what_grows_too_large_is_a_diagnostic_and_never_a_recursion_error(text):
    (told,) = _told("bid", text)
    assert told.partition(":")[0] in ("too-large", "overflow")


def test_all_mistakes_come_at_once_and_in_order():
    told = _told("bid", "pricce > 1元 and quantity > 3 and kind = 公募 and count(placees) > 1")
    assert [t.partition(":")[0] for t in told] == ["unknown-name", "unit-mismatch", "unknown-word", "collection-wanted"]


@pytest.mark.parametrize("book", BOOKS, ids=lambda p: p.stem)
def test_a_rulebook_gives_these_words(book, tmp_path):
    """A file, or a folder with a chain of revisions (L23), beside the vocabulary and calendar of the rules."""
    for name in ("vocabulary.yaml", "calendar.yaml"):
        shutil.copy(RULES / name, tmp_path)
    for file in [book] if book.is_file() else book.iterdir():
        shutil.copy(file, tmp_path)
    told = "\n".join(str(d) for d in lint(tmp_path)).replace(f"{tmp_path}/", "")
    assert told == book.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


def test_every_golden_rulebook_is_wrong():
    assert all(p.with_suffix(".txt").read_text(encoding="utf-8").strip() for p in BOOKS)
    assert len(BOOKS) > 15
