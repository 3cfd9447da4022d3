"""The command as it is really run: a process of its own, its own streams."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

OFFERING = """\
offering: "301999"
name: 小样
board: szse-chinext
launched: 2026-03-24
inquiry_date: 2026-03-30
t_day: 2026-04-03
minimum_quantity: 100万股
quantity_step: 10万股
maximum_quantity: 1400万股
elimination_share: 3%
elimination_bound: at_most
issue_price: 46.08元
"""

HEAD = "投资者代码,配售对象代码,配售对象类型,申购价格,拟申购数量(万股),申报时间,申报序号"


@pytest.fixture
def guiju() -> Run:
    """Runs the command with these arguments."""

    def run(*arguments: object, env: Mapping[str, str] | None = None, **options: object) -> "subprocess.CompletedProcess[bytes]":
        command = [sys.executable, "-m", "validator", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        return subprocess.run(command, capture_output=True, env=environment, timeout=60, **options)  # type: ignore[call-overload,no-any-return]

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An offering and two small books: `good.csv`, and `bad.csv` with a bid that is too small."""
    (tmp_path / "offering.yaml").write_text(OFFERING, encoding="utf-8")
    rows = ["V1,P1,公募基金,50.00,1000,2026-03-30 10:00:00.000,1", "V2,P2,养老金,49.00,900,2026-03-30 11:00:00.000,2"]
    small = "V3,P3,保险资金,48.00,90,2026-03-30 12:00:00.000,3"
    (tmp_path / "good.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    (tmp_path / "bad.csv").write_text("\n".join([HEAD, *rows, small, ""]), encoding="utf-8")
    return tmp_path
