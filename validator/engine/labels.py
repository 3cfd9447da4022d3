"""A rule's sheet -> what its figures, its margin and the inputs it may miss are called, and in which units they are."""

from validator.engine.figures import conditions, questions, reads
from validator.engine.plan import Asked, Plan
from validator.report import Both, Called, Label
from validator.shown import slack_unit, unit


def called(plan: Plan, asked: Asked) -> Called:
    """The keys are those of the findings."""
    sheet = questions(plan, asked)
    inputs = {f.name: Label(f.zh, unit(f.type.type), f.type.type.kind == "flag") for f in reads(plan, conditions(asked))}
    figures = {f.key: Label(f.zh, unit(f.type), f.type.kind == "flag") for f in sheet.figures}
    return Called(inputs | figures, Both("", "") if sheet.margin_type is None else slack_unit(sheet.margin_type))
