"""Stages to run -> the same without the values of records that nothing in them reads: other stages may need these, this run does not."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from dsl.kernel.nodes import Kernel, inputs
from dsl.kernel.ratio import parts
from validator.plan.figures import questions
from validator.plan.known import ending
from validator.plan.model import BID, FATE, Asked, Plan, Ranking, Stage, Step

Name = tuple[str, str]


def needed(plan: Plan, stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Made once for the same stages of a plan. Values of the offering stay, for the report prints them."""
    key = ("needed", tuple(s.name for s in stages))
    found = plan.compiled.get(key)
    if not isinstance(found, tuple):
        found = plan.compiled[key] = trimmed(plan, stages)
    return found


def trimmed(plan: Plan, stages: Sequence[Stage], rules: Collection[int] | None = None) -> tuple[Stage, ...]:
    """As `needed`, made anew. `rules`: the numbers of those that are asked."""
    wanted: set[Name] = {(BID, FATE)}
    done: list[Stage] = []
    for stage in reversed(stages):
        wanted |= {
            name for asked in stage.asked if rules is None or asked.number in rules for node in reads(plan, asked) for name in names(node)
        }
        steps: list[Step] = []
        for step in reversed(stage.steps):
            if step.entity == plan.schema.root or isinstance(step.meaning, Ranking) or (step.entity, step.name) in wanted:
                wanted |= {name for node in kernels(step) for name in names(node)}
                steps.insert(0, step)
        done.insert(0, replace(stage, steps=tuple(steps)))
    return tuple(done)


def reads(plan: Plan, asked: Asked) -> Iterator[Kernel]:
    """All that a rule's findings and effects rest on; nothing, where it needs not be asked."""
    if asked.rule.entity != plan.schema.root and ending(plan, asked) is not None:
        return
    yield from (n for n in (asked.when, asked.require, asked.admits) if n is not None)
    yield from (n for m in questions(plan, asked).meanings for n in parts(m))


def names(node: Kernel) -> Iterator[Name]:
    """What a kernel reads, by entity and name; a quotient by its own name."""
    return ((i.entity, i.name.removesuffix("#den")) for i in inputs(node))


def kernels(step: Step) -> list[Kernel]:
    """What a value is made of."""
    meaning = step.meaning
    if not isinstance(meaning, Ranking):
        return list(parts(meaning))
    found = [meaning.source, meaning.sum, *(k for k, _ in meaning.keys), *parts(meaning.limit), meaning.bound]
    found += [] if meaning.last is None else [meaning.last]
    return found + ([] if meaning.equals is None else list(parts(meaning.equals)))
