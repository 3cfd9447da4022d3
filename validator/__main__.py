"""`guiju`, and `python -m validator`. Nothing is loaded before an interrupt is taken for what it is."""

import gc
import sys

_INTERRUPTED = 130
_RARELY = (100_000, 20, 50)
"""A run makes millions of small objects and hardly a cycle: looking for cycles every 700 objects costs a quarter of its time."""


def main() -> None:
    """The entry point."""
    gc.set_threshold(*_RARELY)
    try:
        from validator.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
