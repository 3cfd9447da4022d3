"""What the parser finds wrong -> the diagnostics that it raises."""

from dsl.diagnostics import Diagnostic, DiagnosticError, Span

MAX_LEVELS = 64
SPLIT = "give a part of it a name of its own: a value"

Mistake = tuple[str, str, Span, str | None]
"""Code, message, place and a way out."""


def refused(text: str, *found: Mistake) -> DiagnosticError:
    """All of them, with the text that they stand in."""
    return DiagnosticError(Diagnostic(code, message, span, hint, text) for code, message, span, hint in found)


def too_deep(span: Span) -> Mistake:
    """Counted brackets or levels of the tree."""
    said = f"more than {MAX_LEVELS} levels stand inside each other; each operator in a row is a level"
    return "too-deep", said, span, SPLIT


def short(text: str) -> str:
    """A word of the text as a message shows it."""
    return text if len(text) <= 40 else text[:40] + "…"
