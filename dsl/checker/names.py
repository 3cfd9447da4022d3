"""A name as written -> the fields that it can mean, on a record or inside an aggregate (L12 to L14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from dsl.diagnostics import Span
from dsl.functions import FUNCTIONS
from dsl.nodes import Aggregate, Expr, Name, children
from dsl.schema import Field, Schema

THIS = ("this", "本")

Mistake = tuple[str, str, Span, str | None]
"""Code, message, place, hint."""

Via = Literal["bare", "parent", "element", "this"]


@dataclass(frozen=True, slots=True)
class Names:
    """The names available to an expression on a record of `owner`; inside an aggregate, also those of `element`."""

    schema: Schema
    owner: str
    element: str | None = None

    def lookup(self, name: Name) -> list[Field]:
        """The fields that a name can mean here: none if it is unknown, several if it is ambiguous."""
        last = name.parts[-1]
        if len(name.parts) == 1:
            return self._among(self._levels(), last) or self._among(self._around(self.owner), last)
        first = name.parts[0]
        if first in THIS:
            return self._among((self.owner,), last) or self._among(self._around(self.owner), last)
        entity = self._record(first)
        return self._among((entity,), last) if entity else []

    def via(self, name: Name, found: Field) -> Via:
        """How the name was written."""
        if len(name.parts) == 1 and found.entity in self._levels():
            return "bare"
        if len(name.parts) == 1 or name.parts[0] in THIS:
            return "this"
        return "element" if found.entity == self.element else "parent"

    def collection(self, word: str, everywhere: bool = False) -> str | None:
        """The entity whose collection has this name: below this record, or anywhere if `everywhere`."""
        reach = [e for e in self.schema.entities if e != self.schema.root] if everywhere else self.schema.below[self.owner]
        return next((e for e in reach if word in (self.schema.entities[e].collection, self.schema.entities[e].zh)), None)

    def collections(self) -> list[str]:
        """The names of the collections below this record."""
        return [self.schema.entities[e].collection for e in self.schema.below[self.owner]]

    def elements(self, expr: Aggregate) -> str | Mistake:
        """The entity whose records an aggregate runs over (the deepest one that its arguments name), or the mistake."""
        if FUNCTIONS[expr.function].of_records:
            arg = expr.args[0]
            counted = self.collection(arg.parts[0], expr.everywhere) if isinstance(arg, Name) and len(arg.parts) == 1 else None
            said = f"the argument of `{expr.function}` must be a kind of record, e.g. `{expr.function}(bids where …)`"
            return counted or ("collection-wanted", said, arg.span, self._below())
        words = {n.parts[0] for a in expr.args for n in _names(a) if len(n.parts) == 2}
        named = {e: word for word in sorted(words) if (e := self.collection(word, expr.everywhere)) is not None}
        within = [e for e in self.schema.entities if e in named and named.keys() <= set(self.schema.parents[e])]
        lent = [e for e in self.schema.entities if e in named and all(x == e or self._lent(x, word, e) for x, word in named.items())]
        for found in (within, lent):
            if len(found) == 1:
                return found[0]
        if named:
            return "mixed-collections", "an aggregate must run over a single kind of record", expr.span, self._below()
        return "collection-wanted", f"`{expr.function}` must name the records that it runs over", expr.span, self._below()

    def _lent(self, entity: str, word: str, element: str) -> bool:
        """Whether a word means the single record above an element. In Chinese a table and its records share a name: `网下申购.申购价格`."""
        return entity in self._around(element) and word == self.schema.entities[entity].zh

    def _below(self) -> str:
        below = [f"`{c}`" for c in self.collections()]
        return f"below {self.owner} there are {', '.join(below)}" if below else f"there are no records below {self.owner}"

    def unknown(self, name: Name) -> tuple[str, str, str | None]:
        """Code, message and hint for an unknown name."""
        shown, first = ".".join(name.parts), name.parts[0]
        if len(name.parts) == 2 and (first in THIS or self._record(first) is not None):
            return "unknown-name", f"unknown name `{shown}`", self._nearest(name.parts[-1])
        if self.collection(first) is not None:
            example = "max" if len(name.parts) == 2 else "count"
            return "bare-collection", f"`{shown}` refers to many records", f"use an aggregate, e.g. `{example}({shown})`"
        if len(name.parts) == 2:
            return "unknown-name", f"unknown record `{first}`", nearest(first, [*self._around(self.owner), *self.collections()])
        return "unknown-name", f"unknown name `{shown}`", self._nearest(first)

    def qualified(self, found: Field) -> str:
        """A field with the name of its record, as a hint shows it."""
        return f"`{self.schema.entities[found.entity].name}.{found.name}`"

    def _levels(self) -> tuple[str, ...]:
        return self._around(self.element or self.owner)

    def _around(self, entity: str) -> tuple[str, ...]:
        """The record, the records above it, and the tables that lend their fields to any of these."""
        above = self.schema.parents[entity]
        return (*above, *(x for e in above for x in self.schema.lenders[e] if x != entity))

    def _among(self, entities: Iterable[str], name: str) -> list[Field]:
        return [f for e in entities for f in self._fields(e) if name in (f.name, f.zh)]

    def _fields(self, entity: str) -> Iterable[Field]:
        yield from self.schema.entities[entity].fields.values()
        yield from self.schema.values.get(entity, {}).values()

    def _record(self, word: str) -> str | None:
        """The entity that `word.` means: the element (named by its collection), the record itself or one above it (by its own name)."""
        for e in self._levels():
            entity = self.schema.entities[e]
            if word in (entity.name, entity.zh) or (e == self.element and word == entity.collection):
                return e
        return None

    def _nearest(self, name: str) -> str | None:
        known: dict[str, Field] = {}
        for entity in (*self._levels(), *self._around(self.owner)):
            for f in self._fields(entity):
                known.setdefault(f.name, f)
                known.setdefault(f.zh, f)
        close = get_close_matches(name, known, 1, 0.6)
        return f"did you mean `{known[close[0]].name}` ({known[close[0]].zh})?" if close else None


def _names(expr: Expr) -> Iterable[Name]:
    if isinstance(expr, Name):
        yield expr
    for child in children(expr):
        yield from _names(child)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """A hint with the known word that is most similar."""
    close = get_close_matches(word, list(known), 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else None
