"""Package layer, links between tables: references, retired keys, districts and the documents that speak for them."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from typing import Any

import narwhals as nw
import polars as pl

from planspec.package import Reference
from planspec.rules.context import KEYS, OBSERVATIONS, RECORDS, Context
from planspec.rules.rows import PLACES
from planspec.rules.told import YARDSTICK
from planspec.tables import LINE

c = nw.col
Lazy = nw.LazyFrame[Any]
MANY = 5000
"""More keys than this are narrowed by length and ends before the nearest are looked for."""


def key_of(context: Context, name: str, row: dict[str, Any]) -> str:
    """The key of a row as findings show it."""
    return "/".join("" if row[k] is None else str(row[k]) for k in context.resource(name).primary_key)


def with_key(context: Context, name: str, *columns: str | nw.Expr) -> list[str | nw.Expr]:
    """Columns to select so that a finding can be made of a row: its line, its key, and `columns`."""
    named = [column for column in columns if isinstance(column, str)]
    keys = [k for k in context.resource(name).primary_key if k not in named]
    return [LINE, *keys, *columns]


class Names:
    """The keys there are, for messages that name the nearest; fetched only where a message needs them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[str, str], list[str]] = {}
        self._ends: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
        self._nearest: dict[tuple[tuple[str, str], str], str] = {}

    def nearest(self, value: str, resource: str, column: str, *more: str) -> str:
        """The keys of a column most like `value`, for a message."""
        place = resource, column
        if place not in self._known:
            frames = self._context.frames
            self._known[place] = sorted(
                frames.collect([frames.table(resource).select(column).unique()])[0][column].drop_nulls()
            )
        if (place, value) not in self._nearest:
            names = [*self._known[place], *more] if len(self._known[place]) <= MANY else self._of_ends(place, value)
            self._nearest[place, value] = ", ".join(get_close_matches(value, names, n=3, cutoff=0.5)) or "–"
        return self._nearest[place, value]

    def _of_ends(self, place: tuple[str, str], value: str) -> set[str]:
        """Keys that begin or end as `value` does and are about as long."""
        if place not in self._ends:
            ends: dict[tuple[str, str], list[str]] = defaultdict(list)
            for name in self._known[place]:
                for end in _ends(name):
                    ends[end].append(name)
            self._ends[place] = ends
        alike = (name for end in _ends(value) for name in self._ends[place].get(end, ()))
        return {name for name in alike if abs(len(name) - len(value)) < 3}


def _ends(key: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """How a key begins, a record's with district and year, and how it ends."""
    return ("begins", key[: 12 if key[:6].isdigit() else 8]), ("ends", key[-8:])


def check_references(context: Context) -> None:
    """P301 (reference to nothing), P302 (to a retired key), P304 (relative_to names nothing), R221 (nor do the words).

    A key that is missing is one finding, at the first row that names it, however many do.
    """
    frames, names = context.frames, Names(context)
    retired = set(frames.whole("retired")["id"].drop_nulls()) if context.has("retired") else set()
    places: list[tuple[str, Reference]] = []
    queries: list[Lazy] = []
    for name, resource in frames.resources.items():
        for reference in resource.references:
            if not context.has(reference.resource):
                continue
            used = frames.given(name, reference.field)
            context.count("P301", used)
            context.count("P302", used if retired else 0)
            known = frames.table(reference.resource).select(c(reference.target).alias(reference.field))
            dangling = (
                frames.table(name).filter(~c(reference.field).is_null()).join(known, on=reference.field, how="anti")
            )
            places.append((name, reference))
            queries.append(dangling.select(*with_key(context, name, reference.field)))
    lost: dict[tuple[str, str], list[tuple[str, dict[str, Any], Reference]]] = defaultdict(list)
    for (name, reference), rows in zip(places, frames.collect(queries), strict=True):
        for row in rows.sort(LINE).iter_rows(named=True):
            if not context.collector.spoiled(name, row[LINE], reference.field):
                lost[reference.resource, str(row[reference.field])].append((name, row, reference))
    for (resource_name, value), found in lost.items():
        name, row, reference = found[0]
        context.report(
            "P302" if value in retired else "P301",
            name,
            row[LINE],
            reference.field,
            key_of(context, name, row),
            cell=value,
            resource=resource_name,
            nearest=names.nearest(value, resource_name, reference.target),
            rows=len(found),
        )
    _check_yardsticks(context, names)


def _check_yardsticks(context: Context, names: Names) -> None:
    if not context.has("indicators"):
        return
    frames = context.frames
    labels = {
        row[0]: (row[1] or "").split("|")
        for row in context.frame("indicators").select("indicator_id", "labels_zh").iter_rows()
    }
    for name in OBSERVATIONS:
        if not context.has(name):
            continue
        context.count("P304", frames.given(name, "relative_to"))
        elsewhere = frames.table(name).filter(~c("relative_to").is_null() & ~c("relative_to").is_in(PLACES))
        rows = elsewhere.select(*with_key(context, name, "relative_to", "cue", "stated"))
        for row in frames.collect([rows])[0].sort(LINE).iter_rows(named=True):
            yardstick, key = row["relative_to"], key_of(context, name, row)
            if yardstick not in labels:
                near = names.nearest(yardstick, "indicators", "indicator_id", *PLACES)
                context.report("P304", name, row[LINE], "relative_to", key, cell=yardstick, nearest=near)
                continue
            context.count("R221", 1)
            words = f"{row['cue'] or ''} {row['stated'] or ''}"
            economy = any("生产总值" in label for label in labels[yardstick]) and re.search(f"{YARDSTICK}|GDP", words)
            if not economy and not any(label in words for label in labels[yardstick]):
                told = {column: row[column] or "" for column in ("relative_to", "cue", "stated")}
                context.report("R221", name, row[LINE], "relative_to", key, **told)


def check_retired(context: Context) -> None:
    """P303: a retired key still in use as a key, or replaced by nothing that exists."""
    if not context.has("retired"):
        return
    frames = context.frames
    retired = frames.whole("retired")
    context.count("P303", retired.height)
    for name, key in KEYS.items():
        entries = retired.filter(pl.col("resource") == name)
        if entries.is_empty() or not context.has(name):
            continue
        asked = {v for v in (*entries["id"], *entries["replaced_by"]) if v}
        found = set(
            frames.collect([frames.table(name).filter(c(key).is_in(sorted(asked))).select(key).unique()])[0][key]
        )
        for row in entries.iter_rows(named=True):
            if row["id"] in found:
                context.report(
                    "P303",
                    "retired",
                    row[LINE],
                    "id",
                    row["id"],
                    cell=row["id"],
                    resource=name,
                    why="is still a key of",
                )
            elif row["replaced_by"] and row["replaced_by"] not in found:
                context.report(
                    "P303",
                    "retired",
                    row[LINE],
                    "replaced_by",
                    row["id"],
                    cell=row["replaced_by"],
                    resource=name,
                    why="is no key of",
                )


LINKS = {
    "targets": ("project_id", "initiative_id"),
    "results": ("project_id", "initiative_id"),
    "projects": ("portfolio_id",),
}
"""Columns by which a record belongs to another of the same district."""
OWNERS = {"project_id": "projects", "initiative_id": "initiatives", "portfolio_id": "projects"}


def _district_of(context: Context, name: str, key: str, district: str) -> Lazy:
    """Key and district of each record of a table, under other names."""
    records = context.frames.table(name).filter(~c(KEYS[name]).is_null() & ~c("district_code").is_null())
    return records.select(c(KEYS[name]).alias(key), c("district_code").alias(district))


def check_districts(context: Context) -> None:
    """P305: links between districts. P306: a document that does not speak for the district, once for both."""
    frames = context.frames
    places: list[tuple[str, str]] = []
    queries: list[Lazy] = []
    for name, columns in LINKS.items():
        for column in columns:
            if context.has(name):
                context.count("P305", frames.given(name, column))
            if context.has(name, OWNERS[column]):
                linked = (
                    frames.table(name)
                    .filter(~c(column).is_null())
                    .join(_district_of(context, OWNERS[column], column, "_other"), on=column, how="inner")
                )
                places.append((name, column))
                queries.append(
                    linked.filter(c("_other") != c("district_code")).select(
                        *with_key(context, name, column, "district_code", "_other")
                    )
                )
    for (name, column), rows in zip(places, frames.collect(queries), strict=True):
        for row in rows.sort(LINE).unique(LINE, keep="first", maintain_order=True).iter_rows(named=True):
            context.report(
                "P305",
                name,
                row[LINE],
                column,
                key_of(context, name, row),
                cell=row[column],
                district=row["district_code"],
                other=row["_other"],
            )
    if context.has("coverage") and frames.height("coverage"):
        _check_speakers(context)


def _check_speakers(context: Context) -> None:
    frames = context.frames
    spoken = frames.table("coverage").select("source_id", c("district_code").alias("_district")).unique()
    sources = spoken.select("source_id").unique()

    def unspoken(rows: Lazy) -> Lazy:
        return (
            rows.filter(~c("_district").is_null())
            .join(spoken, on=["source_id", "_district"], how="anti")
            .join(sources, on="source_id", how="semi")
        )

    places: list[tuple[str, str]] = []
    queries: list[Lazy] = []
    for name in RECORDS.values():
        if context.has(name):
            context.count("P306", frames.height(name))
            places.append((name, "source_id"))
            records = unspoken(frames.table(name).with_columns(c("district_code").alias("_district")))
            queries.append(records.select(*with_key(context, name, "source_id", "_district")))
    for role, name in RECORDS.items():
        if context.has(name, "figures"):
            column = f"{role}_id"
            places.append(("figures", column))
            figures = (
                frames.table("figures")
                .filter(c("role") == role)
                .join(_district_of(context, name, column, "_district"), on=column, how="inner")
            )
            queries.append(unspoken(figures).select(*with_key(context, "figures", "source_id", "_district")))
    silent: dict[tuple[str, str], list[tuple[str, dict[str, Any], str]]] = defaultdict(list)
    for (name, column), rows in zip(places, frames.collect(queries), strict=True):
        for row in rows.sort(LINE).unique(LINE, keep="first", maintain_order=True).iter_rows(named=True):
            silent[row["source_id"], row["_district"]].append((name, row, column))
    for (source, district), found in silent.items():
        name, row, column = min(
            found,
            key=lambda place: (
                place[0] == "figures",
                list(RECORDS.values()).index(place[0]) if place[0] != "figures" else place[1][LINE],
            ),
        )
        context.report(
            "P306", name, row[LINE], column, key_of(context, name, row), cell=source, district=district, rows=len(found)
        )
