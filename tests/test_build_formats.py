"""What is inside the artifacts, read by the programs they are made for."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from plans.build import croissant, jsonld, parquet, sqlite, xlsx
from plans.build.content import Content, read_content, sha256, unit
from planspec.package import Resource
from release_fixtures import NAME, needs_build, stamped_package

needs_build()


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return read_content(stamped_package(tmp_path_factory.mktemp("formats") / "package"))


def cells(content: Content, resource: Resource) -> list[dict[str, str]]:
    """The CSV as the standard library reads it, apart from our own reading."""
    return list(csv.DictReader(io.StringIO(content.bytes_of(resource.path).decode("utf-8"), newline="")))


def same(value: object, cell: str, kind: str, tolerance: float = 0) -> bool:
    """Whether a loaded value is what a CSV cell says, numbers to a relative tolerance."""
    if value is None or value == "":
        return cell == ""
    if kind in ("number", "integer", "year"):
        return cell != "" and math.isclose(float(str(value)), float(cell), rel_tol=tolerance)
    if kind == "boolean":
        return cell == ("true" if value else "false")
    return str(value)[:10] == cell if kind == "date" else value == cell


# SQLite


@pytest.fixture
def database(content: Content) -> Iterator[sqlite3.Connection]:
    opened = sqlite.database(content)
    opened.row_factory = sqlite3.Row
    yield opened
    opened.close()


def test_sqlite_holds_every_cell(content: Content, database: sqlite3.Connection) -> None:
    for resource in content.resources:
        rows = database.execute(f'SELECT * FROM "{resource.name}" ORDER BY rowid').fetchall()
        expected = cells(content, resource)
        assert len(rows) == len(expected)
        for row, cell in zip(rows, expected, strict=True):
            assert all(same(row[f.name], cell[f.name], f.type) for f in resource.fields), (resource.name, cell)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("INSERT INTO districts SELECT * FROM districts LIMIT 1", "UNIQUE"),
        ("INSERT INTO figures SELECT * FROM figures LIMIT 1", "UNIQUE"),
        ("UPDATE targets SET indicator_id = 'no-such-indicator' WHERE rowid = 1", "FOREIGN KEY"),
        ("UPDATE projects SET portfolio_id = '370202-2025-none' WHERE rowid = 1", "FOREIGN KEY"),
        ("DELETE FROM sources WHERE source_id = '003'", "FOREIGN KEY"),
        ("UPDATE targets SET comparator = 'about' WHERE rowid = 1", "CHECK"),
        ("UPDATE targets SET year = 25 WHERE rowid = 1", "CHECK"),
        ("UPDATE targets SET hedged = 2 WHERE rowid = 1", "CHECK"),
        ("UPDATE targets SET value = 'five' WHERE rowid = 1", "CHECK"),
        ("UPDATE targets SET comparator = NULL WHERE rowid = 1", "NOT NULL"),
        ("UPDATE targets SET note = '' WHERE rowid = 1", "CHECK"),
        ("UPDATE sources SET source_id = '03' WHERE source_id = '004'", "CHECK"),
        ("UPDATE units SET factor = 0 WHERE rowid = 1", "CHECK"),
        ("UPDATE errata SET printed = printf('%.61c', 'x') WHERE rowid = 1", "CHECK"),
        ("UPDATE units SET name_en = (SELECT name_en FROM units WHERE rowid = 2) WHERE rowid = 1", "UNIQUE"),
    ],
)
def test_sqlite_enforces_what_the_schemas_declare(database: sqlite3.Connection, statement: str, says: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=says):
        database.execute(statement)


def test_sqlite_has_every_declared_key_and_reference(content: Content, database: sqlite3.Connection) -> None:
    for resource in content.resources:
        declared = {(r.field, r.resource, r.target) for r in resource.references}
        listed = database.execute(f'PRAGMA foreign_key_list("{resource.name}")').fetchall()
        assert {(row["from"], row["table"], row["to"]) for row in listed} == declared
        columns = database.execute(f'PRAGMA table_info("{resource.name}")').fetchall()
        assert tuple(c["name"] for c in sorted(columns, key=lambda c: c["pk"]) if c["pk"]) == resource.primary_key
        assert {c["name"] for c in columns if c["notnull"]} == {
            f.name for f in resource.fields if f.required or f.name in resource.primary_key
        }


def test_sqlite_describes_itself(content: Content, database: sqlite3.Connection) -> None:
    described = {
        (r["table"], r["name"]): (r["description"], r["unit"]) for r in database.execute("SELECT * FROM _columns")
    }
    assert described == {
        (r.name, f.name): (f.meta["description"], unit(f) or None) for r in content.resources for f in r.fields
    }
    counted = {r["name"]: r["rows"] for r in database.execute('SELECT name, "rows" FROM _tables')}
    assert counted == {r.name: len(cells(content, r)) for r in content.resources}
    assert tuple(database.execute("SELECT name, version FROM _package").fetchone()) == (NAME, "0.1.0")


def test_views_lose_no_row_and_join_the_right_names(content: Content, database: sqlite3.Connection) -> None:
    names = {row["district_code"]: row["name_zh"] for row in cells(content, content.package.resources["districts"])}
    for view, table in (("targets_named", "targets"), ("results_named", "results"), ("target_and_result", "targets")):
        keys = [row[0] for row in database.execute(f"SELECT * FROM {view}")]
        assert sorted(keys) == sorted(
            row[f"{table[:-1]}_id"] for row in cells(content, content.package.resources[table])
        )
    for row in database.execute("SELECT * FROM targets_named"):
        assert row["district_zh"] == names[row["district_code"]]
        assert (row["unit_zh"] is None) == (row["value"] is None)


def test_last_years_result_stands_beside_its_target(content: Content, database: sqlite3.Connection) -> None:
    """Against the CSV alone: each target has a result exactly where one of its own indicator, scope and last year exists."""
    results: dict[tuple[str, ...], set[str]] = {}
    for row in cells(content, content.package.resources["results"]):
        results.setdefault((row["district_code"], row["indicator_id"], row["scope_zh"], row["year"]), set()).add(
            row["result_id"]
        )
    shown = {row["target_id"]: row for row in database.execute("SELECT * FROM target_and_result")}
    matched = 0
    for row in cells(content, content.package.resources["targets"]):
        key = (row["district_code"], row["indicator_id"], row["scope_zh"], str(int(row["year"]) - 1))
        found = shown[row["target_id"]]["result_id"]
        assert found in results[key] if key in results else found is None
        matched += found is not None
    assert matched > 20
    for row in shown.values():
        if row["value_base_difference"] is not None:
            assert row["value_base_difference"] == pytest.approx(row["value_base"] - row["result_value_base"])
            assert row["period"] is None
            assert row["result_period"] is None


def duckdb_with_sqlite(folder: Path):
    """A DuckDB connection whose SQLite extension lies in `folder`, as a first ATTACH with a network would put it."""
    duckdb = pytest.importorskip("duckdb")
    extension = pytest.importorskip(
        "duckdb_extension_sqlite_scanner", reason="the package with DuckDB's SQLite extension is not installed"
    )
    found = sorted(Path(extension.__file__).parent.glob("extensions/*/*.duckdb_extension"))
    connection = duckdb.connect(config={"extension_directory": str(folder)})
    version, platform = connection.execute(
        "SELECT library_version, platform FROM pragma_version(), pragma_platform()"
    ).fetchone()
    target = folder / version / platform
    target.mkdir(parents=True)
    for file in found:
        shutil.copy(file, target)
    if not any(file.parent.name == version for file in found):
        pytest.skip(f"the SQLite extension at hand is not of DuckDB {version}")
    return connection


def test_duckdb_reads_every_table_and_view_of_the_sqlite_file(
    content: Content, database: sqlite3.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "plans.sqlite"
    file.write_bytes(sqlite.make(content)[f"{NAME}.sqlite"])
    with duckdb_with_sqlite(tmp_path / "extensions") as connection:
        connection.execute(f"ATTACH '{file}' AS plans (TYPE sqlite, READ_ONLY)")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall():
            mine = [tuple(row) for row in database.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2')]
            theirs = connection.execute(f'SELECT * FROM plans."{name}" ORDER BY ALL').fetchall()
            assert len(theirs) == len(mine), name
        sums = "SELECT base_unit_id, round(sum(value_base), 6) FROM {} JOIN {} USING (unit_id) GROUP BY 1 ORDER BY 1"
        mine = [tuple(row) for row in database.execute(sums.format("targets", "units"))]
        assert connection.execute(sums.format("plans.targets", "plans.units")).fetchall() == mine


# Parquet


def test_parquet_holds_every_cell_typed_and_described(content: Content) -> None:
    arrow = pytest.importorskip("pyarrow.parquet")
    kinds = {"string": "string", "integer": "int64", "number": "double", "boolean": "bool", "date": "date32[day]"}
    for name, data in parquet.make(content).items():
        resource = content.package.resources[Path(name).stem]
        table = arrow.read_table(io.BytesIO(data))
        for row, cell in zip(table.to_pylist(), cells(content, resource), strict=True):
            assert all(same(row[f.name], cell[f.name], f.type) for f in resource.fields)
        for field in resource.fields:
            column = table.schema.field(field.name)
            said = {k.decode(): v.decode() for k, v in column.metadata.items() if not k.startswith(b"PARQUET:")}
            assert str(column.type) == kinds[field.type]
            assert said["description"] == field.meta["description"]
            assert said["title_zh"] == field.meta["title_zh"]
            assert said.get("unit", "") == unit(field)
        about = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
        assert (about["package"], about["version"], about["resource"]) == (NAME, "0.1.0", resource.name)
        assert json.loads(about["schema"]) == resource.schema
        if "unit_id" in resource.columns:
            units = json.loads(about["units"])
            assert {row["unit_id"] for row in cells(content, resource) if row["unit_id"]} <= units.keys()


# Workbook


def workbook(content: Content):
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(io.BytesIO(xlsx.make(content)[f"{NAME}.xlsx"]))


def test_workbook_has_a_sheet_a_resource_with_headers_in_two_languages(content: Content) -> None:
    book = workbook(content)
    assert book.sheetnames == ["about", *(r.name for r in content.resources), "columns"]
    for resource in content.resources:
        sheet = book[resource.name]
        head = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=xlsx.HEADER_ROWS)]
        assert head == [
            [f.meta["title"] for f in resource.fields],
            [f.meta["title_zh"] for f in resource.fields],
            resource.columns,
        ]
        assert sheet.freeze_panes == ("B4" if len(resource.primary_key) == 1 else "A4")
        assert sheet.auto_filter.ref.startswith("A3:")


def test_workbook_keeps_numbers_numbers_and_codes_text(content: Content) -> None:
    book = workbook(content)
    for resource in content.resources:
        rows = list(book[resource.name].iter_rows(min_row=xlsx.HEADER_ROWS + 1))
        expected = cells(content, resource)
        for row, cell in zip(rows if expected else [], expected, strict=True):
            for field, found in zip(resource.fields, row, strict=True):
                # The library writes 16 significant digits, of which a spreadsheet shows 15.
                assert same(found.value, cell[field.name], field.type, 1e-15), (resource.name, field.name, cell)
                if found.value is not None and field.type == "string":
                    assert (found.data_type, found.number_format) == ("s", "@")
                elif found.value is not None and field.type in ("number", "integer"):
                    assert found.data_type == "n"


def test_no_cell_of_the_workbook_is_executed(tmp_path: Path) -> None:
    package = stamped_package(tmp_path / "package")
    path = package / "data" / "errata.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    attacks = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(0)", "https://example.org", "{=1}", "\t=1"]
    rows = [f'000,{n},{n + 1},x,"{attack}",high,"{attack}","{attack}"' for n, attack in enumerate(attacks, 4000)]
    path.write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
    sheet = workbook(read_content(package))["errata"]
    for number, attack in enumerate(attacks, xlsx.HEADER_ROWS + 1):
        for column in (5, 7, 8):
            cell = sheet.cell(number, column)
            assert (cell.value, cell.data_type, cell.hyperlink) == (attack, "s", None)
            assert bool(cell.quotePrefix) == attack.startswith(("=", "+", "-", "@", "\t"))


# Descriptions for machines


def test_croissant_is_valid_and_loads_every_record(content: Content, tmp_path: Path) -> None:
    reader = pytest.importorskip("mlcroissant")
    files = parquet.make(content)
    for name, data in (files | croissant.make(content, files)).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    dataset = reader.Dataset(jsonld=tmp_path / "croissant.json")
    issues = dataset.metadata.issues
    assert not issues.errors
    assert not issues.warnings
    for resource in content.resources:
        records = list(dataset.records(resource.name))
        expected = cells(content, resource)
        assert len(records) == len(expected)
        key = resource.primary_key[0]
        assert [_text(r[f"{resource.name}/{key}"]) for r in records] == [row[key] for row in expected]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def test_jsonld_is_a_dataset_in_schema_org_and_dcat(content: Content, tmp_path: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    files = {"data/units.csv": content.bytes_of("data/units.csv"), "rules.json": b"{}\n"}
    graph = rdflib.Graph()
    graph.parse(data=jsonld.make(content, files)["dataset.jsonld"], format="json-ld", publicID="https://example.org/r/")
    dcat, schema, spdx = (
        rdflib.Namespace(u) for u in ("http://www.w3.org/ns/dcat#", "https://schema.org/", "http://spdx.org/rdf/terms#")
    )
    dataset = graph.value(predicate=rdflib.RDF.type, object=dcat.Dataset)
    assert dataset == graph.value(predicate=rdflib.RDF.type, object=schema.Dataset)
    assert str(graph.value(dataset, schema.version)) == "0.1.0"
    assert str(graph.value(dataset, schema.temporalCoverage)).endswith("/2025")
    assert graph.value(dataset, schema.url) is None
    places = {
        str(graph.value(graph.value(p, schema.identifier), schema.value))
        for p in graph.objects(dataset, schema.spatialCoverage)
    }
    assert {"370202", "370215"} <= places
    assert "370281" not in places
    found = {}
    for part in graph.objects(dataset, dcat.distribution):
        assert (dataset, schema.distribution, part) in graph
        digest = str(graph.value(graph.value(part, spdx.checksum), spdx.checksumValue))
        found[str(graph.value(part, dcat.downloadURL))] = (digest, int(graph.value(part, dcat.byteSize)))
    assert found == {f"https://example.org/r/{name}": (sha256(data), len(data)) for name, data in files.items()}
