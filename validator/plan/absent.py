"""A plan + what was handed in -> the plan in which the cells of columns that nobody handed in stand as missing, and all that follows.

Such a column has no other cells, so the outcomes are the same. What is known without looking at a record need not be asked of each.
"""

from collections.abc import Callable
from dataclasses import replace

from dsl.kernel.build import folded
from dsl.kernel.lower import Lowered, Ratio
from dsl.kernel.nodes import Const, Input, Kernel, Scalar
from validator.plan.known import constants
from validator.plan.model import Asked, Plan, Ranking, Stage, Step
from validator.plan.supplied_columns import Supplied

Fold = Callable[[Kernel], Kernel]


def settle(plan: Plan, supplied: Supplied) -> Plan:
    """The plan with nothing left to read from columns that are absent; `supplied` as in `without`."""
    entities = [e for e in plan.schema.entities.values() if e.name != plan.schema.root]
    absent = ((e, f) for e in entities for f in e.fields.values() if (e.name, f.name) not in supplied.columns)
    known: dict[tuple[str, str], Scalar] = {(e.name, f.name): None for e, f in absent if f.default is None and f.name not in e.key}

    def read(node: Input) -> Kernel:
        place = (node.entity, node.name)
        return Const(known[place], node.kind) if place in known else node

    def fold(node: Kernel) -> Kernel:
        return folded(node, read)

    stages = []
    for stage in plan.stages:
        steps = []
        for step in stage.steps:
            meaning = _meaning(step, fold)
            steps.append(replace(step, meaning=meaning))
            if not isinstance(meaning, Ranking):
                known |= {(step.entity, name): value for name, value in constants(step.name, meaning).items()}
        stages.append(_stage(stage, tuple(steps), fold))
    return replace(plan, stages=tuple(stages), compiled={})


def _stage(stage: Stage, steps: tuple[Step, ...], fold: Fold) -> Stage:
    return replace(stage, steps=steps, asked=tuple(_asked(a, fold) for a in stage.asked))


def _asked(asked: Asked, fold: Fold) -> Asked:
    when, require, admits = (None if n is None else fold(n) for n in (asked.when, asked.require, asked.admits))
    assert require is not None
    return replace(asked, when=when, require=require, admits=admits)


def _meaning(step: Step, fold: Fold) -> Lowered | Ranking:
    meaning = step.meaning
    if isinstance(meaning, Ranking):
        return replace(meaning, source=fold(meaning.source), sum=fold(meaning.sum), keys=tuple((fold(k), d) for k, d in meaning.keys))
    return Ratio(fold(meaning.num), fold(meaning.den)) if isinstance(meaning, Ratio) else fold(meaning)
