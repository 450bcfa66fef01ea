"""The diff for a pull request: the verdict in sight, long lists folded."""

from __future__ import annotations

import re

from plans.diffs.sections import Entry, overview, sections, side_label, verdict
from plans.diffs.words import WORDS, reason_text
from planspec.diff import Diff

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@&])")
UNFOLDED = ("structure", "keys", "figure")
"""Sections that a reviewer must see without opening anything."""


def escape(text: str) -> str:
    """Text as it is, whatever Markdown would make of it; a mention notifies nobody."""
    return _SPECIAL.sub(lambda m: f"&#{ord(m[1])};" if m[1] in "<>&|@" else f"\\{m[1]}", text)


def render(diff: Diff, language: str, limit: int) -> str:
    """A heading, the step demanded and why, a table of counts, then the sections."""
    words = WORDS[language]
    lines = [
        f"## {words['title']}: {escape(side_label(diff.old, language))} → {escape(side_label(diff.new, language))}",
        "",
    ]
    lines += [f"**{escape(verdict(diff, language))}**", ""]
    if diff.reasons:
        lines += [f"- **{words[r.level]}** {escape(reason_text(r, language))}" for r in diff.reasons] + [""]
    rows, others = overview(diff, language)
    if rows:
        heads = [words[w] for w in ("table", "key", "rows", "added", "gone", "renamed", "changed")]
        lines += ["| " + " | ".join(heads) + " |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
        lines += ["| " + " | ".join(escape(c) for c in row) + " |" for row in rows]
        lines += ["", f"{words['unchanged']}: {escape(', '.join(others))}", ""] if others else [""]
    for section in sections(diff, language, limit):
        fold = section.name not in UNFOLDED
        heading = f"{section.heading} ({section.total})"
        lines += [f"<details><summary>{heading}</summary>", ""] if fold else [f"### {heading}", ""]
        lines += [escape(line) + "  " for line in section.lead] + ([""] if section.lead else [])
        for entry in section.entries:
            lines += _entry(entry)
        if section.total > len(section.entries):
            lines.append("- " + words["more"].format(count=section.total - len(section.entries)))
        lines += ["", "</details>", ""] if fold else [""]
    return "\n".join(lines).rstrip("\n")


def _entry(entry: Entry) -> list[str]:
    parts = [escape(entry.place), f"**{escape(entry.key)}**" if entry.key else "", escape(entry.text)]
    first = "- " + " ".join(p for p in parts if p)
    return [first, *(f"  - {escape(c)}: ~~{escape(old)}~~ → {escape(new)}" for c, old, new in entry.cells)]
