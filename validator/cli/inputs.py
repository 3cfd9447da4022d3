"""What a command was given -> the files that its run reads: none of them is written over. More than are read is no harm, fewer is."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dsl.diagnostics import DiagnosticError
from validator.vocabulary.layers import layers, rules_folder


def of_book(path: Path) -> Iterator[Path]:
    """A file, or what lies in a folder of tables but for our own reports in JSON, of which nothing is read.

    A workbook of ours counts: an officer may have answered in it.
    """
    if path.is_dir():
        yield from (p for p in path.iterdir() if not _own_json(p))
    else:
        yield path


def of_offerings(folder: Path, offering: str) -> Iterator[Path]:
    """The offerings of a folder and what lies beside each: its book is among it."""
    for place in folder.glob(f"*/{offering}"):
        for path in place.parent.iterdir():
            yield from of_book(path)


def of_rules(folder: Path | None) -> Iterator[Path]:
    """Rulebooks, cases, vocabulary and calendar of a folder, and of ours where it rests on them."""
    own = folder or rules_folder()
    tops: tuple[Path, ...] = (own,)
    with suppress(DiagnosticError):  # no folder of rules: who reads it says so
        tops = layers(own)
    for top in tops:
        yield from top.rglob("*.yaml")


def _own_json(path: Path) -> bool:
    from validator.intake.formats.read import BEGINNING, is_own_json

    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return is_own_json(file.read(BEGINNING))
