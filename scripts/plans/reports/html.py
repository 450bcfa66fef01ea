"""A self-contained page: findings grouped by rule, readable with ten thousand of them."""

from __future__ import annotations

import html
from collections import defaultdict

from plans.reports.words import WORDS, idle, ledger, lowered, mend, message, place, proof, unlisted
from plans.shown import visible
from planspec.findings import Finding
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report

_STYLE = """
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer}
table{border-collapse:collapse;width:100%;font-size:.9rem;content-visibility:auto}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line)}
code{font-size:.85em;overflow-wrap:anywhere}.error{color:#b00020}.warning{color:#8a5a00}
@media(prefers-color-scheme:dark){.error{color:#ff8a80}.warning{color:#ffcc80}}
"""


def escape(text: str) -> str:
    """The text as it may stand in the page."""
    return html.escape(visible(text))


def render(report: Report, language: str) -> str:
    """One page without scripts; a group is closed until it is opened, so that many findings do not freeze it."""
    words = WORDS[language]
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        groups[finding.rule].append(finding)
    more = unlisted(report)
    counts = ", ".join(f"{report.count(s)} {words[s + 's']}" for s in ("error", "warning", "info"))
    body = [
        f"<h1>{escape(report.package)} {escape(report.version)}: {escape(words['holds'] if report.holds else words['fails'])}</h1>",
        f"<p>{escape(counts)}. {escape(ledger(report, language))}; {escape(proof(report, language))}.</p>",
    ]
    for rule_id in sorted(groups, key=lambda r: (report.severity(r) != "error", r)):
        body.append(_group(report, rule_id, groups[rule_id], more.get(rule_id, 0), language))
    for why, rules in idle(report, language):
        body.append(f"<p>{escape(words['skipped'])}: {escape(', '.join(rules))} ({escape(why)})</p>")
    body += [f"<p>{escape(lowered(change, language))}</p>" for change in report.lowered]
    title = escape(f"{report.package} {report.version}")
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title><style>{_STYLE}</style>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _group(report: Report, rule_id: str, findings: list[Finding], more: int, language: str) -> str:
    words, rule, severity = WORDS[language], catalogue()[rule_id], report.severity(rule_id)
    rows = "".join(
        f"<tr><td><code>{escape(place(f))}</code></td><td><code>{escape(f.key)}</code></td><td>{escape(message(f, language))}</td></tr>"
        for f in findings
    )
    rest = f"<p>{more} {escape(words['more'])}</p>" if more else ""
    opened = " open" if len(findings) <= 20 else ""
    return (
        f'<details{opened}><summary><b class="{severity}">{rule_id}</b> {escape(rule.title[language])} '
        f"({report.counts[rule_id]})</summary><p>{escape(mend(findings[0], language))}</p>"
        f"<table><thead><tr><th>{escape(words['line'])}</th><th>{escape(words['key'])}</th><th>{escape(words['finding'])}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{rest}</details>"
    )
