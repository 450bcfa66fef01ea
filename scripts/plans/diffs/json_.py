"""The diff for machines, whole; its JSON Schema is docs/diff.schema.json."""

from __future__ import annotations

import json
from typing import Any

from plans.diffs.words import reason_text
from planspec import TOOL_VERSION
from planspec.diff import Diff
from planspec.diff.model import Change, Row, Side, TableDiff


def render(diff: Diff, language: str, limit: int) -> str:  # noqa: ARG001 -- all forms are called alike; json lists everything
    """One JSON object."""
    return json.dumps(content(diff, language), ensure_ascii=False, indent=2)


def content(diff: Diff, language: str) -> dict[str, Any]:
    """The diff as plain data: sides, `demanded`, `reasons`, `structure`, `tables` with their rows."""
    return {
        "tool": {"name": "plans", "version": TOOL_VERSION},
        "language": language,
        "old": _side(diff.old),
        "new": _side(diff.new),
        "differs": not diff.empty,
        "demanded": diff.demanded,
        "least_version": diff.least,
        "reasons": [
            {
                "level": r.level,
                "code": r.code,
                "resource": r.resource,
                "subject": r.subject,
                "count": r.count,
                "text": reason_text(r, language),
            }
            for r in diff.reasons
        ],
        "structure": [
            {
                "level": s.level,
                "code": s.code,
                "resource": s.resource,
                "field": s.column,
                "property": s.what,
                "old": s.old,
                "new": s.new,
            }
            for s in diff.structure
        ],
        "tables": [_table(t) for t in diff.tables],
    }


def _side(side: Side) -> dict[str, str]:
    return {"label": side.label, "kind": side.kind, "name": side.name, "version": side.version, "commit": side.commit}


def _table(table: TableDiff) -> dict[str, Any]:
    return {
        "name": table.name,
        "status": table.status,
        "file": table.file,
        "key": list(table.key),
        "rows": {"old": table.old_count, "new": table.new_count},
        "reordered": table.reordered,
        "remarks": [{"code": code, **params} for code, params in table.remarks],
        "doubled": {
            side: [{"key": list(key), "times": times} for key, times in doubled.items()]
            for side, doubled in (("old", table.doubled_old), ("new", table.doubled_new))
        },
        "added": [_row(r) | {"reused": r.reused} for r in table.added],
        "removed": [
            _row(r) | {"gone": r.gone, "retired": r.retired, "replaced_by": r.replaced_by, "reason": r.reason}
            for r in table.removed
        ],
        "changed": [_change(c) for c in table.changed],
    }


def _row(row: Row) -> dict[str, Any]:
    return {"key": list(row.key), "line": row.line, "cells": row.cells}


def _change(change: Change) -> dict[str, Any]:
    return {
        "key": list(change.key),
        "old_key": list(change.old_key),
        "line": change.line,
        "old_line": change.old_line,
        "tier": change.tier,
        "reason": change.reason,
        "cells": [
            {"column": c.column, "old": c.old, "new": c.new, "tier": c.tier, "follows": c.follows} for c in change.cells
        ],
    }
