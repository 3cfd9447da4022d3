"""Text -> parsed tree, or all diagnostics.

Lark is loaded and the grammar compiled when the first expression is parsed. Levels are counted before anything recurses (L7).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dsl.diagnostics import DiagnosticError, Span
from dsl.nodes import Expr
from dsl.parser.build import Build, place
from dsl.parser.characters import MAX_CHARACTERS, readable
from dsl.parser.mistakes import MAX_LEVELS, SPLIT, refused, too_deep
from dsl.parser.syntax import syntax
from dsl.quantities import Unit

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

__all__ = ["MAX_CHARACTERS", "MAX_LEVELS", "MAX_NODES", "parse", "parse_order"]

MAX_NODES = 500


def parse(text: str, *, units: Mapping[str, Unit]) -> Expr:
    """The tree of one expression, with unresolved names. Raises DiagnosticError."""
    build = Build(text, units)
    done = build.expr(_tree(text, "expression").children[0])
    if build.mistakes:
        raise DiagnosticError(build.mistakes)
    return done


def parse_order(text: str, *, units: Mapping[str, Unit]) -> tuple[Expr, bool]:
    """The expression of an order key such as `price descending`, and whether it is descending. Raises DiagnosticError."""
    build = Build(text, units)
    key, direction = _tree(text, "order").children
    done = build.expr(key)
    if build.mistakes:
        raise DiagnosticError(build.mistakes)
    return done, direction.type == "DESCENDING"  # type: ignore[union-attr]


def _tree(text: str, start: Literal["expression", "order"]) -> "Tree[Token]":
    from lark.exceptions import UnexpectedInput

    clean = readable(text)
    try:
        tree: Tree[Token] = _grammar().parse(clean, start=start)
    except UnexpectedInput as error:
        raise refused(text, syntax(_grammar(), text, clean, start, error)) from None
    _bounded(text, tree)
    return tree


@cache
def _grammar() -> "Lark":
    from lark import Lark

    rules = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(rules, parser="lalr", lexer="basic", start=["expression", "order"], propagate_positions=True, maybe_placeholders=False)


def _bounded(text: str, tree: "Tree[Token]") -> None:
    """Reject too many levels or nodes. Each tree of the grammar becomes one node, so they are counted here, without recursion."""
    found: list[tuple[Any, int]] = [(c, 1) for c in tree.children]
    nodes = 0
    deep: Span | None = None
    while found:
        at, level = found.pop()
        if isinstance(at, str):
            continue
        nodes += 1
        deep = place(at) if level > MAX_LEVELS and deep is None else deep
        found += [(c, level + 1) for c in at.children]
    if nodes > MAX_NODES:
        said = f"the expression has {nodes} parts, at most {MAX_NODES} are allowed"
        raise refused(text, ("too-large", said, Span(0, 1), SPLIT))
    if deep is not None:
        raise refused(text, too_deep(deep))
