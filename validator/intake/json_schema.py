"""Vocabulary and rulebook form -> JSON Schema; JSON that is handed in -> plain data, held against its schema.

Numbers keep their digits. A number in JSON is in base units (股, 元); a text may carry its unit, as a cell of a book may.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.schema import Entity, Field
from validator.intake.cells.cell import FLAGS
from validator.regular_file import read_regular
from validator.rulebook.form import Json, rulebook_schema
from validator.vocabulary.vocabulary import Vocabulary

Form = Literal["rulebook", "offering", "submission"]

MAX_BYTES = 1_000_000
_MISTAKES = 20
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(form: Form, vocabulary: Vocabulary) -> Json:
    """The schema of a form, the same bytes for the same vocabulary."""
    return {"$schema": _DRAFT, "$id": f"urn:guiju:schema:{form}", **_FORMS[form](vocabulary)}


def mistakes(form: Form, data: object, vocabulary: Vocabulary, file: str = "", bounds: bool = True) -> list[Diagnostic]:
    """What is wrong with the form of `data`, each with its place: `placees[0].bids[2].price`.

    `bounds`: numbers beyond their bounds too, not where whoever reads them says so in words of its own.
    """
    from jsonschema import Draft202012Validator

    held = Draft202012Validator(schema(form, vocabulary))
    errors = sorted(held.iter_errors(data), key=lambda e: (list(map(str, e.absolute_path)), str(e.validator)))
    if not bounds:
        errors = [e for e in errors if e.validator not in _BOUND_KEYS.values()]
    said = [d for e in errors[:_MISTAKES] for d in _said(_deepest(e), file)]
    return list(dict.fromkeys(said))


def read_json(path: Path, form: Form, vocabulary: Vocabulary) -> object:
    """The data of a JSON file. Raises DiagnosticError: no JSON, a doubled key, a number that is none, or not of the form."""
    data = _loaded(path)
    wrong = mistakes(form, data, vocabulary, str(path), bounds=form != "offering")
    if wrong:
        raise DiagnosticError(wrong)
    return data


# ── the forms ──


def _offering(vocabulary: Vocabulary) -> Json:
    root = vocabulary.schema.entities[vocabulary.schema.root]
    return {"title": "offering", **_object(_fields(root, vocabulary))}


def _submission(vocabulary: Vocabulary) -> Json:
    """One investor's records, nested or beside each other."""
    entities = [e for e in vocabulary.schema.entities.values() if e.name != vocabulary.schema.root]
    top = {n: _records(e) for e in entities for n in _tables(e, vocabulary)}
    return {
        "title": "submission",
        **_object(top),
        "minProperties": 1,
        "$defs": {e.name: _record(e, vocabulary) for e in entities},
    }


_FORMS: Mapping[Form, Callable[[Vocabulary], Json]] = {"rulebook": rulebook_schema, "offering": _offering, "submission": _submission}


def _record(entity: Entity, vocabulary: Vocabulary) -> Json:
    """Its own fields, the key of the record above it, and the records below it."""
    found = _fields(entity, vocabulary)
    if entity.of is not None:
        above = vocabulary.schema.entities[entity.of]
        found |= {n: _field(f, vocabulary) for f in above.fields.values() if f.name in above.key for n in (f.name, f.zh)}
    for below in vocabulary.schema.entities.values():
        if below.of == entity.name:
            found |= {n: _records(below) for n in _tables(below, vocabulary)}
    numbers = {n: _field(f, vocabulary) for f in entity.fields.values() if f.type.type.kind == "number" for n in (f.name, f.zh)}
    united = {f"^{n} *[(（][^()（）]+[)）]$": {k: v for k, v in f.items() if k != "maximum"} for n, f in numbers.items()}
    return {"title": entity.zh, **_object(found), "patternProperties": united}


def _object(properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _records(entity: Entity) -> Json:
    one = {"$ref": f"#/$defs/{entity.name}"}
    return {"anyOf": [one, {"type": "array", "items": one}, {"type": "null"}]}


def _tables(entity: Entity, vocabulary: Vocabulary) -> list[str]:
    return list(dict.fromkeys((entity.name, entity.zh, *(n for n, e in vocabulary.tables.items() if e == entity.name))))


def _fields(entity: Entity, vocabulary: Vocabulary) -> Json:
    return {n: _field(f, vocabulary) for f in entity.fields.values() for n in (f.name, f.zh)}


_FLAGS = [True, False, *FLAGS, "Y", "N", "Yes", "No", 1, 0, None]
_BOUND_KEYS = {"least": "minimum", "above": "exclusiveMinimum", "most": "maximum", "below": "exclusiveMaximum"}
_UNITS = {"shares": "股", "price": "元/股", "money": "元"}


def _field(field: Field, vocabulary: Vocabulary) -> Json:
    kind = field.type.type.kind
    about = {"description": f"{field.zh} {field.name}" + (f" ({_UNITS[field.type.name]})" if field.type.name in _UNITS else "")}
    match kind:
        case "number":
            bounds: Json = {"minimum": field.type.low // field.type.scale, "maximum": field.type.high // field.type.scale}
            limits = vocabulary.limits.get(field.name) if field.source == "term" else None
            for key, bound in limits.bounds.items() if limits is not None else ():
                bounds |= {_BOUND_KEYS[key]: bound.numerator if bound.denominator == 1 else float(bound)}
            return {**about, "type": ["number", "string", "null"], **bounds}
        case "flag":
            return {**about, "enum": _FLAGS}
        case "words":
            aliases = vocabulary.aliases.get((field.entity, field.name), {})
            return {**about, "enum": [*field.type.type.words, *aliases, None]}
        case "date" | "moment":
            earlier = vocabulary.limits[field.name].after if field.source == "term" and field.name in vocabulary.limits else ()
            about["description"] += f"; after {', '.join(earlier)}" if earlier else ""
            example = "2026-03-30" if kind == "date" else "2026-03-30 14:49:12.152"
            return {**about, "type": ["string", "null"], "examples": [example]}
        case _:
            return {**about, "type": ["string", "number", "null"]}


# ── what is wrong ──


def _deepest(error: Any) -> Any:
    """Of several forms that would do, the mistake that lies deepest: the form that was meant."""
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    return error


_KINDS = {"object": "a mapping of names", "array": "a list", "string": "a text", "number": "a number", "boolean": "true or false"}


def _said(error: Any, file: str) -> Iterator[Diagnostic]:
    place = _place(error.absolute_path)
    at = f"`{place}`" if place else "the file"
    match error.validator:
        case "additionalProperties":
            for key in sorted(set(error.instance) - set(error.schema["properties"])):
                if any(_fits(pattern, key) for pattern in error.schema.get("patternProperties", {})):
                    continue
                near = get_close_matches(key, error.schema["properties"], 1, 0.6)
                hint = f"did you mean `{near[0]}`?" if near else None
                yield Diagnostic("unknown-key", f"unknown field `{f'{place}.{key}' if place else key}`", hint=hint, file=file)
        case "enum":
            wanted = ", ".join(str(v) for v in error.validator_value if isinstance(v, str))
            yield Diagnostic("wrong-form", f"{at}: `{_short(error.instance)}` is not one of {wanted}", file=file)
        case "type":
            kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
            wanted = " or ".join(_KINDS[k] for k in kinds if k in _KINDS)
            yield Diagnostic("wrong-form", f"{at}: `{_short(error.instance)}` is not {wanted}", file=file)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            beyond = {"minimum": "below", "maximum": "above", "exclusiveMinimum": "not above"}.get(error.validator, "not below")
            yield Diagnostic("wrong-form", f"{at}: `{_short(error.instance)}` is {beyond} {error.validator_value:,}", file=file)
        case _:
            yield Diagnostic("wrong-form", f"{at} does not have the form wanted here", hint="`guiju schema` prints it", file=file)


def _fits(pattern: str, key: str) -> bool:
    import re

    return re.search(pattern, key) is not None


def _place(path: Any) -> str:
    """`placees[0].bids[2].price`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:40] + "…"


# ── reading ──


def _loaded(path: Path) -> object:
    def refuse(code: str, message: str, hint: str | None = None, line: int = 0) -> DiagnosticError:
        return DiagnosticError([Diagnostic(code, message, hint=hint, file=str(path), line=line)])

    def once(pairs: list[tuple[str, Any]]) -> Json:
        found: Json = {}
        for key, value in pairs:
            if key in found:
                raise refuse("duplicate-key", f"`{_short(key)}` occurs twice", "remove one of them")
            found[key] = value
        return found

    def none(text: str) -> None:
        raise refuse("no-number", f"`{text}` is no number", "write null where a figure is missing")

    try:
        raw = read_regular(path, MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise refuse("too-large", f"the file is larger than {MAX_BYTES:,} bytes")
        return json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=none, object_pairs_hook=once)
    except OSError as error:
        raise refuse("unreadable-file", f"the file cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise refuse("wrong-encoding", "the file is not UTF-8", "save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise refuse("syntax", f"the file is no JSON: {error.msg.lower()}", line=error.lineno) from None
    except ValueError:
        raise refuse("no-number", "a number in the file has thousands of digits") from None
    except RecursionError:
        raise refuse("too-deep", "the file is nested too deeply") from None
