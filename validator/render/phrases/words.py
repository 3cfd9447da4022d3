"""Figures and names of a report -> text for people: 9,822,190万股, 51.38元, 2.9877%; in Chinese or English."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from validator.bilingual import Both
from validator.render.phrases.safe import visible
from validator.render.phrases.say import Lang, phrases, say, spoken

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)

FOUR_VALUES = ("median_all", "mean_all", "median_six", "mean_six", "lowest_of_four")


def name(word: str, lang: Lang) -> str:
    """A word of the report in the reader's language: an outcome, an effect, a fate, an entity. Any other is shown as it is."""
    text = _words().get(word)
    return visible(word if text is None else spoken(text, lang))


def fate(kind: str) -> str:
    """The word by which a report knows a fate: `effective`, `eliminated`, `low`, `invalid` or `waiting`."""
    return say(f"fate-{kind}", "zh")


def table(called: str, lang: Lang) -> str:
    """The table that an issue names, in the reader's language. A file name is unchanged."""
    return visible(_tables().get(called, called) if lang == "zh" else called)


def told(text: Both, lang: Lang) -> str:
    """A text of a rulebook or a report in the reader's language, with invisible characters escaped."""
    return visible(spoken(text, lang))


def enumerated(words: Iterable[str], lang: Lang) -> str:
    """Several words as one list: `甲、乙`, `a, b`."""
    return say("enumeration", lang).join(words)


def count(number: int) -> str:
    return f"{number:,}"


def shares(text: str | int | None, lang: Lang) -> str:
    """Whole shares; from ten thousand on in 万股 in Chinese (exact, never rounded)."""
    if text is None:
        return "—"
    number = Decimal(text)
    if lang == "zh" and abs(number) >= 10_000:
        return say("ten-thousand-shares", lang, number=_plain(_EXACT.divide(number, Decimal(10_000))))
    return say("shares", lang, number=_plain(number))


def yuan(text: str | None, lang: Lang) -> str:
    """A price with at least two decimals."""
    return "—" if text is None else say("yuan", lang, price=price(text))


def price(text: str) -> str:
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def percent(text: str | None) -> str:
    """A ratio as a percentage with four decimals, rounded half up, as announcements print it."""
    if text is None:
        return "—"
    return f"{_EXACT.quantize(_EXACT.multiply(Decimal(text), Decimal(100)), Decimal('0.0001'))}%"


def _plain(number: Decimal) -> str:
    shown = f"{number:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@cache
def _words() -> Mapping[str, Both]:
    """Outcomes, effects and entities by their names in reports, and fates by their Chinese names, which reports use as keys."""
    fates = {text.zh: text for text in _of("fate-").values()}
    return {**_of("word-"), **_of("entity-"), **fates}


@cache
def _tables() -> Mapping[str, str]:
    """The Chinese names of tables by both English names, such as `bid` and `bids`."""
    entities = {word: text.zh for one, text in _of("entity-").items() for word in (one, text.en)}
    return entities | {"decisions": say("sheet-decisions", "zh")}


def _of(prefix: str) -> dict[str, Both]:
    return {key.removeprefix(prefix): text for key, text in phrases().items() if key.startswith(prefix)}
