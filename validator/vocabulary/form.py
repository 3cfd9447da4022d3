"""Plain data of a YAML file -> a pydantic model, or a diagnostic with a line for every mistake.

A model gives its own messages with `wrong` or `wanted`. All other messages are in the table here.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.vocabulary.source import Source


class Form(BaseModel):
    """A mapping with exactly these keys. Values are not converted: a number is not accepted as text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


M = TypeVar("M", bound=Form)

MISSING = "`{key}` is missing"

_SAID: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("unknown-key", "unknown key `{key}`"),
    "missing": ("missing-key", MISSING),
    "model_type": ("wrong-form", "`{key}` is not a mapping of names to values"),
    "dict_type": ("wrong-form", "`{key}` is not a mapping of names to values"),
    "list_type": ("wrong-form", "`{key}` is not a list"),
}


def wrong(code: str, said: str, hint: str | None = None, **shown: object) -> PydanticCustomError:
    """A mistake that a validator raises.

    `said` may contain the names in `shown`, `{key}`, `{here}` (the key in backticks, or `the file`) and `{above}` (the key above it).
    """
    return PydanticCustomError("wrong", "wrong", {"code": code, "said": said, "hint": hint, "shown": shown})


def wanted(fits: Callable[[Any], bool], said: str, hint: str, code: str = "wrong-form") -> BeforeValidator:
    """A validator that rejects values that do not fit, with its own message. `{value}` in `said` is the value."""

    def held(value: object) -> object:
        if not fits(value):
            raise wrong(code, said, hint, value=value)
        return value

    return BeforeValidator(held)


def read_form(model: type[M], source: Source, missing: str = MISSING, hint: str | None = None) -> M:
    """The data of a file as `model`. Raises DiagnosticError with all mistakes.

    `missing` and `hint`: message and hint for a required key that is missing.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise DiagnosticError(_diagnostic(e, source, model, missing, hint) for e in error.errors()) from None


def _diagnostic(error: Any, source: Source, model: type[Form], missing: str, hint: str | None) -> Diagnostic:
    path = tuple(p for p in error["loc"] if not (isinstance(p, str) and ("[" in p or p in ("str", "bool"))))
    names = {
        "key": str(path[-1]) if path else source.file,
        "here": f"`{path[-1]}`" if path else "the file",
        "above": f"`{path[-2]}`" if path[1:] else "the file",
    }
    way_out: str | None = None
    match error["type"]:
        case "wrong":
            code, said, way_out, shown = (error["ctx"][k] for k in ("code", "said", "hint", "shown"))
            names |= shown
        case "missing":
            code, said, way_out = "missing-key", missing, hint and hint.format_map(names)
        case "extra_forbidden":
            code, said = _SAID["extra_forbidden"]
            way_out = _known(names["key"], _keys(model, path[:-1]))
        case other:
            code, said = _SAID.get(other, ("wrong-form", "`{key}` has the wrong form: {why}"))
            names["why"] = _lower(error["msg"].removeprefix("Value error, "))
    return Diagnostic(code, said.format_map(names), hint=way_out, file=source.file, line=source.line_of(path))


def _known(key: str, keys: list[str]) -> str:
    close = get_close_matches(key, keys, 1, 0.5)
    if close:
        return f"did you mean `{close[0]}`?"
    return ("the only key is " if len(keys) == 1 else "the keys are ") + ", ".join(f"`{k}`" for k in keys)


def _keys(model: type[Form], path: tuple[Any, ...]) -> list[str]:
    """The keys that the form allows at a path."""
    at: Any = model
    for part in path:
        at = _below(at, part)
    found = _model_in(at)
    return [] if found is None else [f.alias or n for n, f in found.model_fields.items()]


def _below(annotation: Any, part: str | int) -> Any:
    """The type of the value of a key, or of the items of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return next((f.annotation for n, f in annotation.model_fields.items() if (f.alias or n) == part), None)
    if get_origin(annotation) in (dict, list):
        return get_args(annotation)[-1]
    return next((found for a in get_args(annotation) if (found := _below(a, part)) is not None), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The form inside `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a)) is not None), None)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
