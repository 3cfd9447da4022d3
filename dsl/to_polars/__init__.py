"""Kernel -> Polars columns of scaled integers, for a whole book at once.

Missing values follow SQL. The row evaluator must give the same answers: every line of tests/dsl/cases runs through both. Sums and products
use 128 bits if their bounds require it. Nothing here is ever a float.
"""

from dsl.to_polars.emit import Expressions
from dsl.to_polars.tables import Columns, Flags

__all__ = ["Columns", "Expressions", "Flags"]
