"""The arguments and options that several commands share, with their help in both languages."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import validator


def both(*lines: str) -> str:
    """Help in both languages, in lines that fit: where a line of Chinese ends is not known to the library."""
    return "\n".join(("\b", *lines))  # \b: what follows is left as it is


def _file(path: Path | None) -> Path | None:
    """`-o -` is stdout, as everywhere."""
    return None if path == Path("-") else path


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    json = "json"
    html = "html"
    xlsx = "xlsx"
    csv = "csv"


class Plain(StrEnum):
    """How a rulebook is written."""

    text = "text"
    json = "json"


class Page(StrEnum):
    """How a comparison is written."""

    text = "text"
    json = "json"
    html = "html"


class Lint(StrEnum):
    """How mistakes are written."""

    text = "text"
    sarif = "sarif"


class Cases(StrEnum):
    """How the outcome of cases is written."""

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


_BY_SUFFIX = both("默认由 -o 的后缀定，否则 text。", "As the suffix of -o says, else text.")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"guiju {validator.__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help=both("输出版本。", "Print the version."), show_default=False)
]
BookArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="BOOK",
        help=both(
            "报价簿：文件或文件夹，也可以是发行列表、",
            "一批发行的文件夹、公告；不给则只查发行条款。",
            "A file or folder; or a table or a folder of",
            "offerings, or an announcement; without it",
            "the offering alone.",
        ),
        show_default=False,
    ),
]
OfferingArgument = Annotated[Path, typer.Argument(metavar="OFFERING", help="发行条款。The offering.")]
RulebookArgument = Annotated[
    str,
    typer.Argument(metavar="ID[@REVISION]", help=both("规则集；不带修订则为最新。", "A rulebook; its newest revision if none is named.")),
]
OldArgument = Annotated[str, typer.Argument(metavar="ID@A", help="旧修订。The old revision.")]
NewArgument = Annotated[str, typer.Argument(metavar="ID@B", help="新修订。The new revision.")]
RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help=both("规则编号，如 inquiry.price-spread。", "A rule's id."))]
FormArgument = Annotated[Form, typer.Argument(metavar="FORM", help=both("规则集、发行条款或一份申报。", "What the schema is of."))]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help=both("规则目录，默认用自带的。", "The folder of rules; ours if not given."), show_default=False),
]

OfferingOption = Annotated[
    Path | None,
    typer.Option("--offering", metavar="FILE", help=both("发行条款 offering.yaml。", "The offering's terms."), show_default=False),
]
RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help=both(
            "规则目录，默认用自带的；",
            "只有修订而无词汇表的，补充自带的规则。",
            "A folder of rules; one without a vocabulary",
            "of its own adds its revisions to ours.",
        ),
        show_default=False,
    ),
]
StageOption = Annotated[
    list[str] | None,
    typer.Option("--stage", metavar="S", help=both("只报告该阶段，可重复。", "Report this stage only; repeatable."), show_default=False),
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help=_BY_SUFFIX, show_default=False),
]
BidsOption = Annotated[bool, typer.Option("--bids", help=both("列出每笔报价的结果。", "Every bid with what became of it."))]
SubjectOption = Annotated[
    str | None,
    typer.Option(
        "--subject",
        metavar="ID",
        help=both("只看一个配售对象、投资者或一笔报价。", "One placee, investor or bid, and what befell it."),
        show_default=False,
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ID@REVISION",
        help=both("按这一修订校验，而不按日期选定。", "Under this revision, not the governing one."),
        show_default=False,
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="ID@REVISION",
        help=both("换成这一修订，结果有何不同。", "What would differ under this revision."),
        show_default=False,
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="ID@REVISION", help=both("只跑这一修订，可重复。", "This revision only; repeatable."), show_default=False
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        callback=_file,
        metavar="FILE",
        help=both("写入文件；出错时不动旧文件。", "Write to a file; a failed run leaves the old one."),
        show_default=False,
    ),
]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言。The language.")]
ExpressionsOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang", help=both("表达式用哪种语言，默认不变。", "The language of expressions; as they are if not given."), show_default=False
    ),
]
PlainOption = Annotated[Plain, typer.Option("--format", help="格式。The format.")]
PageOption = Annotated[
    Page | None,
    typer.Option("--format", help=_BY_SUFFIX, show_default=False),
]
LintOption = Annotated[Lint, typer.Option("--format", help="格式。The format.")]
CasesOption = Annotated[Cases, typer.Option("--format", help="格式。The format.")]
