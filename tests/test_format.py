"""Canonical CSV: what spreadsheets do is undone or refused, and doing it twice changes nothing."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planspec.canonical import Formed, base_value, canonical_csv, canonical_number, format_package, unit_factors
from planspec.counts import write_counts
from planspec.package import Resource, open_package
from planspec.rules.cells import SHORTEST

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
    assert canonical_csv(data, resource, FACTORS) == Formed(data)


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
    formed = canonical_csv(made, resource, FACTORS)
    assert formed.refused == formed.left == []
    assert formed.data == data
    assert formed.said or made == data
    said = "\n".join(formed.said)
    words = {"bom": "BOM", "crlf": "CR removed", "gbk": "GBK", "utf-16": "UTF-16", "semicolon": "semicolon"}
    words |= {"quoted": "quoting", "reversed": "order of their key", "upper": "canonical form"}
    assert made == data or words[save] in said
    assert (save == "quoted") == ("quoting" in said) or made == data


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
    formed = canonical_csv(data, resource, FACTORS)
    refused = formed.refused
    assert formed.data == data
    assert refused == [next(r for r in refused if r.startswith(f"{resource.path}:2:{column}:"))]


def test_lost_leading_zeros_of_a_fixed_code_are_restored() -> None:
    resource, data = shipped("sources")
    text = data.decode("utf-8")
    lost = "\n".join(line.removeprefix("00") if line[:3].isdigit() else line for line in text.split("\n")).encode(
        "utf-8"
    )
    assert lost != data
    assert canonical_csv(lost, resource, FACTORS).data == data


def test_derived_columns_are_filled_exactly() -> None:
    resource, data = _with_cell("targets", "value_base", "1.9E+11")
    original = shipped("targets")[1]
    assert canonical_csv(data, resource, FACTORS).data == original
    assert base_value("1900", "100000000") == "190000000000"
    assert base_value("5.5", "0.01") == "0.055"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_a_canonical_number_is_its_own_canonical_form(number) -> None:
    text = canonical_number(format(number, "f"))
    assert canonical_number(text) == text
    assert float(text) == pytest.approx(float(number))


@given(st.text("0123456789.+-e, ", max_size=8) | st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,4})?", fullmatch=True))
def test_validation_and_format_agree_on_the_shortest_form(text: str) -> None:
    """S123 lets through what formatting leaves alone, and nothing else."""
    try:
        canonical = canonical_number(text) == text
    except ValueError:
        canonical = False
    assert canonical == bool(re.search(SHORTEST.replace(r"\z", r"\Z"), text))


cells = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.lists(cells, min_size=30, max_size=30), max_size=4))
def test_formatting_twice_changes_nothing(name: str, rows: list[list[str]]) -> None:
    resource = PACKAGE.resources[name]
    table = [resource.columns, *([*row[: len(resource.columns)]] for row in rows)]
    once = canonical_csv(_write(table, ",").encode("utf-8"), resource, FACTORS)
    if not once.refused:
        again = canonical_csv(once.data, resource, FACTORS)
        assert (again.data, again.said, again.refused) == (once.data, [], [])
        assert len(again.left) == len(once.left)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_formatted_or_refused(data: bytes) -> None:
    resource = PACKAGE.resources["retired"]
    formed = canonical_csv(data, resource, FACTORS)
    assert formed.refused or formed.data
    if formed.refused:
        assert formed.data == data


def test_check_writes_nothing(package: Path) -> None:
    path = package / "data" / "units.csv"
    before = b"\xef\xbb\xbf" + path.read_bytes()
    path.write_bytes(before)
    assert format_package(package, write=False).lines
    assert path.read_bytes() == before
    assert format_package(package, write=True).lines
    assert path.read_bytes() == before[3:]
    assert not format_package(package, write=True).lines


@pytest.mark.parametrize(
    ("name", "column", "value", "kind"),
    [
        ("targets", "value", "1,000", "plain number"),
        ("targets", "value", "5.5%", "plain number"),
        ("figures", "start", "12.5", "whole number"),
        ("targets", "headline", "yes", "true or false"),
        ("sources", "published", "2025-02-30", "date"),
    ],
)
def test_a_cell_without_a_canonical_form_is_named_and_left(name: str, column: str, value: str, kind: str) -> None:
    resource, data = _with_cell(name, column, value)
    formed = canonical_csv(data.replace(b"\n", b"\r\n"), resource, FACTORS)
    (left,) = formed.left
    assert left.startswith(f"{resource.path}:2:{column}: {value!r} is no {kind}")
    assert formed.data == data and [s for s in formed.said if "CR removed" in s]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [("figures", "start", "9" * 5000), ("targets", "value_max", "1" * 30 + ".5"), ("units", "factor", "1" * 29)],
)
def test_no_digit_of_a_long_number_is_lost(name: str, column: str, value: str) -> None:
    resource, data = _with_cell(name, column, value)
    formed = canonical_csv(data, resource, FACTORS)
    assert formed.refused == formed.left == []
    assert value.encode() in formed.data
    assert canonical_csv(formed.data, resource, FACTORS) == Formed(formed.data)


@pytest.mark.parametrize(
    ("cell", "form"), [("5.50", "5.5"), ("05", "5"), ("+3", "3"), (".5", "0.5"), ("５", "5"), ("-0", "0")]
)
def test_a_number_is_written_in_its_shortest_form(cell: str, form: str) -> None:
    resource, data = _with_cell("targets", "value_max", cell)
    formed = canonical_csv(data, resource, FACTORS)
    assert formed.data == _with_cell("targets", "value_max", form)[1]
    assert formed.said == [f"{resource.path}: 1 cell put in canonical form"]


def test_a_product_keeps_every_digit() -> None:
    assert base_value("1" * 40, "0.01") == "1" * 38 + ".11"


def test_what_is_removed_is_said() -> None:
    resource, data = shipped("units")
    width = len(resource.columns)
    formed = canonical_csv(data + b"," * (width - 1) + b"\n\n", resource, FACTORS)
    assert formed == Formed(data, [f"{resource.path}: 2 empty rows removed"])
    wide = data.replace(b"\n", b",\n")
    assert canonical_csv(wide, resource, FACTORS) == Formed(
        data, [f"{resource.path}: 1 empty column without a name removed"]
    )
    cut = canonical_csv(data[:-1], resource, FACTORS)
    assert cut == Formed(data, [f"{resource.path}: the last line ended"])


def test_a_cell_below_no_name_is_refused() -> None:
    resource, data = shipped("units")
    lines = data.decode("utf-8").split("\n")
    wide = "\n".join(
        [f"{line}," for line in lines[:3]] + [f"{lines[3]},x"] + [f"{line}," for line in lines[4:-1]] + [""]
    )
    formed = canonical_csv(wide.encode("utf-8"), resource, FACTORS)
    assert formed.refused == [f"{resource.path}:1: columns without a name: {len(resource.columns) + 1}"]


def test_of_many_strange_columns_some_are_named() -> None:
    resource, _ = shipped("units")
    (_, strange) = canonical_csv(",".join(f"c{n}" for n in range(50_000)).encode(), resource, FACTORS).refused
    assert strange.startswith(f"{resource.path}:1: columns unknown: c0, c1, ") and strange.endswith(", c19, …")


def test_a_column_that_stands_twice_is_named() -> None:
    resource, data = shipped("units")
    formed = canonical_csv(data.replace(b",ucum,", b",factor,", 1), resource, FACTORS)
    assert formed.refused == [
        f"{resource.path}:1: columns missing: ucum",
        f"{resource.path}:1: columns there twice: factor",
    ]


@pytest.mark.parametrize(("at", "quoted"), [(7, '"'), (-2, '"'), (7, '"a"b')])
def test_a_row_that_cannot_be_read_is_named_by_its_line(at: int, quoted: str) -> None:
    resource, data = shipped("units")
    lines = data.decode("utf-8").split("\n")
    lines[at] = quoted + lines[at]
    formed = canonical_csv("\n".join(lines).encode("utf-8"), resource, FACTORS)
    line = (at if at > 0 else len(lines) + at) + 1
    why = "the row that begins here cannot be read: a quote does not close, or text follows a closed one"
    assert formed == Formed("\n".join(lines).encode("utf-8"), refused=[f"{resource.path}:{line}: {why}"])


def test_lines_are_those_of_the_file() -> None:
    resource, data = shipped("units")
    lines = data.decode("utf-8").split("\n")
    lines[5] = lines[5].replace(lines[5].split(",")[0], '"a\nb"', 1)
    lines[9] += ",more"
    formed = canonical_csv("\n".join(["", *lines]).encode("utf-8"), resource, FACTORS)
    assert formed.refused == [f"{resource.path}:12: {len(resource.columns) + 1} cells, not {len(resource.columns)}"]


def test_a_resource_that_cannot_be_read_is_named(package: Path) -> None:
    path = package / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"data/units.csv"', '"../units.csv"'), encoding="utf-8")
    changes = format_package(package, write=False)
    assert changes.left == ["datapackage.json: the resource 'units' cannot be read; run plans validate"]


def test_a_descriptor_with_half_a_character_keeps_it(package: Path) -> None:
    path = package / "datapackage.json"
    text = path.read_text(encoding="utf-8").replace('"title": "', '"title": "\\ud800', 1)
    path.write_text(text.replace('"rows": 56', '"rows": 55', 1), encoding="utf-8")
    assert write_counts(package)
    assert path.read_text(encoding="utf-8") == text
