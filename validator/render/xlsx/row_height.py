"""A text and the width of its column -> how many lines it needs. Not every program computes the row height when it opens a file."""

import re

_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd"
_PIECES = re.compile(f"([{_WIDE}]+)|([^{_WIDE}\\s]*\\s*)")  # Chinese may break anywhere, a word stays whole


def lines(text: str, room: int) -> int:
    """At least one line. `room` is the width in digits."""
    if len(text) * 2 <= room and "\n" not in text:
        return 1
    return sum(_broken(part, room) for part in text.split("\n"))


def _broken(text: str, room: int) -> int:
    count, used = 1, 0
    for chinese, word in _PIECES.findall(text):
        if chinese:
            rest = len(chinese) - (room - used) // 2
            more = max(-(-rest // max(room // 2, 1)), 0)
            count, used = count + more, used + 2 * len(chinese) if not more else 2 * (rest - (more - 1) * (room // 2))
        elif (wide := _latin(word)) + used <= room:
            used += wide
        elif wide <= room:
            count, used = count + 1, wide
        else:
            count, used = count + (used + wide - 1) // room, (used + wide - 1) % room + 1
    return count


def _latin(text: str) -> int:
    """The width of Latin text in digits: nine letters are as wide as eight digits."""
    return len(text) * 8 // 9
