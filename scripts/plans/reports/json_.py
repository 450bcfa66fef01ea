"""The report for machines; its JSON Schema is docs/report.schema.json."""

from __future__ import annotations

from plans.chinese import translated
from plans.reports.words import mend, message, unlisted
from plans.shown import as_json
from planspec import TOOL_VERSION
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report


def render(report: Report, language: str) -> str:
    """One JSON object: `holds`, exact `counts`, `rules` with rows and skips, `findings`."""
    return as_json(content(report, language))


def content(report: Report, language: str) -> dict:
    """The report as plain data."""
    return {
        "tool": {"name": "plans", "version": TOOL_VERSION},
        "package": {"name": report.package, "version": report.version, "tables": report.tables},
        "language": language,
        "holds": report.holds,
        "counts": {s: report.count(s) for s in ("error", "warning", "info")},
        "unlisted": unlisted(report),
        "facts": report.facts,
        "texts": {"read": report.documents, "missing": report.missing_texts},
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "layer": rule.layer,
                "severity": report.severity(rule.id),
                "rows": report.rows.get(rule.id, 0),
                "found": report.counts.get(rule.id, 0),
                "skipped": translated(report.skipped.get(rule.id, ""), language),
            }
            for rule in catalogue().values()
        ],
        "lowered": report.lowered,
        "findings": [
            {
                "rule": f.rule,
                "severity": report.severity(f.rule),
                "resource": f.resource,
                "file": f.file,
                "line": f.line,
                "column": f.column,
                "key": f.key,
                "message": message(f, language),
                "mend": mend(f, language),
                "params": {k: str(v) for k, v in f.params.items()},
            }
            for f in report.findings
        ],
    }
