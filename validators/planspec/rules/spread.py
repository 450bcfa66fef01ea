"""Reading a package with Spark: CSV or Parquet, one file or a folder of parts, and the cells of each table judged.

A resource is looked for at its path, then as Parquet beside it (`data/targets.parquet`); with a place of its own for
the tables (any address that Spark reads: a folder, hdfs://, s3a://) also there by name. Rules on the bytes of a file are
left to the polars engine: Spark takes any line end, and shows a byte that is no UTF-8 as U+FFFD.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from planspec.errors import CannotTell
from planspec.findings import Finding
from planspec.package import Resource
from planspec.rules.cells import FORMS, TYPED, any_cell, cell_rules, report_cells
from planspec.rules.context import Context
from planspec.rules.spark import SparkFrames, brief, open_session, together
from planspec.tables import LINE, MOVED, UnreadableError, header_faults

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

CORRUPT = "_corrupt"
SPARK_TYPES = {"integer": "bigint", "year": "bigint", "number": "double", "boolean": "boolean", "date": "date"}
SKIPPED = {
    "S105": "Spark reads any line end",
    "P350": "rows that an engine spreads have no order",
}


def _places(context: Context, resource: Resource, data: str) -> list[str]:
    """Addresses where a table may be, the likeliest first."""
    path, stem = resource.path, resource.path.removesuffix(".csv")
    if data:
        base = data.rstrip("/")
        if "://" not in base:
            base = Path(base).resolve().as_uri()
        names = [path, f"{stem}.parquet", f"{resource.name}.parquet", f"{resource.name}.csv"]
        return [f"{base}/{name}" for name in dict.fromkeys(names)]
    found = [context.package.store.local(name) for name in (path, f"{stem}.parquet")]
    return [p.resolve().as_uri() for p in found if p is not None and p.exists()]


def _read(session: SparkSession, resource: Resource, address: str) -> tuple[DataFrame, list[Finding]]:
    """Rows of a table as text or as typed Parquet has them; `_corrupt` where a row has too few or too many cells."""
    from pyspark.sql import functions as F  # noqa: N812 # its own documentation calls it so

    if address.endswith(".parquet"):
        frame = session.read.parquet(address)
        header, faults = frame.columns, header_faults(sorted(frame.columns, key=_place_in(resource)), resource)
        frame = frame.withColumn(CORRUPT, F.lit(None).cast("string"))
    else:
        first = session.read.text(address).first()
        line = (first[0] if first else "").removeprefix("\ufeff")
        header = next(csv.reader([line]), [])
        faults = header_faults(header, resource)
        columns = ", ".join(f"`{name}` string" for name in (*header, CORRUPT))
        frame = session.read.csv(
            address,
            schema=columns,
            header=True,
            enforceSchema=False,
            escape='"',
            mode="PERMISSIVE",
            columnNameOfCorruptRecord=CORRUPT,
            maxCharsPerColumn=-1,
        )
    if any(f.params["why"] != MOVED for f in faults):
        raise UnreadableError(*faults)
    return frame.select(*resource.columns, CORRUPT, (F.monotonically_increasing_id() + 1).alias(LINE)), faults


def _place_in(resource: Resource) -> Any:
    """Sort key that brings Parquet's columns, whose order says nothing, into the schema's order."""
    order = {name: n for n, name in enumerate(resource.columns)}
    return lambda name: order.get(name, len(order))


def _text(frame: DataFrame, name: str) -> Column:
    """A column as text, null where a cell is empty; a number as a person writes it."""
    from pyspark.sql import functions as F  # noqa: N812 # as its documentation has it

    kind = dict(frame.dtypes)[name]
    if kind in ("double", "float"):
        exact = F.col(name).cast("decimal(38,12)").cast("string")
        return F.regexp_replace(F.regexp_replace(exact, r"(\.[0-9]*?)0+$", "$1"), r"\.$", "")
    text = F.col(name).cast("string")
    return F.when(text != "", text)


def _typed(frame: DataFrame, name: str, kind: str) -> Column:
    """A column cast to the type of the schema; what has not the form of the type is null."""
    from pyspark.sql import functions as F  # noqa: N812 # as its documentation has it

    wanted = SPARK_TYPES.get(kind, "string")
    if dict(frame.dtypes)[name] == wanted != "string":
        return F.col(name)
    text = _text(frame, name)
    return F.when(text.rlike(FORMS[kind]), text.cast(wanted)) if kind in SPARK_TYPES else text


def _suspect_rows(resource: Resource, both: DataFrame) -> DataFrame:
    """The rows in which something is wrong, found on the workers: text, `_wrong_…` for each rule, `_corrupt`, `_lost`.

    `_lost`: some byte was no UTF-8.
    """
    rules = cell_rules(resource)
    rows: nw.LazyFrame[Any] = nw.from_native(both)
    texts = nw.concat_str([nw.col(name).fill_null("") for name in resource.columns])
    lost = texts.str.contains("\ufffd", literal=True).fill_null(value=False)
    flags = [rule.defect.fill_null(value=False).alias(f"_wrong_{n}") for n, rule in enumerate(rules)]
    wrong = rows.filter(any_cell(rules) | ~nw.col(CORRUPT).is_null() | lost)
    return wrong.select(LINE, *resource.columns, *flags, CORRUPT, lost.alias("_lost")).to_native()


def _report(context: Context, resource: Resource, wrong: pl.DataFrame) -> None:
    """S108 for rows of another width, named by what stands first in them; S104; and S111 to S119 for the cells."""
    for text, line in wrong.drop_nulls(CORRUPT).select(CORRUPT, LINE).iter_rows():
        cells = next(csv.reader([text]), [])
        why = f"{len(cells)} cells, not {len(resource.columns)}"
        finding = Finding(
            "S108", resource.name, resource.path, line, key=(cells or [""])[0], params={"why": why, "_lost": text}
        )
        context.collector.add(finding)
    whole = wrong.filter(pl.col(CORRUPT).is_null())
    for line in whole.filter("_lost")[LINE].head(1):
        params = {"why": "a byte that is no UTF-8"}
        context.collector.add(Finding("S104", resource.name, resource.path, line, params=params))
    rules = cell_rules(resource)
    failing = {}
    for n, rule in enumerate(rules):
        columns = list(dict.fromkeys((LINE, *resource.primary_key, rule.column)))
        failing[n] = whole.filter(f"_wrong_{n}").select(columns)
    report_cells(context, resource, failing, rules, whole)


def spread(context: Context, master: str, data: str = "") -> SparkFrames:
    """Read all tables of the package of `context` with Spark, report what is wrong with their cells, and hold them.

    `data`: address of the tables where they are not in the package's folder. Raises `CannotTell` where Spark cannot be
    had, or where no table at all can be read.
    """
    session = open_session(master)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    held: dict[str, DataFrame] = {}
    suspects: list[tuple[Resource, DataFrame]] = []
    why = ""
    try:
        for resource in context.package:
            read, problem = _first_readable(context, session, resource, data)
            why = why or problem
            if read is not None:
                both = _both(resource, read)
                suspects.append((resource, _suspect_rows(resource, both)))
                typed = {name: f"{TYPED}{name}" for name in resource.columns}
                sound = both.filter(both[CORRUPT].isNull())
                held[resource.name] = sound.select(*(both[t].alias(name) for name, t in typed.items()), LINE)
        for resource, wrong in zip((r for r, _ in suspects), together([w for _, w in suspects]), strict=True):
            _report(context, resource, wrong.sort(LINE))
    except (PySparkException, Py4JError) as error:
        raise CannotTell(f"Spark failed: {brief(error)}", "see Spark's own log") from error
    if not held:
        place = data or str(context.package.store.root)
        raise CannotTell(
            f"no table of the package can be read at {place}{': ' if why else ''}{why}",
            "give a folder, or an address that Spark reads, with --data",
        )
    context.skipped |= SKIPPED
    frames = SparkFrames(session, held, context.package.resources)
    for name in held:
        for rule in cell_rules(context.resource(name)):
            context.count(rule.rule, frames.height(name))
    return frames


def _first_readable(
    context: Context, session: SparkSession, resource: Resource, data: str
) -> tuple[DataFrame | None, str]:
    """The rows of a resource at the first of its places where there is a table, and else what Spark said."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    why = ""
    for address in _places(context, resource, data):
        try:
            frame, faults = _read(session, resource, address)
        except UnreadableError as error:
            for fault in error.args:
                context.collector.add(fault)
            return None, ""
        except (PySparkException, Py4JError) as error:
            if "PATH_NOT_FOUND" not in str(error):
                why = why or brief(error)
            continue
        for fault in faults:
            context.collector.add(fault)
        return frame, ""
    params = {"path": resource.path, "why": "is no file of the package"}
    context.collector.add(Finding("S103", resource.name, resource.path, params=params))
    return None, why


def _both(resource: Resource, frame: DataFrame) -> DataFrame:
    """The cells of a table as text, and cast beside it."""
    texts = [_text(frame, name).alias(name) for name in resource.columns]
    typed = [_typed(frame, f.name, f.type).alias(f"{TYPED}{f.name}") for f in resource.fields]
    return frame.select(LINE, CORRUPT, *texts, *typed)
