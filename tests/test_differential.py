"""Two judges of the same Table Schemas: ours by column, frictionless by cell. They must name the same cells."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from frictionless import Checklist, FrictionlessException, Package, Resource, Schema, system
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planspec import tables
from planspec.findings import Collector, Finding
from planspec.package import open_package
from planspec.rules.cells import CellChecker, cell_rules, suspects
from planspec.rules.context import Context
from planspec.rules.facts import check_keys
from planspec.rules.run import validate
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


cells = st.one_of(
    st.sampled_from(["", "a", "市", ",", '"', '""', "a,b", 'a"b', '"a"', "\n", "a\nb", "x" * 30]),
    st.text(st.sampled_from('a市,"\n '), max_size=4),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=5, max_size=5), max_size=12), st.integers(1, 60), st.integers(0, 3))
@example([["a", ",", '"', "", "b"]] * 3, 1, 0)
@example([["", "", "", "", ""]] * 2, 7, 0)
@example([], 1, 1)
def test_rows_are_those_of_the_csv_module_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: list[list[str]], block: int, cut: int
) -> None:
    """A file read in small blocks, by polars where that holds, against Python's own reader; `cut`: bytes lost at its end."""
    resource = PACKAGE.resources["retired"]
    data = packed([list(resource.columns), *rows])
    data = data[: len(data) - cut] if cut < len(data) else data
    read = []
    for bytes_, fast in ((block, True), (1 << 24, True), (1 << 24, False)):
        with monkeypatch.context() as patched:
            patched.setattr(tables, "BLOCK", bytes_)
            if not fast:
                patched.setattr(tables, "_fast_rows", lambda *_: None)
            faults: list[Finding] = []
            found: list[tuple] = []
            try:
                found = pl.concat(list(read_chunks(io.BytesIO(data), resource, faults))).rows()
            except tables.UnreadableError as error:
                faults += error.args
            read.append((found, sorted(f.order for f in faults)))
    assert read[0] == read[1] == read[2]
    (tmp_path / "table.csv").write_bytes(data)
    whole = tables._whole_rows(tmp_path / "table.csv", resource)
    assert whole is None or whole.rows() == read[0][0]
    assert whole is not None or cut or any("\n" in cell for row in rows for cell in row) or not any(map(any, rows))
    if not cut:
        assert [tuple(cell or "" for cell in row[:-1]) for row in read[0][0]] == [tuple(row) for row in rows]


CLEAN = {
    (name, rule.column): rule.params.get("pattern", "")
    for name, resource in PACKAGE.resources.items()
    for rule in cell_rules(resource)
    if rule.settles
}


def test_most_keys_need_no_second_look() -> None:
    assert ("targets", "target_id") in CLEAN and ("figures", "role") in CLEAN and ("sources", "file") not in CLEAN


@pytest.mark.parametrize(
    "pattern",
    [
        "^[-a]+$", "^[a-z]*=x$", "^[a-z]?-$", "^[a-z]{0,3}@$", "^[a-z]|-$", "^.+$", r"^\d+$", r"^a\s$", "^[^,]+$", "^[+-9]+$",
        "^[a-z]+ [a-z]+$", "^(-a)+$", "^[a-z]+[+--]$", "[a-z]+", "^[0-z]+$", "^[a-z]+”$",
    ],
)  # fmt: skip
def test_a_pattern_that_may_hold_anything_else_settles_nothing(pattern: str) -> None:
    field = replace(PACKAGE.resources["targets"].field("target_id"), constraints={"pattern": pattern})
    assert not any(rule.settles for rule in cell_rules(replace(PACKAGE.resources["targets"], fields=(field,))))


@pytest.mark.parametrize("words", [["a ", "b"], ["a", ""], ["a  b"], ["=a"], ["“a”"], ["a\u00a0b"], ["Ａ"]])
def test_a_code_list_that_holds_anything_else_settles_nothing(words: list[str]) -> None:
    field = replace(PACKAGE.resources["targets"].field("comparator"), constraints={"enum": words})
    assert not any(rule.settles for rule in cell_rules(replace(PACKAGE.resources["targets"], fields=(field,))))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_keeps_a_clean_pattern_needs_no_second_look(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(sorted({p for p in CLEAN.values() if isinstance(p, str) and p})))
    cell = data.draw(st.from_regex(rf"\A(?:{pattern.strip('^$')})\Z"))
    looking = [r for r in cell_rules(PACKAGE.resources["indicators"]) if r.pattern and r.column == "definition"]
    assert len(looking) == 3
    assert not any(pl.select(pl.lit(cell).str.contains(rule.pattern)).item() for rule in looking), cell


def test_every_rule_on_cells_is_asked_of_some_group() -> None:
    for resource in PACKAGE.resources.values():
        rules = cell_rules(resource)
        asked = [rule for _, group in suspects(rules).values() for rule in group]
        never = [rule for rule in rules if rule.rule == "S119" and not rule.pattern]
        assert len(asked) == len(set(map(id, asked))) and {*map(id, asked), *map(id, never)} == set(map(id, rules))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n", b"\r\n"),
        (b"", b"\xef\xbb\xbf"),
        (b"b\n", b"b"),
        (b",b\n", b"\n"),
        (b",b\n", b",b,\n"),
        (b",b\n", b"\n\n"),
        (b"a,", b"\xff,"),
        (b"a,", b"\x00,"),
        (b"a,", b'"a",'),
        (b"a,", b'a"b",'),
        (b"a,", b'"a\nb",'),
        (b"a,", b'"a,\nb",'),
        (b"version,", b"versions,"),
        (b"a,", b"x" * 1_000_001 + b","),
    ],
)
def test_a_file_out_of_form_is_not_left_to_polars(tmp_path: Path, old: bytes, new: bytes) -> None:
    resource = PACKAGE.resources["retired"]
    sound = packed([list(resource.columns), ["a", "", ",", '"', "b"], ["c", "d", "e", "f", "g"]])
    file = tmp_path / "table.csv"
    file.write_bytes(sound)
    assert tables._whole_rows(file, resource) is not None
    assert old in sound
    file.write_bytes(sound.replace(old, new, 1) if old else new + sound)
    assert tables._whole_rows(file, resource) is None


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    resource = PACKAGE.resources["retired"]
    for folder, cell in (("a[1]*", "starred"), ("a1b", "plain")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "table.csv").write_bytes(packed([list(resource.columns), [cell, "", "", "", ""]]))
    whole = tables._whole_rows(tmp_path / "a[1]*" / "table.csv", resource)
    assert whole is not None
    assert whole["id"].to_list() == ["starred"]


def small(folder: Path) -> tuple[dict, dict]:
    """A package of two tables in a folder, one of which refers to the other; its descriptor and the schema of the latter."""
    (folder / "data").mkdir()
    (folder / "data/a.csv").write_bytes(TABLE)
    (folder / "data/b.csv").write_text("id,of\n1,x\n2,y\n", encoding="utf-8")
    kinds = {"id": "string", "yes": "boolean", "day": "date", "value": "number"}
    schema = {"fields": [{"name": name, "type": kind} for name, kind in kinds.items()], "primaryKey": ["id"]}
    link = {"fields": ["of"], "reference": {"resource": "a", "fields": ["id"]}}
    other = {"fields": [{"name": "id", "type": "string"}, {"name": "of", "type": "string"}], "foreignKeys": [link]}
    resources = [
        {"name": name, "type": "table", "path": f"data/{name}.csv", "format": "csv", "encoding": "utf-8", "schema": of}
        for name, of in (("a", schema), ("b", other))
    ]
    return {"name": "small", "version": "1.0.0", "resources": resources}, schema


def judged(folder: Path, descriptor: dict) -> tuple[list[str], bool]:
    """What S101 to S103 say of a package, and whether frictionless takes it and all its cells."""
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    said = [f.params["why"] for f in validate(folder).findings if f.rule in ("S101", "S102", "S103")]
    try:
        with system.use_context(trusted=True):
            taken = Package(str(folder / "datapackage.json")).validate().valid
    except FrictionlessException:
        taken = False
    return said, taken


TABLE = b"id,yes,day,value\nx,true,2025-01-31,1.5\ny,,,\n"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"dialect": {"delimiter": ",", "header": True}},
        {"dialect": {"csv": {"delimiter": ",", "quoteChar": '"'}}},
        {"encoding": "UTF-8"},
        {"hash": "sha256:" + hashlib.sha256(TABLE).hexdigest()},
        {"bytes": len(TABLE)},
    ],
)
def test_a_file_told_as_it_is_is_taken_by_both(tmp_path: Path, told: dict) -> None:
    descriptor, _ = small(tmp_path)
    descriptor["resources"][0] |= told
    assert judged(tmp_path, descriptor) == ([], True)


@pytest.mark.parametrize(
    "told",
    [
        {"dialect": {"delimiter": ";"}},
        {"dialect": {"csv": {"delimiter": ";"}}},
        {"dialect": {"header": False}},
        {"dialect": {"quoteChar": "t"}},
        {"encoding": "utf-16"},
        {"encoding": "utf-9"},
        {"compression": "gz"},
        {"format": "xlsx"},
        {"hash": "sha256:" + "0" * 64},
        {"hash": "0" * 32},
        {"bytes": 5},
    ],
    ids=str,
)
def test_a_file_told_otherwise_than_it_is_is_refused_by_both(tmp_path: Path, told: dict) -> None:
    descriptor, _ = small(tmp_path)
    descriptor["resources"][0] |= told
    said, taken = judged(tmp_path, descriptor)
    assert said and not taken


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("yes", {"trueValues": ["yes"]}),
        ("value", {"decimalChar": ","}),
        ("day", {"format": "%d.%m.%Y"}),
        ("id", {"format": "email"}),
    ],
)
def test_a_cell_told_otherwise_than_it_is_is_refused_by_both(tmp_path: Path, field: str, told: dict) -> None:
    descriptor, schema = small(tmp_path)
    next(f for f in schema["fields"] if f["name"] == field).update(told)
    said, taken = judged(tmp_path, descriptor)
    assert said and not taken


@pytest.mark.parametrize(
    "told",
    [
        {"dialect": {"comment": "#"}},
        {"dialect": "dialect.json"},
        {"mediatype": "application/json"},
        {"hash": "x"},
        {"bytes": "many"},
        {"dialect": {"commentChar": "y"}},
    ],
    ids=str,
)
def test_what_other_readers_may_take_otherwise_is_refused(tmp_path: Path, told: dict) -> None:
    descriptor, _ = small(tmp_path)
    descriptor["resources"][0] |= told
    assert judged(tmp_path, descriptor)[0]


def test_cells_that_only_another_reader_would_miss_are_refused(tmp_path: Path) -> None:
    descriptor, schema = small(tmp_path)
    schema["missingValues"] = ["", "x"]
    assert "missingValues" in judged(tmp_path, descriptor)[0][0]


def test_a_reference_to_no_resource_is_refused_by_both(tmp_path: Path) -> None:
    descriptor, _ = small(tmp_path)
    descriptor["resources"][1]["schema"]["foreignKeys"][0]["reference"]["resource"] = "c"
    said, taken = judged(tmp_path, descriptor)
    assert said == ["the foreign key on of leads to c.id, and no resource has this name"] and not taken


@pytest.mark.parametrize("version", ["1.x", "1.1.1\n", "../../evil", "01.0.0", 1])
def test_a_version_of_another_form_is_refused(tmp_path: Path, version: object) -> None:
    descriptor, _ = small(tmp_path)
    assert "version" in judged(tmp_path, descriptor | {"version": version})[0][0]


def test_half_a_character_is_told(tmp_path: Path) -> None:
    descriptor, _ = small(tmp_path)
    assert judged(tmp_path, descriptor | {"title": "a\ud800"})[0] == [r"half a character, '\ud800'"]
