"""The pattern of `matches` as written -> the regular expression that both evaluators run, or what is wrong with it.

The expression is written anew, sign by sign, so that Python and Polars read the same thing: `\\u0041` for `A`, no sign with a meaning of
its own. Its cost is known before it runs: no repetition stands in another, and the number of ways to read a text is bounded.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

MOST_SIGNS = 200
MOST_TIMES = 100
MOST_WAYS = 1_000
_MOST_LEVELS = 20

_RANGES = (("0", "9"), ("A", "Z"), ("a", "z"))
_UNKNOWN = {
    ".": "name the signs that may stand here, e.g. `[0-9A-Z]`; the dot itself is `[.]`",
    "*": f"say how often: `{{0,{MOST_TIMES}}}`",
    "+": f"say how often: `{{1,{MOST_TIMES}}}`",
    "\\": "write a digit as `[0-9]`, a sign of the language as `[.]` or `[?]`",
    "^": "the pattern is always that of the whole text",
    "$": "the pattern is always that of the whole text",
    "]": "open the class before it with `[`",
    "}": "open the count before it with `{`",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """`start` and `end` are places in the pattern."""

    message: str
    start: int
    end: int
    hint: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the pattern: its expression, in how many ways it can be read, and whether a repetition stands in it."""

    text: str
    ways: int = 1
    repeats: bool = False


def mistakes(pattern: str) -> tuple[Mistake, ...]:
    """What is wrong with a pattern, first to last; after a first mistake in its form no more is read."""
    try:
        _read(pattern)
    except _Wrong as wrong:
        return (wrong.mistake,)
    return ()


def expression(pattern: str) -> str:
    """The regular expression of a pattern without mistakes; whoever runs it asks for the whole text."""
    return _read(pattern).text


class _Wrong(Exception):
    def __init__(self, message: str, start: int, end: int, hint: str) -> None:
        self.mistake = Mistake(message, start, end, hint)


def _read(pattern: str) -> _Part:
    if len(pattern) > MOST_SIGNS:
        raise _Wrong(f"the pattern has {len(pattern)} characters, at most {MOST_SIGNS} are read", 0, len(pattern), "make it shorter")
    if pattern != pattern.strip():
        raise _Wrong("a text is read without the blanks at its ends", 0, len(pattern), "leave them out of the pattern")
    reader = _Reader(pattern)
    whole = reader.choice()
    if reader.at < len(pattern):
        raise _Wrong("`)` closes no group", reader.at, reader.at + 1, "delete it, or open the group before")
    if whole.ways > MOST_WAYS:
        said = f"the pattern can be read in more than {MOST_WAYS} ways"
        raise _Wrong(said, 0, len(pattern), "write fewer `?`, `|` and narrower counts")
    return whole


@dataclass(slots=True)
class _Reader:
    pattern: str
    at: int = 0
    opened: list[int] = field(default_factory=list)

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def choice(self) -> _Part:
        """Sequences with `|` between them."""
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        return _Part("|".join(p.text for p in parts), sum(p.ways for p in parts), any(p.repeats for p in parts))

    def sequence(self) -> _Part:
        text, ways, repeats = "", 1, False
        while self.peek() and self.peek() not in "|)":
            part = self.repeated(self.at, self.single())
            text, ways, repeats = text + part.text, ways * part.ways, repeats or part.repeats
        return _Part(text, ways, repeats)

    def single(self) -> _Part:
        """A sign, a class or a group."""
        start, sign = self.at, self.peek()
        self.at += 1
        if sign == "(":
            return self.group(start)
        if sign == "[":
            return _Part(f"[{''.join(self.members(start))}]")
        if sign in "?{":
            raise _Wrong(f"there is nothing before `{sign}` to repeat", start, start + 1, "write a sign, a class or a group before it")
        if sign in _UNKNOWN:
            raise _Wrong(f"`{sign}` has no meaning in a pattern", start, start + 1, _UNKNOWN[sign])
        if unicodedata.category(sign)[0] in "LN" and not sign.isascii() and "IDEOGRAPH" not in unicodedata.name(sign, ""):
            said = f"`{sign}` is neither a letter from a to z, a digit nor a Chinese character"
            raise _Wrong(said, start, start + 1, "type it again on the keyboard")
        return _Part(_code(sign))

    def group(self, start: int) -> _Part:
        self.opened.append(start)
        if len(self.opened) > _MOST_LEVELS:
            raise _Wrong(f"more than {_MOST_LEVELS} groups stand inside each other", start, start + 1, "write it flatter")
        if self.peek() == "?":
            raise _Wrong("`(?` has no meaning in a pattern", start, self.at + 1, "a group is `(` and `)` alone")
        inner = self.choice()
        if self.peek() != ")":
            raise _Wrong("`(` is not closed", start, start + 1, "close it with `)`")
        self.at += 1
        self.opened.pop()
        return _Part(f"(?:{inner.text})", inner.ways, inner.repeats)

    def members(self, start: int) -> Iterator[str]:
        """The signs and ranges of a class."""
        end = self.pattern.find("]", self.at)
        if end < 0:
            raise _Wrong("`[` is not closed", start, start + 1, "close it with `]`")
        if end == self.at:
            raise _Wrong("nothing is in an empty class", start, end + 1, "name its signs, e.g. `[0-9A-Z]`")
        while self.at < end:
            sign, last = self.peek(), self.pattern[self.at + 2 : self.at + 3]
            if not " " <= sign <= "~" or sign in "\\^[":
                raise _Wrong(f"`{sign}` cannot stand in a class", self.at, self.at + 1, "a class lists ASCII signs, e.g. `[0-9A-Z./-]`")
            if self.pattern[self.at + 1] == "-" and self.at + 2 < end:
                if not any(low <= sign <= last <= high for low, high in _RANGES):
                    said = f"`{sign}-{last}` is no range"
                    raise _Wrong(said, self.at, self.at + 3, "a range goes up within 0-9, A-Z or a-z; `-` itself stands last")
                yield f"{_code(sign)}-{_code(last)}"
                self.at += 3
            else:
                yield _code(sign)
                self.at += 1
        self.at += 1

    def repeated(self, start: int, part: _Part) -> _Part:
        """The part with what is said about how often it comes."""
        counted = self.at
        if self.peek() == "?":
            low, high = 0, 1
            self.at += 1
        elif self.peek() == "{":
            low, high = self.count()
        else:
            return part
        if part.repeats or (self.peek() and self.peek() in "?{"):
            said = "a repetition cannot be repeated"
            raise _Wrong(said, start, max(self.at, counted + 1), "write the inner one out, or what may be missing as `(…|)`")
        ways = high - low + 1 if part.ways == 1 else sum(part.ways**n for n in range(low, high + 1))
        return _Part(f"{part.text}{{{low},{high}}}", ways, True)

    def count(self) -> tuple[int, int]:
        """`{m}` or `{m,n}`."""
        start, end = self.at, self.pattern.find("}", self.at)
        found = self.pattern[start + 1 : end].split(",") if end > 0 else []
        if len(found) not in (1, 2) or not all(_is_count(n) for n in found):
            shown = len(list(takewhile(lambda c: c in "{,0123456789", self.pattern[start:])))
            raise _Wrong("this is no count", start, end + 1 if end > 0 else start + shown, "write `{6}` or `{1,6}`")
        low, high = int(found[0]), int(found[-1])
        if low > high or not 1 <= high <= MOST_TIMES:
            raise _Wrong(f"a count goes up, and to {MOST_TIMES} at most", start, end + 1, "write the smaller number first, e.g. `{1,6}`")
        self.at = end + 1
        return low, high


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def _code(sign: str) -> str:
    """A sign by its number: neither engine sees more in it than the sign."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
