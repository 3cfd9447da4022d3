"""Check the bids of an A-share IPO against the exchange's rules, exactly.

    checker = validator.checker("offering.yaml")
    report = checker.book("book.csv")

Each public name is imported when it is first used, so `import validator` is fast and loads only what a program needs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsl.diagnostics import Diagnostic, DiagnosticError
    from validator.checks.checker import Checker, checker
    from validator.checks.folder import check_folder
    from validator.checks.table import check_offerings
    from validator.engine.agreement import Disagreement
    from validator.report.model import Finding, Report

__version__ = "0.1.0"
"""The only place that states the version: the build, `guiju --version` and every report read it here."""

_FROM = {
    "Diagnostic": "dsl.diagnostics",
    "DiagnosticError": "dsl.diagnostics",
    "check_folder": "validator.checks.folder",
    "check_offerings": "validator.checks.table",
    "Checker": "validator.checks.checker",
    "Disagreement": "validator.engine.agreement",
    "checker": "validator.checks.checker",
    "Finding": "validator.report.model",
    "Report": "validator.report.model",
}

__all__ = ["Checker", "Diagnostic", "DiagnosticError", "Disagreement", "Finding", "Report", "check_folder", "check_offerings", "checker"]


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(f"module `validator` has no attribute `{name}`")
    from importlib import import_module

    found = getattr(import_module(_FROM[name]), name)
    globals()[name] = found
    return found
