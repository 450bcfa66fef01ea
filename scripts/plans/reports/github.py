"""Workflow commands of GitHub Actions: an annotation on the CSV line of each finding."""

from __future__ import annotations

from plans.reports.words import WORDS, lowered, mend, message, unlisted
from plans.shown import visible
from planspec.package import DESCRIPTOR
from planspec.rules.config import CONFIG
from planspec.rules.run import Report

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(report: Report, language: str, folder: str = "") -> str:
    """One `::error file=…,line=…::…` a finding, one for each rule of which some are not listed, and each lowered rule.

    `folder` stands before each file.
    """
    words = WORDS[language]
    lines = []
    for finding in report.findings:
        level = _LEVELS[report.severity(finding.rule)]
        title = _property(f"{finding.rule} {finding.column} {finding.key}".strip())
        # What is missing is shown at the line before its place; a finding on a whole file has no line.
        line = finding.line or finding.params.get("after", 0)
        place = f"file={_property(folder + (finding.file or DESCRIPTOR))}" + (f",line={line}" if line else "")
        lines.append(
            f"::{level} {place},title={title}::{_data(f'{message(finding, language)} {mend(finding, language)}')}"
        )
    for rule, count in sorted(unlisted(report).items()):
        lines.append(f"::{_LEVELS[report.severity(rule)]} title={rule}::{count} {words['more']}")
    for change in report.lowered:
        place = f"file={_property(folder + CONFIG)},title={_property(change['rule'])}"
        lines.append(f"::notice {place}::{_data(lowered(change, language))}")
    return "\n".join(lines) + "\n" if lines else ""
