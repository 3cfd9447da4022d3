"""Check the bids of an A-share IPO against the exchange's rules, exactly.

checker = validator.checker("offering.yaml")
report = checker.book("book.csv")
"""

from dsl.diagnostics import Diagnostic, DiagnosticError
from validator.checker import Checker, Disagreement, checker
from validator.report import Finding, Report

__all__ = ["Checker", "Diagnostic", "DiagnosticError", "Disagreement", "Finding", "Report", "checker"]
