"""The YAML parser, and its complaints in plain words.

libyaml is used where PyYAML was built with it, for it is ten times as fast. Else the parser in Python reads the files. Its complaints are
worded differently and are turned into those of libyaml here. It also refuses a few files that libyaml reads (tabs between tokens).
"""

import re
from collections.abc import Mapping

import yaml

LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def syntax_error(error: yaml.YAMLError, text: str) -> tuple[str, str, int]:
    """The parser's complaint in plain words: message, hint, line."""
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
    """A complaint of the parser in Python as libyaml puts it."""
    return next((said for form, said in _PYTHON if form.search(f"{context}: {problem}")), problem)


# What the parser says -> what is wrong, what to do. `{line}` is where the thing began that is broken here, `{char}` what stands here.
_SYNTAX: Mapping[str, tuple[str, str]] = {
    "mapping values are not allowed in this context": (
        "a `:` stands where no key can be",
        "put a text with `: ` in quotes, or check the indentation",
    ),
    "did not find expected key": (
        "this is no key of the mapping that begins in line {line}",
        "put its keys in one column; behind a closing quote nothing follows",
    ),
    "could not find expected ':'": ("the key of line {line} has no colon", "write `key: value`, or check the indentation"),
    "did not find expected '-' indicator": (
        "this is no item of the list that begins in line {line}",
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
        "this does not belong to what stands above it",
        "check the indentation, or put the text in quotes",
    ),
    "did not find expected alphabetic or numeric character": ("no text begins with `&` or `*`", "put it in quotes"),
    "did not find expected comment or line break": ("nothing can follow `|` or `>` in its line", "begin the text on the next line"),
    "found character that cannot start any token": ("no text begins with `{char}`", "put it in quotes"),
    "found unexpected end of stream": ("the quote of line {line} is not closed", "close it, or double a quote that is meant"),
    "found unexpected document indicator": ("the quote of line {line} is not closed", "close it, or double a quote that is meant"),
    "found unknown escape character": ("a backslash in double quotes means something else here", "double it, or use single quotes"),
}
_TAB = ("a tab indents this line", "indent with blanks")

# What the parser in Python was doing and what it says -> how libyaml puts it.
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
