"""Tables of scalars -> records of the row evaluator: lists with slots, linked to their parents and to the records below them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dsl.kernel import Scalar
from dsl.quantities import Schema
from dsl.to_python import GAP, Layout, Record
from validator.engine.gaps import lost

if TYPE_CHECKING:
    from validator.intake.book import Book

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
    columns: dict[str, dict[str, Sequence[Scalar]]] = {
        e: {n: [r.get(n) for r in tables.get(e, ())] for n in (*slots, *_links(e, layout.schema))} for e, slots in layout.slots.items()
    }
    keys = {e: [r.get("^key") for r in tables.get(e, ())] for e in layout.slots}
    links = {e: c[f"^{p}"] for e, c in columns.items() if (p := layout.schema.entities[e].of) is not None}
    for entity, marks in lost(layout.schema, keys, links).items():
        columns[entity][GAP] = marks
    return link({e: from_columns(e, c, layout) for e, c in columns.items()}, columns, layout)


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
    """Point every record to its parent and to what its parent's other tables lend it; a stranger is linked to a blank record."""
    schema = layout.schema
    blanks = {e: layout.blank(e) for e in layout.slots}
    for blank in (blanks[e] for e in blanks):
        _hang_blank(blank, blanks, layout)
    for entity in sorted(records, key=lambda e: len(schema.parents(e))):
        parent = schema.entities[entity].of
        slots = layout.slots[entity]
        lenders = [x for x in schema.lenders(entity) if x in records]
        for lender in lenders:
            for record in records[entity]:
                record[slots[f"^{lender}"]] = blanks[lender]
        if parent is None or parent not in records:
            continue
        rows = columns[entity][f"^{parent}"]
        slot = slots[f"^{parent}"]
        for record, row in zip(records[entity], rows, strict=True):
            record[slot] = blanks[parent] if row is None else records[parent][int(row)]
    _hang(records, columns, layout)
    return records


def _hang(records: dict[str, list[Record]], columns: Mapping[str, Columns], layout: Layout) -> None:
    """Every record into the lists of all above it, and the single record of a lending table to its parent."""
    schema = layout.schema
    for entity, found in records.items():
        above = [e for e in schema.parents(entity)[1:] if e in records]
        for record in found:
            at, here = entity, record
            for parent in above:
                here = here[layout.slots[at][f"^{parent}"]]
                if here[layout.slots[parent]["^id"]] is None:
                    break
                here[layout.slots[parent][f"*{entity}"]].append(record)
                at = parent
        parent_of = schema.entities[entity].of
        if schema.entities[entity].lends and parent_of in records:
            for owner in records[parent_of]:
                own = owner[layout.slots[parent_of][f"*{entity}"]]
                if len(own) == 1:
                    owner[layout.slots[parent_of][f"^{entity}"]] = own[0]


def _hang_blank(blank: Record, blanks: Mapping[str, Record], layout: Layout) -> None:
    entity = next(e for e, b in blanks.items() if b is blank)
    for name, slot in layout.slots[entity].items():
        if name.startswith("^") and name[1:] in blanks:
            blank[slot] = blanks[name[1:]]


def _links(entity: str, schema: Schema) -> tuple[str, ...]:
    parent = schema.entities[entity].of
    return (f"^{parent}",) if parent and parent != schema.root else ()
