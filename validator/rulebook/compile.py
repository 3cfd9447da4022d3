"""One flat revision + vocabulary -> `Rulebook`: every expression parsed and checked, or all diagnostics with their place.

Values are checked in the order in which they need each other, because a name's type must be known before its use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dsl.checker import ANY_WORD, Checked, check, names, references
from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.nodes import Expr, Name, Word, children
from dsl.parser import parse, parse_order
from dsl.quantities import FLAG, Field, FieldType, Schema, Type
from validator.report import Both, Cite
from validator.rulebook.file import RuleForm, TermForm, ValueForm
from validator.rulebook.flat import Flat, Placed, documents
from validator.rulebook.model import Key, Rule, Rulebook, Take, Template, Term, Value
from validator.rulebook.template import pieces
from validator.rulebook.tiers import first, tier, tiers
from validator.vocabulary import Vocabulary


def compile_rulebook(flat: Flat, vocabulary: Vocabulary, salt: str = "") -> Rulebook:
    """Raises DiagnosticError with every mistake. `salt` is the digest of what the revision rests on beside itself."""
    run = _Compiler(flat, vocabulary)
    values = run.values()
    terms = run.terms()
    rules = run.rules()
    if run.mistakes:
        raise DiagnosticError(dict.fromkeys(run.mistakes))
    return Rulebook(
        flat.id,
        flat.revision,
        Both(flat.title.zh, flat.title.en),
        flat.applies.by,
        flat.applies.from_,
        tuple(flat.stages),
        documents(flat.sources),
        terms,
        values,
        rules,
        run.schema,
        flat.digest(salt),
        frozenset(flat.own),
    )


@dataclass
class _Compiler:
    flat: Flat
    vocabulary: Vocabulary
    mistakes: list[Diagnostic] = field(default_factory=list)
    schema: Schema = field(init=False)
    known: dict[str, dict[str, Field]] = field(init=False)

    def __post_init__(self) -> None:
        base = self.vocabulary.schema
        self.known = {e: dict(base.values.get(e, {})) for e in base.entities}
        self.schema = replace(base, values=self.known)

    # ── values ──

    def values(self) -> dict[str, Value]:
        trees = {name: self._parse_value(name, placed) for name, placed in self.flat.values.items()}
        done: dict[str, Value] = {}
        for name in self._ordered(trees):
            placed = self.flat.values[name]
            parts = trees[name]
            if parts is None or not self._names_fit(name, placed):
                continue
            made = self._value(name, placed, parts)
            if made is not None:
                done[name] = made
                self.known[made.field.entity][name] = made.field
        return done

    def _parse_value(self, name: str, placed: Placed[ValueForm]) -> "dict[Path, _Piece] | None":
        form = placed.form
        forms = [k for k, v in (("is", form.is_), ("rows", form.rows), ("take", form.take), ("first", form.first)) if v is not None]
        if len(forms) != 1:
            self.mistakes.append(placed.mistake("wrong-form", f"value `{name}` needs exactly one of `is`, `rows`, `take`, `first`"))
            return None
        if (form.by is not None) != (form.rows is not None):
            self.mistakes.append(placed.mistake("wrong-form", f"value `{name}`: `by` and `rows` go together"))
            return None
        found: dict[Path, _Piece] = {}
        for path, text in _texts(form):
            piece = self._parse(placed, path, text)
            if piece is None:
                return None
            found[path] = piece
        return found

    def _parse(self, placed: Placed[Any], path: "Path", text: str) -> "_Piece | None":
        try:
            if path[:2] == ("take", "order"):
                return _Piece(text, *parse_order(text, units=self.schema.units))
            return _Piece(text, parse(text, units=self.schema.units))
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None

    def _ordered(self, trees: "Mapping[str, dict[Path, _Piece] | None]") -> list[str]:
        """Names in the order of their needs; a circle is a diagnostic."""
        called = {n: name for name, placed in self.flat.values.items() for n in (name, placed.form.zh)}
        needs = {name: {called[n] for p in (parts or {}).values() for n in names(p.expr) if n in called} for name, parts in trees.items()}
        done: list[str] = []
        while len(done) < len(needs):
            ready = [n for n in needs if n not in done and needs[n] <= set(done)]
            if not ready:
                circle = [n for n in needs if n not in done]
                for n in circle:
                    others = ", ".join(f"`{x}`" for x in sorted(needs[n] & set(circle)))
                    self.mistakes.append(self.flat.values[n].mistake("circular", f"value `{n}` needs {others}, which needs it in turn"))
                return done
            done += ready
        return done

    def _names_fit(self, name: str, placed: Placed[ValueForm]) -> bool:
        form = placed.form
        if form.of not in self.schema.entities:
            self.mistakes.append(placed.mistake("unknown-record", f"unknown record `{form.of}`", "of", hint=self._entities()))
            return False
        if form.stage is not None and form.stage not in self.flat.stages:
            self.mistakes.append(placed.mistake("unknown-stage", f"unknown stage `{form.stage}`", "stage", hint=self._stages()))
            return False
        for entity in {self.schema.root, *self.schema.parents(form.of)}:
            for other in (*self.schema.entities[entity].fields.values(), *self.known[entity].values()):
                if {name, form.zh} & {other.name, other.zh}:
                    message = f"value `{name}` ({form.zh}) has the name of {other.name} ({other.zh}) of {entity}"
                    self.mistakes.append(placed.mistake("name-clash", message, hint="give it another name, in both languages"))
                    return False
        return True

    def _value(self, name: str, placed: Placed[ValueForm], parts: "dict[Path, _Piece]") -> Value | None:
        form = placed.form
        stage = form.stage or ""
        before = len(self.mistakes)
        cites = self._cites(placed, form.cite)
        meaning: Checked | Take | None
        kind: Literal["is", "rows", "first", "take"]
        if form.take is not None:
            kind, meaning, type_ = "take", self._take(placed, parts), FLAG
        else:
            kind = "is" if form.is_ is not None else "rows" if form.rows is not None else "first"
            meaning = self._single(name, placed, parts)
            type_ = meaning.type if meaning else FLAG
        if meaning is None or len(self.mistakes) > before:
            return None
        self._stage_fits(placed, stage, _checked(meaning), "value")
        made = Field(name, form.zh, form.of, FieldType("value", type_), "value", None, stage)
        return Value(made, meaning, kind, cites, bool(form.unverified), form.show, type_.words if type_.kind == "words" else ())

    def _single(self, name: str, placed: Placed[ValueForm], parts: "dict[Path, _Piece]") -> Checked | None:
        form = placed.form
        if form.is_ is not None:
            return self._check(placed, ("is",), parts[("is",)], form.of)
        results = [p for path, p in parts.items() if path[-1] == "is"]
        expect = ANY_WORD if all(self._bare_word(p.expr) for p in results) else None
        for path, piece in parts.items():
            wanted = expect if path[-1] == "is" else FLAG if path[-1] == "if" else None
            if self._check(placed, path, piece, form.of, wanted) is None:
                return None
        tree = self._tiers(name, placed, parts) if form.rows is not None else self._first(name, placed, parts)
        return None if tree is None else self._check(placed, (), _Piece("", tree), form.of, expect)

    def _tiers(self, name: str, placed: Placed[ValueForm], parts: "dict[Path, _Piece]") -> Expr | None:
        rows = []
        for i, row in enumerate(placed.form.rows or ()):
            made = tier(row, {str(path[-1]): p.expr for path, p in parts.items() if path[:2] == ("rows", i)})
            if isinstance(made, str):
                self.mistakes.append(placed.mistake("wrong-form", made, "rows", i))
                return None
            rows.append(made)
        return tiers(name, placed, parts[("by",)].expr, rows, self.mistakes)

    def _first(self, name: str, placed: Placed[ValueForm], parts: "dict[Path, _Piece]") -> Expr | None:
        rows = []
        for i, row in enumerate(placed.form.first or ()):
            condition = parts.get(("first", i, "if"))
            rows.append((row, condition.expr if condition else None, parts[("first", i, "is")].expr))
        return first(name, placed, rows, self.mistakes)

    def _bare_word(self, expr: Expr) -> bool:
        """A name that means nothing anywhere: a word of the value's own list."""
        every = [f for e in self.schema.entities.values() for f in (*e.fields.values(), *self.known[e.name].values())]
        return isinstance(expr, Name) and len(expr.parts) == 1 and not any(expr.parts[0] in (f.name, f.zh) for f in every)

    def _take(self, placed: Placed[ValueForm], parts: "dict[Path, _Piece]") -> Take | None:
        of, root = placed.form.of, self.schema.root
        wanted: dict[str, tuple[str, Type | None]] = {"from": (of, FLAG), "sum": (of, None), "limit": (root, None), "bound": (root, None)}
        done: dict[str, Checked | None] = {
            key: self._check(placed, ("take", key), parts[("take", key)], entity, expect) for key, (entity, expect) in wanted.items()
        }
        order = [(path, p) for path, p in parts.items() if path[:2] == ("take", "order")]
        keys = [(self._check(placed, path, p, of), p.descending) for path, p in order]
        for key, entity in (("last", of), ("equals", root)):
            piece = parts.get(("take", "spare", key))
            done[key] = self._check(placed, ("take", "spare", key), piece, entity) if piece else None
        if None in (done["from"], done["sum"], done["limit"], done["bound"], *(k for k, _ in keys)):
            return None
        self._take_fits(placed, done, [k for k, _ in keys])
        assert done["from"] and done["sum"] and done["limit"] and done["bound"]
        ranked = tuple(Key(k, d) for k, d in keys if k is not None)
        return Take(done["from"], ranked, done["sum"], done["limit"], done["bound"], done["last"], done["equals"])

    def _take_fits(self, placed: Placed[ValueForm], done: Mapping[str, Checked | None], keys: Iterable[Checked | None]) -> None:
        def say(key: str, message: str, hint: str | None = None) -> None:
            self.mistakes.append(placed.mistake("wrong-type", message, "take", key, hint=hint))

        total, limit, bound = done["sum"], done["limit"], done["bound"]
        assert total and limit and bound
        if total.type.kind != "number" or limit.type != total.type:
            say("limit", f"`sum` gives {total.type} and `limit` {limit.type}: both must be one quantity")
        if bound.type.kind != "words" or not set(bound.type.words) <= {"at_least", "at_most"}:
            say("bound", f"`bound` gives {bound.type}", "it is one of at_least, at_most")
        if any(k is not None and k.type.kind not in ("number", "date", "moment") for k in keys):
            say("order", "an order is by numbers, dates or moments")
        last, equals = done["last"], done["equals"]
        if last and equals and (last.type.kind != equals.type.kind or last.type.dim != equals.type.dim):
            say("spare", f"`last` gives {last.type} and `equals` {equals.type}: both must be one quantity")

    # ── terms ──

    def terms(self) -> dict[str, Term]:
        done: dict[str, Term] = {}
        fields = self.schema.entities[self.schema.root].fields
        for name, placed in self.flat.terms.items():
            found = fields.get(name)
            if found is None:
                hint = "a figure that no offering states is a value of the offering"
                self.mistakes.append(placed.mistake("unknown-term", f"`{name}` is no field of an offering", hint=hint))
                continue
            made = self._term(placed, found)
            if made is not None:
                done[name] = made
        return done

    def _term(self, placed: Placed[TermForm], found: Field) -> Term | None:
        form = placed.form
        modes = [k for k, v in (("required", form.required), ("default", form.default), ("fixed", form.fixed)) if v is not None]
        if len(modes) != 1:
            self.mistakes.append(placed.mistake("wrong-form", "a term is one of `required`, `default`, `fixed`"))
            return None
        text = form.default or form.fixed
        value = None
        if text is not None:
            piece = self._parse(placed, (modes[0],), text)
            value = self._check(placed, (modes[0],), piece, self.schema.root, found.type.type) if piece else None
            if value is None:
                return None
            if any(r.field.source == "value" for r in references(value.expr)):
                self.mistakes.append(placed.mistake("wrong-form", "a term rests on other terms only, not on values", modes[0]))
        if form.cite is None and modes[0] != "required":
            self.mistakes.append(placed.mistake("missing-clause", f"term `{found.name}` names no clause", hint=_CITE))
        mode: Any = modes[0]
        return Term(found, mode, value, self._cites(placed, form.cite), bool(form.unverified), text or "")

    # ── rules ──

    def rules(self) -> dict[str, Rule]:
        made = [self._rule(placed) for placed in self.flat.rules.values()]
        return {r.id: r for r in made if r is not None}

    def _rule(self, placed: Placed[RuleForm]) -> Rule | None:
        form = placed.form
        stage = form.id.split(".")[0]
        effect = () if form.effect == [] else (form.effect,) if isinstance(form.effect, str) else tuple(form.effect)
        if not self._form_fits(placed, stage, effect):
            return None
        when, require, admits = (
            self._optional(placed, key, text, expect)
            for key, text, expect in (("when", form.when, FLAG), ("require", form.require, FLAG), ("admits", form.admits, None))
        )
        for part in (when, require, admits):
            if part is not None:
                self._stage_fits(placed, stage, [part], "rule")
        message = None
        if form.message is not None:
            zh, en = self._template(placed, "zh", form.message.zh), self._template(placed, "en", form.message.en)
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
            self._cites(placed, form.cite),
            bool(form.unverified),
            note,
        )

    def _form_fits(self, placed: Placed[RuleForm], stage: str, effect: tuple[str, ...]) -> bool:
        form, before = placed.form, len(self.mistakes)

        def say(code: str, message: str, key: str, hint: str | None = None) -> None:
            self.mistakes.append(placed.mistake(code, message, key, hint=hint))

        if stage not in self.flat.stages:
            say("unknown-stage", f"the stage of rule `{form.id}` is not in `stages`", "id", self._stages())
        if form.for_ not in self.schema.entities:
            say("unknown-record", f"unknown record `{form.for_}`", "for", self._entities())
        if form.cite is None:
            say("missing-clause", f"rule `{form.id}` names no clause", "id", _CITE)
        if form.selects is not None:
            value = self.flat.values.get(form.selects)
            if value is None or value.form.take is None:
                say("unknown-name", f"`{form.selects}` is no value with `take`", "selects")
        if ("attest" in effect) != (form.require is None and form.selects is None):
            say("wrong-form", f"rule `{form.id}`: without `require` its effect is attest, with it it is not", "effect")
        if ("excess-invalid" in effect) != (form.admits is not None) and form.for_ == "bid":
            say("wrong-form", f"rule `{form.id}`: excess-invalid and `admits` go together", "effect")
        return len(self.mistakes) == before

    def _optional(self, placed: Placed[RuleForm], key: str, text: str | None, expect: Type | None) -> Checked | None:
        if text is None:
            return None
        piece = self._parse(placed, (key,), text)
        return self._check(placed, (key,), piece, placed.form.for_, expect) if piece else None

    def _template(self, placed: Placed[RuleForm], lang: str, text: str) -> Template:
        parts: list[str | Checked] = []
        for piece, is_name in pieces(text):
            if not is_name:
                parts.append(piece)
                continue
            try:
                parts.append(check(parse(piece, units=self.schema.units), self.schema, placed.form.for_, text=piece))
                if not isinstance(parts[-1].expr, Word) and children(parts[-1].expr):  # type: ignore[union-attr]
                    raise DiagnosticError([])
            except DiagnosticError as error:
                hint = next((d.hint for d in error.diagnostics if d.hint), "a placeholder is a name of this record, e.g. `{quantity}`")
                message = f"`{{{piece}}}` in the message of rule `{placed.form.id}` is no name here"
                self.mistakes.append(placed.mistake("bad-placeholder", message, "message", lang, hint=hint))
        return Template(tuple(parts))

    # ── shared ──

    def _check(self, placed: Placed[Any], path: "Path", piece: "_Piece", entity: str, expect: Type | None = None) -> Checked | None:
        try:
            return check(piece.expr, self.schema, entity, expect=expect, text=piece.text)
        except DiagnosticError as error:
            self.mistakes += [d.at(placed.source.file, placed.line(*path)) for d in error.diagnostics]
            return None

    def _stage_fits(self, placed: Placed[Any], stage: str, parts: Iterable[Checked], what: str) -> None:
        """Nothing reads what only a later stage knows."""
        for ref in (r for p in parts for r in references(p.expr) if r.field.source == "value"):
            needed = ref.field.stage
            if what == "value" and not stage and (needed or self._effects(ref.field)):
                message = f"`{ref.field.name}` depends on the stage, so this value needs `stage:`"
                self.mistakes.append(placed.mistake("needs-stage", message, hint=self._stages()))
            elif needed and (not stage or self.flat.stages.index(needed) > self.flat.stages.index(stage)):
                message = f"`{ref.field.name}` is known from stage {needed} on, this {what} belongs to {stage}"
                self.mistakes.append(placed.mistake("later-stage", message))

    def _effects(self, found: Field) -> bool:
        """Whether a name is one that the engine keeps from stage to stage (live, admitted_quantity)."""
        return found.name in self.vocabulary.schema.values.get(found.entity, {})

    def _cites(self, placed: Placed[Any], text: str | None) -> tuple[Cite, ...]:
        found = []
        for part in (p.strip() for p in (text or "").split(";") if p.strip()):
            source, _, clause = part.partition(" ")
            if source not in self.flat.sources:
                known = ", ".join(f"`{s}`" for s in self.flat.sources)
                self.mistakes.append(
                    placed.mistake("unknown-source", f"unknown source `{source}`", "cite", hint=f"the sources are {known}")
                )
            found.append(Cite(source, clause.strip()))
        return tuple(found)

    def _entities(self) -> str:
        return "the records are " + ", ".join(f"`{e}`" for e in self.schema.entities)

    def _stages(self) -> str:
        return "the stages are " + ", ".join(f"`{s}`" for s in self.flat.stages)


Path = tuple[str | int, ...]
_CITE = "add `cite: <source> <clause>`"


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    expr: Expr
    descending: bool = False


def _texts(form: ValueForm) -> Iterable[tuple[Path, str]]:
    """Every expression of a value and the path below it that it stands at."""
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


def _checked(meaning: Checked | Take) -> list[Checked]:
    if isinstance(meaning, Checked):
        return [meaning]
    parts = [meaning.source, *(k.value for k in meaning.order), meaning.sum, meaning.limit, meaning.bound, meaning.last, meaning.equals]
    return [p for p in parts if p is not None]
