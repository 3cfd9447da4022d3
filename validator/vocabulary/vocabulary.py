"""The names that rules, tables and cells may use. `vocabulary_file` reads them, unless the vocabulary comes from the cache."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsl.schema import Schema
from validator.vocabulary.limits import Limits


@dataclass(frozen=True, slots=True)
class Rows:
    """How a row is recognised that is no record: a cell that is one of `words`, ends or begins so, such as 合计, … 小计, 注：…"""

    words: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The schema, and the names that only tables and reports need."""

    schema: Schema
    tables: Mapping[str, str]
    """Table name (English or Chinese) -> entity."""
    aliases: Mapping[tuple[str, str], Mapping[str, str]]
    """(entity, field) -> other spelling -> the word it means."""
    words_en: Mapping[str, str]
    """Chinese word of the data -> English."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Per term that has any: what it must be beyond its type."""
    also: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(entity, field) -> other names of the field in headers."""
    rows: Rows = field(default_factory=Rows)
