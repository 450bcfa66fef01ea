"""Only reading: every table of a package as typed columns, by polars. The least that anything must do.

Run as a process of its own: `python -m plans.bench.reading DIR`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

TYPES: dict[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "year": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}


def tables(folder: Path) -> dict[str, tuple[pl.DataFrame, dict]]:
    """Each table with its Table Schema."""
    found = {}
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        schema = json.loads((folder / resource["schema"]).read_text(encoding="utf-8"))
        types = {field["name"]: TYPES.get(field["type"], pl.String) for field in schema["fields"]}
        found[resource["name"]] = pl.read_csv(folder / resource["path"], schema=types), schema
    return found


if __name__ == "__main__":
    print(sum(frame.height for frame, _ in tables(Path(sys.argv[1])).values()))
