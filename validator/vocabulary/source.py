"""YAML text -> plain data, and the line of every path in it.

A strict subset of YAML. Text that two readers could read differently (`NO`, 001386, 1e5, 12:00) is refused, never guessed. So is anything
that makes a file mean something else than it shows (duplicate keys, anchors, aliases, tags, hidden characters). Numbers keep their digits,
and dates stay text.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeAlias

import yaml

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.regular_file import read_regular
from validator.vocabulary.yaml_syntax import LOADER, syntax_error

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | Decimal | bool | None"
Place: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_VALUES = 50_000
MAX_DIGITS = 100
MAX_MISTAKES = 100


class Lines(NamedTuple):
    """The line (from 1) of a value, or of its key if it has one, and the lines of its parts."""

    line: int
    below: "Mapping[str | int, Lines]"
    span: tuple[int, int] = (0, 0)
    """Start and end of a text, number or flag in the file, in characters."""


@dataclass(frozen=True, slots=True)
class Source:
    """The plain data of one file, with its lines."""

    data: Plain
    file: str
    lines: Lines

    def line_of(self, path: Place) -> int:
        """The line of a path, or of its longest part that exists in the file."""
        return self._follow(path).line

    def span_of(self, path: Place) -> tuple[int, int]:
        """Start and end of the text, number or flag at a path, in characters."""
        return self._follow(path).span

    def _follow(self, path: Place) -> Lines:
        """The lines at a path, or at its longest part that exists."""
        at = self.lines
        for part in path:
            if part not in at.below:
                return at
            at = at.below[part]
        return at


def load(path: Path) -> Source:
    """Read a file. Raises DiagnosticError with all mistakes."""
    file = path.as_posix()
    try:
        raw = read_regular(path, MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        cause = (getattr(error, "strerror", None) or "no such path").lower()
        raise DiagnosticError([Diagnostic("unreadable-file", f"the file cannot be read: {cause}", file=file, line=1)]) from None
    return _load(raw, file)


def load_text(text: str, file: str) -> Source:
    """Read a text as if it were the content of `file`. Raises DiagnosticError with all mistakes."""
    return _load(text.encode("utf-8", "surrogatepass"), file)


def _load(raw: bytes, file: str) -> Source:
    reader = _Reader(_decode(raw, file), file)
    data, lines = reader.read()
    if reader.mistakes:
        raise DiagnosticError(reader.mistakes)
    return Source(data, file, lines)


def _decode(raw: bytes, file: str) -> str:
    if len(raw) > MAX_BYTES:
        raise DiagnosticError([Diagnostic("too-large", "the file is larger than 1 MB", hint="split it", file=file, line=1)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = f"the byte {error.object[error.start]:#04x} is not UTF-8"
        raise DiagnosticError([Diagnostic("not-utf-8", said, hint="save the file as UTF-8", file=file, line=line)]) from None


class _Stop(Exception):
    """Raised to stop reading after a mistake that hides everything after it."""


class _Reader:
    """One pass over the parser's events.

    INVARIANT: nesting is at most MAX_DEPTH and aliases are never followed, so the time is linear in the length of the file.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.mistakes: list[Diagnostic] = []
        self.values = 0
        self.last = text.count("\n") + text.count("\r") + 1
        self.events = self.parse()

    def read(self) -> tuple[Plain, Lines]:
        found: tuple[Plain, Lines] = (None, Lines(1, _NOTHING))
        documents = 0
        with suppress(_Stop):
            self.check_characters()
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    self.check_document(event, documents)
                elif isinstance(event, yaml.NodeEvent):
                    found = self.value(event, 0)
        return found

    def parse(self) -> Iterator[yaml.Event]:
        try:
            parser = LOADER(self.text)
            while (event := parser.get_event()) is not None:
                yield event
        except yaml.reader.ReaderError:
            # A character that YAML does not allow. check_characters has already reported it.
            raise _Stop from None
        except yaml.YAMLError as error:
            message, hint, line = syntax_error(error, self.text)
            self.mistakes.append(Diagnostic("yaml-syntax", message, hint=hint, file=self.file, line=line))
            raise _Stop from None

    def value(self, event: yaml.Event, depth: int) -> tuple[Plain, Lines]:
        self.values += 1
        if self.values > MAX_VALUES:
            self.stop("too-large", f"the file holds more than {MAX_VALUES:,} values", event, "split it")
        self.check_form(event)
        match event:
            case yaml.ScalarEvent():
                # For an empty value after a final comment without a line break, the parser gives a line too many.
                return self.scalar(event), Lines(min(_line(event), self.last), _NOTHING, _span(event))
            case yaml.SequenceStartEvent():
                self.check_depth(event, depth)
                return self.sequence(event, depth + 1)
            case yaml.MappingStartEvent():
                self.check_depth(event, depth)
                return self.mapping(event, depth + 1)
            case _:
                return None, Lines(_line(event), _NOTHING)

    def sequence(self, start: yaml.Event, depth: int) -> tuple[Plain, Lines]:
        items: list[Plain] = []
        lines: dict[str | int, Lines] = {}
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item, lines[len(items)] = self.value(event, depth)
            items.append(item)
        return items, Lines(_line(start), lines)

    def mapping(self, start: yaml.Event, depth: int) -> tuple[Plain, Lines]:
        items: dict[str, Plain] = {}
        lines: dict[str | int, Lines] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            value, found = self.value(next(self.events), depth)
            if key in items:
                said = f"the key `{_short(key)}` is already in line {lines[key].line}"
                self.say("duplicate-key", said, event, "remove one of them")
            else:
                items[key], lines[key] = value, Lines(_line(event), found.below, found.span)
        return items, Lines(_line(start), lines)

    def key(self, event: yaml.Event) -> str:
        self.check_form(event)
        if not isinstance(event, yaml.ScalarEvent):
            self.stop(
                "key-not-text",
                "a key must be a text, not a list, a mapping or an alias",
                event,
                "put a text that begins with [ or { in quotes",
            )
        text = str(event.value)
        if _is_plain(event) and text == "<<":
            self.say("merge-key", "the merge key `<<` takes its keys from elsewhere", event, "write the keys out here")
        elif not isinstance(self.scalar(event), str):
            self.say("key-not-text", f"the key `{_short(text)}` is not a text", event, f'write "{_short(text)}" in quotes')
        return text

    def scalar(self, event: yaml.ScalarEvent) -> Plain:
        text = str(event.value)
        if not _is_plain(event):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text.lower() in _FLAG_WORDS:
            self.say("ambiguous-flag", f"`{text}` could be a flag or a word", event, f'write true or false, or "{text}" for the word')
        elif text.lower() == "null":
            self.say("ambiguous-nothing", f"`{text}` could be nothing or a word", event, f'write null, or "{text}" for the word')
        elif text[0] in _NUMBER_STARTS:
            return self.number(text, event)
        return text

    def number(self, text: str, event: yaml.Event) -> Plain:
        """The number, if the text can only be a number; else the text. Refuses a text that some YAML reader takes for a number."""
        if len(text) <= MAX_DIGITS and _INTEGER.fullmatch(text):
            return int(text)
        if len(text) <= MAX_DIGITS and _DECIMAL.fullmatch(text):
            return Decimal(text)
        said = next((said for form, said in _AMBIGUOUS if form.fullmatch(text)), None)
        if said is not None:
            self.say(
                "ambiguous-number", f"`{_short(text)}` {said}", event, f'write "{_short(text)}" for the text, plain digits for a number'
            )
        return text

    def check_characters(self) -> None:
        for found in _HIDDEN.finditer(self.text):
            code = f"{ord(found[0]):04x}"
            line = self.text.count("\n", 0, found.start()) + 1
            hint = f'remove it, or if it is intended write "\\u{code}" in double quotes'
            self.add(Diagnostic("hidden-character", f"the character U+{code.upper()} cannot be seen", hint=hint, file=self.file, line=line))

    def check_document(self, event: yaml.DocumentStartEvent, documents: int) -> None:
        if documents > 1:
            self.stop("several-documents", "a second document starts here", event, "a file is one document: remove the `---`")
        if event.version is not None or event.tags is not None:
            self.say("directive", "a line that starts with % changes how the file is read", event, "remove it")

    def check_depth(self, event: yaml.Event, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self.stop("too-deep", f"more than {MAX_DEPTH} lists and mappings are nested", event, "use fewer levels")

    def check_form(self, event: yaml.Event) -> None:
        """Refuse aliases, anchors and tags: with them a value is not what its text shows."""
        match event:
            case yaml.AliasEvent(anchor=str(name)):
                hint = "write it out here, or put a text that begins with * in quotes"
                self.say("alias", f"the alias `*{_short(name)}` repeats a value from elsewhere", event, hint)
            case yaml.NodeEvent(anchor=str(name)):
                hint = "remove it, or put a text that begins with & in quotes"
                self.say("anchor", f"the anchor `&{_short(name)}` gives the next value a second name", event, hint)
            case _:
                pass
        match event:
            case yaml.ScalarEvent(tag=str(tag)) | yaml.CollectionStartEvent(tag=str(tag)):
                shown = _short(tag.replace("tag:yaml.org,2002:", "!!"))
                self.say(
                    "tag",
                    f"the tag `{shown}` changes the meaning of the next value",
                    event,
                    "remove it, or put a text that begins with ! in quotes",
                )
            case _:
                pass

    def say(self, code: str, message: str, event: yaml.Event, hint: str) -> None:
        self.add(Diagnostic(code, message, hint=hint, file=self.file, line=_line(event)))

    def stop(self, code: str, message: str, event: yaml.Event, hint: str) -> NoReturn:
        self.say(code, message, event, hint)
        raise _Stop

    def add(self, mistake: Diagnostic) -> None:
        self.mistakes.append(mistake)
        if len(self.mistakes) >= MAX_MISTAKES:
            said = f"the file has {MAX_MISTAKES} mistakes up to this line and was not read further"
            self.mistakes.append(Diagnostic("too-many-mistakes", said, file=self.file, line=mistake.line))
            raise _Stop


_NOTHING: Mapping[str | int, Lines] = {}
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_FLAG_WORDS = frozenset({"true", "false", "yes", "no", "on", "off"})
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_NUMBER_STARTS = frozenset("+-.0123456789")

# Texts that YAML 1.1, YAML 1.2 or a spreadsheet reads as a number, although a text may be intended.
_AMBIGUOUS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(form, re.IGNORECASE), said)
    for form, said in (
        (r"[-+]?0[0-9_]+(\.[0-9_]*)?", "begins with 0: a code or a number"),
        (r"\+[0-9][0-9_]*(\.[0-9_]*)?", "begins with +: a text or a number"),
        (r"[-+]?0[xob][0-9a-f_]+", "could be a text or a number in another base"),
        (r"[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9_]+)e[-+]?[0-9]+", "could be a text or a number with an exponent"),
        (r"[-+]?[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9_]*)?", "could be a time or a number in base 60"),
        (r"[-+]?[0-9]+(\.[0-9]+)?", f"is longer than {MAX_DIGITS} digits: a text or a number"),
        (r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?", "could be a text or a number"),
        (r"[-+]?\.[0-9][0-9_]*", "has no digit before the decimal point: a text or a number"),
        (r"[-+]?\.(inf|nan)", "could be a text or no number at all"),
    )
)

# Control and bidi characters, zero-width spaces, and line breaks that only YAML treats as such.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def _span(event: yaml.Event) -> tuple[int, int]:
    start, end = event.start_mark, event.end_mark
    return (start.index, end.index) if start is not None and end is not None else (0, 0)


def _is_plain(event: yaml.ScalarEvent) -> bool:
    return event.style in (None, "")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
