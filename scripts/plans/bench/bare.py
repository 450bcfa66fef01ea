"""The checks of the Table Schemas alone, as bare polars expressions: what a schema asks for, and nothing of ours.

Types (a cell that cannot be cast stops the reading), required, enum, pattern, bounds, keys, unique columns and foreign
keys. Run as a process of its own: `python -m plans.bench.bare DIR`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from plans.bench.reading import tables


def cell_faults(schema: dict) -> Iterator[pl.Expr]:
    """For each constraint of a column the number of cells that break it."""
    for field in schema["fields"]:
        cell, limits = pl.col(field["name"]), field.get("constraints", {})
        tests = {
            "required": lambda cell, limit: cell.is_null() if limit else pl.lit(value=False),
            "enum": lambda cell, limit: ~cell.cast(pl.String).is_in([str(v) for v in limit]),
            "pattern": lambda cell, limit: ~cell.cast(pl.String).str.contains(f"^(?:{limit})$"),
            "minimum": lambda cell, limit: cell < limit,
            "maximum": lambda cell, limit: cell > limit,
            "exclusiveMinimum": lambda cell, limit: cell <= limit,
            "exclusiveMaximum": lambda cell, limit: cell >= limit,
            "maxLength": lambda cell, limit: cell.str.len_chars() > limit,
        }
        for name, limit in limits.items():
            if name in tests:
                yield tests[name](cell, limit).sum().alias(f"{field['name']} {name}")


def keys(schema: dict) -> Iterator[list[str]]:
    """The primary key and every unique column."""
    if schema.get("primaryKey"):
        yield list(schema["primaryKey"])
    yield from ([f["name"]] for f in schema["fields"] if f.get("constraints", {}).get("unique"))


def faults(folder: Path) -> int:
    """How many constraints of the schemas the tables of a package break."""
    found = 0
    held = tables(folder)
    for name, (frame, schema) in held.items():
        expressions = list(cell_faults(schema))
        found += sum(n or 0 for n in frame.lazy().select(expressions).collect().row(0)) if expressions else 0
        for key in keys(schema):
            # By a hash of 64 bits, as the quickest exact tools look first.
            found += frame.height - frame.select(pl.struct(key).hash()).to_series().n_unique()
        for reference in schema.get("foreignKeys", ()):
            own, other = reference["fields"][0], reference["reference"]
            known = held[other.get("resource") or name][0].select(pl.col(other["fields"][0]).alias(own)).unique()
            found += frame.select(own).drop_nulls().join(known, on=own, how="anti").height
    return found


if __name__ == "__main__":
    print(faults(Path(sys.argv[1])))
