"""Kernel -> Python source over records of plain integers: one investor's submission, or a whole book."""

from dsl.kernel.ratio import parts
from dsl.to_python.program import (
    ERROR,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    VIOLATED,
    Answers,
    Ask,
    Assign,
    Function,
    Program,
    Step,
    source,
    to_answers,
    to_function,
    to_python,
)
from dsl.to_python.records import GAP, Layout, Record, Root, Tables

__all__ = [
    "ERROR",
    "GAP",
    "NOT_APPLICABLE",
    "NOT_EVALUABLE",
    "VIOLATED",
    "Answers",
    "Ask",
    "Assign",
    "Function",
    "Layout",
    "Program",
    "Record",
    "Root",
    "Step",
    "Tables",
    "parts",
    "source",
    "to_answers",
    "to_function",
    "to_python",
]
