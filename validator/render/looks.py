"""The looks that cells may have -> the styles of an Excel workbook."""

from typing import Literal

Style = Literal[
    "plain",
    "head",
    "head-number",
    "text",
    "prose",
    "integer",
    "count",
    "price",
    "price4",
    "multiple",
    "title",
    "heading",
    "good",
    "warn",
    "bad",
    "faint",
    "right",
]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

_TOP = '<alignment vertical="top"/>'
_WRAP = '<alignment vertical="top" wrapText="1"/>'
_RIGHT = '<alignment horizontal="right" vertical="top" indent="1"/>'
_HEAD_LEFT = '<alignment vertical="center" wrapText="1"/>'
_HEAD_RIGHT = '<alignment horizontal="right" vertical="center" wrapText="1" indent="1"/>'

# style: font, fill, border, number format, alignment; each of the first four a place in the lists of `styles`.
_LOOKS: dict[Style, tuple[int, int, int, int, str]] = {
    "plain": (0, 0, 0, 0, _TOP),
    "head": (1, 2, 1, 0, _HEAD_LEFT),
    "head-number": (1, 2, 1, 0, _HEAD_RIGHT),
    "text": (0, 0, 2, 49, _TOP),
    "prose": (0, 0, 2, 0, _WRAP),
    "integer": (0, 0, 2, 164, _TOP),
    "count": (0, 0, 2, 165, _TOP),
    "price": (0, 0, 2, 166, _TOP),
    "price4": (0, 0, 2, 167, _TOP),
    "multiple": (0, 0, 2, 168, _TOP),
    "right": (0, 0, 2, 0, _RIGHT),
    "title": (2, 0, 0, 0, _TOP),
    "heading": (3, 0, 0, 0, _TOP),
    "good": (4, 0, 0, 0, _WRAP),
    "warn": (5, 0, 0, 0, _WRAP),
    "bad": (6, 0, 0, 0, _WRAP),
    "faint": (7, 0, 0, 0, _WRAP),
}
STYLES = {style: at for at, style in enumerate(_LOOKS)}
NUMERIC = frozenset(("integer", "count", "price", "price4", "multiple"))
# `_m` leaves as much room as the letter takes, so that the next column's text stands apart: an indent does not do it everywhere.
_FORMATS = ("0_m", "#,##0_m", "#,##0.00##_m", "#,##0.0000_m", "#,##0.00_m")
_OWN = 164  # the number of the first format that is not Excel's own
_FONTS = (
    ("10", "FF000000", ""),
    ("10", "FF000000", "<b/>"),
    ("15", "FF000000", "<b/>"),
    ("11", "FF1F3B57", "<b/>"),
    ("10", "FF2E7D32", ""),
    ("10", "FF9A5B00", ""),
    ("10", "FFC62828", "<b/>"),
    ("10", "FF6B6B6B", ""),
)  # size, colour, weight


def styles() -> str:
    """The part xl/styles.xml."""
    fonts = "".join(
        f'<font>{bold}<sz val="{size}"/><color rgb="{colour}"/><name val="Microsoft YaHei"/></font>' for size, colour, bold in _FONTS
    )
    edge = "<left/><right/><top/>"
    borders = (
        "<border><left/><right/><top/><bottom/><diagonal/></border>",
        f'<border>{edge}<bottom style="thin"><color rgb="FF1F3B57"/></bottom><diagonal/></border>',
        f'<border>{edge}<bottom style="hair"><color rgb="FF9AA5B1"/></bottom><diagonal/></border>',
    )
    looks = "".join(_look(style, *look) for style, look in _LOOKS.items())
    formats = "".join(f'<numFmt numFmtId="{_OWN + at}" formatCode="{form}"/>' for at, form in enumerate(_FORMATS))
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_FORMATS)}">{formats}</numFmts>'
        f'<fonts count="{len(_FONTS)}">{fonts}</fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill></fills>'
        f'<borders count="{len(borders)}">{"".join(borders)}</borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_LOOKS)}">{looks}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _look(style: Style, font: int, fill: int, border: int, number: int, alignment: str) -> str:
    """Texts are marked as such (quotePrefix): who edits one in Excel does not turn it into a formula."""
    quoted = "" if style in NUMERIC else ' quotePrefix="1"'
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{quoted} applyNumberFormat="1" '
        f'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{alignment}</xf>'
    )
