"""What a person reads is data: every text is used, stands in Chinese and English with the same blanks, and no word of it is in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from validator.render.phrases.say import blanks_of, phrases, say
from validator.vocabulary.source import load

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "validator" / "render" / "phrases" / "texts").glob("*.yaml"))
MODULES = {
    path.relative_to(ROOT / "validator").as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for part in ("render", "cli")
    for path in sorted((ROOT / "validator" / part).rglob("*.py"))
}
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "validator" / "render" / "html").glob("*.html"))

BUILT = (
    *("announcement-", "decision-", "diff-", "do-", "entity-", "fate-", "finding-", "help-", "kind-"),
    *("mark-", "part-", "term-", "unit-", "unstated-", "used-", "word-"),
)
"""How keys begin that the code puts together."""

NOT_WORDS = {
    "render/terminal.py": ("_ITEM", "_WORD"),
    "render/phrases/rules.py": ("_BETWEEN_CLAUSES",),
    "render/phrases/safe.py": ("_FORMULA", "_SUSPECT", "_UNSEEN"),
    "render/xlsx/row_height.py": ("_WIDE",),
}
"""Sets of characters, and punctuation."""

_CHINESE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_SAID = {"say": "", "both": "", "bilingual": "", "line": "help-", "lines": "help-"}


def asked() -> Iterator[tuple[str, ast.Call, str]]:
    """Each key that a call names outright, with the call and the module."""
    for module, tree in MODULES.items():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _SAID and call.args:
                first = call.args[0]
                for node in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                    if isinstance(node, ast.Constant):
                        yield _SAID[call.func.id] + str(node.value), call, module


def literals() -> set[str]:
    """Every string of the modules but what is only the key of a dictionary or of a text of help."""
    found = set()
    for tree in MODULES.values():
        nodes = [*ast.walk(tree)]
        other = {id(key) for n in nodes if isinstance(n, ast.Dict) for key in n.keys}
        other |= {id(a) for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) in ("line", "lines") for a in n.args}
        found |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in other}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_stands_in_both_languages_with_the_same_blanks(file: Path) -> None:
    entries = load(file).data
    assert isinstance(entries, dict)
    for key, entry in entries.items():
        assert isinstance(entry, dict), key
        assert set(entry) == {"zh", "en"}, key
        assert blanks_of(str(entry["zh"])) == blanks_of(str(entry["en"])), key
        for text in entry.values():
            assert not set(re.sub(r"\{[a-z]+\}", "", str(text))) & {"{", "}"}, key


def test_no_key_stands_in_two_files() -> None:
    assert len(phrases()) == sum(len(entries) for file in FILES if isinstance(entries := load(file).data, dict))


def test_every_text_is_used() -> None:
    used = literals() | set(re.findall(r'say\("([^"]+)"\)', TEMPLATES)) | {key for key, _, _ in asked()}
    built = tuple(prefix for prefix in BUILT if prefix != "help-")
    assert [key for key in phrases() if key not in used and not key.startswith(built)] == []


def test_every_way_to_build_a_key_is_used() -> None:
    assert [prefix for prefix in BUILT if prefix not in literals()] == []
    assert [prefix for prefix in BUILT if not any(key.startswith(prefix) for key in phrases())] == []


def test_every_text_that_is_asked_for_exists_and_gets_its_blanks() -> None:
    for key, call, module in asked():
        place = f"{module}:{call.lineno}: {key}"
        assert key in phrases(), place
        given = {word.arg for word in call.keywords}
        assert None in given or given == blanks_of(phrases()[key].zh), place
    assert set(re.findall(r'say\("([^"]+)"\)', TEMPLATES)) <= set(phrases())


@pytest.mark.parametrize("module", MODULES)
def test_no_chinese_word_stands_in_python(module: str) -> None:
    found = []
    for statement in MODULES[module].body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in NOT_WORDS.get(module, ()):
            continue
        docstrings = {id(n.value) for n in ast.walk(statement) if isinstance(n, ast.Expr)}
        found += [
            n.value
            for n in ast.walk(statement)
            if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docstrings and _CHINESE.search(n.value)
        ]
    assert found == []


@pytest.mark.parametrize("module", [m for m in MODULES if not m.startswith("render/phrases/")])
def test_no_branch_asks_for_the_language(module: str) -> None:
    compared = (n for n in ast.walk(MODULES[module]) if isinstance(n, ast.Compare))
    languages = {"'zh'", "'en'"}
    assert [ast.unparse(n) for n in compared if languages & {ast.unparse(side) for side in (n.left, *n.comparators)}] == []


def test_the_names_of_sheets_are_such_as_excel_takes() -> None:
    for key, name in phrases().items():
        if key.startswith("sheet-"):
            for text in (name.zh, name.en):
                assert len(text) <= 31 and not set(text) & set(r":\/?*[]"), key


def test_what_fills_a_blank_is_left_as_it_is() -> None:
    assert say("written", "en", target="{count} {target} {0}") == "written: {count} {target} {0}"


@pytest.mark.parametrize("blanks", [{}, {"target": 1, "more": 2}, {"more": 2}])
def test_a_blank_too_few_or_too_many_is_refused(blanks: dict[str, object]) -> None:
    with pytest.raises(KeyError, match="written"):
        say("written", "zh", **blanks)


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(KeyError):
        say("no such text", "zh")
