"""Ratios of kernels: exact numbers before they become integers. Scales are aligned, quotients cross-multiplied and rounding expanded here.

INVARIANT: if a denominator is 0 or missing, the numerator is missing (L3: division by 0 is missing). So only the numerator must be tested.
"""

from dataclasses import dataclass
from math import gcd, lcm

from dsl.kernel.build import MISSING_INT, ONE, ZERO, add, arith, choose, compare, const, mul, only
from dsl.kernel.nodes import Const, Kernel, bounds


@dataclass(frozen=True, slots=True)
class Ratio:
    """num / den, with a positive den."""

    num: Kernel
    den: Kernel


Lowered = Ratio | Kernel


def parts(meaning: Lowered) -> tuple[Kernel, ...]:
    """A ratio's numerator and denominator, or the kernel itself."""
    return (meaning.num, meaning.den) if isinstance(meaning, Ratio) else (meaning,)


def ratio_of(meaning: Lowered) -> Ratio:
    """A lowered number, day or moment as a ratio."""
    return meaning if isinstance(meaning, Ratio) else Ratio(meaning, ONE)


def fixed(den: Kernel) -> int | None:
    """The value of an integer constant; None for any other kernel."""
    return den.value if isinstance(den, Const) and isinstance(den.value, int) else None


def scaled(a: Ratio, b: Ratio) -> tuple[Kernel, Kernel]:
    """Both numerators over a common denominator: the smallest one if both denominators are constant."""
    p, q = fixed(a.den), fixed(b.den)
    if p is not None and q is not None:
        common = lcm(p, q)
        return mul(a.num, const(common // p)), mul(b.num, const(common // q))
    return mul(a.num, b.den), mul(b.num, a.den)


def plus(a: Ratio, b: Ratio) -> Ratio:
    p, q = fixed(a.den), fixed(b.den)
    left, right = scaled(a, b)
    return Ratio(add(left, right), const(lcm(p, q)) if p is not None and q is not None else mul(a.den, b.den))


def negative(a: Ratio) -> Ratio:
    return Ratio(mul(a.num, const(-1)), a.den)


def times(a: Ratio, b: Ratio) -> Ratio:
    """a * b. A constant factor is cancelled against the denominator."""
    for x, y in ((a, b), (b, a)):
        c, d = fixed(x.num), fixed(y.den)
        if c and d:
            g = gcd(c, d)
            return Ratio(mul(const(c // g), y.num), mul(x.den, const(d // g)))
    return Ratio(mul(a.num, b.num), mul(a.den, b.den))


def over(a: Ratio, b: Ratio) -> Ratio:
    """a / b. The sign of b goes into the numerator, so that the denominator is positive."""
    low, _ = bounds(b.num)
    if isinstance(b.num, Const):
        if b.num.value is None or low == 0:
            return Ratio(MISSING_INT, ONE)
        p, q = fixed(b.den), abs(low)
        sign = 1 if low > 0 else -1
        if p is not None:
            g = gcd(p, q)
            return Ratio(mul(a.num, const(sign * p // g)), mul(a.den, const(q // g)))
        return Ratio(mul(mul(a.num, b.den), const(sign)), mul(a.den, const(q)))
    num, den = mul(a.num, b.den), mul(a.den, b.num)
    if low >= 0:
        return Ratio(only(compare("!=", b.num, ZERO), num), den)
    sign_of = choose(compare(">", b.num, ZERO), ONE, choose(compare("<", b.num, ZERO), const(-1), MISSING_INT))
    return Ratio(mul(num, sign_of), mul(den, sign_of))


def rounded(function: str, x: Ratio, unit: Ratio) -> Ratio:
    """x rounded to a multiple of `unit`: with n/d = x/unit the result is whole(n, d) * unit."""
    share = over(x, unit)
    n, d = share.num, share.den
    match function:
        case "round_down":
            whole = arith("//", n, d)
        case "round_up":
            whole = mul(arith("//", mul(n, const(-1)), d), const(-1))
        case _:  # half away from zero: floor((2|n| + d) / 2d) with the sign of n
            low, _ = bounds(n)
            size = n if low >= 0 else choose(compare("<", n, ZERO), mul(n, const(-1)), n)
            half = arith("//", add(mul(size, const(2)), d), mul(d, const(2)))
            whole = half if low >= 0 else choose(compare("<", n, ZERO), mul(half, const(-1)), half)
    return times(Ratio(whole, ONE), unit)


def relation(op: str, a: Lowered, b: Lowered) -> Kernel:
    """A comparison of two numbers, days, moments, flags or texts."""
    if isinstance(a, Ratio) or isinstance(b, Ratio):
        return compare(op, *scaled(ratio_of(a), ratio_of(b)))
    return compare(op, a, b)


def choice(condition: Kernel, a: Lowered, b: Lowered) -> Lowered:
    """`a` if the condition is true, `b` if it is false."""
    if isinstance(condition, Const) and condition.value is not None:
        return a if condition.value else b
    if not isinstance(a, Ratio) and not isinstance(b, Ratio):
        return choose(condition, a, b)
    x, y = ratio_of(a), ratio_of(b)
    p, q = fixed(x.den), fixed(y.den)
    if p is not None and q is not None:
        left, right = scaled(x, y)
        return Ratio(choose(condition, left, right), const(lcm(p, q)))
    return Ratio(choose(condition, x.num, y.num), choose(condition, x.den, y.den))
