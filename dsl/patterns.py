"""Pattern of `matches` -> regular expression that both evaluators run, or what is wrong with the pattern.

Every character is written as its code, e.g. `\\u0041` for `A`, so that Python and Polars read the expression alike. The cost of a match is
bounded before it runs: a repetition cannot contain a repetition, and there are at most MOST_WAYS ways to match.
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
    ".": "list the allowed characters, e.g. `[0-9A-Z]`; the dot itself is `[.]`",
    "*": f"write a count: `{{0,{MOST_TIMES}}}`",
    "+": f"write a count: `{{1,{MOST_TIMES}}}`",
    "\\": "write a digit as `[0-9]`, a character with a special meaning as `[.]` or `[?]`",
    "^": "a pattern always matches the whole text",
    "$": "a pattern always matches the whole text",
    "]": "add the missing `[` before it",
    "}": "add the missing `{` before it",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """`start` and `end` are positions in the pattern."""

    message: str
    start: int
    end: int
    hint: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the pattern: its regular expression, the number of ways it can match, and whether it contains a repetition."""

    text: str
    ways: int = 1
    repeats: bool = False


def mistakes(pattern: str) -> tuple[Mistake, ...]:
    """What is wrong with a pattern. Reading stops at the first mistake, so there is at most one."""
    try:
        _read(pattern)
    except _Wrong as wrong:
        return (wrong.mistake,)
    return ()


def expression(pattern: str) -> str:
    """The regular expression of a pattern without mistakes. The caller must match it against the whole text."""
    return _read(pattern).text


class _Wrong(Exception):
    def __init__(self, message: str, start: int, end: int, hint: str) -> None:
        self.mistake = Mistake(message, start, end, hint)


def _read(pattern: str) -> _Part:
    if len(pattern) > MOST_SIGNS:
        raise _Wrong(f"the pattern has {len(pattern)} characters, at most {MOST_SIGNS} are allowed", 0, len(pattern), "make it shorter")
    if pattern != pattern.strip():
        raise _Wrong("a text has no leading or trailing blanks", 0, len(pattern), "remove them from the pattern")
    reader = _Reader(pattern)
    whole = reader.choice()
    if reader.at < len(pattern):
        raise _Wrong("`)` has no matching `(`", reader.at, reader.at + 1, "delete it, or add the missing `(` before it")
    if whole.ways > MOST_WAYS:
        said = f"a text can match the pattern in more than {MOST_WAYS} ways"
        raise _Wrong(said, 0, len(pattern), "use fewer `?` and `|`, and narrower counts")
    return whole


@dataclass(slots=True)
class _Reader:
    pattern: str
    at: int = 0
    opened: list[int] = field(default_factory=list)

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def choice(self) -> _Part:
        """Sequences separated by `|`."""
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
        """A character, a class or a group."""
        start, sign = self.at, self.peek()
        self.at += 1
        if sign == "(":
            return self.group(start)
        if sign == "[":
            return _Part(f"[{''.join(self.members(start))}]")
        if sign in "?{":
            raise _Wrong(f"there is nothing before `{sign}` to repeat", start, start + 1, "write a character, a class or a group before it")
        if sign in _UNKNOWN:
            raise _Wrong(f"`{sign}` has no meaning in a pattern", start, start + 1, _UNKNOWN[sign])
        if unicodedata.category(sign)[0] in "LN" and not sign.isascii() and "IDEOGRAPH" not in unicodedata.name(sign, ""):
            said = f"`{sign}` is neither a letter from a to z, a digit nor a Chinese character"
            raise _Wrong(said, start, start + 1, "type it again on the keyboard")
        return _Part(_code(sign))

    def group(self, start: int) -> _Part:
        self.opened.append(start)
        if len(self.opened) > _MOST_LEVELS:
            raise _Wrong(f"groups are nested more than {_MOST_LEVELS} levels deep", start, start + 1, "use fewer nested groups")
        if self.peek() == "?":
            raise _Wrong("`(?` has no meaning in a pattern", start, self.at + 1, "a group is only `(` and `)`")
        inner = self.choice()
        if self.peek() != ")":
            raise _Wrong("`(` is not closed", start, start + 1, "close it with `)`")
        self.at += 1
        self.opened.pop()
        return _Part(f"(?:{inner.text})", inner.ways, inner.repeats)

    def members(self, start: int) -> Iterator[str]:
        """The characters and ranges of a class."""
        end = self.pattern.find("]", self.at)
        if end < 0:
            raise _Wrong("`[` is not closed", start, start + 1, "close it with `]`")
        if end == self.at:
            raise _Wrong("the class is empty", start, end + 1, "list its characters, e.g. `[0-9A-Z]`")
        while self.at < end:
            sign, last = self.peek(), self.pattern[self.at + 2 : self.at + 3]
            if not " " <= sign <= "~" or sign in "\\^[":
                raise _Wrong(
                    f"`{sign}` is not allowed in a class", self.at, self.at + 1, "a class lists ASCII characters, e.g. `[0-9A-Z./-]`"
                )
            if self.pattern[self.at + 1] == "-" and self.at + 2 < end:
                if not any(low <= sign <= last <= high for low, high in _RANGES):
                    said = f"`{sign}-{last}` is not a range"
                    raise _Wrong(said, self.at, self.at + 3, "a range goes up within 0-9, A-Z or a-z; put `-` itself last")
                yield f"{_code(sign)}-{_code(last)}"
                self.at += 3
            else:
                yield _code(sign)
                self.at += 1
        self.at += 1

    def repeated(self, start: int, part: _Part) -> _Part:
        """The part with the count that follows it, if any."""
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
            raise _Wrong(said, start, max(self.at, counted + 1), "write the inner one out, or write an optional part as `(…|)`")
        ways = high - low + 1 if part.ways == 1 else sum(part.ways**n for n in range(low, high + 1))
        return _Part(f"{part.text}{{{low},{high}}}", ways, True)

    def count(self) -> tuple[int, int]:
        """`{m}` or `{m,n}`."""
        start, end = self.at, self.pattern.find("}", self.at)
        found = self.pattern[start + 1 : end].split(",") if end > 0 else []
        if len(found) not in (1, 2) or not all(_is_count(n) for n in found):
            shown = len(list(takewhile(lambda c: c in "{,0123456789", self.pattern[start:])))
            raise _Wrong("this is not a count", start, end + 1 if end > 0 else start + shown, "write `{6}` or `{1,6}`")
        low, high = int(found[0]), int(found[-1])
        if low > high or not 1 <= high <= MOST_TIMES:
            raise _Wrong(
                f"a count must go up and end between 1 and {MOST_TIMES}", start, end + 1, "write the smaller number first, e.g. `{1,6}`"
            )
        self.at = end + 1
        return low, high


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def _code(sign: str) -> str:
    """A character as its code, so that neither engine gives it a special meaning."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
