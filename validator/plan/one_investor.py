"""A plan -> what one investor's records alone can answer. A submission is asked these rules; the report names the others.

Far is what needs more: a join over the book, a total of the offering, a ranking, a value that rests on one of these. So is what effects
leave of a bid, from the stage after a far rule that could take it: a bid must not be live in a portal and dead in the book.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from dsl.kernel.nodes import Kernel, folds, inputs
from dsl.to_python import parts
from validator.plan.model import ADMITTED, BID, DEADLY, LIVE, QUANTITY, Asked, Plan, Ranking, Stage
from validator.plan.prune import kernels, names, reads, trimmed

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Near:
    """The rules (by number) and the values (by entity and name) of a plan that stay within one investor's records."""

    rules: frozenset[int]
    values: frozenset[Name]

    def plan(self, plan: Plan) -> Plan:
        """The plan without the values that a submission cannot know or none of its rules reads, in records of what they do read."""
        found = plan.compiled.get("near")
        if not isinstance(found, Plan):
            near = (Stage(s.name, tuple(x for x in s.steps if (x.entity, x.name) in self.values), s.asked) for s in plan.stages)
            stages = trimmed(plan, tuple(near), self.rules)
            found = plan.compiled["near"] = replace(plan, stages=stages, layout=plan.layout.only(self._read(plan, stages)), compiled={})
        return found

    def _read(self, plan: Plan, stages: Sequence[Stage]) -> set[Name]:
        """All that a run of the stages reads of records, or writes to them."""
        nodes = [n for s in stages for a in s.asked if a.number in self.rules for n in reads(plan, a)]
        nodes += [n for s in stages for x in s.steps for n in kernels(x)]
        own = {(x.entity, x.name) for s in stages for x in s.steps}
        return own | {name for n in nodes for name in names(n)} | {(BID, n) for n in (LIVE, ADMITTED, QUANTITY)}


def near(plan: Plan) -> Near:
    """Stage by stage, as they are run."""
    far: set[Name] = set()
    rules: set[int] = set()
    for stage in plan.stages:
        for step in stage.steps:
            if isinstance(step.meaning, Ranking) or not all(_stays(n, plan, far) for n in parts(step.meaning)):
                far.add((step.entity, step.name))
        found = {a.number for a in stage.asked if a.rule.entity != plan.schema.root and all(_stays(n, plan, far) for n in reads(plan, a))}
        for asked in (a for a in stage.asked if a.number not in found):
            far |= set(_taken(asked, plan))
        rules |= found
    return Near(frozenset(rules), frozenset((s.entity, s.name) for s in plan.steps()) - far)


def _stays(node: Kernel, plan: Plan, far: Set[Name]) -> bool:
    if any(f.everywhere or f.owner == plan.schema.root for f in folds(node)):
        return False
    return not any((i.entity, i.name.removesuffix("#den")) in far for i in inputs(node))


def _taken(asked: Asked, plan: Plan) -> Iterator[Name]:
    """What a rule's effects change for later stages."""
    if asked.rule.entity in plan.schema.parents(BID)[:-1]:
        if DEADLY & set(asked.rule.effect):
            yield BID, LIVE
        if asked.admits is not None:
            yield BID, ADMITTED
