"""A plan + what was handed in -> the plan that concludes nothing from a column or table that nobody handed in.

In a column that was handed in an empty cell is a fact: `present(x)` is 否. Where the whole column is absent nothing is known of it,
nor of a value that rests on it: in what a rule requires `present(x)` is then 是 or missing, and every aggregate over a table that is absent
is missing. The rule is not evaluable, never violated. A `when` that asks for what is not given stays as it is: not applicable. So does the
condition of an `if`: the author says there what holds without it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dsl.kernel.build import MISSING_FLAG, disjunction, present
from dsl.kernel.lower import Lowered, Ratio
from dsl.kernel.nodes import Choose, Const, Fold, Kernel, Present, folds, inputs, rewrite
from dsl.to_python import parts
from validator.plan.model import ADMITTED, BID, QUANTITY, Asked, Plan, Ranking, Stage, Step

KINDS = 32
"""How many plans are kept for books that lack different columns: anyone may hand in what he likes, and memory must not grow with it."""

Rewrite = Callable[[Kernel], Kernel]


@dataclass(frozen=True, slots=True)
class Supplied:
    """The columns (entity, field) and the tables (entity) that a run may draw on."""

    columns: frozenset[tuple[str, str]]
    tables: frozenset[str]


def without(plan: Plan, supplied: Supplied) -> Plan:
    """The plan for a book that lacks some columns or tables; made once per kind of book."""
    key = ("supplied", supplied)
    found = plan.compiled.get(key)
    if not isinstance(found, Plan):
        lost = gone(plan, supplied)
        found = plan.compiled[key] = replace(plan, stages=tuple(_stage(s, supplied, lost) for s in plan.stages), compiled={})
        for old in [k for k in list(plan.compiled) if isinstance(k, tuple) and k[0] == "supplied"][:-KINDS]:
            plan.compiled.pop(old, None)
    return found


def gone(plan: Plan, supplied: Supplied) -> set[tuple[str, str]]:
    """The columns that nobody handed in, and the values that rest on one of them or on a table that is absent."""
    records = [e for e in plan.schema.entities.values() if e.name != plan.schema.root]  # what an offering does not state is not given
    lost = {(e.name, f) for e in records for f in e.fields if (e.name, f) not in supplied.columns}
    if (BID, QUANTITY) in lost:
        lost.add((BID, ADMITTED))
    for step in plan.steps():
        if any(_lacks(node, supplied, lost) for node in _kernels(step.meaning)):
            lost.add((step.entity, step.name))
    return lost


def _lacks(node: Kernel, supplied: Supplied, lost: set[tuple[str, str]]) -> bool:
    read = {(i.entity, i.name.removesuffix("#den")) for i in inputs(node)}
    return bool(read & lost) or any(f.element not in supplied.tables for f in folds(node))


def _kernels(meaning: Lowered | Ranking) -> list[Kernel]:
    if not isinstance(meaning, Ranking):
        return list(parts(meaning))
    return [meaning.source, meaning.sum, *(k for k, _ in meaning.keys), *parts(meaning.limit), meaning.bound]


def _stage(stage: Stage, supplied: Supplied, lost: set[tuple[str, str]]) -> Stage:
    def table(node: Kernel) -> Kernel | None:
        return Const(None, node.kind) if isinstance(node, Fold) and node.element not in supplied.tables else None

    def known(node: Kernel) -> Kernel | None:
        match node:
            case Present(operand=a):
                return disjunction([present(rewrite(a, table)), MISSING_FLAG]) if _lacks(node, supplied, lost) else None
            case Choose(condition=a, then=b, other=c):
                return replace(node, condition=rewrite(a, table), then=rewrite(b, known), other=rewrite(c, known))
            case _:
                return table(node)

    def kernel(node: Kernel) -> Kernel:
        return rewrite(node, known)

    steps = tuple(replace(s, meaning=_meaning(s, kernel)) for s in stage.steps)
    asked = tuple(_asked(a, kernel, lambda node: rewrite(node, table)) for a in stage.asked)
    return replace(stage, steps=steps, asked=asked)


def _asked(asked: Asked, kernel: Rewrite, when: Rewrite) -> Asked:
    condition = None if asked.when is None else when(asked.when)
    return replace(asked, when=condition, require=kernel(asked.require), admits=None if asked.admits is None else kernel(asked.admits))


def _meaning(step: Step, kernel: Rewrite) -> Lowered | Ranking:
    meaning = step.meaning
    if isinstance(meaning, Ratio):
        return Ratio(kernel(meaning.num), kernel(meaning.den))
    if isinstance(meaning, Ranking):
        return replace(meaning, source=kernel(meaning.source), sum=kernel(meaning.sum), keys=tuple((kernel(k), d) for k, d in meaning.keys))
    return kernel(meaning)
