"""Key + language -> the text that a person reads, from the YAML files beside this one: `key: {zh: …, en: …}`, with blanks as `{count}`.

The files are read once, at the first text that is asked for. Blanks are filled by substitution, never by `str.format`: what fills them
comes from books and rulebooks and may hold braces of its own.
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
    """The text of that key, its blanks filled. Raises KeyError where there is no such text, or the blanks given are not the text's."""
    text = spoken(phrases()[key], lang)
    if blanks_of(text) != blanks.keys():
        raise KeyError(f"{key}: {sorted(blanks_of(text) ^ blanks.keys())}")
    return _BLANK.sub(lambda blank: str(blanks[blank[1]]), text)


def bilingual(key: str) -> str:
    """A text in both languages, for readers whose language is not known: `规则 rules`."""
    text = phrases()[key]
    return f"{text.zh} {text.en}"


def spoken(text: Both, lang: Lang) -> str:
    """One side of a text, exactly as it is."""
    return pick(text.zh, text.en, lang)


def pick(zh: str, en: str, lang: Lang) -> str:
    """Of two names the one in that language."""
    return zh if lang == "zh" else en


def blanks_of(text: str) -> frozenset[str]:
    """The names of its blanks."""
    return frozenset(_BLANK.findall(text)) if "{" in text else frozenset()


@cache
def phrases() -> Mapping[str, Both]:
    """Every text by its key."""
    return {key: text for file in sorted(Path(__file__).parent.glob("*.yaml")) for key, text in read(file).items()}


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
