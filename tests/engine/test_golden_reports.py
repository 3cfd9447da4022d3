"""Whole reports of two small books, kept as files under tests/golden/reports and read by hand before they were kept.

`python tests/engine/test_golden_reports.py` writes them anew: look at the difference before you keep it. The digest of the rulebook is left
out, since a comment in the vocabulary changes it.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

import validator
from tests.engine.small import RULES

GOLDEN = RULES.parent / "tests" / "golden" / "reports"
STAGES = {"chinext": ["inquiry", "pricing"], "own-rules": None}


def said(name: str, work: Path) -> str:
    """The report as it is kept."""
    folder, rules = GOLDEN / name, RULES
    if (folder / "rules").is_dir():
        rules = work
        for file in (*(folder / "rules").glob("*.yaml"), RULES / "vocabulary.yaml", RULES / "calendar.yaml"):
            shutil.copy(file, work / file.name)
    found = validator.checker(folder / "offering.yaml", rules=rules).book(folder / "book", STAGES[name]).to_dict(bids=True)
    found["rulebook"] = {**found["rulebook"], "digest": "sha256:…"}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", sorted(STAGES))
def test_a_whole_report_is_word_for_word_what_was_read(name: str, tmp_path: Path) -> None:
    assert json.loads(said(name, tmp_path)) == json.loads((GOLDEN / name / "report.json").read_text(encoding="utf-8"))
    assert said(name, tmp_path) == (GOLDEN / name / "report.json").read_text(encoding="utf-8")


if __name__ == "__main__":
    for kept in sorted(STAGES):
        (GOLDEN / kept / "report.json").write_text(said(kept, Path(tempfile.mkdtemp())), encoding="utf-8")
