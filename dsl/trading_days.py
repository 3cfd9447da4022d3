"""Trading days as data: what `trading_day` counts with. Whoever reads a calendar hands them to the language, which knows no files."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Values for the integers from `first` on; None where there is none. Compared by identity: it is long."""

    first: int
    values: tuple[int | None, ...]

    def at(self, key: int) -> int | None:
        """None outside the table, too."""
        place = key - self.first
        return self.values[place] if 0 <= place < len(self.values) else None


@dataclass(frozen=True, slots=True, eq=False)
class TradingDays:
    """`days`: all trading days from the day `first` to the day `last`, ascending. Of other days nothing is known, and nothing guessed."""

    days: tuple[int, ...]
    first: int
    last: int
    _tables: dict[int, Table] = field(default_factory=dict, repr=False)

    def after(self, day: int, steps: int) -> int | None:
        """The trading day `steps` trading days after `day` (before it if negative); for 0 the day itself, or the next trading day.

        From a day without trading the first step leads to the next trading day on that side. None past the known days.
        """
        if not self.first <= day <= self.last:
            return None
        at = bisect_right(self.days, day) + steps - 1 if steps > 0 else bisect_left(self.days, day) + steps
        return self.days[at] if 0 <= at < len(self.days) else None

    def table(self, steps: int) -> Table:
        """The answers for every known day; one table however often it is asked for."""
        if steps not in self._tables:
            self._tables[steps] = Table(self.first, tuple(self.after(d, steps) for d in range(self.first, self.last + 1)))
        return self._tables[steps]
