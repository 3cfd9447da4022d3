"""Vocabulary + rulebook form -> the JSON Schema of a rulebook file."""

from collections.abc import Iterator
from typing import Any

from dsl.schema import Entity
from validator.rulebook.form import RulebookFile
from validator.vocabulary.vocabulary import Vocabulary

Json = dict[str, Any]


def of_rulebook(vocabulary: Vocabulary) -> Json:
    """The form of a rulebook file, with the names that the vocabulary gives it to speak of."""
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
