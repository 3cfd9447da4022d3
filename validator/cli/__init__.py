"""The command `guiju`: translates arguments, calls the library, translates back. No rule is known here.

Nothing heavy is imported before a command runs: `guiju --help` answers without polars and pydantic.
"""

import typer

from validator.cli import door
from validator.cli.options import (
    AgainstOption,
    AsOption,
    BidsOption,
    BookArgument,
    Cases,
    CasesOption,
    ExpressionsOption,
    FolderArgument,
    FormArgument,
    Format,
    FormatOption,
    Lang,
    LangOption,
    Lint,
    LintOption,
    NewArgument,
    OfferingArgument,
    OfferingOption,
    OldArgument,
    OnlyOption,
    OutOption,
    Page,
    PageOption,
    Plain,
    PlainOption,
    RuleArgument,
    RulebookArgument,
    RulesOption,
    StageOption,
    SubjectOption,
    VersionOption,
    both,
)

_ENDS = both(
    "退出状态：0 全部判定且无违反；1 有违反；",
    "2 命令、规则或文件有误；3 无违反，但有未能判定之处。",
    "Exit status: 0 everything evaluated, nothing violated; 1 violations;",
    "2 the command, a rulebook or a file is wrong; 3 nothing violated, but",
    "something could not be evaluated.",
)

app = typer.Typer(
    help=both("规矩：按交易所规则校验新股发行的报价。", "Check the bids of an A-share IPO against the exchange's rules."),
    epilog=_ENDS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
rulebooks = typer.Typer(
    help="规则集：列出、查看、选定、比较。Rulebooks: list, show, resolve, diff.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(rulebooks, name="rulebook")


@app.callback()
def guiju(version: VersionOption = False) -> None:
    """What stands before any command."""


@app.command(epilog=_ENDS)
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
    rulebook: RulebookArgument,
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
    offering: OfferingArgument,
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
    old: OldArgument,
    new: NewArgument,
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
    rule: RuleArgument,
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
    only: OnlyOption = None,
    format: CasesOption = Cases.text,
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
    format: LintOption = Lint.text,
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
    lang: ExpressionsOption = None,
) -> None:
    """把规则改成统一写法。Write rulebooks in their one form."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.formatted(folder, None if lang is None else lang.value)

    door.run(work)


@app.command()
def schema(
    form: FormArgument,
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
    door.enter(lambda: app(prog_name="guiju"))
