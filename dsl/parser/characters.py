"""Typed text -> the same text in the characters of the grammar, one for one, so that spans fit both.

Reject look-alike and invisible characters, and name them.
"""

import re
import unicodedata

from dsl.diagnostics import Span
from dsl.parser.mistakes import MAX_LEVELS, SPLIT, Mistake, refused, too_deep

MAX_CHARACTERS = 10_000

_MAX_SHOWN = 20
_WIDE = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F) if not chr(c - 0xFEE0).isalpha() and c != 0xFF02}
_SIGNS = {**_WIDE, "×": "*", "÷": "/", "−": "-", "、": ",", "【": "[", "】": "]"}
TEXT_ENDS = {'"': '"', "“": "”"}
_KNOWN = re.compile(r"[A-Za-z0-9_一-龥+\-*/=<>≤≥≠()\[\],.:%‰!\s]")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Mn", "Me"))
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_LATIN = dict(zip("аеорсухіјѕһԁԛԝАВЕКМНОРСТХІЈЅαονρτυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijshdqwABEKMHOPCTXIJSaovptuikABEZHIKMNOPTYX", strict=True))
_INSTEAD = {
    **dict.fromkeys("–—‐‑", "-"),
    **dict.fromkeys("'‘’”„＂「」『』", '"'),
    **dict.fromkeys("∗·•^", "*"),
    **dict.fromkeys("∕⁄\\", "/"),
}
_INSTEAD |= {"{": "[", "}": "]", ";": ",", "&": "and", "|": "or", "≦": "<=", "≧": ">=", "。": "."}


def readable(text: str) -> str:
    """The text with full-width signs as ASCII. Raises DiagnosticError if it is too long, nested too deep, or has a rejected character."""
    if len(text) > MAX_CHARACTERS:
        said = f"the expression has {len(text)} characters, at most {MAX_CHARACTERS} are allowed"
        raise refused(text[:MAX_CHARACTERS], ("too-long", said, Span(0, 1), SPLIT))
    signs: list[str] = []
    mistakes: list[Mistake] = []
    end, depth = "", 0
    for at, sign in enumerate(text):
        plain, quoted = sign, end != ""
        if quoted:
            end = "" if sign == end else end
        else:
            plain = " " if unicodedata.category(sign) == "Zs" else _SIGNS.get(sign, sign)
            end = TEXT_ENDS.get(plain, "")
            depth += (plain in "([") - (plain in ")]")
            if depth > MAX_LEVELS:
                raise refused(text, too_deep(Span(at, at + 1)))
        mistake = _hidden(at, sign) or (None if quoted or end else _foreign(at, sign, plain))
        if mistake and not (mistakes and text[at - 1] == sign):
            mistakes.append(mistake)
        signs.append(plain)
    if mistakes:
        raise refused(text, *mistakes[:_MAX_SHOWN])
    return "".join(signs)


def _hidden(at: int, sign: str) -> Mistake | None:
    if sign in "\t\n\r" or (unicodedata.category(sign) not in _HIDDEN and sign not in _FILLERS):
        return None
    said = f"there is a hidden character here (U+{ord(sign):04X} {unicodedata.name(sign, 'control character').lower()})"
    return "hidden-character", said, Span(at, at + 1), "delete it, or retype the words around it"


def _foreign(at: int, sign: str, plain: str) -> Mistake | None:
    if _KNOWN.match(plain):
        return None
    span, kind = Span(at, at + 1), unicodedata.name(sign, "another character")
    folded = unicodedata.normalize("NFKC", plain)
    twin = _LATIN.get(plain) or (folded if folded != plain and len(folded) == 1 and _KNOWN.match(folded) else None)
    if twin is not None:
        said = f"`{sign}` looks like `{twin}` but is another character ({kind.lower()})"
        return "look-alike", said, span, f"type `{twin}` on the keyboard"
    if unicodedata.category(plain)[0] in "LN" and "IDEOGRAPH" not in kind:
        said = f"`{sign}` is neither a letter from a to z nor a Chinese character"
        return "look-alike", said, span, "a name consists of the letters a to z, digits, `_` and Chinese characters"
    instead = _INSTEAD.get(plain)
    return "unknown-character", f"`{sign}` has no meaning here", span, f"write `{instead}`" if instead else None
