"""Report -> its JSON as text. Keys are in the documented order, and the same report gives the same bytes."""

import json

from validator.render.phrases.safe import in_json
from validator.report.model import Report


def render(report: Report, *, bids: bool = False) -> str:
    """The report; with `bids` also every bid."""
    return in_json(json.dumps(report.to_dict(bids), ensure_ascii=False, indent=1)) + "\n"
