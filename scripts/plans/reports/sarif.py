"""SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

from urllib.parse import quote

from plans.reports.words import lowered, mend, message
from plans.shown import as_json
from planspec import TOOL_VERSION
from planspec.package import DESCRIPTOR
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, language: str, folder: str = "") -> str:
    """One run; every rule of the catalogue, every listed finding, exact counts under `properties`.

    What the package lowers stands in the invocation as overrides of the rules' own levels, with the reasons. `folder`
    stands before each file.
    """
    order = {rule: n for n, rule in enumerate(catalogue())}
    rules = [
        {
            "id": rule.id,
            "name": rule.name,
            "shortDescription": {"text": rule.title[language]},
            "fullDescription": {"text": rule.why[language]},
            "help": {"text": rule.mend[language]},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in catalogue().values()
    ]
    results = []
    for finding in report.findings:
        line = finding.line or finding.params.get("after", 0)
        region = {"region": {"startLine": line}} if line else {}
        uri = quote(folder + (finding.file or DESCRIPTOR), safe="/", errors="replace")
        results.append(
            {
                "ruleId": finding.rule,
                "ruleIndex": order[finding.rule],
                "level": _LEVELS[report.severity(finding.rule)],
                "message": {"text": f"{message(finding, language)} {mend(finding, language)}"},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}],
                "partialFingerprints": {
                    "record/v1": f"{finding.rule}/{finding.resource}/{finding.key}/{finding.column}"
                },
            }
        )
    overrides = [
        {
            "descriptor": {"id": change["rule"], "index": order[change["rule"]]},
            "configuration": {"level": _LEVELS[change["severity"]]},
            "properties": {"reason": change["reason"], "text": lowered(change, language)},
        }
        for change in report.lowered
    ]
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": overrides}
    run = {
        "tool": {"driver": {"name": "plans", "version": TOOL_VERSION, "rules": rules}},
        "invocations": [invocation],
        "results": results,
        "properties": {"holds": report.holds, "counts": report.counts},
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return as_json(document)
