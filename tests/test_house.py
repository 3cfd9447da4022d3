"""The floors of the house: who may import whom, and which library stays behind which wall."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each module imports only what stands above it. A folder counts as one floor; inside it `INSIDE` says more.
FLOORS = (
    "dsl.diagnostics",
    "dsl.quantities",
    "dsl.nodes",
    "dsl.functions",
    "dsl.parser",
    "dsl.kernel",
    "dsl.compose",
    "dsl.ratio",
    "dsl.fitting",
    "dsl.names",
    "dsl.checker",
    "dsl.lower",
    "dsl.to_python",
    "dsl.to_polars",
    "dsl.to_text",
    "validator.source",
    "validator.layers",
    "validator.vocabulary",
    "validator.calendar",
    "validator.report",
    "validator.shown",
    "validator.compare",
    "validator.rulebook",
    "validator.intake",
    "validator.schema",
    "validator.offering",
    "validator.engine",
    "validator.checking",
    "validator.casefile",
    "validator.trial",
    "validator.coverage",
    "validator.cases",
    "validator.archive",
    "validator.folder",
    "validator.announcement",
    "validator.render",
    "validator.cli",
)

APART = {("dsl.to_python", "dsl.to_polars"), ("dsl.to_polars", "dsl.to_python"), ("dsl.checker", "dsl.parser"), ("dsl.lower", "dsl.parser")}
"""Neighbours that must not see each other although their order would let them."""

WALLS = {
    "lark": ("dsl.parser",),
    "yaml": ("validator.source",),
    "polars": ("dsl.to_polars", "validator.intake", "validator.engine", "validator.trial"),
    "pydantic": ("validator.rulebook", "validator.casefile"),
    "typer": ("validator.cli",),
    "rich": ("validator.cli",),
    "jsonschema": ("validator.schema",),
    "python_calamine": ("validator.intake",),
    "xlsxwriter": ("validator.render",),
    "jinja2": ("validator.render",),
}


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("dsl", "validator"):
        for path in sorted((ROOT / top).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def floor(name: str) -> str | None:
    return next((f for f in sorted(FLOORS, key=len, reverse=True) if name == f or name.startswith(f + ".")), None)


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


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, p in modules() if floor(n)], ids=lambda x: x if isinstance(x, str) else "")
def test_arrows_go_down_only(name: str, path: Path) -> None:
    own = floor(name)
    assert own is not None
    for found in imports(path):
        other = floor(found)
        if other is not None and other != own:
            assert FLOORS.index(other) < FLOORS.index(own), f"{name} imports {found}, which stands above it"
            assert (own, other) not in APART, f"{name} must not see {found}"


def test_every_module_has_a_floor() -> None:
    homeless = [n for n, _ in modules() if floor(n) is None and n not in ("dsl", "validator", "validator.__main__")]
    assert homeless == []


@pytest.mark.parametrize("library", WALLS)
def test_libraries_stay_behind_their_walls(library: str) -> None:
    for name, path in modules():
        for found in imports(path, at_load=True):
            if found.split(".")[0] == library:
                assert floor(name) in WALLS[library], f"{name} imports {library}"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import validator", ("polars", "typer", "rich", "xlsxwriter", "pandas")),
        ("import validator.cli", ("polars", "pydantic", "lark", "yaml")),
        ("import dsl.parser, dsl.checker, dsl.lower, dsl.to_python, dsl.to_text", ("polars", "yaml", "pydantic")),
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
