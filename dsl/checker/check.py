"""Parsed tree + schema -> tree with every name resolved and a type on every node, or all diagnostics.

A name of one part means a field if there is such a field. Otherwise it is a word of the list on the other side (L15): in `kind = 公募基金`
the right side is a word because `kind` is a list of words. The list must be known before the word, so the operands of a comparison are
checked together.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import assert_never

from dsl.checker.constants import CONSTANTS
from dsl.checker.names import Names, nearest
from dsl.checker.unify import ANY_WORD, align, unit_hint
from dsl.diagnostics import Diagnostic, DiagnosticError, Span
from dsl.functions import FUNCTIONS, Argument
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
    children,
)
from dsl.quantities import DATE, FLAG, MOMENT, NUMBER, TEXT, Type
from dsl.schema import Schema

__all__ = ["ANY_WORD", "Checked", "check", "collections", "names", "references"]

_ORDERED = ("number", "date", "moment")


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked tree, its type, and its source text (for later diagnostics)."""

    expr: Expr
    type: Type
    entity: str
    text: str = ""


def check(expr: Expr, schema: Schema, entity: str, *, expect: Type | None = None, text: str = "") -> Checked:
    """Resolve and type `expr` for a record of `entity`. Raises DiagnosticError with every mistake found.

    `expect` is the type that is required where the expression is used, e.g. FLAG for `require`. ANY_WORD accepts any bare word.
    """
    run = _Check(schema, entity, text)
    found, type_ = run.visit(expr, expect)
    if expect is not None and type_ is not None and not run.mistakes:
        found, type_ = run.fit(found, type_, expect)
    if run.mistakes:
        raise DiagnosticError(run.mistakes)
    assert type_ is not None
    return Checked(found, type_, entity, text)


def references(expr: Expr) -> Iterable[Ref]:
    """Every resolved name in a checked tree, inside aggregates too, in the order of the text."""
    if isinstance(expr, Ref):
        yield expr
    for child in children(expr):
        yield from references(child)


def collections(expr: Expr) -> Iterable[Aggregate]:
    """Every aggregate in a checked tree."""
    if isinstance(expr, Aggregate):
        yield expr
    for child in children(expr):
        yield from collections(child)


def names(expr: Expr) -> Iterable[str]:
    """The last part of every name in a parsed tree. A value can depend only on values with these names."""
    if isinstance(expr, Name):
        yield expr.parts[-1]
    for child in children(expr):
        yield from names(child)


Typed = tuple[Expr, Type | None]


@dataclass
class _Check:
    schema: Schema
    owner: str
    text: str
    element: str | None = None
    mistakes: list[Diagnostic] = field(default_factory=list)

    @property
    def names(self) -> Names:
        return Names(self.schema, self.owner, self.element)

    def say(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.mistakes.append(Diagnostic(code, message, span, hint, self.text))

    def visit(self, expr: Expr, expect: Type | None = None) -> Typed:
        """The resolved node with its type set on it. The returned type is None if a mistake was found."""
        found, type_ = self._visit(expr, expect)
        return (found if type_ is None else replace(found, type=type_)), type_

    def _visit(self, expr: Expr, expect: Type | None) -> Typed:
        match expr:
            case Number():
                return expr, Type("number", expr.dim)
            case Period():
                hint = "days between two dates are a plain number: write `30`, not `30天`"
                self.say("period-out-of-place", "a period can only be added to or subtracted from a date or moment", expr.span, hint)
                return expr, None
            case Text():
                return expr, TEXT
            case Flag():
                return expr, FLAG
            case Date():
                return expr, DATE
            case Day():
                return self._day(expr)
            case At():
                return self._at(expr)
            case Name():
                return self._name(expr, expect)
            case Ref():
                return expr, expr.field.type.type
            case Word(value=value):
                return expr, Type("words", words=(value,))
            case List():
                self.say("list-out-of-place", "a list is only allowed to the right of `in`", expr.span)
                return expr, None
            case Unary():
                return self._unary(expr)
            case Binary(op="in"):
                return self._in(expr)
            case Binary():
                return self._binary(expr)
            case Compare():
                return self._compare(expr)
            case Logic():
                return replace(expr, operands=tuple(self._flag(x) for x in expr.operands)), FLAG
            case If():
                return self._if(expr, expect)
            case Call():
                return self._call(expr)
            case Aggregate():
                return self._aggregate(expr)
            case _:
                assert_never(expr)

    def fit(self, expr: Expr, type_: Type, expect: Type) -> tuple[Expr, Type]:
        """Convert `expr` to the required type: a literal in 元 becomes a price; a word must be in the list."""
        (expr,), common = align([(expr, type_)], expect)
        if common is None or common.kind != expect.kind or (common.kind == "number" and common.dim != expect.dim):
            if not self.mistakes:
                self.say("wrong-type", f"expected {expect}, but this gives {type_}", expr.span)
            return expr, type_
        return expr, expect if expect != ANY_WORD else type_

    # ── leaves ──

    def _day(self, expr: Day) -> Typed:
        if expr.anchor not in self.schema.days:
            known = ", ".join(f"`{d}`" for d in self.schema.days)
            self.say("unknown-day", f"unknown day `{expr.anchor}`", expr.span, f"the days of an offering are {known}")
            return expr, None
        return expr, DATE

    def _at(self, expr: At) -> Typed:
        day, type_ = self.visit(expr.day)
        if type_ is not None and type_.kind != "date":
            self.say("type-mismatch", f"a clock time must follow a date, not {type_}", expr.span)
            return expr, None
        return replace(expr, day=day), MOMENT

    def _name(self, expr: Name, expect: Type | None) -> Typed:
        found = self.names.lookup(expr)
        if expect is not None and expect.kind == "words" and len(expr.parts) == 1 and (not found or expr.parts[0] in expect.words):
            return self._word(expr, expr.parts[0], expect, clash=bool(found))
        if not found and re.fullmatch("[A-Z]", expr.parts[-1]):
            return self._day(Day(expr.parts[-1], span=expr.span))
        if not found:
            code, message, hint = self.names.unknown(expr)
            quoted = f'a text is written in quotation marks: `"{expr.parts[0]}"`' if expect == TEXT and len(expr.parts) == 1 else None
            self.say(code, message, expr.span, hint or quoted)
            return expr, None
        if len(found) > 1:
            ways = " or ".join(self.names.qualified(f) for f in found)
            self.say("ambiguous-name", f"`{expr.parts[-1]}` is a field of more than one record", expr.span, f"write {ways}")
            return expr, None
        return Ref(found[0], self.names.via(expr, found[0]), span=expr.span), found[0].type.type

    def _word(self, expr: Name, word: str, expect: Type, clash: bool) -> Typed:
        """Resolve a bare name where a word is expected. It is a mistake if it is also a name, or if it is not in the list."""
        if clash:
            message = f"`{word}` is both a name and one of the allowed words"
            self.say("word-clash", message, expr.span, f"write {self.names.qualified(self.names.lookup(expr)[0])} if you mean the name")
            return expr, None
        if word in expect.words or expect == ANY_WORD:
            return Word(word, span=expr.span), Type("words", words=(word,))
        hint = nearest(word, expect.words) or f"the allowed words are {', '.join(expect.words)}"
        self.say("unknown-word", f"`{word}` is neither a name nor one of the allowed words", expr.span, hint)
        return expr, None

    # ── operators ──

    def _flag(self, expr: Expr) -> Expr:
        found, type_ = self.visit(expr)
        if type_ is not None and type_.kind != "flag":
            self.say("type-mismatch", f"expected a condition, but this gives {type_}", expr.span)
        return found

    def _unary(self, expr: Unary) -> Typed:
        if expr.op == "not":
            return replace(expr, operand=self._flag(expr.operand)), FLAG
        operand, type_ = self.visit(expr.operand)
        if type_ is not None and type_.kind != "number":
            self.say("type-mismatch", f"only a number can be negated, but this is {type_}", expr.span)
            return expr, None
        return replace(expr, operand=operand), type_

    def _binary(self, expr: Binary) -> Typed:
        left, lt = self.visit(expr.left)
        beside = expr.right if expr.op in ("+", "-") and isinstance(expr.right, Period) else None
        right, rt = self.visit(expr.right) if beside is None else (beside, Type(beside.kind))
        if lt is None or rt is None:
            return expr, None
        if expr.op in ("+", "-") and lt.kind in ("date", "moment"):
            return self._shift(expr, left, lt, right, rt)
        if lt.kind != "number" or rt.kind != "number":
            self._mismatch(expr, left, lt, right, rt)
            return expr, None
        if expr.op == "*":
            return replace(expr, left=left, right=right), Type("number", lt.dim * rt.dim)
        if expr.op == "/":
            return replace(expr, left=left, right=right), Type("number", lt.dim / rt.dim)
        (left, right), common = align([(left, lt), (right, rt)])
        if common is None:
            self._mismatch(expr, left, lt, right, rt)
            return expr, None
        done = replace(expr, left=left, right=right)
        return done, FLAG if expr.op == "multiple" else common

    def _shift(self, expr: Binary, left: Expr, lt: Type, right: Expr, rt: Type) -> Typed:
        done = replace(expr, left=left, right=right)
        if rt.kind == "days" or (rt.kind == "months" and lt.kind == "date"):
            return done, lt
        if expr.op == "-" and lt.kind == rt.kind == "date":
            return done, NUMBER
        self._mismatch(expr, left, lt, right, rt)
        return expr, None

    def _mismatch(self, expr: Binary, left: Expr, lt: Type, right: Expr, rt: Type) -> None:
        said = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "multiple": "test"}[expr.op]
        joined = {"+": "and", "-": "and", "*": "and", "/": "by", "multiple": "as a multiple of"}[expr.op]
        code = "unit-mismatch" if lt.kind == rt.kind == "number" else "type-mismatch"
        hint = unit_hint([(left, lt), (right, rt)])
        self.say(code, f"cannot {said} {self._shown(left, lt)} {joined} {self._shown(right, rt)}", expr.span, hint)

    def _shown(self, expr: Expr, type_: Type) -> str:
        text = self.text[expr.span.start : expr.span.end].strip()
        return f"`{text}` ({type_})" if text else str(type_)

    def _together(self, exprs: Sequence[Expr], expect: Type | None = None) -> list[Typed]:
        """Visit operands that must have the same type. Bare words come last, when the list on the other side is known."""
        exprs = [self._letter(x) for x in exprs]
        late = [i for i, x in enumerate(exprs) if self._open(x)]
        done: dict[int, Typed] = {i: self.visit(x, expect) for i, x in enumerate(exprs) if i not in late}
        lists = [t for _, t in done.values() if t is not None and t.kind == "words"]
        words = lists[0] if lists and expect != ANY_WORD else expect
        texts = [t for _, t in done.values() if t == TEXT]
        for i in late:
            done[i] = self.visit(exprs[i], words or (texts[0] if texts else None))
        for i, x in enumerate(exprs):
            if i not in late and isinstance(x, Name) and len(x.parts) == 1 and words is not None and words.kind == "words":
                others = [t for j, (_, t) in done.items() if j != i and t is not None and t.kind == "words"]
                if others and x.parts[0] in others[0].words:
                    done[i] = self.visit(x, others[0])
        return [done[i] for i in range(len(exprs))]

    def _letter(self, expr: Expr) -> Expr:
        """Read a capital letter that is no day of the offering as a name, so that it can be a word: `investor_class = A`."""
        if isinstance(expr, Day) and not expr.offset and expr.anchor not in self.schema.days:
            return Name((expr.anchor,), span=expr.span)
        return expr

    def _open(self, expr: Expr) -> bool:
        """Whether this is a bare word, or a choice between bare words, so that the list must be known first."""
        if isinstance(expr, If):
            return self._open(expr.then) and self._open(expr.other)
        return isinstance(expr, Name) and len(expr.parts) == 1 and not self.names.lookup(expr)

    def _compare(self, expr: Compare) -> Typed:
        typed = self._together(expr.operands)
        if any(t is None for _, t in typed):
            return expr, FLAG
        known = [(e, t) for e, t in typed if t is not None]
        operands, common = align(known)
        if common is None:
            (a, ta), (b, tb) = next(((x, y) for x, y in pairwise(known) if x[1] != y[1]), (known[0], known[-1]))
            same = ta.kind == tb.kind == "number"
            hint = unit_hint([(a, ta), (b, tb)])
            if {ta.kind, tb.kind} == {"date", "moment"}:
                hint = "add a clock time to the date, e.g. `I-1 12:00`"
            code = "unit-mismatch" if same else "type-mismatch"
            self.say(code, f"cannot compare {self._shown(a, ta)} and {self._shown(b, tb)}", expr.span, hint)
            return expr, FLAG
        if common.kind not in _ORDERED and any(op not in ("=", "!=") for op in expr.ops):
            self.say("type-mismatch", f"{common} can only be compared with `=`, `≠` or `in`", expr.span)
        return replace(expr, operands=tuple(operands)), FLAG

    def _in(self, expr: Binary) -> Typed:
        left, lt = self.visit(expr.left)
        if not isinstance(expr.right, List):
            self.say("list-wanted", "the right side of `in` must be a list in square brackets", expr.right.span)
            return expr, FLAG
        if not expr.right.items:
            self.say("empty-list", "the list is empty", expr.right.span)
        if lt is None:
            return expr, FLAG
        items: list[Expr] = []
        for item in expr.right.items:
            found, type_ = self.visit(self._letter(item), lt if lt.kind == "words" else None)
            if type_ is None:
                continue
            if not isinstance(found, Word | Text | Number | Date):
                self.say("not-constant", "a list can only contain words, texts, numbers and dates", item.span)
                continue
            fitted, common = align([(found, type_)], lt)
            if common is None:
                self.say("type-mismatch", f"cannot compare {self._shown(left, lt)} and {self._shown(item, type_)}", item.span)
            items += fitted
        return replace(expr, left=left, right=replace(expr.right, items=tuple(items))), FLAG

    def _if(self, expr: If, expect: Type | None) -> Typed:
        condition = self._flag(expr.condition)
        typed = self._together((expr.then, expr.other), expect)
        if any(t is None for _, t in typed):
            return expr, None
        known = [(e, t) for e, t in typed if t is not None]
        listed = expect if expect is not None and expect.kind == known[0][1].kind == "words" else None
        (then, other), common = align(known, listed)
        if common is None:
            a, b = known
            code = "unit-mismatch" if a[1].kind == b[1].kind == "number" else "type-mismatch"
            said = f"both branches must have the same type, not {self._shown(*a)} and {self._shown(*b)}"
            self.say(code, said, expr.span, unit_hint(known))
            return expr, None
        return replace(expr, condition=condition, then=then, other=other), common

    def _call(self, expr: Call) -> Typed:
        function = FUNCTIONS[expr.function]
        takes = function.arguments(len(expr.args))
        if function.together:
            typed = self._together(expr.args)
        else:
            typed = [self.visit(a, TEXT if t.kinds == ("text",) else None) for a, t in zip(expr.args, takes, strict=True)]
        known = [(e, t) for e, t in typed if t is not None]
        if len(known) < len(typed):
            return expr, None
        args, common = align(known) if function.together else ([e for e, _ in known], known[0][1])
        if not function.together:
            if not self._taken(expr, takes, [t for _, t in known]):
                return expr, None
        elif common is None or common.kind not in takes[0].kinds:
            a, b = known[0], known[-1]
            code = "unit-mismatch" if a[1].kind == b[1].kind == "number" else "type-mismatch"
            self.say(code, f"`{expr.function}` cannot take {self._shown(*a)} and {self._shown(*b)}", expr.span, unit_hint(known))
            return expr, None
        for arg, wanted in zip(args, takes, strict=True):
            for mistake in CONSTANTS[wanted.constant](arg) if wanted.constant else ():
                self.say(*mistake)
        return replace(expr, args=tuple(args)), function.gives or common

    def _taken(self, expr: Call | Aggregate, takes: Sequence[Argument], types: Sequence[Type]) -> bool:
        """Whether the function takes arguments of these kinds; the first that it does not take is reported."""
        wrong = next((t for t, wanted in zip(types, takes, strict=True) if wanted.kinds and t.kind not in wanted.kinds), None)
        if wrong is not None:
            self.say("type-mismatch", f"`{expr.function}` cannot take {wrong}", expr.span)
        return wrong is None

    # ── aggregates ──

    def _aggregate(self, expr: Aggregate) -> Typed:
        if self.element is not None:
            self.say(
                "nested-aggregate",
                "an aggregate cannot contain another aggregate",
                expr.span,
                "define the inner one as a value of the record and use its name",
            )
            return expr, None
        element = self.names.elements(expr)
        if not isinstance(element, str):
            self.say(*element)
            return expr, None
        function = FUNCTIONS[expr.function]
        takes = () if function.of_records else function.arguments(len(expr.args))
        inner = _Check(self.schema, self.owner, self.text, element, self.mistakes)
        typed = [inner.visit(a) for a, _ in zip(expr.args, takes, strict=False)]
        where = None if expr.where is None else inner._flag(expr.where)
        types = [t for _, t in typed if t is not None]
        if len(types) < len(typed) or not self._taken(expr, takes, types):
            return expr, None
        return replace(expr, args=tuple(e for e, _ in typed), where=where, collection=element), function.gives or types[0]
