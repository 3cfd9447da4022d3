"""What an evaluator hands on: outcomes, figures and values as plain integers by row number. Both evaluators must give the same.

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
    """A rule's outcome on one record, other than holds and not applicable, with the answers to the rule's figure questions."""

    row: int
    outcome: int
    answers: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """A ranking run: over all candidates and over the run; None where that is not known. Undecided are those that only some orders take.

    `cut`: every record that can be the first one kept, one where the order is certain; empty where nothing is taken, or nothing kept.
    """

    total: int | None
    amount: int | None
    count: int | None
    cut: tuple[int, ...]
    undecided: tuple[int, ...]


class Kept(Sequence[Scalar]):
    """A column of an evaluator, turned into Python values when they are wanted."""

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
    """One run. `counts` per rule number: outcomes in the order of OUTCOMES. `columns`: values of records by entity and name."""

    counts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    hits: dict[int, list[Hit]] = field(default_factory=dict)
    root: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[tuple[str, str], Sequence[Scalar]] = field(default_factory=dict)
    selected: dict[str, Selected] = field(default_factory=dict)
    waiting: dict[int, list[int]] = field(default_factory=dict)
    """Per rule that could make a bid invalid: the bids on which it was not evaluable."""
