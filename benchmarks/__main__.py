"""`python -m benchmarks`: makes the inputs, compares the results, measures, and writes docs/performance.md and its picture."""

import argparse
from pathlib import Path

from benchmarks import page, parts

HOME = Path(__file__).resolve().parents[1]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--work", type=Path, default=HOME / "build" / "benchmarks", help="the folder where inputs are made and kept")
    options.add_argument("--only", nargs="*", choices=sorted(parts.PARTS), default=list(parts.PARTS), help="measure these parts only")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--no-page", action="store_true", help="print only, do not change docs/")
    chosen = options.parse_args()
    measured = []
    for name in chosen.only:
        part = parts.PARTS[name](parts.Setting(chosen.work, chosen.rounds))
        measured.append(part)
        print(page.table(part), flush=True)
    if not chosen.no_page:
        page.write(HOME / "docs", measured)


if __name__ == "__main__":
    main()
