"""Text of a message -> its pieces: literal texts and names. `{{` and `}}` are literal braces."""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """(text, False) and (name, True) in the order written. A single brace is yielded as a name, which the checker then rejects."""
    for found in _PIECE.finditer(text):
        whole = found.group(0)
        if whole in ("{{", "}}"):
            yield whole[0], False
        elif whole in ("{", "}"):
            yield whole, True
        elif found.group(1) is not None:
            yield found.group(1).strip(), True
        else:
            yield whole, False
