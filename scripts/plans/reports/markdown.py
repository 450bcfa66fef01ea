"""A summary for a pull request."""

from __future__ import annotations

from plans.reports.words import WORDS, idle, ledger, lowered, mend, message, place, proof
from plans.shown import visible
from planspec.rules.catalogue import LAYERS, catalogue
from planspec.rules.run import Report

LISTED = 50
"""Findings shown; a pull-request summary is read by people. Counts are exact all the same."""


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|")


def render(report: Report, language: str) -> str:
    """Verdict, what was checked, and the findings as a table."""
    words = WORDS[language]
    counts = ", ".join(f"{report.count(s)} {words[s + 's']}" for s in ("error", "warning", "info"))
    lines = [f"## {words['holds'] if report.holds else words['fails']} {counts}", ""]
    lines.append(
        f"{report.package} {report.version}: {report.facts.get('districts', 0)} {words['districts']}, {len(report.documents)} {words['texts']}, "
        f"{sum(report.tables.values())} {words['rows']}, {ledger(report, language)}; "
        f"{proof(report, language)}."
    )
    layers = []
    for layer in LAYERS:
        rules = [r.id for r in catalogue().values() if r.layer == layer]
        failed = sum(report.counts.get(r, 0) for r in rules)
        layers.append(
            f"{words[layer]} {len([r for r in rules if r not in report.skipped])}/{len(rules)} {words['rules']}, {failed} ✗"
        )
    lines += ["", "; ".join(layers) + ".", ""]
    if report.findings:
        lines += [
            f"| {words['line']} | {words['rule']} | {words['key']} | {words['finding']} | {words['mend']} |",
            "| --- | --- | --- | --- | --- |",
        ]
        for finding in report.findings[:LISTED]:
            cells = [
                f"`{place(finding)}`",
                finding.rule,
                f"`{finding.key}`" if finding.key else "",
                message(finding, language),
                mend(finding, language),
            ]
            lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
        rest = sum(report.counts.values()) - min(len(report.findings), LISTED)
        if rest:
            lines += ["", f"… {rest} {words['more']}"]
    for why, rules in idle(report, language):
        lines += ["", f"{words['skipped']}: {', '.join(rules)} ({why})"]
    for change in report.lowered:
        lines += ["", lowered(change, language)]
    return "\n".join(visible(line) for line in lines) + "\n"
