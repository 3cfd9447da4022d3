"""Tables of scalars -> records of the row evaluator: lists with a slot per field, linked to their parents and children."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dsl.kernel.nodes import Scalar
from dsl.schema import GAP, Schema
from dsl.to_python import Layout, Record
from validator.engine.lost_records import lost

if TYPE_CHECKING:
    from validator.intake.book.book import Book

Columns = Mapping[str, Sequence[Scalar]]
Tables = Mapping[str, list[Record]]


def from_book(book: "Book", layout: Layout) -> dict[str, list[Record]]:
    """The records of a book in its canonical order."""
    tables: dict[str, Columns] = {}
    for entity in layout.slots:
        frame = book.frames[entity]
        tables[entity] = {name: frame.get_column(name).to_list() for name in frame.columns}
    return link({e: from_columns(e, columns, layout) for e, columns in tables.items()}, tables, layout)


def from_dicts(tables: Mapping[str, Sequence[Mapping[str, Scalar]]], layout: Layout) -> dict[str, list[Record]]:
    """The records of a submission."""
    schema = layout.schema
    given = {e: t for e in layout.slots if (t := tables.get(e))}
    links: dict[str, dict[str, Sequence[Scalar]]] = {e: {n: [r.get(n) for r in t] for n in _links(e, schema)} for e, t in given.items()}
    found: dict[str, list[Record]] = {e: [] for e in layout.slots}
    for entity, table in given.items():
        slots = layout.slots[entity]
        below = [s for n, s in slots.items() if n[0] == "*"]
        for cells in table:
            record: Record = list(map(cells.get, slots))
            for slot in below:
                record[slot] = []
            found[entity].append(record)
    keys = {e: [r.get("^key") for r in t] for e, t in given.items()}
    parents = {e: rows for e, c in links.items() for rows in c.values()}
    for entity, marks in lost(schema, keys, parents).items():
        for row, mark in enumerate(marks):
            found[entity][row][layout.slots[entity][GAP]] = mark
    return link(found, links, layout)


def from_columns(entity: str, columns: Columns, layout: Layout) -> list[Record]:
    """Records without links."""
    slots = layout.slots[entity]
    size = len(next(iter(columns.values()), ()))
    known = {slots[n]: c for n, c in columns.items() if n in slots and (not n.startswith(("^", "*")) or n in ("^id", "^row", GAP))}
    below = [s for n, s in slots.items() if n.startswith("*")]
    nothing: Sequence[Scalar] = [None] * size
    records: list[Record] = list(map(list, zip(*(known.get(slot, nothing) for slot in range(len(slots))), strict=True)))
    for record in records:
        for slot in below:
            record[slot] = []
    return records


def link(records: dict[str, list[Record]], columns: Mapping[str, Columns], layout: Layout) -> dict[str, list[Record]]:
    """Link every record to its parent, and to the records that lend it fields. A record without a known parent links to a blank record."""
    schema = layout.schema
    blanks = layout.blanks
    for entity in sorted(records, key=lambda e: len(schema.parents[e])):
        parent = schema.entities[entity].of
        slots = layout.slots[entity]
        lenders = [x for x in schema.lenders[entity] if x in records]
        for lender in lenders:
            for record in records[entity]:
                record[slots[f"^{lender}"]] = blanks[lender]
        if parent is None or parent not in records or not records[entity]:
            continue
        rows = columns[entity][f"^{parent}"]
        slot = slots[f"^{parent}"]
        for record, row in zip(records[entity], rows, strict=True):
            record[slot] = blanks[parent] if row is None else records[parent][int(row)]
    _hang(records, layout)
    return records


def _hang(records: dict[str, list[Record]], layout: Layout) -> None:
    """Add every record to the lists of all records above it. Link a lending table's record to its parent if it is the only one there."""
    schema = layout.schema
    for entity, found in records.items():
        above = [e for e in schema.parents[entity][1:] if e in records] if found else []
        steps = [  # for each step up: the slots of the link, the parent's id and the parent's list
            (layout.slots[at][f"^{parent}"], layout.slots[parent]["^id"], layout.slots[parent][f"*{entity}"])
            for at, parent in zip((entity, *above), above, strict=False)
        ]
        for record in found:
            here = record
            for link_, id_, below in steps:
                here = here[link_]
                if here[id_] is None:
                    break
                here[below].append(record)
        parent_of = schema.entities[entity].of
        if schema.entities[entity].lends and parent_of in records:
            for owner in records[parent_of]:
                own = owner[layout.slots[parent_of][f"*{entity}"]]
                if len(own) == 1:
                    owner[layout.slots[parent_of][f"^{entity}"]] = own[0]


def _links(entity: str, schema: Schema) -> tuple[str, ...]:
    parent = schema.entities[entity].of
    return (f"^{parent}",) if parent and parent != schema.root else ()
