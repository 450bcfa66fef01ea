"""One wrong cell of the shipped package is one finding, on its own row, whatever else rests on it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from conftest import ROOT, copy_package
from planspec.rules.run import Report, validate


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(folder: Path, sources: Path, name: str, line: int, column: str, cell: str) -> Report:
    """What is said of the shipped package with another cell at a line of a table."""
    copy_package(folder)
    rows = rows_of(folder, name)
    assert rows[line - 2][column] != cell
    rows[line - 2][column] = cell
    with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return validate(folder, sources)


def line_of(name: str, **cells: str) -> int:
    """The first line of a shipped table with these cells."""
    rows = rows_of(ROOT, name)
    return next(n for n, row in enumerate(rows, 2) if all(row[column] == cell for column, cell in cells.items()))


def first(name: str, line: int = 2) -> str:
    return next(iter(rows_of(ROOT, name)[line - 2].values()))


CASES = {
    "a key of an indicator that nothing is left of": ("indicators", {"indicator_id": "gdp-growth"}, "indicator_id", "Xx", "S113"),
    "a key that another row has": ("indicators", {"indicator_id": "gdp-growth"}, "indicator_id", first("indicators"), "S116"),
    "a target's key that another row has": ("targets", {"comparator": "gt"}, "target_id", first("targets"), "S116"),
    "a key in capitals": ("projects", {"kind": "portfolio"}, "project_id", "370202-2025-HIGH", "S113"),
    "no key of a document": ("sources", {"source_id": "003"}, "source_id", "", "S111"),
    "another key of a document": ("sources", {"source_id": "003"}, "source_id", "103", "P338"),
    "a place before the text": ("targets", {"target_id": "370202-2025-gdp-growth"}, "start", "-1", "S115"),
    "a misprint's place before the text": ("errata", {"source_id": "003"}, "start", "-1", "S115"),
    "a misprint that has no end": ("errata", {"source_id": "003"}, "end", "49050", "R291"),
    "a value of what keeps pace": ("targets", {"comparator": "in_step"}, "value", "5", "R201"),
    "a value of a quality": ("targets", {"comparator": "qualitative"}, "value", "5", "R201"),
    "a factor": ("units", {"unit_id": "percent"}, "factor", "1", "R260"),
    "a symbol": ("units", {"unit_id": "percent"}, "symbol_zh", "％", "S117"),
    "a dimension": ("units", {"unit_id": "percent"}, "dimension", "count", "R261"),
    "a district's name": ("districts", {"district_code": "370214"}, "name_zh", "莱西市", "R293"),
    "a document that speaks for others": ("coverage", {"source_id": "003"}, "source_id", "004", "T411"),
    "a target of no district": ("targets", {"target_id": "370202-2025-gdp-growth"}, "district_code", "", "S111"),
    "no district of an initiative": ("initiatives", {"initiative_id": "370213-2025-investment-promotion-drive"}, "district_code", "", "S111"),
    "another indicator that is not stated": ("targets", {"comparator": "not_stated"}, "indicator_id", "gdp-growth", "P332"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "where", "column", "cell", "rule"), CASES.values(), ids=CASES.keys())
def test_one_wrong_cell_is_one_finding(
    tmp_path: Path, sources: Path, name: str, where: dict[str, str], column: str, cell: str, rule: str
) -> None:
    line = line_of(name, **where)
    report = told(tmp_path, sources, name, line, column, cell)
    found = [(f.rule, f.resource, f.line) for f in report.findings]
    assert len(found) == 1 and found[0][0] == rule, found
    assert found[0][1:] == (name, line) or rule == "S116"


def test_a_portfolio_that_is_called_single_is_told_once_for_all_its_members(tmp_path: Path, sources: Path) -> None:
    members = [row["portfolio_id"] for row in rows_of(ROOT, "projects") if row["portfolio_id"]]
    most = max(set(members), key=lambda key: (members.count(key), key))
    assert members.count(most) > 1
    report = told(tmp_path, sources, "projects", line_of("projects", project_id=most), "kind", "single")
    assert len(report.findings) == 1


def test_a_yardstick_that_the_words_do_not_name_is_told(tmp_path: Path, sources: Path) -> None:
    line = line_of("targets", comparator="keep", relative_to="province")
    report = told(tmp_path, sources, "targets", line, "relative_to", "gdp-growth")
    assert [(f.rule, f.line) for f in report.findings] == [("R221", line)]
