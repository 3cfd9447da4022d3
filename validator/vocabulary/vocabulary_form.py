"""The form of a vocabulary file. What its names mean to each other is checked when the vocabulary is built."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from dsl.quantities import FIELD_TYPES, MONEY, PLAIN, PRICE, SHARES, Dimension, FieldType, Kind, words_type
from validator.vocabulary.form import Form, wanted, wrong
from validator.vocabulary.limits import BOUNDS

UNIT_KINDS: Mapping[str, tuple[Kind, Dimension]] = {
    "money": ("number", MONEY),
    "shares": ("number", SHARES),
    "price": ("number", PRICE),
    "number": ("number", PLAIN),
    "days": ("days", PLAIN),
    "months": ("months", PLAIN),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ZH_NAME = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9_]*")
_WORD_LIST = re.compile(r"one of \[(.*)\]")
_DAY_NAME = re.compile(r"[A-Z]")
_NOT_A_MAPPING = "{here} is not a mapping of names"
_MAPPING_HINT = "write each name with a colon on a line of its own"
_NOT_A_TEXT = "`{key}` is not a text"
_TEXT_HINT = "write a text, in quotes if it looks like a number or a flag"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _shaped(form: re.Pattern[str], said: str, hint: str = "rules use it as a name") -> BeforeValidator:
    """A text of this form; what is no text at all is refused by `Text`."""
    return wanted(lambda value: not _is_text(value) or form.fullmatch(value) is not None, f"`{{value}}` is not {said}", hint)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _type(value: object) -> FieldType:
    """`count` or `one of [甲, 乙]` as the type that it names."""
    if not isinstance(value, str) or value == "":
        raise wrong("wrong-form", _NOT_A_TEXT, _TEXT_HINT)
    if listed := _WORD_LIST.fullmatch(value):
        words = tuple(word.strip() for word in listed[1].split(","))
        if "" in words or len(set(words)) < len(words):
            raise wrong("wrong-form", "a word of the list is empty or occurs twice", "write one of [first, second]")
        return words_type(words)
    if value not in FIELD_TYPES:
        near = get_close_matches(value, FIELD_TYPES, 1, 0.5)
        every = "the types are " + ", ".join(f"`{t}`" for t in (*FIELD_TYPES, "one of [words]"))
        raise wrong("unknown-type", "unknown type `{value}`", f"did you mean `{near[0]}`?" if near else every, value=value)
    return FIELD_TYPES[value]


def _is_factor(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0


Text = Annotated[str, wanted(_is_text, _NOT_A_TEXT, _TEXT_HINT)]
Name = Annotated[Text, _shaped(_NAME, "an English name: small letters, digits and _")]
ZhName = Annotated[Text, _shaped(_ZH_NAME, "a Chinese name: it starts with a Chinese character and has no blanks")]
Letter = Annotated[Text, _shaped(_DAY_NAME, "a capital letter", "name a day by one letter, such as T")]
Names = Annotated[list[str], BeforeValidator(_listed), wanted(lambda value: all(map(_is_text, _listed(value))), _NOT_A_TEXT, _TEXT_HINT)]
Mapped = wanted(lambda value: isinstance(value, dict), _NOT_A_MAPPING, _MAPPING_HINT)
Measured = Annotated[
    Text,
    wanted(
        lambda value: not _is_text(value) or value in UNIT_KINDS,
        "`{value}` is not what a unit can measure",
        "a unit is one of " + ", ".join(f"`{k}`" for k in UNIT_KINDS),
        "unknown-type",
    ),
]
Factor = Annotated[
    int | Decimal, wanted(_is_factor, "the unit {above} is not a positive number of base units", "write such as 10000 or 0.01")
]


class NamesForm(Form):
    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise wrong("wrong-form", _NOT_A_MAPPING, _MAPPING_HINT)
        return value


class TableForm(NamesForm):
    en: Name
    zh: Text


class WordForm(NamesForm):
    also: Names


class FieldForm(NamesForm):
    zh: ZhName
    type: Annotated[FieldType, PlainValidator(_type)]
    default: Literal["否"] | None = None
    also: Names = Field(default=[])
    """Other names of the field in the headers of tables."""
    words: Annotated[dict[str, WordForm], Mapped] = Field(default={})
    """Other spellings of the words of the list, by word."""
    highest: Any = None
    """A lower upper bound than that of the type, in base units."""
    least: Any = None
    above: Any = None
    most: Any = None
    below: Any = None
    """Bounds of a term; what they mean needs the units, so the vocabulary reads them."""
    after: Names = Field(default=[])
    """The days of the offering that come before this one."""

    @model_validator(mode="before")
    @classmethod
    def _has_no_aliases(cls, value: object) -> object:
        if isinstance(value, dict) and "aliases" in value:
            said = "`aliases` of {here} is now written under each word"
            raise wrong("unknown-key", said, "write `words: {word: {also: [other spelling]}}`; `also:` has other names of the column")
        return value

    @field_validator("default", mode="before")
    @classmethod
    def _is_of_a_flag(cls, value: object, info: ValidationInfo) -> object:
        if value != "否" or info.data.get("type", FIELD_TYPES["flag"]) is not FIELD_TYPES["flag"]:
            raise wrong("wrong-form", "the default of {above} is not 否 of a flag", "only a flag has a default: 否")
        return value

    @field_validator("highest", mode="after")
    @classmethod
    def _is_a_bound(cls, value: object, info: ValidationInfo) -> object:
        kind = info.data.get("type")
        within = isinstance(value, int) and not isinstance(value, bool) and (kind is None or 0 < value * kind.scale <= kind.high)
        if not within:
            said, hint = "`{value}` is no bound of a field of type {kind}", "write a whole number of base units within its bounds"
            raise wrong("wrong-form", said, hint, value=value, kind="text" if kind is None else kind.name)
        return value

    @property
    def limits(self) -> dict[str, Any]:
        """The bounds as written, by their keys."""
        return {key: value for key in BOUNDS if (value := getattr(self, key)) is not None}

    @property
    def bounded(self) -> FieldType:
        """The type with the field's own bound."""
        return self.type if self.highest is None else replace(self.type, high=self.highest * self.type.scale)


class EntityForm(NamesForm):
    zh: ZhName
    table: TableForm
    key: Names
    fields_: Annotated[dict[Name, FieldForm], Mapped, Field(alias="fields")]
    of: Text | None = None


class UnitForm(NamesForm):
    of: Measured
    is_: Annotated[Factor, Field(alias="is")]


class RowsForm(NamesForm):
    words: Names = Field(default=[])
    ends: Names = Field(default=[])
    begins: Names = Field(default=[])


class VocabularyForm(NamesForm):
    entities: Annotated[dict[Name, EntityForm], Mapped]
    derived: Annotated[dict[str, Annotated[dict[Name, FieldForm], Mapped]], Mapped]
    """Per entity the values of every rulebook."""
    units: Annotated[dict[str, UnitForm], Mapped]
    days: Annotated[dict[Letter, Text], Mapped]
    words: Annotated[dict[str, Text], Mapped]
    rows: RowsForm = Field(default=RowsForm())
    """How rows of a table are recognised that are no records: by a whole cell, or how it ends or begins."""
