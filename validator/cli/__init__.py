"""The command `guiju`: translates arguments, calls the library, translates back. No rule is known here.

Nothing heavy is imported before a command runs: `guiju --help` answers without polars and pydantic.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from validator.cli import door

app = typer.Typer(
    help="规矩：按交易所规则校验新股发行的报价。Check the bids of an A-share IPO against the exchange's rules.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
rulebooks = typer.Typer(help="规则集：列出、查看。Rulebooks: list and show.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rulebooks, name="rulebook")


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


class Lang(StrEnum):
    """The reader's language."""

    zh = "zh"
    en = "en"


BookArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="BOOK",
        help="报价簿：文件或文件夹；不给则只查发行条款。A file or folder; without it the offering alone.",
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
OutOption = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写入文件。Write to a file.", show_default=False)]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言。The language.")]
PlainOption = Annotated[Plain, typer.Option("--format", help="格式。The format.")]
FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="规则目录，默认用自带的。The folder of rules; ours if not given.", show_default=False)
]


@app.command()
def check(
    book: BookArgument = None,
    offering: OfferingOption = None,
    rules: RulesOption = None,
    stage: StageOption = None,
    format: FormatOption = None,
    bids: BidsOption = False,
    output: OutOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """校验一簿报价。Check a book of bids."""

    def work() -> int:
        from validator.cli import reports

        written = format or Format(reports.format_of(output, Format.text))
        return reports.check(book, offering, rules, tuple(stage or ()), written.value, bids, output, lang.value)

    door.run(work)


@rulebooks.command("list")
def list_rulebooks(rules: RulesOption = None, format: PlainOption = Plain.text, lang: LangOption = Lang.zh) -> None:
    """列出规则集及其修订。The rulebooks and their revisions."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.listed(rules, format.value, lang.value)

    door.run(work)


@rulebooks.command("show")
def show_rulebook(
    rulebook: Annotated[
        str, typer.Argument(metavar="ID[@REVISION]", help="规则集，可带修订。A rulebook; the newest revision if none is named.")
    ],
    rules: RulesOption = None,
    format: PlainOption = Plain.text,
    lang: LangOption = Lang.zh,
) -> None:
    """查看一个规则集。One rulebook, rule by rule."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.shown(rulebook, rules, format.value, lang.value)

    door.run(work)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="规则编号，如 inquiry.price-spread。A rule's id.")],
    rules: RulesOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """解释一条规则。How a rule reads, and what it needs."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.explained(rule, rules, lang.value)

    door.run(work)


@app.command()
def test(folder: FolderArgument = None) -> None:
    """跑规则的样例。Run the cases of the rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.tested(folder)

    door.run(work)


@app.command()
def lint(folder: FolderArgument = None) -> None:
    """检查规则的写法。Look for mistakes in rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.linted(folder)

    door.run(work)


@app.command()
def fmt(
    folder: FolderArgument = None,
    lang: Annotated[
        Lang | None, typer.Option("--lang", help="表达式用哪种语言，默认不变。The language of expressions.", show_default=False)
    ] = None,
) -> None:
    """把规则改成统一写法。Write rulebooks in their one form."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.formatted(folder, None if lang is None else lang.value)

    door.run(work)


def main() -> None:
    """The entry point."""
    door.open_streams()
    app(prog_name="guiju")
