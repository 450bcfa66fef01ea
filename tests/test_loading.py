"""The loading lines of loading.toml, each run against a built release: all tools must see the same tables."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plans.loading import LANGUAGES, Line, lines, markdown
from planspec.canonical import canonical_csv, unit_factors
from planspec.package import open_package
from release_fixtures import NAME, built_release, needs_build
from test_build_formats import duckdb_with_sqlite

needs_build()

LINES = {line.id: line for line in lines(NAME)}

# How to get (unit, value_base) pairs from what each line leaves in `targets`; printed as JSON by the same process.
PAIRS = {
    "frictionless": "[(row['unit_id'], row['value_base']) for row in targets]",
    "pandas": "targets[['unit_id', 'value_base']].values.tolist()",
    "pandas-csv": "targets[['unit_id', 'value_base']].values.tolist()",
    "polars": "targets.select('unit_id', 'value_base').rows()",
    "duckdb": "targets.select('unit_id, value_base').fetchall()",
    "sqlite": "[(row[8], row[9]) for row in targets]",
}
CODES = {
    "frictionless": "[row['source_id'] for row in targets]",
    "pandas": "targets['source_id'].tolist()",
    "pandas-csv": "targets['source_id'].tolist()",
    "polars": "targets['source_id'].to_list()",
    "duckdb": "[row[0] for row in targets.select('source_id').fetchall()]",
    "sqlite": "[row[20] for row in targets]",
}
NEEDS = {
    "frictionless": "frictionless",
    "pandas": "pandas",
    "pandas-csv": "pandas",
    "polars": "polars",
    "duckdb": "duckdb",
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_release(tmp_path_factory.mktemp("loading"))


Pairs = list[tuple[str | None, float | None]]


def summary(pairs: Pairs) -> tuple[int, dict[str, float]]:
    """Rows, and the sum of value_base by unit. Sums are exact to the rounding of one addition, in whatever order."""
    sums: dict[str, list[float]] = {}
    for unit, value in pairs:
        if unit and value is not None and not math.isnan(value):
            sums.setdefault(unit, []).append(float(value))
    return len(pairs), {unit: math.fsum(values) for unit, values in sorted(sums.items())}


@pytest.fixture(scope="module")
def expected(release: Path) -> tuple[int, dict[str, float]]:
    """From the CSV, by the standard library."""
    with (release / "data" / "targets.csv").open(encoding="utf-8", newline="") as stream:
        return summary(
            [(r["unit_id"], float(r["value_base"]) if r["value_base"] else None) for r in csv.DictReader(stream)]
        )


def agree(found: tuple[int, dict[str, float]], wanted: tuple[int, dict[str, float]]) -> None:
    assert found[0] == wanted[0] > 300
    assert found[1] == pytest.approx(wanted[1], rel=1e-12)


def python(line: Line, folder: Path, expression: str) -> list:
    """Run a line as it stands in a fresh Python in the release's folder; the value of an expression after it."""
    script = f"{line.code}\nimport json, decimal, sys\njson.dump({expression}, sys.stdout, default=float)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", PAIRS)
def test_python_lines_load_the_same_table(release: Path, expected: tuple[int, dict[str, float]], name: str) -> None:
    pytest.importorskip(NEEDS.get(name, "sqlite3"))
    both = python(LINES[name], release, f"[{PAIRS[name]}, {CODES[name]}]")
    agree(summary([tuple(pair) for pair in both[0]]), expected)
    assert {"000", "003"} & set(both[1])
    assert all(len(code) == 3 for code in both[1])


def test_duckdb_lines_load_the_same_table(
    release: Path, expected: tuple[int, dict[str, float]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(release)
    with duckdb.connect() as connection:
        connection.execute(LINES["duckdb-parquet"].code)
        agree(summary(connection.execute("SELECT unit_id, value_base FROM targets").fetchall()), expected)
    with duckdb_with_sqlite(tmp_path / "extensions") as connection:
        connection.execute(LINES["duckdb-sqlite"].code)
        agree(summary(connection.execute("SELECT unit_id, value_base FROM targets").fetchall()), expected)
        assert connection.execute("SELECT count(*) FROM target_and_result").fetchone() == (expected[0],)


def shell(line: Line, folder: Path, program: str, package: str) -> str:
    """Run a command line as it stands, with the programs of this environment first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if shutil.which(program, path=path) is None:
        pytest.skip(f"{program} is not installed ({package})")
    done = subprocess.run(
        line.code, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_frictionless_command_line_finds_every_table_valid(release: Path) -> None:
    report = shell(LINES["frictionless-command"], release, "frictionless", "pip install frictionless")
    assert report.count("VALID") == len(open_package(release).resources)
    assert "INVALID" not in report


def test_sqlite_command_line_shows_every_target_beside_its_result(
    release: Path, expected: tuple[int, dict[str, float]]
) -> None:
    rows = list(csv.DictReader(shell(LINES["sqlite-command"], release, "sqlite3", "Debian: sqlite3").splitlines()))
    assert len(rows) == expected[0]
    assert any(row["result_value"] for row in rows)


def test_r_loads_the_same_table(release: Path, expected: tuple[int, dict[str, float]], tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed (Debian: r-base-core)")
    script = f'{LINES["r"].code}\nwrite.csv(targets[c("unit_id", "value_base", "source_id")], "{tmp_path}/out.csv", row.names = FALSE, na = "")\n'
    (tmp_path / "script.R").write_text(script, encoding="utf-8")
    subprocess.run(
        ["Rscript", "--vanilla", str(tmp_path / "script.R")],
        cwd=release,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    agree(summary([(r["unit_id"], float(r["value_base"]) if r["value_base"] else None) for r in rows]), expected)
    assert all(len(row["source_id"]) == 3 for row in rows)


def test_every_line_is_run_by_a_test_or_is_done_by_hand() -> None:
    run = {*PAIRS, "duckdb-parquet", "duckdb-sqlite", "frictionless-command", "sqlite-command", "r"}
    assert {line.id for line in LINES.values() if line.language != "hand"} == run
    assert {line.language for line in LINES.values()} == set(LANGUAGES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_every_line_as_it_is_run(language: str) -> None:
    page = markdown(NAME, language)
    for line in LINES.values():
        assert f"\n{line.code}\n```" in page
        assert line.title[language] in page


# A real spreadsheet program


def office(arguments: list[str], folder: Path) -> None:
    """Run LibreOffice without a screen, with a profile of its own."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [program, profile, "--headless", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    if done.returncode:
        pytest.skip(f"LibreOffice does not run here: {done.stderr[-300:]}")


# Comma, double quote, UTF-8, from line 1; on saving: cells as shown, no forced quotes.
FILTER = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false"


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(data.decode("utf-8").splitlines()))


def is_number_cut(before: list[str], after: list[str]) -> bool:
    """Whether a figure, the fifth cell of the ledger, lost a zero."""
    return before[4] != after[4] and before[4].lstrip("0") == after[4].lstrip("0")


def test_a_csv_saved_by_a_spreadsheet_is_restored_or_refused_by_cell(release: Path, tmp_path: Path) -> None:
    """Open each CSV in LibreOffice, save it, bring it into canonical form: the same bytes, or the lost cell by name."""
    package = open_package(release)
    saved = tmp_path / "saved"
    files = [str(release / resource.path) for resource in package]
    office(
        [
            "--infilter=Text - txt - csv (StarCalc):44,34,76,1",
            "--convert-to",
            f"csv:{FILTER}",
            "--outdir",
            str(saved),
            *files,
        ],
        tmp_path,
    )
    factors = unit_factors(package)
    restored, touched = 0, 0
    for resource in package:
        before = package.store.read(resource.path)
        after = (saved / Path(resource.path).name).read_bytes()
        touched += after != before
        formed = canonical_csv(after, resource, factors)
        result, refused = formed.data, formed.refused
        if refused:
            lost = {
                line
                for line, cells in enumerate(zip(table(before), table(after), strict=True), 1)
                if is_number_cut(*cells)
            }
            assert lost <= {int(line.split(":")[1]) for line in refused}
            assert lost
        else:
            assert result.decode() == before.decode(), resource.path
            restored += 1
    assert touched, "the spreadsheet changed no file, so nothing was shown"
    assert restored >= 10


def test_a_spreadsheet_opens_the_workbook_and_sees_the_same_table(
    release: Path, expected: tuple[int, dict[str, float]], tmp_path: Path
) -> None:
    # The last token but one asks for every sheet as a file of its own.
    every_sheet = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    office(
        ["--convert-to", f"csv:{every_sheet}", "--outdir", str(tmp_path / "sheets"), str(release / f"{NAME}.xlsx")],
        tmp_path,
    )
    with (tmp_path / "sheets" / f"{NAME}-targets.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    head = rows[2]
    table = [dict(zip(head, row, strict=True)) for row in rows[3:]]
    found = summary([(r["unit_id"], float(r["value_base"]) if r["value_base"] else None) for r in table])
    assert found[0] == expected[0]
    assert found[1] == pytest.approx(expected[1], rel=1e-9)
    assert {len(row["source_id"]) for row in table} == {3}
