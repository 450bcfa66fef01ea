"""Package layer, one fact once: facts, names, keys in order."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import KEYS, OBSERVATIONS, Context
from planspec.rules.frames import Frames
from planspec.rules.links import with_key
from planspec.tables import LINE

c = nw.col
SAME = (
    "district_code",
    "year",
    "period",
    "indicator_id",
    "comparator",
    "value",
    "value_max",
    "unit_id",
    "scope_zh",
    "relative_to",
    "project_id",
)
"""Columns that make two observations one fact."""


def repeated(frames: Frames, rows: nw.LazyFrame[Any], columns: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Rows that agree with another in `columns`, an empty cell agreeing with an empty cell."""
    # Grouping first keeps the wide rows out of it: only what is there twice is looked up again.
    filled = [c(column).cast(nw.String).fill_null("\n").alias(f"_{n}") for n, column in enumerate(columns)]
    groups = [f"_{n}" for n in range(len(columns))]
    marked = frames.alike(rows, columns).with_columns(*filled)
    twice = marked.group_by(*groups).agg(nw.len().alias("_rows")).filter(c("_rows") > 1)
    return marked.join(twice, on=groups, how="semi")


def check_same_fact(context: Context) -> None:
    """P307: one fact under two keys. P308: one name for two projects or initiatives of a district."""
    frames = context.frames
    for name, key in OBSERVATIONS.items():
        if context.has(name):
            context.count("P307", frames.height(name))
            again = frames.collect(
                [repeated(frames, frames.table(name), SAME).select(*with_key(context, name, *SAME))]
            )[0]
            _report_again(context, "P307", name, key, again, SAME, set())
    for name in ("projects", "initiatives"):
        if not context.has(name):
            continue
        context.count("P308", frames.height(name))
        columns = ("name_zh", "name_en")
        queries = [
            repeated(frames, frames.table(name).filter(c(column) != ""), ("district_code", "year", column)).select(
                *with_key(context, name, "district_code", "year", column)
            )
            for column in columns
        ]
        named: set[int] = set()
        for column, again in zip(columns, frames.collect(queries), strict=True):
            named |= _report_again(context, "P308", name, column, again, ("district_code", "year", column), named)


def _report_again(
    context: Context, rule: str, name: str, column: str, rows: pl.DataFrame, same: tuple[str, ...], told: set[int]
) -> set[int]:
    """Report each row but the first of those that agree, naming the first, unless told already; gives their lines."""
    key, reported = KEYS[name], set()
    for _, group in rows.sort(LINE).group_by(same, maintain_order=True):
        first = group.row(0, named=True)
        for row in group.slice(1).iter_rows(named=True):
            reported.add(row[LINE])
            if row[LINE] not in told:
                context.report(
                    rule,
                    name,
                    row[LINE],
                    column,
                    row[key],
                    first=first[LINE],
                    other=first[key],
                    **({"cell": row[column]} if rule == "P308" else {}),
                )
    return reported


def check_keys(context: Context) -> None:
    """S116: primary keys and unique columns; a finding names both rows."""
    frames, places, queries = context.frames, [], []
    for name, resource in frames.resources.items():
        sets = {resource.primary_key} | {(f.name,) for f in resource.fields if f.constraints.get("unique")}
        for columns in sorted(s for s in sets if s):
            context.count("S116", frames.height(name))
            present = nw.all_horizontal(*(~c(column).is_null() for column in columns), ignore_nulls=False)
            twice = repeated(frames, frames.table(name).filter(present), columns)
            places.append((name, columns))
            queries.append(twice.select(LINE, *columns))
    for (name, columns), rows in zip(places, frames.collect(queries), strict=True):
        for values, group in rows.sort(LINE).group_by(columns, maintain_order=True) if rows.height else ():
            for row in group.slice(1).iter_rows(named=True):
                context.report(
                    "S116",
                    name,
                    row[LINE],
                    columns[-1],
                    "/".join(map(str, values)),
                    first=group[LINE][0],
                    columns=", ".join(columns),
                )


def check_order(context: Context) -> None:
    """P350: rows not in the order of their key, which `plans format` mends; only where rows have an order."""
    if context.engine is not None:
        return
    for name, table in context.tables.items():
        key = list(table.resource.primary_key)
        context.count("P350", len(table))
        if not key or not len(table) or _ordered(table.frame, key):
            continue
        frame = table.frame.select(*key, LINE)
        ordered = frame.sort(key, nulls_last=False, maintain_order=True)
        line = next(a for a, b in zip(frame[LINE], ordered[LINE], strict=True) if a != b)
        context.report("P350", name, line, key[0])


def _ordered(frame: pl.DataFrame, key: list[str]) -> bool:
    """Whether no row's key comes before the one above it; null comes first."""
    after = pl.lit(value=False)
    for column in reversed(key):
        here, above = pl.col(column), pl.col(column).shift(1)
        less = (here < above).fill_null(here.is_null() & above.is_not_null())
        after = less | (here.eq_missing(above) & after)
    return not frame.select(after.slice(1).any()).item()
