"""Typed operands -> their common type, if any. Next to a price a literal in 元 becomes a price; a word joins a list (L1, L15)."""

from collections.abc import Sequence
from dataclasses import replace

from dsl.nodes import Binary, Call, Expr, If, Number, Unary, Word
from dsl.quantities import MONEY, PRICE, SHARES, Dimension, Type

ANY_WORD = Type("words")
"""The expected type of a value whose results define its list of words: any bare word is accepted."""

Fitted = tuple[Expr, Type]

_PRICE = Type("number", PRICE)
_UNITS: dict[Dimension, str] = {MONEY: "元", PRICE: "元", SHARES: "股"}


def align(operands: Sequence[Fitted], expect: Type | None = None) -> tuple[list[Expr], Type | None]:
    """The operands converted to the type that they share with each other and with `expect`, and that type; None if there is none."""
    types = [t for _, t in operands] + ([expect] if expect else [])
    kinds = {t.kind for t in types}
    if len(kinds) != 1:
        return [e for e, _ in operands], None
    if kinds == {"number"}:
        return _numbers(operands, {t.dim for t in types}, expect)
    exprs = [e for e, _ in operands]
    return exprs, _words(operands, expect) if kinds == {"words"} else types[0]


def unit_hint(operands: Sequence[Fitted]) -> str | None:
    """A hint for a number without a unit next to one with a unit."""
    bare = [e.value for e, _ in operands if isinstance(e, Number) and not e.unit]
    units = [_UNITS[t.dim] for _, t in operands if t.dim in _UNITS]
    if not bare or not units:
        return None
    whole, rest = divmod(bare[0], 1)
    shown = f"{whole}" if not rest else f"{whole}.{rest.numerator * 10**6 // rest.denominator:06d}".rstrip("0")
    return f"write the number with its unit: `{shown}{units[0]}`"


def _numbers(operands: Sequence[Fitted], dims: set[Dimension], expect: Type | None) -> tuple[list[Expr], Type | None]:
    if PRICE in dims:
        operands = [(_as_price(e), _PRICE) if t.dim == MONEY and _literal(e) else (e, t) for e, t in operands]
        dims = {t.dim for _, t in operands} | ({expect.dim} if expect else set())
    return [e for e, _ in operands], Type("number", dims.pop()) if len(dims) == 1 else None


def _literal(expr: Expr) -> bool:
    """Whether an amount consists of literals only: `0.01元`, `-0.01元`, `if young then 1元 else 2元`."""
    match expr:
        case Number():
            return True
        case Unary(op="-", operand=x):
            return _literal(x)
        case Binary(op="+" | "-", left=a, right=b) | If(then=a, other=b):
            return _literal(a) and _literal(b)
        case Call(args=args):
            return all(_literal(a) for a in args)
        case _:
            return False


def _as_price(expr: Expr) -> Expr:
    match expr:
        case Number():
            return replace(expr, dim=PRICE, type=_PRICE)
        case Unary(operand=x):
            return replace(expr, operand=_as_price(x), type=_PRICE)
        case Binary(left=a, right=b):
            return replace(expr, left=_as_price(a), right=_as_price(b), type=_PRICE)
        case If(then=a, other=b):
            return replace(expr, then=_as_price(a), other=_as_price(b), type=_PRICE)
        case Call(args=args):
            return replace(expr, args=tuple(_as_price(a) for a in args), type=_PRICE)
        case _:
            return expr


def _words(operands: Sequence[Fitted], expect: Type | None) -> Type | None:
    """Bare words take the list of the operand that has one. If none has, the words form a new list."""
    lists = [t.words for e, t in operands if not isinstance(e, Word) and t.words]
    lists += [expect.words] if expect and expect.words else []
    alone = tuple(dict.fromkeys(w for e, t in operands for w in t.words))
    if not lists:
        return Type("words", words=alone)
    if any(set(x) != set(lists[0]) for x in lists) or any(w not in lists[0] for w in alone):
        return Type("words", words=alone) if expect == ANY_WORD else None
    return Type("words", words=lists[0])
