"""Tables that cannot be read, or not all of them: one slip of a file is one finding, whatever rests on its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rule_fixtures as fixtures
from conftest import copy_package
from planspec.package import open_package
from planspec.rules.run import Report, validate
from planspec.torn import torn_rows

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = open_package(ROOT)
TABLES = [name for name, resource in PACKAGE.resources.items() if resource.meta["rows"] > 1]
Lines = list[str]


def renamed(lines: Lines) -> Lines:
    names = lines[0].split(",")
    return [",".join([names[0], f"{names[1]}x", *names[2:]]), *lines[1:]]


def swapped(lines: Lines) -> Lines:
    names = lines[0].split(",")
    return [",".join([names[0], names[2], names[1], *names[3:]]), *lines[1:]]


def joined(lines: Lines) -> Lines:
    middle = len(lines) // 2
    return [*lines[:middle], lines[middle].replace(",", "", 1), *lines[middle + 1 :]]


def harmed(folder: Path, name: str, harm: Callable[[Lines], Lines]) -> Path:
    """A copy of the shipped package in which a table's lines are others."""
    copy_package(folder)
    path = folder / "data" / f"{name}.csv"
    path.write_text("\n".join([*harm(path.read_text(encoding="utf-8").split("\n")[:-1]), ""]), encoding="utf-8")
    return folder


def said(report: Report) -> list[tuple[str, str, int, str]]:
    return [(f.rule, f.resource, f.line, str(f.params.get("why", ""))) for f in report.findings]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("harm", "rules"),
    [
        (renamed, ["S106"]),
        (swapped, ["S106"]),
        (joined, ["S108"]),
        (lambda lines: lines[:1], ["S120"]),
        # Of a short table the keys that are missed, each told once, may say it better than their number.
        (lambda lines: lines[: len(lines) * 2 // 3], ["S120", "P301"]),
    ],
    ids=["a heading renamed", "two headings swapped", "a comma lost", "no row left", "a third cut off"],
)
def test_a_slip_of_one_table_is_found_there_alone(
    tmp_path: Path, sources: Path, name: str, harm: Callable[[Lines], Lines], rules: list[str]
) -> None:
    report = validate(harmed(tmp_path, name, harm), sources)
    assert {f.rule for f in report.findings} <= set(rules) and report.findings, said(report)
    assert len(report.findings) == 1 or (report.counts.get("P301", 0) <= 3 and set(rules) > {"S120"}), said(report)
    assert report.counts.get("P301", 0) or report.findings[0].resource == name


def test_rules_that_draw_on_a_table_that_is_not_there_are_skipped_by_name(tmp_path: Path, sources: Path) -> None:
    report = validate(harmed(tmp_path, "errata", renamed), sources)
    assert report.skipped["R257"] == report.skipped["T413"] == "errata could not be read"
    assert "P301" not in report.skipped


UNITS = fixtures.base()["data/units.csv"].decode("utf-8").split("\n")[:-1]


def units(folder: Path, lines: Lines) -> Report:
    """What is said of the base package whose units stand in these lines."""
    package = fixtures.assemble(folder)
    (package / "data/units.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return validate(package, package / "sources")


def parted(mark: str) -> Lines:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(csv.reader(UNITS))
    return out.getvalue().split("\n")[:-1]


@pytest.mark.parametrize(
    ("mark", "why"), [("\t", "parted by tabs"), (";", "parted by semicolons"), ("|", "parted by bars")]
)
def test_a_table_parted_otherwise_is_one_finding(tmp_path: Path, mark: str, why: str) -> None:
    assert said(units(tmp_path, parted(mark))) == [("S106", "units", 1, why)]


def test_a_conflict_of_a_merge_is_one_finding_and_its_first_side_is_read(tmp_path: Path) -> None:
    theirs = UNITS[2].replace(",", "x,", 1)
    conflict = ["<<<<<<< HEAD", UNITS[2], "||||||| base", "=======", theirs, ">>>>>>> other"]
    report = units(tmp_path, [*UNITS[:2], *conflict, *UNITS[3:]])
    assert said(report) == [("S108", "units", 3, "a conflict of a merge")]
    assert report.tables["units"] == len(UNITS) - 1


def test_a_mark_of_a_merge_without_the_others_is_a_line_like_any(tmp_path: Path) -> None:
    report = units(tmp_path, [*UNITS[:2], "<<<<<<< HEAD", *UNITS[2:]])
    assert said(report) == [("S108", "units", 3, f"1 cells, not {UNITS[0].count(',') + 1}")]


def test_a_row_without_a_cell_is_one_finding(tmp_path: Path) -> None:
    report = units(tmp_path, [*UNITS[:3], "," * UNITS[0].count(","), *UNITS[3:]])
    assert said(report) == [("S108", "units", 4, "no cell that must be filled is")]


def test_cells_that_stand_one_column_off_are_one_finding(tmp_path: Path) -> None:
    package = fixtures.assemble(tmp_path)
    path = package / "data/initiatives.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[1] = [rows[1][0], "", *rows[1][1:-1]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    report = validate(package, package / "sources")
    assert said(report) == [("S108", "initiatives", 2, "from district_code on the cells stand one column off")]


def test_three_wrong_cells_of_a_row_are_three_findings(tmp_path: Path) -> None:
    wrong = {"theme": "sports", "status": "soon", "year": "25"}
    package = fixtures.assemble(tmp_path)
    path = package / "data/initiatives.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[0] |= {column: cell for column, cell in wrong.items() if column in rows[0]}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    found = {f.column for f in validate(package, package / "sources").findings}
    assert found >= wrong.keys() & rows[0].keys() and len(found) >= 2


WIDTH = 3
plain = st.text(st.sampled_from("a市 -"), max_size=3)
whole = st.one_of(plain, st.sampled_from(["a,b", 'say "a"', ","]))
header = [f"c{n}" for n in range(WIDTH)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(whole, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=12), st.data())
def test_a_mark_without_its_partner_costs_its_own_line_alone(rows: list[list[str]], data: st.DataObject) -> None:
    """Where no cell holds a line break, a quotation mark lost or gained leaves all other rows as they are."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    lines = out.getvalue().split("\n")[:-1]
    at = data.draw(st.integers(0, len(lines) - 1))
    marks = [n for n, letter in enumerate(lines[at]) if letter == '"']
    torn = lines[at]
    if marks:
        mark = data.draw(st.sampled_from(marks))
        torn = torn[:mark] + torn[mark + 1 :]
    else:
        torn = '"' + torn
    text = "\n".join([*lines[:at], torn, *lines[at + 1 :], ""])
    frame, faults = torn_rows(text, header, PACKAGE.resources["retired"], 1, "_line")
    read = {row[-1]: tuple(cell or "" for cell in row[:-1]) for row in frame.rows()}
    swallowed = {finding.line for finding in faults} | {at + 2}
    for number, row in enumerate(rows):
        if number + 2 not in swallowed and number != at:
            assert read.get(number + 2) == tuple(row) or _reaches(frame, number + 2)
    assert len(faults) <= 1 + sum('"' in line for line in lines)


def _reaches(frame: pl.DataFrame, line: int) -> bool:
    """Whether a row above holds a line break, so that it took the line for its own, as CSV has it."""
    above = frame.filter(pl.col("_line") < line)
    return any("\n" in (cell or "") for row in above.drop("_line").rows() for cell in row)
