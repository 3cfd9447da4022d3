"""Steps -> Python source: one function for the records of one investor or a whole book. Meanings -> functions for single expressions.

Missing is None. No text of a rulebook gets into the source: variables are numbered, and texts and names come from a table of constants.

A loop first tries one long condition that is true only if every rule of the entity certainly holds (dsl/to_python/fast_path.py). Only the
records for which it is not true are checked rule by rule.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.kernel.nodes import Const, Kernel, Scalar, folds, inputs, inputs_of
from dsl.kernel.ratio import Lowered, parts
from dsl.outcomes import ERROR, NOT_EVALUABLE, VIOLATED
from dsl.schema import GAP
from dsl.to_python.emit import Lines, Scope
from dsl.to_python.fast_path import FastPath, TooLong, proves_present
from dsl.to_python.records import Layout, Record, Root, Tables
from dsl.to_python.simplify import simplify

Program = Callable[[Tables, Root, list[int], list[tuple[int, Record, int]]], None]
Function = Callable[[Record | None, Root, Tables], tuple[Scalar, ...]]
Answers = Callable[[Sequence[Record], Root, Tables], list[tuple[Scalar, ...]]]


@dataclass(frozen=True, slots=True)
class Assign:
    """Compute a value for every record of an entity and store it in the record."""

    entity: str
    name: str
    meaning: Lowered


@dataclass(frozen=True, slots=True)
class Ask:
    """Check a rule for every record of an entity. `number` identifies it in the output."""

    number: int
    entity: str
    when: Kernel | None
    require: Kernel
    unless: Kernel | None = None
    """A flag of the root, never missing. If it is true, the rule is not checked."""


Step = Assign | Ask


def to_python(steps: Sequence[Step], layout: Layout) -> Program:
    """`program(tables, root, idle, out)` adds to idle[rule] how often a rule was not applicable.

    It appends (rule, record, outcome) to `out` where a rule is violated, undecided or fails. The entries of one record from one loop are
    adjacent. The order is otherwise unspecified.
    """
    out = Lines(layout)
    out.line("def program(tables, root, idle, out):")
    out.depth = 1
    out.line("say = out.append")
    for entity, group in _grouped(steps):
        _loop(out, entity, group)
    return out.compile("program")  # type: ignore[no-any-return]


def to_function(meanings: Sequence[Lowered], entity: str, layout: Layout) -> Function:
    """`f(record, root, tables)` gives the value of each meaning; two values (numerator, denominator) for a ratio."""
    out = Lines(layout)
    out.line("def answer(r, root, tables):")
    out.depth = 1
    nodes = [n for m in meanings for n in parts(m)]
    scope = Scope(entity, "r")
    out.load(scope, nodes)
    atoms = [out.emit(n, scope) for n in nodes]
    out.line(f"return ({''.join(a + ', ' for a in atoms)})")
    return out.compile("answer")  # type: ignore[no-any-return]


def to_answers(meanings: Sequence[Lowered], entity: str, layout: Layout) -> Answers:
    """`f(records, root, tables)`: the same as `to_function`, for many records. What does not depend on the record is computed once."""
    out = Lines(layout)
    out.line("def answers(records, root, tables):")
    out.depth = 1
    nodes = [n for m in meanings for n in parts(m)]
    scope = Scope(entity, "r", {k: v for n in nodes for k, v in out.matches(n).items()})
    for fold in (f for n in nodes for f in folds(n) if f.owner == layout.schema.root and not f.everywhere):
        out.emit(fold, scope)
    out.line("out = []")
    out.line("for r in records:")
    out.depth = 2
    out.load(scope, nodes)
    atoms = [out.emit(n, scope) for n in nodes]
    out.line(f"out.append(({''.join(a + ', ' for a in atoms)}))")
    out.depth = 1
    out.line("return out")
    return out.compile("answers")  # type: ignore[no-any-return]


def source(steps: Sequence[Step], layout: Layout) -> str:
    """The generated source, for tests."""
    out = Lines(layout)
    for entity, group in _grouped(steps):
        _loop(out, entity, group)
    return "\n".join(out.lines)


# ── what shares a loop ──


def _grouped(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """Fuse steps into loops: each goes into the first loop over its entity that comes after what it reads. A name is assigned once."""
    groups: list[tuple[str, list[Step]]] = []
    assigned: dict[tuple[str, str], int] = {}
    for step in steps:
        first = max((assigned[r] + (not own) for r, own in _reads(step) if r in assigned), default=0)
        at = next((i for i in range(first, len(groups)) if groups[i][0] == step.entity), len(groups))
        if at == len(groups):
            groups.append((step.entity, []))
        groups[at][1].append(step)
        if isinstance(step, Assign):
            assigned[step.entity, step.name] = at
    return groups


def _reads(step: Step) -> Iterator[tuple[tuple[str, str], bool]]:
    """What a step reads, and whether it reads this from the record itself: then it may be assigned in the same loop, just before."""
    for node in _nodes(step):
        for read in inputs_of(node):
            yield (read.entity, read.name.removesuffix("#den")), read.entity == step.entity
        for fold in folds(node):
            for part in (fold.value, fold.where, *(k for k, _ in fold.keys)):
                yield from (((i.entity, i.name.removesuffix("#den")), False) for i in (inputs(part) if part is not None else ()))


# ── loops ──


def _loop(out: Lines, entity: str, steps: Sequence[Step]) -> None:
    nodes = [n for s in steps for n in _nodes(s)]
    scope = Scope(entity, "r", {k: v for n in nodes for k, v in out.matches(n).items()})
    out.load(scope, nodes, lambda i: i.entity == out.layout.schema.root)
    assigns = [s for s in steps if isinstance(s, Assign)]
    asks = [s for s in steps if isinstance(s, Ask)]
    idle = {a.number: out.let("0") for a in asks if a.when is not None}
    out.line(f"for r in tables[{out.constant(entity)}]:")
    out.depth += 1
    _unpack(out, scope, nodes)
    assigned = {s.name for s in assigns}
    out.load(scope, nodes, lambda i: i.entity != entity or i.name.removesuffix("#den") not in assigned)
    for assign in assigns:
        _assign(out, assign, scope)
    if asks:
        out.load(scope, nodes)
        _skip(out, asks, idle, scope.copy())
    for ask in asks:
        _ask(out, ask, scope.copy())
    out.depth -= 1
    for number, counter in idle.items():
        out.line(f"idle[{number}] += {counter}")


def _unpack(out: Lines, scope: Scope, nodes: Iterable[Kernel]) -> None:
    """If many slots are read, unpack the whole record at once: one variable for each slot that is read, `v0` for the others."""
    slots = out.layout.slots[scope.entity]
    wanted = {slots[_first(out, scope.entity, i.entity, i.name)] for n in nodes for i in inputs_of(n) if i.entity in out.layout.slots}
    for fold in (f for n in nodes for f in folds(n) if not f.everywhere and f.owner in out.layout.slots):
        wanted |= {slots[_first(out, scope.entity, fold.owner, f"*{fold.element}")], slots[_first(out, scope.entity, fold.owner, GAP)]}
    if len(wanted) * 5 > len(slots):
        scope.slots |= {slot: out.name() for slot in sorted(wanted)}
        out.line(f"{', '.join(scope.slots.get(i, 'v0') for i in range(len(slots)))} = {scope.record}")


def _first(out: Lines, entity: str, goal: str, name: str) -> str:
    """The name of the first slot on the way from a record to `name` of `goal`."""
    return next((f"^{link}" for link in out.layout.schema.links[entity, goal]), name)


def _assign(out: Lines, step: Assign, scope: Scope) -> None:
    own = scope.copy()
    out.load(own, _nodes(step))
    slots = out.layout.slots[step.entity]
    for name, node in zip((step.name, f"{step.name}#den"), parts(step.meaning), strict=False):
        atom = out.emit(node, own)
        if isinstance(node, Const):  # Python warns about `3 is None`
            atom = out.let(atom)
        out.line(f"{scope.record}[{slots[name]}] = {atom}")
        scope.slots[slots[name]] = atom


def _skip(out: Lines, asks: Sequence[Ask], idle: Mapping[int, str], scope: Scope) -> None:
    """Continue with the next record if every rule certainly holds or does not apply. `idle`: variables that count the latter, by rule."""
    out.line("try:")
    out.depth += 1
    for fold in dict.fromkeys(f for a in asks for n in _nodes(a) for f in folds(n)):
        out.emit(fold, scope)
    conditions, applied = [], {}
    always: frozenset[Kernel] = frozenset()
    guarded: dict[Kernel, frozenset[Kernel]] = {}
    for ask in sorted(asks, key=lambda a: a.when is not None or not proves_present(a.require)):  # rules that prove the most come first
        present = always if ask.unless is None else always | guarded.get(ask.unless, frozenset())
        if ask.when is None:
            condition = _fast_conditions(out, ask.require, scope, present)[0]
            if ask.unless is None:
                always |= proves_present(ask.require)
            else:  # proved only for rules that are skipped together with this one
                guarded[ask.unless] = guarded.get(ask.unless, frozenset()) | proves_present(ask.require)
        else:
            applies = out.name()
            when, unless = _fast_conditions(out, ask.when, scope, present)
            then = _fast_conditions(out, ask.require, scope, present | proves_present(ask.when))[0]
            condition = f"({then} if ({applies} := {when}) else {unless})"
            applied[ask.number] = applies if ask.unless is None else f"({out.emit(ask.unless, scope)} or {applies})"
        conditions.append(condition if ask.unless is None else f"({out.emit(ask.unless, scope)} or {condition})")
    out.line(f"if {' and '.join(conditions)}:")
    for number, applies in applied.items():
        out.line(f"    if not {applies}:")
        out.line(f"        {idle[number]} += 1")
    out.line("    continue")
    out.depth -= 1
    out.line("except Exception:")
    out.line("    pass")


def _fast_conditions(out: Lines, node: Kernel, scope: Scope, present: frozenset[Kernel]) -> tuple[str, str]:
    """Two conditions: the first is true only if the node certainly is; the second, tried if the first is false, only if it is false."""
    line = FastPath(lambda part: out.emit(part, scope), out.constant, out.name, present)
    short = simplify(node)
    try:
        return line.true(short), line.otherwise(short) or "True"
    except TooLong:
        atom = out.emit(node, scope)
        return f"{atom} is True", f"{atom} is False"


def _ask(out: Lines, step: Ask, own: Scope) -> None:
    if step.unless is not None:
        out.line(f"if not {out.emit(step.unless, own)}:")
        out.depth += 1
    _ask_now(out, step, own)
    out.depth -= step.unless is not None


def _ask_now(out: Lines, step: Ask, own: Scope) -> None:
    out.line("try:")
    out.depth += 1
    out.load(own, _nodes(step))
    if step.when is not None:
        when = out.emit(step.when, own)
        out.line(f"if {when} is True:")
        out.depth += 1
    holds = out.emit(step.require, own)
    out.line(f"if {holds} is not True:")
    out.line(f"    say(({step.number}, {own.record}, {VIOLATED} if {holds} is False else {NOT_EVALUABLE}))")
    if step.when is not None:
        out.depth -= 1
        out.line(f"elif {when} is False:")
        out.line(f"    idle[{step.number}] += 1")
        out.line("else:")
        out.line(f"    say(({step.number}, {own.record}, {NOT_EVALUABLE}))")
    out.depth -= 1
    out.line("except Exception:")
    out.line(f"    say(({step.number}, {own.record}, {ERROR}))")


def _nodes(step: Step) -> list[Kernel]:
    if isinstance(step, Assign):
        return list(parts(step.meaning))
    return [n for n in (step.when, step.require, step.unless) if n is not None]
