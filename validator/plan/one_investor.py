"""A plan -> the part of it that one investor's records decide, as one plan for every set of columns. The report names the other rules.

Left out are rules and values that need more than these records: a join over the book, a total of the offering, a ranking, and every value
that rests on one of them. If such a rule can make a bid invalid, or cut its quantity, then `live` or `admitted_quantity` is unknown from
the next stage on. Rules that read it are left out too: a portal must not call a bid live that the whole book makes invalid.

Each submission may have other columns, and planning anew for each set would be too slow. So the plan reads which columns are supplied
from flags of the offering. They have two kinds of names:

    ?0, ?1 …    true where at least one of certain columns or tables is not supplied
    !0, !1 …    true where the outcome of a rule is known without a record, so that it need not be checked

Here `without` (see `supplied_columns`) gives kernels that read flags: `present(x)` becomes `present(x) or (?7 and missing)`, where `?7` is
"the column `x` is not supplied". `given` turns a set of columns into the values of all flags.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from dsl.kernel.build import conjunction
from dsl.kernel.nodes import (
    AddMonths,
    Apply,
    Arith,
    Choose,
    Compare,
    Const,
    Fold,
    Input,
    Kernel,
    Logic,
    Member,
    Not,
    Present,
    Scalar,
    folds,
)
from dsl.outcomes import NOT_APPLICABLE, NOT_EVALUABLE
from validator.plan.conditions import FALSE, TRUE, Atom, Condition, all_of, any_of, holds, lost_any, lost_none
from validator.plan.decidable import NO, YES, decidable
from validator.plan.model import ADMITTED, BID, INVALIDATING, LIVE, QUANTITY, Asked, Name, Plan, Ranking, Stage, names
from validator.plan.prune import pruned
from validator.plan.supplied_columns import Coverage, Supplied, always_missing, without


@dataclass(frozen=True, slots=True)
class Given:
    """What follows from a set of columns: the values of the flags, and the outcomes of the rules that need not be checked, by number."""

    coverage: Coverage
    flags: Mapping[str, Scalar]
    endings: Mapping[int, int]
    complete: frozenset[int]
    """The rules (by number) that rest on nothing that is not supplied: only a missing cell can leave them undecided."""


@dataclass(frozen=True)
class SubmissionPlan(Plan):
    """A plan for one investor's records, for any set of columns."""

    guards: Mapping[int, Kernel] = field(default_factory=dict)
    """Per rule (by number) its flag `!n`: true where it need not be checked."""
    _flags: "_Flags" = field(default_factory=lambda: _Flags("", {}))
    _ends: Mapping[int, "_Ends"] = field(default_factory=dict)
    _incomplete: Mapping[int, Kernel] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> "SubmissionPlan":
        """Made once per offering."""
        rules, values = _local(plan)
        local = replace(plan, stages=pruned(plan, tuple(_kept(s, rules, values) for s in plan.stages)))
        flags = _Flags(plan.schema.root, _rests(plan))
        open_ = without(local, flags.rests, lambda table: flags.flag({("", table)}))
        incomplete = {a.number: _incomplete(a, plan, flags) for a in open_.asked()}
        muted = {a.number: k for a in open_.asked() if (k := conjunction([incomplete[a.number], decidable(a, flags.rests)])) != NO}
        ends = _Certain(open_, flags).ends(muted)
        guards = {n: flags.guard(any_of((e.idle, e.open))) for n, e in ends.items() if e.idle or e.open}
        same = {name: getattr(open_, name) for name in Plan.__dataclass_fields__}
        same |= {"muted": muted, "layout": plan.layout.only(_read(local))}
        return cls(**same, guards=guards, _flags=flags, _ends=ends, _incomplete=incomplete)

    def fields(self) -> frozenset[Name]:
        """The fields that the plan reads from records."""
        schema = self.schema
        found = {(e.name, f) for e in schema.entities.values() if e.name != schema.root for f in e.fields}
        return frozenset(name for name in found if name[1] in self.layout.slots.get(name[0], ()))

    def given(self, supplied: Supplied) -> Given:
        """What follows from these columns alone, for any records."""
        lost = self._flags.lost(supplied)
        idle = {n: NOT_APPLICABLE for n, e in self._ends.items() if holds(e.idle, lost)}
        open_ = {n: NOT_EVALUABLE for n, e in self._ends.items() if holds(e.open, lost)}
        silent = frozenset(n for n, e in self._ends.items() if holds(e.silent, lost))
        flags = self._flags.values(lost)
        complete = frozenset(n for n, flag in self._incomplete.items() if flag == NO or (isinstance(flag, Input) and not flags[flag.name]))
        return Given(Coverage(supplied, self.terms, silent), flags, open_ | idle, complete)


# ── which rules and values ──


def _local(plan: Plan) -> tuple[frozenset[int], frozenset[Name]]:
    """The rules (by number) and the values that read nothing beyond one investor's records."""
    far: set[Name] = set()
    rules: set[int] = set()
    for stage in plan.stages:
        for step in stage.steps:
            if isinstance(step.meaning, Ranking) or not all(_is_local(n, plan, far) for n in step.kernels()):
                far.add((step.entity, step.name))
        found = {
            a.number for a in stage.asked if a.rule.entity != plan.schema.root and all(_is_local(n, plan, far) for n in _reads(plan, a))
        }
        for asked in (a for a in stage.asked if a.number not in found):
            far |= set(_taken(asked, plan))
        rules |= found
    return frozenset(rules), frozenset((s.entity, s.name) for s in plan.steps()) - far


def _kept(stage: Stage, rules: Set[int], values: Set[Name]) -> Stage:
    steps = tuple(x for x in stage.steps if (x.entity, x.name) in values)
    return Stage(stage.name, steps, tuple(a for a in stage.asked if a.number in rules))


def _reads(plan: Plan, asked: Asked) -> list[Kernel]:
    """The kernels that a rule rests on. Empty if its outcome is known without a record."""
    return asked.reads() if plan.ending(asked) is None else []


def _is_local(node: Kernel, plan: Plan, far: Set[Name]) -> bool:
    if any(f.everywhere or f.owner == plan.schema.root for f in folds(node)):
        return False
    return far.isdisjoint(names(node))


def _taken(asked: Asked, plan: Plan) -> Iterator[Name]:
    """What the effects of a left out rule make unknown in later stages."""
    if asked.rule.entity in plan.schema.parents[BID][:-1]:
        if INVALIDATING & set(asked.rule.effect):
            yield BID, LIVE
        if asked.admits is not None:
            yield BID, ADMITTED


def _read(plan: Plan) -> set[Name]:
    """All fields and values that a run reads from records or writes to them."""
    nodes = [n for a in plan.asked() for n in _reads(plan, a)]
    nodes += [n for x in plan.steps() for n in x.kernels()]
    own = {(x.entity, x.name) for x in plan.steps()}
    return own | {name for n in nodes for name in names(n)} | {(BID, n) for n in (LIVE, ADMITTED, QUANTITY)}


# ── flags ──


def _rests(plan: Plan) -> dict[Name, frozenset[Atom]]:
    """For each value: the columns and tables that it rests on."""
    found: dict[Name, frozenset[Atom]] = {(BID, ADMITTED): frozenset({(BID, QUANTITY)}), (BID, LIVE): frozenset()}
    for step in plan.steps():
        found[step.entity, step.name] = frozenset(a for n in step.kernels() for a in _atoms(n, plan.schema.root, found))
    return found


def _atoms(node: Kernel, root: str, values: Mapping[Name, frozenset[Atom]]) -> Iterator[Atom]:
    for name in names(node):
        yield from values.get(name, () if name[0] == root else (name,))
    yield from (("", f.element) for f in folds(node))


@dataclass
class _Flags:
    """The flags of a plan: `?n` for sets of columns and tables, `!n` for conditions."""

    root: str
    values_rest: Mapping[Name, frozenset[Atom]]
    any_of: dict[frozenset[Atom], Input] = field(default_factory=dict)
    guards: dict[Condition, Input] = field(default_factory=dict)

    def flag(self, atoms: Iterable[Atom]) -> Kernel:
        """The flag `?n`: true where at least one of these columns or tables is not supplied."""
        on = frozenset(atoms)
        return self.any_of.setdefault(on, Input(self.root, f"?{len(self.any_of)}", "flag")) if on else NO

    def rests(self, node: Kernel) -> Kernel:
        """The flag `?n`: true where the node rests on something not supplied."""
        return self.flag(_atoms(node, self.root, self.values_rest))

    def guard(self, condition: Condition) -> Kernel:
        """The flag `!n`: true where the condition holds."""
        return self.guards.setdefault(condition, Input(self.root, f"!{len(self.guards)}", "flag"))

    def meaning(self, node: Input) -> frozenset[Atom] | None:
        """The columns and tables of a flag `?n`; None if the input is no such flag."""
        return next((on for on, flag in self.any_of.items() if flag == node), None) if node.entity == self.root else None

    def lost(self, supplied: Supplied) -> frozenset[Atom]:
        """The columns and tables that are not supplied, of those that some flag depends on."""
        known = frozenset().union(*self.any_of, *(pos | neg for c in self.guards for pos, neg in c))
        return known - supplied.columns - {("", t) for t in supplied.tables}

    def values(self, lost: frozenset[Atom]) -> dict[str, Scalar]:
        """The values of all flags, where `lost` is what is not supplied."""
        flags: dict[str, Scalar] = {i.name: not on.isdisjoint(lost) for on, i in self.any_of.items()}
        return flags | {i.name: holds(condition, lost) for condition, i in self.guards.items()}


def _incomplete(asked: Asked, plan: Plan, flags: _Flags) -> Kernel:
    """A flag: whether the rule rests on a column or table that is not supplied, or on a term that is missing."""
    if any(plan.terms.get(t) is None for t in asked.sheet.terms):
        return YES
    return flags.flag({*((f.entity, f.name) for f in asked.sheet.inputs if f.source == "field"), *(("", e) for e in asked.sheet.counted)})


# ── outcomes that are known without a record ──


@dataclass(frozen=True, slots=True)
class _Ends:
    """For a rule: the conditions on what is not supplied under which its outcome is known without a record."""

    idle: Condition
    """It is not applicable to any record."""
    open: Condition
    """It is undecided on every record."""
    silent: Condition
    """If it is undecided, the report says this once for the rule and names no record."""


Sure = tuple[Condition, Condition, Condition]
"""The conditions under which a node is 是, 否 or missing on every record."""

UNSURE: Sure = (FALSE, FALSE, FALSE)


class _Certain:
    """Nodes -> what is known of them without a record.

    INVARIANT: where a condition holds, the node has that value on every record. The reverse need not be true.
    """

    def __init__(self, plan: Plan, flags: _Flags) -> None:
        self.plan, self.flags = plan, flags
        self.empty = frozenset(always_missing(plan.schema))
        self.values: dict[Name, Sure] = {}

    def ends(self, muted: Mapping[int, Kernel]) -> dict[int, _Ends]:
        """For every rule, by number. `muted` as in `Plan`."""
        for step in self.plan.steps():
            for name, node in zip((step.name, f"{step.name}#den"), step.kernels(), strict=False):
                self.values[step.entity, name] = self.sure(node)
        return {a.number: self.end(a, muted.get(a.number)) for a in self.plan.asked()}

    def end(self, asked: Asked, muted: Kernel | None) -> _Ends:
        yes, no, missing = (TRUE, FALSE, FALSE) if asked.when is None else self.sure(asked.when)
        silent = FALSE if muted is None else self.sure(muted)[0]
        open_ = any_of((missing, all_of((yes, self.sure(asked.require)[2]))))
        return _Ends(no, all_of((silent, open_)), silent)

    def sure(self, node: Kernel) -> Sure:
        match node:
            case Const(value=value):
                return _when(value is True), _when(value is False), _when(value is None)
            case Input():
                return self.read(node)
            case Not(operand=a):
                yes, no, missing = self.sure(a)
                return no, yes, missing
            case Logic(op=op, operands=operands):
                return _joined(op, [self.sure(o) for o in operands])
            case Choose(condition=c, then=a, other=b):
                (yes, no, missing), then, other = self.sure(c), self.sure(a), self.sure(b)
                either = [any_of((all_of((yes, x)), all_of((no, y)))) for x, y in zip(then, other, strict=True)]
                return either[0], either[1], any_of((missing, either[2]))
            case Present(operand=a):
                return FALSE, self.sure(a)[2], FALSE
            case Compare(left=a, right=b) | Arith(left=a, right=b):
                return FALSE, FALSE, any_of((self.sure(a)[2], self.sure(b)[2]))
            case Member(operand=a) | AddMonths(operand=a) | Apply(operand=a):
                return FALSE, FALSE, self.sure(a)[2]
            case Fold():
                return UNSURE

    def read(self, node: Input) -> Sure:
        on = self.flags.meaning(node)
        if on is not None:
            return lost_any(on), lost_none(on), FALSE
        name = (node.entity, node.name)
        return (FALSE, FALSE, lost_any((name,))) if name in self.empty else self.values.get(name, UNSURE)


def _joined(op: str, sides: Sequence[Sure]) -> Sure:
    yeses, noes, missing = ([s[i] for s in sides] for i in range(3))
    if op == "or":
        yeses, noes = noes, yeses
    all_, any_ = all_of(yeses), any_of(noes)
    # Missing as a whole: one side is missing, and no side decides alone.
    open_ = all_of([any_of(missing), *(any_of(pair) for pair in zip(yeses, missing, strict=True))])
    return (all_, any_, open_) if op == "and" else (any_, all_, open_)


def _when(value: bool) -> Condition:
    return TRUE if value else FALSE
