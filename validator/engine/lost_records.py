"""Tables -> marks on the records whose children are not all known: an aggregate over these children is missing, never silently too small.

If a parent key is duplicated, its children cannot be attributed to either row. Every aggregate over them is missing: for both rows, and for
every record above them.
"""

from collections.abc import Mapping, Sequence

from dsl.kernel.nodes import Scalar
from dsl.schema import Schema

Keys = Mapping[str, Sequence[Scalar]]
Links = Mapping[str, Sequence[Scalar]]


def lost(schema: Schema, keys: Keys, links: Links) -> dict[str, list[bool]]:
    """For each entity with at least one marked record: a mark per record. `links`: the row of each record's parent."""
    marks: dict[str, list[bool]] = {}
    for entity in sorted(keys, key=lambda e: -len(schema.parents[e])):
        if not schema.below[entity]:
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
