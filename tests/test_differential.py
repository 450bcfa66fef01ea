"""Two judges of the same Table Schemas: ours by column, frictionless by cell. They must name the same cells."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from frictionless import Checklist, Resource, Schema, system
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planspec.findings import Collector
from planspec.package import open_package
from planspec.rules.cells import CellChecker
from planspec.rules.context import Context
from planspec.rules.facts import check_keys
from planspec.tables import Table, read_chunks, typed

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = open_package(ROOT)
OURS = {"S111", "S112", "S113", "S114", "S115", "S116"}
STRICTER = {"S112", "S117", "S118", "S119"}
"""Rules that refuse forms frictionless takes: blanks around a number, 1_000, full-width digits, an exponent."""


def ours(name: str, data: bytes) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Cells (line, column) that our structure layer refuses by the schema, and by its stricter rules of form."""
    resource = PACKAGE.resources[name]
    raw = pl.concat(list(read_chunks(io.BytesIO(data), resource, [])))
    cast = typed(raw, resource)
    context = Context(PACKAGE, {name: Table(resource, cast)}, Collector(10_000))
    CellChecker(context, resource)(raw, cast)
    check_keys(context)
    found = context.collector.findings
    return {(f.line, f.column) for f in found if f.rule in OURS}, {
        (f.line, f.column) for f in found if f.rule in STRICTER
    }


def theirs(name: str, data: bytes) -> set[tuple[int, str]]:
    """Cells that frictionless refuses."""
    with tempfile.TemporaryDirectory() as folder, system.use_context(trusted=True):
        (Path(folder) / "table.csv").write_bytes(data)
        schema = Schema.from_descriptor(str(ROOT / "schemas" / f"{name}.json"))
        schema.foreign_keys = []
        resource = Resource(path="table.csv", basepath=folder, encoding="utf-8", schema=schema)
        checklist = Checklist(pick_errors=["type-error", "constraint-error", "unique-error", "primary-key"])
        report = resource.validate(checklist, limit_errors=100_000)
    cells = set()
    for error in report.tasks[0].errors:
        column = getattr(error, "field_name", "") or ",".join(PACKAGE.resources[name].primary_key[-1:])
        cells.add((error.row_number, column))  # type: ignore[attr-defined] # row errors carry it
    return cells


def shipped(name: str) -> list[list[str]]:
    text = PACKAGE.store.read(PACKAGE.resources[name].path).decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def packed(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


odd = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1.5",
            "abc",
            "true",
            "TRUE",
            "2025-13-01",
            "2025-02-30",
            "370212",
            "ge",
            "1e3",
            "NaN",
            "x" * 61,
            "02",
            "5.50",
            "崂山区",
        ]
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, blacklist_characters='"'), min_size=1, max_size=8),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_corrupted_cell_is_judged_alike(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([n for n in PACKAGE.resources if n != "retired"]))
    rows = shipped(name)[: 1 + data.draw(st.integers(3, 8))]
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] = data.draw(odd)
    by_schema, by_form = ours(name, packed(rows))
    refused = theirs(name, packed(rows))
    assert refused <= by_schema | by_form
    assert by_schema <= refused | by_form


@pytest.mark.parametrize("name", [n for n in PACKAGE.resources if n != "retired"])
def test_a_row_twice_is_named_by_both(name: str) -> None:
    rows = shipped(name)
    twice = packed([*rows[:6], rows[5]])
    by_schema, _ = ours(name, twice)
    assert {line for line, _ in by_schema} == {line for line, _ in theirs(name, twice)} == {7}
