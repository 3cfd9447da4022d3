"""Failures nobody planned become one line and status 2."""

import pytest

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.cli.door import run


def raising(error: BaseException):
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyError("no such\nthing"), 2, "guiju: internal error (KeyError: 'no such\\nthing'), please report it\n"),
        (RecursionError("maximum depth"), 2, "guiju: internal error (RecursionError: maximum depth), please report it\n"),
        (FileNotFoundError(2, "No such file or directory", "book\u202e.csv"), 2, "guiju: `book\\u202e.csv`: no such file or directory\n"),
        (OSError("disk full"), 2, "guiju: disk full\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            DiagnosticError([Diagnostic("a", "one", file="b.yaml", line=2), Diagnostic("c", "two", file="a.yaml", line=9)]),
            2,
            "a.yaml:9: c: two\nb.yaml:2: a: one\n",
        ),
    ],
)
def test_every_failure_is_told_in_plain_lines(capsys, error, status, said):
    with pytest.raises(SystemExit) as left:
        run(raising(error))
    assert left.value.code == status
    assert capsys.readouterr().err == said


def test_the_status_of_the_work_is_the_status_of_the_command():
    with pytest.raises(SystemExit) as left:
        run(lambda: 3)
    assert left.value.code == 3
