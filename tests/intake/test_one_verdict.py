"""301666 and the six books in every form in which a book may be handed in: the same report but for the digest of the input and the rows."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

import validator
from tests.shared import SHARED
from validator.intake.cells.header import field_names, read_header, table_entity
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary_file import load_vocabulary

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")

CASES = SHARED / "cases"
BOOKS = {"301666": CASES / "301666", **{p.name: p for p in sorted((CASES / "books").glob("*")) if p.is_dir()}}
VOCABULARY = load_vocabulary(rules_folder())
FLAGS = {"是": True, "否": False}

Tables = Mapping[str, list[list[str]]]
"""By name: the header and the rows, all texts."""


def tables_of(folder: Path) -> Tables:
    files = sorted((folder / "book").glob("*.csv")) or [folder / "bids.csv"]
    return {f.stem: [line.split(",") for line in f.read_text(encoding="utf-8-sig").splitlines()] for f in files}


def kinds(name: str, headers: list[str]) -> list[str]:
    """What each column holds: number, flag, date, moment; text for what has another kind or no field."""
    entity = table_entity(name, VOCABULARY)
    assert entity is not None
    names = field_names(VOCABULARY, entity)
    found = [read_header(h, names, VOCABULARY.schema.units) for h in headers]
    return [f[0].type.type.kind if isinstance(f, tuple) else "text" for f in found]


def typed(text: str, kind: str) -> Any:
    """A cell as a program would hold it; what it cannot hold stays a text."""
    try:
        match kind:
            case _ if not text:
                return None
            case "number":
                return int(text) if text.isdigit() else _double(text)
            case "flag":
                return FLAGS.get(text, text)
            case "date":
                return date.fromisoformat(text)
            case "moment":
                return datetime.fromisoformat(text)
    except (ValueError, InvalidOperation):
        pass
    return text


def _double(text: str) -> float | str:
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


def columns(name: str, table: list[list[str]]) -> dict[str, list[Any]]:
    """A column with a cell that is no number is a column of texts."""
    headers, *rows = table
    found: dict[str, list[Any]] = {}
    for header, kind, *cells in zip(headers, kinds(name, headers), *rows, strict=True):
        values = [typed(c, kind) for c in cells]
        texts = kind != "text" and any(isinstance(v, str) for v in values)
        found[header] = [c or None for c in cells] if texts else values
    return found


def frames(tables: Tables) -> dict[str, pl.DataFrame]:
    return {n: pl.DataFrame(columns(n, t), strict=False) for n, t in tables.items()}


# ── the forms ──


def as_csv(table: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in table) + "\n"


def folder_of(place: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a folder; one alone by its own path."""
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    return place if len(files) > 1 else place / next(iter(files))


def csv_in(encoding: str) -> Callable[[Tables, Path], object]:
    return lambda tables, place: folder_of(place, {f"{n}.csv": as_csv(t).encode(encoding) for n, t in tables.items()})


def workbook(tables: Tables, place: Path) -> object:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        clock, day = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd hh:mm:ss.000", "yyyy-mm-dd"))
        for name, (headers, *rows) in tables.items():
            page = book.add_worksheet(name)
            page.write_row(0, 0, headers)
            for at, row in enumerate(rows, 1):
                for column, (text, kind) in enumerate(zip(row, kinds(name, headers), strict=True)):
                    match typed(text, kind):
                        case None:
                            pass
                        case datetime() as moment:
                            page.write_datetime(at, column, moment, clock)
                        case date() as only_day:
                            page.write_datetime(at, column, only_day, day)
                        case str() as words:
                            page.write_string(at, column, words)
                        case value:
                            page.write(at, column, value)
    return folder_of(place, {"book.xlsx": data.getvalue()})


def parquet(tables: Tables, place: Path) -> object:
    files: dict[str, bytes] = {}
    for name, frame in frames(tables).items():
        data = io.BytesIO()
        frame.write_parquet(data)
        files[f"{name}.parquet"] = data.getvalue()
    return folder_of(place, files)


def records(name: str, table: list[list[str]]) -> list[dict[str, Any]]:
    headers, *rows = table
    of = kinds(name, headers)
    plain = {"number": "number", "flag": "flag"}
    return [{h: typed(c, plain.get(k, "text")) for h, c, k in zip(headers, row, of, strict=True)} for row in rows]


def json_lines(tables: Tables, place: Path) -> object:
    return folder_of(
        place, {f"{n}.jsonl": "\n".join(json.dumps(r, ensure_ascii=False) for r in records(n, t)).encode() for n, t in tables.items()}
    )


def json_of_tables(tables: Tables, place: Path) -> object:
    return folder_of(place, {"book.json": json.dumps({n: records(n, t) for n, t in tables.items()}).encode()})


def zipped(tables: Tables, place: Path) -> object:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            archive.writestr(f"{name}.csv", as_csv(table))
    return folder_of(place, {"book.zip": data.getvalue()})


FORMS: Mapping[str, Callable[[Tables, Path], object]] = {
    "csv": csv_in("utf-8"),
    "csv with BOM": csv_in("utf-8-sig"),
    "GB18030 csv": csv_in("gb18030"),
    "xlsx": workbook,
    "parquet": parquet,
    "jsonl": json_lines,
    "json": json_of_tables,
    "zip": zipped,
    "Polars": lambda tables, place: frames(tables),
    "pandas": lambda tables, place: {n: f.to_pandas() for n, f in frames(tables).items()},
    "Arrow": lambda tables, place: {n: f.to_arrow() for n, f in frames(tables).items()},
}


def verdict(checker: validator.Checker, source: object) -> dict[str, Any]:
    """All that a report says but the digest of what was read, and the rows."""
    found = checker.book(source, evaluator="columns").to_dict(bids=True)
    del found["input"]["digest"]
    for finding in found["findings"]:
        finding["subject"].pop("row", None)
    for issue in found["intake"]:
        issue.pop("row", None)
    return found


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_gets_one_verdict_in_every_form(name: str, tmp_path: Path) -> None:
    folder = BOOKS[name]
    checker = validator.checker(folder / "offering.yaml")
    given = folder / "book" if (folder / "book").is_dir() else folder / "bids.csv"
    want = verdict(checker, given)
    assert want["input"]["records"]["bid"] >= 100
    tables = tables_of(folder)
    for form, make in FORMS.items():
        assert verdict(checker, make(tables, tmp_path / form)) == want, form
