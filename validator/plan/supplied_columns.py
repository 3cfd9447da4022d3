"""A plan + the columns that were given -> the plan that concludes nothing from a column or table that is not supplied.

In a column that is given an empty cell is a fact: `present(x)` is 否. Where the whole column is not supplied nothing is known of it, nor
of a value that rests on it: in what a rule requires `present(x)` is then 是 or missing, and every aggregate over a table that is not
supplied is missing. The rule is not evaluable, never violated. A `when` that asks for what is not given stays as it is: not applicable.
So does the condition of an `if`: the author says there what holds without it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dsl.kernel.build import MISSING_FLAG, choose, conjunction, disjunction, folded, present
from dsl.kernel.nodes import Choose, Const, Fold, Input, Kernel, Present, Scalar, folds, rewrite
from dsl.schema import Schema
from validator.plan.decidable import NO, YES, Lost, lacks
from validator.plan.model import ADMITTED, BID, QUANTITY, Asked, Name, Plan, Stage, names


@dataclass(frozen=True, slots=True)
class Supplied:
    """The columns (entity, field) and the tables (entity) that a run may draw on."""

    columns: frozenset[Name]
    tables: frozenset[str]


def everything(schema: Schema) -> Supplied:
    """Every column of every table."""
    entities = [e for e in schema.entities.values() if e.name != schema.root]
    return Supplied(frozenset((e.name, f) for e in entities for f in e.fields), frozenset(e.name for e in entities))


@dataclass(frozen=True)
class Coverage:
    """What the columns that were given leave open, rule by rule."""

    supplied: Supplied
    terms: Mapping[str, object]
    silent: frozenset[int] = frozenset()
    """The rules of which no record is named: what they lack is said once."""
    _unsupplied: dict[int, frozenset[str]] = field(default_factory=dict)

    def unsupplied(self, asked: Asked) -> frozenset[str]:
        """The names that a rule rests on and that nobody gave: tables, columns of tables, fields of the offering."""
        found = self._unsupplied.get(asked.number)
        if found is None:
            found = self._unsupplied[asked.number] = _unsupplied(asked, self.supplied, self.terms)
        return found


def _unsupplied(asked: Asked, supplied: Supplied, terms: Mapping[str, object]) -> frozenset[str]:
    fields = [f for f in asked.sheet.inputs if f.source != "value" and (f.entity, f.name) not in supplied.columns]
    found = {f.name for f in fields if f.source == "field" or terms.get(f.name) is None}
    admitted = {ADMITTED} if any(f.name == QUANTITY for f in fields) else set()
    return frozenset(found | admitted | (asked.sheet.counted - supplied.tables))


@dataclass(frozen=True)
class BookPlan(Plan):
    """A plan for books with the same columns. Nothing in it is left to read from what is not supplied."""

    coverage: Coverage = field(default_factory=lambda: Coverage(Supplied(frozenset(), frozenset()), {}))

    @classmethod
    def of(cls, plan: Plan, supplied: Supplied) -> "BookPlan":
        """What cannot run for want of a column is said once per rule, and what is known without a record need not be asked of each."""
        given = Coverage(supplied, plan.terms)
        lost = lost_columns(plan, supplied)
        rests = resting_on(plan.schema, lost, supplied.tables)
        open_ = without(plan, rests, _absent_tables(supplied))
        muted = {a.number: lacks(a, rests) for a in open_.asked() if given.unsupplied(a)}
        settled = replace(open_, muted=muted, stages=_settled(open_, supplied))
        silent = frozenset(a.number for a in settled.asked() if settled.silent(a.number))
        same = {name: getattr(settled, name) for name in Plan.__dataclass_fields__}
        return cls(**same, coverage=Coverage(supplied, plan.terms, silent))


# ── what is lost ──


def lost_columns(plan: Plan, supplied: Supplied) -> set[Name]:
    """The columns that are not supplied, and the values that rest on one of them or on a table that is not."""
    records = [e for e in plan.schema.entities.values() if e.name != plan.schema.root]  # what an offering does not state is not given
    lost = {(e.name, f) for e in records for f in e.fields if (e.name, f) not in supplied.columns}
    if (BID, QUANTITY) in lost:
        lost.add((BID, ADMITTED))
    for step in plan.steps():
        if any(not lost.isdisjoint(names(n)) or any(f.element not in supplied.tables for f in folds(n)) for n in step.kernels()):
            lost.add((step.entity, step.name))
    return lost


def resting_on(schema: Schema, lost: set[Name], tables: frozenset[str]) -> Lost:
    """Whether a node rests on what is lost, or on a table that is not among these."""

    def rests(node: Kernel) -> Kernel:
        return YES if any(n in lost for n in names(node)) or any(f.element not in tables for f in folds(node)) else NO

    return rests


def _absent_tables(supplied: Supplied) -> Callable[[str], Kernel]:
    return lambda entity: NO if entity in supplied.tables else YES


# ── what nothing is concluded from ──


def without(plan: Plan, lost: Lost, absent: Callable[[str], Kernel]) -> Plan:
    """The plan in which what is lost decides nothing. `absent`: whether a table is not supplied."""

    def table(node: Kernel) -> Kernel | None:
        if not isinstance(node, Fold) or (gone := absent(node.element)) == NO:
            return None
        return choose(gone, Const(None, node.kind), node)

    def known(node: Kernel) -> Kernel | None:
        match node:
            case Present(operand=a):
                gone = lost(node)
                return None if gone == NO else disjunction([present(rewrite(a, table)), conjunction([gone, MISSING_FLAG])])
            case Choose(condition=a, then=b, other=c):
                return replace(node, condition=rewrite(a, table), then=rewrite(b, known), other=rewrite(c, known))
            case _:
                return table(node)

    def kernel(node: Kernel) -> Kernel:
        return rewrite(node, known)

    def stage(old: Stage) -> Stage:
        steps = tuple(s.map(kernel) for s in old.steps)
        return replace(old, steps=steps, asked=tuple(a.map(kernel, lambda node: rewrite(node, table)) for a in old.asked))

    return replace(plan, stages=tuple(map(stage, plan.stages)))


# ── what is known without a record ──


def always_missing(schema: Schema) -> Iterable[Name]:
    """The columns whose cells are all missing where they are not supplied: those without a default, and no part of a key."""
    entities = [e for e in schema.entities.values() if e.name != schema.root]
    return ((e.name, f.name) for e in entities for f in e.fields.values() if f.default is None and f.name not in e.key)


def _settled(plan: Plan, supplied: Supplied) -> tuple[Stage, ...]:
    """The stages with the cells of columns that are not supplied as missing, and all that follows: the outcomes are the same."""
    known: dict[Name, Scalar] = {name: None for name in always_missing(plan.schema) if name not in supplied.columns}

    def read(node: Input) -> Kernel:
        place = (node.entity, node.name)
        return Const(known[place], node.kind) if place in known else node

    def fold(node: Kernel) -> Kernel:
        return folded(node, read)

    stages = []
    for stage in plan.stages:
        steps = []
        for step in stage.steps:
            steps.append(step.map(fold))
            known |= {(step.entity, name): value for name, value in steps[-1].constants().items()}
        stages.append(replace(stage, steps=tuple(steps), asked=tuple(a.map(fold) for a in stage.asked)))
    return tuple(stages)
