"""Mistakes and results of cases -> formats that build servers read: SARIF 2.1.0 and JUnit XML."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dsl.diagnostics import Diagnostic
from validator.cases.run import CaseReport
from validator.render.phrases.safe import visible
from validator.report.model import ENGINE

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(found: Sequence[Diagnostic], folder: Path) -> dict[str, Any]:
    """The mistakes as SARIF. File names are relative to `folder`, so that the log is the same on every machine."""
    name, _, version = ENGINE.partition(" ")
    driver = {"name": name, "version": version, "rules": [{"id": code} for code in sorted({d.code for d in found})]}
    bases = {"RULES": {"description": {"text": "the folder of rules"}}}
    run = {"tool": {"driver": driver}, "originalUriBaseIds": bases, "columnKind": "unicodeCodePoints"}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{**run, "results": [_result(d, folder) for d in found]}]}


def _result(d: Diagnostic, folder: Path) -> dict[str, Any]:
    said = f"{d.message}; {d.hint}" if d.hint else d.message
    out: dict[str, Any] = {"ruleId": d.code, "level": "error", "message": {"text": visible(said)}}
    if d.file:
        place: dict[str, Any] = {"artifactLocation": _uri(Path(d.file), folder)}
        if d.line:
            place["region"] = {"startLine": d.line}
        out["locations"] = [{"physicalLocation": place}]
    return out


def _uri(file: Path, folder: Path) -> dict[str, str]:
    from urllib.parse import quote

    try:
        return {"uri": quote(file.resolve().relative_to(folder.resolve()).as_posix()), "uriBaseId": "RULES"}
    except ValueError:
        return {"uri": quote(file.as_posix())}


def junit(outcome: CaseReport) -> str:
    """One suite for each revision, one testcase for each case; whatever no case proves is a failing testcase."""
    suites = Element("testsuites", name="guiju")
    of: dict[str, list[Element]] = {}
    told: set[str] = set()
    for result in outcome.results:
        told |= {f"{result.revision}: {result.id}: {result.name}: {s}" for s in result.said}
        case = Element("testcase", classname=visible(f"{result.revision}.{result.id}"), name=visible(result.name))
        if result.said:
            _fail(case, "\n".join(result.said))
        of.setdefault(result.revision, []).append(case)
    for line in (f for f in outcome.failures if f not in told):
        revision, _, said = line.partition(": ")
        case = Element("testcase", classname=visible(revision), name=visible(said))
        _fail(case, said)
        of.setdefault(revision, []).append(case)
    for revision, cases in of.items():
        failed = sum(c.find("failure") is not None for c in cases)
        SubElement(suites, "testsuite", name=visible(revision), tests=str(len(cases)), failures=str(failed), errors="0").extend(cases)
    for key in ("tests", "failures"):
        suites.set(key, str(sum(int(s.get(key, "0")) for s in suites)))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _fail(case: Element, said: str) -> None:
    failure = SubElement(case, "failure", message=visible(said.partition("\n")[0]))
    failure.text = "\n".join(map(visible, said.split("\n")))
