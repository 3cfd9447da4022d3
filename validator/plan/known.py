"""A plan -> what of it is known before a record is read: values that are constants, and rules that end alike on every record."""

from dsl.kernel.nodes import Const, Kernel, Scalar
from dsl.kernel.ratio import Lowered, parts
from dsl.outcomes import HOLDS, NOT_APPLICABLE, NOT_EVALUABLE
from validator.plan.model import Asked, Plan


def constants(name: str, meaning: Lowered) -> dict[str, Scalar]:
    """A value that is a constant under its name and, for a quotient, that of its denominator; empty for any other."""
    nodes = parts(meaning)
    return {n: p.value for n, p in zip((name, f"{name}#den"), nodes, strict=False) if isinstance(p, Const)} if _all(nodes) else {}


def ending(plan: Plan, asked: Asked) -> int | None:
    """How the rule ends on every record, where that is certain and no record is named for it; None: it must be asked."""
    when, require = asked.when, asked.require
    if when is not None and not isinstance(when, Const):
        return None
    if when is not None and when.value is False:
        return NOT_APPLICABLE
    if when is not None and when.value is None:
        return NOT_EVALUABLE if _silent(plan, asked) else None
    if not isinstance(require, Const):
        return None
    if require.value is True:
        return HOLDS
    return NOT_EVALUABLE if require.value is None and _silent(plan, asked) else None


def _silent(plan: Plan, asked: Asked) -> bool:
    """Whether it is said once for the rule that it lacks something, and of no record."""
    lacks = plan.muted.get(asked.number)
    return isinstance(lacks, Const) and lacks.value is True


def alike(outcome: int, records: int) -> tuple[int, ...]:
    """The counts of a rule that ends so on all of them."""
    return tuple(records if o == outcome else 0 for o in range(5))


def _all(nodes: tuple[Kernel, ...]) -> bool:
    return all(isinstance(n, Const) for n in nodes)
