"""Tree of the grammar -> nodes of dsl.nodes with literals in base units, or every mistake that can be found without a schema."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal

from dsl.diagnostics import Diagnostic, Span
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
from dsl.parser.mistakes import short
from dsl.quantities import EPOCH, FIRST_DAY, LAST_DAY, LITERAL_SCALES, PERCENT_SCALE, Unit

_MAX_DIGITS = 18
_LONGEST = {"days": 40_000, "months": 1_320}  # 110 years, from 1990 to 2099


def place(tree: Any) -> Span:
    """The span of a tree of the grammar."""
    return Span(tree.meta.start_pos, tree.meta.end_pos)


@dataclass
class Build:
    """Converts the tree of one text and collects its mistakes."""

    text: str
    units: Mapping[str, Unit]
    mistakes: list[Diagnostic] = field(default_factory=list)

    def say(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.mistakes.append(Diagnostic(code, message, span, hint, self.text))

    def expr(self, tree: Any) -> Expr:
        span = place(tree)
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
            self.say("syntax", f"`{parts[0]}` must be followed by a field", span, f"write `{parts[0]}.` and the name of a field")
        return Name(tuple(parts), span=span)

    def _compare(self, signs: Sequence[str], operands: Sequence[Expr], span: Span) -> Expr:
        ops = tuple(_PLAIN_SIGNS.get(s, s) for s in signs)
        if len(ops) > 1 and not any(set(ops) <= way for way in _WAYS):
            said = (
                "`=` and `≠` cannot be part of a chain of comparisons"
                if set(ops) & {"=", "!="}
                else "a chain of comparisons must go in one direction"
            )
            self.say("mixed-chain", said, span, "write two comparisons with `and` between them")
        return Compare(ops, tuple(operands), span=span)

    # ── literals ──

    def _number(self, text: str, span: Span) -> Expr:
        found = re.match(r"([0-9]+)(\.[0-9]+)?(.*)", text)
        assert found is not None
        whole, rest, name = found.group(1), found.group(2) or "", found.group(3)
        if len(whole) > 1 and whole[0] == "0":
            self.say(
                "ambiguous-number",
                f"`{short(text)}` begins with 0",
                span,
                'write a number without the leading 0, a code as a text: `"001386"`',
            )
            return Number(Fraction(0), span=span)
        unit = self.units.get(name) if name else Unit("", Fraction(1))
        if unit is None:
            self._unknown_unit(whole + rest, name, span)
            return Number(Fraction(0), span=span)
        if len(whole) > _MAX_DIGITS or len(rest) > _MAX_DIGITS:
            self.say("literal-off-scale", f"`{short(text)}` has too many digits", span)
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
            hint = f"did you mean {' or '.join(f'`{short(number)}{u}`' for u in close)}?"
        self.say("unknown-unit", f"unknown unit `{short(name)}`", span, hint)

    def _scale(self, value: Fraction, unit: Unit, text: str, span: Span) -> None:
        scale = PERCENT_SCALE if unit.name in ("%", "‰") else LITERAL_SCALES.get(unit.dim, 1)
        if (value * scale).denominator != 1:
            places = len(str(int(scale * unit.factor))) - 1
            what = f"a number in {unit.name}" if unit.name else "a number"
            hint = f"{what} has at most {places} decimals" if places > 0 else f"{what} has no decimals"
            self.say(
                "literal-off-scale", f"`{text}` has more decimals than {'this unit' if unit.name else 'a plain number'} allows", span, hint
            )

    def _period(self, count: Fraction, unit: Unit, text: str, span: Span) -> Expr:
        assert unit.kind in ("days", "months")
        kind: Literal["days", "months"] = "days" if unit.kind == "days" else "months"
        done = count * unit.factor
        if done.denominator != 1:
            self.say("literal-off-scale", f"`{text}` is not a whole number of {kind}", span)
        elif done > _LONGEST[kind]:
            self.say("literal-off-scale", f"`{short(text)}` is longer than 110 years", span)
        return Period(int(done), kind, unit.name, span=span)

    def _date(self, text: str, span: Span) -> Expr:
        try:
            days = date.fromisoformat(text).toordinal() - EPOCH
        except ValueError:
            written = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
            hint = None if written else "write year, month and day in full, e.g. `2026-02-01`; put blanks around a minus"
            self.say("no-such-date", f"`{short(text)}` is not a date", span, hint)
            return Date(0, span=span)
        if not FIRST_DAY <= days <= LAST_DAY:
            self.say("no-such-date", f"`{text}` is outside the years 1990 to 2099", span)
        return Date(days, span=span)

    def _clock(self, text: str, span: Span) -> int:
        found = re.fullmatch(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?", text)
        hour, minute, second = (int(g or 0) for g in found.groups()[:3]) if found else (99, 0, 0)
        if found is None or hour > 23 or minute > 59 or second > 59:
            self.say("no-such-time", f"`{short(text)}` is not a time of day", span, "write it as `09:30`, `15:00:00` or `15:00:00.001`")
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
            self.say("unknown-function", f"unknown function `{short(str(word))}`", Span(word.start_pos, word.end_pos), hint)
            return Call(str(word), tuple(inner), span=span)
        self._arguments(function, str(word), len(inner), kinds, span)
        if function.kind == "scalar":
            return Call(function.name, tuple(inner), span=span)
        return Aggregate(function.name, tuple(inner), where, "ALL" in kinds, span=span)

    def _arguments(self, function: Function, word: str, count: int, kinds: Sequence[str], span: Span) -> None:
        low, high = function.arity
        if function.kind == "scalar" and kinds:
            what = "where" if "WHERE" in kinds else "all"
            self.say("wrong-arguments", f"`{word}` takes no `{what}`: it does not run over records", span, f"write it as `{function.form}`")
        if low <= count and (high is None or count <= high):
            return
        wanted = f"{low} or more values" if high is None else "one value" if low == 1 else f"{low} values"
        hint = f"write it as `{function.form}`"
        if function.instead and high is not None and count > high:
            hint += f"; {function.instead}"
        self.say("wrong-arguments", f"`{word}` takes {wanted}, not {count}", span, hint)


_THIS = (KEYWORDS["this"].key, KEYWORDS["this"].zh)
_PLAIN_SIGNS = {"≠": "!=", "≤": "<=", "≥": ">="}
_WAYS = ({"<", "<="}, {">", ">="})
