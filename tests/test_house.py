"""docs/architecture.md draws the house: who may import whom, how full a folder may be, which library stays behind which wall."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PICTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MOST_ROOMS = 10
TOPS = ("dsl", "validator")


def drawn() -> dict[str, list[list[str]]]:
    """Every folder of the picture with its rooms in order; rooms that must not see each other stand in one list."""
    found: dict[str, list[list[str]]] = {}
    path: list[str] = []
    for line in PICTURE.split("```text\n")[1].split("```")[0].splitlines():
        name, rooms = line.split(maxsplit=1)
        path = [*path[: (len(line) - len(line.lstrip())) // 2], name]
        groups = re.findall(r"\(([^)]*)\)|(\S+)", rooms)
        found[".".join(path)] = [(many or one).split() for many, one in groups]
    return found


HOUSE = drawn()
WALLS = {
    library: tuple(place.replace("/", ".") for place in re.findall(r"`([^`]+)`", places))
    for libraries, places in re.findall(r"^\| ([a-z0-9_, ]+) \| (`.*`) \|$", PICTURE.split("## Libraries behind walls")[1], re.M)
    for library in libraries.split(", ")
}


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("dsl", "validator"):
        for path in sorted((ROOT / top).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def place(folder: str, room: str) -> int | None:
    """On which step of its folder a room stands."""
    return next((at for at, group in enumerate(HOUSE[folder]) if room in group), None)


def folders() -> Iterator[str]:
    for top in TOPS:
        for path in sorted([ROOT / top, *(ROOT / top).rglob("*")]):
            if path.is_dir() and any(path.glob("*.py")):
                yield ".".join(path.relative_to(ROOT).parts)


def imports(path: Path, *, at_load: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(x) for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.If) for x in ast.walk(n)}
    for node in ast.walk(tree):
        if at_load and id(node) in inside:
            continue
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{a.name}" for a in node.names)


@pytest.mark.parametrize(("name", "path"), [*modules()], ids=lambda x: x if isinstance(x, str) else "")
def test_arrows_go_one_way_only(name: str, path: Path) -> None:
    parts = name.split(".")
    for found in imports(path):
        other = found.split(".")
        shared = next((i for i, (a, b) in enumerate(zip(parts, other, strict=False)) if a != b), min(len(parts), len(other)))
        folder, own, its = ".".join(parts[:shared]), (parts[shared:] or [""])[0], (other[shared:] or [""])[0]
        if other[0] not in TOPS or not shared or folder not in HOUSE:
            assert not (parts[0] == "dsl" and other[0] == "validator"), f"{name} imports {found}"
            continue
        here, there = place(folder, own), place(folder, its)
        if here is not None and there is not None:  # a folder's own __init__ may open any of its rooms
            assert there < here, f"{name} imports {found}, which does not stand before it in docs/architecture.md"


@pytest.mark.parametrize("folder", [*folders()])
def test_every_room_is_drawn(folder: str) -> None:
    path = ROOT / folder.replace(".", "/")
    rooms = {p.stem for p in path.iterdir() if p.suffix == ".py" or (p.is_dir() and any(p.glob("*.py")))} - {"__init__"}
    assert rooms == {room for group in HOUSE[folder] for room in group}


@pytest.mark.parametrize("folder", sorted({p.parent for top in TOPS for p in (ROOT / top).rglob("*") if "__pycache__" not in p.parts}))
def test_no_folder_is_too_full(folder: Path) -> None:
    """Files of data count too."""
    rooms = [p.name for p in folder.iterdir() if not p.name.startswith("__")]
    assert folder.name in TOPS or len(rooms) <= MOST_ROOMS, rooms


def test_nothing_is_drawn_that_is_not_there() -> None:
    assert set(HOUSE) == set(folders())


@pytest.mark.parametrize("library", WALLS)
def test_libraries_stay_behind_their_walls(library: str) -> None:
    assert WALLS[library]
    for name, path in modules():
        for found in imports(path, at_load=True):
            if found.split(".")[0] == library:
                assert any(f"{name}.".startswith(f"{wall}.") for wall in WALLS[library]), f"{name} imports {library}"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import validator", ("polars", "typer", "rich", "xlsxwriter", "pandas")),
        ("import validator.cli", ("polars", "pydantic", "lark", "yaml")),
        ("import dsl.parser, dsl.checker.check, dsl.kernel.lower, dsl.to_python, dsl.to_text", ("polars", "yaml", "pydantic")),
    ],
)
def test_a_command_loads_only_what_it_uses(code: str, absent: tuple[str, ...]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint([m for m in {absent!r} if m in sys.modules])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"


def test_no_board_and_no_rule_is_named_in_python() -> None:
    """The rulebook says it, or the language grows."""
    from validator.rulebook.library import library

    books = library(ROOT / "rules")
    names = set(books.chains) | {rule for chain in books.chains.values() for f in chain for rule in (r.id for r in f.form.rules)}
    for name, path in modules():
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        branches = [t for t in texts if t in names]
        assert branches == [], f"{name} names {branches}"
