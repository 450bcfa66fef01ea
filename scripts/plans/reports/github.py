"""Workflow commands of GitHub Actions: an annotation on the CSV line of each finding."""

from __future__ import annotations

from plans.reports.words import WORDS, mend, message, unlisted
from planspec.rules.run import Report

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(report: Report, language: str) -> str:
    """One `::error file=…,line=…::…` a finding, and one for each rule of which some are not listed."""
    words = WORDS[language]
    lines = []
    for finding in report.findings:
        level = _LEVELS[report.severity(finding.rule)]
        title = _property(f"{finding.rule} {finding.column} {finding.key}".strip())
        place = f"file={_property(finding.file or 'datapackage.json')},line={max(finding.line, 1)},title={title}"
        lines.append(f"::{level} {place}::{_data(f'{message(finding, language)} {mend(finding, language)}')}")
    for rule, count in sorted(unlisted(report).items()):
        lines.append(f"::{_LEVELS[report.severity(rule)]} title={rule}::{count} {words['more']}")
    return "\n".join(lines) + "\n" if lines else ""
