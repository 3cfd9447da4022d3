"""Two results of the same run -> where they differ. A difference is a fault of an evaluator, never of the data."""


class Disagreement(Exception):
    """The two evaluators differ, so there is no result to report."""


def difference(a: object, b: object) -> str:
    """The first part in which two results differ, and some of its keys: for whoever must find the fault."""
    for name in ("counts", "hits", "root", "columns", "selected", "waiting"):
        x, y = getattr(a, name), getattr(b, name)
        if x != y:
            keys = [k for k in {**x, **y} if x.get(k) != y.get(k)]
            return f"{name} of {keys[:3]}"
    return "nothing that is compared"
