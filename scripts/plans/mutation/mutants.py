"""The plan: which cells, rows and files are corrupted, how, and from which seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from plans.mutation.operators import SLIPS, Place, Rows, Slip, filled, kind_of_column
from planspec.package import Package, Resource, open_package

PER_COLUMN = 4
SHIFT = "cell in the wrong column"
PLANTED = {
    "retired": {
        "id": "370202-2025-gdp-growth-rate",
        "resource": "targets",
        "replaced_by": "370202-2025-gdp-growth",
        "version": "0.1.0",
        "reason": "The slug named the wrong indicator.",
    }
}
"""A sound row for a resource that has none yet, so that its columns are judged like all others."""


@dataclass(frozen=True)
class Mutant:
    """One corruption. `group` is cell, row or file; `line` counts from 1 with the header as line 1."""

    number: int
    group: str
    resource: str
    column: str
    kind: str
    line: int
    key: str
    before: str
    after: str
    path: str
    data: bytes

    @property
    def label(self) -> str:
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")


def to_csv(rows: Rows, columns: list[str]) -> bytes:
    """Canonical CSV of the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[c] for c in columns] for row in rows)
    return out.getvalue().encode("utf-8")


def read_rows(package: Package) -> dict[str, Rows]:
    """The rows of every resource as text, with a planted row where there is none."""
    tables = {}
    for resource in package:
        text = package.store.read(resource.path).decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        tables[resource.name] = rows or [dict(PLANTED[resource.name])]
    return tables


def _key(resource: Resource, row: dict[str, str]) -> str:
    return "/".join(row[k] for k in resource.primary_key)


def _shifted(place: Place) -> dict[str, str] | None:
    """The row with the cell typed into the next column (the last: the one before), whose cell comes here."""
    columns = place.resource.columns
    i = columns.index(place.column.name)
    other = columns[i + 1] if i + 1 < len(columns) else columns[i - 1]
    if place.cell == place.row[other]:
        return None
    return {**place.row, place.column.name: place.row[other], other: place.cell}


def _cell_mutants(resource: Resource, tables: dict[str, Rows], seed: int) -> Iterator[Mutant]:
    rows = tables[resource.name]
    for column in resource.fields:
        rng = Random(f"{seed}/{resource.name}/{column.name}")
        slips: dict[str, Slip | None] = {**SLIPS[kind_of_column(Place(resource, column, rows, 0))], SHIFT: None}
        if not any(row[column.name] for row in rows):
            slips = {"cell filled": filled, SHIFT: None}
        kinds = rng.sample(sorted(slips), len(slips))
        seen: set[bytes] = set()
        turn = found = 0
        while found < PER_COLUMN and turn < 20 * PER_COLUMN:
            kind = kinds[turn % len(kinds)]
            turn += 1
            mutant = _try(resource, tables, column.name, kind, slips[kind], rng)
            if mutant is None or mutant.data in seen:
                continue
            seen.add(mutant.data)
            found += 1
            yield mutant


def _try(
    resource: Resource, tables: dict[str, Rows], column: str, kind: str, slip: Slip | None, rng: Random
) -> Mutant | None:
    """One corruption of a cell drawn at random; None where no cell drawn can be corrupted this way."""
    rows = tables[resource.name]
    for _ in range(60):
        place = Place(resource, resource.field(column), rows, rng.randrange(len(rows)), tables)
        if slip is None:
            row = _shifted(place) if place.cell else None
        else:
            cell = slip(place, rng)
            row = None if cell is None or cell == place.cell else {**place.row, column: cell}
        if row is None:
            continue
        changed = [*rows[: place.index], row, *rows[place.index + 1 :]]
        key = _key(resource, place.row)
        return Mutant(
            0,
            "cell",
            resource.name,
            column,
            kind,
            place.index + 2,
            key,
            place.cell,
            row[column],
            resource.path,
            to_csv(changed, resource.columns),
        )
    return None


def _new_key(resource: Resource, row: dict[str, str], rows: Rows) -> dict[str, str]:
    """The row under a key that is free: the slug with -2, the next number, or the next part."""
    name = resource.primary_key[-1]
    taken = {tuple(r[k] for k in resource.primary_key) for r in rows}
    cell = row[name]
    for n in range(2, 1000):
        fresh = f"{int(cell) + n - 1:0{len(cell)}d}" if cell.isdigit() else f"{cell}-{n}"
        changed = {**row, name: fresh}
        if tuple(changed[k] for k in resource.primary_key) not in taken:
            break
    return changed


def _row_mutants(resource: Resource, tables: dict[str, Rows], seed: int) -> Iterator[Mutant]:
    rows = tables[resource.name]
    rng = Random(f"{seed}/{resource.name}/rows")
    for kind in ("row duplicated", "row duplicated under a new key", "row dropped", "row dropped"):
        i = rng.randrange(len(rows))
        key = _key(resource, rows[i])
        if kind == "row dropped":
            changed = rows[:i] + rows[i + 1 :]
        elif kind == "row duplicated":
            changed = [*rows[: i + 1], rows[i], *rows[i + 1 :]]
        else:
            changed = [*rows[: i + 1], _new_key(resource, rows[i], rows), *rows[i + 1 :]]
        yield Mutant(
            0, "row", resource.name, "", kind, i + 2, key, "", "", resource.path, to_csv(changed, resource.columns)
        )


def _file_mutants(resource: Resource, tables: dict[str, Rows], seed: int) -> Iterator[Mutant]:
    columns = resource.columns
    data = to_csv(tables[resource.name], columns)
    text = data.decode("utf-8")
    rng = Random(f"{seed}/{resource.name}/file")
    i = rng.randrange(len(columns) - 1)
    swapped = [*columns[:i], columns[i + 1], columns[i], *columns[i + 2 :]]
    body = data[: -rng.randrange(2, max(3, min(40, len(data.splitlines()[-1]))))]
    variants = {
        "file saved by Excel in GBK": text.replace("\n", "\r\n").encode("gb18030"),
        "file saved by Excel with BOM": b"\xef\xbb\xbf" + data,
        "columns exchanged": to_csv(tables[resource.name], swapped),
        "file cut off": body,
    }
    for kind, variant in variants.items():
        if variant != data:
            yield Mutant(0, "file", resource.name, "", kind, 0, "", "", "", resource.path, variant)


def plan(path: Path, seed: int, only: tuple[str, ...] = ()) -> tuple[list[Mutant], dict[str, bytes]]:
    """All mutants of the package at `path`, and the bytes of its unharmed files (with planted rows).

    Every column of every resource gets `PER_COLUMN` cell mutants, every resource four row and up to four file mutants.
    `only` leaves out the mutants of all other resources.
    """
    package = open_package(path)
    tables = read_rows(package)
    sound = {r.path: to_csv(tables[r.name], r.columns) for r in package}
    mutants: list[Mutant] = []
    for resource in package:
        if only and resource.name not in only:
            continue
        mutants += _cell_mutants(resource, tables, seed)
        mutants += _row_mutants(resource, tables, seed)
        mutants += _file_mutants(resource, tables, seed)
    numbered = [replace(m, number=n) for n, m in enumerate(mutants, 1)]
    same = [m.label for m in numbered if m.data == sound[m.path]]
    if same:
        raise AssertionError(f"mutants that change nothing: {same}")
    return numbered, sound


def sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """A fair part of the plan, in its order."""
    if size >= len(mutants):
        return mutants
    chosen = set(Random(f"{seed}/sample").sample(range(len(mutants)), size))
    return [m for i, m in enumerate(mutants) if i in chosen]
