"""A plan + the fields with unreadable cells -> a plan that concludes nothing from these cells (L8a, L10a).

Three things change, each only where one of the fields is read; a plan without such fields stays the same object.

    present(x)                        missing where the cell of `x` could not be read
    a bid without a readable price    no record of a `take` and of aggregates in values that have a stage; its fate is missing
    a rule that reads such a value    undecided while a bid is set aside, because the value was worked out without it

An invalid bid is not set aside: nothing that asks for `live` counts it anyway.
"""

from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dsl.kernel.build import MISSING_FLAG, choose, conjunction, disjunction, negation, present
from dsl.kernel.nodes import Const, Fold, Input, Kernel, Present, folds, kind, rewrite
from dsl.kernel.ratio import parts
from dsl.kernel.unreadable import NO, UNREAD, doubt, honest, rests, unread
from validator.plan.model import ADMITTED, BID, FATE, LIVE, PRICE, QUANTITY, Asked, Name, Plan, Ranking, Stage, Step, names

OWN = ((BID, PRICE), (BID, QUANTITY))
"""A bid in which one of these is unreadable is set aside."""

P = TypeVar("P", bound=Plan)


def with_unreadable(plan: P, fields: Set[Name]) -> P:
    """`fields`: every field that has an unreadable cell."""
    if not fields:
        return plan
    change = _Change(plan.schema.root, {name: unread(*name) for name in sorted(fields)})
    stages = tuple(change.stage(s) for s in plan.stages)
    muted = {number: change.certain(flag) for number, flag in plan.muted.items()}
    return replace(plan, stages=stages, muted=muted, layout=plan.layout.plus((e, n + UNREAD) for e, n in sorted(fields)))


@dataclass
class _Change:
    root: str
    among: dict[Name, Kernel]
    """For each field and value: a flag, whether it is missing because of an unreadable cell."""
    shaken: dict[Name, Kernel] = field(default_factory=dict)
    """For each value that was worked out without the bids that are set aside: a flag, whether there are any."""
    aside: Kernel = NO
    """Of a bid: whether it is set aside."""

    def __post_init__(self) -> None:
        own = [self.among[name] for name in OWN if name in self.among]
        self.aside = conjunction([disjunction(own), Input(BID, LIVE, "flag")])
        if (BID, QUANTITY) in self.among:
            self.among[BID, ADMITTED] = self.among[BID, QUANTITY]

    def stage(self, old: Stage) -> Stage:
        return replace(old, steps=tuple(map(self.step, old.steps)), asked=tuple(map(self.asked, old.asked)))

    # ── values ──

    def step(self, old: Step) -> Step:
        new = old.map(lambda node: honest(node, self.among))
        meaning, name = old.meaning, (old.entity, old.name)
        if isinstance(meaning, Ranking):
            on = disjunction([rests(n, self.among) for n in meaning.kernels()])
            found = NO if on == NO else negation(present(Input(*name, "flag")))
        else:
            found = doubt(parts(meaning), self.among)
        if found != NO:
            self.among[name] = found
        return new if self.aside == NO or not old.value.field.stage else self.without_aside(new)

    def without_aside(self, step: Step) -> Step:
        """The value worked out without the bids that are set aside."""
        shaken = self.shaking(step)
        if shaken != NO:
            self.shaken[step.entity, step.name] = shaken
        new = step.map(self.counted)
        meaning = new.meaning
        if step.entity != BID:
            return new
        if isinstance(meaning, Ranking):
            return replace(new, meaning=replace(meaning, source=conjunction([negation(self.aside), meaning.source])))
        if step.name == FATE and not isinstance(meaning, Const):
            fate = parts(meaning)[0]
            return replace(new, meaning=choose(self.aside, Const(None, kind(fate)), fate))
        return new

    def counted(self, node: Kernel) -> Kernel:
        """The kernel whose aggregates of bids leave out those set aside."""

        def by(part: Kernel) -> Kernel | None:
            if not isinstance(part, Fold) or part.element != BID:
                return None
            return replace(part, where=conjunction([negation(self.aside), *([] if part.where is None else [part.where])]))

        return rewrite(node, by)

    def shaking(self, step: Step) -> Kernel:
        """A flag: whether the value was worked out without some bid."""
        found: list[Kernel] = [self.any_aside()] if isinstance(step.meaning, Ranking) and step.entity == BID else []
        for node in step.kernels():
            for fold in folds(node):
                if fold.element == BID:
                    found.append(self.any_aside(fold.owner))
                elif any(name in self.shaken for name in names(fold)):
                    found.append(self.any_aside())
            found += [self.shaken[name] for name in names(_without_folds(node)) if name in self.shaken]
        return disjunction(list(dict.fromkeys(found)))

    def any_aside(self, owner: str | None = None) -> Kernel:
        """Whether a bid is set aside, of those below the record of `owner`."""
        return Fold("any", BID, owner or self.root, self.aside, None, (), False, "flag")

    # ── rules ──

    def asked(self, old: Asked) -> Asked:
        return old.map(lambda node: self.undecided(honest(node, self.among)))

    def certain(self, muted: Kernel) -> Kernel:
        """The flag of a muted record, 否 where it hinges on an unreadable cell: then the cell is a reason, and the record is named."""
        flag = honest(muted, self.among)
        return muted if flag == muted else conjunction([present(flag), flag])

    def undecided(self, node: Kernel) -> Kernel:
        """The kernel in which a value that was worked out without a bid is missing."""
        if not any(name in self.shaken for name in names(node)):
            return node

        def by(part: Kernel) -> Kernel | None:
            match part:
                case Input(entity=entity, name=name):
                    flag = self.shaken.get((entity, name.removesuffix("#den")), NO)
                    return None if flag == NO else choose(flag, Const(None, part.kind), part)
                case Fold() if any(name in self.shaken for name in names(part)):
                    return choose(self.any_aside(), Const(None, part.kind), part)
                case Present(operand=a) if flags := [self.shaken[n] for n in names(a) if n in self.shaken]:
                    return choose(disjunction(list(dict.fromkeys(flags))), MISSING_FLAG, part)
                case _:
                    return None

        return rewrite(node, by)


def _without_folds(node: Kernel) -> Kernel:
    return rewrite(node, lambda part: Const(None, part.kind) if isinstance(part, Fold) else None)
