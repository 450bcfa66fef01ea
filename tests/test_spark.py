"""The rules on Spark: the same findings as on polars, from CSV and from Parquet, and clear words where Spark is not to be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plans.bench.faults import KINDS
from plans.bench.generate import generate
from planspec.errors import CannotTell
from planspec.package import open_package
from planspec.rules.run import Report, Spark, validate
from scale_fixtures import expected, found

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra spark)")
pytest.importorskip("pyarrow", reason="pyarrow is not installed (the extra spark)")
if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
    pytest.skip("Java is not installed", allow_module_level=True)

if not os.environ.get("PLANS_SPARK"):
    pytest.skip("takes minutes: set PLANS_SPARK=1, as .ci/run does", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[1]
QUICK = """spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.shuffle.partitions 2
"""
"""Little to compute, much to plan: what a small package needs of Spark."""
MASTER = "local[2]"


@pytest.fixture(scope="module", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("conf")
    (folder / "spark-defaults.conf").write_text(QUICK, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of fault once or twice; the rows of initiatives.csv spread over two files, a key twice in both."""
    folder = tmp_path_factory.mktemp("spark") / "faulty"
    generate(3000, 2 * len(KINDS), 11, folder, ROOT)
    return folder


def split(package: Path, to: Path) -> Path:
    """A copy of a package whose initiatives are a folder of two files: rows in turn, so that no pair stays together."""
    shutil.copytree(package, to)
    path = to / "data/initiatives.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.unlink()
    path.mkdir()
    for n in range(2):
        (path / f"part-{n}.csv").write_text("".join([header, *rows[n::2]]), encoding="utf-8")
    return to


@pytest.fixture(scope="module")
def reports(faulty: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    parts = split(faulty, tmp_path_factory.mktemp("spread") / "parts")
    with pytest.MonkeyPatch.context() as patch:
        # Some tables are looked at row by row, as small ones are, and some column by column on the workers.
        patch.setattr("planspec.rules.context.FEW", 400)
        return validate(faulty, None, 10_000), validate(parts, None, 10_000, Spark(MASTER))


def test_both_engines_find_the_same(reports: tuple[Report, Report]) -> None:
    polars, spark = reports
    assert found(spark) == found(polars)
    assert spark.counts == polars.counts
    assert {f.line for f in spark.findings} == {0}
    assert min(f.line for f in polars.findings if f.rule != "P331") > 0


def test_the_planted_faults_are_found_on_spark(faulty: Path, reports: tuple[Report, Report]) -> None:
    must, may = ({(rule, name, key, column) for rule, name, _, key, column in places} for places in expected(faulty))
    shown = {(f.rule, f.resource, f.key, f.column) for f in reports[1].findings}
    assert must - shown == set()
    assert shown - must - may == set()
    assert {"S116", "P307", "P308"} <= {f.rule for f in reports[1].findings}


def test_both_engines_look_at_as_much(reports: tuple[Report, Report]) -> None:
    polars, spark = reports
    left_out = {rule for rule in polars.rows if rule not in spark.rows}
    assert left_out == {"P350"}
    assert {rule: n for rule, n in polars.rows.items() if rule not in left_out} == spark.rows
    assert spark.facts == polars.facts
    assert set(spark.skipped) - set(polars.skipped) == {"S105", "P350"}


def test_parquet_is_read_as_csv_is(faulty: Path, tmp_path: Path) -> None:
    """The cells of Parquet, typed already, are judged like text; a folder of parts is one table."""
    from planspec.findings import Collector
    from planspec.rules.context import Context
    from planspec.rules.spread import spread
    from planspec.tables import read_tables

    package = open_package(faulty)
    tables, _ = read_tables(package)
    for name, table in tables.items():
        rows = table.frame.drop("_line")
        folder = tmp_path / f"{name}.parquet"
        folder.mkdir()
        half = rows.height // 2
        rows[:half].write_parquet(folder / "part-0.parquet")
        rows[half:].write_parquet(folder / "part-1.parquet")
    whole = Context(package, {}, Collector())
    frames = spread(whole, MASTER, tmp_path.as_uri())
    for name, table in tables.items():
        key = list(table.resource.primary_key) or table.resource.columns
        columns = table.resource.columns
        theirs = frames.collect([frames.table(name).select(*columns)])[0]
        ours = table.frame.select(columns)
        assert theirs.sort(key).equals(ours.sort(key)), name
    frames.release()
    # What the text shows is lost where the cell had no value of its type: S112 is not said of Parquet.
    rules = {f.rule for f in whole.collector.findings}
    assert {"S113", "S114", "S115", "S117"} <= rules


def test_rows_of_another_width_and_bytes_that_are_no_text_are_named(faulty: Path, tmp_path: Path) -> None:
    from planspec.findings import Collector
    from planspec.rules.context import Context
    from planspec.rules.spread import spread

    folder = tmp_path / "broken"
    shutil.copytree(faulty, folder)
    with (folder / "data/units.csv").open("ab") as stream:
        stream.write(b"short,row\n")
    cells = [b"\xff\xfe", *([b""] * (len(open_package(folder).resources["errata"].columns) - 1))]
    with (folder / "data/errata.csv").open("ab") as stream:
        stream.write(b",".join(cells) + b"\n")
    (folder / "data/retired.csv").write_text("id,resource\n", encoding="utf-8")
    context = Context(open_package(folder), {}, Collector())
    frames = spread(context, MASTER)
    said = {(f.rule, f.resource, f.key) for f in context.collector.findings}
    assert {("S108", "units", "short"), ("S104", "errata", "")} <= said
    assert ("S106", "retired", "") in said
    assert not frames.has("retired")
    frames.release()


def test_a_place_that_cannot_be_read_is_told(faulty: Path) -> None:
    with pytest.raises(CannotTell, match="no table of the package can be read at"):
        validate(faulty, None, 10, Spark(MASTER, "file:///nowhere/at/all"))
    with pytest.raises(CannotTell, match="no table of the package can be read at"):
        validate(faulty, None, 10, Spark(MASTER, "nosuch://bucket/tables"))


def test_a_master_that_does_not_answer_is_told() -> None:
    """In a process of its own: one process has one Spark."""
    done = subprocess.run(
        [sys.executable, "-m", "plans", "validate", str(ROOT), "--engine", "spark", "--master", "local[x"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no Spark answers at local[x" in done.stderr
    assert "Could not parse Master URL" in done.stderr
