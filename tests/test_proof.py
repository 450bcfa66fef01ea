"""The phrase proves the row: change any part of a record by hand and validation names that record.

Each test changes the same column in many rows of a copy at once and asks for a finding on every one of them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from planspec.rules.run import validate

Row = dict[str, str]


def rewrite(package: Path, name: str, change: Callable[[Row], bool]) -> set[str]:
    """Apply `change` to every row of a resource; returns the keys of the rows it said it changed."""
    path = package / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header, rows = list(reader.fieldnames or []), list(reader)
    key = header[0]
    changed = {row[key] for row in rows if change(row)}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert changed
    return changed


def named(package: Path, name: str, sources: Path | None = None) -> set[str]:
    """Keys of a resource that findings of severity error name."""
    report = validate(package, sources, limit=10_000)
    return {f.key for f in report.findings if f.resource == name and report.severity(f.rule) == "error"}


def _number(row: Row) -> bool:
    if not row["value"]:
        return False
    row["value"] = f"{float(row['value']) + 1:g}"
    return True


def _unit(row: Row) -> bool:
    if not row["unit_id"]:
        return False
    row["unit_id"] = "jia" if row["unit_id"] != "jia" else "item"
    return True


def _comparator(row: Row) -> bool:
    if row["comparator"] == "not_stated":
        return False
    row["comparator"] = {"eq": "ge", "ge": "eq", "gt": "ge", "approx": "eq", "in_step": "keep", "keep": "in_step"}.get(
        row["comparator"], "eq"
    )
    return True


def _indicator(row: Row) -> bool:
    if not row["stated"]:
        return False
    row["indicator_id"] = "gdp-growth" if "生产总值" not in row["stated"] + row["cue"] else "budget-revenue-growth"
    return True


def _shorter(row: Row) -> bool:
    row["stated"] = row["stated"][:-1]
    return bool(row["stated"])


def _period(row: Row) -> bool:
    if row["comparator"] == "not_stated":
        return False
    row["period"] = "" if row["period"] else f"{row['year']}-01/{row['year']}-06"
    return True


def _strength(row: Row) -> bool:
    if not row.get("strength"):
        return False
    row["strength"] = "strive" if row["strength"] != "strive" else "stated"
    return True


def _estimate(row: Row) -> bool:
    row["estimated"] = "false" if row["estimated"] == "true" else "true"
    return True


def _year(row: Row) -> bool:
    row["year"] = str(int(row["year"]) - 1)
    return True


def _district(row: Row) -> bool:
    row["district_code"] = "370203" if row["district_code"] != "370203" else "370202"
    return True


def _far_offset(row: Row) -> bool:
    if not row["start"]:
        return False
    row["start"] = str(int(row["start"]) + 1)
    return True


CHANGES = {
    "value": _number,
    "unit": _unit,
    "comparator": _comparator,
    "indicator": _indicator,
    "period": _period,
    "year": _year,
    "district": _district,
}
"""Changes that the words alone refute."""

TEXT_CHANGES = {"phrase": _shorter, "offset": _far_offset}
"""Changes that only the text refutes everywhere: layout blanks leave room in an offset."""


@pytest.mark.parametrize("name", ["targets", "results"])
@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_part_is_named_without_the_texts(package: Path, name: str, what: str) -> None:
    changed = rewrite(package, name, CHANGES[what])
    assert changed - named(package, name) == set()


@pytest.mark.parametrize("name", ["targets", "results"])
@pytest.mark.parametrize("what", TEXT_CHANGES)
def test_a_changed_place_is_named_with_the_texts(package: Path, sources: Path, name: str, what: str) -> None:
    changed = rewrite(package, name, TEXT_CHANGES[what])
    assert changed - named(package, name, sources) == set()


def test_a_changed_strength_is_named(package: Path) -> None:
    changed = rewrite(package, "targets", _strength)
    assert changed - named(package, "targets") == set()


def test_a_changed_estimate_is_named(package: Path) -> None:
    changed = rewrite(package, "results", _estimate)
    assert changed - named(package, "results") == set()


def test_a_value_swapped_with_another_figure_of_its_phrase_is_named(package: Path) -> None:
    from planspec.grammar import read_figures

    def swap(row: Row) -> bool:
        others = [r for r in read_figures(row["stated"]) if row["value"] and float(r.value) != float(row["value"])]
        if not others:
            return False
        row["value"] = f"{others[0].value:g}"
        return True

    changed = rewrite(package, "targets", swap)
    assert changed - named(package, "targets") == set()


@pytest.mark.parametrize("name", ["targets", "results", "projects", "initiatives"])
def test_a_moved_phrase_is_named_with_the_texts(package: Path, sources: Path, name: str) -> None:
    def move(row: Row) -> bool:
        if not row["start"]:
            return False
        row["start"], row["end"] = str(int(row["start"]) + 1), str(int(row["end"]) + 1)
        return True

    changed = rewrite(package, name, move)
    assert changed - named(package, name, sources) == set()


def test_a_figure_of_two_parts_that_reaches_over_the_next_is_an_overlap(package: Path) -> None:
    with (package / "data/figures.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    at, after = next(
        (second, third)
        for second, third in pairwise(rows)
        if second["part"] == "2" and third["part"] == "1" and 0 < int(third["start"]) - int(second["end"]) < 4
    )

    def reach_over(row: Row) -> bool:
        here = (row["source_id"], row["start"]) == (at["source_id"], at["start"])
        row["end"] = str(int(after["start"]) + 1) if here else row["end"]
        return here

    rewrite(package, "figures", reach_over)
    overlaps = [f for f in validate(package, None).findings if f.rule == "P313"]
    assert [f.key.split("/")[1] for f in overlaps] == [after["start"]]
