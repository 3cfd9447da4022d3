"""The cache of compiled revisions: the same rules as without it; what is stale, damaged or foreign is never used and never fatal."""

import os
import pickle
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

import validator
from validator.rulebook import cache as module
from validator.rulebook.cache import shelf
from validator.rulebook.library import library

RULES = Path(__file__).parents[2] / "rules"
NAME = "szse-chinext@2025-03"
OFFERING = Path(__file__).parents[2] / "examples" / "301666" / "offering.yaml"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("GUIJU_CACHE", str(folder))
    return folder / "guiju"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.exists() else []


def test_a_kept_revision_is_the_compiled_one(cache: Path) -> None:
    first = shelf(RULES).get(NAME)
    assert len(kept(cache)) == 2
    again = shelf(RULES).get(NAME)
    compiled = library(RULES).get(NAME)
    assert again == first == compiled
    assert again is not first
    assert again.digest == compiled.digest


def test_a_kept_revision_is_read_without_what_read_it_first(cache: Path) -> None:
    validator.checker(OFFERING)
    code = "import sys, validator; validator.checker(sys.argv[1]); print([m for m in ('pydantic', 'lark') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, str(OFFERING)], cwd=RULES.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_changed_rule_is_seen_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    before = shelf(folder).get(NAME)
    file = next(p for p in folder.rglob("*.yaml") if "id: inquiry.one-bid" in p.read_text(encoding="utf-8") and "cases" not in p.name)
    text = file.read_text(encoding="utf-8")
    at = text.index("id: inquiry.one-bid")
    file.write_text(text[:at] + text[at:].replace("effect: refuse", "effect: report", 1), encoding="utf-8")
    after = shelf(folder).get(NAME)
    assert before.rules["inquiry.one-bid"].effect == ("refuse",)
    assert after.rules["inquiry.one-bid"].effect == ("report",)
    assert before.digest != after.digest


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other head", "folder"])
def test_what_is_damaged_is_compiled_anew(cache: Path, damage: str) -> None:
    want = shelf(RULES).get(NAME)
    for path in kept(cache):
        data = path.read_bytes()
        middle = len(data) // 2
        path.unlink()
        match damage:
            case "empty":
                path.write_bytes(b"")
            case "cut":
                path.write_bytes(data[:middle])
            case "flipped":
                path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
            case "other head":
                path.write_bytes(b"guiju cache 0\n" + data[14:])
            case _:
                path.mkdir()
    assert shelf(RULES).get(NAME) == want


class Bomb:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.target),)


def test_a_well_formed_file_that_would_run_something_is_not_run(cache: Path, tmp_path: Path) -> None:
    want = shelf(RULES).get(NAME)
    key = str(module._key(RULES))
    content = pickle.dumps(Bomb(tmp_path / "ran"))
    for path in kept(cache):
        path.write_bytes(module._HEAD + sha256(key.encode() + content).hexdigest().encode() + content)
    assert shelf(RULES).get(NAME) == want
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.name != "posix", reason="owners and modes")
def test_what_another_user_could_have_written_is_not_read(cache: Path) -> None:
    shelf(RULES).get(NAME)
    assert module._take(module._key(RULES), NAME) is not None
    cache.chmod(0o777)
    assert module._take(module._key(RULES), NAME) is None
    assert shelf(RULES).get(NAME).name == NAME


def test_a_cache_that_cannot_be_written_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("GUIJU_CACHE", str(blocked / "below"))
    assert validator.checker(OFFERING).plan.rulebook.name == NAME


def test_the_cache_can_be_switched_off(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIJU_CACHE", "off")
    assert validator.checker(OFFERING).plan.rulebook.name == NAME
    assert kept(cache) == []


def test_old_files_go_first(cache: Path) -> None:
    shelf(RULES).get(NAME)
    new = kept(cache)
    for i in range(module.KEPT + 5):
        old = cache / f"{i:040x}-{i:016x}" if i % 2 else cache / f".{i:040x}-{i:016x}.{i:08x}"  # what a killed start left
        old.write_bytes(module._HEAD)
        os.utime(old, (i, i))
    for path in new:
        path.unlink()
    shelf(RULES).get(NAME)
    left = kept(cache)
    assert len(left) == module.KEPT
    assert set(new) <= set(left)


STRANGERS = module.KEPT + 26
OURS = "0123456789abcdef0123456789abcdef01234567-0123456789abcdef"


def strangers(folder: Path) -> None:
    """Ninety of what may lie in a folder, all older than anything that is kept: none is a file of ours, though some look like it."""
    folder.mkdir(parents=True)
    (folder / "a folder").mkdir()
    (folder / "a folder" / OURS).write_text("below")
    (folder / OURS).write_text("the name of ours, and other content")
    (folder / OURS.replace("0", "1")).symlink_to(folder / "a folder" / OURS)
    (folder / OURS.replace("0", "2")).mkdir()
    (folder / OURS.replace("0", "3")).symlink_to("nowhere")
    os.mkfifo(folder / OURS.replace("0", "4"))
    (folder / OURS.upper()).write_bytes(module._HEAD)
    (folder / f"{OURS}.bak").write_bytes(module._HEAD)
    (folder / f".{OURS}").write_bytes(module._HEAD)
    (folder / f"{OURS}\n").write_bytes(module._HEAD)
    (folder / OURS.replace("0", "5")).touch()
    (folder / "closed").write_text("closed")
    (folder / "closed").chmod(0)
    (folder / "hard").hardlink_to(folder / OURS)
    for i in range(STRANGERS - len(list(folder.iterdir()))):
        (folder / f"thesis-{i}.docx").write_text(str(i))
    for path in folder.iterdir():
        os.utime(path, (0, 0), follow_symlinks=False)


def seen(folder: Path) -> dict[str, tuple[int, ...]]:
    """Every file below a folder, the cache's own left out."""
    found = {p.relative_to(folder).as_posix(): p.lstat() for p in folder.rglob("*")}
    return {n: (s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns, s.st_nlink) for n, s in found.items() if not n.startswith("guiju")}


@pytest.mark.skipif(os.name != "posix", reason="pipes and modes")
def test_a_folder_of_strangers_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    strangers(home)
    before = seen(home)
    assert len(list(home.iterdir())) == STRANGERS == 90
    monkeypatch.setenv("GUIJU_CACHE", str(home))
    shelf(RULES).get(NAME)
    assert seen(home) == before
    assert len(kept(home / "guiju")) == 2


@pytest.mark.skipif(os.name != "posix", reason="pipes and modes")
def test_strangers_in_the_folder_of_the_cache_itself_are_left_too(cache: Path) -> None:
    strangers(cache)
    before = seen(cache)
    want = shelf(RULES).get(NAME)
    found = kept(cache)
    after = seen(cache)
    assert {n: after[n] for n in before} == before
    assert len(found) == STRANGERS + 2
    assert shelf(RULES).get(NAME) == want


def unchanged(path: Path) -> tuple[int, ...]:
    """What tells another or a changed file. The time of the last access is left out: reading may change it."""
    found = path.lstat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@pytest.mark.parametrize("stranger", ["a file", "a link", "a pipe", "a folder"])
def test_what_stands_where_a_file_would_be_kept_is_not_replaced(cache: Path, tmp_path: Path, stranger: str) -> None:
    want = shelf(RULES).get(NAME)
    for path in kept(cache):
        path.unlink()
        match stranger:
            case "a file":
                path.write_text("not ours")
            case "a link":
                path.symlink_to(tmp_path / "elsewhere")
            case "a pipe":
                os.mkfifo(path)
            case _:
                path.mkdir()
    before = {p: unchanged(p) for p in kept(cache)}
    assert shelf(RULES).get(NAME) == want
    assert {p: unchanged(p) for p in kept(cache)} == before
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import resource, signal, sys, validator; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); print(validator.checker(sys.argv[1]).plan.rulebook.name)"
    done = subprocess.run([sys.executable, "-c", code, str(OFFERING)], cwd=RULES.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == NAME
    assert kept(cache) == []
