"""Error of the YAML parser -> message and hint in plain words, and the choice of the parser.

libyaml is used if PyYAML was built with it, because it is ten times as fast. Otherwise the parser in Python is used. Its messages differ
and are first translated to those of libyaml. It also refuses a few files that libyaml reads (tabs between tokens).
"""

import re
from collections.abc import Mapping

import yaml

LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def syntax_error(error: yaml.YAMLError, text: str) -> tuple[str, str, int]:
    """The message, hint and line for an error of the parser."""
    at, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    last = text.rstrip().count("\n") + 1
    if at is None:
        return "the file is not YAML", "check its last lines", last
    char = next(iter(text.split("\n")[at.line : at.line + 1]), "")[at.column : at.column + 1]
    problem = _in_libyaml(str(getattr(error, "problem", "")), str(getattr(error, "context", "")))
    other = (f"the file is not YAML here: {problem}", "put the text in quotes, or check the indentation")
    message, hint = _TAB if char == "\t" or "tab character" in problem else _SYNTAX.get(problem, other)
    line = begun.line + 1 if begun is not None else at.line + 1
    return message.replace("{line}", str(line)).replace("{char}", char).replace("{{", "{"), hint, min(at.line + 1, last)


def _in_libyaml(problem: str, context: str) -> str:
    """An error of the parser in Python, in the words of libyaml."""
    return next((said for form, said in _PYTHON if form.search(f"{context}: {problem}")), problem)


# Message of the parser -> what is wrong, what to do. `{line}`: where the broken part begins. `{char}`: the character at this place.
_SYNTAX: Mapping[str, tuple[str, str]] = {
    "mapping values are not allowed in this context": (
        "there cannot be a key before this `:`",
        "put a text with `: ` in quotes, or check the indentation",
    ),
    "did not find expected key": (
        "this is not a key of the mapping that begins in line {line}",
        "put its keys in one column, and write nothing after a closing quote",
    ),
    "could not find expected ':'": ("the key of line {line} has no colon", "write `key: value`, or check the indentation"),
    "did not find expected '-' indicator": (
        "this is not an item of the list that begins in line {line}",
        "begin each item with `- ` in one column",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin here",
        "begin it on the next line, or put the text in quotes",
    ),
    "did not find expected ',' or ']'": ("the `[` of line {line} is not closed", "close it, and put commas between the items"),
    "did not find expected ',' or '}'": ("the `{{` of line {line} is not closed", "close it, and put commas between the items"),
    "did not find expected node content": ("a value is missing before this", "write it, or put the text in quotes"),
    "did not find expected <document start>": (
        "this does not belong to the lines above it",
        "check the indentation, or put the text in quotes",
    ),
    "did not find expected alphabetic or numeric character": ("a text cannot begin with `&` or `*`", "put it in quotes"),
    "did not find expected comment or line break": ("nothing can follow `|` or `>` on the same line", "begin the text on the next line"),
    "found character that cannot start any token": ("a text cannot begin with `{char}`", "put it in quotes"),
    "found unexpected end of stream": ("the quote of line {line} is not closed", "close it, or double a quote that is part of the text"),
    "found unexpected document indicator": (
        "the quote of line {line} is not closed",
        "close it, or double a quote that is part of the text",
    ),
    "found unknown escape character": ("a backslash in double quotes means something else here", "double it, or use single quotes"),
}
_TAB = ("a tab indents this line", "indent with blanks")

# Context and message of the parser in Python -> the message of libyaml.
_PYTHON: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(form), said)
    for form, said in (
        (r"mapping values are not allowed here", "mapping values are not allowed in this context"),
        (r"mapping keys are not allowed here", "mapping keys are not allowed in this context"),
        (r"sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
        (r"while parsing a block collection: expected <block end>", "did not find expected '-' indicator"),
        (r"expected <block end>", "did not find expected key"),
        (r"expected ',' or '\]'", "did not find expected ',' or ']'"),
        (r"expected ',' or '\}'", "did not find expected ',' or '}'"),
        (r"expected the node content", "did not find expected node content"),
        (r"expected '<document start>'", "did not find expected <document start>"),
        (r"expected alphabetic or numeric character", "did not find expected alphabetic or numeric character"),
        (r"expected (chomping or indentation indicators|a comment or a line break)", "did not find expected comment or line break"),
        (r"expected indentation indicator", "found an indentation indicator equal to 0"),
        (r"found character .* that cannot start any token", "found character that cannot start any token"),
        (r"found unexpected document separator", "found unexpected document indicator"),
        (r"found unknown escape character", "found unknown escape character"),
    )
)
