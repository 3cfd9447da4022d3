"""A message's text -> the texts and names that it is made of. `{{` and `}}` stand for the brackets themselves."""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """(text, False) and (name, True) in the order written. A bracket that is not closed counts as a name that does not exist."""
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
