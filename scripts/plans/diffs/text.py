"""The diff for a person at a terminal."""

from __future__ import annotations

from plans.diffs.sections import overview, sections, side_label, verdict
from plans.diffs.words import WORDS, reason_text
from planspec.diff import Diff


def render(diff: Diff, language: str, limit: int) -> str:
    """The step demanded and why, a table of counts, then the sections."""
    words = WORDS[language]
    lines = [f"{side_label(diff.old, language)} → {side_label(diff.new, language)}", verdict(diff, language)]
    lines += [f"  {words[r.level]:<6} {reason_text(r, language)}" for r in diff.reasons]
    rows, others = overview(diff, language)
    if rows:
        heads = [words[w] for w in ("table", "key", "rows", "added", "gone", "renamed", "changed")]
        lines += ["", *_aligned([heads, *rows])]
        if others:
            lines.append(f"  {words['unchanged']}: {', '.join(others)}")
    for section in sections(diff, language, limit):
        lines += ["", f"{section.heading} ({section.total})", *(f"  {line}" for line in section.lead)]
        for entry in section.entries:
            lines.append("  " + "  ".join(p for p in (entry.place, entry.key, entry.text) if p))
            lines += [f"      {column}: {old} → {new}" for column, old, new in entry.cells]
        if section.total > len(section.entries):
            lines.append("  " + words["more"].format(count=section.total - len(section.entries)))
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns a text takes on a terminal: Chinese characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = (
        [
            " " * (w - _width(c)) + c if i > 1 else c + " " * (w - _width(c))
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    )
    return ["  " + "  ".join(cells).rstrip() for cells in padded]
