"""What nobody means to type: each is refused in a few lines with status 2, nothing on stdout, never a traceback, never a fault of ours."""

import os
import random
from pathlib import Path

import pytest


def _made(folder: Path) -> None:
    draw = random.Random(1)
    for name in ("noise.csv", "noise.xlsx", "noise.yaml", "noise.zip", "noise.json", "noise.parquet"):
        (folder / name).write_bytes(draw.randbytes(3_000))
    (folder / "half.xlsx").write_bytes(b"PK\x03\x04" + draw.randbytes(300))
    (folder / "deep.json").write_bytes(b"[" * 100_000)
    (folder / "list.yaml").write_text("- 1\n")
    (folder / "empty.yaml").touch()
    (folder / "empty").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "odd").mkdir()
    (folder / "odd" / "offering.yaml").mkdir()
    os.mkfifo(folder / "pipe.csv")


BOOK, OFFERING = "@/good.csv", "@/offering.yaml"
ABSURD: dict[str, list[str]] = {
    **{
        f"{name} as book": ["check", f"@/{name}", "--offering", OFFERING] for name in ("noise.csv", "noise.xlsx", "noise.yaml", "noise.zip")
    },
    **{f"{name} as book": ["check", f"@/{name}", "--offering", OFFERING] for name in ("noise.json", "noise.parquet", "half.xlsx")},
    **{
        f"{name} as book": ["check", f"@/{name}", "--offering", OFFERING]
        for name in ("deep.json", "empty", "loop", "pipe.csv", "list.yaml")
    },
    **{
        f"{name} as offering": ["check", BOOK, "--offering", f"@/{name}"] for name in ("noise.yaml", "noise.json", "deep.json", "list.yaml")
    },
    **{f"{name} as offering": ["check", BOOK, "--offering", f"@/{name}"] for name in ("empty.yaml", "empty", "loop", "odd", "good.csv")},
    **{f"{name} alone": ["check", f"@/{name}"] for name in ("odd", "empty", "noise.yaml", "noise.zip", "loop")},
    **{f"{name} as rules": ["lint", f"@/{name}", "-o", "@/out"] for name in ("empty", "loop", "noise.yaml")},
    "rules of noise": ["rulebook", "list", "--rules", "@/"],
    "a device as book": ["check", "/dev/zero", "--offering", OFFERING],
    "a device as offering": ["rulebook", "resolve", "/dev/null"],
    "a device as target": ["check", BOOK, "--offering", OFFERING, "-o", "/dev/full"],
    "memory as target": ["schema", "offering", "-o", "/proc/self/mem"],
    "a name without end": ["check", "a" * 5_000, "--offering", OFFERING],
    "an offering's name without end": ["check", BOOK, "--offering", "a" * 5_000],
    "rules without end": ["lint", "a" * 5_000],
    "a target without end": ["schema", "offering", "-o", "a" * 5_000],
    "no name": ["check", BOOK, "--offering", ""],
    "bytes that are no text": ["check", "\udcff", "--offering", OFFERING],
    "a revision that is no text": ["check", BOOK, "--offering", OFFERING, "--as", "\udcff"],
    "a revision of nothing": ["check", BOOK, "--offering", OFFERING, "--against", "@"],
    "a subject of nothing": ["check", BOOK, "--offering", OFFERING, "--subject", ""],
    "a stage of nothing": ["check", BOOK, "--offering", OFFERING, "--stage", ""],
    "a way out as a rulebook": ["rulebook", "show", "../../etc/passwd"],
    "a command on the terminal as a rule": ["explain", "\x1b[2J%s%n{0}"],
    "a rulebook twice named": ["rulebook", "diff", "szse-chinext@2025-03@2025-03", "szse-chinext"],
    "cases of nothing": ["test", "--only", "@"],
    "too many books": ["check", BOOK, BOOK, "--offering", OFFERING],
}


@pytest.mark.parametrize("what", ABSURD)
def test_it_is_refused_in_words(guiju, folder, what):
    _made(folder)
    done = guiju(*(a.replace("@/", f"{folder}/") for a in ABSURD[what]))
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert done.stdout == b""
    assert said
    assert "Traceback" not in said and "internal error" not in said
    assert "\x1b" not in said
    assert len(said.splitlines()) <= 60
