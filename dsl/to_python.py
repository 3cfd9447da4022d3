"""Kernel -> Python source: one function over the records of one investor, or of a whole book; and functions for single expressions.

A record is a list with a slot per column (see `Layout`), its links point to other records. Missing is None. No text of a rulebook
reaches the source: variables are numbered, texts and names come through a table of constants.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never

from dsl.compose import add_months
from dsl.kernel import (
    AddMonths,
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
    inputs,
    inputs_of,
)
from dsl.quantities import Schema
from dsl.ratio import Lowered
from dsl.ratio import parts as parts

VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE, ERROR = 1, 2, 3, 4
"""Outcomes in the output of a program; a rule that holds leaves no trace."""

Record = list[Any]
Tables = Mapping[str, list[Record]]
Root = dict[str, Scalar]
Program = Callable[[Tables, Root, list[int], list[tuple[int, Record, int]]], None]


GAP = "^gap"
"""Set on a record to which not all records below it could be tied: what is counted or summed over these is missing."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a record keeps what: fields and values by name, `^placee` the record it belongs to, `*bid` the records below it."""

    schema: Schema
    slots: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, schema: Schema, values: Iterable[tuple[str, str]] = ()) -> "Layout":
        """Slots for every field of the schema and for the given values (entity, name), each with room for a denominator."""
        names: dict[str, list[str]] = {}
        for e in schema.entities.values():
            if e.name == schema.root:
                continue
            above = [f"^{p}" for p in schema.parents(e.name)[1:2] if p != schema.root]
            beside = [f"^{x}" for x in schema.lenders(e.name)]
            names[e.name] = [*e.fields, *above, *beside, *(f"*{x}" for x in schema.below(e.name)), "^id", "^row", GAP]
        for entity, name in values:
            if entity != schema.root:
                names[entity] += [name, f"{name}#den"]
        return cls(schema, {e: {n: i for i, n in enumerate(dict.fromkeys(ns))} for e, ns in names.items()})

    def blank(self, entity: str, known: dict[str, Record] | None = None) -> Record:
        """A record of which nothing is known, linked to others of the kind: what a link points to where there is no record."""
        family = {} if known is None else known
        record = family[entity] = [None] * len(self.slots[entity])
        for name, slot in self.slots[entity].items():
            if name.startswith("*"):
                record[slot] = []
            elif name.startswith("^") and name[1:] in self.slots:
                record[slot] = family.get(name[1:]) or self.blank(name[1:], family)
        return record


@dataclass(frozen=True, slots=True)
class Assign:
    """Compute a value for every record of an entity and keep it there."""

    entity: str
    name: str
    meaning: Lowered


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a rule of every record of an entity; `number` names it in the output."""

    number: int
    entity: str
    when: Kernel | None
    require: Kernel


Step = Assign | Ask


def to_python(steps: Sequence[Step], layout: Layout) -> Program:
    """`program(tables, root, idle, out)`: how often each rule was not applicable, and (rule, record, outcome) for what does not hold."""
    out = _Source(layout)
    out.line("def program(tables, root, idle, out):")
    out.depth = 1
    out.line("say = out.append")
    for entity, group in _grouped(steps):
        out.loop(entity, group)
    return out.compile("program")  # type: ignore[no-any-return]


def to_function(meanings: Sequence[Lowered], entity: str, layout: Layout) -> Callable[[Record | None, Root, Tables], tuple[Scalar, ...]]:
    """`f(record, root, tables)` -> the value of each meaning, two for a ratio (numerator, denominator)."""
    out = _Source(layout)
    out.line("def answer(r, root, tables):")
    out.depth = 1
    nodes = [n for m in meanings for n in parts(m)]
    scope = _Scope(entity, "r")
    out.load(scope, nodes)
    atoms = [out.emit(n, scope) for n in nodes]
    out.line(f"return ({''.join(a + ', ' for a in atoms)})")
    return out.compile("answer")  # type: ignore[no-any-return]


def source(steps: Sequence[Step], layout: Layout) -> str:
    """The generated text, for tests that read it."""
    out = _Source(layout)
    for entity, group in _grouped(steps):
        out.loop(entity, group)
    return "\n".join(out.lines)


def _grouped(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """Neighbours over one entity share a loop. An `all …` aggregate is built before the loop, so what it reads must be done."""
    groups: list[tuple[str, list[Step]]] = []
    for step in steps:
        assigned = {s.name for s in groups[-1][1] if isinstance(s, Assign)} if groups else set()
        tables = [f for n in _nodes(step) for f in folds(n) if f.everywhere]
        early = any(i.entity == step.entity and i.name.removesuffix("#den") in assigned for f in tables for i in inputs(f))
        if groups and groups[-1][0] == step.entity and not early:
            groups[-1][1].append(step)
        else:
            groups.append((step.entity, [step]))
    return groups


@dataclass(slots=True)
class _Scope:
    """A record at hand: its entity, its variable, and what was loaded or computed from it."""

    entity: str
    record: str
    known: dict[Kernel, str] = field(default_factory=dict)


class _Source:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.lines: list[str] = []
        self.depth = 0
        self.constants: list[object] = []
        self.names = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def constant(self, value: object) -> str:
        for i, known in enumerate(self.constants):
            if type(known) is type(value) and known == value:
                return f"k{i}"
        self.constants.append(value)
        return f"k{len(self.constants) - 1}"

    def compile(self, name: str) -> Any:
        space: dict[str, Any] = {f"k{i}": c for i, c in enumerate(self.constants)}
        space |= {"middle": _middle, "months": add_months, "Matches": _Matches}
        exec(compile("\n".join(self.lines), "<rules>", "exec"), space)
        return space[name]

    def let(self, text: str) -> str:
        name = self.name()
        self.line(f"{name} = {text}")
        return name

    # ── loops ──

    def loop(self, entity: str, steps: Sequence[Step]) -> None:
        nodes = [n for s in steps for n in _nodes(s)]
        assigned = {s.name for s in steps if isinstance(s, Assign)}
        shared = {k: v for n in nodes for k, v in self.matches(n).items()}
        self.line(f"for r in tables[{self.constant(entity)}]:")
        self.depth += 1
        scope = _Scope(entity, "r", dict(shared))
        early = [i for n in nodes for i in inputs_of(n) if not (i.entity == entity and i.name.removesuffix("#den") in assigned)]
        self.load(scope, early)
        for step in steps:
            self.step(step, scope)
        self.depth -= 1

    def step(self, step: Step, scope: _Scope) -> None:
        own = _Scope(scope.entity, scope.record, dict(scope.known))
        if isinstance(step, Assign):
            self.load(own, _nodes(step))
            atoms = [self.emit(n, own) for n in parts(step.meaning)]
            slots = self.layout.slots[step.entity]
            for suffix, atom in zip(("", "#den"), atoms, strict=False):
                self.line(f"{scope.record}[{slots[step.name + suffix]}] = {atom}")
            return
        self.line("try:")
        self.depth += 1
        self.load(own, _nodes(step))
        if step.when is not None:
            when = self.emit(step.when, own)
            self.line(f"if {when} is True:")
            self.depth += 1
        holds = self.emit(step.require, own)
        self.line(f"if {holds} is not True:")
        self.line(f"    say(({step.number}, {scope.record}, {VIOLATED} if {holds} is False else {NOT_EVALUABLE}))")
        if step.when is not None:
            self.depth -= 1
            self.line(f"elif {when} is False:")
            self.line(f"    idle[{step.number}] += 1")
            self.line("else:")
            self.line(f"    say(({step.number}, {scope.record}, {NOT_EVALUABLE}))")
        self.depth -= 1
        self.line("except Exception:")
        self.line(f"    say(({step.number}, {scope.record}, {ERROR}))")

    def load(self, scope: _Scope, nodes: Iterable[Kernel]) -> None:
        for node in nodes:
            for read in inputs_of(node):
                if read not in scope.known:
                    scope.known[read] = self.let(self.reach(read, scope))

    def reach(self, read: Input, scope: _Scope) -> str:
        if read.entity == self.layout.schema.root:
            return f"root.get({self.constant(read.name)})"
        return f"{self.walk(read.entity, scope)}[{self.layout.slots[read.entity][read.name]}]"

    def walk(self, goal: str, scope: _Scope) -> str:
        """The one record of `goal` that the record at hand belongs to or is lent by."""
        at, record = scope.entity, scope.record
        for link in self.layout.schema.links(at, goal):
            record += f"[{self.layout.slots[at]['^' + link]}]"
            at = link
        return record

    # ── expressions ──

    def emit(self, node: Kernel, scope: _Scope) -> str:
        """A variable or literal that holds the node's value; the lines that compute it are written before."""
        if isinstance(node, Const):
            return repr(node.value) if node.value is None or isinstance(node.value, int) else self.constant(node.value)
        if node not in scope.known:
            scope.known[node] = self.let(self.reach(node, scope)) if isinstance(node, Input) else self.write(node, scope)
        return scope.known[node]

    def write(self, node: Kernel, scope: _Scope) -> str:
        match node:
            case Arith(op=op, left=left, right=right):
                return self.strict(f"{{}} {op} {{}}", (left, right), scope)
            case Compare(op=op, left=left, right=right):
                return self.strict(f"{{}} {'==' if op == '=' else op} {{}}", (left, right), scope)
            case Not(operand=operand):
                return self.strict("not {}", (operand,), scope)
            case Member(operand=operand, values=values):
                return self.strict(f"{{}} in {self.constant(frozenset(values))}", (operand,), scope)
            case AddMonths(operand=operand, months=months):
                return self.strict(f"months({{}}, {months})", (operand,), scope)
            case Present(operand=operand):
                atom = self.emit(operand, scope)
                return self.let(f"{atom} is not None") if _may_miss(operand) else "True"
            case Logic(op=op, operands=operands):
                return self.logic(op, [(o, self.emit(o, scope)) for o in operands])
            case Choose(condition=condition, then=then, other=other):
                return self.choose(condition, then, other, scope)
            case Fold():
                return self.fold(node, scope)
            case Const() | Input():
                return self.emit(node, scope)
            case _:
                assert_never(node)

    def strict(self, form: str, operands: tuple[Kernel, ...], scope: _Scope) -> str:
        """An operator that is missing where an operand is."""
        atoms = [self.emit(o, scope) for o in operands]
        guards = " or ".join(dict.fromkeys(f"{a} is None" for o, a in zip(operands, atoms, strict=True) if _may_miss(o)))
        text = form.format(*atoms)
        return self.let(f"None if {guards} else {text}" if guards else text)

    def logic(self, op: Literal["and", "or"], operands: Sequence[tuple[Kernel, str]]) -> str:
        atoms = [a for _, a in operands]
        missing = [a for o, a in operands if _may_miss(o)]
        if not missing:
            return self.let(f" {op} ".join(atoms))
        decides = "False" if op == "and" else "True"
        decided = " or ".join(f"{a} is {decides}" for a in atoms)
        unknown = " or ".join(f"{a} is None" for a in missing)
        return self.let(f"{decides} if {decided} else None if {unknown} else {op == 'and'}")

    def choose(self, condition: Kernel, then: Kernel, other: Kernel, scope: _Scope) -> str:
        c, a, b = (self.emit(x, scope) for x in (condition, then, other))
        return self.let(f"{a} if {c} is True else {b} if {c} is False else None")

    # ── aggregates ──

    def fold(self, node: Fold, scope: _Scope) -> str:
        if node.everywhere:
            return self.matched(node, scope)
        if node.owner == self.layout.schema.root:
            records, lost = f"tables[{self.constant(node.element)}]", "False"
        else:
            owner, slots = self.walk(node.owner, scope), self.layout.slots[node.owner]
            records, lost = f"{owner}[{slots['*' + node.element]}]", f"{owner}[{slots[GAP]}] is True"
        if node.function == "count" and node.where is None:
            return self.let(f"len({records})" if lost == "False" else f"None if {lost} else len({records})")
        values, gap = self.gather(node, records, lost)
        return self.let(_finish(node, values, gap))

    def gather(self, node: Fold, records: str, lost: str) -> tuple[str, str]:
        """Two variables: the list of values that count, and whether one of them is unknown."""
        values, gap, each = self.let("[]"), self.let(lost), self.name()
        self.line(f"for {each} in {records}:")
        self.depth += 1
        inner = _Scope(node.element, each)
        if node.where is not None:
            where = self.emit(node.where, inner)
            self.line(f"if {where} is not True:")
            self.line(f"    {gap} = {gap} or {where} is None")
            self.line("    continue")
        if node.value is None:
            self.line(f"{values}.append(1)")
        elif not _may_miss(node.value):
            self.line(f"{values}.append({self.emit(node.value, inner)})")
        else:
            value = self.emit(node.value, inner)
            self.line(f"if {value} is None:")
            self.line(f"    {gap} = True")
            self.line("else:")
            self.line(f"    {values}.append({value})")
        self.depth -= 1
        return values, gap

    def matches(self, node: Kernel) -> dict[Kernel, str]:
        """The tables of the `all …` aggregates in a node, built once before the loop, keyed by a stand-in."""
        found: dict[Kernel, str] = {}
        for f in folds(node):
            if f.everywhere:
                found[_stand_in(f)] = self.table(f)
        return found

    def table(self, node: Fold) -> str:
        entries, each = self.let("[]"), self.name()
        self.line(f"for {each} in tables[{self.constant(node.element)}]:")
        self.depth += 1
        inner = _Scope(node.element, each)
        sure = "True"
        if node.where is not None:
            sure = self.emit(node.where, inner)
            self.line(f"if {sure} is False:")
            self.line("    continue")
        keys = [self.emit(k, inner) for k, _ in node.keys]
        value = "1" if node.value is None else self.emit(node.value, inner)
        self.line(f"{entries}.append((({''.join(k + ', ' for k in keys)}), {value}, {sure} is True))")
        self.depth -= 1
        return self.let(f"Matches({entries})")

    def matched(self, node: Fold, scope: _Scope) -> str:
        stand_in = _stand_in(node)
        table = scope.known.get(stand_in) or self.table(node)
        keys = [self.emit(k, scope) for _, k in node.keys]
        values, gap = self.name(), self.name()
        self.line(f"{values}, {gap} = {table}.at(({''.join(k + ', ' for k in keys)}))")
        return self.let(_finish(node, values, gap))


def _finish(node: Fold, values: str, gap: str) -> str:
    match node.function:
        case "count":
            return f"None if {gap} else len({values})"
        case "sum":
            return f"None if {gap} else sum({values})"
        case "distinct":
            return f"None if {gap} else len(set({values}))"
        case "max" | "min" | "middle":
            return f"None if {gap} or not {values} else {node.function}({values})"
        case "any":
            return f"True if True in {values} else None if {gap} else False"
        case "all":
            return f"False if False in {values} else None if {gap} else True"
        case _:
            assert_never(node.function)


class _Matches:
    """The elements of one `all … where a = this.b`, found by key. A key that is missing on either side might match: that leaves a gap."""

    def __init__(self, entries: list[tuple[tuple[Scalar, ...], Scalar, bool]]) -> None:
        self.sure: dict[tuple[Scalar, ...], list[Scalar]] = {}
        self.unsure: set[tuple[Scalar, ...]] = set()
        for keys, value, known in entries:
            if known and None not in keys:
                self.sure.setdefault(keys, []).append(value)
            else:
                self.unsure.add(keys)
        self.answers: dict[tuple[Scalar, ...], tuple[list[Scalar], bool]] = {}

    def at(self, keys: tuple[Scalar, ...]) -> tuple[list[Scalar], bool]:
        """The known values of the elements that match, and whether another might."""
        if keys not in self.answers:
            self.answers[keys] = self._find(keys)
        return self.answers[keys]

    def _find(self, keys: tuple[Scalar, ...]) -> tuple[list[Scalar], bool]:
        gap = any(_could_be(keys, other) for other in self.unsure)
        if None in keys:
            return [], gap or any(_could_be(keys, other) for other in self.sure)
        found = self.sure.get(keys, [])
        return [v for v in found if v is not None], gap or None in found


def _could_be(a: tuple[Scalar, ...], b: tuple[Scalar, ...]) -> bool:
    return all(x is None or y is None or x == y for x, y in zip(a, b, strict=True))


def _middle(values: list[int]) -> int:
    """The sum of the middle two, twice the middle one where their number is odd."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]


def _nodes(step: Step) -> list[Kernel]:
    if isinstance(step, Assign):
        return list(parts(step.meaning))
    return [n for n in (step.when, step.require) if n is not None]


def _stand_in(node: Fold) -> Kernel:
    """The part of an `all …` aggregate that does not depend on who asks: elements, filter, keys, value."""
    return Fold("count", node.element, "", node.value, node.where, tuple((k, k) for k, _ in node.keys), True, "int")


def _may_miss(node: Kernel) -> bool:
    match node:
        case Const(value=value):
            return value is None
        case Present():
            return False
        case Arith(left=a, right=b) | Compare(left=a, right=b):
            return _may_miss(a) or _may_miss(b)
        case Logic(operands=operands):
            return any(_may_miss(o) for o in operands)
        case Not(operand=a) | Member(operand=a):
            return _may_miss(a)
        case Choose(condition=a, then=b, other=c):
            return _may_miss(a) or _may_miss(b) or _may_miss(c)
        case Input() | AddMonths() | Fold():
            return True
        case _:
            assert_never(node)
