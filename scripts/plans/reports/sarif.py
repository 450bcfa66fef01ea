"""SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

import json

from plans.reports.words import mend, message
from planspec import TOOL_VERSION
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, language: str) -> str:
    """One run; every rule of the catalogue, every listed finding, exact counts under `properties`."""
    order = {rule: n for n, rule in enumerate(catalogue())}
    rules = [
        {
            "id": rule.id,
            "name": rule.name,
            "shortDescription": {"text": rule.title[language]},
            "fullDescription": {"text": rule.why[language]},
            "help": {"text": rule.mend[language]},
            "defaultConfiguration": {"level": _LEVELS[report.severity(rule.id)]},
        }
        for rule in catalogue().values()
    ]
    results = []
    for finding in report.findings:
        region = {"region": {"startLine": finding.line}} if finding.line else {}
        location = {"artifactLocation": {"uri": finding.file or "datapackage.json"}, **region}
        results.append(
            {
                "ruleId": finding.rule,
                "ruleIndex": order[finding.rule],
                "level": _LEVELS[report.severity(finding.rule)],
                "message": {"text": f"{message(finding, language)} {mend(finding, language)}"},
                "locations": [{"physicalLocation": location}],
                "partialFingerprints": {
                    "record/v1": f"{finding.rule}/{finding.resource}/{finding.key}/{finding.column}"
                },
            }
        )
    run = {
        "tool": {"driver": {"name": "plans", "version": TOOL_VERSION, "rules": rules}},
        "results": results,
        "properties": {"holds": report.holds, "counts": report.counts},
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2)
