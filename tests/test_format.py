"""Canonical CSV: what spreadsheets do is undone or refused, and doing it twice changes nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planspec.canonical import base_value, canonical_csv, canonical_number, format_package, unit_factors
from planspec.package import Resource, open_package

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = open_package(ROOT)
FACTORS = unit_factors(PACKAGE)
NAMES = list(PACKAGE.resources)


def shipped(name: str) -> tuple[Resource, bytes]:
    """A resource of the repository's package and its bytes."""
    resource = PACKAGE.resources[name]
    return resource, PACKAGE.store.read(resource.path)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_files_are_canonical(name: str) -> None:
    resource, data = shipped(name)
    assert canonical_csv(data, resource, FACTORS) == (data, [], [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("save", ["bom", "crlf", "gbk", "utf-16", "semicolon", "quoted", "reversed", "upper"])
def test_what_a_spreadsheet_saves_comes_back(name: str, save: str) -> None:
    resource, data = shipped(name)
    text = data.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    made = {
        "bom": lambda: b"\xef\xbb\xbf" + data,
        "crlf": lambda: text.replace("\n", "\r\n").encode("utf-8"),
        "gbk": lambda: text.encode("gb18030"),
        "utf-16": lambda: _write(rows, "\t").encode("utf-16"),
        "semicolon": lambda: _write(rows, ";").encode("utf-8"),
        "quoted": lambda: _write(rows, ",", csv.QUOTE_ALL).encode("utf-8"),
        "reversed": lambda: _write([rows[0], *rows[:0:-1]], ",").encode("utf-8"),
        "upper": lambda: text.replace(",true,", ",TRUE,").replace(",false,", ",FALSE,").encode("utf-8"),
    }[save]()
    result, said, refused = canonical_csv(made, resource, FACTORS)
    assert refused == []
    assert result == data
    assert said or made == data


def _write(rows: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type] # csv's constants are ints
    return out.getvalue()


def _with_cell(name: str, column: str, value: str) -> tuple[Resource, bytes]:
    resource, data = shipped(name)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    rows[1][resource.columns.index(column)] = value
    return resource, _write(rows, ",").encode("utf-8")


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("targets", "value", "1.9E+11"),
        ("figures", "start", "1.2E+03"),
        ("targets", "period", "Jan-25"),
        ("targets", "value", "####"),
        ("districts", "district_code", "3.7E+05"),
    ],
)
def test_lost_digits_are_refused_and_the_cell_is_named(name: str, column: str, value: str) -> None:
    resource, data = _with_cell(name, column, value)
    result, _, refused = canonical_csv(data, resource, FACTORS)
    assert result == data
    assert refused == [next(r for r in refused if r.startswith(f"{resource.path}:2:{column}:"))]


def test_lost_leading_zeros_of_a_fixed_code_are_restored() -> None:
    resource, data = shipped("sources")
    text = data.decode("utf-8")
    lost = "\n".join(line.removeprefix("00") if line[:3].isdigit() else line for line in text.split("\n")).encode(
        "utf-8"
    )
    assert lost != data
    assert canonical_csv(lost, resource, FACTORS)[0] == data


def test_derived_columns_are_filled_exactly() -> None:
    resource, data = _with_cell("targets", "value_base", "1.9E+11")
    original = shipped("targets")[1]
    assert canonical_csv(data, resource, FACTORS)[0] == original
    assert base_value("1900", "100000000") == "190000000000"
    assert base_value("5.5", "0.01") == "0.055"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_a_canonical_number_is_its_own_canonical_form(number) -> None:
    text = canonical_number(format(number, "f"))
    assert canonical_number(text) == text
    assert float(text) == pytest.approx(float(number))


cells = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.lists(cells, min_size=30, max_size=30), max_size=4))
def test_formatting_twice_changes_nothing(name: str, rows: list[list[str]]) -> None:
    resource = PACKAGE.resources[name]
    table = [resource.columns, *([*row[: len(resource.columns)]] for row in rows)]
    once, _, refused = canonical_csv(_write(table, ",").encode("utf-8"), resource, FACTORS)
    if not refused:
        assert canonical_csv(once, resource, FACTORS) == (once, [], [])


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_formatted_or_refused(data: bytes) -> None:
    resource = PACKAGE.resources["retired"]
    result, _, refused = canonical_csv(data, resource, FACTORS)
    assert refused or result
    if refused:
        assert result == data


def test_check_writes_nothing(package: Path) -> None:
    path = package / "data" / "units.csv"
    before = b"\xef\xbb\xbf" + path.read_bytes()
    path.write_bytes(before)
    assert format_package(package, write=False).lines
    assert path.read_bytes() == before
    assert format_package(package, write=True).lines
    assert path.read_bytes() == before[3:]
    assert not format_package(package, write=True).lines
