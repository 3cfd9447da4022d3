"""Two results of the same run -> where they differ. They must not: a difference is a fault of an evaluator."""


class Disagreement(Exception):
    """The two evaluators differ: a fault of ours, and never a verdict."""


def difference(a: object, b: object) -> str:
    """Where two raw runs part, for the one who must find the fault."""
    for name in ("counts", "hits", "root", "columns", "selected", "waiting"):
        x, y = getattr(a, name), getattr(b, name)
        if x != y:
            keys = [k for k in {**x, **y} if x.get(k) != y.get(k)]
            return f"{name} of {keys[:3]}"
    return "nothing that is compared"
