"""The diff in the order a reviewer reads: what breaks, what was said, what was added, what is only wording.

A reader may stop at any heading and has seen what matters more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from plans.diffs.words import WORDS, clean, title
from planspec.diff import Diff
from planspec.diff.model import Cell, Change, Row, Side, Structural, TableDiff

LONGEST = 120
"""Characters of a cell that a listing shows; what is cut is counted."""
BRIEF = ("name_en", "indicator_id", "comparator", "value", "unit_id", "printed", "role", "completeness", "title")
"""Columns that tell a reader which row it is."""


@dataclass
class Entry:
    """One line of a section: `place` (file:line or table.field), `key`, a `text`, and the cells that changed."""

    place: str
    key: str = ""
    text: str = ""
    cells: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place, self.key, self.text = clean(self.place), clean(self.key), clean(self.text)
        self.cells = [(clean(column), old, new) for column, old, new in self.cells]


@dataclass
class Section:
    """Entries under a heading; `total` counts those not listed too. `lead` are lines above the entries."""

    name: str
    heading: str
    total: int
    entries: list[Entry]
    lead: list[str] = field(default_factory=list)


def side_label(side: Side, language: str) -> str:
    """What a version is called: its number and where it was read."""
    place = WORDS[language]["working"] if side.kind == "folder" and side.label in (".", "") else side.label
    commit = f" {side.commit[:12]}" if side.commit and not side.label.startswith(side.commit[:7]) else ""
    return clean(f"{side.version or '–'} ({place}{commit})")


def verdict(diff: Diff, language: str) -> str:
    """The step demanded, in one sentence."""
    words = WORDS[language]
    if diff.empty:
        return words["same"]
    if diff.demanded == "none":
        return f"{clean(diff.new.name)}: {words['nothing']}"
    stop = {"en": ("; ", "."), "zh": ("；", "。")}[language]
    least = stop[0] + words["least"].format(version=diff.least) if diff.least else ""
    return f"{clean(diff.new.name)}: {words['demands'].format(level=words[diff.demanded])}{least}{stop[1]}"


def shown(value: object, language: str) -> str:
    """A cell or property on one line, cut after `LONGEST` characters with the rest counted."""
    words = WORDS[language]
    if value in (None, ""):
        return words["empty_cell"]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = clean(text)
    if len(text) > LONGEST + 20:
        return text[:LONGEST] + words["cut"].format(count=len(text) - LONGEST)
    return text


def overview(diff: Diff, language: str) -> tuple[list[list[str]], list[str]]:
    """A row a table that differs (name, key, rows before → after, added, gone, renamed, changed), and the others."""
    words = WORDS[language]
    rows, others = [], []
    for table in diff.tables:
        if not table.differs and table.status == "same":
            others.append(table.name)
            continue
        renamed = sum(c.renamed for c in table.changed)
        rows.append(
            [
                table.name,
                " + ".join(table.key) or words["no_key_short"],
                f"{table.old_count} → {table.new_count}",
                *(str(n or "") for n in (len(table.added), len(table.removed), renamed)),
                str(sum(bool(c.cells) for c in table.changed) or ""),
            ]
        )
    return rows, others


def sections(diff: Diff, language: str, limit: int) -> list[Section]:
    """The sections that hold anything, in reading order; each lists at most `limit` entries."""
    words = WORDS[language]
    found: dict[str, list[Entry]] = {"structure": [_structural(s, language) for s in diff.structure]}
    lead: dict[str, list[str]] = {}
    for table in diff.tables:
        _rows(table, found, lead, language)
    found["remarks"] = [
        Entry(t.name, text=words[code].format(**params)) for t in diff.tables for code, params in t.remarks
    ]
    order = ("structure", "keys", "figure", "rows_added", "rows_removed", "reading", "place", "note", "form", "remarks")
    return [
        Section(name, words[name], len(found[name]), found[name][:limit], lead.get(name, []))
        for name in order
        if found.get(name)
    ]


def _rows(table: TableDiff, found: dict[str, list[Entry]], lead: dict[str, list[str]], language: str) -> None:
    words = WORDS[language]

    def add(section: str, entry: Entry) -> None:
        found.setdefault(section, []).append(entry)

    # Rows of a table that came or went as a whole are counted in its own line, not listed.
    if table.status in ("added", "removed"):
        return
    for row in table.removed:
        place = f"{table.file}:{row.line} ({words['old']})"
        gone = table.names_records and row.gone and bool(table.key)
        text = _withdrawal(row, language) if gone else _brief(row)
        add("keys" if gone else "rows_removed", Entry(place, ", ".join(row.key), text))
    for row in table.added:
        place = f"{table.file}:{row.line}"
        add(
            "keys" if row.reused else "rows_added",
            Entry(place, ", ".join(row.key), words["reused"] if row.reused else _brief(row)),
        )
    if table.added:
        districts = Counter(r.cells.get("district_code", "") for r in table.added)
        by = f" ({', '.join(f'{d} {n}' for d, n in sorted(districts.items()))})" if "" not in districts else ""
        lead.setdefault("rows_added", []).append(f"{table.name}: {len(table.added)}{by}")
    for change in table.changed:
        named = table.names_records and change.renamed and len(change.key) == 1
        add("keys" if named or change.tier == "meaning" else change.tier, _changed(table, change, language))


def _changed(table: TableDiff, change: Change, language: str) -> Entry:
    key = ", ".join(change.key)
    if change.renamed:
        key = f"{', '.join(change.old_key)} → {key}"
    cells = [(c.column, shown(c.old, language), shown(c.new, language)) for c in _ordered(change.cells)]
    return Entry(f"{table.file}:{change.line}", key, change.reason, cells)


def _ordered(cells: tuple[Cell, ...]) -> Iterator[Cell]:
    """Cells as they come (most important first), without those that only follow a renamed key, which come last."""
    yield from (c for c in cells if not c.follows)
    yield from (c for c in cells if c.follows)


def _withdrawal(row: Row, language: str) -> str:
    words = WORDS[language]
    if not row.retired:
        return words["unretired"]
    parts = [words["withdrawn"]]
    if row.replaced_by:
        parts.append(words["replaced"].format(key=row.replaced_by))
    return f"{', '.join(parts)}: {row.reason}" if language == "en" else f"{'，'.join(parts)}：{row.reason}"


def _brief(row: Row) -> str:
    return " ".join(row.cells[c] for c in BRIEF if row.cells.get(c))[:LONGEST]


def _structural(change: Structural, language: str) -> Entry:
    words = WORDS[language]
    where = ".".join(p for p in (change.resource or words["package"], change.column) if p)
    text = f"{words[change.level]}: {title(change.code, language)}"
    if change.code in ("resource_added", "resource_removed"):
        count: Any = change.new if change.code == "resource_added" else change.old
        return Entry(where, text=f"{text} ({count} {words['rows']})")
    if change.old is None and change.new is None:
        return Entry(where, text=text)
    if isinstance(change.old, list) and isinstance(change.new, list):
        less = [f"− {shown(v, language)}" for v in change.old if v not in change.new]
        more = [f"+ {shown(v, language)}" for v in change.new if v not in change.old]
        return Entry(where, text=f"{text}: {change.what}: {', '.join([*less, *more]) or words['order']}")
    return Entry(where, text=text, cells=[(change.what, shown(change.old, language), shown(change.new, language))])
