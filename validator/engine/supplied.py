"""A plan + what was handed in -> the plan in which nothing is concluded from a column or table that nobody handed in.

In a column that was handed in an empty cell is a fact: `present(x)` is 否. Where the whole column is absent nothing is known of it, so in
what a rule requires `present(x)` is missing, and so is every aggregate over a table that is absent: the rule is then not evaluable, never
violated. A `when` that asks for what is not given stays as it is: the rule is not applicable.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dsl.kernel import Const, Fold, Kernel, Present, inputs, rewrite
from dsl.lower import Lowered, Ratio
from validator.engine.plan import Asked, Plan, Ranking, Stage, Step

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
        found = plan.compiled[key] = replace(plan, stages=tuple(_stage(s, plan, supplied) for s in plan.stages), compiled={})
    return found


def _stage(stage: Stage, plan: Plan, supplied: Supplied) -> Stage:
    def table(node: Kernel) -> Kernel | None:
        return Const(None, node.kind) if isinstance(node, Fold) and node.element not in supplied.tables else None

    def known(node: Kernel) -> Kernel | None:
        if isinstance(node, Present):
            fields = {e.name: e.fields for e in plan.schema.entities.values()}
            lacking = [i for i in inputs(node) if i.name in fields[i.entity] and (i.entity, i.name) not in supplied.columns]
            return Const(None, "flag") if lacking else None
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
