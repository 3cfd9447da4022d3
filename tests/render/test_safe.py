"""What a book may carry to deceive an eye or a spreadsheet."""

import json

import pytest

from validator.render.phrases.safe import cell, in_json, visible


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("配售对象 A（一）号·01", "配售对象 A（一）号·01"),
        ("P00012\u202e4321", "P00012\\u202e4321"),  # right-to-left override
        ("V\u200b001", "V\\u200b001"),  # zero-width space
        ("\ufeffV001", "\\ufeffV001"),  # byte order mark
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),  # bidi isolates
        ("soft\u00adhyphen", "soft\\u00adhyphen"),
        ("\x1b[31mred", "\\u001b[31mred"),  # a terminal's escape
        ("two\nlines\ttab\r", "two\\nlines\\ttab\\r"),
        ("\u3164\u115f\uffa0", "\\u3164\\u115f\\uffa0"),  # fillers that show as nothing
        ("\x7f\x9b", "\\u007f\\u009b"),
        ("line\u2028par\u2029", "line\\u2028par\\u2029"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("葛\U000e0100", "葛\\U000e0100"),  # a variation selector
        ("\ud800", "\\ud800"),  # half a pair
        ("𠮷é，“”％", "𠮷é，“”％"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, wanted: str) -> None:
    assert visible(text) == wanted


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "　="])
def test_a_cell_never_starts_a_formula(lead: str) -> None:
    assert cell(f'{lead}HYPERLINK("x")') == f'\'{lead}HYPERLINK("x")'


def test_a_tab_before_the_formula_does_not_help() -> None:
    assert cell("\t=1+1") == "\\t=1+1"


@pytest.mark.parametrize("text", ["V001", "1-2", "a=b", "", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_json_keeps_the_data_and_shows_nothing_hidden() -> None:
    data = {"a\u202e": "x\u200b\U000e0041\x7f\n普通 \\u202e"}
    text = in_json(json.dumps(data, ensure_ascii=False, indent=1))
    assert json.loads(text) == data
    assert visible(text.replace("\n", "")) == text.replace("\n", "")
