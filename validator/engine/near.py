"""A plan -> what one investor's records alone can answer. A submission is asked these rules; the report names the others.

Far is what needs more: a join over the book, a total of the offering, a ranking, a value that rests on one of these. So is what effects
leave of a bid, from the stage after a far rule that could take it: a bid must not be live in a portal and dead in the book.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from dsl.kernel import Kernel, folds, inputs
from dsl.to_python import parts
from validator.engine.figures import questions
from validator.engine.plan import ADMITTED, BID, DEADLY, LIVE, Asked, Plan, Ranking, Stage

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Near:
    """The rules (by number) and the values (by entity and name) of a plan that stay within one investor's records."""

    rules: frozenset[int]
    values: frozenset[Name]

    def stages(self, plan: Plan) -> tuple[Stage, ...]:
        """The stages without the values that a submission cannot know; the same for the same plan."""
        found = plan.compiled.get("near")
        if not isinstance(found, tuple):
            near = (Stage(s.name, tuple(x for x in s.steps if (x.entity, x.name) in self.values), s.asked) for s in plan.stages)
            found = plan.compiled["near"] = tuple(near)
        return found


def near(plan: Plan) -> Near:
    """Stage by stage, as they are run."""
    far: set[Name] = set()
    rules: set[int] = set()
    for stage in plan.stages:
        for step in stage.steps:
            if isinstance(step.meaning, Ranking) or not all(_stays(n, plan, far) for n in parts(step.meaning)):
                far.add((step.entity, step.name))
        found = {a.number for a in stage.asked if a.rule.entity != plan.schema.root and all(_stays(n, plan, far) for n in _read(plan, a))}
        for asked in (a for a in stage.asked if a.number not in found):
            far |= set(_taken(asked, plan))
        rules |= found
    return Near(frozenset(rules), frozenset((s.entity, s.name) for s in plan.steps()) - far)


def _stays(node: Kernel, plan: Plan, far: Set[Name]) -> bool:
    if any(f.everywhere or f.owner == plan.schema.root for f in folds(node)):
        return False
    return not any((i.entity, i.name.removesuffix("#den")) in far for i in inputs(node))


def _read(plan: Plan, asked: Asked) -> Iterator[Kernel]:
    """All that a rule's findings rest on: its conditions, and the figures that they print."""
    yield from (k for k in (asked.when, asked.require, asked.admits) if k is not None)
    yield from (n for m in questions(plan, asked).meanings for n in parts(m))


def _taken(asked: Asked, plan: Plan) -> Iterator[Name]:
    """What a rule's effects change for later stages."""
    if asked.rule.entity in plan.schema.parents(BID)[:-1]:
        if DEADLY & set(asked.rule.effect):
            yield BID, LIVE
        if asked.admits is not None:
            yield BID, ADMITTED
