"""The arguments and options that several commands share, with their help in both languages."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import validator
from validator.render.phrases.say import LANGS, say


def lines(key: str) -> str:
    """Help in both languages with fixed line breaks, because the library cannot wrap Chinese text."""
    return "\n".join(("\b", *(say(f"help-{key}", lang) for lang in LANGS)))  # \b: keep the line breaks of this paragraph


def line(key: str) -> str:
    """Help in both languages on one line."""
    return "".join(say(f"help-{key}", lang) for lang in LANGS)


def _file(path: Path | None) -> Path | None:
    """`-o -` means stdout."""
    return None if path == Path("-") else path


class Format(StrEnum):
    """Formats of a report."""

    text = "text"
    json = "json"
    html = "html"
    xlsx = "xlsx"
    csv = "csv"


class Plain(StrEnum):
    """Formats of a rulebook."""

    text = "text"
    json = "json"


class Page(StrEnum):
    """Formats of a comparison."""

    text = "text"
    json = "json"
    html = "html"


class Lint(StrEnum):
    """Formats of mistakes."""

    text = "text"
    sarif = "sarif"


class Cases(StrEnum):
    """Formats of the results of cases."""

    text = "text"
    junit = "junit"


class Form(StrEnum):
    """What a schema describes."""

    rulebook = "rulebook"
    offering = "offering"
    submission = "submission"


class Lang(StrEnum):
    """The reader's language."""

    zh = "zh"
    en = "en"


_BY_SUFFIX = lines("format-by-suffix")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"guiju {validator.__version__}")
        raise typer.Exit


VersionOption = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help=lines("version"), show_default=False)]
BookArgument = Annotated[Path | None, typer.Argument(metavar="BOOK", help=lines("book"), show_default=False)]
OfferingArgument = Annotated[Path, typer.Argument(metavar="OFFERING", help=line("offering"))]
RulebookArgument = Annotated[str, typer.Argument(metavar="ID[@REVISION]", help=lines("revision"))]
OldArgument = Annotated[str, typer.Argument(metavar="ID@A", help=line("old"))]
NewArgument = Annotated[str, typer.Argument(metavar="ID@B", help=line("new"))]
RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help=lines("rule"))]
FormArgument = Annotated[Form, typer.Argument(metavar="FORM", help=lines("form"))]
FolderArgument = Annotated[Path | None, typer.Argument(metavar="DIR", help=lines("folder"), show_default=False)]

OfferingOption = Annotated[Path | None, typer.Option("--offering", metavar="FILE", help=lines("offering-file"), show_default=False)]
RulesOption = Annotated[Path | None, typer.Option("--rules", metavar="DIR", help=lines("rules"), show_default=False)]
StageOption = Annotated[list[str] | None, typer.Option("--stage", metavar="S", help=lines("stage"), show_default=False)]
FormatOption = Annotated[Format | None, typer.Option("--format", help=_BY_SUFFIX, show_default=False)]
BidsOption = Annotated[bool, typer.Option("--bids", help=lines("bids"))]
SubjectOption = Annotated[str | None, typer.Option("--subject", metavar="ID", help=lines("subject"), show_default=False)]
AsOption = Annotated[str | None, typer.Option("--as", metavar="ID@REVISION", help=lines("as"), show_default=False)]
AgainstOption = Annotated[str | None, typer.Option("--against", metavar="ID@REVISION", help=lines("against"), show_default=False)]
OnlyOption = Annotated[list[str] | None, typer.Option("--only", metavar="ID@REVISION", help=lines("only"), show_default=False)]
OutOption = Annotated[Path | None, typer.Option("-o", "--output", callback=_file, metavar="FILE", help=lines("output"), show_default=False)]
LangOption = Annotated[Lang, typer.Option("--lang", help=line("lang"))]
ExpressionsOption = Annotated[Lang | None, typer.Option("--lang", help=lines("expressions"), show_default=False)]
PlainOption = Annotated[Plain, typer.Option("--format", help=line("format"))]
PageOption = Annotated[Page | None, typer.Option("--format", help=_BY_SUFFIX, show_default=False)]
LintOption = Annotated[Lint, typer.Option("--format", help=line("format"))]
CasesOption = Annotated[Cases, typer.Option("--format", help=line("format"))]
