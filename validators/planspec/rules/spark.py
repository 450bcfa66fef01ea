"""The tables of a package as Spark holds them: the same rules where one machine is too small.

pandera's own Spark backend checks columns only; so the rules' expressions reach Spark through narwhals. Reading is in
`spread`. Rows have no lines here: `_line` is a number that only tells them apart, and findings name the key.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from planspec.errors import CannotTell
from planspec.package import Resource
from planspec.rules.frames import Batches
from planspec.rules.order import GROUP
from planspec.tables import LINE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

EXTRA = "pip install 'qingdao-district-plans[spark]'"
TOGETHER = 200_000
"""Rows of a partition that a function sees at once: distinct phrases are read once among these."""
AT_ONCE = 4
"""Queries that are sent to Spark side by side."""
SETTINGS = {
    # As polars: what cannot be cast is null, where a rule has not asked for the form before.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
LOCAL = {
    "spark.driver.host": "localhost",
    "spark.driver.memory": "4g",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
}
_TYPES = {pl.Int64: "bigint", pl.Float64: "double", pl.String: "string", pl.Boolean: "boolean", pl.Date: "date"}


def open_session(master: str) -> SparkSession:
    """A Spark session on `master` (`local[*]`, `spark://host:7077`, `yarn`, `k8s://…`).

    Raises `CannotTell` without the extra, without Java, or where no Spark answers.
    """
    try:
        from pyspark.sql import SparkSession

        for needed in ("pyarrow", "pandas"):  # Spark hands rows to Python through them
            import_module(needed)
    except ImportError as error:
        raise CannotTell(f"the engine spark needs {error.name}, which is not installed", EXTRA) from error
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and shutil.which("java", path=f"{home}/bin"))):
        raise CannotTell("the engine spark needs Java, and there is no java on the PATH", "install Java 17 or newer")
    builder = SparkSession.builder.appName("plans validate").master(master)
    local = master == "local" or master.startswith("local[")
    if local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    for name, value in (SETTINGS | LOCAL if local else SETTINGS).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
        session.range(1).count()
    except Exception as error:  # what Spark raises depends on where it failed: Py4J, Java, its own classes
        raise CannotTell(
            f"no Spark answers at {master}: {brief(error)}",
            "give a master with --master, as in local[*] or spark://host:7077",
        ) from error
    return session


def brief(error: Exception) -> str:
    """The line of Spark's error that says what happened: Java's own, where there is one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return next((line[2:] for line in lines if line.startswith(": ")), lines[0])[:200]


class _OverBatches:
    """A function over polars frames as Spark's workers call it, over Arrow batches."""

    def __init__(self, function: Batches, schema: Mapping[str, type[pl.DataType]]) -> None:
        self.function, self.schema = function, dict(schema)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Gather batches, so that what stands in many rows is looked at once, and hand on what the function makes."""
        held: list[pl.DataFrame] = []
        for batch in batches:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            held.append(frame)
            if sum(f.height for f in held) >= TOGETHER:
                yield from self._made(held)
                held = []
        if held:
            yield from self._made(held)

    def _made(self, frames: list[pl.DataFrame]) -> Iterator[pa.RecordBatch]:
        made = self.function(pl.concat(frames))
        yield from arrow(made.select(pl.col(n).cast(t) for n, t in self.schema.items())).to_batches()


def arrow(frame: pl.DataFrame) -> pa.Table:
    """A frame as an Arrow table of the types that Spark takes."""
    import pyarrow as pa

    types = {
        pl.Int64: pa.int64(),
        pl.Float64: pa.float64(),
        pl.String: pa.string(),
        pl.Boolean: pa.bool_(),
        pl.Date: pa.date32(),
    }
    plain = frame.with_columns(
        pl.col(pl.Null).cast(pl.String),
        pl.col(pl.UInt8, pl.UInt16, pl.UInt32, pl.Int8, pl.Int16, pl.Int32).cast(pl.Int64),
    )
    schema = pa.schema([(name, types[kind.base_type()]) for name, kind in plain.schema.items()])
    return plain.to_arrow().cast(schema)


def together(frames: Sequence[DataFrame]) -> list[pl.DataFrame]:
    """Spark frames in this process, in order; several are computed at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tables = list(pool.map(lambda frame: frame.toArrow(), frames))
    return [pl.DataFrame(table) for table in tables]


class SparkFrames:
    """Tables that Spark holds; each is read once and kept in the memory and on the disks of the workers."""

    def __init__(self, session: SparkSession, tables: dict[str, DataFrame], resources: dict[str, Resource]) -> None:
        self.session = session
        self._tables = {name: frame.persist() for name, frame in tables.items()}
        self._resources = resources
        self._kept: list[DataFrame] = list(self._tables.values())
        self._counts: dict[str, dict[str, int]] = {}
        self._whole: dict[str, pl.DataFrame] = {}

    @property
    def resources(self) -> Mapping[str, Resource]:
        return {name: self._resources[name] for name in self._tables}

    def has(self, *names: str) -> bool:
        return all(name in self._tables for name in names)

    def table(self, name: str) -> nw.LazyFrame[Any]:
        return nw.from_native(self._tables[name])

    def _counted(self, name: str) -> dict[str, int]:
        """Rows of a table ("") and of each column those that are not empty; all tables are counted at once."""
        if not self._counts:
            queries = [
                self.table(table).select(
                    nw.len().alias("rows"), *(nw.col(c).count().alias(f"given {c}") for c in columns)
                )
                for table, columns in ((t, r.columns) for t, r in self.resources.items())
            ]
            for (table, resource), counted in zip(self.resources.items(), self.collect(queries), strict=True):
                self._counts[table] = dict(zip(["", *resource.columns], map(int, counted.row(0)), strict=True))
        return self._counts[name]

    def whole(self, name: str) -> pl.DataFrame:
        if name not in self._whole:
            self._whole[name] = self.collect([self.table(name)])[0].sort(LINE)
        return self._whole[name]

    def height(self, name: str) -> int:
        return self._counted(name)[""]

    def given(self, name: str, column: str) -> int:
        return self._counted(name)[column]

    def local(self, frame: pl.DataFrame) -> nw.LazyFrame[Any]:
        return nw.from_native(self.session.createDataFrame(arrow(frame)))

    def through(
        self, frame: nw.LazyFrame[Any], function: Batches, schema: Mapping[str, type[pl.DataType]]
    ) -> nw.LazyFrame[Any]:
        columns = ", ".join(f"`{name}` {_TYPES[kind]}" for name, kind in schema.items())
        return nw.from_native(frame.to_native().mapInArrow(_OverBatches(function, schema), columns))

    def alike(self, frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:  # noqa: ARG002 - grouping finds them
        return frame

    def before(
        self, frame: nw.LazyFrame[Any], order: Sequence[str], last: Mapping[str, str], most: Mapping[str, str]
    ) -> nw.LazyFrame[Any]:
        found = frame
        for alias, column in most.items():
            found = found.with_columns(nw.col(column).cum_max().over(GROUP, order_by=order).alias(alias))
        steps = dict(last) | {alias: alias for alias in most}
        return found.with_columns(
            nw.col(column).shift(1).over(GROUP, order_by=order).alias(alias) for alias, column in steps.items()
        )

    def inside(
        self, points: nw.LazyFrame[Any], spans: nw.LazyFrame[Any], by: tuple[str, ...], alias: str
    ) -> nw.LazyFrame[Any]:
        def whole(number: int | None) -> nw.Expr:
            return nw.lit(number, dtype=nw.Int64)

        events = nw.concat(
            [
                points.select("source_id", "start")
                .unique()
                .select(
                    "source_id",
                    nw.col("start").alias("_at"),
                    *(whole(None).alias(b) for b in by),
                    whole(1).alias("_point"),
                    whole(0).alias("_sign"),
                ),
                *(
                    spans.select(
                        "source_id",
                        nw.col(edge).alias("_at"),
                        *by,
                        whole(0).alias("_point"),
                        whole(sign).alias("_sign"),
                    )
                    for edge, sign in (("start", -1), ("end", 1))
                ),
            ]
        )
        # A span's edge comes before a point at the same offset: start is inclusive and end exclusive.
        before = events.with_columns(
            nw.col("_point").cum_sum().over("source_id", order_by=["_at", "_point"]).alias("_before")
        )
        edges = before.filter(nw.col("_sign") != 0)
        return (
            edges.with_columns((nw.col("_before") * nw.col("_sign")).alias(alias))
            .group_by(*by)
            .agg(nw.col(alias).sum())
        )

    def keep(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        kept = frame.to_native().persist()
        self._kept.append(kept)
        return nw.from_native(kept)

    def collect(self, frames: Sequence[nw.LazyFrame[Any]]) -> list[pl.DataFrame]:
        return together([frame.to_native() for frame in frames])

    def release(self) -> None:
        """Let go of what the workers hold."""
        for frame in self._kept:
            frame.unpersist()
