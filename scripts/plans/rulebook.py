"""Showing the catalogue: as a list with the rows each rule could fail, as one rule whole, as pages."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from planspec.errors import CannotTell
from planspec.rules.catalogue import LAYERS, Rule, catalogue
from planspec.rules.run import validate
from planspec.rules.source import find_sources

HEADS = {
    "en": {
        "title": "Rules",
        "intro": "Generated from the catalogue beside the code (`make docs`). A rule's id never changes and is never used again.",
        "defect": "Defect",
        "why": "Why it matters",
        "mend": "How to mend it",
        "message": "Message",
        "bad": "Wrong",
        "good": "Right",
        "reads": "Reads",
        "rows": "Rows of this package it could fail",
        "follows": "Left out on a row where one of these says why",
        "idle": "No shipped row could fail it",
        "layers": {"structure": "Structure", "row": "Row", "package": "Package", "source": "Source"},
    },
    "zh": {
        "title": "规则",
        "intro": "本页由代码旁的规则目录生成（`make docs`）。规则编号永不更改，也不会重复使用。",
        "defect": "缺陷",
        "why": "为什么重要",
        "mend": "修改办法",
        "message": "提示信息",
        "bad": "错误示例",
        "good": "正确示例",
        "reads": "涉及列",
        "rows": "本数据包中可判行数",
        "follows": "同一行已有下列规则说明原因时，不再重复报告",
        "idle": "现有数据中没有可判的行",
        "layers": {"structure": "结构", "row": "行", "package": "整包", "source": "原文"},
    },
}


def as_data(rule: Rule) -> dict[str, object]:
    """One rule as plain data, for rules.json."""
    return {
        "id": rule.id,
        "name": rule.name,
        "severity": rule.severity,
        "layer": rule.layer,
        "resources": list(rule.resources),
        "columns": [c for c in rule.columns if not c.startswith("_")],
        "title": rule.title,
        "message": rule.message,
        "why": rule.why,
        "mend": rule.mend,
        "bad": rule.bad,
        "good": rule.good,
        "follows": list(rule.follows),
        "idle": rule.idle,
    }


def rules_json() -> str:
    """The whole catalogue as JSON."""
    return json.dumps({"rules": [as_data(r) for r in catalogue().values()]}, ensure_ascii=False, indent=2) + "\n"


def _cells(example: dict[str, object]) -> str:
    return ", ".join(f"`{k}` = `{v}`" for k, v in example.items() if k != "resource") or "–"


def rule_text(rule: Rule, language: str, rows: int | None = None) -> str:
    """One rule as Markdown."""
    heads = HEADS[language]
    lines = [f"### {rule.id} {rule.name}", "", rule.title[language], ""]
    lines += [
        f"- {rule.severity}; {heads['reads']}: {', '.join(rule.resources)}: {', '.join(c for c in rule.columns if not c.startswith('_')) or '–'}"
    ]
    if rows is not None:
        lines.append(f"- {heads['rows']}: {rows}")
    if rule.idle and not rows:
        lines.append(f"- {heads['idle']}: {rule.idle[language]}")
    if rule.follows:
        lines.append(f"- {heads['follows']}: {', '.join(rule.follows)}")
    lines += [
        f"- {heads['why']}: {rule.why[language]}",
        f"- {heads['mend']}: {rule.mend[language]}",
        f"- {heads['message']}: {rule.message[language]}",
    ]
    lines += [f"- {heads['bad']}: {_cells(rule.bad)}", f"- {heads['good']}: {_cells(rule.good)}", ""]
    return "\n".join(lines)


def page(language: str, rows: dict[str, int] | None = None) -> str:
    """docs/rules.md or docs/rules.zh.md, with how many rows each rule could fail where `rows` says."""
    heads = HEADS[language]
    lines = [f"# {heads['title']}", "", str(heads["intro"]), ""]
    for layer in LAYERS:
        lines += [f"## {heads['layers'][layer]}", ""]  # type: ignore[index] # a table of texts by language
        lines += [rule_text(r, language, (rows or {}).get(r.id)) for r in catalogue().values() if r.layer == layer]
    return "\n".join(lines).rstrip() + "\n"


def shipped_rows(root: Path) -> dict[str, int]:
    """How many rows of the package at `root` each rule could fail.

    Of a rule that had nothing to read, for want of the source texts, the number stays that docs/rules.md tells.
    """
    told = root / "docs" / "rules.md"
    text = told.read_text(encoding="utf-8") if told.is_file() else ""
    head = re.escape(str(HEADS["en"]["rows"]))
    known = re.findall(rf"^### (\w+) .*?\n(?:(?!### ).*\n)*?- {head}: (\d+)$", text, flags=re.MULTILINE)
    return {rule: int(rows) for rule, rows in known} | _rows(root, None)


def show(rule: str, path: Path, format: str, language: str, sources: Path | None) -> str:
    """What `plans rules` prints."""
    if rule and rule not in catalogue():
        near = [r.id for r in catalogue().values() if r.id[:2] == rule[:2].upper()]
        raise CannotTell(f"there is no rule {rule}", f"use one of: {', '.join(near or catalogue())}")
    if format == "markdown":
        return page(language) if not rule else rule_text(catalogue()[rule], language)
    rows = _rows(path, sources)
    chosen = [catalogue()[rule]] if rule else list(catalogue().values())
    if format == "json":
        return json.dumps([{**as_data(r), "rows": rows.get(r.id)} for r in chosen], ensure_ascii=False, indent=2) + "\n"
    if rule:
        return rule_text(chosen[0], language, rows.get(rule)) + "\n"
    return "".join(_line(r, rows, language) for r in chosen)


def _rows(path: Path, sources: Path | None) -> dict[str, int]:
    """How many rows of the package at `path` each rule could fail; without the rules that had nothing to read."""
    try:
        report = validate(path, find_sources(path, sources, os.environ.get("PLANS_SOURCES")))
    except CannotTell:
        if path == Path():
            return {}
        raise
    return {rule: report.rows.get(rule, 0) for rule in catalogue() if rule not in report.skipped}


def _line(rule: Rule, rows: dict[str, int], language: str) -> str:
    why = f" ({rule.idle[language]})" if rows.get(rule.id) == 0 and rule.idle else ""
    return f"{rule.id}  {rule.severity:<7}  {rule.layer:<9} {rows.get(rule.id, '–'):>7}  {rule.title[language]}{why}\n"
