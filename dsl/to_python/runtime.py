"""What generated source calls: the answers that a line of Python cannot hold."""

from dsl.kernel import Scalar


class Matches:
    """The elements of one `all … where a = this.b`, found by key. A key that is missing on either side might match: that leaves a gap."""

    def __init__(self, entries: list[tuple[tuple[Scalar, ...], Scalar, bool]]) -> None:
        self.sure: dict[tuple[Scalar, ...], list[Scalar]] = {}
        self.unsure: set[tuple[Scalar, ...]] = set()
        for keys, value, known in entries:
            if known and None not in keys:
                self.sure.setdefault(keys, []).append(value)
            else:
                self.unsure.add(keys)
        self.answers: dict[tuple[Scalar, ...], tuple[list[Scalar], bool]] = {}

    def at(self, keys: tuple[Scalar, ...]) -> tuple[list[Scalar], bool]:
        """The known values of the elements that match, and whether another might."""
        if keys not in self.answers:
            self.answers[keys] = self._find(keys)
        return self.answers[keys]

    def _find(self, keys: tuple[Scalar, ...]) -> tuple[list[Scalar], bool]:
        gap = any(_could_be(keys, other) for other in self.unsure)
        if None in keys:
            return [], gap or any(_could_be(keys, other) for other in self.sure)
        found = self.sure.get(keys, [])
        return [v for v in found if v is not None], gap or None in found


def _could_be(a: tuple[Scalar, ...], b: tuple[Scalar, ...]) -> bool:
    return all(x is None or y is None or x == y for x, y in zip(a, b, strict=True))


def middle(values: list[int]) -> int:
    """The sum of the middle two, twice the middle one where their number is odd."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]
