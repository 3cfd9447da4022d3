"""GUIJU_PROVE -> how much a proof draws. Unset: little, in the usual run of the tests; `tenth`: in .ci/run; `full`: by `make prove`."""

import os

VARIABLE = "GUIJU_PROVE"
SIZES = {"tenth": 10, "full": 1}


def size(full: int, usual: int | None = None) -> int:
    """How many of `full` are drawn. `usual` is for a run without the variable, a hundredth if not given; a tenth is never less than it."""
    asked, usual = os.environ.get(VARIABLE, ""), full // 100 if usual is None else usual
    if not asked:
        return usual
    if asked not in SIZES:
        raise ValueError(f"{VARIABLE} is `{asked}`; it may be {' or '.join(f'`{s}`' for s in SIZES)}, or unset")
    return max(usual, full // SIZES[asked])
