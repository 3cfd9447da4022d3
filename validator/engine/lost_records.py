"""Tables -> marks on records that have lost records below them: whatever counts or sums these is missing, never silently too small.

A key that stands twice in a parent table ties nothing: the records that name it belong to neither row. What lies below both rows, and below
the records above them, is then not all that there is.
"""

from collections.abc import Mapping, Sequence

from dsl.kernel.nodes import Scalar
from dsl.schema import Schema

Keys = Mapping[str, Sequence[Scalar]]
Links = Mapping[str, Sequence[Scalar]]


def lost(schema: Schema, keys: Keys, links: Links) -> dict[str, list[bool]]:
    """Per entity a mark for each record, for the entities that have one. `links`: the row of each record's parent."""
    marks: dict[str, list[bool]] = {}
    for entity in sorted(keys, key=lambda e: -len(schema.parents(e))):
        if not schema.below(entity):
            continue
        own = marks.get(entity) or [False] * len(keys[entity])
        seen: dict[Scalar, int] = {}
        for row, key in enumerate(keys[entity]):
            if key is not None and seen.setdefault(key, row) != row:
                own[row] = own[seen[key]] = True
        if not any(own):
            continue
        marks[entity] = own
        parent = schema.entities[entity].of
        if parent is not None and parent in keys:
            above = marks.setdefault(parent, [False] * len(keys[parent]))
            for row, link in enumerate(links[entity]):
                if own[row] and link is not None:
                    above[int(link)] = True
    return marks
