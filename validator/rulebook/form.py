"""Plain data of one YAML file -> `RulebookFile`, its form checked; expressions are still text.

Nothing is interpreted here: what a name means is the compiler's question.
"""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.vocabulary.source import Source

Effect = Literal[
    "refuse", "invalid", "excess-invalid", "void-allotment", "suspend", "default", "query", "report", "disclose", "mismatch", "attest"
]


def _scalar(value: object) -> object:
    """A number or flag written where an expression is wanted is an expression too: `default: 3`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


Expression = Annotated[
    str, BeforeValidator(_scalar), Field(min_length=1), WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1})
]


def _once(names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`{name}` stands twice")
    return names


Stage = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$")]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Both(Form):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class SourceDocument(Form):
    title: str
    number: str | None = None
    note: str | None = None
    unverified: bool | str = False
    """It speaks of another board or time: what cites nothing else is unverified."""


class Applies(Form):
    by: str
    from_: Annotated[str, Field(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")]
    cite: str | None = None
    unverified: bool | str = False


class TermForm(Form):
    required: Literal[True] | None = None
    default: Expression | None = None
    fixed: Expression | None = None
    cite: str | None = None
    unverified: bool | str = False


class FirstRow(Form):
    if_: Annotated[Expression | None, Field(alias="if")] = None
    is_: Annotated[Expression, Field(alias="is")]


class TierRow(Form):
    up_to: Annotated[Expression | None, Field(alias="up to")] = None
    below: Expression | None = None
    above: Expression | None = None
    from_: Annotated[Expression | None, Field(alias="from")] = None
    is_: Annotated[Expression, Field(alias="is")]


class SpareForm(Form):
    last: Expression
    equals: Expression


class TakeForm(Form):
    from_: Annotated[Expression, Field(alias="from")]
    order: Annotated[list[Expression], Field(min_length=1)]
    sum: Expression
    limit: Expression
    bound: Expression
    spare: SpareForm | None = None


class ValueForm(Form):
    zh: Annotated[str, Field(min_length=1)]
    of: str
    stage: str | None = None
    cite: str | None = None
    show: Annotated[int, Field(ge=0, le=12)] | None = None
    unverified: bool | str = False
    is_: Annotated[Expression | None, Field(alias="is")] = None
    by: Expression | None = None
    rows: Annotated[list[TierRow], Field(min_length=1)] | None = None
    take: TakeForm | None = None
    first: Annotated[list[FirstRow], Field(min_length=1)] | None = None


class RuleForm(Form):
    id: Id
    name: Both
    for_: Annotated[str, Field(alias="for")]
    when: Expression | None = None
    require: Expression | None = None
    selects: str | None = None
    effect: Effect | list[Effect]
    admits: Expression | None = None
    message: Both | None = None
    cite: str | None = None
    unverified: bool | str = False
    note: Both | None = None


class RulebookFile(Form):
    rulebook: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    revision: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    title: Both
    applies: Applies
    amends: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*@\d{4}-\d{2}(-\d{2})?$")] | None = None
    adopts: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*@\d{4}-\d{2}(-\d{2})?$")] | None = None
    """A revision that boards share: what it changes is changed here too, before this file's own changes."""
    removes: list[str] = []
    stages: Annotated[list[Stage], AfterValidator(_once)] = []
    sources: dict[str, SourceDocument] = {}
    terms: dict[str, TermForm] = {}
    values: dict[str, ValueForm] = {}
    rules: list[RuleForm] = []


_M = TypeVar("_M", bound=BaseModel)

_SAID: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("unknown-key", "unknown key `{key}`"),
    "missing": ("missing-key", "`{key}` is missing"),
    "model_type": ("wrong-form", "`{key}` is no list of names, each with a value"),
    "dict_type": ("wrong-form", "`{key}` is no list of names, each with a value"),
    "list_type": ("wrong-form", "`{key}` is no list"),
}


def read_form(model: type[_M], source: Source) -> _M:
    """The data of a file as `model`. Raises DiagnosticError with the line of every mistake of form."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise DiagnosticError(_diagnostic(e, source, model) for e in error.errors()) from None


def _diagnostic(error: Any, source: Source, model: type[BaseModel]) -> Diagnostic:
    path = tuple(p for p in error["loc"] if not (isinstance(p, str) and ("[" in p or p in ("str", "bool"))))
    key = str(path[-1]) if path else source.file
    code, said = _SAID.get(error["type"], ("wrong-form", "`{key}` does not have the form wanted here: {why}"))
    message = said.format_map({"key": key, "why": _lower(error["msg"].removeprefix("Value error, "))})
    hint = None
    if code == "unknown-key":
        close = get_close_matches(key, _keys(model, path[:-1]), 1, 0.5)
        hint = f"did you mean `{close[0]}`?" if close else "the keys are " + ", ".join(f"`{k}`" for k in _keys(model, path[:-1]))
    return Diagnostic(code, message, hint=hint, file=source.file, line=source.line_of(path))


def _keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The keys that the form knows at a path."""
    at: Any = model
    for part in path:
        if isinstance(part, str) and isinstance(at, type) and issubclass(at, BaseModel):
            known = {f.alias or n: f.annotation for n, f in at.model_fields.items()}
            at = _model_in(known.get(part))
    if not (isinstance(at, type) and issubclass(at, BaseModel)):
        return []
    return [f.alias or n for n, f in at.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """The form inside `list[X]`, `dict[str, X]`, `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a)) is not None), None)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
