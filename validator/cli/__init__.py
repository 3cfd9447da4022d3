"""The command `guiju`: translates arguments, calls the library, translates back. No rule is known here.

Nothing heavy is imported before a command runs: `guiju --help` answers without polars and pydantic.
"""

from pathlib import Path
from typing import Annotated

import typer

from validator.cli import door
from validator.cli.options import (
    AgainstOption,
    AsOption,
    BidsOption,
    BookArgument,
    Cases,
    FolderArgument,
    Form,
    Format,
    FormatOption,
    Lang,
    LangOption,
    Lint,
    OfferingOption,
    OutOption,
    Page,
    PageOption,
    Plain,
    PlainOption,
    RulesOption,
    StageOption,
    SubjectOption,
)

app = typer.Typer(
    help="规矩：按交易所规则校验新股发行的报价。Check the bids of an A-share IPO against the exchange's rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
rulebooks = typer.Typer(
    help="规则集：列出、查看、选定、比较。Rulebooks: list, show, resolve, diff.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(rulebooks, name="rulebook")


@app.command()
def check(
    book: BookArgument = None,
    offering: OfferingOption = None,
    rules: RulesOption = None,
    stage: StageOption = None,
    as_: AsOption = None,
    against: AgainstOption = None,
    subject: SubjectOption = None,
    format: FormatOption = None,
    bids: BidsOption = False,
    output: OutOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """校验一簿报价。Check a book of bids."""

    def work() -> int:
        from validator.cli import checks, reports

        written = format or Format(reports.format_of(output, Format.text))
        asked = checks.Asked(rules, tuple(stage or ()), as_, against, subject, bids)
        return checks.check(book, offering, asked, reports.Out(written.value, output, lang.value))

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


@rulebooks.command("resolve")
def resolve_rulebook(
    offering: Annotated[Path, typer.Argument(metavar="OFFERING", help="发行条款。The offering.")],
    rules: RulesOption = None,
    format: PlainOption = Plain.text,
    lang: LangOption = Lang.zh,
) -> None:
    """这次发行适用哪一修订，为什么。Which revision governs an offering, and why."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.resolved(offering, rules, format.value, lang.value)

    door.run(work)


@rulebooks.command("diff")
def diff_rulebooks(
    old: Annotated[str, typer.Argument(metavar="ID@A", help="旧修订。The old revision.")],
    new: Annotated[str, typer.Argument(metavar="ID@B", help="新修订。The new revision.")],
    rules: RulesOption = None,
    format: PageOption = None,
    output: OutOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """两个修订之间改了什么。What changed between two revisions."""

    def work() -> int:
        from validator.cli import reports
        from validator.cli import rules as of_rules

        suffix = reports.format_of(output, "text")
        written = format or Page(suffix if suffix in set(Page) else "text")
        return of_rules.compared(old, new, rules, reports.Out(written.value, output, lang.value))

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
def test(
    folder: FolderArgument = None,
    rules: RulesOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ID@REVISION", help="只跑这一修订，可重复。This revision only; repeatable.", show_default=False),
    ] = None,
    format: Annotated[Cases, typer.Option("--format", help="格式。The format.")] = Cases.text,
    output: OutOption = None,
) -> None:
    """跑规则的样例。Run the cases of the rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.tested(folder or rules, tuple(only or ()), format.value, output)

    door.run(work)


@app.command()
def lint(
    folder: FolderArgument = None,
    rules: RulesOption = None,
    format: Annotated[Lint, typer.Option("--format", help="格式。The format.")] = Lint.text,
    output: OutOption = None,
) -> None:
    """检查规则的写法。Look for mistakes in rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.linted(folder or rules, format.value, output)

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


@app.command()
def schema(
    form: Annotated[Form, typer.Argument(metavar="FORM", help="rulebook | offering | submission")],
    rules: RulesOption = None,
    output: OutOption = None,
) -> None:
    """输出 JSON Schema。The JSON Schema of a form."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.schema(form.value, rules, output)

    door.run(work)


def main() -> None:
    """The entry point."""
    door.open_streams()
    app(prog_name="guiju")
