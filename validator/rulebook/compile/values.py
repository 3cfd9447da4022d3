"""The values of a flat revision -> checked values, in an order in which each needs only those before it.

The type of a name must be known before it is read, so a value is checked after all values that it reads. A circle is a diagnostic.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from dsl.checker.check import ANY_WORD, Checked, names
from dsl.diagnostics import DiagnosticError
from dsl.kernel.lower import lower, lower_whole, ratio_of
from dsl.kernel.nodes import Const, bounds
from dsl.nodes import Expr, Name
from dsl.quantities import FLAG, PLAIN, FieldType, Type
from dsl.schema import Field
from validator.rulebook.amendments import Path, Placed
from validator.rulebook.compile.scope import Piece, Scope
from validator.rulebook.compile.tiers import first, tier, tiers
from validator.rulebook.form import ValueForm
from validator.rulebook.model import Key, Take, Value


def compile_values(scope: Scope) -> dict[str, Value]:
    """The values that compile. The mistakes of all others are added to the scope."""
    trees = {name: _parse_value(scope, name, placed) for name, placed in scope.flat.values.items()}
    done: dict[str, Value] = {}
    for name in _ordered(scope, trees):
        placed = scope.flat.values[name]
        parts = trees[name]
        if parts is None or not _place_fits(scope, placed):
            continue
        made = _value(scope, name, placed, parts)
        if made is not None:
            done[name] = made
            scope.define(made.field, Const(None, "flag") if isinstance(made.meaning, Take) else lower(made.meaning, scope.env))
    scope.failed |= {n for name, placed in scope.flat.values.items() if name not in done for n in (name, placed.form.zh)}
    return done


def _parse_value(scope: Scope, name: str, placed: Placed[ValueForm]) -> dict[Path, Piece] | None:
    form = placed.form
    if not _name_fits(scope, name, placed):
        return None
    forms = [k for k, v in (("is", form.is_), ("rows", form.rows), ("take", form.take), ("first", form.first)) if v is not None]
    if len(forms) != 1:
        scope.mistakes.append(placed.mistake("wrong-form", f"value `{name}` needs exactly one of `is`, `rows`, `take`, `first`"))
        return None
    if (form.by is not None) != (form.rows is not None):
        scope.mistakes.append(placed.mistake("wrong-form", f"value `{name}`: `by` and `rows` go together"))
        return None
    found: dict[Path, Piece] = {}
    for path, text in _texts(form):
        piece = scope.parse(placed, path, text)
        if piece is None:
            return None
        found[path] = piece
    return found


def _name_fits(scope: Scope, name: str, placed: Placed[ValueForm]) -> bool:
    """Check that both names of a value parse as names, and that no field or value of a related record has the same name."""
    own = {name, placed.form.zh}
    for text in (name, placed.form.zh):
        if not _sayable(scope, text):
            hint = "use letters or Chinese characters, digits and `_`, and no keyword of the language"
            scope.mistakes.append(placed.mistake("wrong-name", f"`{text}` cannot be the name of a value", hint=hint))
            return False
    if all(scope.used[n] == 1 for n in own):
        return True
    schema, of = scope.schema, placed.form.of
    line = (*schema.parents[of], *schema.below[of]) if of in schema.entities else ()
    taken = [(f.name, f.zh, e) for e in line for f in (*schema.entities[e].fields.values(), *scope.known[e].values())]
    before = list(scope.flat.values)[: list(scope.flat.values).index(name)]
    taken += [(n, scope.flat.values[n].form.zh, scope.flat.values[n].form.of) for n in before]
    for other, zh, entity in taken:
        if own & {other, zh}:
            message = f"value `{name}` ({placed.form.zh}) has the name of {other} ({zh}) of {entity}"
            scope.mistakes.append(placed.mistake("name-clash", message, hint="give it another name, in both languages"))
            return False
    return True


def _sayable(scope: Scope, text: str) -> bool:
    try:
        expr = scope.tree(text)
    except DiagnosticError:
        return False
    return isinstance(expr, Name) and expr.parts == (text,)


def _ordered(scope: Scope, trees: Mapping[str, dict[Path, Piece] | None]) -> list[str]:
    """Value names, each after the values that it reads. A circle is a diagnostic."""
    called = {n: name for name, placed in scope.flat.values.items() for n in (name, placed.form.zh)}
    needs = {name: {called[n] for p in (parts or {}).values() for n in names(p.expr) if n in called} for name, parts in trees.items()}
    done: list[str] = []
    while len(done) < len(needs):
        ready = [n for n in needs if n not in done and needs[n] <= set(done)]
        if not ready:
            circle = [n for n in needs if n not in done]
            for n in circle:
                others = ", ".join(f"`{x}`" for x in sorted(needs[n] & set(circle)))
                scope.mistakes.append(scope.flat.values[n].mistake("circular", f"value `{n}` needs {others}, which in turn needs it"))
            return done
        done += ready
    return done


def _place_fits(scope: Scope, placed: Placed[ValueForm]) -> bool:
    form = placed.form
    if form.of not in scope.schema.entities:
        scope.mistakes.append(placed.mistake("unknown-record", f"unknown record `{form.of}`", "of", hint=scope.entities()))
        return False
    if form.stage is not None and form.stage not in scope.flat.stages:
        scope.mistakes.append(placed.mistake("unknown-stage", f"unknown stage `{form.stage}`", "stage", hint=scope.stages()))
        return False
    return True


def _value(scope: Scope, name: str, placed: Placed[ValueForm], parts: dict[Path, Piece]) -> Value | None:
    form = placed.form
    stage = form.stage or ""
    before = len(scope.mistakes)
    cites = scope.cites(placed, form.cite)
    meaning: Checked | Take | None
    kind: Literal["is", "rows", "first", "take"]
    if form.take is not None:
        kind, meaning, type_ = "take", _take(scope, placed, parts), FLAG
    else:
        kind = "is" if form.is_ is not None else "rows" if form.rows is not None else "first"
        meaning = _single(scope, name, placed, parts)
        type_ = meaning.type if meaning else FLAG
    if meaning is None or len(scope.mistakes) > before:
        return None
    scope.stage_fits(placed, stage, [meaning] if isinstance(meaning, Checked) else meaning.parts(), "value")
    if name == "fate" and (form.of, type_.kind) != ("bid", "words"):  # the report counts bids by it
        scope.mistakes.append(placed.mistake("wrong-type", "`fate` is the result of a bid: it must be a value of bid that gives words"))
    if form.percent and (type_.kind != "number" or type_.dim != PLAIN):
        said = f"`{name}` is no plain number, and `percent` is for shares and rates"
        scope.mistakes.append(placed.mistake("wrong-type", said, "percent", hint="leave `percent` out"))
    made = Field(name, form.zh, form.of, FieldType("ratio" if form.percent else "value", type_), "value", None, stage)
    unverified = bool(form.unverified) or scope.unread(form.cite)
    return Value(made, meaning, kind, cites, unverified, form.show, type_.words if type_.kind == "words" else ())


def _single(scope: Scope, name: str, placed: Placed[ValueForm], parts: dict[Path, Piece]) -> Checked | None:
    form = placed.form
    if form.is_ is not None:
        return scope.check(placed, ("is",), parts[("is",)], form.of)
    results = [p for path, p in parts.items() if path[-1] == "is"]
    expect = ANY_WORD if all(_bare_word(scope, p.expr) for p in results) else None
    for path, piece in parts.items():
        wanted = expect if path[-1] == "is" else FLAG if path[-1] == "if" else None
        if scope.check(placed, path, piece, form.of, wanted) is None:
            return None
    tree = _tiers(scope, name, placed, parts) if form.rows is not None else _first(scope, name, placed, parts)
    return None if tree is None else scope.check(placed, (), Piece("", tree), form.of, expect)


def _tiers(scope: Scope, name: str, placed: Placed[ValueForm], parts: dict[Path, Piece]) -> Expr | None:
    rows = []
    for i, row in enumerate(placed.form.rows or ()):
        made = tier(row, {str(path[-1]): p.expr for path, p in parts.items() if path[:2] == ("rows", i)})
        if isinstance(made, str):
            scope.mistakes.append(placed.mistake("wrong-form", made, "rows", i))
            return None
        rows.append(made)
    return tiers(name, placed, parts[("by",)].expr, rows, scope.mistakes)


def _first(scope: Scope, name: str, placed: Placed[ValueForm], parts: dict[Path, Piece]) -> Expr | None:
    rows = []
    for i, row in enumerate(placed.form.first or ()):
        condition = parts.get(("first", i, "if"))
        rows.append((row, condition.expr if condition else None, parts[("first", i, "is")].expr))
    return first(name, placed, rows, scope.mistakes)


def _bare_word(scope: Scope, expr: Expr) -> bool:
    """Whether a name is unknown everywhere, so that it is a word of the value's own list."""
    every = [f for e in scope.schema.entities.values() for f in (*e.fields.values(), *scope.known[e.name].values())]
    return isinstance(expr, Name) and len(expr.parts) == 1 and not any(expr.parts[0] in (f.name, f.zh) for f in every)


def _take(scope: Scope, placed: Placed[ValueForm], parts: dict[Path, Piece]) -> Take | None:
    of, root = placed.form.of, scope.schema.root
    wanted: dict[str, tuple[str, Type | None]] = {"from": (of, FLAG), "sum": (of, None), "limit": (root, None), "bound": (root, None)}
    done: dict[str, Checked | None] = {
        key: scope.check(placed, ("take", key), parts[("take", key)], entity, expect) for key, (entity, expect) in wanted.items()
    }
    order = [(path, p) for path, p in parts.items() if path[:2] == ("take", "order")]
    keys = [(scope.check(placed, path, p, of), bool(p.descending)) for path, p in order]
    for key, entity in (("last", of), ("equals", root)):
        piece = parts.get(("take", "spare", key))
        done[key] = scope.check(placed, ("take", "spare", key), piece, entity) if piece else None
    if None in (done["from"], done["sum"], done["limit"], done["bound"], *(k for k, _ in keys)):
        return None
    for (path, _), (ranked_by, _) in zip(order, keys, strict=True):
        scope.prove(placed, path, lower_whole, ranked_by)
    scope.prove(placed, ("take", "sum"), lower_whole, done["sum"])
    scope.prove(placed, ("take", "spare", "last"), lower_whole, done["last"])
    _take_fits(scope, placed, done, [k for k, _ in keys])
    _spare_fits(scope, placed, done["last"], keys[0][0])
    assert done["from"] and done["sum"] and done["limit"] and done["bound"]
    ranked = tuple(Key(k, d) for k, d in keys if k is not None)
    return Take(done["from"], ranked, done["sum"], done["limit"], done["bound"], done["last"], done["equals"])


def _take_fits(scope: Scope, placed: Placed[ValueForm], done: Mapping[str, Checked | None], keys: Iterable[Checked | None]) -> None:
    def say(key: str, message: str, hint: str | None = None) -> None:
        scope.mistakes.append(placed.mistake("wrong-type", message, "take", key, hint=hint))

    total, limit, bound = done["sum"], done["limit"], done["bound"]
    assert total and limit and bound
    if total.type.kind != "number" or limit.type != total.type:
        say("limit", f"`sum` gives {total.type} and `limit` gives {limit.type}: both must be the same quantity")
    elif bounds(ratio_of(lower(total, scope.env)).num)[0] < 0:
        say("sum", "`sum` could be negative, so a longer run could have a smaller sum", "use a quantity that is never below 0")
    if bound.type.kind != "words" or not set(bound.type.words) <= {"at_least", "at_most"}:
        say("bound", f"`bound` gives {bound.type}", "use at_least or at_most")
    if any(k is not None and k.type.kind not in ("number", "date", "moment") for k in keys):
        say("order", "`order` needs numbers, dates or moments")
    last, equals = done["last"], done["equals"]
    if last and equals and (last.type.kind != equals.type.kind or last.type.dim != equals.type.dim):
        say("spare", f"`last` gives {last.type} and `equals` gives {equals.type}: both must be the same quantity")


def _spare_fits(scope: Scope, placed: Placed[ValueForm], last: Checked | None, key: Checked | None) -> None:
    """A run ends with a group of one first key: only of that can it be said whether it is spared."""
    if last is not None and key is not None and lower(last, scope.env) != lower(key, scope.env):
        first_key = key.text.strip().rpartition(" ")[0]  # without its direction
        message = f"`last` is `{last.text}`, but the order's first key is `{first_key}`"
        hint = f"write `last: {first_key}`, or rank by `{last.text}` first"
        scope.mistakes.append(placed.mistake("wrong-type", message, "take", "spare", "last", hint=hint))


def _texts(form: ValueForm) -> Iterable[tuple[Path, str]]:
    """Every expression of a value, with its path below the value."""
    if form.is_ is not None:
        yield ("is",), form.is_
    if form.by is not None:
        yield ("by",), form.by
    for i, row in enumerate(form.rows or ()):
        for key, text in (("up to", row.up_to), ("below", row.below), ("above", row.above), ("from", row.from_), ("is", row.is_)):
            if text is not None:
                yield ("rows", i, key), text
    for i, case in enumerate(form.first or ()):
        if case.if_ is not None:
            yield ("first", i, "if"), case.if_
        yield ("first", i, "is"), case.is_
    if form.take is not None:
        take = form.take
        yield from ((("take", k), t) for k, t in (("from", take.from_), ("sum", take.sum), ("limit", take.limit), ("bound", take.bound)))
        yield from ((("take", "order", i), key) for i, key in enumerate(take.order))
        if take.spare is not None:
            yield from ((("take", "spare", "last"), take.spare.last), (("take", "spare", "equals"), take.spare.equals))
