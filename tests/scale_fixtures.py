"""A made-up package with planted faults, and what validation must and may say of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from plans.bench.generate import generate
from planspec.rules.run import Report

ROOT = Path(__file__).resolve().parents[1]
ROWS, FAULTS = 4000, 90
Place = tuple[str, str, int, str, str]


def generated(factory: pytest.TempPathFactory) -> Path:
    """A package of some thousand rows with every kind of fault several times."""
    folder = factory.mktemp("scale") / "faulty"
    generate(ROWS, FAULTS, 11, folder, ROOT)
    return folder


def expected(package: Path) -> tuple[set[Place], set[Place]]:
    """What must be found, and what may be: the effects of a fault. Rule, resource, line, key, column."""
    must, may = set(), set()
    with (package / "faults.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            place = row["rule"], row["resource"], int(row["line"]), row["key"], row["column"]
            (may if row["effect"] == "true" else must).add(place)
    return must, may


LINES = {"first", "other", "line"}
"""Parameters that name a line: engines that spread a file know none."""


def found(report: Report) -> set[tuple]:
    """Findings as every engine reports them: rule, resource, key, column and what the message says of the cell."""
    return {
        (f.rule, f.resource, f.key, f.column, tuple(sorted((k, str(v)) for k, v in f.params.items() if k not in LINES)))
        for f in report.findings
    }
