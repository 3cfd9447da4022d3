"""A plan + the columns that were given -> a plan that draws no conclusion from columns and tables that are not supplied.

An empty cell of a supplied column is a fact: `present(x)` is 否. If the whole column is not supplied, `x` may exist and nobody knows. So
this pass changes what a rule requires:

    present(x), `x` not supplied            否 becomes missing; the rule is undecided, never violated
    count(bids), the table not supplied     missing, not 0

Two places keep `present(x)` as written, with 否 for a column that is not supplied: a `when`, so that the rule is not applicable, and the
condition of an `if`, because there the author says what holds without `x`.

`BookPlan` goes one step further (partial evaluation): cells of a column that is not supplied become the constant "missing", and everything
that follows is computed in advance. A rule whose outcome is then the same on every record is not checked for any record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dsl.kernel.build import MISSING_FLAG, choose, conjunction, disjunction, folded, present
from dsl.kernel.nodes import Arith, Choose, Compare, Const, Fold, Input, Kernel, Member, Not, Present, Scalar, folds, rewrite
from dsl.schema import Schema
from validator.plan.decidable import NO, YES, Lost, decidable
from validator.plan.model import ADMITTED, BID, QUANTITY, Asked, Name, Plan, Stage, names
from validator.plan.unreadable import with_unreadable


@dataclass(frozen=True, slots=True)
class Supplied:
    """The columns (entity, field) and the tables (entity) that were given, and the columns that have unreadable cells."""

    columns: frozenset[Name]
    tables: frozenset[str]
    unreadable: frozenset[Name] = frozenset()


def everything(schema: Schema) -> Supplied:
    """Every column of every table."""
    entities = [e for e in schema.entities.values() if e.name != schema.root]
    return Supplied(frozenset((e.name, f) for e in entities for f in e.fields), frozenset(e.name for e in entities))


@dataclass(frozen=True)
class Coverage:
    """For each rule: what it rests on that is not supplied."""

    supplied: Supplied
    terms: Mapping[str, object]
    silent: frozenset[int] = frozenset()
    """The rules (by number) that name no record: the report says once, for the rule, what is not supplied."""
    _unsupplied: dict[int, frozenset[str]] = field(default_factory=dict)

    def unsupplied(self, asked: Asked) -> frozenset[str]:
        """What the rule rests on and is not supplied: names of tables, columns and fields of the offering."""
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
    """A plan for all books that have the same columns. It reads no column or table that is not supplied."""

    coverage: Coverage = field(default_factory=lambda: Coverage(Supplied(frozenset(), frozenset()), {}))

    @classmethod
    def of(cls, plan: Plan, supplied: Supplied) -> "BookPlan":
        """The plan for the columns in `supplied`."""
        given = Coverage(supplied, plan.terms)
        lost = lost_columns(plan, supplied)
        rests = resting_on(plan.schema, lost, supplied.tables)
        open_ = without(plan, rests, _unsupplied_tables(supplied))
        muted = {a.number: decidable(a, rests) for a in open_.asked() if given.unsupplied(a)}
        settled = replace(open_, muted=muted, stages=_settled(open_, supplied))
        silent = frozenset(a.number for a in settled.asked() if settled.silent(a.number))
        same = {name: getattr(settled, name) for name in Plan.__dataclass_fields__}
        made = cls(**same, coverage=Coverage(supplied, plan.terms, silent))
        return with_unreadable(made, supplied.unreadable) if supplied.unreadable else made


# ── what is lost ──


def lost_columns(plan: Plan, supplied: Supplied) -> set[Name]:
    """The columns that are not supplied, and the values that rest on one of them or on a table that is not supplied."""
    # The offering stays out: a term that it does not state is a missing constant of the plan.
    records = [e for e in plan.schema.entities.values() if e.name != plan.schema.root]
    lost = {(e.name, f) for e in records for f in e.fields if (e.name, f) not in supplied.columns}
    if (BID, QUANTITY) in lost:
        lost.add((BID, ADMITTED))
    for step in plan.steps():
        if any(not lost.isdisjoint(names(n)) or any(f.element not in supplied.tables for f in folds(n)) for n in step.kernels()):
            lost.add((step.entity, step.name))
    return lost


def resting_on(schema: Schema, lost: set[Name], tables: frozenset[str]) -> Lost:
    """Node -> `YES` if it rests on a name in `lost`, or on a table that is not in `tables`; else `NO`."""

    def rests(node: Kernel) -> Kernel:
        return YES if any(n in lost for n in names(node)) or any(f.element not in tables for f in folds(node)) else NO

    return rests


def _unsupplied_tables(supplied: Supplied) -> Callable[[str], Kernel]:
    return lambda entity: NO if entity in supplied.tables else YES


# ── what nothing is concluded from ──


def without(plan: Plan, lost: Lost, unsupplied: Callable[[str], Kernel]) -> Plan:
    """The plan that concludes nothing from what is lost. `unsupplied`: entity -> a flag, whether its table is not supplied."""

    def table(node: Kernel) -> Kernel | None:
        if not isinstance(node, Fold) or (flag := unsupplied(node.element)) == NO:
            return None
        return choose(flag, Const(None, node.kind), node)

    def there(node: Kernel) -> Kernel:
        """`present(node)`. These operators are missing exactly where an operand is, so one operand that is certainly missing decides."""
        rests = lost(node)
        match node:
            case _ if rests == NO:
                return present(node)
            case Arith(op="+" | "-" | "*", left=a, right=b) | Compare(left=a, right=b):
                return conjunction([there(a), there(b)])
            case Not(operand=a) | Member(operand=a):
                return there(a)
            case _:
                return disjunction([present(rewrite(node, table)), conjunction([rests, MISSING_FLAG])])

    def known(node: Kernel) -> Kernel | None:
        match node:
            case Present(operand=a):
                return None if lost(a) == NO else there(a)
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
    """The columns of which every cell is missing if they are not supplied: those without a default that are no part of a key."""
    entities = [e for e in schema.entities.values() if e.name != schema.root]
    return ((e.name, f.name) for e in entities for f in e.fields.values() if f.default is None and f.name not in e.key)


def _settled(plan: Plan, supplied: Supplied) -> tuple[Stage, ...]:
    """The stages after constant folding, with cells of columns that are not supplied as missing. Outcomes do not change."""
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
