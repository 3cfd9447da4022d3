"""Tree -> text in Chinese or English, with only the brackets that are needed. Parsing the text gives the same tree.

Names of a parsed tree stay as written; those of a checked tree are written in the requested language. Numbers keep their units.
"""

import re
from datetime import date
from fractions import Fraction
from typing import Literal, assert_never

from dsl.functions import FUNCTIONS, KEYWORDS
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
    Ref,
    Text,
    Unary,
    Word,
)
from dsl.quantities import EPOCH
from dsl.schema import Schema

Language = Literal["zh", "en"]

# How tightly each form binds. An operand that binds less tightly than its place requires gets brackets.
_IF, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _MINUS, _CLOCK, _ATOM = range(10)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "in": _COMPARE, "multiple": _COMPARE}
_PERIODS = {"days": "天", "months": "个月"}

_ENDS_IN_DAY = re.compile(r"(?<![A-Za-z0-9_.一-龥])[A-Z]$")
_BEGINS_WITH_COUNT = re.compile(r"[0-9]{1,4}(?![A-Za-z0-9_一-龥.:%‰]|-[0-9]+-)")


def to_text(expr: Expr, lang: Language, schema: Schema) -> str:
    """The expression as one line. Names, functions and keywords are in `lang`; `Name`s and `Word`s stay as they are."""
    return _Writer(lang, schema).write(expr, _IF)


def order_text(expr: Expr, descending: bool, lang: Language, schema: Schema) -> str:
    """An order key: `price descending`, `申购价格 降序`."""
    writer = _Writer(lang, schema)
    return f"{writer.write(expr, _IF)} {writer.key('descending' if descending else 'ascending')}"


class _Writer:
    def __init__(self, lang: Language, schema: Schema) -> None:
        self.lang = lang
        self.schema = schema

    def key(self, word: str) -> str:
        return KEYWORDS[word].zh if self.lang == "zh" else word

    def write(self, expr: Expr, place: int) -> str:
        """`expr` as text, in brackets if it binds less tightly than its place requires."""
        text, level = self.form(expr)
        return text if level >= place else f"({text})"

    def form(self, expr: Expr) -> tuple[str, int]:
        """The text without outer brackets, and how tightly it binds."""
        match expr:
            case Number():
                return self.number(expr), _ATOM if expr.value >= 0 else _MINUS
            case Period(count=count, kind=kind, unit=unit):
                return f"{count}{unit or _PERIODS[kind]}", _ATOM
            case Text(value=value):
                return f"“{value}”" if '"' in value else f'"{value}"', _ATOM
            case Flag(value=value):
                return self.key("true" if value else "false"), _ATOM
            case Date(days=days):
                return date.fromordinal(days + EPOCH).isoformat(), _ATOM
            case Day(anchor=anchor, offset=offset):
                return f"{anchor}{offset:+d}" if offset else anchor, _ATOM
            case At(day=day, clock=clock):
                return f"{self.write(day, _ATOM)} {_clock(clock)}", _CLOCK
            case Name(parts=parts):
                return ".".join(parts), _ATOM
            case Ref():
                return self.ref(expr), _ATOM
            case Word(value=value):
                return value, _ATOM
            case List(items=items):
                return f"[{self.several(items)}]", _ATOM
            case Unary(op="not", operand=operand):
                return f"{self.key('not')} {self.write(operand, _NOT)}", _NOT
            case Unary(operand=operand):
                return f"-{self.write(operand, _MINUS)}", _MINUS
            case Binary(op=op):
                return self.binary(expr), _BINARY[op]
            case Compare(ops=ops, operands=operands):
                sides = [self.write(o, _SUM) for o in operands]
                return " ".join([sides[0], *(f"{op} {side}" for op, side in zip(ops, sides[1:], strict=True))]), _COMPARE
            case Logic(op=op, operands=operands):
                level = _OR if op == "or" else _AND
                return f" {self.key(op)} ".join(self.write(o, level + 1) for o in operands), level
            case If(condition=condition, then=then, other=other):
                parts_ = (("if", condition, _OR), ("then", then, _OR), ("else", other, _IF))
                return " ".join(f"{self.key(k)} {self.write(e, place)}" for k, e, place in parts_), _IF
            case Call(function=function, args=args):
                return f"{self.function(function)}({self.several(args)})", _ATOM
            case Aggregate():
                return self.aggregate(expr), _ATOM
            case _:
                assert_never(expr)

    # ── leaves ──

    def number(self, expr: Number) -> str:
        unit = self.schema.units.get(expr.unit)
        return _decimal(expr.value / unit.factor if unit else expr.value) + expr.unit

    def ref(self, expr: Ref) -> str:
        found, zh = expr.field, self.lang == "zh"
        name = found.zh if zh else found.name
        entity = self.schema.entities[found.entity]
        match expr.via:
            case "bare":
                return name
            case "this":
                return f"{self.key('this')}.{name}"
            case "parent":
                return f"{entity.zh if zh else entity.name}.{name}"
            case "element":
                return f"{self.collection(found.entity)}.{name}"
            case _:
                assert_never(expr.via)

    def collection(self, entity: str) -> str:
        found = self.schema.entities[entity]
        return found.zh if self.lang == "zh" else found.collection

    # ── operators and functions ──

    def binary(self, expr: Binary) -> str:
        level = _BINARY[expr.op]
        if expr.op == "multiple":  # a sum needs no brackets here, but is easier to read with them
            left, right = self.write(expr.left, _PRODUCT), self.write(expr.right, _PRODUCT)
            return f"{left} 是 {right} 的整数倍" if self.lang == "zh" else f"{left} is a multiple of {right}"
        left = self.write(expr.left, level + (level == _COMPARE))
        right = self.write(expr.right, level + 1)
        if expr.op in "+-" and _ENDS_IN_DAY.search(left) and _BEGINS_WITH_COUNT.match(right):
            right = f"({right})"  # `T + 2` would be read as a trading day
        return f"{left} {self.key(expr.op) if expr.op == 'in' else expr.op} {right}"

    def function(self, name: str) -> str:
        known = FUNCTIONS.get(name)
        return known.zh if known and self.lang == "zh" else name

    def several(self, exprs: tuple[Expr, ...]) -> str:
        return ", ".join(self.write(e, _IF) for e in exprs)

    def aggregate(self, expr: Aggregate) -> str:
        over = self.collection(expr.collection) if expr.collection and not expr.args else self.several(expr.args)
        everywhere = f"{self.key('all')} " if expr.everywhere else ""
        where = "" if expr.where is None else f" {self.key('where')} {self.write(expr.where, _IF)}"
        return f"{self.function(expr.function)}({everywhere}{over}{where})"


def _clock(clock: int) -> str:
    seconds, part = divmod(clock, 1000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if seconds % 60 or part:
        text += f":{seconds % 60:02d}"
    return f"{text}.{part:03d}" if part else text


def _decimal(value: Fraction) -> str:
    """The exact digits of a number. A number without a finite decimal form is written as a fraction."""
    places = next((n for n in range(40) if (value * 10**n).denominator == 1), None)
    if places is None:
        return f"({value.numerator} / {value.denominator})"
    digits = str(abs(value.numerator * 10**places // value.denominator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
