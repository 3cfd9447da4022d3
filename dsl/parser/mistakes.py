"""Mistakes that the parser finds -> the error that it raises."""

from dsl.diagnostics import Diagnostic, DiagnosticError, Span

MAX_LEVELS = 64
SPLIT = "define a part of it as a value and use its name"

Mistake = tuple[str, str, Span, str | None]
"""Code, message, place and hint."""


def refused(text: str, *found: Mistake) -> DiagnosticError:
    """An error with all these mistakes of `text`."""
    return DiagnosticError(Diagnostic(code, message, span, hint, text) for code, message, span, hint in found)


def too_deep(span: Span) -> Mistake:
    """`span` is the first bracket or part beyond the limit."""
    said = f"the expression is nested more than {MAX_LEVELS} levels deep; each operator in a row is a level"
    return "too-deep", said, span, SPLIT


def short(text: str) -> str:
    """A word of the text, cut to a length that fits in a message."""
    return text if len(text) <= 40 else text[:40] + "…"
