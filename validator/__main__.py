"""`guiju`, and `python -m validator`. Nothing is loaded before an interrupt is taken for what it is."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """The entry point."""
    try:
        from validator.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
