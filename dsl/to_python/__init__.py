"""Kernel -> Python functions over records of plain values, for one investor's submission or a whole book."""

from dsl.to_python.program import (
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
from dsl.to_python.records import Layout, Record, Root, Tables

__all__ = [
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
    "source",
    "to_answers",
    "to_function",
    "to_python",
]
