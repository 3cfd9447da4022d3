"""The report on one investor's submission -> whether the exchange's platform would take it: yes, no, or not known.

A yes is said of the invalidating rules that were decided. Those that rest on columns that the caller does not supply are named beside it,
so that nobody takes it for more.
"""

from validator.plan.model import BID, INVALIDATING, Plan
from validator.report.model import Report, Verdict


def verdict(report: Report, plan: Plan) -> Verdict:
    """The verdict on a submission. Without a bid there is nothing to take, so it is not known.

    A rule that only a field of the offering keeps undecided is open: the caller's columns are all there.
    """
    deciding = [r.id for r in report.rules.values() if INVALIDATING & set(r.effect)]
    violated = {f.rule for f in report.findings if f.outcome == "violated"}
    undecided = {f.rule for f in report.findings if f.outcome in ("not_evaluable", "error")}
    root = plan.schema.root
    by_offering = {r for r, names in report.lacking.items() if all(n in report.columns and report.columns[n][0] == root for n in names)}
    refused = tuple(r for r in deciding if r in violated)
    open_ = tuple(r for r in deciding if r in undecided or r in by_offering)
    not_covered = tuple(r for r in deciding if r in report.lacking and r not in by_offering)
    known = ("holds", "not_applicable")
    checked = report.records.get(BID, 0) > 0 and any(report.by_rule.get(r, {}).get(outcome) for r in deciding for outcome in known)
    accepted = False if refused else None if open_ or report.troubles or not checked else True
    return Verdict(accepted, refused, open_, not_covered)
