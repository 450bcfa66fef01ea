"""How many rows each table has, kept in the descriptor (`rows` of a resource, which frictionless reads too).

A row lost in a merge or a spreadsheet leaves no trace in its table; the count beside it does. Only a descriptor that
counts its rows is kept up to date: one that does not is left alone.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.package import DESCRIPTOR, FolderStore, Package, Resource, open_package
from planspec.spreadsheet import decode


def declared(resource: Resource) -> int | None:
    """The rows that the descriptor counts; None where it does not count."""
    rows = resource.meta.get("rows")
    return rows if isinstance(rows, int) and not isinstance(rows, bool) and rows >= 0 else None


def counted(package: Package, resource: Resource) -> int | None:
    """The rows that stand in the file; None where it cannot be read as CSV."""
    if not package.store.exists(resource.path):
        return None
    try:
        text, _ = decode(package.store.read(resource.path))
        return max(0, sum(1 for row in csv.reader(io.StringIO(text, newline="")) if any(row)) - 1)
    except (UnicodeDecodeError, csv.Error):
        return None


def with_counts(package: Package) -> tuple[dict[str, Any], list[str]]:
    """The descriptor with its counts brought up to date, and a line for each table whose count changes."""
    entries, lines = [], []
    for entry in package.descriptor.get("resources", []):
        resource = package.resources.get(str(entry.get("name"))) if isinstance(entry, dict) else None
        then = declared(resource) if resource else None
        now = counted(package, resource) if resource else None
        changes = then is not None and now is not None and then != now
        if changes:
            lines.append(f"{DESCRIPTOR}: {entry['name']} has {now} rows, not {then}")
        entries.append({**entry, "rows": now} if changes else entry)
    return {**package.descriptor, "resources": entries} if lines else package.descriptor, lines


def write_counts(path: Path, *, write: bool = True) -> list[str]:
    """Bring the counts of the package in a folder up to date; with `write` false only say what would change.

    Returns a line for each table whose count changes. Raises `CannotTell` where the package is no folder.
    """
    package = open_package(path)
    if not isinstance(package.store, FolderStore):
        raise CannotTell(f"{path} is an archive", "give the folder of the package")
    descriptor, lines = with_counts(package)
    local = package.store.local(DESCRIPTOR)
    if lines and write and local is not None:
        # Half of a character, which JSON can hold as an escape, is written as that escape again.
        write_whole(
            local, (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
        )
    return lines
