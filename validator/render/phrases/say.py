"""Key + language -> text, from the YAML files in this folder: `key: {zh: …, en: …}`, with blanks such as `{count}`.

The files are read once, when the first text is needed. Blanks are filled by substitution, never by `str.format`, because the values come
from books and rulebooks and may contain braces.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from validator.bilingual import Both

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

_BLANK = re.compile(r"\{([a-z]+)\}")


def say(key: str, lang: Lang, **blanks: object) -> str:
    """The text of a key with its blanks filled. Raises KeyError if the key is unknown or the given blanks are not those of the text."""
    text = spoken(phrases()[key], lang)
    if blanks_of(text) != blanks.keys():
        raise KeyError(f"{key}: {sorted(blanks_of(text) ^ blanks.keys())}")
    return _BLANK.sub(lambda blank: str(blanks[blank[1]]), text)


def both(key: str, **blanks: object) -> Both:
    """The text of a key in both languages with its blanks filled, for what is told in a language that is chosen later."""
    return Both(say(key, "zh", **blanks), say(key, "en", **blanks))


def bilingual(key: str) -> str:
    """A text in both languages, if the reader's language is not known: `规则 rules`."""
    text = phrases()[key]
    return f"{text.zh} {text.en}"


def spoken(text: Both, lang: Lang) -> str:
    """One side of a text, exactly as it is."""
    return pick(text.zh, text.en, lang)


def pick(zh: str, en: str, lang: Lang) -> str:
    """The name in `lang`."""
    return zh if lang == "zh" else en


def blanks_of(text: str) -> frozenset[str]:
    """The names of the blanks of a text."""
    return frozenset(_BLANK.findall(text)) if "{" in text else frozenset()


@cache
def phrases() -> Mapping[str, Both]:
    """Every text by its key."""
    return {key: text for file in sorted((Path(__file__).parent / "texts").glob("*.yaml")) for key, text in read(file).items()}


def read(file: Path) -> dict[str, Both]:
    """The texts of one file."""
    from validator.vocabulary.source import load

    entries = load(file).data
    assert isinstance(entries, dict)
    return {key: _both(entry) for key, entry in entries.items()}


def _both(entry: object) -> Both:
    match entry:
        case {"zh": str(zh), "en": str(en)}:
            return Both(zh, en)
        case _:
            raise TypeError(f"not a text in Chinese and English: {entry!r}")
