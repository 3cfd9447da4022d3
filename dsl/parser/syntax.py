"""Syntax error -> what was found, what is before it, and what was expected, in plain words."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsl.diagnostics import Span
from dsl.functions import KEYWORDS
from dsl.parser.characters import TEXT_ENDS
from dsl.parser.mistakes import Mistake, short

if TYPE_CHECKING:
    from lark import Lark, Token

_SPOKEN = {
    "PLUS": "an operator such as `+`, `=` or `and`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "COMMA": "`,`",
    "WHERE": "`where`",
    "THEN": "`then`",
    "ELSE": "`else`",
    "_OF_MULTIPLE": "`的整数倍`",
    "ASCENDING": "`ascending` or `descending`",
    "$END": "the end",
}
_MEANT = {
    **dict.fromkeys(("大于", "高于", "超过", "above"), ">"),
    **dict.fromkeys(("小于", "低于", "不足", "below"), "<"),
    **dict.fromkeys(("大于等于", "不小于", "不低于", "不少于"), ">="),
    **dict.fromkeys(("小于等于", "不大于", "不高于", "不超过"), "<="),
    **dict.fromkeys(("等于", "equals"), "="),
    **dict.fromkeys(("不等于", "不是"), "!="),
    **dict.fromkeys(("并且", "而且", "与"), "且"),
    **dict.fromkeys(("乘", "乘以"), "*"),
    "或者": "或",
    "加": "+",
    "减": "-",
    "除以": "/",
    "is": "=` or `is a multiple of",
    "!": "!=` or `not",
}
_WRONG = {"==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "**": "*", "//": "/", "≤=": "<=", "≥=": ">="}
_GLUED = ("的整数倍", "否则", "其中", "属于", "且", "或", "则", "是", "非")
_CLOSING = {"LPAR": ("(", ")"), "LSQB": ("[", "]")}


def syntax(grammar: "Lark", text: str, clean: str, start: str, error: Any) -> Mistake:
    """The mistake for an error that Lark raised on `clean`, the readable form of `text`."""
    read, wanted = _progress(grammar, clean, start, error)
    before = text[read[-1].start_pos : read[-1].end_pos] if read else ""
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        return _ends_early(read, before, wanted)
    at = error.pos_in_stream
    found = text[at : token.end_pos if token is not None else at + 1]
    span = Span(at, at + len(found))
    if token is None and clean[at] in TEXT_ENDS:
        said = f"the text that begins with `{text[at : at + 12]}` has no closing quotation mark"
        return "syntax", said, span, f"end it with `{TEXT_ENDS[clean[at]]}`"
    pair = clean[at - 1 : at + 1] if at else ""
    if pair in _WRONG:
        return "syntax", f"`{pair}` is not an operator", Span(at - 1, at + 1), f"write `{_WRONG[pair]}`"
    if found in (")", "]", "）") and not _open(read):
        return "syntax", f"`{found}` has no matching opening bracket", span, "delete it, or add the opening bracket before it"
    said = f"`{short(found)}` cannot follow `{short(before)}`" if before else f"an expression cannot begin with `{short(found)}`"
    return "syntax", said, span, _hint(clean, at, found, read, wanted)


def _progress(grammar: "Lark", clean: str, start: str, error: Any) -> tuple[list[Any], set[str]]:
    """The tokens before the error, and the terminals that could follow them."""
    from lark.exceptions import UnexpectedInput

    read: list[Token] = []
    try:
        for token in grammar.parse_interactive(clean, start=start).iter_parse():
            read.append(token)
    except UnexpectedInput:
        if getattr(error, "token", None) is not None:
            read.pop()
    again = grammar.parse_interactive("", start=start)
    for token in read:
        again.feed_token(token)
    return read, set(again.accepts())  # type: ignore[no-untyped-call]


def _ends_early(read: Sequence[Any], before: str, wanted: set[str]) -> Mistake:
    end = Span(read[-1].start_pos, read[-1].end_pos) if read else Span(0, 0)
    if not read:
        return "syntax", "the expression is empty", end, "write a condition, e.g. `price > 0元`"
    still = _open(read)
    if still and wanted & {"RPAR", "RSQB"}:
        sign, closing = _CLOSING[still[-1].type]
        return "syntax", f"`{sign}` is not closed", Span(still[-1].start_pos, still[-1].end_pos), f"close it with `{closing}`"
    return "syntax", f"the expression is incomplete after `{short(before)}`", end, _glued(before, "") or _expected(wanted)


def _open(read: Sequence[Any]) -> list[Any]:
    """The brackets that are still open."""
    still: list[Any] = []
    for token in read:
        if token.type in _CLOSING:
            still.append(token)
        elif token.type in ("RPAR", "RSQB"):
            still.pop()
    return still


def _hint(clean: str, at: int, found: str, read: Sequence[Any], wanted: set[str]) -> str:
    last = read[-1] if read else None
    if found in _MEANT:
        return f"write `{_MEANT[found]}`"
    if found == "not" and clean[at:].split()[1:2] == ["in"]:
        return "write `not` before the whole comparison: `not x in [a, b]`"
    if found == "all":
        return "write `all(` without a blank"
    if found.lower() in KEYWORDS and found not in KEYWORDS:
        return f"write `{found.lower()}` in lower case"
    if last is not None and last.type == "NUMBER" and re.match(r"[,，]\s*[0-9]{3}", clean[at:]):
        return "write a number without commas between its digits"
    if last is not None and last.type == "NUMBER" and last[-1].isdigit() and re.match(r"[A-Za-z_一-龥]", found):
        return f"write a number and its unit without a blank: `{short(last + found)}`"
    return _glued(str(last or ""), found) or _expected(wanted)


def _glued(before: str, found: str) -> str | None:
    """A hint for a Chinese keyword without blanks. Chinese is written without them, but a keyword must be a separate word."""
    word = next((w for w in _GLUED if before.endswith(w) != found.startswith(w) and w not in (before, found)), None)
    return f"put a blank before and after `{word}`" if word else None


def _expected(wanted: set[str]) -> str:
    if "NAME" in wanted:
        ways = ["a name, a number or `(`" if "LPAR" in wanted else "a name"]
    else:
        ways = [said for terminal, said in _SPOKEN.items() if terminal in wanted]
    return "expected " + " or ".join((", ".join(ways[:-1]), ways[-1]) if len(ways) > 1 else ways)
