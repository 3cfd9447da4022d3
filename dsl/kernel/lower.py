"""Checked tree -> kernel of integers: scales are aligned, quotients cross-multiplied, chains, rounding and means expanded.

A number is a `Ratio` of two kernels. Its denominator is a positive constant, unless the number was divided by something that varies.

Example: `price / low <= 120%`. Both prices are integers at scale 10000, so `price` is the ratio price/10000 and the quotient is the ratio
(price * 10000) / (10000 * low). With 120% = 6/5 the comparison becomes `price * 10000 * 5 <= 6 * (10000 * low)`. No fraction is left.
The left side is missing if `low` is 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from dsl.checker.check import Checked, references
from dsl.diagnostics import Diagnostic, DiagnosticError, Span
from dsl.kernel.build import (
    MISSING_INT,
    ONE,
    ZERO,
    add,
    arith,
    compare,
    conjunction,
    const,
    disjunction,
    member,
    moved,
    mul,
    negation,
    present,
)
from dsl.kernel.meanings import AGGREGATES, SCALARS, Around, Elements, Refused
from dsl.kernel.nodes import INT128, Const, Fold, Input, Kernel, bounds, children, kind
from dsl.kernel.ratio import Lowered, Ratio, choice, negative, over, parts, plus, ratio_of, relation, scaled, times
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
from dsl.quantities import DAY_MS, FIRST_ANY_DAY, FIRST_DAY, LAST_ANY_DAY, LAST_DAY
from dsl.schema import Field, Schema
from dsl.trading_days import TradingDays

__all__ = [
    "Bound", "Env", "Lowered", "Ratio", "lower", "lower_flag", "lower_shares", "lower_whole", "margin", "mul", "negation", "parts",
    "present", "ratio_of", "read",
]  # fmt: skip

MAX_KERNEL = 5000
MAX_DEPTH = 150
MAX_BITS = 2_000
MAX_NUMBER = 2**MAX_BITS
"""L5: no number of the offering reaches this."""

Bound = Fraction | int | bool | str | None


@dataclass(frozen=True)
class Env:
    """How names are read.

    `terms`: values of the offering's fields (numbers as Fractions in base units, days and moments as integers). With None they are inputs.
    `day`: (T, n) -> the trading day T+n, or None if the offering does not give it. With None days are inputs.
    `values`: how each derived value is read. `define` adds to it while values are lowered in order.
    `trading_days`: the calendar for `trading_day`; None if rules are only checked.
    """

    schema: Schema
    terms: Mapping[str, Bound] | None = None
    day: Callable[[str, int], int | None] | None = None
    values: dict[tuple[str, str], Lowered] = field(default_factory=dict)
    trading_days: TradingDays | None = None

    def define(self, entity: str, name: str, meaning: Lowered) -> None:
        """From now on `name` is read as a column that holds the result of `meaning` (two columns for a quotient)."""
        self.values[entity, name] = _as_input(entity, name, meaning)


def lower(checked: Checked, env: Env) -> Lowered:
    """Raises DiagnosticError if a column expression could exceed 128 bits, or if an aggregate runs over a quotient."""
    run = _Lower(env, checked.entity, checked.text)
    done = run.lower(checked.expr)
    run.prove(done, checked.expr.span)
    return done


def lower_flag(checked: Checked, env: Env) -> Kernel:
    """`lower` for an expression that gives a flag, a word or a text."""
    done = lower(checked, env)
    assert not isinstance(done, Ratio)
    return done


def lower_whole(checked: Checked, env: Env) -> tuple[Kernel, int]:
    """A number as an integer at a fixed scale, and that scale. Raises DiagnosticError for a quotient whose divisor varies."""
    ratio = ratio_of(lower(checked, env))
    if not isinstance(ratio.den, Const) or not isinstance(ratio.den.value, int):
        message = "records cannot be ranked by a quotient"
        raise DiagnosticError([Diagnostic("quotient-in-order", message, checked.expr.span, "round it first", checked.text)])
    return ratio.num, ratio.den.value


def lower_shares(checked: Checked, env: Env) -> Kernel:
    """A quantity in whole shares. Raises DiagnosticError if it can have a fraction of a share."""
    number, scale = lower_whole(checked, env)
    if scale != 1:
        message = "`admits` must give whole shares"
        raise DiagnosticError([Diagnostic("not-whole", message, checked.expr.span, "round it to 1股", checked.text)])
    return number


def margin(checked: Checked, env: Env) -> Ratio | None:
    """How far a single comparison is from its limit, negative if it is violated. None for other expressions, and for = and ≠."""
    expr = checked.expr
    if not isinstance(expr, Compare) or len(expr.ops) != 1 or expr.ops[0] in ("=", "!="):
        return None
    run = _Lower(env, checked.entity, checked.text)
    left, right = (run.lower(x) for x in expr.operands)
    small, large = (left, right) if expr.ops[0].startswith("<") else (right, left)
    done = plus(ratio_of(large), negative(ratio_of(small)))
    run.prove(done, expr.span)
    return done


@dataclass(frozen=True, slots=True)
class _Lower:
    env: Env
    owner: str
    text: str
    measured: dict[int, tuple[Kernel, int, int]] = field(default_factory=dict)

    def refuse(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        raise DiagnosticError([Diagnostic(code, message, span, hint, self.text)])

    def prove(self, meaning: Lowered, span: Span) -> None:
        """Reject what does not fit in a column of 128 bits. The offering's own values are no columns: their limit is MAX_NUMBER."""
        wide = max(_widest(p, self.owner == self.env.schema.root) for p in parts(meaning))
        if wide > INT128:
            power = wide.bit_length() * 30103 // 100000
            self.refuse(
                "overflow",
                f"this could exceed 128 bits (up to about 10^{power})",
                span,
                "round a factor, or compare quantities of one dimension",
            )

    def lower(self, expr: Expr) -> Lowered:
        return self.measure(self._lower(expr), expr.span)

    def measure(self, done: Lowered, span: Span) -> Lowered:
        """Reject a kernel that has grown too large, or whose numbers have. This runs after every step, so that no recursion gets deep and
        no bound gets long: values that square each other double its digits each time."""
        for part in parts(done):
            if max(map(abs, bounds(part))) >= MAX_NUMBER:
                self.refuse("overflow", f"this could exceed {MAX_BITS:,} bits", span, "round a factor or a divisor")
            size, depth = _measure(part, self.measured)
            if size > MAX_KERNEL or depth > MAX_DEPTH:
                self.refuse("too-large", "this expression is too large once its quotients are expanded", span)
        return done

    def _lower(self, expr: Expr) -> Lowered:
        match expr:
            case Number(value=value):
                return Ratio(const(value.numerator), const(value.denominator))
            case Text(value=text):
                return Const(text.strip(), "text")
            case Word(value=word):
                return Const(word, "text")
            case Flag(value=flag):
                return Const(flag, "flag")
            case Date(days=days):
                return const(days)
            case Day(anchor=anchor, offset=offset):
                return self._day(anchor, offset)
            case At(day=day, clock=clock):
                return add(mul(self.single(day), const(DAY_MS)), const(clock))
            case Ref(field=found):
                return self._read(found)
            case Unary(op="not", operand=operand):
                return negation(self.single(operand))
            case Unary(operand=operand):
                return negative(self.ratio(operand))
            case Binary(op="in", left=left, right=List(items=items)):
                return self._member(left, items)
            case Binary():
                return self._binary(expr)
            case Compare(ops=ops, operands=operands):
                sides = [self.lower(x) for x in operands]
                return conjunction([relation(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)])
            case Logic(op=op, operands=operands):
                flags = [self.single(x) for x in operands]
                return conjunction(flags) if op == "and" else disjunction(flags)
            case If(condition=condition, then=then, other=other):
                return choice(self.single(condition), self.lower(then), self.lower(other))
            case Call():
                return self._call(expr)
            case Aggregate():
                return self._aggregate(expr)
            case Period() | List() | Name():
                raise AssertionError(f"the checker rejects {type(expr).__name__} here")
            case _:
                assert_never(expr)

    def single(self, expr: Expr) -> Kernel:
        done = self.lower(expr)
        assert not isinstance(done, Ratio)
        return done

    def ratio(self, expr: Expr) -> Ratio:
        return ratio_of(self.lower(expr))

    def _day(self, anchor: str, offset: int) -> Kernel:
        if self.env.day is None:
            name = anchor if not offset else f"{anchor}{offset:+d}"
            return Input(self.env.schema.root, name, "int", FIRST_DAY, LAST_DAY)
        return Const(self.env.day(anchor, offset), "int")

    def _read(self, found: Field) -> Lowered:
        known = self.env.values.get((found.entity, found.name))
        if known is not None:
            return known
        if found.entity == self.env.schema.root and self.env.terms is not None and found.source == "term":
            return _bound(found, self.env.terms.get(found.name))
        return read(found)

    def _member(self, left: Expr, items: tuple[Expr, ...]) -> Kernel:
        side = self.lower(left)
        if not isinstance(side, Ratio) and kind(side) == "text":
            return member(side, tuple(i.value.strip() for i in items if isinstance(i, Word | Text)))
        return disjunction([relation("=", side, self.lower(i)) for i in items])

    def _binary(self, expr: Binary) -> Lowered:
        if isinstance(expr.right, Period):
            step = -expr.right.count if expr.op == "-" else expr.right.count
            assert expr.left.type is not None
            return self._shift(self.single(expr.left), expr.right, step, expr.left.type.kind)
        left, right = self.lower(expr.left), self.lower(expr.right)
        a, b = ratio_of(left), ratio_of(right)
        match expr.op:
            case "+":
                return plus(a, b)
            case "-":
                return plus(a, negative(b))
            case "*":
                return times(a, b)
            case "/":
                return over(a, b)
            case "multiple":
                share = over(a, b)
                return compare("=", arith("%", share.num, share.den), ZERO)
        raise AssertionError(expr.op)

    def _shift(self, day: Kernel, period: Period, step: int, of: str) -> Kernel:
        if period.kind == "days":
            return add(day, const(step * (DAY_MS if of == "moment" else 1)))
        low, high = bounds(day)
        low, high = low + min(0, 31 * step), high + max(0, 31 * step)
        if low < FIRST_ANY_DAY or high > LAST_ANY_DAY:
            self.refuse("overflow", "this date could be outside the years 2 to 9998", period.span)
        return moved(day, step, low, high)

    def _call(self, expr: Call) -> Lowered:
        around = Around(lambda done: self.measure(done, expr.span), self.env.trading_days)
        args = [self.lower(a) for a in expr.args]
        try:
            return SCALARS[expr.function](around, *args)
        except Refused as refused:
            code, message, hint = refused.args
            raise DiagnosticError([Diagnostic(code, message, expr.span, hint, self.text)]) from None

    # ── aggregates ──

    def _aggregate(self, expr: Aggregate) -> Lowered:
        # All records are below the offering, so `all` changes nothing there.
        everywhere = expr.everywhere and self.owner != self.env.schema.root
        keys, where = self._join(expr) if everywhere else ((), None if expr.where is None else self.single(expr.where))
        args = [self.lower(a) for a in expr.args]
        for part, arg in zip(args, expr.args, strict=True):
            if isinstance(part, Ratio) and not isinstance(part.den, Const):
                self.refuse(
                    "quotient-in-aggregate", f"`{expr.function}` cannot run over a quotient", arg.span, "round it, or aggregate its parts"
                )

        return AGGREGATES[expr.function](Elements(expr.collection, self.owner, where, keys, everywhere), *args)

    def _join(self, expr: Aggregate) -> tuple[tuple[tuple[Kernel, Kernel], ...], Kernel | None]:
        """`all … where a = this.b and …`: equalities with `this` become keys; the other conditions filter the elements."""
        keys: list[tuple[Kernel, Kernel]] = []
        rest: list[Kernel] = []
        for arg in expr.args:
            if self._reads(arg, this=True):
                self._no_join(arg)
        for condition in _conjuncts(expr.where):
            if not self._reads(condition, this=True):
                rest.append(self.single(condition))
                continue
            pair = self._key(condition)
            if pair is None:
                self._no_join(condition)
            else:
                keys.append(pair)
        return tuple(keys), conjunction(rest) if rest else None

    def _no_join(self, expr: Expr) -> None:
        said = "with `all`, fields of `this` may only form one side of an equality"
        self.refuse("not-a-join", said, expr.span, "e.g. `account = this.account`")

    def _key(self, condition: Expr) -> tuple[Kernel, Kernel] | None:
        if not isinstance(condition, Compare) or condition.ops != ("=",):
            return None
        a, b = condition.operands
        if self._reads(a, this=True):
            a, b = b, a
        if self._reads(a, this=True) or self._reads(b, this=False):
            return None
        left, right = self.lower(a), self.lower(b)
        if isinstance(left, Ratio) or isinstance(right, Ratio):
            p, q = ratio_of(left), ratio_of(right)
            if not (isinstance(p.den, Const) and isinstance(q.den, Const)):
                return None
            return scaled(p, q)
        return left, right

    def _reads(self, expr: Expr, this: bool) -> bool:
        """Whether an expression reads the rule's own record (if `this`) or the element (if not). The offering counts as neither."""
        return any(r.field.entity != self.env.schema.root and (r.via == "this") is this for r in references(expr))


def read(found: Field) -> Lowered:
    """A field as an input with the bounds of its type."""
    type_ = found.type
    if type_.type.kind == "flag":
        return Input(found.entity, found.name, "flag")
    if type_.type.kind in ("text", "words"):
        return Input(found.entity, found.name, "text")
    number = Input(found.entity, found.name, "int", type_.low, type_.high)
    return Ratio(number, const(type_.scale)) if type_.type.kind == "number" else number


def _as_input(entity: str, name: str, meaning: Lowered) -> Lowered:
    if not isinstance(meaning, Ratio):
        low, high = bounds(meaning)
        return Input(entity, name, kind(meaning), low, high)
    num = Input(entity, name, "int", *bounds(meaning.num))
    if isinstance(meaning.den, Const):
        return Ratio(num, meaning.den)
    low, high = bounds(meaning.den)
    return Ratio(num, Input(entity, f"{name}#den", "int", max(1, low), high))


def _bound(found: Field, value: Bound) -> Lowered:
    type_ = found.type.type.kind
    if type_ == "number":
        if value is None:
            return Ratio(MISSING_INT, ONE)
        exact = Fraction(value)
        return Ratio(const(exact.numerator), const(exact.denominator))
    if type_ in ("text", "words"):
        return Const(value if isinstance(value, str) else None, "text")
    if type_ == "flag":
        return Const(value if isinstance(value, bool) else None, "flag")
    return Const(None if value is None else int(value), "int")


# ── looking at trees ──


def _conjuncts(expr: Expr | None) -> tuple[Expr, ...]:
    if expr is None:
        return ()
    return expr.operands if isinstance(expr, Logic) and expr.op == "and" else (expr,)


def _measure(node: Kernel, known: dict[int, tuple[Kernel, int, int]]) -> tuple[int, int]:
    """The number of nodes (a shared node counts at each use) and of levels.

    An object is measured once, so this takes linear time. `known` keeps it alive, so that its id stays unique.
    """
    if id(node) not in known:
        below = [_measure(p, known) for p in children(node)]
        known[id(node)] = (node, 1 + sum(size for size, _ in below), 1 + max((depth for _, depth in below), default=0))
    return known[id(node)][1:]


def _widest(node: Kernel, unlimited: bool) -> int:
    """The largest absolute bound of what is computed in columns. If `unlimited`, only aggregates are."""
    inner = max((_widest(p, unlimited and not isinstance(node, Fold)) for p in children(node)), default=0)
    low, high = bounds(node)
    widest = max(abs(low), abs(high))
    return inner if unlimited and not isinstance(node, Fold) else max(inner, widest)
