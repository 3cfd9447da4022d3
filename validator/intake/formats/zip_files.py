"""A zip -> its files. The entries are checked before anything is unpacked, also those of an .xlsx, which is a zip."""

import io
import stat
import zipfile
from collections.abc import Iterator

from validator.intake.formats.raw_table import refuse

MAX_ENTRIES = 1_000
MAX_BYTES = 4 * 2**30
MAX_RATIO = 250
SMALL = 2**20

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def open_zip(data: bytes, file: str) -> zipfile.ZipFile:
    """The archive. Raises DiagnosticError unless every entry is an ordinary file of an ordinary size."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise refuse("file-refused", "the file is damaged: it is not a zip archive", None, file) from None
    if len(entries) > MAX_ENTRIES:
        raise refuse(
            "file-refused", f"the archive has {len(entries):,} entries, at most {MAX_ENTRIES:,} are read", "supply only the tables", file
        )
    if sum(e.file_size for e in entries) > MAX_BYTES:
        raise refuse("file-refused", "the archive unpacks to more than 4 GB", None, file)
    for entry in entries:
        _check(entry, file)
    if sum(e.file_size for e in entries) > max(16 * SMALL, MAX_RATIO * len(data)):
        raise refuse("file-refused", f"the archive unpacks to more than {MAX_RATIO} times its size", None, file)
    return archive


def _check(entry: zipfile.ZipInfo, file: str) -> None:
    name = name_of(entry)
    parts = name.replace("\\", "/").split("/")
    mode = entry.external_attr >> 16
    wrong = None
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in entry.orig_filename:
        wrong = "points outside the archive"
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        wrong = "is a link or a device, not a file"
    elif entry.flag_bits & _ENCRYPTED:
        wrong = "is encrypted"
    elif entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        wrong = f"unpacks to more than {MAX_RATIO} times its size"
    if wrong is not None:
        raise refuse("file-refused", f"the entry `{name}` {wrong}", None, file)


def name_of(entry: zipfile.ZipInfo) -> str:
    """The entry's name. Without the UTF-8 flag it is in GB18030, as Chinese Windows writes it."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def files_of(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file. Folders are left out."""
    for entry in archive.infolist():
        if not entry.is_dir():
            yield name_of(entry), read_entry(archive, entry, file)


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str) -> bytes:
    """The bytes of an entry, at most as many as its header states: that number has been checked."""
    try:
        with archive.open(entry) as stream:
            return stream.read(entry.file_size)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise refuse("file-refused", f"the entry `{name_of(entry)}` is damaged", None, file) from None
    except Exception as error:  # zlib.error and similar errors have no common base class
        raise refuse("file-refused", f"the entry `{name_of(entry)}` is damaged: {error}", None, file) from None
