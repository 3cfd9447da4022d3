"""Report -> the promised JSON as text: keys in the order of the contract, the same bytes for the same report."""

import json

from validator.render.phrases.safe import in_json
from validator.report.model import Report


def render(report: Report, *, bids: bool = False) -> str:
    """The report, with its bids if asked for."""
    return in_json(json.dumps(report.to_dict(bids), ensure_ascii=False, indent=1)) + "\n"
