"""A rulebook -> one plan for all its offerings; an offering -> that plan with the offering's terms, and its root record.

`bind` turns terms and days into constants. A plan from here reads them from the root record at run time, and gives the same outcomes.
It saves time where every run has another offering: nothing is bound or compiled again.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from dsl.kernel.lower import Bound
from dsl.kernel.nodes import Logic, Scalar, inputs
from dsl.kernel.unreadable import UNREAD
from dsl.to_python import Root
from validator.intake.offering import Offering
from validator.plan.bind import terms_of, unbound
from validator.plan.decidable import NO, YES, decidable
from validator.plan.model import Asked, Name, Plan, names
from validator.plan.supplied_columns import Supplied, lost_columns, resting_on, without
from validator.plan.unreadable import with_unreadable
from validator.rulebook.model import Rulebook
from validator.vocabulary.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Unbound:
    """`days`: every T±n that the plan reads: its name in the root record, the field of the day that it counts from, and n."""

    plan: Plan
    days: tuple[tuple[str, str, int], ...]

    def of(self, offering: Offering, calendar: Calendar) -> tuple[Plan, Root]:
        """The plan with the offering's terms, and the root record.

        Raises DiagnosticError: a required term that is missing, a changed fixed term, a day past the calendar.
        """
        terms = terms_of(self.plan.rulebook, offering, calendar)
        return replace(self.plan, offering=offering, terms=terms), self._root(offering, terms, calendar)

    def _root(self, offering: Offering, terms: Mapping[str, Bound], calendar: Calendar) -> Root:
        fields = self.plan.schema.entities[self.plan.schema.root].fields
        root: Root = {name: _scalar(terms.get(name), f.type.scale) for name, f in fields.items()}
        root |= {name + UNREAD: offering.unreadable.get(name) for name in fields}
        for name, anchor, offset in self.days:
            start = terms.get(anchor)
            root[name] = calendar.trading_day(start, offset) if isinstance(start, int) else None
        return root


def open_to_any(rulebook: Rulebook, calendar: Calendar, *, alone: bool, supplied: Supplied | None = None) -> Unbound:
    """`alone`: keep only the rules and values of the offering itself. `supplied`: the columns given for every offering; None: all."""
    plan = unbound(rulebook, calendar, alone=alone)
    if supplied is not None:
        lost = lost_columns(plan, supplied)
        unsupplied = _with_fields(plan, supplied, lost)
        plan = without(plan, resting_on(plan.schema, lost, supplied.tables), lambda entity: NO if entity in supplied.tables else YES)
        rests = resting_on(plan.schema, unsupplied, supplied.tables)
        plan = replace(plan, muted={a.number: YES if _never_decided(a, unsupplied) else decidable(a, rests) for a in plan.asked()})
    unreadable = frozenset() if supplied is None else supplied.unreadable
    return Unbound(with_unreadable(plan, unreadable), tuple(_days(plan)))


def _with_fields(plan: Plan, supplied: Supplied, lost: set[Name]) -> set[Name]:
    """The columns in `lost`, the fields of the offering that are not supplied, and every value that rests on one of them."""
    root = plan.schema.root
    found = lost | ({(root, n) for n in plan.schema.entities[root].fields if n not in plan.rulebook.terms} - supplied.columns)
    for step in plan.steps():
        if any(not found.isdisjoint(names(node)) for node in step.kernels()):
            found.add((step.entity, step.name))
    return found


def _never_decided(asked: Asked, lost: Set[Name]) -> bool:
    """Whether every part of what a rule requires rests on something not supplied. An empty cell of an offering is then no finding."""
    operands = asked.require.operands if isinstance(asked.require, Logic) else (asked.require,)
    return all(not lost.isdisjoint(names(o)) for o in operands)


def _days(plan: Plan) -> Iterable[tuple[str, str, int]]:
    schema = plan.schema
    known = {*schema.entities[schema.root].fields, *schema.values.get(schema.root, {})}
    nodes = [n for s in plan.steps() for n in s.kernels()] + [n for a in plan.asked() for n in a.kernels()]
    for read in {i for n in nodes for i in inputs(n) if i.entity == schema.root}:
        if read.name.removesuffix("#den") not in known:
            yield read.name, schema.days[read.name[0]], int(read.name[1:] or 0)


def _scalar(value: Bound, scale: int) -> Scalar:
    return int(value * scale) if isinstance(value, Fraction) else value
