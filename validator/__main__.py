"""`python -m validator` is `guiju`."""

from validator.cli import main

if __name__ == "__main__":
    main()
