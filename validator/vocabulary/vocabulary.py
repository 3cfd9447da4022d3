"""What rules, tables and cells may name. `vocabulary_file` reads it; a vocabulary from the cache needs no reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsl.schema import Schema
from validator.vocabulary.limits import Limits


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The schema, and beside it what only tables and reports need."""

    schema: Schema
    tables: Mapping[str, str]
    """The entity of every name of a table, English or Chinese."""
    aliases: Mapping[tuple[str, str], Mapping[str, str]]
    """Per entity and field the word that another spelling stands for."""
    words_en: Mapping[str, str]
    """The English for the Chinese words of the data."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Per term that has any: what it must be beyond its type."""
