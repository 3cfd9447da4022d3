"""Rulebook + offering -> plan: terms and days become constants, expressions become integer arithmetic, rules are grouped by stage.

A plan depends on no book. It is made once per offering and shared by submissions, books and threads.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from dsl.checker.check import references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.lower import Bound, Env, Lowered, Ratio, lower, lower_flag, lower_shares, lower_whole, mul, ratio_of
from dsl.kernel.nodes import Const
from dsl.quantities import EPOCH
from dsl.schema import Field, Schema
from dsl.to_python import Layout
from validator.intake.offering import Offering
from validator.plan.figures import sheet
from validator.plan.model import ADMITTED, BID, LIVE, Asked, Plan, Ranking, Stage, Step
from validator.rulebook.model import Rule, Rulebook, Take, Term, Value
from validator.vocabulary.calendar import Calendar


def bind(rulebook: Rulebook, offering: Offering, calendar: Calendar) -> Plan:
    """Raises DiagnosticError: a required term that is missing, a changed fixed term, a day past the calendar, overflow."""
    schema = rulebook.schema
    mistakes = list(_not_trading_days(schema, offering, calendar))
    if mistakes:
        raise DiagnosticError(mistakes)
    terms, changed = _terms(rulebook, offering, calendar)
    env = Env(schema, terms, _days(schema, terms, calendar), trading_days=calendar.trading_days())
    return Plan(rulebook, offering, terms, _layout(rulebook), _stages(rulebook, env), changed)


def unbound(rulebook: Rulebook, calendar: Calendar, *, alone: bool) -> Plan:
    """A plan that reads the offering's fields and days at run time. `alone`: only the offering's own rules and values."""
    env = Env(rulebook.schema, trading_days=calendar.trading_days())
    root = rulebook.schema.root
    only = root if alone else None
    stages = tuple(replace(s, steps=tuple(x for x in s.steps if not alone or x.entity == root)) for s in _stages(rulebook, env, only))
    return Plan(rulebook, Offering({}), {}, _layout(rulebook), stages, {})


def terms_of(rulebook: Rulebook, offering: Offering, calendar: Calendar) -> dict[str, Bound]:
    """The offering's fields as the rules read them, defaults filled in. Raises DiagnosticError."""
    return _terms(rulebook, offering, calendar)[0]


def _layout(rulebook: Rulebook) -> Layout:
    values = ((v.field.entity, v.field.name) for v in rulebook.values.values())
    return Layout.of(rulebook.schema, [(BID, LIVE), (BID, ADMITTED), *values])


# ── terms and days ──


def _terms(rulebook: Rulebook, offering: Offering, calendar: Calendar) -> tuple[dict[str, Bound], dict[str, tuple[Term, Bound]]]:
    schema = rulebook.schema
    terms = {f.name: _stated(f, offering) for f in schema.entities[schema.root].fields.values()}
    changed: dict[str, tuple[Term, Bound]] = {}
    mistakes: list[Diagnostic] = []
    day, known = _days(schema, terms, calendar), calendar.trading_days()
    for name in _in_order(rulebook.terms):
        term = rulebook.terms[name]
        if name in offering.unreadable:
            continue  # neither missing nor a reason for the default (L8a)
        if term.value is None:
            if terms[name] is None:
                message = f"`{name}` ({term.field.zh}) is missing: {rulebook.name} requires it for every offering"
                mistakes.append(offering.mistake("missing-term", message, hint=f"add `{name}:` to the offering"))
            continue
        given = _constant(lower(term.value, Env(schema, terms, day, trading_days=known)), term.field)
        if terms[name] is None:
            terms[name] = given
        elif terms[name] != given and term.mode == "fixed":
            message = f"`{name}` ({term.field.zh}) is fixed at {term.text} by {rulebook.name}"
            cite = "; ".join(f"{c.source} {c.clause}" for c in term.cites)
            mistakes.append(
                offering.mistake("fixed-term", message, name, f"leave it out; the clause is {cite}" if cite else "leave it out")
            )
        elif terms[name] != given:
            changed[name] = (term, given)
    if mistakes:
        raise DiagnosticError(mistakes)
    return terms, changed


def _stated(found: Field, offering: Offering) -> Bound:
    value = offering.values.get(found.name)
    if value is None or found.type.type.kind != "number":
        return value
    return Fraction(value, found.type.scale)  # type: ignore[arg-type]


def _in_order(terms: Mapping[str, Term]) -> list[str]:
    """Names in an order in which a term comes after the terms that its default rests on.

    Raises DiagnosticError for defaults that depend on each other: the one kind of circle that the compiler does not find.
    """
    needs = {n: {r.field.name for r in references(t.value.expr)} & set(terms) if t.value else set() for n, t in terms.items()}
    done: list[str] = []
    while len(done) < len(needs):
        ready = [n for n in needs if n not in done and needs[n] - {n} <= set(done)]
        if not ready:
            names = ", ".join(sorted(set(needs) - set(done)))
            raise DiagnosticError([Diagnostic("circular", f"the defaults of {names} depend on each other")])
        done += ready
    return done


def _constant(meaning: Lowered, found: Field) -> Bound:
    if found.type.type.kind == "number":
        ratio = ratio_of(meaning)
        assert isinstance(ratio.num, Const) and isinstance(ratio.den, Const)
        return None if ratio.num.value is None else Fraction(int(ratio.num.value), int(ratio.den.value or 1))
    assert isinstance(meaning, Const)
    return meaning.value


def _not_trading_days(schema: Schema, offering: Offering, calendar: Calendar) -> Iterable[Diagnostic]:
    """T and I must be trading days: T+1 would otherwise be a wrong day. Years that the calendar does not cover are not checked."""
    for name in schema.days.values():
        day = offering.values.get(name)
        if not isinstance(day, int):
            continue
        shown = date.fromordinal(day + EPOCH)
        if calendar.first <= shown.year <= calendar.last and not calendar.is_trading_day(day):
            message = f"`{name}: {shown}` ({schema.entities[schema.root].fields[name].zh}) is not a trading day of the exchange"
            hint = "it is a Saturday or Sunday" if shown.weekday() > 4 else "the exchange is closed that day, see rules/calendar.yaml"
            yield offering.mistake("not-a-trading-day", message, name, hint=hint)


def _days(schema: Schema, terms: Mapping[str, Bound], calendar: Calendar) -> Callable[[str, int], int | None]:
    def day(anchor: str, offset: int) -> int | None:
        start = terms.get(schema.days[anchor])
        return calendar.trading_day(start, offset) if isinstance(start, int) else None

    return day


# ── stages ──


def _stages(rulebook: Rulebook, env: Env, only: str | None = None) -> tuple[Stage, ...]:
    """`only`: keep just the rules of this entity. A rule's number does not depend on it."""
    rules = [(i, r) for i, r in enumerate(r for r in _sorted(rulebook) if r.asked) if only in (None, r.entity)]
    names = ("", *rulebook.stages)
    steps = {name: tuple(_step(v, env) for v in rulebook.values.values() if v.field.stage == name) for name in names}
    return tuple(
        Stage(name, steps[name], tuple(_asked(r, number, rulebook, env) for number, r in rules if r.stage == name)) for name in names
    )


def _sorted(rulebook: Rulebook) -> list[Rule]:
    """Rules in the order of findings: stage, then id by code point."""
    return sorted(rulebook.rules.values(), key=lambda r: (rulebook.stages.index(r.stage), r.id))


def _step(value: Value, env: Env) -> Step:
    entity, name = value.field.entity, value.field.name
    if isinstance(value.meaning, Take):
        env.define(entity, name, Const(None, "flag"))
        return Step(value, _ranking(value.meaning, entity, env))
    meaning = lower(value.meaning, env)
    if all(isinstance(p, Const) for p in ((meaning.num, meaning.den) if isinstance(meaning, Ratio) else (meaning,))):
        env.values[entity, name] = meaning
    else:
        env.define(entity, name, meaning)
    return Step(value, meaning)


def _ranking(take: Take, entity: str, env: Env) -> Ranking:
    total, scale = lower_whole(take.sum, env)
    keys = [(*lower_whole(k.value, env), k.descending) for k in take.order]
    return Ranking(
        entity,
        lower_flag(take.source, env),
        tuple((key, down) for key, _, down in keys),
        total,
        scale,
        _times(ratio_of(lower(take.limit, env)), scale),
        lower_flag(take.bound, env),
        None if take.equals is None else _times(ratio_of(lower(take.equals, env)), keys[0][1]),
    )


def _times(ratio: Ratio, factor: int) -> Ratio:
    return Ratio(mul(ratio.num, Const(factor, "int")), ratio.den)


def _asked(rule: Rule, number: int, rulebook: Rulebook, env: Env) -> Asked:
    """`env` defines all values. A rule reads only values of its own stage or an earlier one."""
    assert rule.require is not None
    when = None if rule.when is None else lower_flag(rule.when, env)
    admits = None if rule.admits is None else lower_shares(rule.admits, env)
    return Asked(number, rule, when, lower_flag(rule.require, env), admits, sheet(rule, rulebook, env))
