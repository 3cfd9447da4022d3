"""Nothing of a rulebook is ever a float, a Python object per row, or text in generated source."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from harness import Case, Meant, understand

from dsl.kernel.nodes import Kernel, Scalar
from dsl.kernel.ratio import Lowered, parts
from dsl.schema import Schema
from dsl.to_polars import Columns
from dsl.to_python import Ask, Assign, Layout, Step, source
from validator.cases import run as cases
from validator.plan.model import Plan, Ranking
from validator.rulebook.library import library

ROOT = Path(__file__).parents[2]
LIBRARY = library(ROOT / "rules")
REVISIONS = [f.name for f in LIBRARY.standing()]
COLUMN_CODE = [*sorted((ROOT / "dsl" / "to_polars").glob("*.py")), *sorted((ROOT / "validator" / "engine").rglob("*.py"))]
GENERATED = frozenset((
    "pass",
    "for", "in", "if", "else", "elif", "is", "not", "and", "or", "None", "True", "False", "try", "except", "Exception", "continue",
    "r", "root", "tables", "get", "idle", "out", "say", "append", "add", "len", "sum", "set", "max", "min", "middle", "months", "Matches",
    "at",
))  # fmt: skip
"""All words that generated source may hold; everything else is v0, k0 and digits."""


def _plan(name: str) -> Plan:
    """The plan of a revision for the clean offering of its cases."""
    suite = cases.load(LIBRARY, name)
    base = next(iter(suite.groups.values()))[0]
    return suite.bench(LIBRARY, base.offering).plan


@pytest.fixture(scope="module", params=REVISIONS)
def plan(request) -> Plan:
    return _plan(request.param)


def _kernels(plan: Plan) -> Iterator[tuple[str, Kernel]]:
    """Every node that a run evaluates, with the entity whose records it is evaluated for."""
    root = plan.schema.root
    for step in plan.steps():
        if isinstance(step.meaning, Ranking):
            r = step.meaning
            yield from ((step.entity, n) for n in (r.source, r.sum, *(k for k, _ in r.keys)))
            yield from ((root, n) for m in (r.limit, r.bound, r.equals) if m is not None for n in parts(m))
        else:
            yield from ((step.entity, n) for n in parts(step.meaning))
    for asked in plan.asked():
        yield from ((asked.rule.entity, n) for n in (asked.when, asked.require, asked.admits) if n is not None)
        yield from ((asked.rule.entity, n) for m in asked.sheet.meanings for n in parts(m))


def _steps(plan: Plan) -> list[Step]:
    meant: list[Lowered] = []
    found: list[Step] = [Ask(a.number, a.rule.entity, a.when, a.require) for a in plan.asked() if a.rule.entity != plan.schema.root]
    for step in plan.steps():
        if step.entity != plan.schema.root and not isinstance(step.meaning, Ranking):
            meant.append(step.meaning)
            found.append(Assign(step.entity, step.name, step.meaning))
    return found


def _frames(schema: Schema, rows: int) -> dict[str, pl.DataFrame]:
    """Tables with every column, values missing."""
    dtypes: dict[str, type[pl.DataType]] = {"flag": pl.Boolean, "text": pl.String, "words": pl.String}
    frames = {}
    for entity in schema.entities.values():
        columns = {f.name: dtypes.get(f.type.type.kind, pl.Int64) for f in entity.fields.values()}
        columns |= {f"^{entity.of}": pl.Int64} if entity.of else {}
        frames[entity.name] = pl.DataFrame({n: pl.Series(n, [None] * rows, dtype=t) for n, t in columns.items()})
    return frames


def test_no_column_expression_holds_a_float(plan):
    root: dict[str, Scalar] = {}
    for rows in (0, 2):
        columns = Columns(plan.schema, _frames(plan.schema, rows), root)
        for entity, node in _kernels(plan):
            if entity == plan.schema.root:
                continue
            expr = columns._emitted(node).expr
            assert "Float" not in expr.meta.serialize(format="json"), node
            (series,) = columns.values(entity, [node])
            assert not series.dtype.is_float() and not series.dtype.is_decimal() and series.dtype != pl.Object, (node, series.dtype)


def test_generated_python_holds_integers_and_numbered_names_only(plan):
    _only_numbered(source(_steps(plan), plan.layout))


def _only_numbered(text: str) -> None:
    assert text
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NUMBER:
            assert re.fullmatch("[0-9]+", token.string), token
        elif token.type == tokenize.NAME:
            assert token.string in GENERATED or re.fullmatch("[vk][0-9]+", token.string), token
        else:
            assert token.type != tokenize.STRING, token


@pytest.mark.parametrize(
    "expr",
    [
        "reason = \"__import__('os').system('x')\"",
        'reason in ["__import__(\'os\')", "\'); raise SystemExit #"]',
        'if reason = "\\" then "{0.__class__}" else "$x"',
        'matches(reason, "__import__[(]|os[.]class|Exit") or alike(reason, "__import__（os）") or length("import") > length(reason)',
        "sort = 公募基金 or kind in [其他, 保险资金]",
        "count(all placees where account = this.reason and kind = 其他) > 2",
    ],
)
def test_no_text_reaches_the_source(expr):
    meant: Meant = understand(Case({}, "bid", expr))
    layout = Layout.of(meant.schema, [("bid", "__import__('os')")])
    text = source([Assign("bid", "__import__('os')", meant.meaning)], layout)
    _only_numbered(text)
    assert not re.search("import|os|公|其他|class|Exit", text)


@pytest.mark.parametrize("file", COLUMN_CODE, ids=lambda p: p.name)
def test_columns_are_never_left_for_python_objects(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert not calls & {"map_elements", "map_batches", "map_rows", "map_groups", "apply", "iter_rows", "iter_slices", "to_pandas"}
    assert not any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in ast.walk(tree))


COMPUTING = [*sorted((ROOT / "dsl" / "kernel").glob("*.py"))]
COMPUTING += [*sorted((ROOT / "dsl" / "to_python").glob("*.py")), *COLUMN_CODE]


@pytest.mark.parametrize("file", COMPUTING, ids=lambda p: p.name)
def test_what_computes_knows_no_float_and_no_true_division(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in ast.walk(tree))
    assert not any(isinstance(n, ast.Name) and n.id == "float" for n in ast.walk(tree))
    assert not any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in ast.walk(tree))
