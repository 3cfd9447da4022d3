"""Checked rules -> the mistakes that would make their intervals tell less, or more, than is true.

Each printed figure varies on its own, so a statement may read it once only, and nothing may turn on a figure that has a whole interval.
Counts are exact, and days, flags and texts too: they may stand anywhere.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsl.checker.check import Checked
from dsl.diagnostics import Diagnostic
from dsl.functions import FUNCTIONS
from dsl.nodes import Aggregate, Call, Expr, If, Logic, Number, Ref, children
from dsl.schema import Field
from validator.announcement.intervals import UNTOLD
from validator.rulebook.model import Rule, Value

Key = tuple[str, str, str]
"""Whose figure it is (own, root, or the element that an aggregate is at), its record and its name."""


def is_figure(found: Field) -> bool:
    """Whether a name is read as an interval."""
    return found.source != "value" and found.type.type.kind == "number" and found.type.name != "count"


def mistakes(rule: Rule, values: Mapping[str, Value], root: str) -> Iterator[Diagnostic]:
    """Without their place in the file."""
    run = _Sound(values, root)
    if rule.when is not None:
        yield from run.condition(rule.when.expr, rule.when.text)
    if rule.require is not None:
        yield from run.statements(rule.require.expr, rule.require.text, "own")


@dataclass
class _Sound:
    values: Mapping[str, Value]
    root: str

    def statements(self, expr: Expr, text: str, scope: str) -> Iterator[Diagnostic]:
        """What is joined by `and`, or chosen by `if`, is a statement each."""
        match expr:
            case Logic(op="and", operands=operands):
                for operand in operands:
                    yield from self.statements(operand, text, scope)
            case If(condition=condition, then=then, other=other):
                yield from self.condition(condition, text)
                yield from self.statements(then, text, scope)
                yield from self.statements(other, text, scope)
            case Aggregate(function="all", args=(arg,), where=where):
                yield from self.condition(where, text)
                yield from self.statements(arg, text, expr.collection)
            case _:
                yield from self._inner(expr, text)
                for (_, _, name), times in sorted(self.uses(expr, scope).items()):
                    if times > 1:
                        said = f"the figure `{name}` occurs twice in one statement, as if it were two figures"
                        yield Diagnostic("figure-twice", said, expr.span, "rewrite it so that each figure stands once", text)

    def condition(self, expr: Expr | None, text: str) -> Iterator[Diagnostic]:
        """No figure's value may decide which statement is made, or of which records."""
        for ref in self._figures(expr) if expr is not None else ():
            said = f"nothing can turn on the figure `{ref.field.name}`: it stands for more than one value"
            yield Diagnostic("figure-in-condition", said, ref.span, f"ask `present({ref.field.name})`, or a flag or a count", text)

    def _figures(self, expr: Expr) -> Iterator[Ref]:
        """The names read in an expression that are figures, or values that rest on one."""
        for ref in _read(expr):
            value = self.values.get(ref.field.name) if ref.field.source == "value" else None
            if is_figure(ref.field) or (
                value is not None and isinstance(value.meaning, Checked) and any(self._figures(value.meaning.expr))
            ):
                yield ref

    def _inner(self, expr: Expr, text: str) -> Iterator[Diagnostic]:
        """Conditions inside a statement, and functions that intervals cannot follow."""
        match expr:
            case If(condition=condition):
                yield from self.condition(condition, text)
            case Aggregate(function=function, where=where):
                yield from self.condition(where, text)
                if function in UNTOLD and any(True for a in expr.args for _ in self._figures(a)):
                    yield Diagnostic("not-monotone", f"`{function}` cannot be told of printed figures", expr.span, None, text)
            case Call(function=function, args=args):
                for arg, wanted in zip(args, FUNCTIONS[function].arguments(len(args)), strict=True):
                    if wanted.constant == "unit" and not isinstance(arg, Number):
                        yield Diagnostic("not-constant", "the unit of a rounding is a literal here", arg.span, None, text)
            case Ref(field=Field(source="value", name=name)):
                meaning = self.values[name].meaning
                assert isinstance(meaning, Checked)
                yield from self._inner(meaning.expr, meaning.text)
        for child in children(expr):
            yield from self._inner(child, text)

    def uses(self, expr: Expr, scope: str) -> Counter[Key]:
        """How often each figure is read; of two branches the one that reads it more often counts."""
        match expr:
            case Ref(field=found) if found.source == "value":
                meaning = self.values[found.name].meaning
                assert isinstance(meaning, Checked)
                return self.uses(meaning.expr, self._scope(expr, scope))
            case Ref(field=found):
                return Counter({(self._scope(expr, scope), found.entity, found.name): 1} if is_figure(found) else {})
            case If(then=then, other=other):
                return self.uses(then, scope) | self.uses(other, scope)
            case Call(function=function) if not FUNCTIONS[function].strict:
                return Counter()
            case Aggregate():
                inner = Counter[Key]()
                for arg in expr.args:
                    inner += self.uses(arg, f"{expr.collection} {expr.span}")
                return Counter({key: n if key[0] == f"{expr.collection} {expr.span}" else 2 * n for key, n in inner.items()})
            case _:
                found_all = Counter[Key]()
                for child in children(expr):
                    found_all += self.uses(child, scope)
                return found_all

    def _scope(self, ref: Ref, scope: str) -> str:
        if ref.field.entity == self.root:
            return "root"
        return "own" if ref.via == "this" else scope


def _read(expr: Expr) -> Iterator[Ref]:
    """The names whose value is read: not those that `present` only asks for, nor those of aggregates that count."""
    match expr:
        case Ref():
            yield expr
        case Call(function=function) if not FUNCTIONS[function].strict:
            return
        case _:
            for child in children(expr):
                yield from _read(child)
