"""A rule -> the questions whose answers a finding prints: the figures, the margin, and which inputs are missing.

The answers come from an evaluator as plain integers; `Sheet.read` turns them back into what they mean.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dsl.checker.check import Checked, collections, references
from dsl.kernel.lower import Ratio, lower, negation, present, read, slack
from dsl.kernel.nodes import Fold, Kernel, folds, inputs
from dsl.kernel.ratio import parts
from dsl.nodes import Aggregate, At, Day, Expr, Ref, children
from dsl.schema import Field
from dsl.to_text import to_text
from validator.plan.model import ADMITTED, BID, QUANTITY, Asked, Figure, Plan, Sheet, conditions
from validator.rulebook.model import Template, parts_of


def questions(plan: Plan, asked: Asked) -> Sheet:
    """The sheet of a rule, made once per plan."""
    key = ("sheet", asked.number)
    found = plan.compiled.get(key)
    if not isinstance(found, Sheet):
        found = plan.compiled[key] = _sheet(plan, asked)
    return found


def reads(plan: Plan, checked: Iterable[Checked | None]) -> frozenset[Field]:
    """Every field and term that expressions rest on, through all values; what is admitted of a bid begins with its quantity."""
    found = {r.field for part in closure(plan, checked) for r in references(part.expr)}
    if any((f.entity, f.name) == (BID, ADMITTED) for f in found):
        found.add(plan.schema.entities[BID].fields[QUANTITY])
    return frozenset(f for f in found if f.source != "value" or f.name not in plan.rulebook.values)


def counted(plan: Plan, checked: Iterable[Checked | None]) -> frozenset[str]:
    """Every entity whose records expressions count or sum up, through all values."""
    return frozenset(a.collection for part in closure(plan, checked) for a in collections(part.expr))


def closure(plan: Plan, checked: Iterable[Checked | None]) -> list[Checked]:
    """Expressions and those of all values that they rest on."""
    open_ = [c for c in checked if c is not None]
    found: list[Checked] = []
    seen: set[str] = set()
    while open_:
        found.append(open_.pop())
        for name in {r.field.name for r in references(found[-1].expr) if r.field.source == "value"} - seen:
            seen.add(name)
            value = plan.rulebook.values.get(name)
            open_ += [] if value is None else parts_of(value)
    return found


def _sheet(plan: Plan, asked: Asked) -> Sheet:
    rule = asked.rule
    assert rule.require is not None
    figures = {f.key: f for f in _figures(plan, rule.require, rule.require.expr)}
    required = len(figures)
    shown = None
    if rule.message is not None:
        zh, en = rule.message
        shown = (_template(plan, zh, figures), _template(plan, en, figures))
    margin = slack(rule.require, plan.env)
    probes = _probes(plan, asked)
    terms = tuple(sorted(f.name for f in reads(plan, conditions(asked)) if f.source == "term"))
    margin_type = None if margin is None else children(rule.require.expr)[0].type
    return Sheet(tuple(figures.values()), margin, margin_type, probes, terms, shown, required)


def _figures(plan: Plan, checked: Checked, expr: Expr) -> Iterator[Figure]:
    """Names, aggregates as a whole, and the days of the offering."""
    match expr:
        case Ref(field=found):
            yield _figure(plan, checked, expr, found.name, found)
        case Aggregate() | Day() | At(day=Day()):
            yield _figure(plan, checked, expr, to_text(expr, "en", plan.schema), None)
        case _:
            for child in children(expr):
                yield from _figures(plan, checked, child)


def _figure(plan: Plan, checked: Checked, expr: Expr, key: str, found: Field | None) -> Figure:
    assert expr.type is not None
    called = to_text(expr, "zh", plan.schema) if found is None else found.zh
    return Figure(key, expr.type, lower(Checked(expr, expr.type, checked.entity, checked.text), plan.env), called, found)


def _template(plan: Plan, template: Template, figures: dict[str, Figure]) -> tuple[str | int, ...]:
    out: list[str | int] = []
    for part in template.parts:
        if isinstance(part, str):
            out.append(part)
            continue
        (figure,) = _figures(plan, part, part.expr)
        figures.setdefault(figure.key, figure)
        out.append(list(figures).index(figure.key))
    return tuple(out)


# ── what is missing ──


def _probes(plan: Plan, asked: Asked) -> tuple[tuple[str, Kernel], ...]:
    probes: dict[str, Kernel] = {}
    entity = asked.rule.entity
    for checked in conditions(asked):
        for leaf in () if checked is None else _leaves(plan, checked.expr, entity, None):
            found = leaf.ref.field
            if found.source != "term" and found.name not in probes:
                probes[found.name] = _probe(plan, leaf)
    return tuple(probes.items())


def _probe(plan: Plan, leaf: "_Leaf") -> Kernel:
    value = read(leaf.ref.field)
    gone = negation(present(value.num if isinstance(value, Ratio) else value))
    if leaf.fold is None or leaf.ref.via == "this":
        return gone
    found = Fold("any", leaf.fold.collection, plan.schema.root if leaf.fold.everywhere else leaf.owner, gone, None, (), False, "flag")
    joined = _joined(plan, leaf.fold, leaf.owner)
    if joined is None or any(inputs(of) & inputs(gone) for of, _ in joined.keys):
        return found  # a record that lacks a key of the join could be any one's
    return replace(found, owner=joined.owner, keys=joined.keys, everywhere=joined.everywhere)


def _joined(plan: Plan, aggregate: Aggregate, owner: str) -> Fold | None:
    """The aggregate, where it is over the records of another tree that match."""
    assert aggregate.type is not None
    meaning = lower(Checked(aggregate, aggregate.type, owner, ""), plan.env)
    return next((f for part in parts(meaning) for f in folds(part) if f.keys), None)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A field or term that an expression rests on, the aggregate it stands in, and the entity that the aggregate belongs to."""

    ref: Ref
    fold: Aggregate | None
    owner: str


def _leaves(plan: Plan, expr: Expr, owner: str, inside: Aggregate | None) -> Iterator[_Leaf]:
    """Through values of the same record or of the aggregate's elements; an aggregate inside an element's value is not followed."""
    if isinstance(expr, Ref):
        value = plan.rulebook.values.get(expr.field.name) if expr.field.source == "value" else None
        if value is None:
            yield _Leaf(expr, inside, owner)
        elif inside is None or value.field.entity == inside.collection:
            at = owner if inside is not None else value.field.entity
            for part in parts_of(value):
                yield from (x for x in _leaves(plan, part.expr, at, inside) if inside is None or x.fold is inside)
        return
    for child in children(expr):
        yield from _leaves(plan, child, owner, expr if isinstance(expr, Aggregate) else inside)
