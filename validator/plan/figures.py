"""A rule of a rulebook -> its sheet: the figures that a finding prints, the margin, which inputs are missing, what the rule rests on.

Only `bind` makes sheets. An evaluator answers the questions of a sheet with plain integers, and `Sheet.read` turns these into values.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dsl.checker.check import Checked, collections, references
from dsl.kernel.build import negation, present
from dsl.kernel.lower import Env, lower, margin, read
from dsl.kernel.nodes import Fold, Kernel, folds, inputs
from dsl.kernel.ratio import Ratio, parts
from dsl.nodes import Aggregate, At, Day, Expr, Ref, children
from dsl.schema import Field
from dsl.to_text import to_text
from validator.plan.model import ADMITTED, BID, QUANTITY, Figure, Sheet, conditions
from validator.rulebook.model import Rule, Rulebook, Template


def sheet(rule: Rule, rulebook: Rulebook, env: Env) -> Sheet:
    """`env` defines every value of the rulebook. Raises DiagnosticError where a figure could pass 128 bits."""
    assert rule.require is not None
    figures = {f.key: f for f in _figures(env, rule.require, rule.require.expr)}
    required = len(figures)
    shown = None
    if rule.message is not None:
        zh, en = rule.message
        shown = (_template(env, zh, figures), _template(env, en, figures))
    distance = margin(rule.require, env)
    on = conditions(rule)
    rests = _closure(rulebook, on)
    inputs_ = _inputs(rulebook, rests)
    marked = {r.field.name for c in _closure(rulebook, [*on, *([] if rule.admits is None else [rule.admits])]) for r in references(c.expr)}
    return Sheet(
        tuple(figures.values()),
        distance,
        None if distance is None else children(rule.require.expr)[0].type,
        tuple(_probes(rule, rulebook, env).items()),
        shown,
        required,
        inputs_,
        frozenset(a.collection for c in rests for a in collections(c.expr)),
        tuple(sorted(f.name for f in inputs_ if f.source == "term")),
        tuple(dict.fromkeys(r.field.name for c in on for r in references(c.expr) if r.field.source == "value")),
        rule.unverified or any(v.unverified for n, v in rulebook.values.items() if n in marked),
        tuple(n for n, t in rulebook.terms.items() if n in marked and t.unverified),
    )


def _closure(rulebook: Rulebook, checked: Iterable[Checked]) -> list[Checked]:
    """The expressions, and those of every value that they rest on."""
    open_, found = list(checked), list[Checked]()
    seen: set[str] = set()
    while open_:
        found.append(open_.pop())
        for name in {r.field.name for r in references(found[-1].expr) if r.field.source == "value"} - seen:
            seen.add(name)
            value = rulebook.values.get(name)
            open_ += [] if value is None else value.deciding()
    return found


def _inputs(rulebook: Rulebook, rests: Iterable[Checked]) -> frozenset[Field]:
    """Every field and term that is read. The admitted quantity of a bid is computed from its quantity, so it counts as reading that."""
    found = {r.field for part in rests for r in references(part.expr)}
    if any((f.entity, f.name) == (BID, ADMITTED) for f in found):
        found.add(rulebook.schema.entities[BID].fields[QUANTITY])
    return frozenset(f for f in found if f.source != "value" or f.name not in rulebook.values)


# ── figures ──


def _figures(env: Env, checked: Checked, expr: Expr) -> Iterator[Figure]:
    """One figure for each name, for each aggregate as a whole, and for each day of the offering."""
    match expr:
        case Ref(field=found):
            yield _figure(env, checked, expr, found.name, found)
        case Aggregate() | Day() | At(day=Day()):
            yield _figure(env, checked, expr, to_text(expr, "en", env.schema), None)
        case _:
            for child in children(expr):
                yield from _figures(env, checked, child)


def _figure(env: Env, checked: Checked, expr: Expr, key: str, found: Field | None) -> Figure:
    assert expr.type is not None
    called = to_text(expr, "zh", env.schema) if found is None else found.zh
    return Figure(key, expr.type, lower(Checked(expr, expr.type, checked.entity, checked.text), env), called, found)


def _template(env: Env, template: Template, figures: dict[str, Figure]) -> tuple[str | int, ...]:
    out: list[str | int] = []
    for part in template.parts:
        if isinstance(part, str):
            out.append(part)
            continue
        (figure,) = _figures(env, part, part.expr)
        figures.setdefault(figure.key, figure)
        out.append(list(figures).index(figure.key))
    return tuple(out)


# ── what is missing ──


def _probes(rule: Rule, rulebook: Rulebook, env: Env) -> dict[str, Kernel]:
    probes: dict[str, Kernel] = {}
    for checked in conditions(rule):
        for leaf in _leaves(rulebook, checked.expr, rule.entity, None):
            found = leaf.ref.field
            if found.source != "term" and found.name not in probes:
                probes[found.name] = _probe(env, leaf)
    return probes


def _probe(env: Env, leaf: "_Leaf") -> Kernel:
    value = read(leaf.ref.field)
    missing = negation(present(value.num if isinstance(value, Ratio) else value))
    if leaf.fold is None or leaf.ref.via == "this":
        return missing
    found = Fold("any", leaf.fold.collection, env.schema.root if leaf.fold.everywhere else leaf.owner, missing, None, (), False, "flag")
    joined = _joined(env, leaf.fold, leaf.owner)
    if joined is None or any(inputs(of) & inputs(missing) for of, _ in joined.keys):
        return found  # a record whose key of the join is missing could match any record
    return replace(found, owner=joined.owner, keys=joined.keys, everywhere=joined.everywhere)


def _joined(env: Env, aggregate: Aggregate, owner: str) -> Fold | None:
    """The aggregate as a kernel, if it joins records of another table tree by key; else None."""
    assert aggregate.type is not None
    meaning = lower(Checked(aggregate, aggregate.type, owner, ""), env)
    return next((f for part in parts(meaning) for f in folds(part) if f.keys), None)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A field or term that an expression rests on, the aggregate around it if any, and the entity that the aggregate belongs to."""

    ref: Ref
    fold: Aggregate | None
    owner: str


def _leaves(
    rulebook: Rulebook, expr: Expr, owner: str, inside: Aggregate | None, seen: set[tuple[str, str, int]] | None = None
) -> Iterator[_Leaf]:
    """Follows values of the same record and of an aggregate's elements, but no aggregate inside an element's value.

    `seen`: the values that were followed already, from where and inside of which aggregate. Each is followed once, because a value may be
    named many times on the way.
    """
    seen = set() if seen is None else seen
    if isinstance(expr, Ref):
        value = rulebook.values.get(expr.field.name) if expr.field.source == "value" else None
        if value is None:
            yield _Leaf(expr, inside, owner)
        elif (inside is None or value.field.entity == inside.collection) and (place := (expr.field.name, owner, id(inside))) not in seen:
            seen.add(place)
            for part in value.deciding():  # the limit of a ranking belongs to the offering
                at = owner if inside is not None else part.entity
                yield from (x for x in _leaves(rulebook, part.expr, at, inside, seen) if inside is None or x.fold is inside)
        return
    for child in children(expr):
        yield from _leaves(rulebook, child, owner, expr if isinstance(expr, Aggregate) else inside, seen)
