"""The forms `rows` and `first` of a value -> one `if … then … else …`; gaps, overlaps and unreachable rows are diagnostics.

Limits must be literals, so that they can be compared here. Rows are evaluated in the order in which they are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from dsl.diagnostics import Diagnostic
from dsl.nodes import Compare, Expr, If, Number
from validator.rulebook.amendments import Placed
from validator.rulebook.form import FirstRow, TierRow, ValueForm


@dataclass(frozen=True, slots=True)
class Tier:
    """One row: from `low` up to `high`. `closed_low` and `closed_high` say whether the limit itself is included. None means no limit."""

    low: Fraction | None
    closed_low: bool
    high: Fraction | None
    closed_high: bool
    limit: Expr | None
    result: Expr


def tiers(name: str, placed: Placed[ValueForm], by: Expr, rows: Sequence[Tier], mistakes: list[Diagnostic]) -> Expr | None:
    """The rows as a chain of conditions on `by`, first to last. None if something was added to `mistakes`."""
    before = len(mistakes)
    for i, (upper, lower) in enumerate(pairwise(rows)):
        _border(name, placed, i + 1, upper, lower, mistakes)
    if rows[-1].high is not None:
        mistakes.append(
            placed.mistake("gap", f"value `{name}` has no row above {_shown(rows[-1].high)}", "rows", len(rows) - 1, hint=_LAST)
        )
    if rows[0].low is not None:
        mistakes.append(placed.mistake("gap", f"value `{name}` has no row below {_shown(rows[0].low)}", "rows", 0, hint=_FIRST))
    if len(mistakes) > before:
        return None
    found = rows[-1].result
    for row in reversed(rows[:-1]):
        assert row.limit is not None
        found = If(Compare(("<=" if row.closed_high else "<",), (by, row.limit)), row.result, found)
    return found


_FIRST = "give the first row no lower limit, only `up to:` or `below:`"
_LAST = "give the last row no upper limit, only `above:` or `from:`"


def _border(name: str, placed: Placed[ValueForm], i: int, upper: Tier, lower: Tier, mistakes: list[Diagnostic]) -> None:
    """Check that `lower` begins exactly where `upper` ends."""

    def say(code: str, message: str) -> None:
        mistakes.append(placed.mistake(code, message, "rows", i))

    if upper.high is None:
        say("unreachable-row", f"row {i + 1} of value `{name}` is never reached: row {i} has no upper limit")
        return
    if lower.high is not None and (lower.high, lower.closed_high) <= (upper.high, upper.closed_high):
        say(
            "unreachable-row",
            f"row {i + 1} of value `{name}` is never reached: it ends at {_shown(lower.high)}, and row {i} ends there or later",
        )
        return
    if lower.low is None:
        return
    if lower.low > upper.high or (lower.low == upper.high and not upper.closed_high and not lower.closed_low):
        say("gap", f"value `{name}` has no row between {_shown(upper.high)} and {_shown(lower.low)}")
    elif lower.low < upper.high or (upper.closed_high and lower.closed_low):
        say("overlap", f"rows {i} and {i + 1} of value `{name}` both cover {_shown(lower.low)}")


def tier(form: TierRow, parts: dict[str, Expr]) -> Tier | str:
    """A row with its parsed limits, or the text of its mistake."""
    if form.up_to is not None and form.below is not None:
        return "a row may have `up to:` or `below:`, not both"
    if form.above is not None and form.from_ is not None:
        return "a row may have `above:` or `from:`, not both"
    for key in ("up to", "below", "above", "from"):
        if key in parts and not isinstance(parts[key], Number):
            return f"the limit after `{key}:` must be a literal, e.g. `50` or `10亿元`"
    low = parts.get("from", parts.get("above"))
    high = parts.get("up to", parts.get("below"))
    return Tier(_number(low), form.from_ is not None, _number(high), form.up_to is not None, high, parts["is"])


def first(
    name: str, placed: Placed[ValueForm], rows: Sequence[tuple[FirstRow, Expr | None, Expr]], mistakes: list[Diagnostic]
) -> Expr | None:
    """The rows as one `if`: the first row whose condition holds. The last row must have no condition."""
    for i, (_, condition, _) in enumerate(rows[:-1]):
        if condition is None:
            mistakes.append(
                placed.mistake(
                    "unreachable-row", f"row {i + 2} of value `{name}` is never reached: row {i + 1} has no condition", "first", i + 1
                )
            )
            return None
    if rows[-1][1] is not None:
        hint = "end with a row without `if:`"
        mistakes.append(placed.mistake("gap", f"value `{name}` has no row for when no condition holds", "first", len(rows) - 1, hint=hint))
        return None
    found = rows[-1][2]
    for _, condition, result in reversed(rows[:-1]):
        assert condition is not None
        found = If(condition, result, found)
    return found


def _number(limit: Expr | None) -> Fraction | None:
    return limit.value if isinstance(limit, Number) else None


def _shown(value: Fraction | None) -> str:
    assert value is not None
    whole, rest = divmod(value.numerator * 10**6 // value.denominator, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
