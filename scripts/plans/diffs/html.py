"""The diff as one page that needs nothing but itself."""

from __future__ import annotations

from html import escape

from plans.diffs.sections import Entry, overview, sections, side_label, verdict
from plans.diffs.words import WORDS, reason_text
from planspec.diff import Diff

LANGUAGE = {"en": "en", "zh": "zh-Hans"}
STYLE = """
:root { color-scheme: light dark; --line: #8884; --old: #b3261e; --new: #146c2e; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --old: #ffb4ab; --new: #8fd99f; } }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
ul { padding-left: 1.2rem; } li { margin: .3rem 0; overflow-wrap: anywhere; }
.level { display: inline-block; min-width: 4rem; font-weight: 600; }
.place { color: inherit; opacity: .75; } .key { font-weight: 600; }
del { color: var(--old); } ins { color: var(--new); text-decoration: none; }
summary { cursor: pointer; font-size: 1.1rem; font-weight: 600; margin-top: 1.5rem; }
"""


def render(diff: Diff, language: str, limit: int) -> str:
    """A page in one file; without scripts, readable on a phone, in the dark and on paper."""
    words = WORDS[language]
    heading = f"{words['title']}: {side_label(diff.old, language)} → {side_label(diff.new, language)}"
    parts = [
        "<!doctype html>",
        f'<html lang="{LANGUAGE[language]}">',
        f'<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(heading)}</title><style>{STYLE}</style></head>',
        f"<body><main><h1>{escape(heading)}</h1>",
        f"<p><strong>{escape(verdict(diff, language))}</strong></p>",
    ]
    if diff.reasons:
        parts += [f"<h2>{words['why']}</h2>", "<ul>"]
        parts += [
            f'<li><span class="level">{words[r.level]}</span> {escape(reason_text(r, language))}</li>'
            for r in diff.reasons
        ]
        parts.append("</ul>")
    parts += _overview(diff, language)
    for section in sections(diff, language, limit):
        opening = "" if section.name in ("form", "remarks") else " open"
        summary = f"<summary>{escape(section.heading)} ({section.total})</summary>"
        parts.append(f'<details{opening} id="{section.name}">{summary}')
        parts += [f"<p>{escape(line)}</p>" for line in section.lead]
        parts += ["<ul>", *(_entry(e) for e in section.entries)]
        if section.total > len(section.entries):
            parts.append(f"<li>{words['more'].format(count=section.total - len(section.entries))}</li>")
        parts.append("</ul></details>")
    parts.append("</main></body></html>")
    return "\n".join(parts)


def _overview(diff: Diff, language: str) -> list[str]:
    words = WORDS[language]
    rows, others = overview(diff, language)
    if not rows:
        return []
    heads = [words[w] for w in ("table", "key", "rows", "added", "gone", "renamed", "changed")]
    cells = ["".join(f'<th scope="col"{_right(i)}>{escape(h)}</th>' for i, h in enumerate(heads))]
    cells += ["".join(f"<td{_right(i)}>{escape(c)}</td>" for i, c in enumerate(row)) for row in rows]
    table = [f"<h2>{words['counts']}</h2>", "<table>", *(f"<tr>{row}</tr>" for row in cells), "</table>"]
    return [*table, f"<p>{words['unchanged']}: {escape(', '.join(others))}</p>"] if others else table


def _right(column: int) -> str:
    return ' class="n"' if column > 1 else ""


def _entry(entry: Entry) -> str:
    parts = [("place", entry.place), ("key", entry.key), ("", entry.text)]
    head = " ".join(
        f'<span class="{name}">{escape(text)}</span>' if name else escape(text) for name, text in parts if text
    )
    cells = "".join(
        f"<li>{escape(c)}: <del>{escape(old)}</del> → <ins>{escape(new)}</ins></li>" for c, old, new in entry.cells
    )
    return f"<li>{head}" + (f"<ul>{cells}</ul>" if cells else "") + "</li>"
