"""The report for a person at a terminal."""

from __future__ import annotations

from plans.reports.words import WORDS, idle, ledger, lowered, mend, message, place, proof, unlisted
from plans.shown import visible
from planspec.rules.catalogue import LAYERS, catalogue
from planspec.rules.run import Report

NAMED = 10
"""Missing texts that are named; of more, how many there are."""


def render(report: Report, language: str) -> str:
    """Findings first, then what was proved, then what was skipped and why."""
    words = WORDS[language]
    lines: list[str] = []
    for finding in report.findings:
        severity = words[report.severity(finding.rule)]
        key = f" [{finding.key}]" if finding.key else ""
        lines += [
            f"{place(finding)}{key}",
            f"  {severity} {finding.rule}: {message(finding, language)}",
            f"  {words['mend']}: {mend(finding, language)}",
            "",
        ]
    for rule, count in sorted(unlisted(report).items()):
        lines += [f"  {rule}: {count} {words['more']}"]
    lines += [*_proved(report, language), *_skipped(report, language)]
    counts = ", ".join(f"{report.count(s)} {words[s + 's']}" for s in ("error", "warning", "info"))
    lines.append(f"{words['holds'] if report.holds else words['fails']} {counts}. ({report.seconds:.1f} s)")
    return "\n".join(visible(line) for line in lines)


def _proved(report: Report, language: str) -> list[str]:
    words = WORDS[language]
    rows = sum(report.tables.values())
    texts = len(report.documents) + len(report.missing_texts)
    lines = [f"{report.package} {report.version}"]
    lines.append(
        f"  {report.facts.get('districts', 0)} {words['districts']}, {len(report.documents)}/{texts} {words['texts']}, {rows} {words['rows']} ({', '.join(f'{n} {c}' for n, c in report.tables.items() if c)})"
    )
    lines += [f"  {ledger(report, language)}", f"  {proof(report, language)}"]
    for layer in LAYERS:
        rules = [r for r in catalogue().values() if r.layer == layer]
        run = [r for r in rules if r.id not in report.skipped]
        failed = sum(report.counts.get(r.id, 0) for r in rules)
        lines.append(
            f"  {words[layer]:<9} {len(run):>2}/{len(rules)} {words['rules']}, {sum(report.rows.get(r.id, 0) for r in run):>6} × {words['checked']}, {failed} ✗"
        )
    return lines


def _skipped(report: Report, language: str) -> list[str]:
    words = WORDS[language]
    lines = [f"  {words['skipped']}: {', '.join(rules)} ({why})" for why, rules in idle(report, language)]
    if report.missing_texts:
        more = len(report.missing_texts) - NAMED
        rest = f", … +{more}" if more > 0 else ""
        lines.append(f"  {words['skipped']}: {', '.join(report.missing_texts[:NAMED])}{rest} ({words['texts']})")
    return lines + [f"  {lowered(change, language)}" for change in report.lowered]
