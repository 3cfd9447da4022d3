"""`ask`: one rule of our own, asked of an announcement written as a mapping."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from validator.announcement.read import of_source
from validator.announcement.rulebooks import library
from validator.announcement.run import AnnouncementReport, report, run
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.source import Lines, Source

HEAD = {"rulebook": "small", "announcement": "例", "code": "300000", "published": "2026-04-02"}

Ask = Callable[..., AnnouncementReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of rules with the vocabulary and the calendar that come with the package, and no rulebook."""
    (tmp_path / "announcements").mkdir()
    for name in ("vocabulary.yaml", "calendar.yaml", "announcements/vocabulary.yaml"):
        shutil.copy(rules_folder() / name, tmp_path / name)
    return tmp_path


def rulebook(require: str, entity: str = "announcement", values: str = "", more: str = "") -> str:
    """A rulebook of one rule."""
    return f"""rulebook: small
revision: "2019-01"
title: {{zh: 小, en: small}}
applies: {{by: published, from: 2019-01-01}}
stages: [small]
sources: {{own: {{title: 自拟}}}}
values: {values or "{}"}
rules:
  - id: small.rule
    name: {{zh: 小规则, en: the small rule}}
    for: {entity}
    require: >-
      {require}
    effect: mismatch
    cite: own 一
    {more}
"""


@pytest.fixture
def ask(folder: Path) -> Ask:
    """`ask(require, figures, entity=…, values=…, more=…, peers=[…])`."""

    def asked(
        require: str,
        figures: dict[str, Any] | None = None,
        *,
        entity: str = "announcement",
        values: str = "",
        more: str = "",
        **tables: Any,
    ) -> AnnouncementReport:
        text = rulebook(require, entity, values, more)
        (folder / "announcements" / "small.yaml").write_text(text, encoding="utf-8")
        books = library(folder)
        data = {**HEAD, "figures": figures or {}, **tables}
        announcement = of_source(Source(data, "announcement.yaml", Lines(1, {})), books.vocabulary)
        return report(run(books.get("small"), announcement, books.calendar))

    return asked
