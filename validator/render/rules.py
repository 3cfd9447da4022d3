"""The rules of a report as people read them: their names, clauses and effects, their findings, and the columns they wait for."""

from collections.abc import Iterable, Mapping, Sequence

from validator.render.safe import visible
from validator.render.words import Lang, name
from validator.report import Cite, Finding, Report


def rule_name(report: Report, rule: str, lang: Lang) -> str:
    """A rule's name in the reader's language, its id where the report does not know the rule."""
    info = report.rules.get(rule)
    return rule if info is None else visible(info.name.zh if lang == "zh" else info.name.en)


def by_rule(report: Report, outcome: str) -> list[tuple[str, list[Finding]]]:
    """The findings of an outcome by rule, most first."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.outcome == outcome:
            groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))


def clauses(cites: Iterable[Cite], titles: Mapping[str, str]) -> str:
    """`初步询价及推介公告 三(四)3、三(四)6(1); …`: each source once, by its title where `titles` has it."""
    by_source: dict[str, list[str]] = {}
    for cite in cites:
        by_source.setdefault(cite.source, []).append(cite.clause)
    return visible(
        "; ".join(f"{titles.get(source, source)} {'、'.join(c for c in said if c)}".strip() for source, said in by_source.items())
    )


def effects(said: Sequence[str], lang: Lang) -> str:
    """What a breach does."""
    return ("、" if lang == "zh" else ", ").join(name(e, lang) for e in said)


def wanted(report: Report, rule: str) -> dict[str, list[str]]:
    """The columns that a rule waits for, by their table. A table of which nothing was handed in has none."""
    tables: dict[str, list[str]] = {}
    for column in report.lacking.get(rule, ()):
        entity, _ = report.columns.get(column, (column, ""))
        tables.setdefault(entity, []).extend([] if entity == column else [column])
    return tables


def columns_of(report: Report, columns: Iterable[str], lang: Lang) -> str:
    """Columns by the names that a book may have for them."""
    said = (report.columns[c][1] if lang == "zh" and c in report.columns else c for c in columns)
    return visible(("、" if lang == "zh" else ", ").join(said))


def wanted_said(report: Report, rule: str, lang: Lang) -> str:
    """`配售对象：注册完成时间、证券账户；发行：T日`."""
    colon, stop = ("：", "；") if lang == "zh" else (": ", "; ")
    tables = wanted(report, rule).items()
    return visible(stop.join(f"{name(e, lang)}{colon}{columns_of(report, c, lang)}" if c else name(e, lang) for e, c in tables))
