"""The JSON: the report's data, one form, no floats."""

import json
from dataclasses import replace

import pytest

from validator.render.json import render
from validator.report.model import Report


@pytest.mark.parametrize("bids", [False, True])
def test_it_is_the_report_and_nothing_else(report: Report, bids: bool) -> None:
    text = render(report, bids=bids)
    assert json.loads(text) == report.to_dict(bids)
    assert text.endswith("}\n")
    assert ("bids" in json.loads(text)) is bids
    assert text == render(report, bids=bids)


def test_no_number_is_a_float(report: Report) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    json.loads(render(report, bids=True), parse_float=refuse)


def test_hidden_characters_are_escaped_and_kept(report: Report) -> None:
    text = render(replace(report, offering="3016\u202e66"))
    assert "\u202e" not in text
    assert json.loads(text)["offering"] == "3016\u202e66"
