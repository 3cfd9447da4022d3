"""Kernel -> Polars columns over scaled integers: a whole book at once.

Missing values follow SQL. Rows must give the same answers: every line of tests/dsl/cases runs through both evaluators. Sums and products
run in 128 bits wherever the bounds ask for it; nothing here is ever a float.
"""

from dsl.to_polars.emit import Expressions
from dsl.to_polars.tables import Columns, Flags

__all__ = ["Columns", "Expressions", "Flags"]
