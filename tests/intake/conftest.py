"""A vocabulary, and books written as they are handed in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from validator.intake import read_book
from validator.intake.book.book import Book
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

BookOf = Callable[..., Book]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary(rules_folder())


@pytest.fixture
def book_of(vocabulary: Vocabulary, tmp_path: Path) -> BookOf:
    """A book from the texts of its .csv files: `book_of(bids="配售对象代码,申购价格\\nP1,10")`."""

    def read(**tables: str) -> Book:
        folder = tmp_path / "book"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
        return read_book(folder, vocabulary)

    return read
