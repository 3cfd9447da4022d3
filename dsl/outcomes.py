"""The five outcomes of a rule on a record (L17). The number of an outcome is its index in `OUTCOMES`; both evaluators use these numbers."""

HOLDS, VIOLATED, NOT_APPLICABLE, NOT_EVALUABLE, ERROR = 0, 1, 2, 3, 4


OUTCOMES = ("holds", "violated", "not_applicable", "not_evaluable", "error")
