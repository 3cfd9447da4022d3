"""The form of a rulebook file, and its JSON Schema. Expressions are still text.

Nothing is interpreted here. The compiler resolves names.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from dsl.schema import Entity
from validator.vocabulary.form import Form
from validator.vocabulary.vocabulary import Vocabulary

Json = dict[str, Any]

Effect = Literal[
    "refuse", "invalid", "excess-invalid", "void-allotment", "suspend", "default", "query", "report", "disclose", "mismatch", "attest"
]


def _scalar(value: object) -> object:
    """Accept a bare number or flag where an expression is expected: `default: 3`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


Expression = Annotated[
    str, BeforeValidator(_scalar), Field(min_length=1), WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1})
]


def _once(names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`{name}` is written twice")
    return names


Stage = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$")]


class Both(Form):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class AnswersForm(Form):
    """The two answers to an attestation. `good` confirms the rule's name."""

    good: Both
    bad: Both


class SourceDocument(Form):
    title: str
    number: str | None = None
    note: str | None = None
    unverified: bool | str = False
    """The document is for another board or another time. A rule that cites only such documents is unverified."""


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
    percent: bool = False
    """Whether people write it per cent, as a share or a rate."""
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
    answers: AnswersForm | None = None
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
    """A shared revision whose changes are applied here too, before the changes of this file."""
    removes: list[str] = Field(default=[])
    stages: Annotated[list[Stage], AfterValidator(_once)] = Field(default=[])
    sources: dict[str, SourceDocument] = Field(default={})
    terms: dict[str, TermForm] = Field(default={})
    values: dict[str, ValueForm] = Field(default={})
    rules: list[RuleForm] = Field(default=[])


def rulebook_schema(vocabulary: Vocabulary) -> Json:
    """The JSON Schema of a rulebook file, with the names of the vocabulary filled in."""
    form = RulebookFile.model_json_schema()
    entities, root = vocabulary.schema.entities, vocabulary.schema.entities[vocabulary.schema.root]
    parts = form["$defs"]
    parts["RuleForm"]["properties"]["for"]["enum"] = list(entities)
    parts["ValueForm"]["properties"]["of"]["enum"] = list(entities)
    parts["Applies"]["properties"]["by"]["enum"] = [f.name for f in root.fields.values() if f.type.name == "date"]
    form["properties"]["terms"]["propertyNames"] = {"enum": list(_names(root))}
    return {**form, "title": "rulebook"}


def _names(entity: Entity) -> Iterator[str]:
    yield from (n for f in entity.fields.values() for n in (f.name, f.zh))
