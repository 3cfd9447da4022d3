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


RULEBOOK = """\
rulebook: szse-chinext
revision: "2025-03"
title: {zh: 小规则集, en: a small rulebook}
applies: {by: launched, from: 2025-03-28, cite: rules 附则}
stages: [inquiry]
sources:
  rules: {title: 实施细则}
terms:
  price_spread: {default: 120%, cite: rules 一}
values:
  highest_price: {zh: 最高报价, of: investor, is: max(bids.price)}
  lowest_price: {zh: 最低报价, of: investor, is: min(bids.price)}
rules:
  - id: inquiry.price-spread
    name: {zh: 价差过大, en: prices too far apart}
    for: investor
    require: highest_price <= price_spread * lowest_price
    effect: refuse
    cite: rules 一
"""

AMENDMENT = """\
rulebook: szse-chinext
revision: "2026-06"
title: {zh: 小规则集(修订), en: the small rulebook as amended}
applies: {by: launched, from: 2026-06-01}
amends: szse-chinext@2025-03
terms:
  price_spread: {default: 115%, cite: rules 一}
"""

OWN_CASES = """\
rulebook: szse-chinext
revision: "2026-06"
count: 1
cases:
  inquiry.price-spread:
    - name: a tick above, over the base that is inherited
      with: {bids: [{price: 20.00元}, {price: 23.01元}], investor: {suggested_low: 20.00元, suggested_high: 23.01元}}
      gives: [inquiry.price-spread]
      not_evaluable: [pricing.elimination-announced]
"""

CASES = """\
rulebook: szse-chinext
revision: "%s"
count: 3
base:
  offering: {offering: "301000", board: szse-chinext, launched: %s}
  investor: {investor_name: 甲公司}
  placee: {placee_name: 甲一号}
  bid: {price: 20元, quantity: 100万股}
cases:
  inquiry.price-spread:
    - {name: on the limit, with: {bids: [{price: 20.00元}, {price: %s元}]}, gives: [], margin: "0"}
    - {name: a tick above, with: {bids: [{price: 20.00元}, {price: %s元}]}, gives: [inquiry.price-spread], effect: [refuse]}
    - {name: no price, with: {bid: {price: null}}, not_evaluable: [inquiry.price-spread]}
"""


@pytest.fixture
def amendment(tmp_path: Path) -> Path:
    """A folder that holds nothing but a revision which amends ours, and its cases."""
    place = tmp_path / "our amendments"
    place.mkdir()
    (place / "2026-06.yaml").write_text(AMENDMENT.replace("rules 一", "inquiry 三(四)5"), encoding="utf-8")
    (place / "2026-06.cases.yaml").write_text(OWN_CASES, encoding="utf-8")
    return place


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A user's own folder of rules: one rulebook of one rule, and a revision that lowers its figure; cases for both."""
    place = tmp_path / "my rules"
    place.mkdir()
    for name in ("vocabulary.yaml", "calendar.yaml"):
        (place / name).write_bytes((ROOT / "rules" / name).read_bytes())
    for revision, text, day, limit, above in (
        ("2025-03", RULEBOOK, "2025-04-01", "24.00", "24.01"),
        ("2026-06", AMENDMENT, "2026-06-02", "23.00", "23.01"),
    ):
        (place / f"{revision}.yaml").write_text(text, encoding="utf-8")
        (place / f"{revision}.cases.yaml").write_text(CASES % (revision, day, limit, above), encoding="utf-8")
    return place
