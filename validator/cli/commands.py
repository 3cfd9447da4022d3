"""The command `guiju`: translates arguments, calls the library, and writes the result. It knows no rules.

Heavy modules are imported only when a command runs, so `guiju --help` loads neither polars nor pydantic.
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
    line,
    lines,
)

_ENDS = lines("exit-status")

app = typer.Typer(
    help=lines("guiju"),
    epilog=_ENDS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
rulebooks = typer.Typer(help=line("rulebook"), no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rulebooks, name="rulebook")


@app.callback()
def guiju(version: VersionOption = False) -> None:
    """Options without a command."""


@app.command(help=line("check"), epilog=_ENDS)
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
    """Checks a book of bids."""

    def work() -> int:
        from validator.cli import checks, reports

        written = format or Format(reports.format_of(output, Format.text))
        asked = checks.Asked(rules, tuple(stage or ()), as_, against, subject, bids)
        return checks.check(book, offering, asked, reports.Out(written.value, output, lang.value))

    door.run(work, lang.value)


@rulebooks.command("list", help=line("list"))
def list_rulebooks(rules: RulesOption = None, format: PlainOption = Plain.text, lang: LangOption = Lang.zh) -> None:
    """Lists the rulebooks and their revisions."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.listed(rules, format.value, lang.value)

    door.run(work, lang.value)


@rulebooks.command("show", help=line("show"))
def show_rulebook(
    rulebook: RulebookArgument,
    rules: RulesOption = None,
    format: PlainOption = Plain.text,
    lang: LangOption = Lang.zh,
) -> None:
    """Shows one rulebook, rule by rule."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.shown(rulebook, rules, format.value, lang.value)

    door.run(work, lang.value)


@rulebooks.command("resolve", help=line("resolve"))
def resolve_rulebook(
    offering: OfferingArgument,
    rules: RulesOption = None,
    format: PlainOption = Plain.text,
    lang: LangOption = Lang.zh,
) -> None:
    """Says which revision governs an offering, and why."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.resolved(offering, rules, format.value, lang.value)

    door.run(work, lang.value)


@rulebooks.command("diff", help=line("diff"))
def diff_rulebooks(
    old: OldArgument,
    new: NewArgument,
    rules: RulesOption = None,
    format: PageOption = None,
    output: OutOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """Shows what changed between two revisions."""

    def work() -> int:
        from validator.cli import reports
        from validator.cli import rules as of_rules

        suffix = reports.format_of(output, "text")
        written = format or Page(suffix if suffix in set(Page) else "text")
        return of_rules.compared(old, new, rules, reports.Out(written.value, output, lang.value))

    door.run(work, lang.value)


@app.command(help=line("explain"))
def explain(
    rule: RuleArgument,
    rules: RulesOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """Explains a rule: its text, and what it needs."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.explained(rule, rules, lang.value)

    door.run(work, lang.value)


@app.command(help=line("test"))
def test(
    folder: FolderArgument = None,
    rules: RulesOption = None,
    only: OnlyOption = None,
    format: CasesOption = Cases.text,
    output: OutOption = None,
) -> None:
    """Runs the cases of the rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.tested(folder or rules, tuple(only or ()), format.value, output)

    door.run(work)


@app.command(help=line("lint"))
def lint(
    folder: FolderArgument = None,
    rules: RulesOption = None,
    format: LintOption = Lint.text,
    output: OutOption = None,
) -> None:
    """Looks for mistakes in rulebooks."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.linted(folder or rules, format.value, output)

    door.run(work)


@app.command(help=line("fmt"))
def fmt(
    folder: FolderArgument = None,
    lang: ExpressionsOption = None,
) -> None:
    """Rewrites rulebooks in canonical form."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.formatted(folder, None if lang is None else lang.value)

    door.run(work)


@app.command(help=line("schema"))
def schema(
    form: FormArgument,
    rules: RulesOption = None,
    output: OutOption = None,
) -> None:
    """Prints the JSON Schema of a form."""

    def work() -> int:
        from validator.cli import rules as of_rules

        return of_rules.schema(form.value, rules, output)

    door.run(work)
