"""The command `guiju`. This file imports nothing, so that starting is fast: even the help texts are loaded later."""


def main() -> None:
    """The entry point of the command."""
    from validator.cli import door

    door.open_streams()
    door.enter(_app)


def _app() -> None:
    from validator.cli.commands import app

    app(prog_name="guiju")
