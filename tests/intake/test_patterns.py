"""No pattern takes more than the length of its text: each is tried on texts made to be almost what it looks for."""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import dsl.parser
import validator.intake
import validator.vocabulary
from tests.intake.makers import repacked, sheet, xlsx
from validator.intake import read_book
from validator.vocabulary.vocabulary import Vocabulary

LONG = 40_000
"""Characters: a pattern that reads on to the end from every place would take 800 million steps, one pass takes 40,000."""
SECONDS = 0.2


def _found(value: object) -> Iterator["re.Pattern[Any]"]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _found(item)


def patterns() -> dict[str, "re.Pattern[Any]"]:
    """Every compiled pattern that stands in a module of these packages."""
    found = {}
    for package in (validator.intake, validator.vocabulary, dsl.parser):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                for at, pattern in enumerate(_found(value)):
                    found[f"{module.__name__}.{name}[{at}]"] = pattern
    return found


def _examples(tree: Any, before: str, pumped: list[tuple[str, str]]) -> str:
    """The shortest text that a pattern takes, roughly; `pumped` gets each repeat: the text before it, and what is repeated."""
    text = ""
    for kind, of in tree:
        so_far = before + text
        match kind:
            case kinds.LITERAL:
                text += chr(of)
            case kinds.IN:
                text += _one_of(of)
            case kinds.ANY | kinds.NOT_LITERAL:
                text += "a"
            case kinds.MAX_REPEAT | kinds.MIN_REPEAT | kinds.POSSESSIVE_REPEAT:
                low, high, body = of
                inner = _examples(body, so_far, pumped)
                if high > 100:
                    pumped.append((so_far, inner))
                text += inner * low
            case kinds.SUBPATTERN:
                text += _examples(of[-1], so_far, pumped)
            case kinds.ATOMIC_GROUP:
                text += _examples(of, so_far, pumped)
            case kinds.BRANCH:
                text += [_examples(branch, so_far, pumped) for branch in of[1]][-1]
            case kinds.ASSERT:
                _examples(of[1], so_far, pumped)
            case _:
                pass
    return text


def _one_of(items: Any) -> str:
    match items[0]:
        case (kinds.NEGATE, _):
            taken = re.compile("[" + "".join(re.escape(chr(v)) for k, v in items if k is kinds.LITERAL) + "]") if len(items) > 1 else None
            return next(c for c in " a0(\x00" if taken is None or not taken.match(c))
        case (kinds.CATEGORY, kinds.CATEGORY_SPACE):
            return " "
        case (kinds.CATEGORY, kinds.CATEGORY_DIGIT):
            return "0"
        case (kinds.RANGE, (low, _)):
            return chr(low)
        case (kinds.LITERAL, code):
            return chr(code)
        case _:
            return "a"


def hostile(pattern: "re.Pattern[Any]") -> Iterator[str]:
    pumped: list[tuple[str, str]] = []
    whole = _examples(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE), "", pumped)
    for before, inner in pumped:
        inner = inner or "a"
        for unit in {inner, " ", before, before + inner, before[-1:] or inner, before[:1] or inner}:
            yield before + unit * (LONG // max(len(unit), 1)) + "\x00"
    yield whole * (LONG // max(len(whole), 1))


def longest(pattern: "re.Pattern[Any]", *, anywhere: bool) -> tuple[float, str]:
    """The longest time, and on what: where the pattern is looked for anywhere, or only at the beginning."""
    worst = (0.0, "")
    for made in dict.fromkeys(hostile(pattern)):
        text: Any = made.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else made
        start = time.process_time()
        pattern.findall(text) if anywhere else pattern.fullmatch(text)
        worst = max(worst, (time.process_time() - start, made[:60]))
    return worst


def is_searched(name: str) -> bool:
    """Whether its module looks for a pattern anywhere in a text."""
    module, _, called = name.partition("[")[0].rpartition(".")
    code = inspect.getsource(importlib.import_module(module))
    return re.search(rf"\b{called}\.(findall|finditer|search|sub|split)\b", code) is not None


FOUND = patterns()


@pytest.mark.parametrize("name", FOUND)
def test_a_pattern_takes_no_more_than_the_length_of_its_text(name: str) -> None:
    seconds, text = longest(FOUND[name], anywhere=is_searched(name))
    assert seconds < SECONDS, f"{name} took {seconds:.1f} s on {text!r}…"


@pytest.mark.parametrize("bad", [r"<c\b([^>]*)>", r"<f>x</f>\s*(?:<v/>)?\s*</c>"])
def test_the_search_finds_a_pattern_that_does(bad: str) -> None:
    assert longest(re.compile(bad), anywhere=True)[0] > SECONDS


def test_the_patterns_are_found() -> None:
    assert len(FOUND) > 30


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2"><f>1</f>{blanks}</c',
        '<c r="A2"><f>1</f>{blanks}<v>{blanks}',
        "{opened}",
        '<c r="{letters}1"><v>1</v></c>',
        '<row r="{digits}"></row>',
    ],
)
def test_a_small_workbook_does_not_hang(vocabulary: Vocabulary, cell: str) -> None:
    long = 2_000_000
    inner = cell.format(blanks=" " * long, opened="<c " * long, letters="A" * long, digits="9" * long)
    data = xlsx(sheet([["配售对象代码"], ["P1"]]))
    data = repacked(data, {"xl/worksheets/sheet1.xml": lambda d: d.replace(b"</sheetData>", inner.encode() + b"</sheetData>")})
    start = time.process_time()
    try:
        read_book(("bids.xlsx", data), vocabulary)
    except Exception as error:  # refused or read: both in time
        assert type(error).__name__ == "DiagnosticError"
    assert time.process_time() - start < 5


def test_rows_that_have_only_a_format_are_no_reason_to_refuse_a_book(vocabulary: Vocabulary) -> None:
    data = xlsx(sheet([["配售对象代码", *"abcdefgh"], ["P1", *"12345678"]]))
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(3, 1_048_577))
    data = repacked(data, {"xl/worksheets/sheet1.xml": lambda d: d.replace(b"</sheetData>", rows + b"</sheetData>")})
    assert read_book(("bids.xlsx", data), vocabulary).frames["bid"].height == 1
