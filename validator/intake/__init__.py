"""A book in any format -> typed tables of integers, and an issue for every cell that could not be read."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.intake.book.book import Book
    from validator.vocabulary.vocabulary import Vocabulary


def read_book(source: object, vocabulary: "Vocabulary") -> "Book":
    """Read a path, a pair of file name and bytes, a frame, or tables by name. Raises DiagnosticError if nothing can be read; problems of
    single cells and records are issues of the book."""
    from validator.intake.book.book import build
    from validator.intake.cells.header import heads
    from validator.intake.formats.read import read_source

    return build(read_source(source, heads(vocabulary)), vocabulary)


def read_archive(source: object, vocabulary: "Vocabulary") -> "Book":
    """Read one table of offerings, as a book whose only frame has the offerings."""
    from validator.intake.book.book import build_archive
    from validator.intake.cells.header import heads
    from validator.intake.formats.read import read_source

    return build_archive(read_source(source, heads(vocabulary)), vocabulary)
