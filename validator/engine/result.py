"""The result of an evaluator: outcomes, figures and values as plain integers by row number. Both evaluators must give the same.

Row numbers count the records of an entity's table in the book's canonical order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dsl.kernel.nodes import Scalar

if TYPE_CHECKING:
    import polars as pl


class Hit(NamedTuple):
    """A rule's outcome on one record, other than holds and not applicable, with the answers to the questions of the rule's sheet."""

    row: int
    outcome: int
    answers: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """The result of a `take`, with rows for candidates. Numbers are None if they are undecided."""

    total: int | None
    """The sum over all candidates."""
    amount: int | None
    """The sum over those taken."""
    count: int | None
    cut: tuple[int, ...]
    """Every candidate that can be the first one not taken, one where the order is certain; empty if nothing is taken, or everything."""
    undecided: tuple[int, ...]
    """The candidates that only some orders of the keys take."""


class Kept(Sequence[Scalar]):
    """A column of the column evaluator. It becomes a list of Python values at the first access."""

    def __init__(self, column: "pl.Series") -> None:
        self.column = column

    @cached_property
    def _values(self) -> list[Scalar]:
        return self.column.to_list()

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, at: Any) -> Any:
        return self._values[at]

    def __iter__(self) -> Iterator[Scalar]:
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == (other._values if isinstance(other, Kept) else other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(slots=True)
class Raw:
    """The result of one run. `counts`: per rule number, how many records have each outcome, in the order of OUTCOMES. `hits`: per rule
    number. `root`: values of the offering. `columns`: values of records, by entity and name."""

    counts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    hits: dict[int, list[Hit]] = field(default_factory=dict)
    root: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[tuple[str, str], Sequence[Scalar]] = field(default_factory=dict)
    selected: dict[str, Selected] = field(default_factory=dict)
    waiting: dict[int, list[int]] = field(default_factory=dict)
    """Per number of a rule that could make bids invalid: the rows of the bids on which it is undecided."""
