"""Answers for each record -> which of them a `take` takes, and its run in short. Columns (columns/ranking.py) must give the same.

Records with the same first key form a group. Only a group that the run may end in is looked at closely, so most records are never sorted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from dsl.kernel.nodes import Scalar
from validator.engine.ranking import reach, taken_of_equals
from validator.engine.result import Selected


def choose(
    answers: Sequence[Sequence[Scalar]], descending: Sequence[bool], limit: Fraction | None, bound: str | None, equals: Fraction | None
) -> tuple[list[Scalar], Selected]:
    """`answers`: source, sum (never negative) and the keys of each record; `equals`: the first key that is spared."""
    of = [i for i, a in enumerate(answers) if a[0] is not False]
    chosen: list[Scalar] = [False] * len(answers)
    if limit is None or bound is None or any(None in answers[i][:2] for i in of):
        for i in of:
            chosen[i] = None
        return chosen, Selected(None, None, None, (), tuple(of))
    run = _Run(answers, of, descending, reach(limit, bound), bound)
    run.take(chosen)
    if equals is not None:
        run.spare(chosen, equals)
    return chosen, run.told(chosen, equals)


class _Run:
    def __init__(self, answers: Sequence[Sequence[Scalar]], of: Sequence[int], descending: Sequence[bool], most: int, bound: str) -> None:
        self.of = of
        self.descending = descending
        self.most, self.bound = most, bound
        self.sums: dict[int, int] = {i: int(answers[i][1] or 0) for i in of}
        self.keys: dict[int, Sequence[Scalar]] = {i: answers[i][2:] for i in of}
        groups: dict[Scalar, list[int]] = {}
        for i in of:
            groups.setdefault(answers[i][2], []).append(i)
        self.loose = groups.pop(None, [])
        """Without its first key a record can stand anywhere."""
        self.groups = {k: groups[k] for k in sorted(groups, key=_number, reverse=descending[0])}
        self.total = sum(self.sums.values())

    # ── who is taken ──

    def take(self, chosen: list[Scalar]) -> None:
        beside = sum(self.sums[i] for i in self.loose)
        at = 0
        for group in self.groups.values():
            end = at + sum(self.sums[i] for i in group)
            if end + beside <= self.most:
                for i in group:
                    chosen[i] = True
            elif at <= self.most:
                before, after = self.before(group, self.sums), self.after(group, self.sums)
                for i in group:
                    chosen[i] = self.answer(i, at + before[i], end + beside - after[i] - self.sums[i])
            at = end
        for i in self.loose:
            chosen[i] = self.answer(i, 0, self.total - self.sums[i])

    def answer(self, i: int, least: int, most: int) -> bool | None:
        """`least` and `most`: the sums that can stand before the record."""
        if most <= self.room(i):
            return True
        return False if least > self.room(i) else None

    def room(self, i: int) -> int:
        """A record is taken if the sum before it is not above this."""
        return self.most - self.sums[i] if self.bound == "at_most" else self.most

    def spare(self, chosen: list[Scalar], equals: Fraction) -> None:
        """The group of the spared key is left if the run ends with it."""
        names = list(self.groups)
        if equals not in names:
            return
        at = names.index(equals)  # type: ignore[arg-type]  # a fraction that is whole equals its integer
        end = sum(self.sums[i] for name in names[: at + 1] for i in self.groups[name])
        past = self.first(self.groups[names[at + 1]]) if at + 1 < len(names) else []
        out = {end > self.room(f) for f in past}
        if not self.loose and out == {False}:
            return
        for i in self.groups[names[at]]:
            if chosen[i] is not False:
                chosen[i] = None if self.loose or len(out) == 2 else False

    # ── the run in short ──

    def told(self, chosen: Sequence[Scalar], equals: Fraction | None) -> Selected:
        taken = [i for i in self.of if chosen[i]]
        undecided = tuple(i for i in self.of if chosen[i] is None)
        amount = sum(self.sums[i] for i in taken)
        if not undecided:
            return Selected(self.total, amount, len(taken), self.cut(chosen) if taken else (), ())
        if not self.interchangeable(undecided, equals):
            return Selected(self.total, None, None, (), undecided)
        own = self.sums[undecided[0]]
        more = taken_of_equals(amount, own, self.most, self.bound)
        return Selected(self.total, amount + more * own, len(taken) + more, undecided, undecided)

    def cut(self, chosen: Sequence[Scalar]) -> tuple[int, ...]:
        """The records that can be the first one left. After a record that is taken for certain they have their first key."""
        left = ([i for i in group if not chosen[i]] for group in self.groups.values())
        return tuple(sorted(self.first(next(filter(None, left), []))))

    def interchangeable(self, undecided: Sequence[int], equals: Fraction | None) -> bool:
        """Of one sum, none with the spared key, every other record before or after all of them: then the run's figures are certain."""
        if len({self.sums[i] for i in undecided}) > 1 or any(self.keys[i][0] == equals for i in undecided if equals is not None):
            return False
        if self.loose:
            return len(undecided) == len(self.of)
        near = self.groups[self.keys[undecided[0]][0]]  # where all have their first key the run ends in one group
        one = dict.fromkeys(near, 1)
        before, after, own_before, own_after = (f(x, one) for x in (near, undecided) for f in (self.before, self.after))
        beyond = {(before[i] - own_before[i], after[i] - own_after[i]) for i in undecided}
        return len(beyond) == 1 and sum(*beyond) + len(undecided) == len(near)

    # ── who is before whom ──

    def first(self, records: Collection[int]) -> list[int]:
        """Those that none of the records is certainly before."""
        found: list[int] = []
        for j, down in enumerate(self.descending):
            known = [_number(self.keys[i][j]) for i in records if self.keys[i][j] is not None]
            found += [i for i in records if self.keys[i][j] is None]
            best = (max if down else min)(known, default=None)
            records = [i for i in records if self.keys[i][j] == best and best is not None]
        return [*found, *records]

    def before(self, records: Iterable[int], weights: Mapping[int, int]) -> dict[int, int]:
        return _before(records, self.keys, weights, self.descending)

    def after(self, records: Iterable[int], weights: Mapping[int, int]) -> dict[int, int]:
        return _before(records, self.keys, weights, [not d for d in self.descending])


def _before(
    records: Iterable[int], keys: Mapping[int, Sequence[Scalar]], weights: Mapping[int, int], descending: Sequence[bool]
) -> dict[int, int]:
    """For each record the weight of those certainly before it.

    Sorted with missing keys last, all that stands before the records that share its known keys (up to the first it lacks) is so.
    """
    found: dict[int, int] = {}
    starts = [0] * (len(descending) + 1)
    """By a number of keys: the weight before the records that share so many with the last one."""
    at, last = 0, None
    ranks = {
        i: [n for k, d in zip(keys[i], descending, strict=True) for n in (k is None, -_number(k) if d else _number(k))] for i in records
    }
    for i in sorted(ranks, key=ranks.__getitem__):
        own = keys[i]
        same = 0 if last is None else _shared(own, last)
        starts[same + 1 :] = [at] * (len(descending) - same)
        found[i] = starts[own.index(None) if None in own else len(own)]
        at, last = at + weights[i], own
    return found


def _shared(a: Sequence[Scalar], b: Sequence[Scalar]) -> int:
    """How many of the leading keys are the same."""
    return next((j for j, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), len(a))


def _number(key: Scalar) -> int:
    return int(key or 0)
