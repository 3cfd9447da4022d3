"""Text -> tree, or all diagnostics. Full-width signs are read as their ASCII forms, one character for one, so that spans fit the text.

Lark is loaded and the grammar compiled when the first expression is parsed. Nothing recurses before the levels were counted (L7).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dsl.diagnostics import Diagnostic, DiagnosticError, Span
from dsl.functions import KEYWORDS, Function, find_function, nearest_function
from dsl.nodes import (
    Aggregate,
    At,
    Binary,
    Call,
    Compare,
    Date,
    Day,
    Expr,
    Flag,
    If,
    List,
    Logic,
    Name,
    Number,
    Period,
    Text,
    Unary,
)
from dsl.quantities import EPOCH, FIRST_DAY, LAST_DAY, LITERAL_SCALES, PERCENT_SCALE, Unit

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_CHARACTERS = 10_000
MAX_LEVELS = 64
MAX_NODES = 500

Mistake = tuple[str, str, Span, str | None]

_MAX_SHOWN = 20
_MAX_DIGITS = 18
_LONGEST = {"days": 40_000, "months": 1_320}  # 110 years, as long as the calendar of the rules


def parse(text: str, *, units: Mapping[str, Unit]) -> Expr:
    """The tree of one expression, its names still unresolved. Raises DiagnosticError."""
    build = _Build(text, units)
    done = build.expr(_tree(text, "expression").children[0])
    if build.mistakes:
        raise DiagnosticError(build.mistakes)
    return done


def parse_order(text: str, *, units: Mapping[str, Unit]) -> tuple[Expr, bool]:
    """An order key such as `price descending` and whether it goes down. Raises DiagnosticError."""
    build = _Build(text, units)
    key, direction = _tree(text, "order").children
    done = build.expr(key)
    if build.mistakes:
        raise DiagnosticError(build.mistakes)
    return done, direction.type == "DESCENDING"  # type: ignore[union-attr]


def _tree(text: str, start: Literal["expression", "order"]) -> "Tree[Token]":
    from lark.exceptions import UnexpectedInput

    clean = _readable(text)
    try:
        tree: Tree[Token] = _grammar().parse(clean, start=start)
    except UnexpectedInput as error:
        raise _refused(text, _syntax(text, clean, start, error)) from None
    _bounded(text, tree)
    return tree


@cache
def _grammar() -> "Lark":
    from lark import Lark

    rules = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(rules, parser="lalr", lexer="basic", start=["expression", "order"], propagate_positions=True, maybe_placeholders=False)


def _refused(text: str, *found: Mistake) -> DiagnosticError:
    return DiagnosticError(Diagnostic(code, message, span, hint, text) for code, message, span, hint in found)


# ── characters ──

_WIDE = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F) if not chr(c - 0xFEE0).isalpha() and c != 0xFF02}
_SIGNS = {**_WIDE, "×": "*", "÷": "/", "−": "-", "、": ",", "【": "[", "】": "]"}
_TEXT_ENDS = {'"': '"', "“": "”"}
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


def _readable(text: str) -> str:
    """The text with full-width signs as ASCII. Raises for what is too long or nested too deep, and for characters that deceive."""
    if len(text) > MAX_CHARACTERS:
        said = f"the expression has {len(text)} characters, at most {MAX_CHARACTERS} are read"
        raise _refused(text[:MAX_CHARACTERS], ("too-long", said, Span(0, 1), _SPLIT))
    signs: list[str] = []
    mistakes: list[Mistake] = []
    end, depth = "", 0
    for at, sign in enumerate(text):
        plain, quoted = sign, end != ""
        if quoted:
            end = "" if sign == end else end
        else:
            plain = " " if unicodedata.category(sign) == "Zs" else _SIGNS.get(sign, sign)
            end = _TEXT_ENDS.get(plain, "")
            depth += (plain in "([") - (plain in ")]")
            if depth > MAX_LEVELS:
                raise _refused(text, _too_deep(Span(at, at + 1)))
        mistake = _hidden(at, sign) or (None if quoted or end else _foreign(at, sign, plain))
        if mistake and not (mistakes and text[at - 1] == sign):
            mistakes.append(mistake)
        signs.append(plain)
    if mistakes:
        raise _refused(text, *mistakes[:_MAX_SHOWN])
    return "".join(signs)


def _hidden(at: int, sign: str) -> Mistake | None:
    if sign in "\t\n\r" or (unicodedata.category(sign) not in _HIDDEN and sign not in _FILLERS):
        return None
    said = f"there is a hidden character here (U+{ord(sign):04X} {unicodedata.name(sign, 'control character').lower()})"
    return "hidden-character", said, Span(at, at + 1), "delete it, or type the words around it again"


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
        return "look-alike", said, span, "a name is written in the letters a to z, digits, `_` and Chinese characters"
    instead = _INSTEAD.get(plain)
    return "unknown-character", f"`{sign}` has no meaning here", span, f"write `{instead}`" if instead else None


# ── limits ──

_SPLIT = "give a part of it a name of its own: a value"


def _bounded(text: str, tree: "Tree[Token]") -> None:
    """Every tree of the grammar is one node, so its levels and nodes can be counted here, without recursion."""
    found: list[tuple[Any, int]] = [(c, 1) for c in tree.children]
    nodes = 0
    deep: Span | None = None
    while found:
        at, level = found.pop()
        if isinstance(at, str):
            continue
        nodes += 1
        deep = _span(at) if level > MAX_LEVELS and deep is None else deep
        found += [(c, level + 1) for c in at.children]
    if nodes > MAX_NODES:
        said = f"the expression has {nodes} parts, at most {MAX_NODES} are read"
        raise _refused(text, ("too-large", said, Span(0, 1), _SPLIT))
    if deep is not None:
        raise _refused(text, _too_deep(deep))


def _too_deep(span: Span) -> Mistake:
    said = f"more than {MAX_LEVELS} levels stand inside each other; each operator in a row is a level"
    return "too-deep", said, span, _SPLIT


def _span(tree: Any) -> Span:
    return Span(tree.meta.start_pos, tree.meta.end_pos)


# ── syntax errors ──

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


def _syntax(text: str, clean: str, start: str, error: Any) -> Mistake:
    """What was found, what stands before it, and what could stand there."""
    read, wanted = _progress(clean, start, error)
    before = text[read[-1].start_pos : read[-1].end_pos] if read else ""
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        return _ends_early(text, read, before, wanted)
    at = error.pos_in_stream
    found = text[at : token.end_pos if token is not None else at + 1]
    span = Span(at, at + len(found))
    if token is None and clean[at] in _TEXT_ENDS:
        said = f"the text that begins with `{text[at : at + 12]}` has no closing quotation mark"
        return "syntax", said, span, f"end it with `{_TEXT_ENDS[clean[at]]}`"
    pair = clean[at - 1 : at + 1] if at else ""
    if pair in _WRONG:
        return "syntax", f"`{pair}` is no operator", Span(at - 1, at + 1), f"write `{_WRONG[pair]}`"
    if found in (")", "]", "）") and not _open(read):
        return "syntax", f"`{found}` closes no bracket", span, "delete it, or open the bracket before"
    said = f"`{_short(found)}` cannot follow `{_short(before)}`" if before else f"an expression cannot begin with `{_short(found)}`"
    return "syntax", said, span, _hint(clean, at, found, read, wanted)


def _progress(clean: str, start: str, error: Any) -> tuple[list[Any], set[str]]:
    """The tokens before the place of the error, and the terminals that could follow them."""
    from lark.exceptions import UnexpectedInput

    grammar = _grammar()
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


def _ends_early(text: str, read: Sequence[Any], before: str, wanted: set[str]) -> Mistake:
    end = Span(read[-1].start_pos, read[-1].end_pos) if read else Span(0, 0)
    if not read:
        return "syntax", "there is no expression", end, "write a condition, e.g. `price > 0元`"
    still = _open(read)
    if still and wanted & {"RPAR", "RSQB"}:
        sign, closing = _CLOSING[still[-1].type]
        return "syntax", f"`{sign}` is not closed", Span(still[-1].start_pos, still[-1].end_pos), f"close it with `{closing}`"
    return "syntax", f"nothing follows `{_short(before)}`", end, _glued(before, "") or _wanted(wanted)


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
        return "write `all(` without a blank between"
    if found.lower() in KEYWORDS and found not in KEYWORDS:
        return f"write `{found.lower()}` in small letters"
    if last is not None and last.type == "NUMBER" and re.match(r"[,，]\s*[0-9]{3}", clean[at:]):
        return "write a number without commas between its digits"
    if last is not None and last.type == "NUMBER" and last[-1].isdigit() and re.match(r"[A-Za-z_一-龥]", found):
        return f"write a number and its unit without a blank: `{_short(last + found)}`"
    return _glued(str(last or ""), found) or _wanted(wanted)


def _glued(before: str, found: str) -> str | None:
    """Chinese is written without blanks, but a keyword is a word of its own."""
    word = next((w for w in _GLUED if before.endswith(w) != found.startswith(w) and w not in (before, found)), None)
    return f"put a blank before and after `{word}`" if word else None


def _wanted(wanted: set[str]) -> str:
    if "NAME" in wanted:
        ways = ["a name, a number or `(`" if "LPAR" in wanted else "a name"]
    else:
        ways = [said for terminal, said in _SPOKEN.items() if terminal in wanted]
    return "here may stand " + " or ".join((", ".join(ways[:-1]), ways[-1]) if len(ways) > 1 else ways)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


# ── nodes ──


@dataclass
class _Build:
    text: str
    units: Mapping[str, Unit]
    mistakes: list[Diagnostic] = field(default_factory=list)

    def say(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.mistakes.append(Diagnostic(code, message, span, hint, self.text))

    def expr(self, tree: Any) -> Expr:
        span = _span(tree)
        words = [str(c) for c in tree.children if isinstance(c, str)]
        match str(tree.data):
            case "number":
                return self._number(words[0], span)
            case "text":
                return Text(words[0][1:-1], span=span)
            case "true" | "false" as flag:
                return Flag(flag == "true", span=span)
            case "date":
                return self._date(words[0], span)
            case "day":
                return Day(words[0][0], int("".join(words[0][1:].split()) or 0), span=span)
            case "name":
                return self._name(words, span)
            case "call":
                return self._call(tree, span)
        inner = [self.expr(c) for c in tree.children if not isinstance(c, str)]
        match str(tree.data):
            case "at":
                return At(inner[0], self._clock(words[0], Span(span.end - len(words[0]), span.end)), span=span)
            case "list":
                return List(tuple(inner), span=span)
            case "minus":
                return Unary("-", inner[0], span=span)
            case "not_":
                return Unary("not", inner[0], span=span)
            case "binary":
                return Binary(words[0], inner[0], inner[1], span=span)
            case "in_":
                return Binary("in", inner[0], inner[1], span=span)
            case "multiple" | "multiple_zh":
                return Binary("multiple", inner[0], inner[1], span=span)
            case "compare":
                return self._compare(words, inner, span)
            case "and_":
                return Logic("and", tuple(inner), span=span)
            case "or_":
                return Logic("or", tuple(inner), span=span)
            case "choice":
                return If(inner[0], inner[1], inner[2], span=span)
        raise AssertionError(tree.data)

    def _name(self, parts: Sequence[str], span: Span) -> Expr:
        if len(parts) > 2:
            self.say(
                "too-many-parts", f"`{'.'.join(parts)}` has {len(parts)} parts", span, f"a name has at most two: `{'.'.join(parts[-2:])}`"
            )
        elif parts[0] in _THIS and len(parts) == 1:
            self.say("syntax", f"`{parts[0]}` stands alone", span, f"write `{parts[0]}.` and the name of a field")
        return Name(tuple(parts), span=span)

    def _compare(self, signs: Sequence[str], operands: Sequence[Expr], span: Span) -> Expr:
        ops = tuple(_PLAIN_SIGNS.get(s, s) for s in signs)
        if len(ops) > 1 and not any(set(ops) <= way for way in _WAYS):
            said = "`=` and `≠` cannot stand in a chain" if set(ops) & {"=", "!="} else "a chain of comparisons goes in one direction only"
            self.say("mixed-chain", said, span, "write two comparisons with `and` between them")
        return Compare(ops, tuple(operands), span=span)

    # ── literals ──

    def _number(self, text: str, span: Span) -> Expr:
        found = re.match(r"([0-9]+)(\.[0-9]+)?(.*)", text)
        assert found is not None
        whole, rest, name = found.group(1), found.group(2) or "", found.group(3)
        if len(whole) > 1 and whole[0] == "0":
            self.say(
                "ambiguous-number", f"`{_short(text)}` begins with 0", span, 'write the number without it, a code as a text: `"001386"`'
            )
            return Number(Fraction(0), span=span)
        unit = self.units.get(name) if name else Unit("", Fraction(1))
        if unit is None:
            self._unknown_unit(whole + rest, name, span)
            return Number(Fraction(0), span=span)
        if len(whole) > _MAX_DIGITS or len(rest) > _MAX_DIGITS:
            self.say("literal-off-scale", f"`{_short(text)}` has too many digits", span)
            return Number(Fraction(0), span=span)
        value = Fraction(whole + rest)
        if unit.kind == "number":
            self._scale(value * unit.factor, unit, text, span)
            return Number(value * unit.factor, name, unit.dim, span=span)
        return self._period(value, unit, text, span)

    def _unknown_unit(self, number: str, name: str, span: Span) -> None:
        known = [u for u in self.units if " " not in u]
        close = [u for u in known if u.startswith(name)] or get_close_matches(name[:40], known, 1, 0.5)
        hint = "the units are " + ", ".join(f"`{u}`" for u in known)
        if close:
            hint = f"did you mean {' or '.join(f'`{_short(number)}{u}`' for u in close)}?"
        self.say("unknown-unit", f"unknown unit `{_short(name)}`", span, hint)

    def _scale(self, value: Fraction, unit: Unit, text: str, span: Span) -> None:
        scale = PERCENT_SCALE if unit.name in ("%", "‰") else LITERAL_SCALES.get(unit.dim, 1)
        if (value * scale).denominator != 1:
            places = len(str(int(scale * unit.factor))) - 1
            what = f"a number in {unit.name}" if unit.name else "a number"
            hint = f"{what} has at most {places} decimals" if places > 0 else f"{what} is whole"
            self.say("literal-off-scale", f"`{text}` is finer than can be reckoned with", span, hint)

    def _period(self, count: Fraction, unit: Unit, text: str, span: Span) -> Expr:
        assert unit.kind in ("days", "months")
        kind: Literal["days", "months"] = "days" if unit.kind == "days" else "months"
        done = count * unit.factor
        if done.denominator != 1:
            self.say("literal-off-scale", f"`{text}` is not a whole number of {kind}", span)
        elif done > _LONGEST[kind]:
            self.say("literal-off-scale", f"`{_short(text)}` is longer than 110 years", span)
        return Period(int(done), kind, unit.name, span=span)

    def _date(self, text: str, span: Span) -> Expr:
        try:
            days = date.fromisoformat(text).toordinal() - EPOCH
        except ValueError:
            written = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
            hint = None if written else "write year, month and day in full, e.g. `2026-02-01`; put blanks around a minus"
            self.say("no-such-date", f"`{_short(text)}` is not a date", span, hint)
            return Date(0, span=span)
        if not FIRST_DAY <= days <= LAST_DAY:
            self.say("no-such-date", f"`{text}` is outside the years 1990 to 2099", span)
        return Date(days, span=span)

    def _clock(self, text: str, span: Span) -> int:
        found = re.fullmatch(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?", text)
        hour, minute, second = (int(g or 0) for g in found.groups()[:3]) if found else (99, 0, 0)
        if found is None or hour > 23 or minute > 59 or second > 59:
            self.say("no-such-time", f"`{_short(text)}` is not a time of day", span, "write it as `09:30`, `15:00:00` or `15:00:00.001`")
            return 0
        return ((hour * 60 + minute) * 60 + second) * 1000 + int((found.group(4) or "").ljust(3, "0"))

    # ── functions ──

    def _call(self, tree: Any, span: Span) -> Expr:
        children: list[Any] = tree.children
        word, rest = children[0], children[1:]
        function = find_function(str(word))
        tokens: list[Any] = [c for c in rest if isinstance(c, str)]
        kinds = [t.type for t in tokens]
        inner = [self.expr(c) for c in rest if not isinstance(c, str)]
        where = inner.pop() if "WHERE" in kinds else None
        if function is None:
            close = nearest_function(str(word))
            hint = f"did you mean `{close.name}` ({close.zh})?" if close else None
            self.say("unknown-function", f"unknown function `{_short(str(word))}`", Span(word.start_pos, word.end_pos), hint)
            return Call(str(word), tuple(inner), span=span)
        self._arguments(function, str(word), len(inner), kinds, span)
        if function.kind == "scalar":
            return Call(function.name, tuple(inner), span=span)
        return Aggregate(function.name, tuple(inner), where, "ALL" in kinds, span=span)

    def _arguments(self, function: Function, word: str, count: int, kinds: Sequence[str], span: Span) -> None:
        low, high = function.arity
        if function.kind == "scalar" and kinds:
            what = "where" if "WHERE" in kinds else "all"
            self.say(
                "wrong-arguments", f"`{word}` takes no `{what}`: it does not run over records", span, f"it is written `{function.form}`"
            )
        if low <= count and (high is None or count <= high):
            return
        wanted = f"{low} or more values" if high is None else "one value" if low == 1 else f"{low} values"
        hint = f"it is written `{function.form}`"
        other = _OF_VALUES.get(function.name)
        if other and count > 1:
            hint += f"; among values written out use `{other}`"
        self.say("wrong-arguments", f"`{word}` takes {wanted}, not {count}", span, hint)


_THIS = (KEYWORDS["this"].key, KEYWORDS["this"].zh)
_PLAIN_SIGNS = {"≠": "!=", "≤": "<=", "≥": ">="}
_WAYS = ({"<", "<="}, {">", ">="})
_OF_VALUES = {"max": "greatest", "min": "least"}
