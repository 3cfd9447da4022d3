"""What generated source calls because it does not fit in one line of Python."""

from collections.abc import Iterable

from dsl.kernel.nodes import Scalar

Keys = tuple[Scalar, ...]
Found = tuple[list[Scalar], bool]


class Matches:
    """The elements of one `all … where a = this.b`, by key. A key that is missing on either side might match, so it leaves a gap.

    `sure`: the values by key, for elements with known key and condition. `unsure`: the keys of elements for which part of the key or the
    condition is missing. `whole`: no value is missing.
    """

    def __init__(self, sure: dict[Keys, list[Scalar]], unsure: Iterable[Keys], whole: bool) -> None:
        self.sure = sure
        self.unsure = set(unsure)
        self.plain = whole and not self.unsure
        self.projected: dict[tuple[bool, tuple[bool, ...]], list[tuple[tuple[bool, ...], set[Keys]]]] = {}
        self.answers: dict[Keys, Found] = {}

    def at(self, keys: Keys) -> Found:
        """The known values of the elements that match, and whether there is a gap."""
        if self.plain and keys in self.sure:
            return self.sure[keys], False
        found = self.answers.get(keys)
        if found is None:
            values = [] if None in keys else self.sure.get(keys, [])
            gap = None in values or self._might(keys)
            found = self.answers[keys] = ([v for v in values if v is not None] if gap else values, gap)
        return found

    def _might(self, keys: Keys) -> bool:
        """Whether an element could match that does not match for sure."""
        mine = tuple([k is None for k in keys])
        others = self._others(mine, True in mine) if self.unsure or True in mine else ()
        return any(tuple([k for k, missing in zip(keys, left_out, strict=True) if not missing]) in known for left_out, known in others)

    def _others(self, mine: tuple[bool, ...], every: bool) -> list[tuple[tuple[bool, ...], set[Keys]]]:
        """What keys without the parts `mine` are compared with: by the parts missing on either side, the other parts of elements' keys."""
        if (every, mine) not in self.projected:
            found: dict[tuple[bool, ...], set[Keys]] = {}
            for theirs in (*self.unsure, *(self.sure if every else ())):
                left_out = tuple([missing or k is None for missing, k in zip(mine, theirs, strict=True)])
                found.setdefault(left_out, set()).add(tuple([k for k, missing in zip(theirs, left_out, strict=True) if not missing]))
            self.projected[every, mine] = list(found.items())
        return self.projected[every, mine]


def middle(values: list[int]) -> int:
    """The sum of the middle two values, or twice the middle one if their number is odd."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]
