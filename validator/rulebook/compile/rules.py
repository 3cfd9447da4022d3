"""The terms and rules of a flat revision -> checked terms and rules. Checks form, clause, stage, expressions and messages."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from dsl.checker.check import Checked, references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.kernel.lower import lower, lower_shares, margin
from dsl.kernel.ratio import fixed, ratio_of
from dsl.nodes import Expr, If, Ref
from dsl.quantities import FLAG, Type
from dsl.schema import Field
from validator.bilingual import Both
from validator.rulebook.amendments import Placed
from validator.rulebook.compile.message import pieces
from validator.rulebook.compile.scope import Scope
from validator.rulebook.form import RuleForm, TermForm
from validator.rulebook.model import NOT_FOUND_OR_FOUND, TURNED_ROUND, Answers, Rule, Template, Term, answer_key
from validator.vocabulary.limits import impossible

_CITE = "add `cite: <source> <clause>`"


def compile_terms(scope: Scope) -> dict[str, Term]:
    done: dict[str, Term] = {}
    fields = scope.schema.entities[scope.schema.root].fields
    for name, placed in scope.flat.terms.items():
        found = fields.get(name)
        if found is None:
            hint = "if no offering states this figure, define it under `values`"
            scope.mistakes.append(placed.mistake("unknown-term", f"`{name}` is not a field of an offering", hint=hint))
            continue
        made = _term(scope, placed, found)
        if made is not None:
            done[name] = made
    scope.mistakes += _circles(scope, done)
    return done


def _circles(scope: Scope, terms: Mapping[str, Term]) -> Iterator[Diagnostic]:
    """One diagnostic for each term whose default depends on itself through others."""
    needs = {n: {r.field.name for r in references(t.value.expr)} & set(terms) if t.value else set() for n, t in terms.items()}
    while ready := [n for n, needed in needs.items() if not needed & set(needs)]:
        for name in ready:
            del needs[name]
    for name, needed in needs.items():
        others = ", ".join(f"`{x}`" for x in sorted(needed & set(needs)))
        yield scope.flat.terms[name].mistake("circular", f"the default of `{name}` needs {others}, which in turn needs it")


def _term(scope: Scope, placed: Placed[TermForm], found: Field) -> Term | None:
    form = placed.form
    modes = [k for k, v in (("required", form.required), ("default", form.default), ("fixed", form.fixed)) if v is not None]
    if len(modes) != 1:
        scope.mistakes.append(placed.mistake("wrong-form", "a term needs exactly one of `required`, `default`, `fixed`"))
        return None
    text = form.default or form.fixed
    value = None
    if text is not None:
        piece = scope.parse(placed, (modes[0],), text)
        value = scope.check(placed, (modes[0],), piece, scope.schema.root, found.type.type) if piece else None
        if value is None:
            return None
        if any(r.field.source == "value" for r in references(value.expr)):
            scope.mistakes.append(placed.mistake("wrong-form", "a term may read other terms, but not values", modes[0]))
        _possible(scope, placed, modes[0], value, found)
    if form.cite is None and modes[0] != "required":
        scope.mistakes.append(placed.mistake("missing-clause", f"term `{found.name}` names no clause", hint=_CITE))
    mode: Any = modes[0]
    return Term(found, mode, value, scope.cites(placed, form.cite), bool(form.unverified) or scope.unread(form.cite), text or "")


def _possible(scope: Scope, placed: Placed[TermForm], mode: str, value: Checked, found: Field) -> None:
    """What a rulebook gives a term is held to the same limits as what an offering states, each branch of a choice by itself."""
    limits = scope.vocabulary.limits.get(found.name)
    if limits is None or found.type.type.kind != "number":
        return
    for branch in _branches(value.expr):
        if any(True for _ in references(branch)):
            continue
        try:
            ratio = ratio_of(lower(Checked(branch, value.type, value.entity, value.text), scope.env))
        except DiagnosticError as error:
            scope.mistakes += [d.at(placed.source.file, placed.line(mode)) for d in error.diagnostics]
            continue
        num, den = fixed(ratio.num), fixed(ratio.den)
        broken = None if num is None or den is None else impossible(found, limits, Fraction(num, den))
        if broken is not None:
            said = f"`{found.name}` ({found.zh}) {broken[0]}"
            scope.mistakes.append(placed.mistake("impossible-term", said, mode, hint=broken[1]))


def _branches(expr: Expr) -> Iterator[Expr]:
    match expr:
        case If(then=then, other=other):
            yield from _branches(then)
            yield from _branches(other)
        case _:
            yield expr


def compile_rules(scope: Scope) -> dict[str, Rule]:
    made = [_rule(scope, placed) for placed in scope.flat.rules.values()]
    return {r.id: r for r in made if r is not None}


def _rule(scope: Scope, placed: Placed[RuleForm]) -> Rule | None:
    form = placed.form
    stage = form.id.split(".")[0]
    effect = () if form.effect == [] else (form.effect,) if isinstance(form.effect, str) else tuple(form.effect)
    if not _form_fits(scope, placed, stage, effect):
        return None
    when, require, admits = (
        _optional(scope, placed, key, text, expect)
        for key, text, expect in (("when", form.when, FLAG), ("require", form.require, FLAG), ("admits", form.admits, None))
    )
    for part in (when, require, admits):
        if part is not None:
            scope.stage_fits(placed, stage, [part], "rule")
    scope.prove(placed, ("require",), margin, require)
    scope.prove(placed, ("admits",), lower_shares, admits)
    message = None
    if form.message is not None:
        zh, en = _template(scope, placed, "zh", form.message.zh), _template(scope, placed, "en", form.message.en)
        message = (zh, en)
    note = Both(form.note.zh, form.note.en) if form.note else None
    return Rule(
        form.id,
        stage,
        form.for_,
        Both(form.name.zh, form.name.en),
        when,
        require,
        form.selects,
        effect,
        admits,
        message,
        scope.cites(placed, form.cite),
        bool(form.unverified) or scope.unread(form.cite),
        note,
        _answers(form) if "attest" in effect else None,
    )


def _answers(form: RuleForm) -> Answers:
    said = form.answers
    return NOT_FOUND_OR_FOUND if said is None else Answers(Both(said.good.zh, said.good.en), Both(said.bad.zh, said.bad.en))


def _form_fits(scope: Scope, placed: Placed[RuleForm], stage: str, effect: tuple[str, ...]) -> bool:
    form, before = placed.form, len(scope.mistakes)

    def say(code: str, message: str, key: str, hint: str | None = None) -> None:
        scope.mistakes.append(placed.mistake(code, message, key, hint=hint))

    if stage not in scope.flat.stages:
        say("unknown-stage", f"the stage of rule `{form.id}` is not in `stages`", "id", scope.stages())
    if form.for_ not in scope.schema.entities:
        say("unknown-record", f"unknown record `{form.for_}`", "for", scope.entities())
    if form.cite is None:
        say("missing-clause", f"rule `{form.id}` names no clause", "id", _CITE)
    if form.selects is not None:
        for code, message in _selection_fits(scope, form, form.selects, stage):
            say(code, message, "selects")
    if ("attest" in effect) != (form.require is None and form.selects is None):
        say("wrong-form", f"rule `{form.id}`: the effect `attest` is for rules without `require`, and only for them", "effect")
    if form.answers is not None:
        for code, message, hint in _answers_fit(form, effect):
            say(code, message, "answers", hint)
    if ("excess-invalid" in effect) != (form.admits is not None) and form.for_ == "bid":
        say("wrong-form", f"rule `{form.id}`: the effect `excess-invalid` needs `admits`, and `admits` needs that effect", "effect")
    return len(scope.mistakes) == before


_EXAMPLE = "for example 未发现 (not found) and 发现 (found)"

LONGEST_ANSWER = 40
"""In characters. Excel keeps the words of a list of choices in one text of 255, separated by commas."""


def _answers_fit(form: RuleForm, effect: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Only an attestation has answers, and nobody can take one for the other."""
    if "attest" not in effect:
        yield "wrong-form", f"rule `{form.id}`: `answers` are for the effect `attest`", "data decide this rule: leave `answers` out"
    answers = _answers(form)
    good, bad = ({answer_key(w) for w in (a.zh, a.en)} for a in (answers.good, answers.bad))
    if good & bad:
        yield "wrong-form", f"rule `{form.id}`: the good and the bad answer are the same word", _EXAMPLE
    for word in sorted((good | bad) & TURNED_ROUND):
        said = f"rule `{form.id}`: `{word}` may be said of a breach as well as of its absence"
        yield "wrong-form", said, _EXAMPLE
    for word in sorted(w for w in good | bad if len(w) > LONGEST_ANSWER or "," in w or '"' in w):
        said = f"rule `{form.id}`: the answer `{word}` does not fit into a list of choices"
        yield "wrong-form", said, f"at most {LONGEST_ANSWER} characters, without commas and quotation marks"


def _selection_fits(scope: Scope, form: RuleForm, name: str, stage: str) -> Iterator[tuple[str, str]]:
    """The selected value must exist, select records of the rule's entity, be known at its stage, and be the only selection."""
    value = scope.flat.values.get(name)
    if value is None or value.form.take is None:
        yield "unknown-name", f"`{name}` is not a value with `take`"
        return
    if value.form.of != form.for_:
        yield "wrong-record", f"`{name}` selects records of {value.form.of}, but this rule is for {form.for_}"
    known, stages = value.form.stage or "", scope.flat.stages
    if known in stages and stage in stages and stages.index(known) > stages.index(stage):
        yield "later-stage", f"`{name}` is known from stage {known} on, but this rule belongs to {stage}"
    first = next(p.form.id for p in scope.flat.rules.values() if p.form.selects is not None)
    if first != form.id:
        yield "second-selection", f"`{first}` is already the selection, and a report has only one elimination"


def _optional(scope: Scope, placed: Placed[RuleForm], key: str, text: str | None, expect: Type | None) -> Checked | None:
    if text is None:
        return None
    piece = scope.parse(placed, (key,), text)
    return scope.check(placed, (key,), piece, placed.form.for_, expect) if piece else None


def _template(scope: Scope, placed: Placed[RuleForm], lang: str, text: str) -> Template:
    parts: list[str | Checked] = []
    for piece, is_name in pieces(text):
        if not is_name:
            parts.append(piece)
            continue
        try:
            found = scope.named(piece, placed.form.for_)
            if not isinstance(found.expr, Ref):
                raise DiagnosticError([])
            scope.stage_fits(placed, placed.form.id.split(".")[0], [found], "message")
            parts.append(found)
        except DiagnosticError as error:
            hint = next((d.hint for d in error.diagnostics if d.hint), "a placeholder names a field or value, e.g. `{quantity}`")
            message = f"`{{{piece}}}` in the message of rule `{placed.form.id}` is not a known name"
            scope.mistakes.append(placed.mistake("bad-placeholder", message, "message", lang, hint=hint))
    return Template(tuple(parts))
