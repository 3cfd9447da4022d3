"""Trading days as data, for the function `trading_day`. The language reads no files: the caller reads the calendar and supplies them."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Values for consecutive integers from `first` on; None if an integer has none. Compared by identity, because it is long."""

    first: int
    values: tuple[int | None, ...]

    def at(self, key: int) -> int | None:
        """The value for `key`; None outside the table, too."""
        place = key - self.first
        return self.values[place] if 0 <= place < len(self.values) else None


@dataclass(frozen=True, slots=True, eq=False)
class TradingDays:
    """`days`: all trading days from the day `first` to the day `last`, ascending. Days outside this range are unknown and never guessed."""

    days: tuple[int, ...]
    first: int
    last: int
    _tables: dict[int, Table] = field(default_factory=dict, repr=False)

    def after(self, day: int, steps: int) -> int | None:
        """The trading day `steps` trading days after `day` (before it if negative). For 0: `day` itself, or the next trading day.

        If `day` is not a trading day, the first step goes to the next trading day in that direction. None outside the known days.
        """
        if not self.first <= day <= self.last:
            return None
        at = bisect_right(self.days, day) + steps - 1 if steps > 0 else bisect_left(self.days, day) + steps
        return self.days[at] if 0 <= at < len(self.days) else None

    def table(self, steps: int) -> Table:
        """The answers of `after` for every known day; built once for each `steps`."""
        if steps not in self._tables:
            self._tables[steps] = Table(self.first, tuple(self.after(d, steps) for d in range(self.first, self.last + 1)))
        return self._tables[steps]
