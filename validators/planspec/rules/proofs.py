"""Package layer, the ledger: each record proved by its own figures, each figure once, and the figures of a record agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import KEYS, RECORDS, Context
from planspec.rules.links import key_of, with_key
from planspec.rules.readings import AGREE_SCHEMA, words_of_numerals
from planspec.tables import LINE

c = nw.col
Lazy = nw.LazyFrame[Any]
FIGURE_KEY = ["source_id", "start", "end", "part"]
IDS = [f"{role}_id" for role in RECORDS]
PROVED = {
    "target": ("value", "value_max", "stretch_value"),
    "result": ("value", "value_max"),
    "project": ("count", "investment_value", "size_value"),
}
"""Columns of a record that a printed figure must prove."""


def check_ledger(context: Context) -> None:
    """P310 to P316. A figure counts for the record that it names, whatever its role: R280 says where the two disagree."""
    if not context.has("figures"):
        return
    frames = context.frames
    for rule in ("P311", "P312", "P313", "P314"):
        context.count(rule, frames.height("figures"))
    nameless = nw.all_horizontal(*(c(i).is_null() | (c(i) == "") for i in IDS), ignore_nulls=False)
    open_ = frames.table("figures").filter(c("role").is_in(list(RECORDS)) & nameless)
    for row in (
        frames.collect([open_.select(*with_key(context, "figures", "role"))])[0].sort(LINE).iter_rows(named=True)
    ):
        context.report(
            "P311", "figures", row[LINE], f"{row['role']}_id", key_of(context, "figures", row), role=row["role"]
        )
    _check_places(context)
    for role, name in RECORDS.items():
        if context.has(name) and role != "initiative":
            _check_proofs(context, role, name)


def _check_places(context: Context) -> None:
    """P312: parts count 1, 2, 3. P313: figures do not overlap. P314: two parts of a number that say the same.

    Only places with several rows, with a part other than 1 or with an overlap are looked at closely.
    """
    frames = context.frames
    order = ["start", "part", LINE]
    rows = frames.table("figures").filter(~c("start").is_null() & ~c("source_id").is_null())
    after = frames.before(rows.select(*FIGURE_KEY, LINE), order, {"_before": "start"}, {})
    again = (c("start") == c("_before")).fill_null(value=False)
    # The first part of a place stands for it; what it reaches over is seen from the rows after it.
    end = nw.when(~again).then(nw.coalesce(c("end"), c("start"))).otherwise(c("start"))
    after = frames.before(after.with_columns(again.alias("_again"), end.alias("_end")), order, {}, {"_reach": "_end"})
    overlap = (~c("_again") & (c("start") < c("_reach"))).fill_null(value=False)
    odd = frames.keep(
        after.filter(c("_again") | overlap | (c("part") != 1) | c("part").is_null()).with_columns(
            overlap.alias("_overlap")
        )
    )
    several = odd.filter(c("_again") | (c("part") != 1) | c("part").is_null()).select("source_id", "start").unique()
    groups, overlapping = frames.collect(
        [
            rows.join(several, on=["source_id", "start"], how="semi").select(
                LINE, *FIGURE_KEY, "printed", "role", "reason", *IDS
            ),
            odd.filter(c("_overlap")).select(LINE, *FIGURE_KEY, "_reach"),
        ]
    )
    for _, group in _suspicious(groups).sort(LINE).group_by("source_id", "start", maintain_order=True):
        _check_place(context, sorted(group.iter_rows(named=True), key=lambda r: r["part"] or 0))
    if overlapping.height:
        _report_overlaps(context, overlapping.sort(LINE), rows)


def _suspicious(groups: pl.DataFrame) -> pl.DataFrame:
    """The places of `groups` that are not simply parts 1 to n of one number, each for a record or a reason of its own."""
    record = pl.coalesce(pl.col(i).replace("", None) for i in IDS)
    place = ["source_id", "start"]
    rows, parts = pl.len().over(place), pl.col("part")
    counted = (
        (parts.min().over(place) == 1) & (parts.max().over(place) == rows) & (parts.n_unique().over(place) == rows)
    )
    alike = (pl.col("end").n_unique().over(place) == 1) & (pl.col("printed").n_unique().over(place) == 1)
    said = pl.struct("role", pl.coalesce(record, "reason").alias("_said"))
    apart = said.n_unique().over(place) == rows
    return groups.filter(~(counted & alike & apart).fill_null(value=False))


def _check_place(context: Context, group: list[dict[str, Any]]) -> None:
    """The rows of one printed number, in the order of their parts."""
    for expected, row in enumerate(group, 1):
        key = key_of(context, "figures", row)
        if row["part"] != expected:
            context.report("P312", "figures", row[LINE], "part", key, cell=row["part"], expected=expected)
            break
        if (row["end"], row["printed"]) != (group[0]["end"], group[0]["printed"]):
            context.report(
                "P312", "figures", row[LINE], "printed", key, cell=row["printed"], expected=group[0]["printed"]
            )
    said = [(r["role"], next((r[i] for i in IDS if r[i]), r["reason"])) for r in group]
    for n, (row, (role, what)) in enumerate(zip(group, said, strict=True)):
        if what and (role, what) in said[:n]:
            context.report("P314", "figures", row[LINE], "part", key_of(context, "figures", row), record=what)


def _report_overlaps(context: Context, overlapping: pl.DataFrame, rows: Lazy) -> None:
    """P313, naming the row that reaches furthest."""
    reaching = overlapping.select("source_id", pl.col("_reach").alias("end")).unique()
    found = context.frames.collect(
        [
            rows.join(context.frames.local(reaching), on=["source_id", "end"], how="semi").select(
                "source_id", "end", LINE
            )
        ]
    )[0]
    first = {
        (source, end): line
        for source, end, line in found.sort(LINE, descending=True).select("source_id", "end", LINE).iter_rows()
    }
    for row in overlapping.iter_rows(named=True):
        context.report(
            "P313",
            "figures",
            row[LINE],
            "start",
            key_of(context, "figures", row),
            first=first.get((row["source_id"], row["_reach"]), 0),
        )


def _proving(context: Context, role: str, name: str) -> Lazy:
    """Figures of a kind of record joined with the record: the figure's columns, `_id`, `_stated`, `_proved`, `_inside`."""
    frames, key, columns = context.frames, KEYS[name], PROVED[role]
    records = (
        frames.table(name)
        .filter(~c(key).is_null())
        .select(
            c(key).alias("_id"),
            c("source_id").alias("_source"),
            c("start").alias("_from"),
            c("end").alias("_to"),
            c("stated").alias("_stated"),
            *(c(column).cast(nw.Float64).alias(f"_{column}") for column in columns),
        )
    )
    figures = frames.table("figures").filter(~c(f"{role}_id").is_null() & c("field").is_in(list(columns)))
    joined = figures.select(LINE, *FIGURE_KEY, "printed", "field", c(f"{role}_id").alias("_id")).join(
        records, on="_id", how="inner"
    )
    proved = nw.coalesce(*(nw.when(c("field") == column).then(c(f"_{column}")) for column in columns))
    inside = (c("source_id") == c("_source")) & (c("start") >= c("_from")) & (c("start") < c("_to"))
    return joined.with_columns(proved.alias("_proved"), inside.fill_null(value=False).alias("_inside")).drop(
        *(f"_{column}" for column in columns)
    )


def _unproved(context: Context, role: str, name: str) -> Iterator[tuple[str, Lazy]]:
    """P310: for each column that must be proved, and for the record as a whole, the records without a figure."""
    frames, key = context.frames, KEYS[name]
    figures = frames.table("figures").filter(~c(f"{role}_id").is_null())
    has = {column: (c("field") == column).fill_null(value=False) for column in PROVED[role]}
    shown = figures.select(c(f"{role}_id").alias(key), *(flag.alias(f"_{column}") for column, flag in has.items()))
    own = shown.group_by(key).agg(nw.len().alias("_rows"), *(c(f"_{column}").any() for column in has))
    table = frames.table(name)
    judged = frames.keep(
        table.select(
            LINE,
            key,
            *(c(column).is_null().alias(f"{column}_empty") for column in has),
            *(["comparator"] if role != "project" else []),
        )
        .join(own, on=key, how="left")
        .filter(
            c("_rows").is_null()
            | nw.any_horizontal(*(~c(f"{column}_empty") & ~c(f"_{column}") for column in has), ignore_nulls=True)
        )
    )
    bare = c("_rows").is_null() & (c("comparator") != "not_stated") if role != "project" else nw.lit(value=False)
    if role != "project":
        yield "", judged.filter(bare).select(LINE, key)
    for column in has:
        lacking = ~c(f"{column}_empty") & ~c(f"_{column}").fill_null(value=False)
        yield column, judged.filter(lacking & ~bare).select(LINE, key)


def _check_proofs(context: Context, role: str, name: str) -> None:
    """P310: a value without a figure. P315: a figure that disagrees. P316: two figures for one column in one place."""
    frames, key = context.frames, KEYS[name]
    context.count("P310", frames.height(name))
    unproved = list(_unproved(context, role, name))
    for (column, _), rows in zip(unproved, frames.collect([q for _, q in unproved]), strict=True):
        for row in rows.sort(LINE).iter_rows(named=True):
            context.report("P310", name, row[LINE], column or key, row[key], field=column or "value")
    proving = frames.keep(_proving(context, role, name))
    digits = c("printed").str.contains(r"\A[0-9]+(\.[0-9]+)?\z")
    number = nw.when(digits).then(c("printed")).otherwise(nw.lit(None, dtype=nw.String)).cast(nw.Float64)
    empty = proving.filter(c("_proved").is_null())
    numerals = proving.filter(~c("_proved").is_null() & ~digits.fill_null(value=False))
    read = frames.through(
        numerals.select(LINE, "field", "printed", c("_proved").alias("proved"), c("_stated").alias("stated")),
        words_of_numerals,
        AGREE_SCHEMA,
    )
    judged = frames.keep(
        proving.filter(~c("_proved").is_null())
        .join(read, on=[LINE, "field"], how="left")
        .with_columns(
            nw.coalesce(c("agrees"), number.abs() == c("_proved").abs()).fill_null(value=False).alias("_agrees")
        )
    )
    agreeing = judged.filter(c("_agrees") & c("_inside"))
    several = agreeing.group_by("_id", "field").agg(nw.len().alias("_n")).filter(c("_n") > 1)
    columns = [LINE, *FIGURE_KEY, "printed", "field", "_id"]
    counts = proving.select(nw.len().alias("figures"), c("_from").count().alias("placed"))
    void, wrong, twice, count = frames.collect(
        [
            empty.select(*columns),
            judged.filter(~c("_agrees")).select(*columns, "_proved"),
            agreeing.join(several, on=["_id", "field"], how="semi").select(*columns),
            counts,
        ]
    )
    context.count("P315", count["figures"][0])
    context.count("P316", count["placed"][0])
    for row in void.sort(LINE).unique(["_id", "field"], keep="first", maintain_order=True).iter_rows(named=True):
        context.report(
            "P315",
            "figures",
            row[LINE],
            "field",
            key_of(context, "figures", row),
            printed=row["printed"],
            record=row["_id"],
            field=row["field"],
            value="",
        )
    for row in wrong.sort(LINE).unique(LINE, keep="first", maintain_order=True).iter_rows(named=True):
        context.report(
            "P315",
            "figures",
            row[LINE],
            "printed",
            key_of(context, "figures", row),
            printed=row["printed"],
            record=row["_id"],
            field=row["field"],
            value=f"{row['_proved']:g}",
        )
    for _, group in (
        twice.sort(LINE).unique(LINE, keep="first", maintain_order=True).group_by("_id", "field", maintain_order=True)
    ):
        for row in group.slice(1).iter_rows(named=True):
            context.report(
                "P316",
                "figures",
                row[LINE],
                "field",
                key_of(context, "figures", row),
                record=row["_id"],
                field=row["field"],
                first=group[LINE][0],
            )
