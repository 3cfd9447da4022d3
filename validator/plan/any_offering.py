"""A rulebook -> a plan made once for any offering; an offering -> that plan with its terms, and its fields as the plan reads them.

What `bind` makes constants of, a run of such a plan reads from its root: the same outcomes, worth it where every run has another offering.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dsl.kernel.lower import Bound
from dsl.kernel.nodes import Logic, Scalar, inputs
from dsl.to_python import Root
from validator.intake.offering import Offering
from validator.plan.bind import terms_of, unbound
from validator.plan.decidable import YES, lacks
from validator.plan.model import Asked, Plan
from validator.plan.prune import kernels, names
from validator.plan.supplied_columns import Supplied, gone, without
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Unbound:
    """`days`: every T±n that the plan reads, as its name, the field of its day, and n."""

    plan: Plan
    days: tuple[tuple[str, str, int], ...]

    def of(self, offering: Offering, calendar: Calendar) -> tuple[Plan, Root]:
        """Raises DiagnosticError: a required term that is missing, a fixed one that was changed, a day past the calendar."""
        terms = terms_of(self.plan.rulebook, offering, calendar)
        return replace(self.plan, offering=offering, terms=terms), self._root(terms, calendar)

    def _root(self, terms: Mapping[str, Bound], calendar: Calendar) -> Root:
        fields = self.plan.schema.entities[self.plan.schema.root].fields
        root: Root = {name: _scalar(terms.get(name), f.type.scale) for name, f in fields.items()}
        for name, anchor, offset in self.days:
            start = terms.get(anchor)
            root[name] = calendar.trading_day(start, offset) if isinstance(start, int) else None
        return root


def open_to_any(rulebook: Rulebook, calendar: Calendar, *, alone: bool, supplied: Supplied | None = None) -> Unbound:
    """`alone`: only the rules and values of the offering itself. `supplied`: what is handed in of every offering, if not all."""
    plan = unbound(rulebook, calendar, alone=alone)
    if supplied is not None:
        lost = _lost(plan, supplied)
        never = {a.number for a in plan.asked() if _never_decided(a, lost)}
        plan = without(plan, supplied)
        plan = replace(plan, muted={a.number: YES if a.number in never else lacks(a, lost) for a in plan.asked()})
    return Unbound(plan, tuple(_days(plan)))


def _lost(plan: Plan, supplied: Supplied) -> set[tuple[str, str]]:
    """What nobody handed in, fields of the offering among it, and the values that rest on it."""
    root = plan.schema.root
    fields = {(root, n) for n in plan.schema.entities[root].fields if n not in plan.rulebook.terms}
    lost = gone(plan, supplied) | (fields - supplied.columns)
    for step in plan.steps():
        if any(name in lost for node in kernels(step) for name in names(node)):
            lost.add((step.entity, step.name))
    return lost


def _never_decided(asked: Asked, lost: set[tuple[str, str]]) -> bool:
    """Whether all that a rule requires rests on what nobody handed in: then no blank of an offering is worth a finding."""
    operands = asked.require.operands if isinstance(asked.require, Logic) else (asked.require,)
    return all(any(name in lost for name in names(o)) for o in operands)


def _days(plan: Plan) -> Iterable[tuple[str, str, int]]:
    schema = plan.schema
    known = {*schema.entities[schema.root].fields, *schema.values.get(schema.root, {})}
    nodes = [n for s in plan.steps() for n in kernels(s)]
    nodes += [n for a in plan.asked() for n in (a.when, a.require, a.admits) if n is not None]
    for read in {i for n in nodes for i in inputs(n) if i.entity == schema.root}:
        if read.name.removesuffix("#den") not in known:
            yield read.name, schema.days[read.name[0]], int(read.name[1:] or 0)


def _scalar(value: Bound, scale: int) -> Scalar:
    return int(value * scale) if isinstance(value, Fraction) else value
