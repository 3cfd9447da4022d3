"""Kernel -> Python source: one function over the records of one investor, or of a whole book; and functions for single expressions.

Missing is None. No text of a rulebook reaches the source: variables are numbered, texts and names come through a table of constants.

A loop first tries one long condition that is true only where every rule of the entity surely holds (`surely`); only a record that
does not pass it is asked rule by rule.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.kernel.nodes import Const, Kernel, Scalar, folds, inputs, inputs_of
from dsl.kernel.ratio import Lowered, parts
from dsl.outcomes import ERROR, NOT_EVALUABLE, VIOLATED
from dsl.schema import GAP
from dsl.to_python.emit import Lines, Scope
from dsl.to_python.fast_path import Surely, TooLong, proved
from dsl.to_python.records import Layout, Record, Root, Tables
from dsl.to_python.simplify import shorter

Program = Callable[[Tables, Root, list[int], list[tuple[int, Record, int]]], None]
Function = Callable[[Record | None, Root, Tables], tuple[Scalar, ...]]
Answers = Callable[[Sequence[Record], Root, Tables], list[tuple[Scalar, ...]]]


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
    unless: Kernel | None = None
    """A flag of the root, never missing: where it is true the rule is not asked."""


Step = Assign | Ask


def to_python(steps: Sequence[Step], layout: Layout) -> Program:
    """`program(tables, root, idle, out)`: how often each rule was not applicable, and (rule, record, outcome) for what does not hold.

    What is found of one record stands together; nothing else is promised of the order.
    """
    out = Lines(layout)
    out.line("def program(tables, root, idle, out):")
    out.depth = 1
    out.line("say = out.append")
    for entity, group in _grouped(steps):
        _loop(out, entity, group)
    return out.compile("program")  # type: ignore[no-any-return]


def to_function(meanings: Sequence[Lowered], entity: str, layout: Layout) -> Function:
    """`f(record, root, tables)` -> the value of each meaning, two for a ratio (numerator, denominator)."""
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
    """`f(records, root, tables)`: as `to_function` for each of the records; what does not depend on the record is computed once."""
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
    """The generated text, for tests that read it."""
    out = Lines(layout)
    for entity, group in _grouped(steps):
        _loop(out, entity, group)
    return "\n".join(out.lines)


# ── what shares a loop ──


def _grouped(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """Every step in the first loop over its entity that comes after what it reads. A name is assigned once."""
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
    """What a step reads, and whether it is the record's own, so that it may be assigned in the same turn of the loop."""
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
        _pass_over(out, asks, idle, scope.copy())
    for ask in asks:
        _ask(out, ask, scope.copy())
    out.depth -= 1
    for number, counter in idle.items():
        out.line(f"idle[{number}] += {counter}")


def _unpack(out: Lines, scope: Scope, nodes: Iterable[Kernel]) -> None:
    """All slots at once where many are read: a variable each, `v0` for the rest."""
    slots = out.layout.slots[scope.entity]
    wanted = {slots[_first(out, scope.entity, i.entity, i.name)] for n in nodes for i in inputs_of(n) if i.entity in out.layout.slots}
    for fold in (f for n in nodes for f in folds(n) if not f.everywhere and f.owner in out.layout.slots):
        wanted |= {slots[_first(out, scope.entity, fold.owner, f"*{fold.element}")], slots[_first(out, scope.entity, fold.owner, GAP)]}
    if len(wanted) * 5 > len(slots):
        scope.slots |= {slot: out.name() for slot in sorted(wanted)}
        out.line(f"{', '.join(scope.slots.get(i, 'v0') for i in range(len(slots)))} = {scope.record}")


def _first(out: Lines, entity: str, goal: str, name: str) -> str:
    """The slot in which the way from a record to a name begins."""
    return next((f"^{link}" for link in out.layout.schema.links(entity, goal)), name)


def _assign(out: Lines, step: Assign, scope: Scope) -> None:
    own = scope.copy()
    out.load(own, _nodes(step))
    slots = out.layout.slots[step.entity]
    for name, node in zip((step.name, f"{step.name}#den"), parts(step.meaning), strict=False):
        atom = out.emit(node, own)
        if isinstance(node, Const):  # `3 is None` is no Python to write
            atom = out.let(atom)
        out.line(f"{scope.record}[{slots[name]}] = {atom}")
        scope.slots[slots[name]] = atom


def _pass_over(out: Lines, asks: Sequence[Ask], idle: Mapping[int, str], scope: Scope) -> None:
    """Go on with the next record if every rule surely holds or does not apply. `idle`: the variables that count where it does not."""
    out.line("try:")
    out.depth += 1
    for fold in dict.fromkeys(f for a in asks for n in _nodes(a) for f in folds(n)):
        out.emit(fold, scope)
    conditions, applied = [], {}
    always: frozenset[Kernel] = frozenset()
    guarded: dict[Kernel, frozenset[Kernel]] = {}
    for ask in sorted(asks, key=lambda a: a.when is not None or not proved(a.require)):  # what proves most comes first
        there = always if ask.unless is None else always | guarded.get(ask.unless, frozenset())
        if ask.when is None:
            condition = _surely(out, ask.require, scope, there)[0]
            if ask.unless is None:
                always |= proved(ask.require)
            else:  # known only to rules that are passed over together with this one
                guarded[ask.unless] = guarded.get(ask.unless, frozenset()) | proved(ask.require)
        else:
            applies = out.name()
            when, unless = _surely(out, ask.when, scope, there)
            then = _surely(out, ask.require, scope, there | proved(ask.when))[0]
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


def _surely(out: Lines, node: Kernel, scope: Scope, there: frozenset[Kernel]) -> tuple[str, str]:
    """Two conditions: true only where the node surely is; and, where that was false, true only where it surely is not."""
    line = Surely(lambda part: out.emit(part, scope), out.constant, out.name, there)
    short = shorter(node)
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
