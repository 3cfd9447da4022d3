"""Kernel -> lines of Python that compute it for one record. Missing is None.

No text of a rulebook gets into the source: variables are numbered, and texts and names come from a table of constants.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never

from dsl.kernel.applied import APPLIED
from dsl.kernel.build import add_months
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
    folds,
    inputs_of,
)
from dsl.schema import GAP
from dsl.to_python.records import Layout
from dsl.to_python.runtime import Matches, middle

UNCOUNTED = frozenset(("distinct", "max", "min", "any", "all"))
"""Aggregates for which a repeated value makes no difference. They read a set, in which a missing value is found fast."""


@dataclass(slots=True)
class Scope:
    """The record that lines are written for: its entity, its variable, and the variables loaded or computed from it."""

    entity: str
    record: str
    known: dict[Kernel, str] = field(default_factory=dict)
    slots: dict[int, str] = field(default_factory=dict)
    """Variables that hold slots of the record, by slot."""
    gathered: dict[tuple[str, str, Kernel | None, Kernel | None, bool], tuple[str, str]] = field(default_factory=dict)
    """By source of an aggregate: the variable of its list or set of values, and that of whether one is unknown."""

    def copy(self) -> "Scope":
        """A scope for lines that may be skipped: variables set there must not be used after them."""
        return Scope(self.entity, self.record, dict(self.known), self.slots, dict(self.gathered))


class Lines:
    """Python source under construction, with its table of constants."""

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
        space |= {"middle": middle, "months": add_months, "Matches": Matches}
        exec(compile("\n".join(self.lines), "<rules>", "exec"), space)
        return space[name]

    def let(self, text: str) -> str:
        name = self.name()
        self.line(f"{name} = {text}")
        return name

    # ── reading a record ──

    def load(self, scope: Scope, nodes: Iterable[Kernel], which: Callable[[Input], bool] = lambda _: True) -> None:
        """Write a variable for every input that is read, and for every linked record from which several inputs are read."""
        reads = [i for i in dict.fromkeys(i for n in nodes for i in inputs_of(n)) if i not in scope.known and which(i)]
        ways = {i: self.reach(i, scope) for i in reads}
        behind = Counter(w[: w.rindex("[")] for w in ways.values() if w.count("[") > 1)
        names = {way: self.let(way) for way, n in behind.items() if n > 1}
        for read, way in ways.items():
            start = way[: way.rindex("[")] if "[" in way else way
            found = names[start] + way[len(start) :] if start in names else way
            scope.known[read] = found if found in scope.slots.values() else self.let(found)

    def reach(self, read: Input, scope: Scope) -> str:
        if read.entity == self.layout.schema.root:
            return f"root.get({self.constant(read.name)})"
        return self.walk(read.entity, read.name, scope)

    def walk(self, goal: str, name: str, scope: Scope) -> str:
        """Python for a slot of the one record of `goal` that the current record belongs to or that lends it fields."""
        at, slots = scope.entity, []
        for link in self.layout.schema.links[at, goal]:
            slots.append(self.layout.slots[at]["^" + link])
            at = link
        first, *rest = [*slots, self.layout.slots[at][name]]
        return scope.slots.get(first, f"{scope.record}[{first}]") + "".join(f"[{s}]" for s in rest)

    # ── expressions ──

    def emit(self, node: Kernel, scope: Scope) -> str:
        """A variable or literal with the node's value. The lines that compute it are written first."""
        if isinstance(node, Const):
            return repr(node.value) if node.value is None or isinstance(node.value, int) else self.constant(node.value)
        if node not in scope.known:
            scope.known[node] = self.let(self.reach(node, scope)) if isinstance(node, Input) else self.write(node, scope)
        return scope.known[node]

    def write(self, node: Kernel, scope: Scope) -> str:
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
            case Apply(op=op, operand=operand, extra=extra):
                return self.strict(f"{self.constant(APPLIED[op])}({{}}, {self.constant(extra)})", (operand,), scope)
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

    def strict(self, form: str, operands: tuple[Kernel, ...], scope: Scope) -> str:
        """An operation whose result is missing if an operand is."""
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

    def choose(self, condition: Kernel, then: Kernel, other: Kernel, scope: Scope) -> str:
        c, a, b = (self.emit(x, scope) for x in (condition, then, other))
        return self.let(f"{a} if {c} is True else {b} if {c} is False else None")

    # ── aggregates ──

    def fold(self, node: Fold, scope: Scope) -> str:
        if node.everywhere:
            return self.matched(node, scope)
        if node.owner == self.layout.schema.root:
            records, lost = f"tables[{self.constant(node.element)}]", "False"
        else:
            records, lost = self.walk(node.owner, f"*{node.element}", scope), f"{self.walk(node.owner, GAP, scope)} is True"
        if node.function == "count" and node.where is None:
            return self.let(f"len({records})" if lost == "False" else f"None if {lost} else len({records})")
        source = (node.element, node.owner, node.value, node.where, node.function in UNCOUNTED)
        if source not in scope.gathered:
            scope.gathered[source] = self.gather(node, records, lost)
        values, gap = scope.gathered[source]
        return self.let(_finish(node, values, gap, unique=node.function in UNCOUNTED))

    def gather(self, node: Fold, records: str, lost: str) -> tuple[str, str]:
        """Two variables: the values of the elements that count, and whether one of them is unknown."""
        left, right = ("{", "}") if node.function in UNCOUNTED else ("[", "]")
        if node.where is None and isinstance(node.value, Input) and node.value.entity == node.element:
            each, slot = self.name(), self.layout.slots[node.element][node.value.name]
            values = self.let(f"{left}{each}[{slot}] for {each} in {records}{right}")
            return values, self.let(f"None in {values}" if lost == "False" else f"{lost} or None in {values}")
        empty, add = ("set()", "add") if node.function in UNCOUNTED else ("[]", "append")
        values, gap, each = self.let(empty), self.let(lost), self.name()
        self.line(f"for {each} in {records}:")
        self.depth += 1
        inner = Scope(node.element, each)
        if node.where is not None:
            where = self.emit(node.where, inner)
            self.line(f"if {where} is not True:")
            self.line(f"    {gap} = {gap} or {where} is None")
            self.line("    continue")
        if node.value is None:
            self.line(f"{values}.{add}(1)")
        elif not _may_miss(node.value):
            self.line(f"{values}.{add}({self.emit(node.value, inner)})")
        else:
            value = self.emit(node.value, inner)
            self.line(f"if {value} is None:")
            self.line(f"    {gap} = True")
            self.line("else:")
            self.line(f"    {values}.{add}({value})")
        self.depth -= 1
        return values, gap

    def matches(self, node: Kernel) -> dict[Kernel, str]:
        """The lookup tables of the `all …` aggregates in a node, by `_stand_in`. They are built once, before the loop."""
        found: dict[Kernel, str] = {}
        for f in folds(node):
            if f.everywhere:
                found[_stand_in(f)] = self.table(f)
        return found

    def table(self, node: Fold) -> str:
        sure, unsure, each = self.let("{}"), self.let("[]"), self.name()
        self.line(f"for {each} in tables[{self.constant(node.element)}]:")
        self.depth += 1
        inner = Scope(node.element, each)
        certain = []
        if node.where is not None:
            where = self.emit(node.where, inner)
            self.line(f"if {where} is False:")
            self.line("    continue")
            certain += [where] if _may_miss(node.where) else []
        keys = [self.emit(k, inner) for k, _ in node.keys]
        certain += [f"{atom} is not None" for (k, _), atom in zip(node.keys, keys, strict=True) if _may_miss(k)]
        key = self.let(f"({''.join(k + ', ' for k in keys)})")
        value = "1" if node.value is None else self.emit(node.value, inner)
        self.line(f"if {' and '.join(certain) or 'True'}:")
        self.line(f"    if {key} in {sure}:")
        self.line(f"        {sure}[{key}].append({value})")
        self.line("    else:")
        self.line(f"        {sure}[{key}] = [{value}]")
        self.line("else:")
        self.line(f"    {unsure}.append({key})")
        self.depth -= 1
        whole = node.value is None or not _may_miss(node.value)
        return self.let(f"Matches({sure}, {unsure}, {whole})")

    def matched(self, node: Fold, scope: Scope) -> str:
        stand_in = _stand_in(node)
        table = scope.known.get(stand_in) or self.table(node)
        keys = [self.emit(k, scope) for _, k in node.keys]
        values, gap = self.name(), self.name()
        self.line(f"{values}, {gap} = {table}.at(({''.join(k + ', ' for k in keys)}))")
        return self.let(_finish(node, values, gap))


def _finish(node: Fold, values: str, gap: str, unique: bool = False) -> str:
    match node.function:
        case "count":
            return f"None if {gap} else len({values})"
        case "sum":
            return f"None if {gap} else sum({values})"
        case "distinct":
            return f"None if {gap} else len({values if unique else f'set({values})'})"
        case "max" | "min" | "middle":
            return f"None if {gap} or not {values} else {node.function}({values})"
        case "any":
            return f"True if True in {values} else None if {gap} else False"
        case "all":
            return f"False if False in {values} else None if {gap} else True"
        case _:
            assert_never(node.function)


def _stand_in(node: Fold) -> Kernel:
    """The part of an `all …` aggregate that is the same for every record: elements, filter, keys, value."""
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
        case Apply(op="lookup"):
            return True
        case Not(operand=a) | Member(operand=a) | Apply(operand=a):
            return _may_miss(a)
        case Choose(condition=a, then=b, other=c):
            return _may_miss(a) or _may_miss(b) or _may_miss(c)
        case Input() | AddMonths() | Fold():
            return True
        case _:
            assert_never(node)
