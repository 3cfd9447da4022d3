"""Kernel + the fields with unreadable cells -> the same kernel, in which `present` of what rests on such a cell is missing (L8a).

An unreadable cell is null for every operator, like an empty one. Only `present` tells them apart: of an empty cell it is 否, of an
unreadable one it is missing. The column `x!` beside a field `x` has the texts of the cells that could not be read, null for the others.

Example: `present(x)` becomes `present(x) or (present(x!) and missing)`. A kernel that reads no such field stays the same object.
"""

from collections.abc import Mapping
from dataclasses import replace

from dsl.kernel.build import MISSING_FLAG, conjunction, disjunction, negation, present
from dsl.kernel.nodes import Choose, Const, Fold, Input, Kernel, Logic, Present, children, rewrite

UNREAD = "!"
"""Suffix of the column with the texts of a field's unreadable cells."""

NO, YES = Const(False, "flag"), Const(True, "flag")

MOST_NODES = 200
"""A flag with more nodes is replaced by one that may be 是 too often, never too rarely: the value is missing, some cell unreadable."""

Unread = Mapping[tuple[str, str], Kernel]
"""For each field (entity, name) with unreadable cells, and each value that rests on one: a flag, never missing. For a field it is 是 where
the cell could not be read; for a value where it is missing and could be there if the cells had been read."""


def unread(entity: str, name: str) -> Kernel:
    """The flag of a field."""
    return Present(Input(entity, name + UNREAD, "text"))


def honest(node: Kernel, among: Unread) -> Kernel:
    """The kernel in which `present` concludes nothing from an unreadable cell."""

    def by(part: Kernel) -> Kernel | None:
        if not isinstance(part, Present) or (flag := doubt((part.operand,), among)) == NO:
            return None
        return disjunction([present(rewrite(part.operand, by)), conjunction([flag, MISSING_FLAG])])

    return node if rests(node, among) == NO else rewrite(node, by)


def doubt(nodes: tuple[Kernel, ...], among: Unread) -> Kernel:
    """A flag: whether these parts of one number (or the only part) are not all there, and could be if every cell had been read."""
    on = disjunction([rests(n, among) for n in nodes])
    if on == NO:
        return NO
    lost = negation(conjunction([present(n) for n in nodes]))
    exact = conjunction([lost, on, *(_could(n, among) for n in nodes)])
    return exact if _is_small(exact) else conjunction([lost, disjunction(_cells(on))])


def _is_small(node: Kernel) -> bool:
    """Whether a flag is small enough to stand wherever its value is read. The flags of values that read one another would else grow
    threefold with each."""
    waiting, left = [node], MOST_NODES
    while waiting and left:
        left -= 1
        waiting += children(waiting.pop())
    return not waiting


def _cells(flag: Kernel) -> list[Kernel]:
    """The flags of single cells, and of cells of other records, that a flag is made of."""
    found: dict[Kernel, None] = {}
    seen: set[int] = set()
    waiting = [flag]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Present(operand=Input(name=name)) if name.endswith(UNREAD):
                found[node] = None
            case Fold():
                found[node] = None
            case _:
                waiting += children(node)
    return list(found)


def rests(node: Kernel, among: Unread) -> Kernel:
    """A flag: whether the node reads an unreadable cell."""
    match node:
        case Input():
            return among.get((node.entity, node.name.removesuffix("#den")), NO)
        case Fold(value=value, where=where, keys=keys):
            theirs = [rests(k, among) for k, _ in keys]
            inner = disjunction([*theirs, *(rests(n, among) for n in (value, where) if n is not None)])
            own = [rests(k, among) for _, k in keys]
            if inner != NO:  # a record whose key of the join is unreadable could match any record
                kept = keys if all(k == NO for k in theirs) else ()
                own.append(replace(node, function="any", value=inner, where=None, keys=kept, kind="flag", low=0, high=0))
            return disjunction(own)
        case _:
            return disjunction([rests(p, among) for p in dict.fromkeys(children(node))])


def _could(node: Kernel, among: Unread) -> Kernel:
    """A flag: whether the node could be there if every cell had been read. It may be 是 too often, never too rarely."""
    if rests(node, among) == NO:
        return present(node)
    match node:
        case Input():
            return disjunction([present(node), rests(node, among)])
        case Choose(condition=c, then=a, other=b) if rests(c, among) == NO:
            taken, left = conjunction([present(c), c]), conjunction([present(c), negation(c)])
            return disjunction([conjunction([taken, _could(a, among)]), conjunction([left, _could(b, among)])])
        case Fold() | Logic() | Choose() | Const() | Present():
            return YES
        case _:
            return conjunction([_could(p, among) for p in children(node)])
