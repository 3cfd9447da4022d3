"""The command `guiju`. Nothing is loaded before it runs: not the texts of its help, nor what they are read with."""


def main() -> None:
    """The entry point."""
    from validator.cli import door

    door.open_streams()
    door.enter(_app)


def _app() -> None:
    from validator.cli.commands import app

    app(prog_name="guiju")
