"""What the command refuses is told in Chinese under `--lang zh`, with the way out, and in English under `--lang en`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOOD = "offering: '301000'\nboard: szse-chinext\nlaunched: 2026-02-06\ninquiry_date: 2026-02-11\nt_day: 2026-02-25\n"


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        (
            "lauched: 2026-02-06\n",
            ["没有字段 `lauched`", "提示: 是否指`launched`"],
            ["unknown field `lauched`", "hint: did you mean `launched`"],
        ),
        (
            "elimination_share: 300%\n",
            ["剔除比例为300%，须低于100%", "提示: 如指3%，请写成`3%`"],
            ["must be below 100%", "hint: write `3%`"],
        ),
        ("elimination_share: 三\n", ["`elimination_share: 三`", "提示: 请写成如`3%`"], ["hint: write it like `3%`"]),
        ("offline_initial: 100\n", ["没有写明单位", "提示: 请按本意写成`100股`或`100万股`"], ["names no unit", "whichever is meant"]),
    ],
)
def test_terms_that_are_refused(guiju: Run, tmp_path: Path, more: str, zh: list[str], en: list[str]) -> None:
    file = tmp_path / "offering.yaml"
    file.write_text(GOOD + more, encoding="utf-8")
    for lang, said in (("zh", zh), ("en", en)):
        done = guiju("check", "--offering", str(file), "--lang", lang)
        told = done.stderr.decode()
        assert done.returncode == 2
        assert [part for part in said if part not in told] == [], told
        assert ("hint:" in told) is (lang == "en")


@pytest.mark.parametrize(
    ("name", "text", "zh"),
    [
        ("gone.csv", None, ["没有文件 `gone.csv`", "请核对路径"]),
        ("book.txt", "x", ["不支持 `.txt` 格式", "请另存为 .xlsx 或 .csv"]),
        ("book.csv", "甲,乙\n1,2\n", ["不是报价表：其列为 `甲`, `乙`", "第一行须为表头"]),
        ("book.csv", "", ["文件是空的", "请提供带表头的表格"]),
        ("bids.csv", "甲\n1\n", ["`bids` 的列均无法识别：`甲`", "第一行须为表头"]),
    ],
)
def test_books_that_are_refused(guiju: Run, tmp_path: Path, name: str, text: str | None, zh: list[str]) -> None:
    (tmp_path / "offering.yaml").write_text(GOOD, encoding="utf-8")
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = guiju("check", str(tmp_path / name), "--offering", str(tmp_path / "offering.yaml"))
    told = done.stderr.decode()
    assert done.returncode == 2
    assert [part for part in zh if part not in told] == [], told
    assert "hint:" not in told


# `@/` stands for the folder.
CHECK = ["check", "@/bad.csv", "--offering", "@/offering.yaml"]
COMMANDS = [
    (["check", "@/bad.csv"], "没有给出发行条款", "the offering is not given"),
    (["check", "@/bad.csv", "--offering", "@/bad.csv"], "是表格，而发行条款须逐条列出", "is a table, and the offering is a list"),
    (["check", "@/offering.yaml"], "既非公告也非报价表", "is no announcement and no book"),
    ([*CHECK, "--stage", "inqury"], "没有阶段 `inqury`", "unknown stage `inqury`"),
    ([*CHECK, "--as", "szse-chinext@1999"], "szse-chinext 没有版本 `1999`", "szse-chinext has no revision `1999`"),
    ([*CHECK, "--subject", "V99"], "报价中没有 `V99`", "the book has no record `V99`"),
    ([*CHECK, "--subject", "V1", "--format", "csv"], "此结果不能写成 csv", "this cannot be written as csv"),
    ([*CHECK, "-o", "@/none/report.txt"], "所在的文件夹不存在", "does not exist"),
    ([*CHECK, "-o", "@/bad.csv"], "本次运行要读取", "is a file that this run reads"),
    (["explain", "nothing.here"], "各规则集均无规则 `nothing.here`", "no rulebook has a rule `nothing.here`"),
    (["rulebook", "show", "nothing"], "没有规则集 `nothing`", "no rulebook `nothing`"),
]


@pytest.mark.parametrize(("arguments", "zh", "en"), COMMANDS, ids=lambda said: said if isinstance(said, str) else None)
def test_commands_that_are_refused(guiju: Run, folder: Path, arguments: list[str], zh: str, en: str) -> None:
    for lang, wanted, other in (("zh", zh, en), ("en", en, zh)):
        done = guiju(*(a.replace("@/", f"{folder}/") for a in arguments), "--lang", lang)
        told = done.stderr.decode()
        assert (done.returncode, done.stdout) == (2, b"")
        assert wanted in told
        assert other not in told
        assert ("  hint: " in told) is (lang == "en" and "none/report" not in str(arguments))
