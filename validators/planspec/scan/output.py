"""Proposed rows as CSV, JSON or text for a person."""

from __future__ import annotations

import csv
import io
import json

from planspec.scan.rows import COLUMNS, Row


def cells(row: Row) -> list[str]:
    """The cells of a row in the order of `COLUMNS`."""
    return [str(getattr(row, name)) for name in COLUMNS]


def as_csv(rows: list[Row]) -> str:
    """UTF-8 CSV with LF, one line a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells(row) for row in rows)
    return out.getvalue()


def as_json(rows: list[Row]) -> str:
    """A JSON array of objects; offsets, year and confidence are numbers, marks are booleans, empty cells null."""
    return json.dumps([_typed(row) for row in rows], ensure_ascii=False, indent=1) + "\n"


def _typed(row: Row) -> dict[str, object]:
    typed: dict[str, object] = {}
    for name in COLUMNS:
        cell = getattr(row, name)
        if cell == "":
            typed[name] = None
        elif name in ("start", "end", "year", "stated_start", "stated_end"):
            typed[name] = int(cell)
        elif name == "confidence":
            typed[name] = float(cell)
        elif name in ("stretch", "estimated", "headline"):
            typed[name] = cell == "true"
        else:
            typed[name] = cell
    return typed


def as_text(rows: list[Row]) -> str:
    """A line a figure, and a count of roles at the end."""
    lines = []
    for row in rows:
        value = (
            f"{row.comparator} {row.value}{'–' + row.value_max if row.value_max else ''}{row.unit_zh}".strip()
            if row.comparator
            else row.reason
        )
        mark = " main" if row.headline == "true" else ""
        lines.append(
            f"{row.start:>7} {row.printed:<8} {row.role:<10} {row.confidence} {value:<20}{mark} {row.stated}{' ← ' + row.cue if row.cue else ''}".rstrip()
        )
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.role] = counts.get(row.role, 0) + 1
    total = ", ".join(f"{role} {n}" for role, n in sorted(counts.items(), key=lambda item: -item[1]))
    return "\n".join([*lines, f"{len(rows)} figures: {total}"]) + "\n"


def render(rows: list[Row], format: str) -> str:
    """Rows in one of `csv`, `json`, `text`."""
    return {"csv": as_csv, "json": as_json, "text": as_text}[format](rows)
