"""The ledger as a table: a line a document, what became of every printed figure."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from planspec.errors import CannotTell
from planspec.package import open_package
from planspec.tables import read_tables

REFERENCES = {"target": "target_id", "result": "result_id", "project": "project_id", "initiative": "initiative_id"}


def summary(path: Path) -> list[dict[str, object]]:
    """One dict a document, and a last one of totals.

    Keys: `source`, `figures` (places), `rows`, `target`, `result`, `project`, `initiative`, `context` (reason →
    count), `furniture`, `open` (rows that point to no record yet).
    """
    package = open_package(path)
    tables, _ = read_tables(package)
    if "figures" not in tables:
        raise CannotTell(
            "the ledger data/figures.csv cannot be read", "run plans validate to see what is wrong with it"
        )
    rows: dict[str, list[dict]] = {}
    for row in tables["figures"].frame.iter_rows(named=True):
        rows.setdefault(row["source_id"], []).append(row)
    lines = [_line(source, group) for source, group in sorted(rows.items())]
    return [*lines, _line("total", [r for group in rows.values() for r in group])]


def _line(source: str, rows: list[dict]) -> dict[str, object]:
    roles = Counter(r["role"] for r in rows)
    reasons = Counter(r["reason"] for r in rows if r["role"] == "context")
    return {
        "source": source,
        "figures": len({(r["source_id"], r["start"]) for r in rows}),
        "rows": len(rows),
        **{role: roles[role] for role in REFERENCES},
        "context": dict(sorted(reasons.items())),
        "furniture": roles["furniture"],
        "open": sum(1 for r in rows if r["role"] in REFERENCES and r[REFERENCES[r["role"]]] is None),
    }


def show(path: Path, format: str) -> str:
    """The table as text, JSON or Markdown."""
    lines = summary(path)
    if format == "json":
        return json.dumps(lines, ensure_ascii=False, indent=2) + "\n"
    reasons = sorted({reason for line in lines for reason in line["context"]})  # type: ignore[attr-defined] # a table of counts
    head = ["source", "figures", "rows", *REFERENCES, *reasons, "furniture", "open"]
    body = [[str(line["context"].get(c, 0) if c in reasons else line[c]) for c in head] for line in lines]  # type: ignore[attr-defined] # a table of counts
    if format == "markdown":
        rule = "| " + " | ".join("---" if c == "source" else "---:" for c in head) + " |"
        return "\n".join(["| " + " | ".join(head) + " |", rule, *("| " + " | ".join(r) + " |" for r in body)]) + "\n"
    widths = [max(len(head[i]), *(len(r[i]) for r in body)) for i in range(len(head))]
    return "".join("  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) + "\n" for row in [head, *body])
