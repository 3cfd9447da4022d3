"""The arguments and options that several commands share, with their help in both languages."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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


BookArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="BOOK",
        help="报价簿：文件或文件夹；不给则只查发行条款。也可以是发行列表、一批发行的文件夹、公告 announcement.yaml。"
        "A file or folder; without it the offering alone. Or a table or folder of offerings, or an announcement.",
        show_default=False,
    ),
]
OfferingOption = Annotated[Path | None, typer.Option("--offering", metavar="FILE", help="发行条款。The offering.", show_default=False)]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="规则目录，默认用自带的。The folder of rules; ours if not given.", show_default=False),
]
StageOption = Annotated[
    list[str] | None,
    typer.Option("--stage", metavar="S", help="只报告该阶段，可重复。Report this stage only; repeatable.", show_default=False),
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="格式，默认由 -o 的后缀定，否则 text。As the suffix of -o says, else text.", show_default=False),
]
BidsOption = Annotated[bool, typer.Option("--bids", help="列出每笔报价的结果。Every bid with what became of it.")]
SubjectOption = Annotated[
    str | None,
    typer.Option(
        "--subject",
        metavar="ID",
        help="只看一个配售对象、投资者或一笔报价。One placee, investor or bid and what befell it.",
        show_default=False,
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ID@REVISION",
        help="按这一修订校验，而不按日期选定。Under this revision, not the governing one.",
        show_default=False,
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="ID@REVISION",
        help="换成这一修订，结果有何不同。What would differ under this revision.",
        show_default=False,
    ),
]
OutOption = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写入文件。Write to a file.", show_default=False)]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言。The language.")]
PlainOption = Annotated[Plain, typer.Option("--format", help="格式。The format.")]
PageOption = Annotated[
    Page | None,
    typer.Option("--format", help="格式，默认由 -o 的后缀定，否则 text。As the suffix of -o says, else text.", show_default=False),
]
FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="规则目录，默认用自带的。The folder of rules; ours if not given.", show_default=False)
]
