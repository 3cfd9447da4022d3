"""A path, bytes, frames or records -> raw tables, a digest and issues. A file that cannot be read is refused, with the reason."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dsl.diagnostics import DiagnosticError
from validator.intake.cells.header import Heads
from validator.intake.formats.csv_file import read_csv
from validator.intake.formats.frames import read_parquet, table_of_frame
from validator.intake.formats.json_records import read_json, read_json_lines, table_of_records
from validator.intake.formats.raw_table import OWN_REPORT, RawTable, note, own_report, refuse
from validator.intake.formats.workbook import read_workbook
from validator.intake.formats.zip_files import files_of, open_zip
from validator.intake.issue import Issue
from validator.regular_file import read_regular

FORMATS: Mapping[str, Callable[[bytes, str, str, Heads | None], list[RawTable]]] = {
    ".csv": lambda data, name, file, heads: [read_csv(data, name, file, heads)],
    ".xlsx": read_workbook,
    ".parquet": lambda data, name, file, heads: [read_parquet(data, name, file)],
    ".json": lambda data, name, file, heads: read_json(data, name, file),
    ".jsonl": lambda data, name, file, heads: read_json_lines(data, name, file),
}
KNOWN = ".csv, .xlsx, .parquet, .json, .jsonl, a folder or a .zip of them"

# Files that people keep in the same folder: notes, the offering itself, pictures. They are ignored without an issue.
BESIDE = {".yaml", ".yml", ".md", ".pdf", ".html", ".docx", ".doc", ".png", ".jpg", ".sha256"}

HINTS = {
    ".xlsm": "save it as .xlsx without macros",
    ".xls": "save it as .xlsx",
    ".xlsb": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".et": "save it as .xlsx",
}
MAGIC = {b"PK\x03\x04": "an Excel workbook or a zip", b"\xd0\xcf\x11\xe0": "an old or a password-protected Office file", b"PAR1": "Parquet"}
_KNOWN_ZH = "请另存为 .xlsx 或 .csv；也可提供 .parquet、.json、.jsonl，或其文件夹、.zip"
MAX_FILE = 8 * 2**30
BEGINNING = 200
_OWN_JSON = re.compile(rb'\s*+\{\s*+"format"\s*+:\s*+"' + OWN_REPORT.encode())


def is_own_json(beginning: bytes) -> bool:
    """Whether a file that begins so is a report of ours in JSON."""
    return _OWN_JSON.match(beginning[:BEGINNING]) is not None


@dataclass(frozen=True, slots=True)
class Source:
    """The raw tables of an input, their digest, and the issues of reading them."""

    tables: tuple[RawTable, ...]
    digest: str
    issues: tuple[Issue, ...] = ()


def read_source(source: object, heads: Heads | None = None) -> Source:
    """A path, a pair of file name and bytes, a frame, a list of records, or a mapping of table names to frames or lists."""
    match source:
        case str() | Path():
            return _path(Path(source), heads)
        case (str() as name, bytes() as data):
            return _file(name, data, heads)
        case Mapping():
            tables = [_in_memory(value, str(name)) for name, value in source.items()]
        case _:
            tables = [_in_memory(source, "")]
    return Source(tuple(tables), _digest_of_tables(tables))


def _in_memory(value: object, name: str) -> RawTable:
    if isinstance(value, list | tuple):
        return table_of_records(name, value, "", "record")
    return table_of_frame(value, name)


# ── files ──


def _path(path: Path, heads: Heads | None) -> Source:
    try:
        if path.is_dir():
            return _folder(path, heads)
        if not path.exists():
            raise refuse(
                "no-such-file",
                f"there is no file `{path.name}`",
                "check the path",
                str(path),
                zh=f"没有文件 `{path.name}`",
                hint_zh="请核对路径",
            )
        if not path.is_file():
            raise _not_a_file(path)
        if path.stat().st_size > MAX_FILE:
            raise refuse("file-refused", "the file is larger than 8 GB", None, path.name)
        return _file(path.name, read_regular(path), heads)
    except OSError as error:
        raise refuse("file-refused", f"it cannot be read: {error.strerror or error}", None, path.name) from None


def _file(name: str, data: bytes, heads: Heads | None) -> Source:
    if PurePosixPath(name).suffix.lower() == ".zip":
        return _zip(name, data, heads)
    return Source(tuple(_tables(name, data, heads)), digest(data))


def _folder(path: Path, heads: Heads | None) -> Source:
    entries = sorted((p for p in path.iterdir() if not _beside(p.name)), key=lambda p: p.name)
    special = next((p for p in entries if p.exists() and not p.is_file() and not p.is_dir()), None)
    if special is not None:
        raise _not_a_file(special)
    files = [(p.name, read_regular(p)) for p in entries if p.is_file()]
    said = [_not_read(p.name) for p in entries if not p.is_file()]
    return _many(path.name, files, said, heads)


def _not_a_file(path: Path) -> DiagnosticError:
    return refuse("file-refused", "it is not an ordinary file but a pipe, a socket or a device", f"supply {KNOWN}", path.name)


def _zip(name: str, data: bytes, heads: Heads | None) -> Source:
    with open_zip(data, name) as archive:
        nested = [e.filename for e in archive.infolist() if e.filename.lower().endswith(".zip")]
        if nested:
            raise refuse("file-refused", f"the archive holds another archive: `{nested[0]}`", "put the tables into one zip", name)
        files = [(PurePosixPath(n.replace("\\", "/")).name, d) for n, d in _visible(archive, name)]
    return _many(name, files, [], heads)


def _visible(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    for path, data in files_of(archive, name):
        if not path.startswith("__MACOSX/") and not _beside(PurePosixPath(path.replace("\\", "/")).name):
            yield path, data


def _many(name: str, files: Iterable[tuple[str, bytes]], said: list[Issue], heads: Heads | None) -> Source:
    tables: list[RawTable] = []
    hashes: list[tuple[str, str]] = []
    for file, data in sorted(files):
        if is_own_json(data):
            said.append(own_report(file))
        elif PurePosixPath(file).suffix.lower() in FORMATS:
            tables += _tables(file, data, heads)
            hashes.append((file, hashlib.sha256(data).hexdigest()))
        else:
            said.append(_not_read(file))
    if not tables:
        raise refuse("empty-file", "it contains no table", f"add tables such as bids.csv; the formats are {', '.join(FORMATS)}", name)
    listing = "".join(f"{digits}  {file}\n" for file, digits in hashes)
    return Source(tuple(tables), digest(listing.encode()), tuple(said))


def _tables(file: str, data: bytes, heads: Heads | None) -> list[RawTable]:
    suffix = PurePosixPath(file).suffix.lower()
    read = FORMATS.get(suffix)
    if read is None:
        code = "file-refused" if suffix == ".xlsm" else "unknown-format"
        raise refuse(
            code,
            f"`{suffix or file}` is not a supported format",
            HINTS.get(suffix, f"supply {KNOWN}"),
            file,
            zh=f"不支持 `{suffix or file}` 格式",
            hint_zh=_KNOWN_ZH,
        )
    if not data:
        raise refuse(
            "empty-file", "the file is empty", "supply a table with a header row", file, zh="文件是空的", hint_zh="请提供带表头的表格"
        )
    kind = MAGIC.get(data[:4])
    right = {".xlsx": b"PK\x03\x04", ".parquet": b"PAR1"}.get(suffix)
    if kind is not None and data[:4] != right:
        raise refuse(
            "file-refused",
            f"it is {kind}, not {suffix}",
            "give the file its right name, or save it again",
            file,
            zh=f"文件内容不是 {suffix}",
            hint_zh="请改正文件名后缀，或另存为该格式",
        )
    return read(data, PurePosixPath(file).stem, file, heads)


def _beside(name: str) -> bool:
    return name.startswith((".", "~$")) or name in ("Thumbs.db", "desktop.ini") or PurePosixPath(name).suffix.lower() in BESIDE


def _not_read(name: str) -> Issue:
    return note("unread-file", f"“{name}”不是表格文件,未读取", f"`{name}` is not a table and is not read", None, None, name)


# ── digests ──


def digest(data: bytes) -> str:
    """For one file the digest that `sha256sum` prints; for several files the digest of the list that `sha256sum *` prints."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _digest_of_tables(tables: Iterable[RawTable]) -> str:
    whole = hashlib.sha256()
    for table in sorted(tables, key=lambda t: t.name):
        for column in table.columns:
            whole.update(f"\x1d{table.name}\x1e{column.header}\x1f".encode(errors="surrogatepass"))
            whole.update((column.texts.fill_null("\0").str.join("\x1f").item() or "").encode())
    return "sha256:" + whole.hexdigest()
