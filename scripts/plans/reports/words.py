"""Words of the reports in both languages, and how a finding reads."""

from __future__ import annotations

from plans.chinese import translated
from planspec.findings import Finding
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report

WORDS = {
    "en": {
        "holds": "The data hold.",
        "fails": "The data do not hold.",
        "checked": "checked",
        "documents": "documents",
        "texts": "source texts",
        "districts": "districts",
        "rows": "rows",
        "figures": "printed figures in the ledger",
        "recounted": "recounted in the texts: {covered} of {recounted} numbers stand in it",
        "unread": "not recounted: no source text at hand",
        "proved": "records re-derived from their phrase",
        "rules": "rules",
        "skipped": "skipped",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "errors": "errors",
        "warnings": "warnings",
        "infos": "notes",
        "mend": "to mend",
        "more": "more of this rule, not listed",
        "line": "line",
        "column": "column",
        "key": "key",
        "rule": "rule",
        "finding": "finding",
        "lowered": "lowered by the package",
        "why": "why",
        "structure": "structure",
        "row": "row",
        "package": "package",
        "source": "source",
    },
    "zh": {
        "holds": "数据成立。",
        "fails": "数据不成立。",
        "checked": "已检查",
        "documents": "文档",
        "texts": "原文",
        "districts": "区市",
        "rows": "行",
        "figures": "个印刷数字在台账中",
        "recounted": "对原文重新清点：{recounted} 个数字中 {covered} 个在台账中",
        "unread": "未重新清点：没有原文",
        "proved": "条记录由原文短语重新推出",
        "rules": "条规则",
        "skipped": "跳过",
        "error": "错误",
        "warning": "警告",
        "info": "提示",
        "errors": "个错误",
        "warnings": "个警告",
        "infos": "个提示",
        "mend": "修改办法",
        "more": "处同类问题未列出",
        "line": "行",
        "column": "列",
        "key": "键",
        "rule": "规则",
        "finding": "问题",
        "lowered": "由本包配置降级",
        "why": "原因",
        "structure": "结构",
        "row": "逐行",
        "package": "整包",
        "source": "原文",
    },
}


def message(finding: Finding, language: str) -> str:
    """What is wrong, in one sentence."""
    params = {name: _short(value) for name, value in finding.params.items()}
    return catalogue()[finding.rule].render(params, language)


LONG = 200
"""Characters of a cell that a message shows; JSON has the whole cell among the parameters."""


def _short(value: object) -> object:
    text = str(value)
    return value if len(text) <= LONG else f"{text[: LONG - 20]}… ({len(text)})"


def mend(finding: Finding, language: str) -> str:
    """How to mend it."""
    return catalogue()[finding.rule].mend[language]


def place(finding: Finding) -> str:
    """file:line:column, as editors read it."""
    return ":".join(str(p) for p in (finding.file or "datapackage.json", finding.line or "", finding.column) if p != "")


def ledger(report: Report, language: str) -> str:
    """How many figures the ledger has, and what a recount of the texts says of it."""
    words, facts = WORDS[language], report.facts
    told = words["recounted"].format(**facts) if "recounted" in facts else words["unread"]
    return f"{facts.get('figures', 0)} {words['figures']}; {told}"


def proof(report: Report, language: str) -> str:
    """How many of the records that state something were derived from their phrase again, with the same outcome."""
    facts = report.facts
    stated = facts.get("targets", 0) + facts.get("results", 0)
    return f"{facts.get('proved', 0)} / {stated} {WORDS[language]['proved']}"


def lowered(change: dict[str, str], language: str) -> str:
    """That the package turned a rule down, to what, and why."""
    return f"{WORDS[language]['lowered']}: {change['rule']} → {change['severity']} ({change['reason']})"


def idle(report: Report, language: str) -> list[tuple[str, list[str]]]:
    """Why rules were skipped, each reason with its rules."""
    reasons: dict[str, list[str]] = {}
    for rule, why in sorted(report.skipped.items()):
        reasons.setdefault(translated(why, language), []).append(rule)
    return sorted(reasons.items())


def unlisted(report: Report) -> dict[str, int]:
    """How many findings of each rule are counted but not listed."""
    listed: dict[str, int] = {}
    for finding in report.findings:
        listed[finding.rule] = listed.get(finding.rule, 0) + 1
    return {rule: n - listed.get(rule, 0) for rule, n in report.counts.items() if n > listed.get(rule, 0)}
