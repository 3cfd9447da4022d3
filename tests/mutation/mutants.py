"""A rulebook -> all its mutants, and which of them the cases do not notice.

    python -m tests.mutation.mutants [ID@REVISION ...] [--rule ID] [--rule ID] ...

A mutant is one small mistake an editor could make: a number off by one unit, another comparison, `and` for `or`, `+` for `-`, a dropped
`not`, `when` or effect, a field for a sibling of its type. It survives where every case still comes out as stated.
"""

import sys
from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from dsl.checker.check import Checked, references
from dsl.diagnostics import DiagnosticError
from dsl.nodes import Aggregate, At, Binary, Call, Compare, Date, Day, Expr, If, List, Logic, Number, Period, Ref, Unary, Word
from dsl.quantities import LITERAL_SCALES, PLAIN
from dsl.schema import Schema
from dsl.to_text import to_text
from validator.cases import run as cases
from validator.rulebook.library import Library, library
from validator.rulebook.model import Rule, Rulebook, Take, Value
from validator.vocabulary.layers import rules_folder

OPS = ("=", "!=", "<", "<=", ">", ">=")
OTHER = {"max": "min", "min": "max", "any": "all", "all": "any", "least": "greatest", "greatest": "least"}
OTHER |= {"round_up": "round_down", "round_down": "round_up", "round_half_up": "round_down"}


def mutants(expr: Expr, schema: Schema) -> Iterator[Expr]:
    """Every tree that is one mistake away from a checked tree."""
    yield from _here(expr, schema)
    match expr:
        case At(day=day):
            yield from (replace(expr, day=d) for d in mutants(day, schema))
        case List(items=items):
            yield from (replace(expr, items=x) for x in _each(items, schema))
        case Unary(operand=operand):
            yield from (replace(expr, operand=x) for x in mutants(operand, schema))
        case Binary(left=left, right=right):
            yield from (replace(expr, left=x) for x in mutants(left, schema))
            yield from (replace(expr, right=x) for x in mutants(right, schema))
        case Compare(operands=operands) | Logic(operands=operands):
            yield from (replace(expr, operands=x) for x in _each(operands, schema))
        case If(condition=condition, then=then, other=other):
            yield from (replace(expr, condition=x) for x in mutants(condition, schema))
            yield from (replace(expr, then=x) for x in mutants(then, schema))
            yield from (replace(expr, other=x) for x in mutants(other, schema))
        case Call(args=args):
            yield from (replace(expr, args=x) for x in _each(args, schema))
        case Aggregate(args=args, where=where):
            yield from (replace(expr, args=x) for x in _each(args, schema))
            if where is not None:
                yield replace(expr, where=None)
                yield from (replace(expr, where=x) for x in mutants(where, schema))
        case _:
            return


def _each(parts: tuple[Expr, ...], schema: Schema) -> Iterator[tuple[Expr, ...]]:
    for i, part in enumerate(parts):
        for other in mutants(part, schema):
            yield (*parts[:i], other, *parts[i + 1 :])


def _here(expr: Expr, schema: Schema) -> Iterator[Expr]:
    match expr:
        case Number(value=value, unit=unit, dim=dim):
            step = Fraction(1, 100) if unit == "%" else Fraction(1) if dim == PLAIN else Fraction(1, LITERAL_SCALES[dim])
            yield from (replace(expr, value=value + s, unit="") for s in (step, -step))
        case Period(count=count):
            yield from (replace(expr, count=count + s) for s in (1, -1))
        case Date(days=days):
            yield from (replace(expr, days=days + s) for s in (1, -1))
        case Day(offset=offset):
            yield from (replace(expr, offset=offset + s) for s in (1, -1))
        case At(clock=clock):
            yield from (replace(expr, clock=clock + s) for s in (1, -1))
        case Compare(ops=ops):
            for i, op in enumerate(ops):
                kinds = OPS if _ordered(expr, schema) else ("=", "!=")
                yield from (replace(expr, ops=(*ops[:i], o, *ops[i + 1 :])) for o in kinds if o != op)
        case Logic(op=op):
            yield replace(expr, op="or" if op == "and" else "and")
        case Unary(operand=operand):
            yield operand
        case Binary(op="+" | "-" as op):
            yield replace(expr, op="-" if op == "+" else "+")
        case List(items=items) if len(items) > 1:
            yield from (replace(expr, items=items[:i] + items[i + 1 :]) for i in range(len(items)))
        case Call(function=function) if function in OTHER:
            yield replace(expr, function=OTHER[function])
        case Aggregate(function=function) if function in OTHER and (function in ("any", "all")) == (OTHER[function] in ("any", "all")):
            yield replace(expr, function=OTHER[function])
        case Ref(field=found) if found.source != "value":
            fields = schema.entities[found.entity].fields.values()
            yield from (replace(expr, field=f) for f in fields if f != found and f.type == found.type)
        case _:
            return


def _ordered(expr: Compare, schema: Schema) -> bool:
    return not any(
        isinstance(x, Word) or (isinstance(x, Ref) and x.field.type.type.kind in ("text", "words", "flag")) for x in expr.operands
    )


def of_rule(rule: Rule, schema: Schema) -> Iterator[tuple[str, Rule]]:
    """A rule's mutants, each with what was done."""
    for part in ("when", "require", "admits"):
        checked: Checked | None = getattr(rule, part)
        if checked is not None:
            for expr in mutants(checked.expr, schema):
                yield f"{part}: {to_text(expr, 'en', schema)}", replace(rule, **{part: replace(checked, expr=expr)})
    if rule.when is not None:
        yield "no when", replace(rule, when=None)
    for effect in rule.effect:
        yield f"no effect {effect}", replace(rule, effect=tuple(e for e in rule.effect if e != effect))


def of_value(value: Value, schema: Schema) -> Iterator[tuple[str, Value]]:
    """A value's mutants. Of a ranking: its keys turned round or left out, and what is spared."""
    if isinstance(value.meaning, Checked):
        for expr in mutants(value.meaning.expr, schema):
            yield to_text(expr, "en", schema), replace(value, meaning=replace(value.meaning, expr=expr))
        return
    take = value.meaning
    for i, key in enumerate(take.order):
        turned = replace(key, descending=not key.descending)
        yield f"key {i + 1} turned", replace(value, meaning=replace(take, order=(*take.order[:i], turned, *take.order[i + 1 :])))
        yield f"no key {i + 1}", replace(value, meaning=replace(take, order=take.order[:i] + take.order[i + 1 :]))
    if take.last is not None:
        yield "nothing spared", replace(value, meaning=replace(take, last=None, equals=None))
    yield from _parts(value, take, schema)


def _parts(value: Value, take: Take, schema: Schema) -> Iterator[tuple[str, Value]]:
    for part in ("source", "sum", "limit"):
        checked: Checked = getattr(take, part)
        for expr in mutants(checked.expr, schema):
            yield f"{part}: {to_text(expr, 'en', schema)}", replace(value, meaning=replace(take, **{part: replace(checked, expr=expr)}))


def names(book: Rulebook) -> list[str]:
    """The rules that data decide, and the values."""
    return [*(rule.id for rule in book.rules.values() if rule.asked), *book.values]


def survivors(books: Library, name: str, only: Collection[str] = ()) -> tuple[int, list[str]]:
    """How many mutants there are of these rules and values, or of all, and the names of those that no case notices."""
    suite = cases.load(books, name)
    total, left = 0, list[str]()
    for id_ in names(suite.rulebook):
        if not only or id_ in only:
            tried, alive = survivors_of(books, suite, id_)
            total, left = total + tried, left + alive
            print(f"{name}: {total} tried, {len(left)} survive", file=sys.stderr)
    return total, left


def survivors_of(books: Library, suite: cases.Suite, id_: str) -> tuple[int, list[str]]:
    """How many mutants one rule or value has, and those that no case notices."""
    tried = [(what, _killed(books, suite, mutant, id_)) for what, mutant in _of(suite.rulebook, id_)]
    return len(tried), [f"{id_}: {what}" for what, killed in tried if not killed]


def _of(book: Rulebook, id_: str) -> Iterator[tuple[str, Rulebook]]:
    if id_ in book.rules:
        for what, rule in of_rule(book.rules[id_], book.schema):
            yield what, replace(book, rules={**book.rules, id_: rule})
    else:
        for what, value in of_value(book.values[id_], book.schema):
            yield what, replace(book, values={**book.values, id_: value})


def _killed(books: Library, suite: cases.Suite, mutant: Rulebook, id_: str) -> bool:
    """Whether a case comes out otherwise; those of the mutated rule first, then of what rests on it."""
    other = cases.Suite(mutant, suite.form, suite.base, suite.groups, suite.files)
    readers = _readers(suite.rulebook, id_)
    for group in sorted(suite.groups, key=lambda g: (g != id_, g not in readers)):
        base, found, later = suite.groups[group]
        for case in found:
            try:
                if cases.differs(books, other, base, case, group, later):
                    return True
            except (DiagnosticError, AssertionError):  # the mutant does not even compile: an editor would notice
                return True
    return False


def _readers(book: Rulebook, name: str) -> set[str]:
    """The rules and values that rest on a value."""
    rests = {r.id: (r.when, r.require, r.admits) for r in book.rules.values()} | {n: tuple(v.deciding()) for n, v in book.values.items()}
    read_by = {n: {r.field.name for c in parts if c is not None for r in references(c.expr)} for n, parts in rests.items()}
    found = {name}
    while more := {n for n, read in read_by.items() if read & found} - found:
        found |= more
    return found


def main(arguments: list[str]) -> int:
    only = {arguments[i + 1] for i, a in enumerate(arguments) if a == "--rule"}
    revisions = [a for a in arguments if "@" in a]
    books = library(Path(rules_folder()))
    for name in revisions or [f.name for f in books.standing()]:
        total, left = survivors(books, name, only)
        print(f"{name}: {total - len(left)} of {total} mutants noticed")
        print("\n".join(f"  survives: {line}" for line in left))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
