"""The headers of a table -> fields with their units, and issues.

A name may be Chinese or English. Spaces, line breaks, case and full-width characters do not matter. A unit follows the name in brackets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dsl.quantities import Unit
from dsl.schema import Field
from validator.bilingual import Both
from validator.intake.cells.cell import BLANKS, find_unit, fits
from validator.intake.issue import Issue
from validator.vocabulary.vocabulary import Vocabulary

_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad"
_FOLD = str.maketrans(
    {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
    | {"【": "(", "】": ")", "[": "(", "]": ")"}
    | dict.fromkeys(BLANKS + _UNSEEN + "_", None)
)


REMARKS = ("必填", "选填", "required", "optional")
"""What the exchanges' forms put in brackets behind a header besides the unit."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its place in the table, its header as written, its field (of the entity or a parent), and the unit in brackets."""

    index: int
    header: str
    field: Field
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Headings:
    """The result of reading a header row. Columns with an issue are in neither list, and are not read."""

    known: tuple[Heading, ...]
    unknown: tuple[str, ...]
    issues: tuple[Issue, ...]


def name_key(name: str) -> str:
    """A name in the form in which names are compared: the same for `拟申购数量（万股）` and `拟申购数量 (万股)`."""
    return name.translate(_FOLD).casefold()


def field_names(vocabulary: Vocabulary, entity: str, *, also: bool = True) -> Mapping[str, Field]:
    """Every name that a column of the entity's table may have: of its own fields, then of its parents', but not of the offering's.

    The names of fields count before their other names, whatever their entity. `also`: take the other names too.
    """
    schema = vocabulary.schema
    owners = [o for o in schema.parents[entity] if o != schema.root or entity == schema.root]
    fields = [f for o in owners for f in schema.entities[o].fields.values()]
    names: dict[str, Field] = {}
    for field in fields:
        names.setdefault(name_key(field.name), field)
        names.setdefault(name_key(field.zh), field)
    for field in fields if also else ():
        for other in vocabulary.also.get((field.entity, field.name), ()):
            names.setdefault(name_key(other), field)
    return names


@dataclass(frozen=True, slots=True)
class Heads:
    """What is known as a header of any table, for finding the row that has the headers."""

    names: Mapping[str, Field]
    units: Mapping[str, Unit]

    def known(self, text: str) -> bool:
        return isinstance(read_header(text, self.names, self.units), tuple)

    def measured(self, text: str, unit: str) -> str | None:
        """The header with a unit that stands below it; None if that is no unit of the column."""
        inner = find_unit(name_key(unit).removeprefix("(").removesuffix(")"), self.units)
        found = read_header(text, self.names, self.units)
        if inner is None or not isinstance(found, tuple) or found[0].type.type.kind != "number" or not fits(inner, found[0]):
            return None
        return f"{text}({inner.name})" if found[1] is None else text if found[1] == inner else None


def heads(vocabulary: Vocabulary) -> Heads:
    names: dict[str, Field] = {}
    for entity in vocabulary.schema.entities:
        for name, field in field_names(vocabulary, entity).items():
            names.setdefault(name, field)
    return Heads(names, vocabulary.schema.units)


def table_entity(name: str, vocabulary: Vocabulary) -> str | None:
    """The entity of a table with that name; None for an unknown name."""
    wanted = name_key(name)
    return next((entity for n, entity in vocabulary.tables.items() if name_key(n) == wanted), None)


def read_header(text: str, names: Mapping[str, Field], units: Mapping[str, Unit]) -> tuple[Field, Unit | None] | str | None:
    """The field and unit of one header; the text of the unit if it cannot be used for the field; None for an unknown name."""
    key = name_key(text)
    if key in names:
        return names[key], None
    name, bracket, inner = key.partition("(")
    if not bracket or not inner.endswith(")") or name not in names:
        return None
    field = names[name]
    written = [part for part in inner[:-1].split(")(") if part not in REMARKS]
    if field.type.type.kind != "number" or not any(written):
        return field, None
    found = [_unit_of(part, field, units) for part in written]
    unit = found[0] if len(found) == 1 else None
    return (field, unit) if unit is not None else ")(".join(written)


def _unit_of(text: str, field: Field, units: Mapping[str, Unit]) -> Unit | None:
    """`万股`, or `万股/万份`, of which only the first measures shares. Of two units that fit neither is taken."""
    whole = find_unit(text, units)
    if whole is not None:
        return whole if fits(whole, field) else None
    parts = [find_unit(part, units) for part in text.split("/")] if "/" in text else []
    fitting = [unit for unit in parts if unit is not None and fits(unit, field)]
    return fitting[0] if len(fitting) == 1 else None


def read_headers(headers: Sequence[str], entity: str, vocabulary: Vocabulary, row: int = 1) -> Headings:
    """Read a header row. If two columns hold the same field, neither is read: either could be meant. A wrong unit is an issue too."""
    names = field_names(vocabulary, entity)
    table = vocabulary.schema.entities[entity].collection
    known: list[Heading] = []
    unknown: list[str] = []
    issues: list[Issue] = []
    for index, header in enumerate(headers):
        match read_header(header, names, vocabulary.schema.units):
            case (field, unit):
                known.append(Heading(index, header, field, unit))
            case str(unit_text):
                issues.append(_wrong_unit(table, row, header, unit_text))
            case None:
                unknown.append(header)
    owners: dict[tuple[str, str], list[Heading]] = {}
    for heading in known:
        owners.setdefault((heading.field.entity, heading.field.name), []).append(heading)
    issues += [_duplicate(table, row, h, same) for same in owners.values() if len(same) > 1 for h in same]
    return Headings(tuple(same[0] for same in owners.values() if len(same) == 1), tuple(unknown), tuple(issues))


def _wrong_unit(table: str, row: int, header: str, unit: str) -> Issue:
    zh = f"不认识单位“{unit}”,或它不适用于此列;该列未读取"
    en = f"`{unit}` is not a unit of this column; the column is not read"
    return Issue("unknown-unit", table, row, header, unit, Both(zh, en))


def _duplicate(table: str, row: int, heading: Heading, same: Sequence[Heading]) -> Issue:
    zh = f"有{len(same)}列都是{heading.field.zh};均未读取"
    en = f"{len(same)} columns hold {heading.field.name}; none of them is read"
    return Issue("duplicate-header", table, row, heading.header, None, Both(zh, en))
