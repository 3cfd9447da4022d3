"""The five outcomes of a rule on a record (L17). The number of an outcome is its index in `OUTCOMES`; both evaluators use these numbers."""

HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE, ERROR = 0, 1, 2, 3, 4


OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")

FOUND = tuple(OUTCOMES[o] for o in (VIOLATED, NOT_EVALUABLE, ERROR))
"""Those that make a finding, in the order of `OUTCOMES`."""
WORST_FIRST = tuple(OUTCOMES[o] for o in (VIOLATED, ERROR, NOT_EVALUABLE))
"""The same, the gravest first."""
