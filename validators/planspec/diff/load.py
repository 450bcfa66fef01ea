"""Reading the tables of one version for comparison: by the header the file has, not the one it should have."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from planspec.diff.places import Opened
from planspec.errors import CannotTell
from planspec.package import Field, Resource
from planspec.tables import LEGIBLE, LINE, read_text

HARMLESS = ("S104", "S106", *LEGIBLE)
"""Faults of a file's form under which its cells can still be compared: BOM, CRLF, an open last line, a header in another order."""


@dataclass
class Loaded:
    """A resource read as text: `frame` has a String column for each column of the file, and `_line`."""

    resource: Resource
    frame: pl.DataFrame
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @cached_property
    def columns(self) -> list[str]:
        return [c for c in self.frame.columns if c != LINE]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Fields of the schema by name."""
        return {f.name: f for f in self.resource.fields}

    def field(self, name: str) -> Field | None:
        return self.fields.get(name)


def _header(data: bytes, label: str, path: str) -> list[str]:
    first = data.split(b"\n", 1)[0].split(b"\r", 1)[0]
    try:
        return next(csv.reader([first.decode("utf-8-sig")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise CannotTell(
            f"{label}: {path}:1: the header cannot be read: {error}", "bring the file into form with plans format"
        ) from error


def load(opened: Opened, resource: Resource) -> Loaded:
    """Read one resource. A header without rows, and a file without a header, are tables without rows.

    Raises `CannotTell` where a cell could be lost by comparing: the file is missing, is no UTF-8, or a row has too many
    or too few cells.
    """
    store, label, path = opened.package.store, opened.side.label, resource.path
    if not store.exists(path):
        raise CannotTell(f"{label}: {path} is missing", "compare versions that are whole")
    data = store.read(path)
    if not data.strip():
        columns = {name: pl.Series(name, [], dtype=pl.String) for name in resource.columns}
        empty = pl.DataFrame(columns).with_columns(pl.Series(LINE, [], dtype=pl.Int64))
        return Loaded(resource, empty, [("no_header", {"side": label})])
    header = _header(data, label, path)
    if LINE in header:
        raise CannotTell(f"{label}: {path}:1: a column is called {LINE}", "rename the column")
    twice = next((name for name, times in Counter(header).items() if times > 1), None)
    if twice is not None:
        raise CannotTell(f"{label}: {path}:1: two columns are called {twice!r}", "give each column its own name")
    known, filed = {f.name: f for f in resource.fields}, frozenset(header)
    as_filed = replace(resource, fields=tuple(known.get(n) or Field(n, "any", {}, {}) for n in header))
    frame, faults = read_text(data, as_filed)
    for fault in faults:
        if frame is None or fault.rule not in HARMLESS:
            at = f"{fault.file}:{fault.line}" if fault.line else fault.file
            raise CannotTell(
                f"{label}: {at}: {fault.column + ' ' if fault.column else ''}{fault.params.get('why', fault.rule)}",
                "mend the file first: plans validate names every fault, plans format mends what a spreadsheet did",
            )
    if frame is None:
        raise CannotTell(f"{label}: {path} cannot be read", "run plans validate")
    remarks: list[tuple[str, dict[str, Any]]] = []
    for code, names in (
        ("not_in_file", [n for n in resource.columns if n not in filed]),
        ("not_in_schema", [n for n in header if n not in known]),
    ):
        if names:
            remarks.append((code, {"side": label, "columns": ", ".join(names)}))
    return Loaded(resource, frame, remarks)
