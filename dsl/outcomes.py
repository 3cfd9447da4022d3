"""The five outcomes of a rule on a record (L17). An outcome is its place in `OUTCOMES`; both evaluators count by it."""

HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE, ERROR = 0, 1, 2, 3, 4


OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")
