"""Mistakes as data: a code, a message, a place and a hint.

A diagnostic is about a rule or the form of a file. A problem in an investor's data is a finding, not a diagnostic.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of characters in the text of one expression."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. `text` is the expression that `span` points into. The code that reads a file fills in `file` and `line` (from 1).

    `zh`, `hint_zh`: message and hint in Chinese, empty if there is none. `pointer`: for data without lines, the place as a JSON pointer
    (RFC 6901).
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    text: str = ""
    file: str = ""
    line: int = 0
    zh: str = ""
    pointer: str = ""
    hint_zh: str = ""

    def at(self, file: str, line: int) -> "Diagnostic":
        """The same mistake with its place in a file, unless it already has one."""
        return self if self.file else replace(self, file=file, line=line)

    def told(self, lang: str) -> str:
        """The lines to print, in Chinese if `lang` is `zh` and there is a Chinese text."""
        if lang != "zh" or not self.zh:
            return str(self)
        return "\n".join(_lines(replace(self, message=self.zh, hint=self.hint_zh or self.hint), "提示" if self.hint_zh else "hint"))

    def __str__(self) -> str:
        return "\n".join(_lines(self))


class DiagnosticError(Exception):
    """All mistakes that one step found, sorted by file, line and place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_place))
        super().__init__("\n".join(str(d) for d in self.diagnostics))


def _place(d: Diagnostic) -> tuple[str, int, int, str, str]:
    return d.file, d.line, d.span.start if d.span else -1, d.code, d.message


def _lines(d: Diagnostic, hint: str = "hint") -> Iterable[str]:
    at = f"{d.file}:{d.line}" if d.line else d.file  # a file that does not exist has no line
    place = f"{at}: " if d.file else ""
    yield f"{place}{d.code}: {d.message}"
    if d.span is not None and d.text:
        yield from _excerpt(d.text, d.span)
    if d.hint:
        yield f"  {hint}: {d.hint}"


def _excerpt(text: str, span: Span, width: int = 100) -> Iterable[str]:
    """The line of `text` in which the span starts, with carets below. A line longer than `width` is cut around the span."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    line = text[start : end if end >= 0 else len(text)]
    at, length = span.start - start, max(1, min(span.end, start + len(line)) - span.start)
    if len(line) > width:
        cut = max(0, at - width // 2)
        line, at = line[cut : cut + width], at - cut
    yield "  " + line
    yield "  " + " " * _columns(line[:at]) + "^" * max(1, _columns(line[at : at + length]))


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
