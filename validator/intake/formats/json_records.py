"""Bytes of a .json or .jsonl file -> raw tables. Numbers are read as their digits. Records must be flat.

A .json file is a list of records, or a mapping of table names to lists of records. The n-th record has row n + 1, as if below a header.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from validator.intake.formats.raw_table import RawTable, column_of_values, refuse, table

MAX_INT_TEXT = 100


def read_json(data: bytes, name: str, file: str) -> list[RawTable]:
    found = _loads(_text(data, file), file)
    if isinstance(found, Mapping):
        return [table_of_records(str(n), v if isinstance(v, list) else [v], file, f"{n}") for n, v in found.items()]
    if not isinstance(found, list):
        raise refuse("file-refused", "the file holds neither a list of records nor tables by name", None, file)
    return [table_of_records(name, found, file, "record")]


def read_json_lines(data: bytes, name: str, file: str) -> list[RawTable]:
    """A blank line is a blank row."""
    lines = _text(data, file).split("\n")
    records = [_loads(line, file, at) if line.strip() else {} for at, line in enumerate(lines, 1)]
    return [table_of_records(name, records, file, "line")]


def table_of_records(name: str, records: Sequence[object], file: str, place: str) -> RawTable:
    """A table from mappings of headers to cells. A header that a record does not have is a blank cell."""
    headers: dict[str, None] = {}
    for at, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            raise refuse("file-refused", f"{place} {at} is not a mapping of names to values", None, file)
        headers.update(dict.fromkeys(map(str, record)))
    rows: list[Mapping[str, object]] = [
        {str(k): v for k, v in r.items()} if not all(isinstance(k, str) for k in r) else r for r in records if isinstance(r, Mapping)
    ]
    for at, row in enumerate(rows, 1):
        for key, value in row.items():
            if isinstance(value, list | dict | tuple | set):
                raise refuse(
                    "file-refused",
                    f"`{key}` of {place} {at} is a list or mapping, not a single value",
                    "a book's records are flat: one table per kind",
                    file,
                )
    return table(name, [column_of_values(h, [r.get(h) for r in rows]) for h in headers])


def _text(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse("wrong-encoding", f"the file is not UTF-8 (byte {error.start + 1})", "save it as UTF-8", file) from None
    if not text.strip():
        raise refuse("empty-file", "the file is empty", "supply a list of records", file)
    return text


def _loads(text: str, file: str, line: int | None = None) -> object:
    try:
        return json.loads(text, parse_float=_decimal, parse_int=_int, parse_constant=str, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise refuse("file-refused", f"line {line or error.lineno} is not valid JSON: {error.msg}", None, file) from None
    except _TwiceError as error:
        raise refuse("file-refused", f"`{error}` occurs twice in one record", "keep one of them", file) from None
    except RecursionError:
        raise refuse("file-refused", "the file is nested too deeply", "a book's records are flat: one table per kind", file) from None


class _TwiceError(Exception):
    pass


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found = list(pairs)
    record = dict(found)
    if len(record) < len(found):
        often = Counter(name for name, _ in found)
        raise _TwiceError(next(name for name, times in often.items() if times > 1))
    return record


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_INT_TEXT else digits


def _decimal(digits: str) -> Decimal | str:
    return Decimal(digits) if len(digits) <= MAX_INT_TEXT else digits
