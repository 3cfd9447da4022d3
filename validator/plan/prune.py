"""Stages to run -> the same stages without the values of records that nothing in them reads. Only stages that are not run need those."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from validator.plan.model import BID, FATE, Name, Plan, Ranking, Stage, Step, names


def pruned(plan: Plan, stages: Sequence[Stage], rules: Collection[int] | None = None) -> tuple[Stage, ...]:
    """Values of the offering stay, because the report prints them. `rules`: the numbers of the rules to check; None: all."""
    root = plan.schema.root
    wanted: set[Name] = {(BID, FATE)}
    done: list[Stage] = []
    for stage in reversed(stages):
        asked = [a for a in stage.asked if rules is None or a.number in rules]
        asked = [a for a in asked if a.rule.entity == root or plan.ending(a) is None]
        wanted |= {name for a in asked for node in a.reads() for name in names(node)}
        steps: list[Step] = []
        for step in reversed(stage.steps):
            if step.entity == root or isinstance(step.meaning, Ranking) or (step.entity, step.name) in wanted:
                wanted |= {name for node in step.kernels() for name in names(node)}
                steps.insert(0, step)
        done.insert(0, replace(stage, steps=tuple(steps)))
    return tuple(done)
