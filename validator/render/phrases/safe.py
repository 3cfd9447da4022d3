"""Text from a book -> text that cannot mislead on a screen or run in a spreadsheet.

Invisible characters (control, bidi, zero-width) are shown as `\\u202e`, never dropped, so two names that look alike stay different.
"""

import re
from unicodedata import category

# Invisible although Unicode classifies them as letters or marks: fillers, joiners, variation selectors.
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SUSPECT = re.compile(f"[^ -~\u4e00-\u9fff]|[{_UNSEEN}]")  # a fast check: plain ASCII and common Chinese need no escape
_ALWAYS = re.compile(f"[{_UNSEEN}]")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def visible(text: str) -> str:
    """The text with invisible characters, and those that change the direction of a line, as escapes."""
    return _SUSPECT.sub(lambda m: _NAMED.get(m[0], _escape(m[0])) if _hidden(m[0]) else m[0], text)


def cell(text: str) -> str:
    """A text for a cell in CSV. A text that would start a formula gets a leading apostrophe, which makes it text."""
    shown = visible(text)
    return "'" + shown if shown.lstrip().startswith(_FORMULA) else shown


def in_json(text: str) -> str:
    """JSON text with invisible characters as JSON escapes. The data are the same."""
    return _SUSPECT.sub(lambda m: _json_escape(m[0]) if m[0] != "\n" and _hidden(m[0]) else m[0], text)


def _hidden(char: str) -> bool:
    return category(char) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") or _ALWAYS.match(char) is not None


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
